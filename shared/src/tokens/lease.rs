//! Leases: of all functions that run at once, only one does what must be done once. This needs no database.
//!
//! The Secret Store has no compare-and-set, but Stripe runs only the first of all requests with the same
//! idempotency key. The contender whose request ran holds the lease.
//!
//! - A refresh: if refresh tokens rotate, a provider takes a second use of one for theft and ends the grant.
//! - A link: the same goes for authorization codes, and the Dashboard hands its code to every mounted view.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Format, Leases, Link, ManagedLink, TokenSet};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::Deadline;
use crate::invocation::Timing;
use crate::owner::Owner;
use crate::sealed::{LinkId, Sealed, random};
use crate::secret_store::Claim;

/// What a refresh lease writes, in a secret that is named after the link, too.
pub(super) const REFRESH: &str = "refresh_lease";
/// What a link lease writes; it exists while the link is being made.
const LINK: &str = "link_lease";
/// All that leases write.
pub(super) const LEASES: [&str; 2] = [REFRESH, LINK];

/// In seconds: Stripe remembers idempotency keys for a day, and a lease means nothing without its key.
const REMEMBERED: u64 = 24 * 60 * 60;
/// Assumed clock skew in seconds; the clocks of Lambda differ by far less.
pub(crate) const CLOCKS_DIFFER_BY: UnixSeconds = 5;
/// How many times to request a link lease if Stripe uses up its keys on failures of its own.
const ATTEMPTS: u32 = 4;
/// The first pause before a function polls again; pauses double up to eight times this.
const PAUSE: Duration = Duration::from_millis(100);

/// A refresh lease, as its holder records it. Sealed, because the app's browser side can write the secrets of its
/// user and account.
#[derive(Serialize, Deserialize)]
pub(crate) struct RefreshLease {
    link: Option<LinkId>,
    generation: u32,
    /// The attempt at refreshing this generation that it is for.
    pub attempt: u32,
    /// When its holder is certain to be done, by any clock.
    pub over: UnixSeconds,
}

impl Sealed for RefreshLease {
    const LABEL: &'static str = "refresh-lease";
}

/// A link lease, as its holder records it.
#[derive(Serialize, Deserialize)]
pub(crate) struct LinkLease {
    link: LinkId,
    /// When its holder is certain to be done, by any clock.
    over: UnixSeconds,
}

impl Sealed for LinkLease {
    const LABEL: &'static str = "link-lease";
}

/// A lease to request. If the response was lost, it may be requested again: Stripe replays the first
/// response.
pub(crate) struct Lease {
    name: String,
    idempotency_key: String,
    /// No other contender writes the same mark.
    mark: SecretString,
    expires_at: UnixSeconds,
}

/// When a waiting function polls again; it stops at the deadline.
pub(crate) struct Backoff {
    deadline: Deadline,
    pause: Duration,
}

impl Backoff {
    pub(crate) fn until(deadline: Deadline) -> Self {
        Self { deadline, pause: PAUSE }
    }

    /// Waits until the next poll is due; false, at once, if that would be too late.
    pub(crate) async fn wait(&mut self) -> bool {
        self.wait_at_least(Duration::ZERO).await
    }

    /// As [`Backoff::wait`], but for at least `asked`.
    pub(crate) async fn wait_at_least(&mut self, asked: Duration) -> bool {
        let pause = self.pause.max(asked);
        if self.deadline.left() <= pause {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(PAUSE * 8);
        true
    }
}

impl Link<'_> {
    /// The lease to refresh this set, in this attempt; `over` is when we are certain to be done.
    ///
    /// # Errors
    /// Only if the system cannot provide random bytes.
    pub(crate) fn refresh_lease(
        &self,
        tokens: &TokenSet,
        attempt: u32,
        over: UnixSeconds,
    ) -> Result<Lease, Error> {
        let (link, generation) = (tokens.link, tokens.generation);
        // The key names the link, because a new one starts again at generation 0, within the day that Stripe
        // remembers keys.
        let key = format!("refresh:{}:{generation}:{attempt}", self.key(link.unwrap_or_default()));
        self.lease(REFRESH, key, &RefreshLease { link, generation, attempt, over })
    }

    /// The last lease taken to refresh this set; `None` if there is none that can be opened.
    ///
    /// # Errors
    /// As [`ScopedSecrets::find`](crate::secret_store::ScopedSecrets::find).
    pub(crate) async fn refresh_taken(&self, tokens: &TokenSet) -> Result<Option<RefreshLease>, Error> {
        let mark = self.secrets.find(&self.store.name.lease(REFRESH)).await?;
        let (Some(mark), Format::Sealed(keys)) = (mark, &self.store.format) else { return Ok(None) };
        let opened = keys.open::<RefreshLease>(mark.expose_secret(), &self.context());
        let taken = opened.ok().map(|(taken, _)| taken);
        Ok(taken.filter(|taken| (taken.link, taken.generation) == (tokens.link, tokens.generation)))
    }

    fn lease(&self, what: &str, idempotency_key: String, note: &impl Sealed) -> Result<Lease, Error> {
        let mark = match &self.store.format {
            Format::Sealed(keys) => self.seal(keys, note)?,
            // It is never read.
            Format::Plain => hex::encode(random::<16>()?),
        };
        let expires_at = self.timing.now + REMEMBERED;
        Ok(Lease { name: self.store.name.lease(what), idempotency_key, mark: mark.into(), expires_at })
    }

    /// Requests a lease.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`](crate::secret_store::ScopedSecrets::set), for errors that another lease would
    /// not avoid.
    pub(crate) async fn claim(&self, lease: &Lease) -> Result<Claim, Error> {
        let Lease { name, idempotency_key, mark, expires_at } = lease;
        match self.secrets.claim(idempotency_key, name, mark, *expires_at).await {
            // The response is lost, but the stored mark shows whose request ran.
            Ok(Claim::Unsure) => {
                let written = self.secrets.find(name).await?;
                let ours = written.is_some_and(|written| written.expose_secret() == mark.expose_secret());
                Ok(if ours { Claim::Won } else { Claim::Unsure })
            }
            Err(Error::ClientMisconfigured) if self.make_room(Leases::Old).await => Ok(Claim::Void),
            outcome => outcome,
        }
    }

    /// Identifies this link, without revealing whose it is.
    fn key(&self, link: LinkId) -> String {
        let mut hash = Sha256::new();
        for part in self.context() {
            hash.update(part);
            hash.update([0]);
        }
        hash.update(link);
        hex::encode(hash.finalize())
    }
}

impl ManagedLink<'_> {
    /// Requests the lease to make this link.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`](crate::secret_store::ScopedSecrets::set).
    pub async fn claim_link(&self, link: &LinkId) -> Result<Claim, Error> {
        let Timing { clock, deadline, .. } = self.link.timing;
        if self.linker.owner() == Owner::Account {
            // Leaves enough to make our own.
            self.await_turn(link, deadline.within(deadline.left() / 8)).await?;
        }
        let mut backoff = Backoff::until(*deadline);
        for attempt in 0..ATTEMPTS {
            let key = format!("link:{}:{attempt}", self.link.key(*link));
            let over = clock.now() + deadline.left().as_secs() + 1 + CLOCKS_DIFFER_BY;
            match self.link.claim(&self.link.lease(LINK, key, &LinkLease { link: *link, over })?).await? {
                Claim::Void if backoff.wait().await => {}
                claim => return Ok(claim),
            }
        }
        Ok(Claim::Void)
    }

    /// Gives up the link lease, whether the link was made or failed.
    pub async fn release_link(&self) {
        if self.link.secrets.delete(&self.link.store.name.lease(LINK)).await.is_err() {
            tracing::warn!("a lease was left in the Secret Store");
        }
    }

    /// Waits for the request that makes this link; `None` if it failed.
    ///
    /// # Errors
    /// As [`Link::load`].
    pub async fn await_link(&self, link: &LinkId) -> Result<Option<TokenSet>, Error> {
        let mut backoff = Backoff::until(self.link.timing.deadline);
        let mut idle = 0;
        loop {
            // Checked before the tokens: a holder that is done has stored them.
            let in_progress = match &self.link.store.format {
                Format::Sealed(_) => self.link_taken().await?.is_some(),
                Format::Plain => self.link_mark().await?.is_some(),
            };
            let stored = self.load().await?.and_then(|stored| stored.tokens.ok());
            let made = stored.filter(|set| set.link == Some(*link));
            // The winner may not have written its lease yet.
            idle = if in_progress { 0 } else { idle + 1 };
            if made.is_some() || idle > 2 || !backoff.wait().await {
                return Ok(made);
            }
        }
    }

    /// Waits while another administrator makes the account's link, but no longer than until `deadline`: a mark may also
    /// be left by a function that died, or be restored by a member. Whoever takes the lease overwrites the mark of
    /// those who took theirs at the same time, so this comes before the lease, to wait for those who were earlier, and
    /// before and after the tokens are stored, to wait for those who were later: they may have looked in between.
    ///
    /// # Errors
    /// As [`ScopedSecrets::find`](crate::secret_store::ScopedSecrets::find).
    pub(super) async fn await_turn(&self, link: &LinkId, deadline: Deadline) -> Result<(), Error> {
        let clock = &self.link.timing.clock;
        let mut backoff = Backoff::until(deadline);
        let is_anothers = |taken: &LinkLease| taken.link != *link && clock.now() <= taken.over;
        while self.link_taken().await?.as_ref().is_some_and(is_anothers) {
            if !backoff.wait().await {
                tracing::warn!("another administrator is linking the account, or has not finished");
                return Ok(());
            }
        }
        Ok(())
    }

    /// The last link lease that was taken and not given up; `None` if there is none that can be opened.
    async fn link_taken(&self) -> Result<Option<LinkLease>, Error> {
        let (Some(mark), Format::Sealed(keys)) = (self.link_mark().await?, &self.link.store.format) else {
            return Ok(None);
        };
        let opened = keys.open::<LinkLease>(mark.expose_secret(), &self.link.context());
        Ok(opened.ok().map(|(taken, _)| taken))
    }

    async fn link_mark(&self) -> Result<Option<SecretString>, Error> {
        self.link.secrets.find(&self.link.store.name.lease(LINK)).await
    }
}
