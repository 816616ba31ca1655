//! Fresh access tokens: refreshed in time, once, and never lost on doubt.

mod flights;
mod refresh;

use std::time::Duration;

use lambda_http::http::StatusCode;

use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::{Http, Reply, Request};
use crate::invocation::Invocation;
use crate::provider::{TokenEndpoint, no_answer};
use crate::settings::Settings;
use crate::stripe_user::StripeUser;
use crate::tokens::{Stored, TokenSet, TokenStore, UserTokens};
use flights::Flights;
use refresh::Refresh;

/// In seconds; Lambda's differ by far less.
const CLOCKS_DIFFER_BY: UnixSeconds = 5;

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
        let lease = http.timeouts().to_store_after(1);
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
        let now = invocation.now;
        let link = self.store.of(user, invocation.deadline)?;
        let stale = Stale::load(&link).await?;
        let still_good = !stale.tokens.has_ended(now);
        let can_wait = stale.tokens.refresh_token.is_none() && still_good;
        if can_wait || !stale.tokens.is_due(now) {
            return Ok(stale.tokens);
        }
        let present = stale.tokens.clone();
        match self.refresh(user, link, stale, invocation).await {
            Err(error @ (Error::NotConnected | Error::ReconnectRequired)) => Err(error),
            // Time is left for the outage to end.
            Err(_) if still_good => Ok(present),
            outcome => outcome,
        }
    }

    /// Makes a call with the user's tokens, and once more with refreshed ones when it ends in
    /// `reconnect_required`: the provider took the access token no longer.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`], and what the call itself ends in.
    pub async fn with<T, F: Future<Output = Result<T, Error>>>(
        &self,
        user: &StripeUser,
        invocation: &Invocation,
        call: impl Fn(TokenSet) -> F,
    ) -> Result<T, Error> {
        let tokens = self.fresh(user, invocation).await?;
        match call(tokens.clone()).await {
            Err(Error::ReconnectRequired) => call(self.renewed(user, &tokens, invocation).await?).await,
            outcome => outcome,
        }
    }

    /// Sends a request to the provider's API with the user's access token, and once more with a refreshed
    /// one after a `401`. Any other status is an answer.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`]; `reconnect_required` when the refreshed token is refused as well.
    pub async fn send(
        &self,
        user: &StripeUser,
        request: Request,
        invocation: &Invocation,
    ) -> Result<Reply, Error> {
        let request = &request;
        self.with(user, invocation, |tokens| async move {
            let request = request.clone().bearer(&tokens.access_token).map_err(|_| Error::ProviderError)?;
            let reply =
                self.http.send("provider.api", request, invocation.deadline).await.map_err(no_answer)?;
            if reply.status == StatusCode::UNAUTHORIZED { Err(Error::ReconnectRequired) } else { Ok(reply) }
        })
        .await
    }

    /// The tokens after the provider refused `refused`: refreshed once, unless somebody else did so meanwhile.
    async fn renewed(
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
        self.refresh(user, link, stale, invocation).await
    }

    async fn refresh(
        &self,
        user: &StripeUser,
        link: UserTokens<'_>,
        mut stale: Stale,
        invocation: &Invocation,
    ) -> Result<TokenSet, Error> {
        if stale.tokens.refresh_token.is_none() {
            return Err(Error::ReconnectRequired);
        }
        let flight = self.flights.of(user);
        let (_seat, waited) = flight.board().await;
        if waited {
            let present = Stale::load(&link).await?;
            if present.tokens.differs_from(&stale.tokens) {
                return Ok(present.tokens);
            }
            stale = present;
        }
        let (now, deadline) = (invocation.now, invocation.deadline);
        let over = now + self.http.timeouts().request.as_secs() + CLOCKS_DIFFER_BY;
        let (store, endpoint, lease) = (&self.store, &self.endpoint, self.lease);
        Refresh { store, endpoint, user, link, now, deadline, lease, over }.run(stale).await
    }
}

impl Stale {
    async fn load(link: &UserTokens<'_>) -> Result<Self, Error> {
        let mut stored = link.load().await?.ok_or(Error::NotConnected)?;
        let tokens = stored.tokens.take().ok_or(Error::ReconnectRequired)?;
        Ok(Self { tokens, stored })
    }
}
