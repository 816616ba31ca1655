//! The Stripe user behind a request.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of an account's data a request is about; each mode has its own keys and secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Live mode, with real money.
    Live,
    /// The account's test mode.
    Test,
    /// An install into a Stripe sandbox, which talks to the app owner's managed sandbox.
    Sandbox,
}

impl Mode {
    /// The mode's name in signed payloads and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
            Self::Sandbox => "sandbox",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether `id` is an account's, as Stripe writes them: `^acct_[A-Za-z0-9]+$`.
pub(crate) fn is_account_id(id: &str) -> bool {
    is_id(id, "acct_")
}

/// Whether `id` is a Dashboard user's, as Stripe writes them: `^usr_[A-Za-z0-9]+$`.
pub(crate) fn is_user_id(id: &str) -> bool {
    is_id(id, "usr_")
}

fn is_id(id: &str, prefix: &str) -> bool {
    id.len() <= 255
        && id
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A Dashboard user in an account, proven by Stripe's signature.
///
/// It exists only after a signature was verified: it comes from
/// [`Verifier`](crate::signed_request::Verifier), or from a token that we sealed for such a user.
#[derive(Clone, PartialEq, Eq)]
pub struct StripeUser {
    account: String,
    user: String,
    mode: Option<Mode>,
}

impl StripeUser {
    /// Only for the two places that have the proof.
    pub(crate) fn verified(account: String, user: String, mode: Option<Mode>) -> Self {
        Self { account, user, mode }
    }

    /// The account, `acct_…`.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The user, `usr_…`.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The mode, if the signature covers it.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.mode
    }
}

/// How a user is stored in a sealed token. Opening the token proves that we put the user there after
/// verification.
pub(crate) mod sealed {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Mode, StripeUser};

    pub(crate) fn serialize<S: Serializer>(user: &StripeUser, serializer: S) -> Result<S::Ok, S::Error> {
        (&user.account, &user.user, user.mode).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StripeUser, D::Error> {
        let (account, user, mode): (String, String, Option<Mode>) = Deserialize::deserialize(deserializer)?;
        Ok(StripeUser::verified(account, user, mode))
    }
}
