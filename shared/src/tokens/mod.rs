//! The tokens of a link, and how they are kept in the Secret Store.

pub(crate) mod lease;
mod split;
mod token_set;

use futures_util::future::{join_all, try_join_all};
use secrecy::{ExposeSecret, SecretString};

use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::Http;
use crate::invocation::Invocation;
use crate::log::record;
use crate::provider::Provider;
use crate::sealed::{NotOpened, Sealed, SealingKeys};
use crate::secret_store::{LONGEST_PAYLOAD, SecretStore, UserSecrets};
use crate::settings::Settings;
use crate::stripe_user::{Mode, StripeUser};
use split::{Head, Parts, Split};

pub use token_set::TokenSet;

/// The secret that holds the token set, or its head.
const NAME: &str = "access_token";
/// Every write for a request is finished within this time, in seconds.
const LONGEST_WRITE: UnixSeconds = 60;
/// Settings younger than this, in seconds, hold every key there is.
const FRESH_SETTINGS: UnixSeconds = 60;

/// Stores token sets in the Secret Store.
pub struct TokenStore {
    secrets: SecretStore,
    format: Format,
    provider: &'static str,
    client_id: String,
    settings_read_at: UnixSeconds,
}

enum Format {
    /// The whole set, sealed, because an app's browser side can read its own user's secrets.
    Sealed(SealingKeys),
    /// The bare access token, as in the article, for apps that use it in the browser.
    Plain,
}

/// The link of one Stripe user, to load, save or delete.
#[derive(Clone, Copy)]
pub struct UserTokens<'a> {
    store: &'a TokenStore,
    secrets: UserSecrets<'a>,
    user: &'a StripeUser,
    mode: Mode,
    invocation: &'a Invocation,
}

/// What the Secret Store holds for a user.
pub struct Stored {
    /// The tokens; `None` if they cannot be opened.
    pub tokens: Option<TokenSet>,
    parts: Option<Parts>,
}

impl TokenStore {
    /// Reads `TOKEN_FORMAT`, the sealing keys, and the settings of the Secret Store.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let secrets = SecretStore::from_settings(settings, http);
        let is_plain = settings.choice("TOKEN_FORMAT", &[("sealed", false), ("plain", true)]);
        let format = match is_plain {
            Some(true) => Some(Format::Plain),
            Some(false) | None => SealingKeys::from_settings(settings).map(Format::Sealed),
        };
        is_plain?;
        Some(Self {
            secrets: secrets?,
            format: format?,
            provider: provider.name?,
            client_id: provider.client_id.clone()?,
            settings_read_at: settings.read_at(),
        })
    }

    /// The mode that this user's request is about.
    ///
    /// # Errors
    /// `bad_request` if it signs no mode and there is no default.
    pub fn mode_of(&self, user: &StripeUser) -> Result<Mode, Error> {
        self.secrets.mode_of(user)
    }

    /// The link of this user, for one request.
    ///
    /// # Errors
    /// As [`SecretStore::of`].
    pub fn of<'a>(
        &'a self,
        user: &'a StripeUser,
        invocation: &'a Invocation,
    ) -> Result<UserTokens<'a>, Error> {
        let secrets = self.secrets.of(user, invocation.deadline)?;
        let mode = self.secrets.mode_of(user)?;
        Ok(UserTokens { store: self, secrets, user, mode, invocation })
    }
}

impl UserTokens<'_> {
    /// The same link, for calls that are not retried: another request may write between two attempts.
    #[must_use]
    pub(crate) fn trying_once(self) -> Self {
        Self { secrets: self.secrets.trying_once(), ..self }
    }

    /// Loads what is stored; `None` if nothing is linked. During a concurrent write, it is the old set or the
    /// new one.
    ///
    /// # Errors
    /// As [`UserSecrets::find`].
    pub async fn load(&self) -> Result<Option<Stored>, Error> {
        let Some(mut head) = self.secrets.find(NAME).await? else {
            return Ok(None);
        };
        loop {
            let stored = self.open(&head).await?;
            if stored.tokens.is_some() || stored.parts.is_none() {
                return Ok(Some(stored));
            }
            // Parts that do not fit their head may belong to another set by now; then there is another head
            // as well.
            match self.secrets.find(NAME).await? {
                None => return Ok(None),
                Some(present) if present.expose_secret() == head.expose_secret() => return Ok(Some(stored)),
                Some(present) => head = present,
            }
        }
    }

    async fn open(&self, head: &SecretString) -> Result<Stored, Error> {
        let Format::Sealed(keys) = &self.store.format else {
            return Ok(Stored { tokens: Some(TokenSet::bare(head.clone())), parts: None });
        };
        let (whole, parts) = match Head::parse(head.expose_secret()) {
            Head::Whole(text) => (Some(text.to_owned()), None),
            Head::Split { parts, first } => {
                let names = parts.names(NAME);
                let chunks = try_join_all(names.iter().map(|name| self.secrets.find(name))).await?;
                let chunks = chunks.into_iter().collect::<Option<Vec<_>>>();
                let joined = chunks.map(|chunks| {
                    chunks.iter().fold(first.to_owned(), |joined, chunk| joined + chunk.expose_secret())
                });
                (joined, Some(parts))
            }
        };
        let tokens = match whole {
            Some(text) => self.open_sealed(keys, &text)?,
            None => None,
        };
        if tokens.is_none() {
            tracing::warn!("the stored tokens cannot be opened");
        }
        Ok(Stored { tokens, parts })
    }

    /// Opens a token set; `None` if it was tampered with, or sealed with a key that is no longer one of ours.
    /// A key that is not one of ours yet may be found once the settings are reloaded, hence the error
    /// `settings_unavailable`.
    fn open_sealed(&self, keys: &SealingKeys, text: &str) -> Result<Option<TokenSet>, Error> {
        match keys.open(text, &self.context()) {
            Ok((tokens, _)) => Ok(Some(tokens)),
            Err(NotOpened::Invalid) => Ok(None),
            Err(NotOpened::UnknownKey) => {
                record::doubt_secrets();
                let age = self.invocation.now.saturating_sub(self.store.settings_read_at);
                if age < FRESH_SETTINGS { Ok(None) } else { Err(Error::SettingsUnavailable) }
            }
        }
    }

    /// Stores a token set in place of `old`. A concurrent read finds the old set or the new one. A lost
    /// response is not an error if the set turns out to be stored.
    ///
    /// # Errors
    /// As [`UserSecrets::set`]; `provider_error` if the tokens are too big to store.
    pub async fn save(&self, tokens: &TokenSet, old: Option<&Stored>) -> Result<(), Error> {
        let old = old.and_then(|old| old.parts.as_ref());
        match &self.store.format {
            Format::Plain => self.save_plain(&tokens.access_token).await,
            Format::Sealed(keys) => self.save_sealed(&self.seal(keys, tokens)?, old).await,
        }
    }

    fn seal(&self, keys: &SealingKeys, token: &impl Sealed) -> Result<String, Error> {
        Ok(keys.sealing().seal(token, &self.context())?)
    }

    /// Deletes what is stored.
    ///
    /// # Errors
    /// As [`UserSecrets::delete`].
    pub async fn delete(&self, stored: &Stored) -> Result<(), Error> {
        self.secrets.delete(NAME).await?;
        let refreshed = stored.tokens.as_ref().is_none_or(|set| set.generation > 0 || set.attempt > 0);
        let lease = refreshed.then(|| lease::REFRESH.to_owned());
        let parts = stored.parts.iter().flat_map(|parts| parts.names(NAME));
        self.delete_rest(parts.chain(lease)).await;
        Ok(())
    }

    async fn save_plain(&self, access_token: &SecretString) -> Result<(), Error> {
        if access_token.expose_secret().chars().count() > LONGEST_PAYLOAD {
            tracing::error!("the access token is over 5000 characters: TOKEN_FORMAT=plain cannot hold it");
            return Err(Error::ProviderError);
        }
        self.secrets.set(NAME, access_token).await
    }

    async fn save_sealed(&self, sealed: &str, old: Option<&Parts>) -> Result<(), Error> {
        let Some(new) = Split::of(sealed)? else {
            tracing::error!(characters = sealed.len(), "the tokens are too big for the Secret Store");
            return Err(Error::ProviderError);
        };
        let mut saved = self.write(&new).await;
        // Stripe does not say with which error code it rejects an eleventh secret.
        if matches!(saved, Err(Error::ClientMisconfigured)) && new.parts.is_some() {
            saved = if self.make_room().await { self.write(&new).await } else { saved };
            // Tokens that exist nowhere else must not be lost for lack of room.
            if let Some(over) = old.and_then(|old| Split::over(sealed, old)).filter(|_| saved.is_err()) {
                return self.write(&over).await;
            }
        }
        saved?;
        self.delete_rest(old.iter().flat_map(|old| old.names(NAME))).await;
        Ok(())
    }

    /// Writes the head last: until then the old one points to the old parts.
    async fn write(&self, split: &Split) -> Result<(), Error> {
        let names = split.parts.iter().flat_map(|parts| parts.names(NAME)).collect::<Vec<_>>();
        let chunks = split.chunks.iter().map(|chunk| SecretString::from(chunk.as_str())).collect::<Vec<_>>();
        let parts = names.iter().zip(&chunks).map(|(name, chunk)| self.secrets.set(name, chunk));
        let parts = join_all(parts).await.into_iter().collect::<Result<(), _>>();
        let head = SecretString::from(split.head.as_str());
        let written = match parts {
            Ok(()) => self.secrets.set(NAME, &head).await,
            Err(error) => Err(error),
        };
        let Err(error) = written else { return Ok(()) };
        match self.secrets.find(NAME).await {
            // Only the response was lost.
            Ok(Some(present)) if present.expose_secret() == head.expose_secret() => Ok(()),
            Ok(_) => {
                self.delete_rest(names.into_iter()).await;
                Err(error)
            }
            Err(_) => Err(error),
        }
    }

    /// Deletes what functions that died left behind: parts without a head, and leases. False if there was
    /// nothing. Young secrets stay, because they may belong to a set that is being written.
    async fn make_room(&self) -> bool {
        let (Ok(head), Ok(mut left)) = (self.secrets.find(NAME).await, self.secrets.list().await) else {
            return false;
        };
        let kept = match head.as_ref().map(|head| Head::parse(head.expose_secret())) {
            Some(Head::Split { parts, .. }) => parts.names(NAME),
            Some(Head::Whole(_)) | None => Vec::new(),
        };
        let is_left = |name: &str| lease::NAMES.contains(&name) || split::is_part(NAME, name);
        let is_old = |created| self.invocation.now.saturating_sub(created) > LONGEST_WRITE;
        left.retain(|secret| is_left(&secret.name) && is_old(secret.created) && !kept.contains(&secret.name));
        tracing::warn!(secrets = left.len(), "the Secret Store is full: deleting what was left behind");
        let found = !left.is_empty();
        self.delete_rest(left.into_iter().map(|secret| secret.name)).await;
        found
    }

    /// Without a head, parts are unreadable and harmless, so it is no error if some are left.
    async fn delete_rest(&self, names: impl Iterator<Item = String>) {
        let names = names.collect::<Vec<_>>();
        let outcomes = join_all(names.iter().map(|name| self.secrets.delete(name))).await;
        if outcomes.iter().any(Result::is_err) {
            tracing::warn!("parts or a lease were left in the Secret Store");
        }
    }

    /// What a set is bound to: copied to another user's scope, mode, client or link, or tampered with, it
    /// does not open.
    fn context(&self) -> [&str; 6] {
        [
            self.user.account(),
            self.user.user(),
            self.mode.as_str(),
            self.store.provider,
            &self.store.client_id,
            NAME,
        ]
    }
}
