//! Fresh access tokens: refreshed in time, once, and never lost on doubt.

mod flights;

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};
use secrecy::ExposeSecret;

use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::invocation::Invocation;
use crate::provider::{TokenEndpoint, no_answer};
use crate::secret_store::Claim;
use crate::settings::Settings;
use crate::stripe_user::StripeUser;
use crate::tokens::{Stored, TokenSet, TokenStore, UserTokens};
use flights::Flights;

/// Tokens are refreshed this many seconds before they end.
const MARGIN: u64 = 120;
/// How often a waiting function looks for the new tokens, at first; the pauses double up to eight times this.
const GLANCE: Duration = Duration::from_millis(100);

/// Gives access tokens of linked users.
pub struct AccessTokens {
    store: TokenStore,
    endpoint: TokenEndpoint,
    flights: Flights,
    http: Http,
    /// The longest a refresh can take whose function lives: then the next may try.
    lease: Duration,
}

/// A set to refresh, and where it is stored.
struct Stale {
    tokens: TokenSet,
    stored: Stored,
}

impl AccessTokens {
    /// The secrets that a function which calls the provider for a user reads, signed requests included.
    pub const SECRETS: &'static [&'static str] = &[
        "STRIPE_APP_SECRET",
        "STRIPE_API_KEY",
        "STRIPE_API_KEY_LIVE",
        "STRIPE_API_KEY_TEST",
        "STRIPE_API_KEY_SANDBOX",
        "SEALING_KEY",
        "THIRD_PARTY_CLIENT_SECRET",
    ];

    /// Reads what the token store and the token endpoint need.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let store = TokenStore::from_settings(settings, http);
        let endpoint = TokenEndpoint::from_settings(settings, http);
        let lease = http.timeouts().attempt + http.timeouts().secret_store;
        Some(Self {
            store: store?,
            endpoint: endpoint?,
            flights: Flights::default(),
            http: http.clone(),
            lease,
        })
    }

    /// The tokens of a user, refreshed when they end within two minutes.
    ///
    /// # Errors
    /// `not_connected`, `reconnect_required`, or an outage's.
    pub async fn fresh(&self, user: &StripeUser, invocation: &Invocation) -> Result<TokenSet, Error> {
        let (now, deadline) = (invocation.now, invocation.deadline);
        let link = self.store.of(user, deadline)?;
        let stale = Stale::load(&link).await?;
        let still_good = !stale.tokens.ends_within(0, now);
        let can_wait = stale.tokens.refresh_token.is_none() && still_good;
        if can_wait || !stale.tokens.ends_within(MARGIN, now) {
            return Ok(stale.tokens);
        }
        let present = stale.tokens.clone();
        match self.refresh(user, &link, stale, now, deadline).await {
            Err(error @ (Error::NotConnected | Error::ReconnectRequired)) => Err(error),
            // Two minutes are left for the outage to end.
            Err(_) if still_good => Ok(present),
            outcome => outcome,
        }
    }

    /// The tokens of a user after the provider refused `refused` with a `401`: refreshed once, unless
    /// somebody else did so meanwhile.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`].
    pub async fn renewed(
        &self,
        user: &StripeUser,
        refused: &TokenSet,
        invocation: &Invocation,
    ) -> Result<TokenSet, Error> {
        let link = self.store.of(user, invocation.deadline)?;
        let stale = Stale::load(&link).await?;
        if stale.tokens.differs_from(refused) {
            return Ok(stale.tokens);
        }
        self.refresh(user, &link, stale, invocation.now, invocation.deadline).await
    }

    /// Sends a request to the provider's API with the user's access token, and once more with a refreshed
    /// one after a `401`. Any other status is an answer.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`]; `reconnect_required` when the refreshed token is refused as well.
    pub async fn send(
        &self,
        user: &StripeUser,
        request: RequestBuilder,
        invocation: &Invocation,
    ) -> Result<Reply, Error> {
        let send = async |tokens: &TokenSet| {
            let request = request.try_clone().ok_or(Error::Internal)?;
            let request = request.bearer_auth(tokens.access_token.expose_secret());
            self.http.send(request, invocation.deadline).await.map_err(no_answer)
        };
        let tokens = self.fresh(user, invocation).await?;
        let reply = send(&tokens).await?;
        if reply.status != StatusCode::UNAUTHORIZED {
            return Ok(reply);
        }
        let tokens = self.renewed(user, &tokens, invocation).await?;
        let reply = send(&tokens).await?;
        if reply.status == StatusCode::UNAUTHORIZED { Err(Error::ReconnectRequired) } else { Ok(reply) }
    }

    async fn refresh(
        &self,
        user: &StripeUser,
        link: &UserTokens<'_>,
        mut stale: Stale,
        now: UnixSeconds,
        deadline: Deadline,
    ) -> Result<TokenSet, Error> {
        if stale.tokens.refresh_token.is_none() {
            return Err(Error::ReconnectRequired);
        }
        let flight = self.flights.of(user);
        let (_seat, waited) = flight.board().await;
        if waited {
            let present = Stale::load(link).await?;
            if present.tokens.differs_from(&stale.tokens) {
                return Ok(present.tokens);
            }
            stale = present;
        }
        let mut attempt = stale.tokens.attempt;
        loop {
            let claim = link.claim_refresh(&stale.tokens, attempt).await?;
            let lease = deadline.within(self.lease);
            match claim {
                Claim::Won => {
                    stale.tokens.attempt = attempt;
                    return self.lead(user, link, stale, now, lease, deadline).await;
                }
                Claim::Lost => {
                    if let Some(tokens) = follow(link, &stale.tokens, attempt, lease).await? {
                        return Ok(tokens);
                    }
                    if deadline.left() <= GLANCE {
                        return Err(Error::ProviderUnavailable);
                    }
                }
                Claim::Void => {}
            }
            attempt += 1;
        }
    }

    /// Refreshes, alone.
    async fn lead(
        &self,
        user: &StripeUser,
        link: &UserTokens<'_>,
        stale: Stale,
        now: UnixSeconds,
        lease: Deadline,
        deadline: Deadline,
    ) -> Result<TokenSet, Error> {
        let Stale { mut tokens, stored } = stale;
        let refresh_token = tokens.refresh_token.as_ref().ok_or(Error::ReconnectRequired)?;
        match self.endpoint.refresh(refresh_token, lease).await {
            Ok(response) => {
                let renewed = tokens.renewed(response, now);
                keep(link, &renewed, &stored, deadline).await?;
                Ok(renewed)
            }
            // Definite only if nobody has stored other tokens since.
            Err(Error::ReconnectRequired) => {
                let present = Stale::load(link).await?;
                if present.tokens.differs_from(&tokens) {
                    return Ok(present.tokens);
                }
                tracing::warn!("the provider ended the grant");
                link.delete(&present.stored).await?;
                Err(Error::ReconnectRequired)
            }
            Err(error) => {
                // The waiting need not wait until the lease ends. Past its end, others may have written.
                tokens.attempt += 1;
                let in_time = self.store.of(user, lease)?;
                if in_time.save(&tokens, Some(&stored)).await.is_err() {
                    tracing::warn!("a failed refresh could not be noted");
                }
                Err(error)
            }
        }
    }
}

/// Stores what exists nowhere else any more: tried for as long as there is time.
async fn keep(
    link: &UserTokens<'_>,
    renewed: &TokenSet,
    old: &Stored,
    deadline: Deadline,
) -> Result<(), Error> {
    loop {
        match link.save(renewed, Some(old)).await {
            Err(Error::SecretStoreUnavailable | Error::RateLimited(_)) if deadline.left() > GLANCE => {
                tokio::time::sleep(GLANCE).await;
            }
            outcome => return outcome,
        }
    }
}

/// Waits for the one who refreshes. None when the lease ended without a sign of life.
async fn follow(
    link: &UserTokens<'_>,
    stale: &TokenSet,
    attempt: u32,
    lease: Deadline,
) -> Result<Option<TokenSet>, Error> {
    let mut pause = GLANCE;
    while lease.left() > pause {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(GLANCE * 8);
        let present = Stale::load(link).await?.tokens;
        if present.differs_from(stale) {
            return Ok(Some(present));
        }
        if present.attempt > attempt {
            return Err(Error::ProviderUnavailable);
        }
    }
    Ok(None)
}

impl Stale {
    async fn load(link: &UserTokens<'_>) -> Result<Self, Error> {
        let mut stored = link.load().await?.ok_or(Error::NotConnected)?;
        let tokens = stored.tokens.take().ok_or(Error::ReconnectRequired)?;
        Ok(Self { tokens, stored })
    }
}
