//! The authorization request, as a browser without a session would send it.
//!
//! A page tells little: many providers show the same one to an unknown client. So what the provider says to an unknown
//! client and to another redirect URI is compared; and with OpenID Connect, `prompt=none` forbids every page.

use std::collections::HashMap;

use axum::http::header::{ACCEPT, LOCATION};
use lambda_http::{Request, RequestExt as _};
use shared::http::{Failure, Reply};
use shared::provider::{Callback, RedirectionEndpoint};
use shared::{Clock, Error, Http, Invocation, PkceVerifier};
use url::Url;

use super::report::{Finding, Row};
use super::witness::Witness;
use super::{Check, Endpoints, MADE_UP, MADE_UP_VERIFIER, NotChecked, STATE_LENGTH, TIMEOUTS, deadline};

/// No provider has registered it: the name is reserved (RFC 2606).
const OTHER_HOST: &str = "https://not-registered.example";

/// What a browser is shown.
enum Shown {
    /// A page, or a redirect to one.
    Page,
    /// An error that is the request's.
    Refusal,
    /// An error that is not, or nothing.
    Outage,
    /// It is sent back, to this address.
    Return(Url),
}

pub(super) async fn rows(check: &Check, endpoints: &Endpoints) -> Result<Vec<Row>, NotChecked> {
    let request = request(endpoints)?;
    if !check.is_registered {
        return Ok(vec![unknown_client(check, &request, "authorization, for a made-up client").await]);
    }
    let unseen = Witness::new(super::Secrets::default());
    let other_client = check.endpoints_with(&[("THIRD_PARTY_CLIENT_ID", MADE_UP)], &unseen).await?;
    let other_host = check.endpoints_with(&[("API_HOST_URL", OTHER_HOST)], &unseen).await?;
    let (other_client, other_host) = (self::request(&other_client)?, self::request(&other_host)?);
    let (plain, silent, client, host) = tokio::join!(
        plain(check, &request, &endpoints.redirection),
        silent(check, &request, &endpoints.redirection),
        unknown_client(check, &other_client, "the same for an unknown client"),
        unknown_address(check, &other_host),
    );
    Ok([Some(plain), silent, Some(client), Some(host)].into_iter().flatten().collect())
}

/// The functions' request.
fn request(endpoints: &Endpoints) -> Result<Url, NotChecked> {
    let challenge = PkceVerifier::from(MADE_UP_VERIFIER.to_owned()).challenge();
    endpoints.authorization.request(&state(), &challenge, &[0; 16]).map_err(|_| NotChecked::State)
}

fn state() -> String {
    MADE_UP.chars().cycle().take(STATE_LENGTH).collect()
}

async fn plain(check: &Check, request: &Url, endpoint: &RedirectionEndpoint) -> Row {
    let (shown, witness) = ask(check, request.clone()).await;
    let finding = match shown {
        Shown::Page => Finding::Yes("a page for the person".to_owned()),
        Shown::Refusal => Finding::No("client, redirect URI or scopes are refused".to_owned()),
        Shown::Outage => outage(),
        Shown::Return(target) => returned(&target, endpoint),
    };
    witness.row("authorization", finding)
}

/// `OpenID` Connect Core section 3.1.2.1: without a session, `prompt=none` is answered at the redirect URI, and only if
/// that is the client's.
async fn silent(check: &Check, request: &Url, endpoint: &RedirectionEndpoint) -> Option<Row> {
    let is_openid = request.query_pairs().any(|(name, _)| name == "nonce");
    if !is_openid {
        return None;
    }
    let mut silent = request.clone();
    let others = request.query_pairs().filter(|(name, _)| name != "prompt");
    silent.query_pairs_mut().clear().extend_pairs(others).append_pair("prompt", "none");
    let (shown, witness) = ask(check, silent).await;
    let finding = match shown {
        Shown::Page => Finding::Unclear("a page, though none is allowed".to_owned()),
        Shown::Refusal => Finding::No("client or redirect URI is refused".to_owned()),
        Shown::Outage => outage(),
        Shown::Return(target) => returned(&target, endpoint),
    };
    Some(witness.row("the same without a page (`prompt=none`)", finding))
}

async fn unknown_client(check: &Check, request: &Url, step: &'static str) -> Row {
    let (shown, witness) = ask(check, request.clone()).await;
    let finding = match shown {
        Shown::Page => Finding::Unclear("not refused before somebody signs in".to_owned()),
        Shown::Refusal | Shown::Return(_) => Finding::Yes("refused".to_owned()),
        Shown::Outage => outage(),
    };
    witness.row(step, finding)
}

async fn unknown_address(check: &Check, request: &Url) -> Row {
    let (shown, witness) = ask(check, request.clone()).await;
    let finding = match shown {
        Shown::Page => Finding::Unclear("not refused before somebody signs in".to_owned()),
        Shown::Refusal => Finding::Yes("refused".to_owned()),
        Shown::Outage => outage(),
        Shown::Return(_) => {
            Finding::No("the browser is sent to an address that is not registered".to_owned())
        }
    };
    witness.row("the same for another redirect URI", finding)
}

fn outage() -> Finding {
    Finding::Unclear("the provider fails: try again later".to_owned())
}

/// What the functions make of the callback.
fn returned(target: &Url, endpoint: &RedirectionEndpoint) -> Finding {
    let mut parameters = HashMap::<String, Vec<String>>::new();
    for (name, value) in target.query_pairs() {
        parameters.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    let request = Request::default().with_query_string_parameters(parameters);
    let invocation = Invocation::new(request, Clock::system(), deadline(), String::new());
    match Callback::read(&invocation, endpoint) {
        Ok(Callback { state, .. }) if state != self::state() => {
            Finding::No("it changed the state".to_owned())
        }
        Ok(Callback { code: Err(Error::AccessDenied), .. }) => {
            Finding::Yes("client and redirect URI are known".to_owned())
        }
        Ok(Callback { code: Ok(_), .. }) => Finding::No("a code without a person".to_owned()),
        Err(Error::StateInvalid) => Finding::No("`iss` is not the description's `issuer`".to_owned()),
        Ok(Callback { code: Err(error), .. }) | Err(error) => Finding::No(format!("`{}`", error.code())),
    }
}

/// Sends the request as a browser does.
async fn ask(check: &Check, request: Url) -> (Shown, Witness) {
    let redirect_uri = request.query_pairs().find(|(name, _)| name == "redirect_uri");
    let redirect_uri = redirect_uri.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let witness = check.witness();
    let http = Http::new(TIMEOUTS).watched_by(witness.watcher());
    let reply = http.get(request.clone()).header(ACCEPT, "text/html");
    let shown = match http.send("browser.authorize", reply, deadline()).await {
        Ok(reply) => Shown::of(&reply, &request, &redirect_uri),
        Err(Failure::TooLong) => Shown::Page,
        Err(_) => Shown::Outage,
    };
    (shown, witness)
}

impl Shown {
    fn of(reply: &Reply, request: &Url, redirect_uri: &str) -> Self {
        match reply.status.as_u16() {
            200..=299 => return Self::Page,
            429 | 500.. => return Self::Outage,
            _ => {}
        }
        let location = reply.headers.get(LOCATION).filter(|_| reply.status.is_redirection());
        let target = location.and_then(|location| request.join(location.to_str().ok()?).ok());
        match target {
            Some(target) if target.as_str().split('?').next() == Some(redirect_uri) => Self::Return(target),
            Some(target) if !is_error_page(&target) => Self::Page,
            _ => Self::Refusal,
        }
    }
}

/// Some providers answer a wrong client with a redirect to an error page of theirs.
fn is_error_page(target: &Url) -> bool {
    let tells = |text: &str| text.to_ascii_lowercase().contains("error");
    target.path_segments().is_some_and(|mut segments| segments.any(tells))
        || target.query_pairs().any(|(name, _)| tells(&name))
}
