//! T, the `state` we give the provider.

use serde::{Deserialize, Serialize};

use super::{LinkId, Sealed, SealingFailed, random};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::owner::{Linker, Owner};
use crate::stripe_user::StripeUser;

/// How long a user may take at the provider, in seconds.
const LIFETIME: u64 = 600;

/// One link attempt, from `login` to the callback.
#[derive(Serialize, Deserialize)]
pub struct StateToken {
    /// Identifies the attempt.
    pub id: LinkId,
    /// It is not valid after this time.
    pub expires_at: UnixSeconds,
    /// The user who began it.
    #[serde(with = "crate::stripe_user::sealed")]
    pub user: StripeUser,
    /// The Dashboard session that began it; `None` in the direct flow.
    pub session: Option<Session>,
    /// Whose link it is to be.
    pub owner: Owner,
}

/// What `createOAuthState()` gave the app.
#[derive(Serialize, Deserialize)]
pub struct Session {
    /// S: the Dashboard accepts only a state that it created.
    pub state: String,
    /// C: the challenge for the verifier that the Dashboard keeps (RFC 7636).
    pub challenge: String,
}

impl Sealed for StateToken {
    const LABEL: &'static str = "state";
}

impl StateToken {
    /// An attempt that begins now.
    ///
    /// # Errors
    /// Only if the system cannot provide random bytes.
    pub fn begin(linker: &Linker, session: Option<Session>, now: UnixSeconds) -> Result<Self, SealingFailed> {
        let (user, owner) = (linker.user().clone(), linker.owner());
        Ok(Self { id: random()?, expires_at: now + LIFETIME, user, session, owner })
    }

    /// Rejects an attempt that took too long.
    ///
    /// # Errors
    /// `state_expired`.
    pub fn check_fresh(&self, now: UnixSeconds) -> Result<(), Error> {
        if now > self.expires_at { Err(Error::StateExpired) } else { Ok(()) }
    }
}
