//! The tokens of a link, and how they are kept in the Secret Store.

pub(crate) mod lease;
mod managed;
mod name;
mod split;
mod token_set;

use futures_util::future::{join_all, try_join_all};
use secrecy::{ExposeSecret, SecretString};

use crate::clock::UnixSeconds;
use crate::direct_invocation::NamedOwner;
use crate::error::Error;
use crate::http::Http;
use crate::invocation::Timing;
use crate::link_scope::LinkScope;
use crate::log::record;
use crate::owner::{Owner, Scope};
use crate::provider::Provider;
use crate::sealed::{NotOpened, Sealed, SealingKeys};
use crate::secret_store::{LONGEST_PAYLOAD, ScopedSecrets, SecretStore};
use crate::settings::Settings;
use crate::stripe_user::{Mode, StripeUser};
use name::LinkName;
use split::{Head, Parts, Split};

pub use managed::{LinkAnswer, ManagedLink};
pub(crate) use token_set::AccountTokens;
pub use token_set::{Linked, TokenSet};

/// Every write for a request is finished within this time, in seconds.
const LONGEST_WRITE: UnixSeconds = 60;
/// Settings younger than this, in seconds, hold every key there is.
const FRESH_SETTINGS: UnixSeconds = 60;

/// Stores token sets in the Secret Store.
pub struct TokenStore {
    secrets: SecretStore,
    owner: Owner,
    name: LinkName,
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

/// The link of one owner, in one deployment: to use, and to refresh. To make and to end it is up to a
/// [`ManagedLink`].
#[derive(Clone, Copy)]
pub struct Link<'a> {
    store: &'a TokenStore,
    secrets: ScopedSecrets<'a>,
    scope: Scope<'a>,
    mode: Mode,
    timing: &'a Timing,
}

/// The leases to delete for lack of room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leases {
    /// Those that nobody can hold any longer.
    Old,
    /// All: tokens matter more.
    All,
}

/// What the Secret Store holds of a link.
pub struct Stored {
    tokens: Result<TokenSet, NotOpened>,
    parts: Option<Parts>,
}

impl Stored {
    /// The tokens.
    ///
    /// # Errors
    /// `reconnect_required` if they cannot be opened.
    pub fn tokens(&self) -> Result<&TokenSet, Error> {
        self.tokens.as_ref().map_err(|not_opened| match not_opened {
            NotOpened::UnknownKey => Error::SealedElsewhere,
            NotOpened::Invalid => Error::ReconnectRequired,
        })
    }
}

impl TokenStore {
    /// Reads `LINK_SCOPE`, `LINK_NAME`, `TOKEN_FORMAT`, the sealing keys, and the settings of the Secret Store.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let secrets = SecretStore::from_settings(settings, http);
        let scope = LinkScope::from_settings(settings);
        let name = LinkName::from_settings(settings);
        let is_plain = settings.choice("TOKEN_FORMAT", &[("sealed", false), ("plain", true)]);
        let format = match is_plain {
            Some(true) => Some(Format::Plain),
            Some(false) | None => SealingKeys::from_settings(settings).map(Format::Sealed),
        };
        is_plain?;
        Some(Self {
            secrets: secrets?,
            owner: scope?.owner(),
            name: name?,
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
        self.secrets.mode_of(user.mode())
    }

    /// The link that this user has, or shares with their account, for one request.
    ///
    /// # Errors
    /// As [`SecretStore::of`].
    pub fn of<'a>(&'a self, user: &'a StripeUser, timing: &'a Timing) -> Result<Link<'a>, Error> {
        self.in_scope(Scope::of(user, self.owner), timing)
    }

    /// The link that an invoker named.
    ///
    /// # Errors
    /// As [`SecretStore::of`]; `bad_request` if a user is named and the links are the accounts', or none is and they
    /// are the users'.
    pub fn of_named<'a>(&'a self, owner: &'a NamedOwner, timing: &'a Timing) -> Result<Link<'a>, Error> {
        match (self.owner, owner.scope().user) {
            (Owner::User, None) => Err(Error::BadRequest(
                "user_id is missing: here each user has a link of their own (LINK_SCOPE=user).",
            )),
            (Owner::Account, Some(_)) => Err(Error::BadRequest(
                "Leave user_id out: here the link is the account's (LINK_SCOPE=account).",
            )),
            _ => self.in_scope(owner.scope(), timing),
        }
    }

    fn in_scope<'a>(&'a self, scope: Scope<'a>, timing: &'a Timing) -> Result<Link<'a>, Error> {
        let secrets = self.secrets.of(scope, timing.deadline)?;
        let mode = self.secrets.mode_of(scope.mode)?;
        Ok(Link { store: self, secrets, scope, mode, timing })
    }
}

impl Link<'_> {
    /// The same link, for calls that are not retried: another request may write between two attempts.
    #[must_use]
    pub(crate) fn trying_once(self) -> Self {
        Self { secrets: self.secrets.trying_once(), ..self }
    }

    /// Loads what is stored; `None` if nothing is linked. During a concurrent write, it is the old set or the
    /// new one.
    ///
    /// # Errors
    /// As [`ScopedSecrets::find`].
    pub async fn load(&self) -> Result<Option<Stored>, Error> {
        let Some(mut head) = self.secrets.find(self.name()).await? else {
            return Ok(None);
        };
        loop {
            let stored = self.open(&head).await?;
            if stored.tokens.is_ok() || stored.parts.is_none() {
                return Ok(Some(stored));
            }
            // Parts that do not fit their head may belong to another set by now; then there is another head
            // as well.
            match self.secrets.find(self.name()).await? {
                None => return Ok(None),
                Some(present) if present.expose_secret() == head.expose_secret() => return Ok(Some(stored)),
                Some(present) => head = present,
            }
        }
    }

    async fn open(&self, head: &SecretString) -> Result<Stored, Error> {
        let Format::Sealed(keys) = &self.store.format else {
            return Ok(Stored { tokens: Ok(TokenSet::bare(head.clone())), parts: None });
        };
        let (whole, parts) = match Head::parse(head.expose_secret()) {
            Head::Whole(text) => (Some(text.to_owned()), None),
            Head::Split { parts, first } => {
                let names = parts.names(&self.store.name);
                let chunks = try_join_all(names.iter().map(|name| self.secrets.find(name))).await?;
                let chunks = chunks.into_iter().collect::<Option<Vec<_>>>();
                let joined = chunks.map(|chunks| {
                    chunks.iter().fold(first.to_owned(), |joined, chunk| joined + chunk.expose_secret())
                });
                (joined, Some(parts))
            }
        };
        let tokens = whole.ok_or(NotOpened::Invalid).and_then(|text| self.open_tokens(keys, &text));
        if let Err(not_opened) = tokens {
            if not_opened == NotOpened::UnknownKey {
                self.doubt_keys()?;
            }
            tracing::warn!("the stored tokens cannot be opened");
            record::unopened_link();
        }
        Ok(Stored { tokens, parts })
    }

    /// Tokens were sealed with a key that is not one of ours. It may be one of ours once the settings are
    /// reloaded, unless they have just been.
    ///
    /// # Errors
    /// `settings_unavailable` until then.
    fn doubt_keys(&self) -> Result<(), Error> {
        record::doubt_secrets();
        let age = self.timing.now.saturating_sub(self.store.settings_read_at);
        if age >= FRESH_SETTINGS {
            return Err(Error::SettingsUnavailable);
        }
        tracing::error!(
            link_name = self.name(),
            "the stored tokens were sealed with a key that is not in SEALING_KEY: does another deployment use \
             this LINK_NAME?"
        );
        Ok(())
    }

    /// Stores a token set in place of `old`. A concurrent read finds the old set or the new one. A lost
    /// response is not an error if the set turns out to be stored.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`]; `provider_error` if the tokens are too big to store.
    pub(crate) async fn save(&self, tokens: &TokenSet, old: Option<&Stored>) -> Result<(), Error> {
        self.store(tokens, old).await.map(|_| ())
    }

    /// As [`Link::save`]; returns where the parts of the set are.
    async fn store(&self, tokens: &TokenSet, old: Option<&Stored>) -> Result<Option<Parts>, Error> {
        let old = old.and_then(|old| old.parts.as_ref());
        match &self.store.format {
            Format::Plain => self.save_plain(&tokens.access_token).await.map(|()| None),
            Format::Sealed(keys) => self.save_sealed(&self.seal_tokens(keys, tokens)?, old).await,
        }
    }

    fn seal_tokens(&self, keys: &SealingKeys, tokens: &TokenSet) -> Result<String, Error> {
        match self.scope.user {
            Some(_) => self.seal(keys, tokens),
            None => self.seal(keys, &AccountTokens(tokens.clone())),
        }
    }

    fn open_tokens(&self, keys: &SealingKeys, text: &str) -> Result<TokenSet, NotOpened> {
        match self.scope.user {
            Some(_) => keys.open(text, &self.context()).map(|(tokens, _)| tokens),
            None => keys.open(text, &self.context()).map(|(AccountTokens(tokens), _)| tokens),
        }
    }

    fn seal(&self, keys: &SealingKeys, token: &impl Sealed) -> Result<String, Error> {
        Ok(keys.sealing().seal(token, &self.context())?)
    }

    /// Deletes what is stored, and the lease of its refresh.
    ///
    /// # Errors
    /// As [`ScopedSecrets::delete`].
    pub(crate) async fn delete_with_lease(&self, stored: &Stored) -> Result<(), Error> {
        self.erase(stored, true).await
    }

    async fn erase(&self, stored: &Stored, leased: bool) -> Result<(), Error> {
        let name = &self.store.name;
        self.secrets.delete(name.as_str()).await?;
        let lease = leased.then(|| name.lease(lease::REFRESH));
        let parts = stored.parts.iter().flat_map(|parts| parts.names(name));
        self.delete_rest(parts.chain(lease)).await;
        Ok(())
    }

    async fn save_plain(&self, access_token: &SecretString) -> Result<(), Error> {
        if access_token.expose_secret().chars().count() > LONGEST_PAYLOAD {
            tracing::error!("the access token is over 5000 characters: TOKEN_FORMAT=plain cannot hold it");
            return Err(Error::ProviderError);
        }
        self.secrets.set(self.name(), access_token).await
    }

    async fn save_sealed(&self, sealed: &str, old: Option<&Parts>) -> Result<Option<Parts>, Error> {
        let Some(new) = Split::of(sealed)? else {
            tracing::error!(characters = sealed.len(), "the tokens are too big for the Secret Store");
            return Err(Error::ProviderError);
        };
        let mut saved = self.write(&new).await;
        // Stripe does not say with which error code it rejects an eleventh secret. Tokens that exist nowhere
        // else must not be lost for lack of room.
        if matches!(saved, Err(Error::ClientMisconfigured)) {
            saved = if self.make_room(Leases::All).await { self.write(&new).await } else { saved };
            if let Some(over) = old.and_then(|old| Split::over(sealed, old)).filter(|_| saved.is_err()) {
                self.write(&over).await?;
                return Ok(over.parts);
            }
        }
        saved?;
        self.delete_parts(old).await;
        Ok(new.parts)
    }

    /// Writes the head last: until then the old one points to the old parts.
    async fn write(&self, split: &Split) -> Result<(), Error> {
        let names = split.parts.iter().flat_map(|parts| parts.names(&self.store.name)).collect::<Vec<_>>();
        let chunks = split.chunks.iter().map(|chunk| SecretString::from(chunk.as_str())).collect::<Vec<_>>();
        let parts = names.iter().zip(&chunks).map(|(name, chunk)| self.secrets.set(name, chunk));
        let parts = join_all(parts).await.into_iter().collect::<Result<(), _>>();
        let head = SecretString::from(split.head.as_str());
        let written = match parts {
            Ok(()) => self.secrets.set(self.name(), &head).await,
            Err(error) => Err(error),
        };
        let Err(error) = written else { return Ok(()) };
        match self.secrets.find(self.name()).await {
            // Only the response was lost.
            Ok(Some(present)) if present.expose_secret() == head.expose_secret() => Ok(()),
            Ok(_) => {
                self.delete_rest(names.into_iter()).await;
                Err(error)
            }
            Err(_) => Err(error),
        }
    }

    /// Deletes what the link can do without: parts without a head, which functions that died left behind, and
    /// leases, whose loss only makes others wait longer. False if there was nothing. Young parts stay, because
    /// they may belong to a set that is being written.
    async fn make_room(&self, leases: Leases) -> bool {
        let (Ok(head), Ok(mut spare)) = (self.secrets.find(self.name()).await, self.secrets.list().await)
        else {
            return false;
        };
        let name = &self.store.name;
        let kept = match head.as_ref().map(|head| Head::parse(head.expose_secret())) {
            Some(Head::Split { parts, .. }) => parts.names(name),
            Some(Head::Whole(_)) | None => Vec::new(),
        };
        let is_old = |created| self.timing.now.saturating_sub(created) > LONGEST_WRITE;
        spare.retain(|secret| {
            let is_part = name.is_part(&secret.name) && !kept.contains(&secret.name);
            let is_lease = name.is_lease(&secret.name);
            (is_part || is_lease) && is_old(secret.created) || is_lease && leases == Leases::All
        });
        tracing::warn!(deleted = spare.len(), "the Secret Store's scope is full, at ten secrets");
        let found = !spare.is_empty();
        self.delete_rest(spare.into_iter().map(|secret| secret.name)).await;
        found
    }

    async fn delete_parts(&self, parts: Option<&Parts>) {
        self.delete_rest(parts.iter().flat_map(|parts| parts.names(&self.store.name))).await;
    }

    /// Without a head, parts are unreadable and harmless, so it is no error if some are left.
    async fn delete_rest(&self, names: impl Iterator<Item = String>) {
        let names = names.collect::<Vec<_>>();
        let outcomes = join_all(names.iter().map(|name| self.secrets.delete(name))).await;
        if outcomes.iter().any(Result::is_err) {
            tracing::warn!("parts or a lease were left in the Secret Store");
        }
    }

    /// The secret that holds the token set, or its head.
    fn name(&self) -> &str {
        self.store.name.as_str()
    }

    /// What a set is bound to: copied to another owner's scope, another mode, client or link, or tampered with, it
    /// does not open.
    fn context(&self) -> Vec<&str> {
        let whose = [Some(self.scope.account), self.scope.user].into_iter().flatten();
        let which = [self.mode.as_str(), self.store.provider, &self.store.client_id, self.name()];
        whose.chain(which).collect()
    }
}
