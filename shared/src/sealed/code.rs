//! K, the `code` we give the Dashboard in place of the provider's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LinkId, Sealed, StateToken};
use crate::authorization_code::AuthorizationCode;
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::owner::{Linker, Owner};
use crate::pkce::PkceVerifier;
use crate::stripe_user::StripeUser;

/// The Dashboard hands it to the app, and the app to us, within this time, in seconds.
const LIFETIME: u64 = 180;

/// The provider's code, valid only for the Stripe user and the session that began the link.
#[derive(Serialize, Deserialize)]
pub struct CodeToken {
    /// Identifies the attempt; it is stored with the tokens.
    pub id: LinkId,
    /// It is not valid after this time.
    pub expires_at: UnixSeconds,
    #[serde(with = "crate::stripe_user::sealed")]
    user: StripeUser,
    challenge: String,
    code: AuthorizationCode,
    /// Other parameters kept from the callback.
    pub kept: BTreeMap<String, String>,
    owner: Owner,
}

impl Sealed for CodeToken {
    const LABEL: &'static str = "code";
}

impl CodeToken {
    /// Wraps the code that the provider sent to the callback just now, with this state.
    #[must_use]
    pub fn new(
        state: StateToken,
        challenge: String,
        code: AuthorizationCode,
        kept: BTreeMap<String, String>,
        now: UnixSeconds,
    ) -> Self {
        let StateToken { id, user, owner, .. } = state;
        Self { id, expires_at: now + LIFETIME, user, challenge, code, kept, owner }
    }

    /// Releases the provider's code only to the Stripe user who began the link, in the session that holds the
    /// verifier, and for the same owner.
    ///
    /// # Errors
    /// `state_expired`, `state_invalid` for another owner, or `identity_mismatch` for another user, account, mode
    /// or session.
    pub fn redeem(
        &self,
        linker: &Linker,
        verifier: &PkceVerifier,
        now: UnixSeconds,
    ) -> Result<&AuthorizationCode, Error> {
        if now > self.expires_at {
            return Err(Error::StateExpired);
        }
        if self.owner != linker.owner() {
            return Err(Error::StateInvalid);
        }
        if self.user != *linker.user() || self.challenge != verifier.challenge() {
            return Err(Error::IdentityMismatch);
        }
        Ok(&self.code)
    }
}
