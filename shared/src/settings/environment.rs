//! The process's environment, taken once and handed on, so that tests need not touch their own.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Environment variables by name. One that was made up remembers which were asked for, so that a template can be held
/// against the code; clones share that memory.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    asked: Option<Arc<Mutex<BTreeSet<String>>>>,
}

impl Environment {
    /// What the process was started with; variables that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(utf8).collect(), asked: None }
    }

    /// The value of a variable that is there and not blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if let Some(asked) = &self.asked {
            asked.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The name of every variable that was asked for, there or not.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<String> {
        let asked =
            |asked: &Arc<Mutex<BTreeSet<_>>>| asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.asked.as_ref().map(asked).unwrap_or_default()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, asked: Some(Arc::default()) }
    }
}

/// Names only: a value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
