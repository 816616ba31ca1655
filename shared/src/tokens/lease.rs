//! Leases: of all functions that run at once, one does what must be done once. Without a database.
//!
//! The Secret Store cannot compare and set, but Stripe runs only the first of all requests with one idempotency
//! key. Whoever's request was run holds the lease.
//!
//! - A refresh: where refresh tokens rotate, a provider takes the second use of one for a theft and ends the grant.
//! - A link: so it is with authorization codes, and the Dashboard hands its code to every view that is mounted.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Format, TokenSet, UserTokens};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::Deadline;
use crate::sealed::{LinkId, Sealed, random};
use crate::secret_store::Claim;

/// The secret that the lease of a refresh writes.
pub(super) const REFRESH: &str = "refresh_lease";
/// The secret that the lease of a link writes; it is there while the link is being made.
const LINK: &str = "link_lease";
/// All secrets that leases write.
pub(super) const NAMES: [&str; 2] = [REFRESH, LINK];

/// Stripe remembers idempotency keys for a day, in seconds; a lease means nothing without its key.
const REMEMBERED: u64 = 24 * 60 * 60;
/// So often a lease is asked for again whose key Stripe spent on a failure of its own.
const ATTEMPTS: u32 = 4;
/// The first pause before a function looks again; the pauses double up to eight times this.
const PAUSE: Duration = Duration::from_millis(100);

/// The lease of a refresh, as its holder notes it. Sealed: the app's browser side can write its own user's secrets.
#[derive(Serialize, Deserialize)]
pub(crate) struct RefreshLease {
    link: Option<LinkId>,
    generation: u32,
    /// Which attempt to refresh this generation it is for.
    pub attempt: u32,
    /// When whoever holds it is surely done, by anybody's clock.
    pub over: UnixSeconds,
}

impl Sealed for RefreshLease {
    const LABEL: &'static str = "refresh-lease";
}

/// The lease of a link, as its holder notes it.
#[derive(Serialize, Deserialize)]
pub(crate) struct LinkLease {
    link: LinkId,
}

impl Sealed for LinkLease {
    const LABEL: &'static str = "link-lease";
}

/// A lease to ask for. It may be asked for again when an answer was lost: Stripe tells the first answer once more.
pub(crate) struct Lease {
    name: &'static str,
    idempotency_key: String,
    /// No other contender writes the same.
    mark: SecretString,
    expires_at: UnixSeconds,
}

/// When a waiting function looks again. It ends when time is up.
pub(crate) struct Backoff {
    deadline: Deadline,
    pause: Duration,
}

impl Backoff {
    pub(crate) fn until(deadline: Deadline) -> Self {
        Self { deadline, pause: PAUSE }
    }

    /// Waits for the time of the next look; false if it would come too late.
    pub(crate) async fn wait(&mut self) -> bool {
        self.wait_at_least(Duration::ZERO).await
    }

    /// As [`Backoff::wait`], and no shorter than somebody asked for.
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

impl UserTokens<'_> {
    /// The lease to refresh this set, in this attempt; `over` is when we are surely done.
    ///
    /// # Errors
    /// Only if the system has no random bytes to give.
    pub(crate) fn refresh_lease(
        &self,
        tokens: &TokenSet,
        attempt: u32,
        over: UnixSeconds,
    ) -> Result<Lease, Error> {
        let (link, generation) = (tokens.link, tokens.generation);
        // A link made anew begins again at generation 0, within the day that Stripe remembers keys.
        let key = format!("refresh:{}:{generation}:{attempt}", self.key(link.unwrap_or_default()));
        self.lease(REFRESH, key, &RefreshLease { link, generation, attempt, over })
    }

    /// The lease that was last taken to refresh this set; `None` if there is none that opens.
    ///
    /// # Errors
    /// As [`UserSecrets::find`](crate::secret_store::UserSecrets::find).
    pub(crate) async fn refresh_taken(&self, tokens: &TokenSet) -> Result<Option<RefreshLease>, Error> {
        let (Some(mark), Format::Sealed(keys)) = (self.secrets.find(REFRESH).await?, &self.store.format)
        else {
            return Ok(None);
        };
        let opened = keys.open::<RefreshLease>(mark.expose_secret(), &self.context());
        let taken = opened.ok().map(|(taken, _)| taken);
        Ok(taken.filter(|taken| (taken.link, taken.generation) == (tokens.link, tokens.generation)))
    }

    /// Asks for the lease to make this link.
    ///
    /// # Errors
    /// As [`UserTokens::claim`].
    pub async fn claim_link(&self, link: &LinkId) -> Result<Claim, Error> {
        let mut backoff = Backoff::until(self.invocation.deadline);
        for attempt in 0..ATTEMPTS {
            let key = format!("link:{}:{attempt}", self.key(*link));
            match self.claim(&self.lease(LINK, key, &LinkLease { link: *link })?).await? {
                Claim::Void if backoff.wait().await => {}
                claim => return Ok(claim),
            }
        }
        Ok(Claim::Void)
    }

    fn lease(&self, name: &'static str, idempotency_key: String, note: &impl Sealed) -> Result<Lease, Error> {
        let mark = match &self.store.format {
            Format::Sealed(keys) => self.seal(keys, note)?,
            // Nobody reads it.
            Format::Plain => hex::encode(random::<16>()?),
        };
        let expires_at = self.invocation.now + REMEMBERED;
        Ok(Lease { name, idempotency_key, mark: mark.into(), expires_at })
    }

    /// Asks for a lease.
    ///
    /// # Errors
    /// As [`UserSecrets::set`](crate::secret_store::UserSecrets::set), for what no other lease would change.
    pub(crate) async fn claim(&self, lease: &Lease) -> Result<Claim, Error> {
        let Lease { name, idempotency_key, mark, expires_at } = lease;
        match self.secrets.claim(idempotency_key, name, mark, *expires_at).await {
            // The answer is lost, but what was written tells whose request was run.
            Ok(Claim::Unsure) => {
                let written = self.secrets.find(name).await?;
                let ours = written.is_some_and(|written| written.expose_secret() == mark.expose_secret());
                Ok(if ours { Claim::Won } else { Claim::Unsure })
            }
            Err(Error::ClientMisconfigured) if self.make_room().await => Ok(Claim::Void),
            outcome => outcome,
        }
    }

    /// Says that the link is made, or that it failed.
    pub async fn release_link(&self) {
        if self.secrets.delete(LINK).await.is_err() {
            tracing::warn!("a lease stays in the Secret Store");
        }
    }

    /// Waits for the one who makes this link; `None` if they failed.
    ///
    /// # Errors
    /// As [`UserTokens::load`].
    pub async fn await_link(&self, link: &LinkId) -> Result<Option<TokenSet>, Error> {
        let mut backoff = Backoff::until(self.invocation.deadline);
        let mut idle = 0;
        loop {
            // Asked before the tokens are: whoever is done has stored them.
            let in_progress = self.secrets.find(LINK).await?.is_some();
            let stored = self.load().await?.and_then(|stored| stored.tokens);
            let made = stored.filter(|set| set.link == Some(*link));
            // Whoever won may not have written yet.
            idle = if in_progress { 0 } else { idle + 1 };
            if made.is_some() || idle > 2 || !backoff.wait().await {
                return Ok(made);
            }
        }
    }

    /// Names this link among all, without telling whose it is.
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
