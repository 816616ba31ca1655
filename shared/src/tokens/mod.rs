//! The tokens of a link, and how they rest in the Secret Store.

pub(crate) mod lease;
mod split;
mod token_set;

use futures_util::future::{join_all, try_join_all};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::http::{Deadline, Http};
use crate::provider;
use crate::sealed::{LinkId, SealingKeys};
use crate::secret_store::{LONGEST_PAYLOAD, SecretStore, UserSecrets};
use crate::settings::{Rolling, Settings};
use crate::stripe_user::{Mode, StripeUser};
use split::{Head, Slot};

pub use token_set::TokenSet;

/// The secret that holds the token set, or its head.
const NAME: &str = "access_token";

/// Keeps token sets in the Secret Store.
pub struct TokenStore {
    secrets: SecretStore,
    format: Format,
    provider: &'static str,
}

enum Format {
    /// The whole set, sealed: an app's browser side can read its own user's secrets.
    Sealed(Rolling<SealingKeys>),
    /// The bare access token, as in the article, for apps that use it in the browser.
    Plain,
}

/// The link of one Stripe user, to load, save or delete.
pub struct UserTokens<'a> {
    store: &'a TokenStore,
    secrets: UserSecrets<'a>,
    user: &'a StripeUser,
}

/// What the Secret Store holds for a user.
pub struct Stored {
    /// The tokens; none when what is there cannot be opened.
    pub tokens: Option<TokenSet>,
    /// Where the parts of a split set are.
    slot: Option<Slot>,
}

impl TokenStore {
    /// Reads `TOKEN_FORMAT`, `PROVIDER`, the sealing keys, and what the Secret Store needs.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let secrets = SecretStore::from_settings(settings, http);
        let provider = provider::name(settings);
        let is_plain = settings.choice("TOKEN_FORMAT", &[("sealed", false), ("plain", true)]);
        let format = match is_plain {
            Some(true) => Some(Format::Plain),
            Some(false) | None => settings.rolling(SealingKeys::from_settings).map(Format::Sealed),
        };
        is_plain?;
        Some(Self { secrets: secrets?, format: format?, provider: provider? })
    }

    /// The mode a request of this user is about.
    ///
    /// # Errors
    /// `bad_request` when it signs none and there is no default.
    pub fn mode_of(&self, user: &StripeUser) -> Result<Mode, Error> {
        self.secrets.mode_of(user)
    }

    /// The link of this user.
    ///
    /// # Errors
    /// As [`SecretStore::of`].
    pub fn of<'a>(&'a self, user: &'a StripeUser, deadline: Deadline) -> Result<UserTokens<'a>, Error> {
        Ok(UserTokens { store: self, secrets: self.secrets.of(user, deadline)?, user })
    }
}

impl UserTokens<'_> {
    /// Loads what is stored; none when nothing is linked.
    ///
    /// # Errors
    /// As [`UserSecrets::find`].
    pub async fn load(&self) -> Result<Option<Stored>, Error> {
        let Some(head) = self.secrets.find(NAME).await? else {
            return Ok(None);
        };
        let Format::Sealed(keys) = &self.store.format else {
            return Ok(Some(Stored { tokens: Some(TokenSet::bare(head)), slot: None }));
        };
        let (whole, slot) = match Head::parse(head.expose_secret()) {
            Head::Whole(text) => (Some(text.to_owned()), None),
            Head::Split { slot, parts, first } => {
                let names = (1..=parts).map(|part| slot.name(NAME, part)).collect::<Vec<_>>();
                let parts = try_join_all(names.iter().map(|name| self.secrets.find(name))).await?;
                let parts = parts.into_iter().collect::<Option<Vec<_>>>();
                let joined = parts.map(|parts| {
                    parts.iter().fold(first.to_owned(), |joined, part| joined + part.expose_secret())
                });
                (joined, Some(slot))
            }
        };
        let tokens = match whole {
            Some(text) => keys.open(&text, &self.context()).await.map(|(tokens, _)| tokens),
            None => None,
        };
        if tokens.is_none() {
            tracing::warn!("the stored tokens cannot be opened");
        }
        Ok(Some(Stored { tokens, slot }))
    }

    /// Whether the tokens of this link attempt are what is stored; false when nobody can say.
    pub async fn hold(&self, link: &LinkId) -> bool {
        let stored = self.load().await.ok().flatten().and_then(|stored| stored.tokens);
        stored.is_some_and(|set| set.link == Some(*link))
    }

    /// Stores a token set in place of `old`. Whoever reads meanwhile finds the old set or the new one.
    ///
    /// # Errors
    /// As [`UserSecrets::set`]; `provider_error` when the tokens are too big to store.
    pub async fn save(&self, tokens: &TokenSet, old: Option<&Stored>) -> Result<(), Error> {
        let old_slot = old.and_then(|old| old.slot);
        match &self.store.format {
            Format::Plain => self.save_plain(&tokens.access_token).await,
            Format::Sealed(keys) => {
                let sealed = keys.current().sealing().seal(tokens, &self.context())?;
                self.save_sealed(&sealed, old_slot).await
            }
        }?;
        if let Some(slot) = old_slot {
            self.delete_parts(&[slot]).await;
        }
        Ok(())
    }

    /// Deletes what is stored.
    ///
    /// # Errors
    /// As [`UserSecrets::delete`].
    pub async fn delete(&self, stored: &Stored) -> Result<(), Error> {
        self.secrets.delete(NAME).await?;
        let refreshed = stored.tokens.as_ref().is_none_or(|set| set.generation > 0 || set.attempt > 0);
        if refreshed && self.secrets.delete(lease::REFRESH).await.is_err() {
            tracing::warn!("a lease stays in the Secret Store");
        }
        if stored.slot.is_some() {
            self.delete_parts(&Slot::BOTH).await;
        }
        Ok(())
    }

    async fn save_plain(&self, access_token: &SecretString) -> Result<(), Error> {
        if access_token.expose_secret().chars().count() > LONGEST_PAYLOAD {
            tracing::error!("the access token is over 5000 characters: TOKEN_FORMAT=plain cannot hold it");
            return Err(Error::ProviderError);
        }
        self.secrets.set(NAME, access_token).await
    }

    async fn save_sealed(&self, sealed: &str, old: Option<Slot>) -> Result<(), Error> {
        let Some((head, parts)) = split::split(sealed, old.map_or(Slot::A, Slot::other)) else {
            tracing::error!(characters = sealed.len(), "the tokens are too big for the Secret Store");
            return Err(Error::ProviderError);
        };
        // The head is written last: until then it points at the old parts.
        let named = parts.into_iter().map(|(name, part)| (name.of(NAME), SecretString::from(part)));
        let parts = named.collect::<Vec<_>>();
        try_join_all(parts.iter().map(|(name, part)| self.secrets.set(name, part))).await?;
        self.secrets.set(NAME, &head.into()).await
    }

    /// Parts without a head are unreadable and get overwritten; that one stays behind is no failure.
    async fn delete_parts(&self, slots: &[Slot]) {
        let names = slots.iter().flat_map(|slot| (1..=split::MOST_PARTS).map(|part| slot.name(NAME, part)));
        let names = names.collect::<Vec<_>>();
        let outcomes = join_all(names.iter().map(|name| self.secrets.delete(name))).await;
        if outcomes.iter().any(Result::is_err) {
            tracing::warn!("parts of an old token set stay in the Secret Store");
        }
    }

    /// A set copied to another user's scope, or tampered with, does not open.
    fn context(&self) -> [&str; 3] {
        [self.user.account(), self.user.user(), self.store.provider]
    }
}
