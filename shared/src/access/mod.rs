//! Fresh access tokens: refreshed in time, only once, and never discarded when in doubt.

mod refresh;
mod refused;

use secrecy::ExposeSecret;
use serde_json::Value;

use crate::direct_invocation::NamedOwner;
use crate::error::Error;
use crate::http::{HeaderValue, Http, Reply, RequestBuilder, Terms};
use crate::invocation::Timing;
use crate::provider::{
    FilledCall, Kept, ProtectedResource, Provider, RevocationEndpoint, TokenEndpoint, no_answer,
};
use crate::settings::Settings;
use crate::stripe_user::StripeUser;
use crate::tokens::lease::CLOCKS_DIFFER_BY;
use crate::tokens::{Link, Stored, TokenSet, TokenStore};
use refresh::Refresh;

pub use refused::RefusedToken;

/// What calls to the provider's API are logged as.
const API: &str = "provider.api";
/// The longest response to a declared call, in bytes.
const LONGEST_API_ANSWER: usize = 1024 * 1024;

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
        let prepare = |_: &TokenSet| Ok((request.try_clone().ok_or(Error::Internal)?, None));
        self.send_as(user, prepare, timing).await.map(|(reply, _)| reply)
    }

    /// Makes a declared call, which `fill` fills in with what is kept with the link. If the link lacks what it needs
    /// (`reconnect_required`), the tokens are refreshed once, unless they are under a minute old: what the provider's
    /// description keeps may have become more since the link was made. The response is one that the app may see.
    ///
    /// # Errors
    /// As [`AccessTokens::send`] and `fill`; `rate_limited` or `provider_unavailable` if that is the response;
    /// `provider_error` if the response repeats the access token.
    pub async fn call(
        &self,
        user: &StripeUser,
        fill: impl Fn(Kept<'_>) -> Result<FilledCall, Error>,
        timing: &Timing,
    ) -> Result<Reply, Error> {
        let prepare = |tokens: &TokenSet| {
            let call = fill(tokens.kept())?;
            let terms = Terms { is_repeatable: call.only_reads(), longest_answer: LONGEST_API_ANSWER };
            Ok((call.request(&self.http), Some(terms)))
        };
        let (reply, tokens) = self.send_as(user, prepare, timing).await?;
        if let Some(outage) = self.resource.outage(&reply) {
            return Err(outage);
        }
        if repeats(&reply, tokens.access_token.expose_secret()) {
            tracing::error!("the provider's API repeats the access token in its response");
            return Err(Error::ProviderError);
        }
        Ok(reply)
    }

    /// Sends with the user's tokens, and once more with refreshed ones if these are refused, or `prepare` says
    /// `reconnect_required` to them. Also returns the tokens that the response is for.
    async fn send_as(
        &self,
        user: &StripeUser,
        prepare: impl Fn(&TokenSet) -> Result<(RequestBuilder, Option<Terms>), Error>,
        timing: &Timing,
    ) -> Result<(Reply, TokenSet), Error> {
        let tokens = self.fresh(user, timing).await?;
        let refusal = match prepare(&tokens) {
            Err(Error::ReconnectRequired) => None,
            request => {
                let reply = self.send_with(&tokens, request?, timing).await?;
                if !self.resource.refuses_token(&reply) {
                    return Ok((reply, tokens));
                }
                Some(reply)
            }
        };
        let renewed = match (self.renewed(user, &tokens, timing).await, refusal) {
            (Err(Error::ReconnectRequired), Some(reply)) if tokens.is_new(timing.now) => {
                return Ok((reply, tokens));
            }
            (renewed, _) => renewed?,
        };
        let reply = self.send_with(&renewed, prepare(&renewed)?, timing).await?;
        if self.resource.refuses_token(&reply) { Err(Error::ReconnectRequired) } else { Ok((reply, renewed)) }
    }

    async fn send_with(
        &self,
        tokens: &TokenSet,
        (request, terms): (RequestBuilder, Option<Terms>),
        timing: &Timing,
    ) -> Result<Reply, Error> {
        let request = self.resource.authorize(request, &tokens.access_token);
        let reply = match terms {
            Some(terms) => self.http.send_on(terms, API, request, timing.deadline).await,
            None => self.http.send(API, request, timing.deadline).await,
        };
        reply.map_err(no_answer)
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

/// Whether the token is in a header of the response, or in its body, as it is or escaped.
fn repeats(reply: &Reply, token: &str) -> bool {
    let is_in_header = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains(token));
    reply.headers.values().any(is_in_header)
        || reply.text().is_some_and(|body| body.contains(token))
        || reply.json().is_some_and(|json| holds(&json, token))
}

fn holds(json: &Value, token: &str) -> bool {
    match json {
        Value::String(text) => text.contains(token),
        Value::Array(list) => list.iter().any(|json| holds(json, token)),
        Value::Object(members) => {
            members.iter().any(|(name, json)| name.contains(token) || holds(json, token))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Stale {
    async fn load(link: &Link<'_>) -> Result<Self, Error> {
        let stored = link.load().await?.ok_or(Error::NotConnected)?;
        let tokens = stored.tokens()?.clone();
        Ok(Self { tokens, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_however_it_is_repeated() {
        let token = "at/1+2=";
        for body in [
            r#"{"a":[{"b":"Bearer at/1+2="}]}"#,
            r#"{"a":"at\/1\u002b2="}"#,
            r#"{"at\/1+2=":null}"#,
            r#"{"a":"at/1+2=","a":1}"#,
            "at/1+2=",
        ] {
            assert!(repeats(&Reply::of(200, body), token), "{body}");
        }
        let mut reply = Reply::of(200, r#"{"a":["at/1+2",1,true,null]}"#);
        assert!(!repeats(&reply, token));
        reply.headers.insert("x-echo", HeaderValue::from_static("Bearer at/1+2="));
        assert!(repeats(&reply, token));
    }
}
