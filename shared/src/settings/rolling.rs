//! What is made of secrets, and made anew when they were rolled.

use std::sync::{Arc, Mutex, PoisonError};

use super::Settings;
use super::secrets::Secrets;

/// A part that is made of secrets: as it is now, and, where the present one proved stale, as it is since the
/// secrets were rolled. So a secret can be rolled in SSM while functions run, and none is deployed again.
pub struct Rolling<T> {
    secrets: Arc<Secrets>,
    make: fn(&mut Settings) -> Option<T>,
    made: Mutex<Made<T>>,
}

struct Made<T> {
    /// The version of the secrets it is made of.
    version: u64,
    part: Arc<T>,
}

impl Settings {
    /// A part that `make` makes of these settings, and of later ones.
    pub fn rolling<T>(&mut self, make: fn(&mut Self) -> Option<T>) -> Option<Rolling<T>> {
        let first = Made { version: self.version, part: Arc::new(make(self)?) };
        Some(Rolling { secrets: Arc::clone(&self.source), make, made: Mutex::new(first) })
    }
}

impl<T> Rolling<T> {
    /// The part, of the secrets that were read last. Should those be unfit, it stays as it was.
    #[must_use]
    pub fn current(&self) -> Arc<T> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.version < self.secrets.known().version {
            let mut settings = Settings::of_secrets(&self.secrets);
            made.version = settings.version;
            let part = (self.make)(&mut settings);
            for problem in &settings.problems {
                tracing::error!("{problem}");
            }
            if let Some(part) = part.filter(|_| settings.problems.is_empty()) {
                made.part = Arc::new(part);
            }
        }
        Arc::clone(&made.part)
    }

    /// The part in place of one that was of no use; none when no secret was rolled. Settings are read again for
    /// this, at most once a minute.
    pub async fn instead_of(&self, stale: &Arc<T>) -> Option<Arc<T>> {
        let since = |part: Arc<T>| (!Arc::ptr_eq(&part, stale)).then_some(part);
        if let Some(part) = since(self.current()) {
            return Some(part);
        }
        self.secrets.read_again().await;
        since(self.current())
    }
}
