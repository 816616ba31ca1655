//! Settings: the environment, and secrets from SSM Parameter Store, checked all at once.
//!
//! A secret `X` is named by `X_PARAMETER` (an SSM parameter) or, for local work, set as `X` itself. Each
//! part of the back end reads its own settings through [`Settings`], which collects every problem, by
//! name and without values, instead of stopping at the first.

mod environment;
mod rolling;
mod secrets;
mod ssm;

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use url::{Host, Url};

use crate::provider::Description;

pub use environment::Environment;
pub use rolling::Rolling;
pub use secrets::Secrets;

/// The settings of one function while its parts read them.
#[derive(Debug)]
pub struct Settings {
    source: Arc<Secrets>,
    version: u64,
    secrets: secrets::Values,
    problems: Vec<String>,
    /// The provider's, once an endpoint has asked for it.
    pub(crate) description: OnceCell<Option<Arc<Description>>>,
}

/// Why there are no settings.
#[derive(Debug)]
pub enum LoadError {
    /// Settings are wrong or missing: each problem, by name, without values.
    Invalid(Vec<String>),
    /// SSM could not be asked; the next try may succeed. Holds the reason, without values.
    Unavailable(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problems) => write!(f, "settings are wrong: {}", problems.join("; ")),
            Self::Unavailable(reason) => write!(f, "settings are out of reach: {reason}"),
        }
    }
}

impl std::error::Error for LoadError {}

impl Settings {
    /// Reads the secrets with at most one call to SSM and lets `read` build what needs the settings.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] with every problem found; [`LoadError::Unavailable`] when SSM gave no answer.
    pub async fn load<T>(
        secrets: &Arc<Secrets>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, LoadError> {
        secrets.read().await.map_err(LoadError::Unavailable)?;
        let mut settings = Self::of_secrets(secrets);
        match read(&mut settings) {
            Some(built) if settings.problems.is_empty() => Ok(built),
            _ => Err(LoadError::Invalid(settings.problems)),
        }
    }

    /// With the secrets as they were last read.
    fn of_secrets(source: &Arc<Secrets>) -> Self {
        let known = source.known();
        Self {
            version: known.version,
            secrets: known.values.clone(),
            problems: known.problems.clone(),
            source: Arc::clone(source),
            description: OnceCell::new(),
        }
    }

    /// Notes a problem; the start will fail and list it.
    pub fn problem(&mut self, name: &str, what: &str) {
        let problem = format!("{name} {what}");
        // Two parts may read the same setting.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Whether a problem with this setting was noted.
    pub(crate) fn has_problem(&self, name: &str) -> bool {
        self.problems.iter().any(|problem| problem.split(' ').next() == Some(name))
    }

    /// A setting that need not be there. Blank counts as absent: templates pass empty strings.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.source.environment.get(name).map(str::to_owned)
    }

    /// A setting that must be there.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.problem(name, "is not set");
        }
        value
    }

    /// One of a few words; the first is the default.
    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let Some(value) = self.optional(name) else {
            return choices.first().map(|(_, default)| *default);
        };
        let chosen = choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.problem(name, &format!("must be one of: {}", words.join(", ")));
        }
        chosen
    }

    /// An address we call or send browsers to: `https`, or `http` on this machine.
    pub fn optional_url(&mut self, name: &str) -> Option<Url> {
        let value = self.optional(name)?;
        self.parse_url(name, &value)
    }

    /// As [`Settings::optional_url`], but it must be there.
    pub fn required_url(&mut self, name: &str) -> Option<Url> {
        let value = self.required(name)?;
        self.parse_url(name, &value)
    }

    fn parse_url(&mut self, name: &str, value: &str) -> Option<Url> {
        let url = Url::parse(value).ok().filter(is_allowed_address);
        if url.is_none() {
            self.problem(
                name,
                "must be an https:// address (http:// only for localhost), without user or fragment",
            );
        }
        url
    }

    /// A secret that need not be there.
    #[must_use]
    pub fn optional_secret(&self, name: &str) -> Option<SecretString> {
        self.secrets.get(name).cloned()
    }

    /// A secret that must be there.
    pub fn required_secret(&mut self, name: &str) -> Option<SecretString> {
        let secret = self.optional_secret(name);
        // One that SSM lacks has had its problem noted.
        if secret.is_none() && !self.has_problem(name) {
            self.problem(name, &format!("is not set: name its SSM parameter in {name}_PARAMETER"));
        }
        secret
    }
}

/// `https`, or `http` on this machine; no user, no fragment.
pub(crate) fn is_allowed_address(url: &Url) -> bool {
    (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
impl Settings {
    /// Settings with every value in the environment, for tests of the parts that read them.
    pub(crate) fn of(values: &[(&'static str, &str)]) -> Self {
        use crate::http::{Http, Timeouts};
        let http = Http::new(Timeouts::default());
        let source = Secrets::new(values.iter().copied().collect(), &[], &http, crate::Clock::system());
        let secrets = values.iter().map(|&(name, value)| (name, value.to_owned().into())).collect();
        Self { source, version: 0, secrets, problems: Vec::new(), description: OnceCell::new() }
    }

    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_listed_by_name_without_values() {
        let mut settings =
            Settings::of(&[("API_HOST_URL", "ftp://planted-value"), ("LINK_FLOW", "planted-value")]);
        assert!(settings.required_url("API_HOST_URL").is_none());
        assert!(settings.choice("LINK_FLOW", &[("direct", 1), ("session_bound", 2)]).is_none());
        assert!(settings.required("PROVIDER").is_none());
        assert!(settings.required_secret("SEALING_KEY").is_none());
        let problems = settings.problems().join("\n");
        for name in ["API_HOST_URL", "LINK_FLOW", "PROVIDER", "SEALING_KEY"] {
            assert!(problems.contains(name), "{name} is missing in: {problems}");
        }
        assert!(!problems.contains("planted-value"));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (address, allowed) in [
            ("https://api.example.com", true),
            ("http://localhost:3333", true),
            ("http://127.0.0.1:3333", true),
            ("http://[::1]:3333", true),
            ("http://api.example.com", false),
            ("http://localhost.example.com", false),
            ("https://user:pass@api.example.com", false),
            ("https://api.example.com/#x", false),
            ("javascript:alert(1)", false),
            ("api.example.com", false),
        ] {
            let mut settings = Settings::of(&[("API_HOST_URL", address)]);
            assert_eq!(settings.required_url("API_HOST_URL").is_some(), allowed, "{address}");
        }
    }

    #[test]
    fn a_blank_setting_is_absent() {
        let mut settings = Settings::of(&[("LINK_FLOW", " ")]);
        assert_eq!(settings.choice("LINK_FLOW", &[("first", 1), ("second", 2)]), Some(1));
    }
}
