//! The function, built from the current settings. Secrets in SSM may change while it runs: once the settings
//! are old, they are reloaded between two requests, and the function is replaced as a whole.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::log_problems;
use crate::clock::{Clock, UnixSeconds};
use crate::environment::LoadError;
use crate::http::Http;
use crate::log::record;
use crate::sealed::random;
use crate::settings::{Settings, Source};

/// Settings are reloaded at this age in seconds, plus or minus [`SPREAD`].
const OLD: UnixSeconds = 300;
/// Jitter in seconds, so that instances that started together do not all call SSM at once.
const SPREAD: UnixSeconds = 60;
/// Settings younger than this, in seconds, are never reloaded.
const FRESH: UnixSeconds = 60;

/// Makes a function from its settings; `None` if a problem was noted.
pub(super) type Make<F> = fn(&mut Settings, &Http) -> Option<F>;

/// The function and the source of its settings.
pub(super) struct Current<F> {
    source: Source,
    clock: Clock,
    make: Make<F>,
    built: Mutex<Option<Built<F>>>,
}

struct Built<F> {
    function: Arc<F>,
    /// When SSM was last called, successfully or not.
    asked_at: UnixSeconds,
    old_at: UnixSeconds,
    /// Stripe or the provider refused a secret, or something was sealed with an unknown key.
    doubted: bool,
}

impl<F> Current<F> {
    pub(super) fn new(source: Source, clock: Clock, make: Make<F>) -> Self {
        Self { source, clock, make, built: Mutex::new(None) }
    }

    /// The function, after loading or reloading its settings if due. If a reload fails or finds invalid
    /// settings, the function stays as it was.
    ///
    /// # Errors
    /// As [`Source::load`], until the first success.
    pub(super) async fn function(&self, http: &Http) -> Result<Arc<F>, LoadError> {
        let make = |settings: &mut Settings| (self.make)(settings, http);
        let mut current = self.built.lock().await;
        let now = self.clock.now();
        match &mut *current {
            None => {
                let function = self.source.load(make).await.inspect_err(log_outage)?;
                let built = current.insert(Built::new(function, now));
                Ok(Arc::clone(&built.function))
            }
            Some(built) if built.is_due(now) => {
                match self.source.reload(make).await.inspect_err(log_outage) {
                    Ok(function) => *built = Built::new(function, now),
                    Err(error) => {
                        if matches!(error, LoadError::Invalid(_)) {
                            log_problems(&error);
                            record::unfit_settings();
                        }
                        built.asked_at = now;
                    }
                }
                Ok(Arc::clone(&built.function))
            }
            Some(built) => Ok(Arc::clone(&built.function)),
        }
    }

    /// Makes the next request reload the settings, unless they are fresh.
    pub(super) async fn doubt_secrets(&self) {
        if let Some(built) = &mut *self.built.lock().await {
            built.doubted = true;
        }
    }
}

impl<F> Built<F> {
    fn new(function: F, now: UnixSeconds) -> Self {
        let [jitter] = random::<1>().unwrap_or_default();
        let old_at = now + OLD - SPREAD + u64::from(jitter) * 2 * SPREAD / 255;
        Self { function: Arc::new(function), asked_at: now, old_at, doubted: false }
    }

    fn is_due(&self, now: UnixSeconds) -> bool {
        now.saturating_sub(self.asked_at) >= FRESH && (self.doubted || now >= self.old_at)
    }
}

fn log_outage(error: &LoadError) {
    if let LoadError::Unavailable(reason) = error {
        tracing::error!(reason, "settings cannot be read");
    }
}
