//! One refresh of one link, by this request or by another.

use std::time::Duration;

use super::Stale;
use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::invocation::Timing;
use crate::provider::{NotGranted, RevocationEndpoint, Rotation, TokenEndpoint};
use crate::secret_store::Claim;
use crate::tokens::lease::Backoff;
use crate::tokens::{Link, Stored, TokenSet};

pub(super) struct Refresh<'a> {
    pub(super) endpoint: &'a TokenEndpoint,
    pub(super) revocation: &'a RevocationEndpoint,
    pub(super) link: Link<'a>,
    pub(super) timing: &'a Timing,
    /// Whether the current access token is still accepted.
    pub(super) still_good: bool,
    /// How long refreshing and storing the result may take.
    pub(super) longest: Duration,
    /// Seconds after which every request now in progress is over, by any clock.
    pub(super) over_after: UnixSeconds,
}

/// What the Secret Store holds, compared with the tokens that a refresh began with.
enum Present {
    /// The same tokens.
    Same,
    /// Other tokens: they were refreshed, or the user linked an account again.
    Renewed(TokenSet),
    /// Nothing: the user has signed out.
    Gone,
    /// The store could not be read.
    Unknown(Error),
}

impl Refresh<'_> {
    /// Refreshes, or waits for the request that does.
    ///
    /// If refresh tokens rotate, using one twice can end the grant. So only the holder of the lease
    /// refreshes, and the next attempt begins only once every earlier lease is over, by the end time recorded
    /// in it.
    ///
    /// # Errors
    /// `reconnect_required` if the grant has ended, `not_connected` after a sign-out, or an outage's error.
    pub(super) async fn run(&self, mut stale: Stale) -> Result<TokenSet, Error> {
        if self.endpoint.rotation() == Rotation::None {
            return self.lead(stale, None).await;
        }
        let first = stale.tokens.attempt;
        let mut attempt = first;
        let mut earlier_are_over = true;
        let mut backoff = Backoff::until(self.timing.deadline.within(self.longest));
        while self.is_time_left() {
            let over = self.timing.clock.now() + self.over_after;
            let lease = self.link.refresh_lease(&stale.tokens, attempt, over)?;
            let mut claim = self.link.claim(&lease).await?;
            while claim == Claim::Unsure && backoff.wait().await {
                claim = self.link.claim(&lease).await?;
            }
            match claim {
                Claim::Won if earlier_are_over => {
                    if attempt > first {
                        let present = Stale::load(&self.link).await?;
                        if present.tokens.differs_from(&stale.tokens) {
                            return Ok(present.tokens);
                        }
                        stale = present;
                    }
                    return self.lead(stale, Some(attempt)).await;
                }
                // This lease only tells later requests when it is safe to refresh.
                Claim::Won => {
                    return self.follow(&stale.tokens, over).await?.ok_or(Error::ProviderUnavailable);
                }
                Claim::Lost if self.still_good => return Ok(stale.tokens),
                Claim::Lost => match self.link.refresh_taken(&stale.tokens).await? {
                    Some(taken) if taken.attempt >= attempt => {
                        if let Some(tokens) = self.follow(&stale.tokens, taken.over).await? {
                            return Ok(tokens);
                        }
                        earlier_are_over = true;
                        attempt = taken.attempt.saturating_add(1);
                    }
                    // Another request holds the lease, but its mark is gone, so its end is unknown.
                    _ => {
                        earlier_are_over = false;
                        attempt = attempt.saturating_add(1);
                    }
                },
                Claim::Void if backoff.wait().await => attempt = attempt.saturating_add(1),
                Claim::Void | Claim::Unsure => return Err(Error::SecretStoreUnavailable),
            }
        }
        Err(Error::ProviderUnavailable)
    }

    /// Whether there is time to refresh and to store the new tokens, which exist nowhere else until then.
    fn is_time_left(&self) -> bool {
        self.timing.deadline.left() > self.longest
    }

    /// Refreshes; with an `attempt`, as the holder of its lease.
    async fn lead(&self, stale: Stale, attempt: Option<u32>) -> Result<TokenSet, Error> {
        let Stale { tokens, stored } = stale;
        let refresh_token = tokens.refresh_token.as_ref().ok_or(Error::ReconnectRequired)?;
        // Getting the lease may have taken seconds.
        let refresh = || self.endpoint.refresh(refresh_token, &tokens.callback, self.timing.deadline);
        let mut outcome = if self.is_time_left() {
            refresh().await
        } else {
            Err(NotGranted::Failed(Error::SecretStoreUnavailable))
        };
        // If the used token is accepted for a while longer, a lost response can be requested again.
        if matches!(outcome, Err(NotGranted::Failed(Error::ProviderUnavailable)))
            && self.endpoint.rotation().allows_another_try()
            && self.is_time_left()
        {
            outcome = refresh().await;
        }
        let error = match outcome {
            Ok(response) => {
                return self.keep(tokens.renewed(response, self.timing.now), &tokens, &stored).await;
            }
            Err(error) => error,
        };
        match (self.present(&tokens).await, error) {
            (Present::Renewed(tokens), _) => Ok(tokens),
            (Present::Gone, _) => Err(Error::NotConnected),
            // Delete nothing when in doubt.
            (Present::Unknown(unknown), NotGranted::GrantEnded) => Err(unknown),
            (Present::Unknown(_), error) => Err(error.into()),
            (Present::Same, NotGranted::GrantEnded) => {
                tracing::warn!("the provider ended the grant");
                self.link.delete_with_lease(&stored).await?;
                Err(Error::ReconnectRequired)
            }
            (Present::Same, error) => {
                if let Some(attempt) = attempt {
                    self.note_failure(tokens, &stored, attempt).await;
                }
                Err(error.into())
            }
        }
    }

    /// Lets other requests try at once, instead of once the lease is over.
    async fn note_failure(&self, mut tokens: TokenSet, stored: &Stored, attempt: u32) {
        tokens.attempt = attempt.saturating_add(1);
        if self.link.trying_once().save(&tokens, Some(stored)).await.is_err() {
            tracing::warn!("a failed refresh could not be recorded");
        }
    }

    /// Stores the new tokens, which exist nowhere else, retrying until the deadline. A sign-out or a new link
    /// made meanwhile must not be overwritten, so each attempt checks first. Reads the tokens back, because
    /// either may also come right after.
    async fn keep(&self, renewed: TokenSet, old: &TokenSet, stored: &Stored) -> Result<TokenSet, Error> {
        let mut backoff = Backoff::until(self.timing.deadline);
        let mut saved = false;
        loop {
            let error = match self.present(old).await {
                Present::Renewed(present) => return Ok(present),
                Present::Gone => {
                    tracing::info!("the user signed out during a refresh");
                    let (access, refresh) = (&renewed.access_token, renewed.refresh_token.as_ref());
                    self.revocation.revoke(access, refresh, &renewed.callback, self.timing.deadline).await;
                    return Err(Error::NotConnected);
                }
                Present::Unknown(_) if saved => return Ok(renewed),
                Present::Unknown(error) => error,
                Present::Same => match self.link.trying_once().save(&renewed, Some(stored)).await {
                    Ok(()) if !saved => {
                        saved = true;
                        continue;
                    }
                    Ok(()) => Error::SecretStoreUnavailable,
                    Err(error) => error,
                },
            };
            let pause = match error {
                Error::SecretStoreUnavailable => Duration::ZERO,
                Error::RateLimited(seconds) => Duration::from_secs(seconds.into()),
                refused => return Err(refused),
            };
            if !backoff.wait_at_least(pause).await {
                return if saved { Ok(renewed) } else { Err(error) };
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

    /// Waits for the request that refreshes; `None` once its lease is over.
    ///
    /// # Errors
    /// `provider_unavailable` if that refresh failed or our deadline comes first; also as
    /// [`Link::load`].
    async fn follow(&self, stale: &TokenSet, over: UnixSeconds) -> Result<Option<TokenSet>, Error> {
        let mut backoff = Backoff::until(self.timing.deadline);
        while self.timing.clock.now() <= over {
            if !backoff.wait().await {
                return Err(Error::ProviderUnavailable);
            }
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
