//! A clock that tests and people move manually.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared::{Clock, UnixSeconds};

/// A clock that stands still until it is moved. Clones share one time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: UnixSeconds) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    /// Moves forward.
    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The clock to give to code that needs the time.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let hand = Arc::clone(&self.0);
        Clock::from_fn(move || hand.load(Ordering::SeqCst))
    }
}
