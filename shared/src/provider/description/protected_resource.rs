use lambda_http::http::StatusCode;
use lambda_http::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::Refusal;
use super::reader::Object;
use crate::error::Error;
use crate::http::Reply;
use crate::provider::error_code::ErrorCode;
use crate::provider::outage;

/// The scheme of RFC 6750 section 2.1.
const BEARER: &str = "Bearer";

/// How the provider's API takes access tokens, and how it says no (RFC 6750).
#[derive(Clone, Debug)]
pub(crate) struct ProtectedResource {
    header: HeaderName,
    scheme: Option<String>,
    refusal: Refusal,
}

impl ProtectedResource {
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let header = object.header_name("token_header");
        let scheme = object.text("token_scheme");
        if scheme.as_ref().is_some_and(|scheme| HeaderName::try_from(scheme).is_err()) {
            object.problem("token_scheme", "must be one word, such as \"Bearer\"");
        }
        Self {
            // A header of the provider's own holds just the token.
            scheme: scheme.or_else(|| header.is_none().then(|| BEARER.to_owned())),
            header: header.unwrap_or(AUTHORIZATION),
            refusal: object.object_or_empty("refusal", Refusal::read),
        }
    }

    /// The same for the provider's API, which may say no in other words than the userinfo endpoint.
    pub(super) fn of_api(&self, object: &mut Object<'_>) -> Self {
        let refusal = object.object("refusal", Refusal::read);
        Self { refusal: refusal.unwrap_or_else(|| self.refusal.clone()), ..self.clone() }
    }

    /// Whether the token goes anywhere but into `Authorization: Bearer`.
    pub(super) fn has_own_header(&self) -> bool {
        self.header != AUTHORIZATION || self.scheme.as_deref() != Some(BEARER)
    }

    /// The header that holds the token.
    pub(in crate::provider) fn header(&self) -> &HeaderName {
        &self.header
    }

    /// Adds the access token to a request.
    pub(crate) fn authorize(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        let token = token.expose_secret();
        let value =
            self.scheme.as_ref().map_or_else(|| token.to_owned(), |scheme| format!("{scheme} {token}"));
        match HeaderValue::try_from(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                request.header(&self.header, value)
            }
            // Building the request fails.
            Err(_) => request.header(&self.header, "\n"),
        }
    }

    /// Checks a response with this JSON body. The error code that it contains otherwise, if any, is the
    /// caller's to interpret, as is its status.
    ///
    /// # Errors
    /// `reconnect_required` if the access token is no longer accepted, `rate_limited` or
    /// `provider_unavailable`.
    pub(in crate::provider) fn check(
        &self,
        reply: &Reply,
        document: Option<&Value>,
    ) -> Result<Option<ErrorCode>, Error> {
        let code = self.refusal.of(reply, document);
        match outage(reply, code) {
            Some(outage) => Err(outage),
            None if code == Some(ErrorCode::InvalidToken) || reply.status == StatusCode::UNAUTHORIZED => {
                Err(Error::ReconnectRequired)
            }
            None => Ok(code),
        }
    }

    /// The error for a response that says that the provider is down, overloaded, or asked too often.
    pub(crate) fn outage(&self, reply: &Reply) -> Option<Error> {
        match self.check(reply, reply.json().as_ref()) {
            Err(outage @ (Error::RateLimited(_) | Error::ProviderUnavailable)) => Some(outage),
            _ => None,
        }
    }

    /// Whether a response says that the access token is no longer accepted.
    pub(crate) fn refuses_token(&self, reply: &Reply) -> bool {
        self.check(reply, reply.json().as_ref()) == Err(Error::ReconnectRequired)
    }
}
