//! The process's environment, read once and passed on, so that tests need not modify the real one.

use std::collections::HashMap;
use std::fmt;

/// Environment variables by name.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, String>);

/// Why the settings could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// Settings are invalid or missing. Lists each problem by the setting's name, without its value.
    Invalid(Vec<String>),
    /// SSM could not be read; a retry may succeed. Holds the reason, without values.
    Unavailable(String),
}

impl Environment {
    /// The variables this process was started with, except those that are not UTF-8.
    #[must_use]
    pub fn of_process() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(utf8).collect())
    }

    /// The value of a variable; `None` if it is unset or blank. At `LOG_LEVEL=trace` the log shows each name
    /// that is looked up.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        tracing::trace!(name, "environment");
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The values of all `*_PARAMETER` variables: the SSM parameters that hold secrets.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        let parameters = self.0.iter().filter(|(name, _)| name.ends_with("_PARAMETER"));
        parameters.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Prints names only: a value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problems) => write!(f, "settings are wrong: {}", problems.join("; ")),
            Self::Unavailable(reason) => write!(f, "settings cannot be read: {reason}"),
        }
    }
}

impl std::error::Error for LoadError {}
