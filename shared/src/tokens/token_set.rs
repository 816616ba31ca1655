use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::clock::UnixSeconds;
use crate::provider::{Kept, TokenResponse};
use crate::sealed::{LinkId, Sealed, secret};

/// If a provider refuses a token younger than this, in seconds, the token is not the reason.
const NEW: UnixSeconds = 60;

/// What a link holds. The fields are sealed in this order: see [`Sealed`] before you add one.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenSet {
    /// The access token.
    #[serde(serialize_with = "secret::serialize")]
    pub access_token: SecretString,
    /// The refresh token, if there is one.
    #[serde(serialize_with = "secret::serialize_option")]
    pub refresh_token: Option<SecretString>,
    /// When the access token expires, if known.
    pub lifetime: Option<Lifetime>,
    /// The granted scope, if known.
    pub scope: Option<String>,
    /// The provider's id of the user who was linked.
    pub subject: Option<String>,
    /// Counts the refreshes.
    pub generation: u32,
    /// Counts the refreshes that failed since the last success.
    pub attempt: u32,
    /// The attempt that made the link: if the same code comes again, its work is already done.
    pub link: Option<LinkId>,
    /// The parameters kept from the provider's callback.
    pub callback: BTreeMap<String, String>,
    /// When the access token was issued.
    pub issued_at: UnixSeconds,
    /// Who made the link; only an account's link says so.
    pub linked: Option<Linked>,
    /// The fields kept from the token responses.
    pub granted: BTreeMap<String, String>,
}

/// Who made a link, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Linked {
    /// The Stripe user, `usr_…`.
    pub by: String,
    /// By our clock.
    pub at: UnixSeconds,
}

/// The token set of an account's link.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct AccountTokens(pub(crate) TokenSet);

impl Sealed for AccountTokens {
    const LABEL: &'static str = "account-tokens";
}

/// The lifetime of an access token.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Lifetime {
    refresh_at: UnixSeconds,
    ends_at: UnixSeconds,
}

impl Lifetime {
    /// A token is refreshed two minutes before it expires; one that lives less than four minutes, at half its
    /// lifetime.
    fn begin(seconds: u64, now: UnixSeconds) -> Self {
        let ends_at = now.saturating_add(seconds);
        Self { refresh_at: ends_at - (seconds / 2).min(120), ends_at }
    }
}

impl Sealed for TokenSet {
    const LABEL: &'static str = "user-tokens";
}

impl TokenSet {
    /// What the provider granted now, for this attempt's callback; the user it was granted to is not known
    /// yet.
    #[must_use]
    pub fn new(
        response: TokenResponse,
        link: LinkId,
        callback: BTreeMap<String, String>,
        now: UnixSeconds,
    ) -> Self {
        Self {
            access_token: response.access_token,
            refresh_token: response.refresh_token,
            lifetime: response.expires_in.map(|seconds| Lifetime::begin(seconds, now)),
            scope: response.scope,
            subject: None,
            generation: 0,
            attempt: 0,
            link: Some(link),
            callback,
            issued_at: now,
            granted: response.kept,
            linked: None,
        }
    }

    /// This set after a refresh. A response without a refresh token keeps the old one (RFC 6749 section 6),
    /// and one without a kept field keeps the field.
    #[must_use]
    pub fn renewed(&self, response: TokenResponse, now: UnixSeconds) -> Self {
        let mut granted = self.granted.clone();
        granted.extend(response.kept);
        Self {
            access_token: response.access_token,
            refresh_token: response.refresh_token.or_else(|| self.refresh_token.clone()),
            lifetime: response.expires_in.map(|seconds| Lifetime::begin(seconds, now)),
            scope: response.scope.or_else(|| self.scope.clone()),
            subject: self.subject.clone(),
            generation: self.generation.wrapping_add(1),
            attempt: 0,
            link: self.link,
            callback: self.callback.clone(),
            issued_at: now,
            granted,
            linked: self.linked.clone(),
        }
    }

    /// What is kept besides the tokens.
    #[must_use]
    pub fn kept(&self) -> Kept<'_> {
        Kept { callback: &self.callback, granted: &self.granted }
    }

    /// Whether it is time for a refresh.
    #[must_use]
    pub fn is_due(&self, now: UnixSeconds) -> bool {
        self.lifetime.is_some_and(|lifetime| lifetime.refresh_at <= now)
    }

    /// Whether the access token has expired.
    #[must_use]
    pub fn has_ended(&self, now: UnixSeconds) -> bool {
        self.lifetime.is_some_and(|lifetime| lifetime.ends_at <= now)
    }

    /// When the access token expires, if known.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.lifetime.map(|lifetime| lifetime.ends_at)
    }

    /// Whether the access token was issued less than a minute ago.
    #[must_use]
    pub fn is_new(&self, now: UnixSeconds) -> bool {
        now.saturating_sub(self.issued_at) < NEW
    }

    /// Whether this is another state of the link than `other`: refreshed, or linked again.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        (self.link, self.generation) != (other.link, other.generation)
    }

    /// All that `TOKEN_FORMAT=plain` stores.
    pub(super) fn bare(access_token: SecretString) -> Self {
        Self {
            access_token,
            refresh_token: None,
            lifetime: None,
            scope: None,
            subject: None,
            generation: 0,
            attempt: 0,
            link: None,
            callback: BTreeMap::new(),
            issued_at: 0,
            granted: BTreeMap::new(),
            linked: None,
        }
    }
}
