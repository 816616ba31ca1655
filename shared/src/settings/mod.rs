//! Settings: the environment, and secrets from SSM Parameter Store, checked all at once.
//!
//! A secret `X` is named by `X_PARAMETER` (an SSM parameter) or, for local work, set as `X` itself. Each
//! part of the back end reads its own settings through [`Settings`], which collects every problem, by
//! name and without values, instead of stopping at the first.

pub mod ssm;

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::clock::{Clock, UnixSeconds};
use crate::environment::{Environment, LoadError};
use crate::http::Http;
use ssm::Patience;

/// Where settings come from.
#[derive(Clone, Debug)]
pub struct Source {
    environment: Environment,
    http: Http,
    clock: Clock,
}

/// The settings of one function, as its parts read them.
pub struct Settings {
    environment: Environment,
    /// The parameters that SSM has, by the name they were asked for.
    parameters: HashMap<String, SecretString>,
    read_at: UnixSeconds,
    problems: Vec<String>,
}

impl Source {
    /// Settings in `environment`, and in SSM, which is asked over `http`.
    #[must_use]
    pub fn new(environment: Environment, http: &Http, clock: Clock) -> Self {
        Self { environment, http: http.clone(), clock }
    }

    /// Reads the secrets with one call to SSM, and has `make` build from them what is needed. A call that fails is
    /// made again, within the time that a cold start may take.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] with every problem found; [`LoadError::Unavailable`] when SSM gave no answer.
    pub async fn load<T>(&self, make: impl FnOnce(&mut Settings) -> Option<T>) -> Result<T, LoadError> {
        self.read(Patience::AT_START).await?.build(make)
    }

    /// As [`Source::load`], within a second.
    ///
    /// # Errors
    /// As [`Source::load`].
    pub async fn reload<T>(&self, make: impl FnOnce(&mut Settings) -> Option<T>) -> Result<T, LoadError> {
        self.read(Patience::BEFORE_A_REQUEST).await?.build(make)
    }

    async fn read(&self, patience: Patience) -> Result<Settings, LoadError> {
        let Self { environment, http, clock } = self;
        let names = environment.parameters().collect::<BTreeSet<_>>();
        let parameters = if names.is_empty() {
            HashMap::new()
        } else {
            let read = ssm::get_parameters(environment, http, names, patience).await;
            read.map_err(LoadError::Unavailable)?
        };
        let environment = environment.clone();
        Ok(Settings { environment, parameters, read_at: clock.now(), problems: Vec::new() })
    }
}

impl Settings {
    fn build<T>(mut self, make: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, LoadError> {
        match make(&mut self) {
            Some(built) if self.problems.is_empty() => Ok(built),
            _ => Err(LoadError::Invalid(self.problems)),
        }
    }

    /// When the secrets were read.
    #[must_use]
    pub fn read_at(&self) -> UnixSeconds {
        self.read_at
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
        self.environment.get(name).map(str::to_owned)
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

    /// A secret that need not be there. A problem is noted if it has whitespace at either end or a line break in it.
    pub fn optional_secret(&mut self, name: &str) -> Option<SecretString> {
        let environment = &self.environment;
        let secret = match (environment.get(name), environment.get(&format!("{name}_PARAMETER"))) {
            (None, None) => return None,
            (Some(value), None) => Ok(value.to_owned().into()),
            (Some(_), Some(_)) => Err("is set twice: unset it, or unset its _PARAMETER".to_owned()),
            (None, Some(parameter)) => match self.parameters.get(parameter) {
                Some(value) if value.expose_secret().trim().is_empty() => {
                    Err(format!("is blank in SSM parameter {parameter}"))
                }
                Some(value) => Ok(value.clone()),
                None => {
                    Err(format!("has no SSM parameter {parameter}: create it, or correct {name}_PARAMETER"))
                }
            },
        };
        let secret = secret.and_then(|secret| match stray(&secret) {
            None => Ok(secret),
            Some(stray) => Err(format!("{stray}: store it without")),
        });
        secret.map_err(|problem| self.problem(name, &problem)).ok()
    }

    /// A secret that must be there.
    pub fn required_secret(&mut self, name: &str) -> Option<SecretString> {
        let secret = self.optional_secret(name);
        // If SSM lacks it, the problem has been noted already.
        if secret.is_none() && !self.has_problem(name) {
            self.problem(name, &format!("is not set: name its SSM parameter in {name}_PARAMETER"));
        }
        secret
    }
}

/// Finds what slips into a secret when it is copied or piped. It is refused rather than trimmed: only the operator
/// knows whether Stripe or the provider has the secret with it or without.
fn stray(secret: &SecretString) -> Option<&'static str> {
    let secret = secret.expose_secret();
    if secret.contains(['\n', '\r']) {
        Some("has a line break in it")
    } else if secret.trim() != secret {
        Some("begins or ends with whitespace")
    } else {
        None
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.environment.fmt(f)
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
        let environment = values.iter().copied().collect();
        Self { environment, parameters: HashMap::new(), read_at: 0, problems: Vec::new() }
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
