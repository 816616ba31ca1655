//! The third-party OAuth 2.0 provider: one type an endpoint, so that a function holds only those it calls.

mod authorization;
mod callback;
mod client;
mod registration;
mod revocation;
mod token;
mod userinfo;

pub use authorization::AuthorizationEndpoint;
pub use callback::{Callback, Issuer};
pub use client::ConfidentialClient;
pub use registration::Registration;
pub use revocation::RevocationEndpoint;
pub use token::{TokenEndpoint, TokenResponse};
pub use userinfo::{LinkedUser, UserinfoEndpoint};

use url::Url;

use crate::error::Error;
use crate::http::{Failure, Reply};
use crate::settings::Settings;

/// The provider's name, `PROVIDER`.
pub(crate) fn name(settings: &mut Settings) -> Option<&'static str> {
    settings.choice("PROVIDER", &[("custom", "custom")])
}

/// The address of an endpoint: its own setting, or a path under `THIRD_PARTY_URL_BASE`.
fn endpoint(settings: &mut Settings, name: &str, path: &str) -> Option<Url> {
    if settings.optional(name).is_some() {
        return settings.optional_url(name);
    }
    if settings.optional("THIRD_PARTY_URL_BASE").is_none() {
        settings.problem(name, "is not set, nor is THIRD_PARTY_URL_BASE");
        return None;
    }
    let mut url = settings.optional_url("THIRD_PARTY_URL_BASE")?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(url)
}

/// No answer of the provider: nothing is known, so nothing is concluded.
pub(crate) fn no_answer(failure: Failure) -> Error {
    tracing::warn!(?failure, "the provider gave no answer");
    match failure {
        Failure::NotConnected | Failure::Lost => Error::ProviderUnavailable,
        Failure::TooLong => Error::ProviderError,
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
