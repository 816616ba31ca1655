//! T, the `state` we give the provider.

use serde::{Deserialize, Serialize};

use super::{LinkId, Sealed, SealingFailed, random};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::stripe_user::StripeUser;

/// A user may take this long at the provider.
const LIFETIME: u64 = 600;

/// One link attempt, from `login` to the callback.
#[derive(Serialize, Deserialize)]
pub struct StateToken {
    /// Names the attempt.
    pub id: LinkId,
    /// Past this it does not count.
    pub expires_at: UnixSeconds,
    /// Who began.
    #[serde(with = "crate::stripe_user::sealed")]
    pub user: StripeUser,
    /// The Dashboard session that began; none in the direct flow.
    pub session: Option<Session>,
}

/// What `createOAuthState()` gave the app.
#[derive(Serialize, Deserialize)]
pub struct Session {
    /// S: the Dashboard takes back only a state of its own.
    pub state: String,
    /// C: the challenge to the verifier that the Dashboard keeps (RFC 7636).
    pub challenge: String,
}

impl Sealed for StateToken {
    const LABEL: &'static str = "state";
}

impl StateToken {
    /// An attempt that begins now.
    ///
    /// # Errors
    /// Only if the system has no random bytes to give.
    pub fn begin(
        user: StripeUser,
        session: Option<Session>,
        now: UnixSeconds,
    ) -> Result<Self, SealingFailed> {
        Ok(Self { id: random()?, expires_at: now + LIFETIME, user, session })
    }

    /// Refuses an attempt that took too long.
    ///
    /// # Errors
    /// `state_expired`.
    pub fn check_fresh(&self, now: UnixSeconds) -> Result<(), Error> {
        if now > self.expires_at { Err(Error::StateExpired) } else { Ok(()) }
    }
}
