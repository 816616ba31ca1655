//! Fresh access tokens: refreshed in time, only once, and never discarded when in doubt.

mod refresh;
mod refused;

use crate::direct_invocation::NamedOwner;
use crate::error::Error;
use crate::http::{Http, Reply, RequestBuilder};
use crate::invocation::Timing;
use crate::provider::{ProtectedResource, Provider, RevocationEndpoint, TokenEndpoint, no_answer};
use crate::settings::Settings;
use crate::stripe_user::StripeUser;
use crate::tokens::lease::CLOCKS_DIFFER_BY;
use crate::tokens::{Link, Stored, TokenSet, TokenStore};
use refresh::Refresh;

pub use refused::RefusedToken;

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
    pub async fn fresh(&self, user: &StripeUser, timing: &Timing) -> Result<TokenSet, Error> {
        let link = self.store.of(user, timing)?;
        let stale = Stale::load(&link).await?;
        self.in_time(link, stale, timing).await
    }

    /// The tokens of the link that an invoker named, refreshed if they expire within two minutes, or if their access
    /// token is the one that the provider `refused`. As with [`AccessTokens::send`], one under a minute old is not
    /// refreshed for that: its refusal has another cause, so it is handed out again.
    ///
    /// # Errors
    /// As [`AccessTokens::fresh`]; `bad_request` as [`TokenStore::of_named`].
    pub async fn of_named(
        &self,
        owner: &NamedOwner,
        refused: Option<&RefusedToken>,
        timing: &Timing,
    ) -> Result<TokenSet, Error> {
        let link = self.store.of_named(owner, timing)?;
        let stale = Stale::load(&link).await?;
        if refused.is_some_and(|refused| refused.is(&stale.tokens)) && !stale.tokens.is_new(timing.now) {
            return Box::pin(self.refresh(link, stale, false, timing)).await;
        }
        self.in_time(link, stale, timing).await
    }

    /// Refreshes tokens that expire within two minutes.
    async fn in_time(&self, link: Link<'_>, stale: Stale, timing: &Timing) -> Result<TokenSet, Error> {
        let now = timing.now;
        let still_good = !stale.tokens.has_ended(now);
        let can_wait = stale.tokens.refresh_token.is_none() && still_good;
        if can_wait || !stale.tokens.is_due(now) {
            return Ok(stale.tokens);
        }
        let present = stale.tokens.clone();
        match Box::pin(self.refresh(link, stale, still_good, timing)).await {
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
        timing: &Timing,
        call: impl Fn(TokenSet) -> F,
    ) -> Result<T, Error> {
        let tokens = self.fresh(user, timing).await?;
        match call(tokens.clone()).await {
            Err(Error::ReconnectRequired) => call(self.renewed(user, &tokens, timing).await?).await,
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
        timing: &Timing,
    ) -> Result<Reply, Error> {
        let request = &request;
        let tokens = self.fresh(user, timing).await?;
        let reply = self.send_with(&tokens, request, timing).await?;
        if !self.resource.refuses_token(&reply) {
            return Ok(reply);
        }
        let renewed = match self.renewed(user, &tokens, timing).await {
            Err(Error::ReconnectRequired) if tokens.is_new(timing.now) => return Ok(reply),
            renewed => renewed?,
        };
        let reply = self.send_with(&renewed, request, timing).await?;
        if self.resource.refuses_token(&reply) { Err(Error::ReconnectRequired) } else { Ok(reply) }
    }

    async fn send_with(
        &self,
        tokens: &TokenSet,
        request: &RequestBuilder,
        timing: &Timing,
    ) -> Result<Reply, Error> {
        let request = request.try_clone().ok_or(Error::Internal)?;
        let request = self.resource.authorize(request, &tokens.access_token);
        self.http.send("provider.api", request, timing.deadline).await.map_err(no_answer)
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
        timing: &Timing,
    ) -> Result<TokenSet, Error> {
        let link = self.store.of(user, timing)?;
        let stale = Stale::load(&link).await?;
        if stale.tokens.differs_from(refused) {
            return Ok(stale.tokens);
        }
        if refused.is_new(timing.now) {
            return Err(Error::ReconnectRequired);
        }
        Box::pin(self.refresh(link, stale, false, timing)).await
    }

    /// Refreshes. Callers box it: it is large and rare, and would make every request's future that large.
    async fn refresh(
        &self,
        link: Link<'_>,
        stale: Stale,
        still_good: bool,
        timing: &Timing,
    ) -> Result<TokenSet, Error> {
        if stale.tokens.refresh_token.is_none() {
            return Err(Error::ReconnectRequired);
        }
        let timeouts = self.http.timeouts();
        Refresh {
            endpoint: &self.endpoint,
            revocation: &self.revocation,
            link,
            timing,
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
