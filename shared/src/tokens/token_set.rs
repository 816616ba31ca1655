use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::clock::UnixSeconds;
use crate::provider::TokenResponse;
use crate::sealed::{LinkId, Sealed, secret};

/// A provider that refuses a token this young, in seconds, refuses something else than the token.
const NEW: UnixSeconds = 60;

/// What a link holds. In this order it is sealed: see [`Sealed`] before you add a field.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenSet {
    /// The access token.
    #[serde(serialize_with = "secret::serialize")]
    pub access_token: SecretString,
    /// The refresh token, where there is one.
    #[serde(serialize_with = "secret::serialize_option")]
    pub refresh_token: Option<SecretString>,
    /// When the access token ends, where that is told.
    pub lifetime: Option<Lifetime>,
    /// What was granted, where that is told.
    pub scope: Option<String>,
    /// The provider's id of the user who was linked.
    pub subject: Option<String>,
    /// Counts the refreshes.
    pub generation: u32,
    /// Counts the refreshes that failed since the last that did not.
    pub attempt: u32,
    /// The attempt that made the link: the same code a second time finds its work done.
    pub link: Option<LinkId>,
    /// What was kept of the provider's callback.
    pub kept: BTreeMap<String, String>,
    /// When the access token was issued.
    pub issued_at: UnixSeconds,
}

/// How long an access token is good for.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Lifetime {
    refresh_at: UnixSeconds,
    ends_at: UnixSeconds,
}

impl Lifetime {
    /// A token is refreshed two minutes before it ends; one that lives shorter than four, at half its time.
    fn begin(seconds: u64, now: UnixSeconds) -> Self {
        let ends_at = now.saturating_add(seconds);
        Self { refresh_at: ends_at - (seconds / 2).min(120), ends_at }
    }
}

impl Sealed for TokenSet {
    const LABEL: &'static str = "user-tokens";
}

impl TokenSet {
    /// What the provider granted now, by this attempt; whom it was granted to is not known yet.
    #[must_use]
    pub fn granted(response: TokenResponse, link: LinkId, now: UnixSeconds) -> Self {
        Self {
            access_token: response.access_token,
            refresh_token: response.refresh_token,
            lifetime: response.expires_in.map(|seconds| Lifetime::begin(seconds, now)),
            scope: response.scope,
            subject: None,
            generation: 0,
            attempt: 0,
            link: Some(link),
            kept: BTreeMap::new(),
            issued_at: now,
        }
    }

    /// What a refresh made of this set. A reply without a refresh token keeps the old one (RFC 6749 section 6).
    #[must_use]
    pub fn renewed(&self, response: TokenResponse, now: UnixSeconds) -> Self {
        Self {
            access_token: response.access_token,
            refresh_token: response.refresh_token.or_else(|| self.refresh_token.clone()),
            lifetime: response.expires_in.map(|seconds| Lifetime::begin(seconds, now)),
            scope: response.scope.or_else(|| self.scope.clone()),
            subject: self.subject.clone(),
            generation: self.generation.wrapping_add(1),
            attempt: 0,
            link: self.link,
            kept: self.kept.clone(),
            issued_at: now,
        }
    }

    /// Whether it is time for a refresh.
    #[must_use]
    pub fn is_due(&self, now: UnixSeconds) -> bool {
        self.lifetime.is_some_and(|lifetime| lifetime.refresh_at <= now)
    }

    /// Whether the access token has ended.
    #[must_use]
    pub fn has_ended(&self, now: UnixSeconds) -> bool {
        self.lifetime.is_some_and(|lifetime| lifetime.ends_at <= now)
    }

    /// Whether the access token was issued under a minute ago.
    #[must_use]
    pub fn is_new(&self, now: UnixSeconds) -> bool {
        now.saturating_sub(self.issued_at) < NEW
    }

    /// Whether this is another state of the link than `other`: refreshed, or linked anew.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        (self.link, self.generation) != (other.link, other.generation)
    }

    /// All that `TOKEN_FORMAT=plain` keeps.
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
            kept: BTreeMap::new(),
            issued_at: 0,
        }
    }
}
