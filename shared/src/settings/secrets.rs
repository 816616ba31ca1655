//! The secrets of one function: read when it starts, and again when they may have been rolled.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::Environment;
use super::ssm::ParameterStore;
use crate::clock::{Clock, UnixSeconds};
use crate::http::Http;

/// A stranger's bad signature looks like a rolled secret; it must not cost a call to SSM each time.
const LEAST_PAUSE: UnixSeconds = 60;

/// Secrets by name, as SSM or the environment last told them.
pub(super) type Values = HashMap<&'static str, SecretString>;

/// What SSM holds for one function, and when it was asked.
pub struct Secrets {
    pub(super) environment: Environment,
    names: &'static [&'static str],
    store: ParameterStore,
    clock: Clock,
    known: Mutex<Known>,
    /// Whoever finds a secret stale while another asks waits for that answer.
    asking: tokio::sync::Mutex<Option<UnixSeconds>>,
}

/// What was read last.
#[derive(Default)]
pub(super) struct Known {
    /// Grows when a value changed.
    pub(super) version: u64,
    pub(super) values: Values,
    pub(super) problems: Vec<String>,
}

impl Secrets {
    /// The secrets `names`, which are read later.
    #[must_use]
    pub fn new(
        environment: Environment,
        names: &'static [&'static str],
        http: &Http,
        clock: Clock,
    ) -> Arc<Self> {
        let store = ParameterStore::new(http.clone());
        let (known, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Arc::new(Self { environment, names, store, clock, known, asking })
    }

    /// What was read last.
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads all of them, with at most one call to SSM.
    ///
    /// # Errors
    /// The reason why SSM gave no answer.
    pub(super) async fn read(&self) -> Result<(), String> {
        let (values, problems) = self.fetch().await?;
        let mut known = self.known();
        (known.values, known.problems) = (values, problems);
        Ok(())
    }

    /// Reads them again, at most once a minute. What cannot be read, or has a problem, leaves all as they were.
    pub(super) async fn read_again(&self) {
        let mut asked = self.asking.lock().await;
        let now = self.clock.now();
        if asked.is_some_and(|asked| now.abs_diff(asked) < LEAST_PAUSE) {
            return;
        }
        *asked = Some(now);
        match self.fetch().await {
            Err(reason) => tracing::warn!(reason, "settings could not be read again"),
            Ok((_, problems)) if !problems.is_empty() => {
                for problem in problems {
                    tracing::error!("{problem}");
                }
            }
            Ok((values, _)) => {
                let mut known = self.known();
                if !are_equal(&known.values, &values) {
                    known.values = values;
                    known.version += 1;
                    tracing::info!("secrets were rolled");
                }
            }
        }
    }

    async fn fetch(&self) -> Result<(Values, Vec<String>), String> {
        let (mut values, mut problems) = (Values::new(), Vec::new());
        let mut parameters = HashMap::new();
        for &name in self.names {
            let parameter = self.environment.get(&format!("{name}_PARAMETER"));
            match (self.environment.get(name), parameter) {
                (Some(_), Some(_)) => {
                    problems.push(format!("{name} is set twice: unset it, or unset its _PARAMETER"));
                }
                (Some(value), None) => {
                    values.insert(name, value.to_owned().into());
                }
                (None, Some(parameter)) => {
                    parameters.insert(name, parameter.to_owned());
                }
                (None, None) => {}
            }
        }
        let mut told = if parameters.is_empty() {
            HashMap::new()
        } else {
            self.store.get(&self.environment, parameters.values()).await?
        };
        for (name, parameter) in parameters {
            match told.remove(&parameter) {
                Some(value) if value.expose_secret().trim().is_empty() => {
                    problems.push(format!("{name} is blank in SSM parameter {parameter}"));
                }
                Some(value) => {
                    values.insert(name, value);
                }
                None => problems.push(format!(
                    "{name} has no SSM parameter {parameter}: create it, or mend {name}_PARAMETER"
                )),
            }
        }
        values.retain(|name, value| {
            let stray = stray(value);
            problems.extend(stray.map(|stray| format!("{name} {stray}: store it without")));
            stray.is_none()
        });
        Ok((values, problems))
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

fn are_equal(one: &Values, other: &Values) -> bool {
    let same = |(name, value): (&&str, &SecretString)| {
        other.get(name).is_some_and(|other| other.expose_secret() == value.expose_secret())
    };
    one.len() == other.len() && one.iter().all(same)
}

/// Names only.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names).finish()
    }
}
