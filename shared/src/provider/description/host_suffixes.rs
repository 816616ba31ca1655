use super::reader::Object;
use super::tenant::Form;

/// The domains that a host must be in.
#[derive(Clone, Debug, Default)]
pub(in crate::provider) struct HostSuffixes(Vec<String>);

impl HostSuffixes {
    /// Reads the key `host_suffixes`.
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let suffixes = object.texts("host_suffixes");
        if !suffixes.iter().all(|suffix| is_suffix(suffix)) {
            object.problem("host_suffixes", "must each be a dot and a domain, such as \".example.com\"");
        }
        Self(suffixes)
    }

    /// Whether the host is in one of the domains.
    pub(in crate::provider) fn admit(&self, host: &str) -> bool {
        self.0.iter().any(|suffix| host.len() > suffix.len() && host.ends_with(suffix))
    }
}

/// A suffix of one label, such as `.com`, would admit anyone's host.
fn is_suffix(suffix: &str) -> bool {
    suffix.strip_prefix('.').is_some_and(|domain| domain.contains('.') && Form::Host.allows(domain))
        && suffix.bytes().all(|byte| !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_is_a_domain_and_not_all_of_them() {
        for (suffix, allowed) in [
            (".okta.com", true),
            ("okta.com", false),
            (".com", false),
            ("", false),
            (".", false),
            (".a..b", false),
        ] {
            assert_eq!(is_suffix(suffix), allowed, "{suffix}");
        }
        let suffixes = HostSuffixes(vec![".okta.com".to_owned()]);
        for (host, allowed) in [
            ("acme.okta.com", true),
            ("okta.com", false),
            ("evil-okta.com", false),
            ("okta.com.evil.org", false),
        ] {
            assert_eq!(suffixes.admit(host), allowed, "{host}");
        }
    }
}
