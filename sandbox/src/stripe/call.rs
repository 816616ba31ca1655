//! What every API call has: the caller, the account, parameters.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use shared::Mode;
use url::form_urlencoded;

use super::error::StripeError;
use super::idempotency::KeyedRequest;
use super::parameters::Parameters;
use super::secrets::{Namespace, Owner, Scope};
use super::{OWN_ACCOUNT, RequestId, StripeApi};

/// Room for the largest payload in its longest encoding.
const BODY_LIMIT: usize = 256 * 1024;

/// Characters in an idempotency key.
const LONGEST_KEY: usize = 255;

/// Names the user signed in to the Dashboard, as `<mode> <account> <user>`. Stripe has a session cookie for this; the
/// sandbox believes its visitors.
pub(super) const DASHBOARD_SESSION: HeaderName = HeaderName::from_static("dashboard-session");

/// An authenticated call.
pub(super) struct Call {
    pub(super) caller: Caller,
    pub(super) parameters: Parameters,
    /// Only for `POST`; Stripe ignores the header elsewhere.
    pub(super) idempotency: Option<KeyedRequest>,
    pub(super) request_id: RequestId,
}

/// A back end, with its API key, or an extension in a user's Dashboard.
#[derive(Clone)]
pub(super) struct Caller {
    mode: Mode,
    account: String,
    /// The Dashboard's user. An extension reaches no other user's secrets.
    user: Option<String>,
    /// What the caller has authenticated with.
    credential: String,
}

impl Caller {
    /// Where the secrets of a scope are.
    pub(super) fn namespace(self, scope: Scope) -> Result<Namespace, StripeError> {
        match (&self.user, &scope) {
            (Some(user), Scope::User(owner)) if user != owner => {
                Err(StripeError::invalid("You can only access secrets of the user who is signed in.")
                    .status(StatusCode::FORBIDDEN)
                    .param("scope[user]"))
            }
            _ => Ok(Owner::new(self.mode, self.account).namespace(scope)),
        }
    }

    fn of(headers: &HeaderMap, api: &StripeApi) -> Result<Self, StripeError> {
        if let Some(session) = text(headers, DASHBOARD_SESSION.as_str()) {
            return Self::of_session(session)
                .ok_or_else(|| StripeError::unauthorized("Invalid Dashboard session provided."));
        }
        let api_key = api_key(headers).ok_or_else(|| {
            StripeError::unauthorized(
                "You did not provide an API key. You need to provide your API key in the Authorization header, \
                 using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            )
        })?;
        let mode = api
            .credentials()
            .api_keys
            .iter()
            .find_map(|(mode, known)| (*known == api_key).then_some(*mode))
            .ok_or_else(|| StripeError::unauthorized("Invalid API Key provided."))?;
        Ok(Self { mode, account: account(headers)?, user: None, credential: api_key })
    }

    fn of_session(session: String) -> Option<Self> {
        let mut parts = session.split(' ').map(str::to_owned);
        let mode = match parts.next()?.as_str() {
            "live" => Mode::Live,
            "test" => Mode::Test,
            "sandbox" => Mode::Sandbox,
            _ => return None,
        };
        let (account, user) = (parts.next()?, parts.next()?);
        Some(Self { mode, account, user: Some(user), credential: session })
    }
}

impl FromRequest<StripeApi> for Call {
    type Rejection = StripeError;

    async fn from_request(request: Request, api: &StripeApi) -> Result<Self, StripeError> {
        let (parts, body) = request.into_parts();
        let caller = Caller::of(&parts.headers, api)?;

        let body = to_bytes(body, BODY_LIMIT)
            .await
            .map_err(|_| StripeError::invalid("Invalid request: the body could not be read."))?;
        if !body.is_empty() && !is_form(&parts.headers) {
            return Err(StripeError::invalid(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded).",
            ));
        }
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .chain(form_urlencoded::parse(&body))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();

        let idempotency = match text(&parts.headers, "idempotency-key") {
            Some(key) if parts.method == Method::POST => {
                if key.chars().count() > LONGEST_KEY {
                    return Err(StripeError::idempotency(
                        "Idempotency keys can be at most 255 characters long.",
                    ));
                }
                let path = parts.uri.path().to_owned();
                let Caller { account, credential, .. } = caller.clone();
                Some(KeyedRequest::new(credential, account, key, path, pairs.clone()))
            }
            _ => None,
        };
        Ok(Self {
            caller,
            parameters: pairs.into_iter().collect(),
            idempotency,
            request_id: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}

/// The key of `Authorization: Bearer <key>` or `Basic <base64 of "key:">`.
fn api_key(headers: &HeaderMap) -> Option<String> {
    let authorization = text(headers, header::AUTHORIZATION.as_str())?;
    let (scheme, credentials) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(credentials).ok()?).ok()?;
        return Some(decoded.split(':').next()?.to_owned());
    }
    None
}

fn account(headers: &HeaderMap) -> Result<String, StripeError> {
    let Some(account) = text(headers, "stripe-account") else {
        return Ok(OWN_ACCOUNT.to_owned());
    };
    let well_formed = account
        .strip_prefix("acct_")
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if well_formed {
        return Ok(account);
    }
    Err(StripeError::invalid(format!(
        "The provided key does not have access to account '{account}' (or that account does not exist). \
         Application access may have been revoked."
    ))
    .status(StatusCode::FORBIDDEN)
    .code("account_invalid"))
}

fn is_form(headers: &HeaderMap) -> bool {
    text(headers, header::CONTENT_TYPE.as_str())
        .as_deref()
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
