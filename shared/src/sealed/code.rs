//! K, the `code` we give the Dashboard in place of the provider's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LinkId, Sealed};
use crate::authorization_code::AuthorizationCode;
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::pkce::PkceVerifier;
use crate::stripe_user::StripeUser;

/// The Dashboard hands it to the app, and the app to us, within this time.
const LIFETIME: u64 = 180;

/// The provider's code, good only for the Stripe user and the session that began.
#[derive(Serialize, Deserialize)]
pub struct CodeToken {
    /// Names the attempt; the stored tokens remember it.
    pub id: LinkId,
    /// Past this it does not count.
    pub expires_at: UnixSeconds,
    #[serde(with = "crate::stripe_user::sealed")]
    user: StripeUser,
    challenge: String,
    code: AuthorizationCode,
    /// What else of the callback is kept.
    pub kept: BTreeMap<String, String>,
}

impl Sealed for CodeToken {
    const LABEL: &'static str = "code";
}

impl CodeToken {
    /// Wraps the code the provider sent to the callback just now.
    #[must_use]
    pub fn new(
        id: LinkId,
        user: StripeUser,
        challenge: String,
        code: AuthorizationCode,
        kept: BTreeMap<String, String>,
        now: UnixSeconds,
    ) -> Self {
        Self { id, expires_at: now + LIFETIME, user, challenge, code, kept }
    }

    /// Gives the provider's code to the one it is for: the Stripe user who began, in the session that holds
    /// the verifier.
    ///
    /// # Errors
    /// `state_expired`, or `identity_mismatch` for another user, account, mode or session.
    pub fn redeem(
        &self,
        user: &StripeUser,
        verifier: &PkceVerifier,
        now: UnixSeconds,
    ) -> Result<&AuthorizationCode, Error> {
        if now > self.expires_at {
            return Err(Error::StateExpired);
        }
        if self.user != *user || self.challenge != verifier.challenge() {
            return Err(Error::IdentityMismatch);
        }
        Ok(&self.code)
    }
}
