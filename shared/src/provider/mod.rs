//! The third-party OAuth 2.0 provider: one type per endpoint, so that a function holds only those it calls.

mod authorization;
mod callback;
mod calls;
mod client;
mod description;
mod error_code;
mod kept;
mod nonce;
mod registration;
mod revocation;
mod rotation;
mod token;
mod userinfo;

pub use authorization::AuthorizationEndpoint;
pub use callback::{Callback, RedirectionEndpoint};
pub use calls::{Call, CallAnswer, CallRequest, Calls, FilledCall};
pub(crate) use description::ProtectedResource;
pub use kept::Kept;
pub use registration::Registration;
pub use revocation::RevocationEndpoint;
pub use rotation::Rotation;
pub use token::{NotGranted, TokenEndpoint, TokenResponse};
pub use userinfo::{LinkedUser, UserinfoEndpoint};

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::http::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use url::Url;

use crate::error::Error;
use crate::http::{Failure, Reply};
use crate::settings::Settings;
use description::{DataCenter, Description};
use error_code::ErrorCode;

/// The provider as the settings describe it, read once for all of its endpoints. Whatever is missing has been
/// noted as a problem, so that each endpoint can continue and note its own.
#[derive(Debug)]
pub struct Provider {
    /// Its name, `PROVIDER`.
    pub(crate) name: Option<&'static str>,
    /// Our `client_id` (RFC 6749 section 2.2), `THIRD_PARTY_CLIENT_ID`.
    pub(crate) client_id: Option<String>,
    description: Option<Description>,
}

impl Provider {
    /// Reads `PROVIDER`, its description, and `THIRD_PARTY_CLIENT_ID`.
    pub fn from_settings(settings: &mut Settings) -> Self {
        let name = description::name(settings);
        let description = name.and_then(|name| Description::from_settings(name, settings));
        Self { name, client_id: settings.required("THIRD_PARTY_CLIENT_ID"), description }
    }

    fn data_center(&self) -> Option<DataCenter> {
        self.description.as_ref()?.data_center.clone()
    }

    /// How the provider's API takes access tokens, if the provider is known.
    pub(crate) fn resource(&self) -> Option<ProtectedResource> {
        Some(self.description.as_ref()?.api.clone())
    }
}

/// The URL of an endpoint: from its own setting, from the provider's description, or a path under
/// `THIRD_PARTY_URL_BASE`.
fn endpoint<T: From<Url> + Clone>(
    settings: &mut Settings,
    name: &str,
    described: Option<&T>,
    path: &str,
) -> Option<T> {
    if settings.optional(name).is_some() {
        return settings.optional_url(name).map(T::from);
    }
    if described.is_some() {
        return described.cloned();
    }
    if settings.optional("THIRD_PARTY_URL_BASE").is_none() {
        settings.problem(name, "is not set, and neither is THIRD_PARTY_URL_BASE; or set PROVIDER");
        return None;
    }
    let mut url = settings.optional_url("THIRD_PARTY_URL_BASE")?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(T::from(url))
}

/// The same URL at the server that has the user's account, for a provider with several.
fn located(center: Option<&DataCenter>, url: Url, callback: &BTreeMap<String, String>) -> Url {
    match center {
        Some(center) => center.locate(url, callback),
        None => url,
    }
}

/// `Accept`, and the headers that the provider requires.
fn headers(described: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    headers.extend(described.clone());
    headers
}

/// The error for a call without a response: nothing is known, so nothing is concluded.
pub(crate) fn no_answer(failure: Failure) -> Error {
    tracing::warn!(?failure, "no usable response from the provider");
    match failure {
        Failure::NotConnected | Failure::Lost => Error::ProviderUnavailable,
        Failure::TooLong | Failure::Malformed => Error::ProviderError,
    }
}

/// The error for a response that says that the provider is down or overloaded. If its status says so, whatever
/// else it contains does not count.
fn outage(reply: &Reply, code: Option<ErrorCode>) -> Option<Error> {
    match (reply.status.as_u16(), code) {
        (500.., _) => Some(Error::ProviderUnavailable),
        (429, _) => Some(Error::RateLimited(reply.retry_after())),
        _ if is_limited(reply) || code == Some(ErrorCode::RateLimited) => {
            Some(Error::RateLimited(reply.retry_after()))
        }
        (_, Some(ErrorCode::Unavailable)) => Some(Error::ProviderUnavailable),
        _ => None,
    }
}

/// Some providers answer 403 to too many requests: for example, GitHub
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
fn is_limited(reply: &Reply) -> bool {
    let is_used_up = || reply.headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0");
    reply.status == StatusCode::FORBIDDEN && (reply.headers.contains_key(RETRY_AFTER) || is_used_up())
}
