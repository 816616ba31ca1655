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
use shared::provider::{Callback, RedirectionEndpoint, RevocationEndpoint, TokenEndpoint, UserinfoEndpoint};
use shared::sealed::{CodeToken, LinkId, SealingKeys, Session, StateToken};
use shared::secret_store::Claim;
use shared::signed_request::Verifier;
use shared::tokens::{LinkAnswer, ManagedLink, Stored, TokenSet, TokenStore};
use shared::{
    AuthorizationCode, Dashboard, Error, Http, Invocation, LinkFlow, LinkScope, PkceVerifier, Provider,
    Response, Settings, log, response,
};

/// The `authorize` function.
pub struct Authorize {
    flow: LinkFlow,
    scope: LinkScope,
    verifier: Verifier,
    keys: SealingKeys,
    redirection: RedirectionEndpoint,
    token: TokenEndpoint,
    userinfo: UserinfoEndpoint,
    revocation: RevocationEndpoint,
    tokens: TokenStore,
    dashboard: Dashboard,
    /// Time to exchange, to read the user, and to store.
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
        let scope = LinkScope::from_settings(settings);
        let verifier = Verifier::from_settings(settings);
        let keys = SealingKeys::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let redirection = RedirectionEndpoint::from_settings(settings, &provider);
        let token = TokenEndpoint::from_settings(settings, &provider, http);
        let userinfo = UserinfoEndpoint::from_settings(settings, &provider, http);
        let revocation = RevocationEndpoint::from_settings(settings, &provider, http);
        let tokens = TokenStore::from_settings(settings, &provider, http);
        let dashboard = Dashboard::from_settings(settings);
        let userinfo = userinfo?;
        Some(Self {
            longest_exchange: http.timeouts().to_store_after(1 + userinfo.calls()),
            flow: flow?,
            scope: scope?,
            verifier: verifier?,
            keys: keys?,
            redirection: redirection?,
            token: token?,
            userinfo,
            revocation: revocation?,
            tokens: tokens?,
            dashboard: dashboard?,
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
        if state.owner != self.scope.owner() {
            return Err(Error::StateInvalid);
        }
        match (self.flow, state.session.take()) {
            (LinkFlow::SessionBound, Some(session)) => self.relay(state, session, callback, invocation),
            (LinkFlow::Direct, None) => {
                let (code, verifier) = (callback.code?, key.pkce_verifier(&state.id));
                let linker = self.scope.linker_without_role(state.user)?;
                let link = self.tokens.managed_by(&linker, invocation)?;
                let callback = callback.kept;
                let grant = Grant { code: &code, verifier: &verifier, link: state.id, callback };
                self.link(&link, grant, invocation).await?;
                let mode = self.tokens.mode_of(linker.user())?;
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
                let token = CodeToken::new(state, challenge, code, callback.kept, invocation.now);
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
        // Again: a role may have been lost since the link was begun.
        let linker = self.scope.linker(&signed)?;
        let CompletePayload { code, verifier } = signed.payload()?;
        let context = self.token.registration().context();
        let opened = self.keys.open::<CodeToken>(&code, &context);
        let (token, _) = opened.map_err(|_| Error::StateInvalid)?;
        let code = token.redeem(&linker, &verifier, invocation.now)?;
        let link = self.tokens.managed_by(&linker, invocation)?;
        let callback = token.kept.clone();
        let grant = Grant { code, verifier: &verifier, link: token.id, callback };
        Ok(response::ok(&self.link(&link, grant, invocation).await?))
    }

    /// Makes the link, unless this attempt has made it already or is making it: the Dashboard hands the same
    /// code to every view of the app until the page is reloaded, and many providers penalise a second use.
    async fn link(
        &self,
        link: &ManagedLink<'_>,
        grant: Grant<'_>,
        invocation: &Invocation,
    ) -> Result<LinkAnswer, Error> {
        let deadline = invocation.deadline;
        let stored = link.load().await?;
        let present = stored.as_ref().and_then(|stored| stored.tokens().ok());
        if let Some(made) = present.filter(|set| set.link == Some(grant.link)) {
            return self.describe(made, invocation).await;
        }
        // A code can be used only once, and the tokens it yields must be stored in time.
        let is_time_left = || deadline.left() > self.longest_exchange;
        if !is_time_left() {
            return Err(Error::SecretStoreUnavailable);
        }
        match link.claim_link(&grant.link).await? {
            Claim::Won => {
                // Getting the lease may have taken seconds.
                let linked = if is_time_left() {
                    self.exchange(link, stored.as_ref(), grant, invocation).await
                } else {
                    Err(Error::SecretStoreUnavailable)
                };
                link.release_link().await;
                linked.map_err(Error::once_the_code_is_spent)
            }
            claim @ (Claim::Lost | Claim::Unsure) => match link.await_link(&grant.link).await? {
                Some(made) => self.describe(&made, invocation).await,
                None if claim == Claim::Unsure => Err(Error::SecretStoreUnavailable),
                None => Err(Error::CodeRejected),
            },
            Claim::Void => Err(Error::SecretStoreUnavailable),
        }
    }

    async fn describe(&self, made: &TokenSet, invocation: &Invocation) -> Result<LinkAnswer, Error> {
        let user = self.userinfo.read(&made.access_token, made.kept(), invocation.deadline).await?;
        Ok(made.answer(user))
    }

    /// Exchanges the code, reads the user, applies the e-mail policy and stores the tokens. Tokens that are
    /// not stored are revoked.
    async fn exchange(
        &self,
        link: &ManagedLink<'_>,
        old: Option<&Stored>,
        grant: Grant<'_>,
        invocation: &Invocation,
    ) -> Result<LinkAnswer, Error> {
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
            Ok(link.make(new.clone(), old).await?.answer(user))
        }
        .await;
        if linked.is_err() {
            let (access, refresh) = (&new.access_token, new.refresh_token.as_ref());
            self.revocation.revoke(access, refresh, &new.callback, deadline).await;
        }
        linked
    }
}
