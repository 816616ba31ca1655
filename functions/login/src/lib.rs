//! `login`: begins a link by sending the user to the provider.
//!
//! - `POST`, session-bound flow: the app requests the URL to open in the user's browser.
//! - `GET ?state=`, direct flow: the browser itself makes the request, with the article's signed state.

use serde::{Deserialize, Serialize};
use shared::lambda::Function;
use shared::provider::AuthorizationEndpoint;
use shared::sealed::{SealingKeys, Session, StateToken};
use shared::secret_store::Modes;
use shared::signed_request::Verifier;
use shared::{
    Error, Http, Invocation, LinkFlow, LinkScope, Linker, Provider, Response, Settings, UnixSeconds, pkce,
    response,
};

/// The longest S, in bytes.
const LONGEST_STATE: usize = 512;
/// The longest state JSON of the article, in bytes: two ids and a signature.
const LONGEST_SIGNED_STATE: usize = 4096;

/// The `login` function.
pub struct Login {
    flow: LinkFlow,
    scope: LinkScope,
    verifier: Verifier,
    keys: SealingKeys,
    authorization: AuthorizationEndpoint,
    /// The modes that a link can be stored in, if known.
    modes: Option<Modes>,
}

/// The signed payload of `POST`.
#[derive(Deserialize)]
struct LoginPayload {
    state: String,
    challenge: String,
}

#[derive(Serialize)]
struct LoginResponse<'a> {
    authorization_url: &'a str,
    expires_at: UnixSeconds,
}

impl Function for Login {
    const ENDPOINTS: &'static [&'static str] = &["login"];

    fn from_settings(settings: &mut Settings, _: &Http) -> Option<Self> {
        let flow = LinkFlow::from_settings(settings);
        let scope = LinkScope::from_settings(settings);
        let verifier = Verifier::from_settings(settings);
        let keys = SealingKeys::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let authorization = AuthorizationEndpoint::from_settings(settings, &provider);
        let modes = Modes::from_settings(settings);
        Some(Self {
            flow: flow?,
            scope: scope?,
            verifier: verifier?,
            keys: keys?,
            authorization: authorization?,
            modes,
        })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let id = &invocation.request_id;
        match invocation.method().as_str() {
            "POST" => self.address(invocation).unwrap_or_else(|error| error.to_json(id)),
            "GET" => self.redirect(invocation).unwrap_or_else(|error| error.to_page(id)),
            _ => Error::MethodNotAllowed("GET, POST").to_json(id),
        }
    }
}

impl Login {
    /// Session-bound: the attempt belongs to the Dashboard session whose state and challenge were signed.
    fn address(&self, invocation: &Invocation) -> Result<Response, Error> {
        self.flow.require(LinkFlow::SessionBound)?;
        let signed = self.verifier.extract(invocation, "login")?;
        let linker = self.scope.linker(&signed)?;
        let LoginPayload { state, challenge } = signed.payload()?;
        if state.is_empty() || state.len() > LONGEST_STATE || !pkce::is_challenge(&challenge) {
            return Err(Error::BadRequest("Send state and challenge as createOAuthState() returned them."));
        }
        let session = Session { state, challenge: challenge.clone() };
        let token = self.begin(&linker, Some(session), invocation)?;
        let sealed = self.keys.sealing().seal(&token, &self.authorization.registration().context())?;
        let address = self.authorization.request(&sealed, &challenge, &token.id)?;
        Ok(response::ok(&LoginResponse { authorization_url: address.as_str(), expires_at: token.expires_at }))
    }

    /// Direct: the provider gets our state token, never the signature.
    fn redirect(&self, invocation: &Invocation) -> Result<Response, Error> {
        self.flow.require(LinkFlow::Direct)?;
        let state = invocation.query("state", LONGEST_SIGNED_STATE)?.ok_or(Error::SignatureMissing)?;
        let user = self.verifier.extract_state(state, invocation.now)?;
        let linker = self.scope.linker_without_role(user)?;
        let token = self.begin(&linker, None, invocation)?;
        let key = self.keys.sealing();
        let sealed = key.seal(&token, &self.authorization.registration().context())?;
        let challenge = key.pkce_verifier(&token.id).challenge();
        Ok(response::see_other(&self.authorization.request(&sealed, &challenge, &token.id)?))
    }

    /// Begins a link, unless there is no API key to store it with.
    fn begin(
        &self,
        linker: &Linker,
        session: Option<Session>,
        invocation: &Invocation,
    ) -> Result<StateToken, Error> {
        if let Some(modes) = &self.modes {
            modes.require(linker.user())?;
        }
        Ok(StateToken::begin(linker, session, invocation.now)?)
    }
}
