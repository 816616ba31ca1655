//! Single flight: in one process, one refresh per link at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, MutexGuard};

use crate::stripe_user::{Mode, StripeUser};

type Key = (String, String, Option<Mode>);

/// The refreshes under way, by user.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Weak<AsyncMutex<()>>>>);

/// A refresh that one task at a time may be on.
pub(super) struct Flight(Arc<AsyncMutex<()>>);

impl Flights {
    pub(super) fn of(&self, user: &StripeUser) -> Flight {
        let key = (user.account().to_owned(), user.user().to_owned(), user.mode());
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| flight.strong_count() > 0);
        let present = flights.get(&key).and_then(Weak::upgrade);
        let flight = present.unwrap_or_else(|| {
            let flight = Arc::default();
            flights.insert(key, Arc::downgrade(&flight));
            flight
        });
        Flight(flight)
    }
}

impl Flight {
    /// Comes aboard when nobody else is, and tells whether somebody was.
    pub(super) async fn board(&self) -> (MutexGuard<'_, ()>, bool) {
        match self.0.try_lock() {
            Ok(seat) => (seat, false),
            Err(_) => (self.0.lock().await, true),
        }
    }
}
