//! A link in the hands of someone who may make and end it.

use serde::Serialize;

use super::{Link, Linked, Stored, TokenSet, TokenStore};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::invocation::Timing;
use crate::owner::{Linker, Owner, Scope};
use crate::provider::LinkedUser;

/// A link, to make or to end. It takes a [`Linker`], so an account's link takes a role.
#[derive(Clone, Copy)]
pub struct ManagedLink<'a> {
    pub(super) link: Link<'a>,
    pub(super) linker: &'a Linker,
}

impl TokenStore {
    /// The link that this user may make and end, for one request.
    ///
    /// # Errors
    /// As [`TokenStore::of`].
    pub fn managed_by<'a>(
        &'a self,
        linker: &'a Linker,
        timing: &'a Timing,
    ) -> Result<ManagedLink<'a>, Error> {
        let link = self.in_scope(Scope::of(linker.user(), linker.owner()), timing)?;
        Ok(ManagedLink { link, linker })
    }
}

impl ManagedLink<'_> {
    /// As [`Link::load`].
    ///
    /// # Errors
    /// As [`Link::load`].
    pub async fn load(&self) -> Result<Option<Stored>, Error> {
        self.link.load().await
    }

    /// Stores the tokens of a new link in place of `old`. Returns what is stored: if another administrator has
    /// linked the same provider account meanwhile, theirs.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`](crate::secret_store::ScopedSecrets::set); `provider_error` if the tokens are too
    /// big to store; for an account's link also `identity_changed` if it is of another subject, and
    /// `not_connected` if it was ended right away.
    pub async fn make(&self, new: TokenSet, old: Option<&Stored>) -> Result<TokenSet, Error> {
        match self.linker.owner() {
            Owner::User => self.link.save(&new, old).await.map(|()| new),
            Owner::Account => self.make_for_account(new).await,
        }
    }

    /// All members use an account's link, so it is not replaced by one of another subject: it has to be ended
    /// first, which revokes it. The Secret Store cannot compare and set, so administrators who link at once wait for
    /// each other, and this looks before it writes, and after.
    async fn make_for_account(&self, mut new: TokenSet) -> Result<TokenSet, Error> {
        new.linked = Some(Linked { by: self.linker.user().user().to_owned(), at: self.link.timing.now });
        let present = self.load_in_turn(&new).await?;
        if present
            .as_ref()
            .and_then(|stored| stored.tokens().ok())
            .is_some_and(|set| !set.is_of_subject(&new))
        {
            return Err(Error::IdentityChanged);
        }
        let parts = self.link.store(&new, present.as_ref()).await?;
        // It was stored: that it cannot be read back does not undo that.
        let Ok(stored) = self.load_in_turn(&new).await else { return Ok(new) };
        let found = stored.as_ref().ok_or(Error::NotConnected).and_then(Stored::tokens);
        if found.as_ref().is_ok_and(|set| set.link == new.link) {
            return Ok(new);
        }
        self.link.delete_parts(parts.as_ref()).await;
        match found? {
            set if set.is_of_subject(&new) => Ok(set.clone()),
            _ => Err(Error::IdentityChanged),
        }
    }

    /// Loads once no other administrator is about to store theirs, as far as that leaves time to load and to store.
    async fn load_in_turn(&self, new: &TokenSet) -> Result<Option<Stored>, Error> {
        let (deadline, operation) = (self.link.timing.deadline, self.link.secrets.longest_operation());
        let turn = deadline.within(deadline.left().saturating_sub(2 * operation));
        self.await_turn(&new.link.unwrap_or_default(), turn).await?;
        self.link.load().await
    }

    /// Deletes what is stored.
    ///
    /// # Errors
    /// As [`ScopedSecrets::delete`](crate::secret_store::ScopedSecrets::delete).
    pub async fn end(&self, stored: &Stored) -> Result<(), Error> {
        let refreshed = stored.tokens().ok().is_none_or(|set| set.generation > 0 || set.attempt > 0);
        self.link.erase(stored, refreshed).await
    }
}

/// A link, as the app is told of it.
#[derive(Serialize)]
pub struct LinkAnswer {
    #[serde(flatten)]
    user: LinkedUser,
    #[serde(flatten)]
    account: Option<AccountLink>,
}

/// What is said of an account's link only.
#[derive(Serialize)]
struct AccountLink {
    scope: &'static str,
    linked_by: String,
    linked_at: UnixSeconds,
}

impl TokenSet {
    /// This link, to the user that these tokens are of.
    #[must_use]
    pub fn answer(&self, user: LinkedUser) -> LinkAnswer {
        let account = self.linked.clone().map(|Linked { by, at }| AccountLink {
            scope: "account",
            linked_by: by,
            linked_at: at,
        });
        LinkAnswer { user, account }
    }

    fn is_of_subject(&self, other: &Self) -> bool {
        self.subject == other.subject
    }
}
