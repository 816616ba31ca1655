//! The tenant at a provider: a shop, an organisation, a directory.

use super::HostSuffixes;
use super::reader::Object;

/// The longest name in the DNS (RFC 1035 section 2.3.4).
const LONGEST: usize = 253;

/// What `{tenant}` stands for.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Tenant {
    value: String,
    host_suffixes: HostSuffixes,
}

/// The syntax of a tenant's name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Letters, digits, `-` and `_`: one label of a host, or one segment of a path.
    Label,
    /// Labels joined by dots.
    Host,
}

impl Tenant {
    /// Reads which tenants are valid, and takes the tenant from `THIRD_PARTY_TENANT` or the file's default.
    /// If that is invalid or missing, the example takes its place, so that the URLs can still be checked.
    pub(super) fn read(object: &mut Object<'_>, setting: Option<&str>) -> Self {
        let form = object.word("form", &[("label", Form::Label), ("host", Form::Host)]);
        let form = form.unwrap_or(Form::Label);
        let host_suffixes = HostSuffixes::read(object);
        let default = object.text("default");
        let example = object.required_text("example").unwrap_or_default();
        for (key, value) in [("default", default.as_deref()), ("example", Some(example.as_str()))] {
            if value.is_some_and(|value| !value.is_empty() && !form.allows(value)) {
                object.problem(key, form.rule());
            }
        }
        let value = match setting.map(str::to_owned).or(default) {
            Some(value) if form.allows(&value) => value,
            Some(_) => {
                object.setting_problem("THIRD_PARTY_TENANT", form.rule());
                example
            }
            None => {
                let why = format!("is not set; this provider needs it, such as {example}");
                object.setting_problem("THIRD_PARTY_TENANT", &why);
                example
            }
        };
        Self { value, host_suffixes }
    }

    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// Whether a host that contains the tenant is one of the provider's.
    pub(super) fn may_be_at(&self, host: &str) -> bool {
        self.host_suffixes.admit(host)
    }
}

impl Form {
    pub(super) fn allows(self, value: &str) -> bool {
        let is_label = |label: &str| {
            let mut bytes = label.bytes();
            (1..=63).contains(&label.len())
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        match self {
            Self::Label => is_label(value),
            Self::Host => value.len() <= LONGEST && value.split('.').all(is_label),
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Label => "must be letters, digits, - and _ only, at most 63 of them",
            Self::Host => "must be letters, digits, -, _ and single dots only, such as name.example.com",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_pass() {
        for (form, value, allowed) in [
            (Form::Label, "acme", true),
            (Form::Label, "acme-2_x", true),
            (Form::Label, "9188040d-6c67-4c5b-b112-36a304b66dad", true),
            (Form::Label, "acme.evil", false),
            (Form::Label, "-acme", false),
            (Form::Label, "", false),
            (Form::Label, "é", false),
            (Form::Host, "acme.my.example.com", true),
            (Form::Host, "acme", true),
            (Form::Host, "acme..example", false),
            (Form::Host, ".example.com", false),
            (Form::Host, "example.com.", false),
            (Form::Host, "evil.com/x.example.com", false),
            (Form::Host, "evil.com?x.example.com", false),
            (Form::Host, "evil.com#x.example.com", false),
            (Form::Host, "user@x.example.com", false),
            (Form::Host, "x.example.com:8443", false),
            (Form::Host, "%2e.example.com", false),
            (Form::Host, "x.example.com\n", false),
            (Form::Host, "x\\.example.com", false),
        ] {
            assert_eq!(form.allows(value), allowed, "{form:?} {value:?}");
        }
        assert!(!Form::Label.allows(&"x".repeat(64)));
        assert!(!Form::Host.allows(&"x.".repeat(150)));
    }
}
