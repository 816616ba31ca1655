//! Leases: of all functions that run at once, one does what must be done once. Without a database.
//!
//! The Secret Store cannot compare and set, but Stripe runs only the first of all requests with one idempotency
//! key. Whoever's request was run holds the lease.
//!
//! - A refresh: where refresh tokens rotate, a provider takes the second use of one for a theft and ends the grant.
//! - A link: so it is with authorization codes, and the Dashboard hands its code to every view that is mounted.

use std::time::Duration;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{TokenSet, UserTokens};
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::Deadline;
use crate::sealed::LinkId;
use crate::secret_store::Claim;

/// The secret that the lease of a refresh writes: its key, and when it is surely over.
pub(super) const REFRESH: &str = "refresh_lease";
/// The secret that the lease of a link writes; it is there while the link is being made.
const LINK: &str = "link_lease";

/// How often a waiting function looks for the outcome, at first; the pauses double up to eight times this.
const GLANCE: Duration = Duration::from_millis(100);

/// The lease of a refresh that was taken last.
pub(crate) struct Taken {
    /// Which attempt it is for.
    pub attempt: u32,
    /// When whoever took it is surely done.
    pub over: UnixSeconds,
}

/// When a waiting function looks again. It ends when time is up.
pub(crate) struct Glances {
    deadline: Deadline,
    pause: Duration,
}

impl Glances {
    pub(crate) fn until(deadline: Deadline) -> Self {
        Self { deadline, pause: GLANCE }
    }

    /// Waits for the time of the next look; false when it will not come.
    pub(crate) async fn next(&mut self) -> bool {
        if self.deadline.left() <= self.pause {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(GLANCE * 8);
        true
    }
}

impl UserTokens<'_> {
    /// Asks for the lease to refresh this set, in its present attempt; `over` is when we are surely done.
    ///
    /// # Errors
    /// As [`UserSecrets::claim`](crate::secret_store::UserSecrets::claim).
    pub(crate) async fn claim_refresh(&self, tokens: &TokenSet, over: UnixSeconds) -> Result<Claim, Error> {
        let key = format!("{}{}", self.refreshes(tokens), tokens.attempt);
        self.secrets.claim(&key, REFRESH, &format!("{key} {over}")).await
    }

    /// The lease that was last taken to refresh this set; none when there is none, or nobody can say.
    pub(crate) async fn last_refresh(&self, tokens: &TokenSet) -> Option<Taken> {
        let mark = self.secrets.find(REFRESH).await.ok()??;
        let mut note = mark.expose_secret().strip_prefix(&self.refreshes(tokens))?.split(' ');
        Some(Taken { attempt: note.next()?.parse().ok()?, over: note.next()?.parse().ok()? })
    }

    /// The keys of a set's leases, but for the attempt. A link made anew begins again at generation 0, within the
    /// day that Stripe remembers keys.
    fn refreshes(&self, tokens: &TokenSet) -> String {
        format!("refresh:{}:{}:", self.key(tokens.link.unwrap_or_default()), tokens.generation)
    }

    /// Asks for the lease to make this link.
    ///
    /// # Errors
    /// As [`UserSecrets::claim`](crate::secret_store::UserSecrets::claim).
    pub async fn claim_link(&self, link: &LinkId) -> Result<Claim, Error> {
        let key = format!("link:{}", self.key(*link));
        self.secrets.claim(&key, LINK, &key).await
    }

    /// Says that the link is made, or that it failed.
    pub async fn release_link(&self) {
        if self.secrets.delete(LINK).await.is_err() {
            tracing::warn!("a lease stays in the Secret Store");
        }
    }

    /// Waits for the one who makes this link; none when they failed.
    ///
    /// # Errors
    /// As [`UserTokens::load`].
    pub async fn await_link(&self, link: &LinkId, deadline: Deadline) -> Result<Option<TokenSet>, Error> {
        let mut glances = Glances::until(deadline);
        let mut idle = 0;
        loop {
            // Asked before the tokens are: whoever is done has stored them.
            let in_progress = self.secrets.find(LINK).await?.is_some();
            let stored = self.load().await?.and_then(|stored| stored.tokens);
            let made = stored.filter(|set| set.link == Some(*link));
            // Whoever won may not have written yet.
            idle = if in_progress { 0 } else { idle + 1 };
            if made.is_some() || idle > 2 || !glances.next().await {
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
