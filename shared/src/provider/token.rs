use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::{ConfidentialClient, Registration, endpoint, no_answer, outage};
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::nonce;
use crate::sealed::LinkId;
use crate::settings::Settings;

/// The token endpoint (RFC 6749 section 3.2).
pub struct TokenEndpoint {
    url: Url,
    client: ConfidentialClient,
    registration: Registration,
}

/// What the provider granted (RFC 6749 section 5.1).
#[derive(Deserialize)]
pub struct TokenResponse {
    /// The access token, never empty.
    pub access_token: SecretString,
    /// The refresh token, where the provider gives one.
    pub refresh_token: Option<SecretString>,
    /// Seconds the access token is good for; none when the provider says nothing of use.
    #[serde(default, deserialize_with = "seconds")]
    pub expires_in: Option<u64>,
    /// What was granted, where it is told.
    pub scope: Option<String>,
    id_token: Option<SecretString>,
}

/// An error answer (RFC 6749 section 5.2); some providers send it with status 200.
#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

impl TokenEndpoint {
    /// Reads `THIRD_PARTY_TOKEN_URL` or `THIRD_PARTY_URL_BASE`, the registration and the client's secret.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let url = endpoint(settings, "THIRD_PARTY_TOKEN_URL", "token");
        let client = ConfidentialClient::from_settings(settings, http);
        let registration = Registration::from_settings(settings);
        Some(Self { url: url?, client: client?, registration: registration? })
    }

    /// Who we are at the provider.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Exchanges an authorization code (RFC 6749 section 4.1.3). It is tried once: a code is good only once.
    ///
    /// # Errors
    /// `code_rejected`, `client_misconfigured`, `rate_limited`, `provider_error` or `provider_unavailable`.
    pub async fn exchange(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        link: &LinkId,
        deadline: Deadline,
    ) -> Result<TokenResponse, Error> {
        let form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", self.registration.redirect_uri.as_str()),
            ("code_verifier", verifier.expose_secret()),
        ];
        let tokens = self.request(form, deadline).await?;
        tokens.check_nonce(link)?;
        Ok(tokens)
    }

    /// Trades a refresh token for new tokens (RFC 6749 section 6). It is tried once: where refresh tokens
    /// rotate, the second use of one ends the grant.
    ///
    /// # Errors
    /// `reconnect_required` when the provider refuses the refresh token; else as [`TokenEndpoint::exchange`].
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        deadline: Deadline,
    ) -> Result<TokenResponse, Error> {
        let form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())];
        self.request(form, deadline).await.map_err(|error| match error {
            Error::CodeRejected => Error::ReconnectRequired,
            other => other,
        })
    }

    async fn request(&self, form: Vec<(&str, &str)>, deadline: Deadline) -> Result<TokenResponse, Error> {
        let reply = self.client.post(&self.url, form, deadline).await.map_err(no_answer)?;
        granted(&reply).inspect_err(|error| {
            tracing::warn!(
                status = reply.status.as_u16(),
                code = error.code(),
                "the provider gave no tokens"
            );
        })
    }
}

impl TokenResponse {
    /// An ID token made for another attempt means an injected code (OpenID Connect Core section 3.1.3.7).
    fn check_nonce(&self, link: &LinkId) -> Result<(), Error> {
        let nonce = self.id_token.as_ref().and_then(|token| nonce::in_id_token(token.expose_secret()));
        match nonce {
            Some(nonce) if nonce != nonce::of(link) => {
                tracing::warn!("the ID token's nonce is of another sign-in");
                Err(Error::CodeRejected)
            }
            _ => Ok(()),
        }
    }
}

fn granted(reply: &Reply) -> Result<TokenResponse, Error> {
    if let Some(refusal) = reply.json::<ErrorResponse>() {
        return Err(refused(&refusal.error, reply));
    }
    if let Some(outage) = outage(reply) {
        return Err(outage);
    }
    if reply.status == StatusCode::UNAUTHORIZED {
        return Err(Error::ClientMisconfigured);
    }
    let granted =
        reply.json::<TokenResponse>().filter(|tokens| !tokens.access_token.expose_secret().is_empty());
    granted.filter(|_| reply.status.is_success()).ok_or(Error::ProviderError)
}

/// The error codes of RFC 6749 section 5.2, as ours.
fn refused(error: &str, reply: &Reply) -> Error {
    match error {
        "invalid_grant" => Error::CodeRejected,
        "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "invalid_request" => {
            tracing::error!(
                error,
                "the provider refuses this client: check client id, secret and redirect URI"
            );
            Error::ClientMisconfigured
        }
        "temporarily_unavailable" | "server_error" => Error::ProviderUnavailable,
        _ => outage(reply).unwrap_or(Error::ProviderError),
    }
}

/// A number, or a number in a string; anything else, and zero, counts as not told.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let seconds = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(seconds.filter(|seconds| *seconds > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: u16, body: &str) -> &'static str {
        granted(&Reply::of(status, body)).map_or_else(|error| error.code(), |_| "granted")
    }

    #[test]
    fn a_grant_is_read_whatever_way_its_lifetime_is_written() {
        for (expires_in, expected) in [
            (r#","expires_in":3600"#, Some(3600)),
            (r#","expires_in":"3600""#, Some(3600)),
            (r#","expires_in":0"#, None),
            (r#","expires_in":null"#, None),
            (r#","expires_in":-5"#, None),
            (r#","expires_in":{}"#, None),
            ("", None),
        ] {
            let body = format!(r#"{{"access_token":"a","token_type":"bearer","scope":null{expires_in}}}"#);
            assert_eq!(granted(&Reply::of(200, &body)).ok().unwrap().expires_in, expected, "{body}");
        }
        assert_eq!(code(201, r#"{"access_token":"a"}"#), "granted");
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, body, expected) in [
            (400, r#"{"error":"invalid_grant","error_description":"x"}"#, "code_rejected"),
            (200, r#"{"error":"invalid_grant"}"#, "code_rejected"),
            (401, r#"{"error":"invalid_client"}"#, "client_misconfigured"),
            (400, r#"{"error":"unauthorized_client"}"#, "client_misconfigured"),
            (401, "", "client_misconfigured"),
            (503, r#"{"error":"temporarily_unavailable"}"#, "provider_unavailable"),
            (400, r#"{"error":"something_new"}"#, "provider_error"),
            (503, r#"{"error":"something_new"}"#, "provider_unavailable"),
            (429, "", "rate_limited"),
            (500, "<html>", "provider_unavailable"),
            (200, "<html>", "provider_error"),
            (200, "{}", "provider_error"),
            (200, r#"{"access_token":""}"#, "provider_error"),
            (200, r#"{"access_token":7}"#, "provider_error"),
            (204, "", "provider_error"),
            (302, "", "provider_error"),
            (404, r#"{"access_token":"a"}"#, "provider_error"),
        ] {
            assert_eq!(code(status, body), expected, "{status} {body}");
        }
    }
}
