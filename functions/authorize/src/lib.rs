//! `authorize`: handles the provider's callback, and completes a link.
//!
//! - `GET`, both flows: the browser returns from the provider. In the session-bound flow it is redirected to
//!   the Dashboard with a sealed code, and nothing is exchanged or stored. In the direct flow the link is
//!   made here.
//! - `POST`, session-bound flow: the app, in the Dashboard session that began the link, completes it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use shared::lambda::Function;
use shared::provider::{
    Callback, LinkedUser, RedirectionEndpoint, RevocationEndpoint, TokenEndpoint, UserinfoEndpoint,
};
use shared::sealed::{CodeToken, LinkId, SealingKeys, Session, StateToken};
use shared::secret_store::Claim;
use shared::signed_request::Verifier;
use shared::tokens::{Stored, TokenSet, TokenStore, UserTokens};
use shared::{
    AuthorizationCode, Dashboard, Error, Http, Invocation, LinkFlow, PkceVerifier, Provider, Response,
    Settings, log, response,
};

/// The `authorize` function.
pub struct Authorize {
    flow: LinkFlow,
    verifier: Verifier,
    keys: SealingKeys,
    redirection: RedirectionEndpoint,
    token: TokenEndpoint,
    userinfo: UserinfoEndpoint,
    revocation: RevocationEndpoint,
    tokens: TokenStore,
    dashboard: Dashboard,
    /// Time to exchange, to read the user and their list of addresses, and to store.
    longest_exchange: Duration,
}

/// The signed payload of `POST`.
#[derive(Deserialize)]
struct CompletePayload {
    code: String,
    verifier: PkceVerifier,
}

/// The provider's code, with what the exchange needs.
struct Grant<'a> {
    code: &'a AuthorizationCode,
    verifier: &'a PkceVerifier,
    link: LinkId,
    callback: BTreeMap<String, String>,
}

impl Function for Authorize {
    // The second one is the article's spelling.
    const ENDPOINTS: &'static [&'static str] = &["authorize", "authorise"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let flow = LinkFlow::from_settings(settings);
        let verifier = Verifier::from_settings(settings);
        let keys = SealingKeys::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let redirection = RedirectionEndpoint::from_settings(settings, &provider);
        let token = TokenEndpoint::from_settings(settings, &provider, http);
        let userinfo = UserinfoEndpoint::from_settings(settings, &provider, http);
        let revocation = RevocationEndpoint::from_settings(settings, &provider, http);
        let tokens = TokenStore::from_settings(settings, &provider, http);
        let dashboard = Dashboard::from_settings(settings);
        Some(Self {
            flow: flow?,
            verifier: verifier?,
            keys: keys?,
            redirection: redirection?,
            token: token?,
            userinfo: userinfo?,
            revocation: revocation?,
            tokens: tokens?,
            dashboard: dashboard?,
            longest_exchange: http.timeouts().to_store_after(3),
        })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let id = &invocation.request_id;
        match invocation.method().as_str() {
            "POST" => self.complete(invocation).await.unwrap_or_else(|error| error.to_json(id)),
            "GET" => self.callback(invocation).await.unwrap_or_else(|error| error.to_page(id)),
            _ => Error::MethodNotAllowed("GET, POST").to_json(id),
        }
    }
}

impl Authorize {
    /// Handles the browser's return from the provider.
    async fn callback(&self, invocation: &Invocation) -> Result<Response, Error> {
        let callback = Callback::read(invocation, &self.redirection)?;
        let context = self.token.registration().context();
        let opened = self.keys.open::<StateToken>(&callback.state, &context);
        let (mut state, key) = opened.map_err(|_| Error::StateInvalid)?;
        log::about(&state.user);
        state.check_fresh(invocation.now)?;
        match (self.flow, state.session.take()) {
            (LinkFlow::SessionBound, Some(session)) => self.relay(state, session, callback, invocation),
            (LinkFlow::Direct, None) => {
                let (code, verifier) = (callback.code?, key.pkce_verifier(&state.id));
                let tokens = self.tokens.of(&state.user, invocation)?;
                let callback = callback.kept;
                let grant = Grant { code: &code, verifier: &verifier, link: state.id, callback };
                self.link(&tokens, grant, invocation).await?;
                let mode = self.tokens.mode_of(&state.user)?;
                Ok(response::see_other(&self.dashboard.return_url(mode, &[])))
            }
            // Begun in the other flow.
            _ => Err(Error::StateInvalid),
        }
    }

    /// Hands the outcome to the Dashboard, which passes it only to the session that began the link.
    fn relay(
        &self,
        state: StateToken,
        session: Session,
        callback: Callback,
        invocation: &Invocation,
    ) -> Result<Response, Error> {
        let mode = self.tokens.mode_of(&state.user)?;
        let Session { state: dashboard_state, challenge } = session;
        let back = |name, value: &str| {
            self.dashboard.return_url(mode, &[(name, value), ("state", &dashboard_state)])
        };
        match callback.code {
            Ok(code) => {
                let (id, user, now) = (state.id, state.user, invocation.now);
                let token = CodeToken::new(id, user, challenge, code, callback.kept, now);
                let context = self.token.registration().context();
                let sealed = self.keys.sealing().seal(&token, &context)?;
                Ok(response::see_other(&back("code", &sealed)))
            }
            Err(error) => Ok(error.to_redirect(&back("error", error.code()))),
        }
    }

    /// Completes the link: the app's request is signed for the user who began it, with the verifier that only
    /// their Dashboard session has.
    async fn complete(&self, invocation: &Invocation) -> Result<Response, Error> {
        self.flow.require(LinkFlow::SessionBound)?;
        let signed = self.verifier.extract(invocation, "complete")?;
        let CompletePayload { code, verifier } = signed.payload()?;
        let context = self.token.registration().context();
        let opened = self.keys.open::<CodeToken>(&code, &context);
        let (token, _) = opened.map_err(|_| Error::StateInvalid)?;
        let code = token.redeem(&signed.user, &verifier, invocation.now)?;
        let tokens = self.tokens.of(&signed.user, invocation)?;
        let callback = token.kept.clone();
        let grant = Grant { code, verifier: &verifier, link: token.id, callback };
        let user = self.link(&tokens, grant, invocation).await?;
        Ok(response::ok(&user))
    }

    /// Makes the link, unless this attempt has made it already or is making it: the Dashboard hands the same
    /// code to every view of the app until the page is reloaded, and many providers penalise a second use.
    async fn link(
        &self,
        tokens: &UserTokens<'_>,
        grant: Grant<'_>,
        invocation: &Invocation,
    ) -> Result<LinkedUser, Error> {
        let deadline = invocation.deadline;
        let stored = tokens.load().await?;
        let present = stored.as_ref().and_then(|stored| stored.tokens.as_ref());
        if let Some(made) = present.filter(|set| set.link == Some(grant.link)) {
            return self.userinfo.read(&made.access_token, made.kept(), deadline).await;
        }
        // A code can be used only once, and the tokens it yields must be stored in time.
        let is_time_left = || deadline.left() > self.longest_exchange;
        if !is_time_left() {
            return Err(Error::SecretStoreUnavailable);
        }
        match tokens.claim_link(&grant.link).await? {
            Claim::Won => {
                // Getting the lease may have taken seconds.
                let linked = if is_time_left() {
                    self.exchange(tokens, stored.as_ref(), grant, invocation).await
                } else {
                    Err(Error::SecretStoreUnavailable)
                };
                tokens.release_link().await;
                linked.map_err(Error::once_the_code_is_spent)
            }
            claim @ (Claim::Lost | Claim::Unsure) => match tokens.await_link(&grant.link).await? {
                Some(made) => self.userinfo.read(&made.access_token, made.kept(), deadline).await,
                None if claim == Claim::Unsure => Err(Error::SecretStoreUnavailable),
                None => Err(Error::CodeRejected),
            },
            Claim::Void => Err(Error::SecretStoreUnavailable),
        }
    }

    /// Exchanges the code, reads the user, applies the e-mail policy and stores the tokens. Tokens that are
    /// not stored are revoked.
    async fn exchange(
        &self,
        tokens: &UserTokens<'_>,
        old: Option<&Stored>,
        grant: Grant<'_>,
        invocation: &Invocation,
    ) -> Result<LinkedUser, Error> {
        let deadline = invocation.deadline;
        let granted = self.token.exchange(grant.code, grant.verifier, &grant.callback, deadline).await?;
        let nonce = granted.check_nonce(&grant.link);
        let mut new = TokenSet::new(granted, grant.link, grant.callback, invocation.now);
        let linked = async {
            nonce?;
            // The token has just been granted: this sign-in failed, and no existing link has lost access.
            let user = self.userinfo.read(&new.access_token, new.kept(), deadline).await.map_err(
                |error| match error {
                    Error::ReconnectRequired => Error::CodeRejected,
                    other => other,
                },
            )?;
            new.subject = Some(user.id.clone());
            tokens.save(&new, old).await?;
            Ok(user)
        }
        .await;
        if linked.is_err() {
            let (access, refresh) = (&new.access_token, new.refresh_token.as_ref());
            self.revocation.revoke(access, refresh, &new.callback, deadline).await;
        }
        linked
    }
}
