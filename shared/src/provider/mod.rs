//! The third-party OAuth 2.0 provider: one type an endpoint, so that a function holds only those it calls.

mod authorization;
mod callback;
mod client;
mod description;
mod nonce;
mod registration;
mod revocation;
mod rotation;
mod token;
mod userinfo;

pub use authorization::AuthorizationEndpoint;
pub use callback::{Callback, RedirectionEndpoint};
pub use registration::Registration;
pub use revocation::RevocationEndpoint;
pub use rotation::Rotation;
pub use token::{TokenEndpoint, TokenResponse};
pub use userinfo::{LinkedUser, UserinfoEndpoint};

use lambda_http::http::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use crate::error::Error;
use crate::http::{Failure, Reply};
use crate::settings::Settings;
use description::Description;

/// The provider as the settings describe it, read once for all of its endpoints. What is missing has been noted as a
/// problem, so that each endpoint can go on and note its own.
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
}

/// The address of an endpoint: its own setting, the provider's description, or a path under
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
        settings.problem(name, "is not set, nor is THIRD_PARTY_URL_BASE; or name a PROVIDER");
        return None;
    }
    let mut url = settings.optional_url("THIRD_PARTY_URL_BASE")?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(T::from(url))
}

/// `Accept`, and the headers that the provider asks for.
fn headers(described: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    headers.extend(described.clone());
    headers
}

/// No answer of the provider: nothing is known, so nothing is concluded.
pub(crate) fn no_answer(failure: Failure) -> Error {
    tracing::warn!(?failure, "the provider gave no answer");
    match failure {
        Failure::NotConnected | Failure::Lost => Error::ProviderUnavailable,
        Failure::TooLong | Failure::Malformed => Error::ProviderError,
    }
}

/// An answer that says by its status alone that the provider is down or overloaded.
fn outage(reply: &Reply) -> Option<Error> {
    match reply.status.as_u16() {
        429 => Some(Error::RateLimited(reply.retry_after())),
        500.. => Some(Error::ProviderUnavailable),
        _ => None,
    }
}
