//! Fresh access tokens: refreshed in time, only once, and never discarded when in doubt.

mod refresh;

use crate::error::Error;
use crate::http::{Http, Reply, RequestBuilder};
use crate::invocation::Invocation;
use crate::provider::{ProtectedResource, Provider, RevocationEndpoint, TokenEndpoint, no_answer};
use crate::settings::Settings;
use crate::stripe_user::StripeUser;
use crate::tokens::lease::CLOCKS_DIFFER_BY;
use crate::tokens::{Link, Stored, TokenSet, TokenStore};
use refresh::Refresh;

/// Provides access tokens of linked users.
pub struct AccessTokens {
    store: TokenStore,
    endpoint: TokenEndpoint,
    revocation: RevocationEndpoint,
    resource: ProtectedResource,
    http: Http,
}

/// A token set to refresh, and where it is stored.
struct Stale {
    tokens: TokenSet,
    stored: Stored,
}

impl AccessTokens {
    /// Reads the settings of the token store and of the provider's token and revocation endpoints.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let store = TokenStore::from_settings(settings, provider, http);
        let endpoint = TokenEndpoint::from_settings(settings, provider, http);
        let revocation = RevocationEndpoint::from_settings(settings, provider, http);
        Some(Self {
            store: store?,
            endpoint: endpoint?,
            revocation: revocation?,
            resource: provider.resource()?,
            http: http.clone(),
        })
    }

    /// A user's tokens, refreshed if they expire within two minutes.
    ///
    /// # Errors
    /// `not_connected`, `reconnect_required`, or an outage's error.
    pub async fn fresh(&self, user: &StripeUser, invocation: &Invocation) -> Result<TokenSet, Error> {
        let now = invocation.now;
        let link = self.store.of(user, invocation)?;
        let stale = Stale::load(&link).await?;
        let still_good = !stale.tokens.has_ended(now);
        let can_wait = stale.tokens.refresh_token.is_none() && still_good;
        if can_wait || !stale.tokens.is_due(now) {
            return Ok(stale.tokens);
        }
        let present = stale.tokens.clone();
        match Box::pin(self.refresh(link, stale, still_good, invocation)).await {
            Err(error @ (Error::NotConnected | Error::ReconnectRequired)) => Err(error),
            // The token is still valid: the outage may end in time.
            Err(_) if still_good => Ok(present),
            outcome => outcome,
        }
    }

    /// Makes a call with the user's tokens. If it fails with `reconnect_required`, because the provider no
    /// longer accepts the access token, it is repeated once with refreshed tokens, unless they are under a
    /// minute old: then the token is not the problem.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`], and those of the call itself.
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

    /// Sends a request to the provider's API with the user's access token. If the provider no longer accepts
    /// the token, by a `401` or as its description says, the request is repeated once with a refreshed one,
    /// unless the token is under a minute old: then the refusal has another cause, such as a missing scope.
    /// Any other response is a success.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`]; `reconnect_required` if the refreshed token is refused too.
    pub async fn send(
        &self,
        user: &StripeUser,
        request: RequestBuilder,
        invocation: &Invocation,
    ) -> Result<Reply, Error> {
        let request = &request;
        let tokens = self.fresh(user, invocation).await?;
        let reply = self.send_with(&tokens, request, invocation).await?;
        if !self.resource.refuses_token(&reply) {
            return Ok(reply);
        }
        let renewed = match self.renewed(user, &tokens, invocation).await {
            Err(Error::ReconnectRequired) if tokens.is_new(invocation.now) => return Ok(reply),
            renewed => renewed?,
        };
        let reply = self.send_with(&renewed, request, invocation).await?;
        if self.resource.refuses_token(&reply) { Err(Error::ReconnectRequired) } else { Ok(reply) }
    }

    async fn send_with(
        &self,
        tokens: &TokenSet,
        request: &RequestBuilder,
        invocation: &Invocation,
    ) -> Result<Reply, Error> {
        let request = request.try_clone().ok_or(Error::Internal)?;
        let request = self.resource.authorize(request, &tokens.access_token);
        self.http.send("provider.api", request, invocation.deadline).await.map_err(no_answer)
    }

    /// The tokens to use after the provider refused `refused`: refreshed once, unless another request did so
    /// meanwhile, or these are under a minute old.
    ///
    /// # Errors
    /// `not_connected` if the user has signed out meanwhile; `reconnect_required` if there are no others.
    async fn renewed(
        &self,
        user: &StripeUser,
        refused: &TokenSet,
        invocation: &Invocation,
    ) -> Result<TokenSet, Error> {
        let link = self.store.of(user, invocation)?;
        let stale = Stale::load(&link).await?;
        if stale.tokens.differs_from(refused) {
            return Ok(stale.tokens);
        }
        if refused.is_new(invocation.now) {
            return Err(Error::ReconnectRequired);
        }
        Box::pin(self.refresh(link, stale, false, invocation)).await
    }

    /// Refreshes. Callers box it: it is large and rare, and would make every request's future that large.
    async fn refresh(
        &self,
        link: Link<'_>,
        stale: Stale,
        still_good: bool,
        invocation: &Invocation,
    ) -> Result<TokenSet, Error> {
        if stale.tokens.refresh_token.is_none() {
            return Err(Error::ReconnectRequired);
        }
        let timeouts = self.http.timeouts();
        Refresh {
            endpoint: &self.endpoint,
            revocation: &self.revocation,
            link,
            invocation,
            still_good,
            longest: timeouts.to_store_after(1),
            over_after: timeouts.request.as_secs() + CLOCKS_DIFFER_BY,
        }
        .run(stale)
        .await
    }
}

impl Stale {
    async fn load(link: &Link<'_>) -> Result<Self, Error> {
        let stored = link.load().await?.ok_or(Error::NotConnected)?;
        let tokens = stored.tokens()?.clone();
        Ok(Self { tokens, stored })
    }
}
