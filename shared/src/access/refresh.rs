//! One refresh of one link, whoever carries it out.

use std::time::Duration;

use super::Stale;
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::Deadline;
use crate::provider::{Rotation, TokenEndpoint};
use crate::secret_store::Claim;
use crate::stripe_user::StripeUser;
use crate::tokens::lease::Glances;
use crate::tokens::{Stored, TokenSet, TokenStore, UserTokens};

/// Between two tries of what Stripe did not take.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Refresh<'a> {
    pub(super) store: &'a TokenStore,
    pub(super) endpoint: &'a TokenEndpoint,
    pub(super) user: &'a StripeUser,
    pub(super) link: UserTokens<'a>,
    pub(super) now: UnixSeconds,
    pub(super) deadline: Deadline,
    /// The longest a refresh can take whose function lives: then the next may try.
    pub(super) lease: Duration,
    /// When this request is surely over, by anybody's clock.
    pub(super) over: UnixSeconds,
}

/// What became of the link while its tokens were refreshed.
enum Present {
    /// It is as it was.
    Same,
    /// The store gave no answer.
    Unknown(Error),
    /// It has other tokens now.
    Renewed(TokenSet),
    /// The user has ended it.
    Gone,
}

impl Refresh<'_> {
    /// Refreshes, or waits for the one who does.
    ///
    /// # Errors
    /// `reconnect_required` when the grant has ended; an outage's otherwise.
    pub(super) async fn run(&self, mut stale: Stale) -> Result<TokenSet, Error> {
        if self.endpoint.rotation() == Rotation::None {
            return self.lead(stale, None).await;
        }
        let mut outage = Error::ProviderUnavailable;
        // What cannot be stored in time must not be begun: the provider would have the only copy.
        while self.deadline.left() > self.lease {
            let claim = self.link.claim_refresh(&stale.tokens, self.over).await?;
            let lease = self.deadline.within(self.lease);
            match claim {
                Claim::Won => return self.lead(stale, Some(lease)).await,
                Claim::Lost | Claim::Unsure => {
                    // Attempts that came to nothing may have gone before; the last lease alone counts.
                    let last = self.link.last_refresh(&stale.tokens).await;
                    let last = last.filter(|last| last.attempt >= stale.tokens.attempt);
                    stale.tokens.attempt = last.as_ref().map_or(stale.tokens.attempt, |last| last.attempt);
                    let is_over = last.is_some_and(|last| last.over < self.now);
                    if is_over {
                        // A user can write this secret, too: whatever it says, Stripe is not asked without a pause.
                        tokio::time::sleep(PAUSE).await;
                    } else if let Some(tokens) = self.follow(&stale.tokens, lease).await? {
                        return Ok(tokens);
                    }
                }
                Claim::Void => tokio::time::sleep(PAUSE).await,
            }
            if claim != Claim::Lost {
                outage = Error::SecretStoreUnavailable;
            }
            stale.tokens.attempt = stale.tokens.attempt.saturating_add(1);
        }
        Err(outage)
    }

    /// Refreshes; alone, if there is a lease.
    async fn lead(&self, stale: Stale, lease: Option<Deadline>) -> Result<TokenSet, Error> {
        let Stale { mut tokens, stored } = stale;
        let deadline = lease.unwrap_or(self.deadline);
        let refresh_token = tokens.refresh_token.as_ref().ok_or(Error::ReconnectRequired)?;
        let mut outcome = self.endpoint.refresh(refresh_token, deadline).await;
        // Where the used token is taken for a while longer, an answer that was lost can be asked for again.
        if matches!(outcome, Err(Error::ProviderUnavailable)) && self.endpoint.rotation().allows_another_try()
        {
            outcome = self.endpoint.refresh(refresh_token, deadline).await;
        }
        // A sign-out or a new link that came between must not be undone.
        match (self.present(&tokens).await, outcome) {
            (Present::Renewed(tokens), _) => Ok(tokens),
            (Present::Gone, _) => Err(Error::NotConnected),
            (Present::Same | Present::Unknown(_), Ok(response)) => {
                let renewed = tokens.renewed(response, self.now);
                self.keep(&renewed, &stored).await?;
                Ok(renewed)
            }
            // Nothing is deleted on doubt.
            (Present::Unknown(error), Err(Error::ReconnectRequired)) => Err(error),
            (Present::Same, Err(Error::ReconnectRequired)) => {
                tracing::warn!("the provider ended the grant");
                self.link.delete(&stored).await?;
                Err(Error::ReconnectRequired)
            }
            (Present::Same | Present::Unknown(_), Err(error)) => {
                // So that the others need not wait until the lease ends. After its end they may have written.
                if let Some(lease) = lease {
                    tokens.attempt += 1;
                    if self.store.of(self.user, lease)?.save(&tokens, Some(&stored)).await.is_err() {
                        tracing::warn!("a failed refresh could not be noted");
                    }
                }
                Err(error)
            }
        }
    }

    async fn present(&self, stale: &TokenSet) -> Present {
        match Stale::load(&self.link).await {
            Ok(present) if present.tokens.differs_from(stale) => Present::Renewed(present.tokens),
            Ok(_) => Present::Same,
            Err(Error::NotConnected) => Present::Gone,
            Err(error) => Present::Unknown(error),
        }
    }

    /// Stores what exists nowhere else any more: tried for as long as there is time.
    async fn keep(&self, renewed: &TokenSet, old: &Stored) -> Result<(), Error> {
        loop {
            match self.link.save(renewed, Some(old)).await {
                Err(Error::SecretStoreUnavailable | Error::RateLimited(_))
                    if self.deadline.left() > PAUSE =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits for the one who refreshes. None when the lease ended without a sign of life.
    async fn follow(&self, stale: &TokenSet, lease: Deadline) -> Result<Option<TokenSet>, Error> {
        let mut glances = Glances::until(lease);
        while glances.next().await {
            let present = Stale::load(&self.link).await?.tokens;
            if present.differs_from(stale) {
                return Ok(Some(present));
            }
            if present.attempt > stale.attempt {
                return Err(Error::ProviderUnavailable);
            }
        }
        Ok(None)
    }
}
