use super::lease::LEASES;
use crate::settings::Settings;

/// The name of a link's secret: `LINK_NAME`, which keeps the links of several deployments in one scope apart.
///
/// What else belongs to the link has this name with a dot in it, which no name of a link contains: the parts of a
/// split set begin with the name, the leases end with it.
pub(super) struct LinkName(String);

impl LinkName {
    /// Reads `LINK_NAME`.
    pub(super) fn from_settings(settings: &mut Settings) -> Option<Self> {
        let name = settings.optional("LINK_NAME").unwrap_or_else(|| "access_token".to_owned());
        if is_name(&name) {
            return Some(Self(name));
        }
        settings.problem(
            "LINK_NAME",
            "must be at most 32 lower-case letters, digits, hyphens and underscores, begin with a letter, and not be \
             the name of a lease",
        );
        None
    }

    /// The secret that holds the token set, or its head.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The secret of a part of a split set.
    pub(super) fn part(&self, slot: &str, number: u8) -> String {
        format!("{}.{slot}.{number}", self.0)
    }

    /// The secret that a lease writes.
    pub(super) fn lease(&self, lease: &str) -> String {
        format!("{lease}.{}", self.0)
    }

    /// Whether a secret is a part of some set of the link.
    pub(super) fn is_part(&self, secret: &str) -> bool {
        secret.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('.'))
    }

    /// Whether a secret is a lease of the link.
    pub(super) fn is_lease(&self, secret: &str) -> bool {
        LEASES.iter().any(|lease| self.lease(lease) == secret)
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= 32
        && !LEASES.contains(&text)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &str) -> Result<LinkName, String> {
        let mut settings = Settings::of(&[("LINK_NAME", value)]);
        LinkName::from_settings(&mut settings).ok_or_else(|| settings.problems().join("; "))
    }

    #[test]
    fn a_name_is_checked_at_the_start() {
        assert_eq!(name("").ok().unwrap().as_str(), "access_token");
        for value in ["crm", "a", "quick-books_2", &"a".repeat(32)] {
            assert_eq!(name(value).ok().unwrap().as_str(), value);
        }
        for value in ["CRM", "2crm", "_crm", "crm.1", "crm books", "é", "~", "link_lease", &"a".repeat(33)] {
            assert!(name(value).err().unwrap().starts_with("LINK_NAME must be"), "{value}");
        }
    }

    #[test]
    fn a_link_owns_what_is_named_after_it_and_nothing_of_another_link() {
        let crm = name("crm").ok().unwrap();
        assert!(crm.is_part("crm.0123abcd.1") && crm.is_part(&crm.part("0123abcd", 3)));
        assert!(crm.is_lease("refresh_lease.crm") && crm.is_lease(&crm.lease("link_lease")));
        for secret in [
            "crm",
            "crm2",
            "crm-2.0123abcd.1",
            "cr.m",
            "refresh_lease.crm2",
            "refresh_lease",
            "of another app",
        ] {
            assert!(!crm.is_part(secret) && !crm.is_lease(secret), "{secret}");
        }
    }
}
