use lambda_http::http::StatusCode;
use lambda_http::http::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::client::ConfidentialClient;
use super::description::{Parameters, Token, TokenFields};
use super::rotation::Rotation;
use super::{Provider, Registration, endpoint, headers, no_answer, nonce, outage};
use crate::authorization_code::AuthorizationCode;
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::log::record;
use crate::pkce::PkceVerifier;
use crate::sealed::LinkId;
use crate::settings::Settings;

/// The token endpoint (RFC 6749 section 3.2).
pub struct TokenEndpoint {
    url: Url,
    refresh_url: Url,
    headers: HeaderMap,
    described: Token,
    pkce: bool,
    client: ConfidentialClient,
    registration: Registration,
    http: Http,
}

/// What the provider granted (RFC 6749 section 5.1).
pub struct TokenResponse {
    /// The access token, never empty.
    pub access_token: SecretString,
    /// The refresh token, where the provider gives one.
    pub refresh_token: Option<SecretString>,
    /// Seconds the access token is good for; none when the provider says nothing of use.
    pub expires_in: Option<u64>,
    /// What was granted, where it is told.
    pub scope: Option<String>,
    id_token: Option<SecretString>,
}

impl TokenEndpoint {
    /// Reads `THIRD_PARTY_TOKEN_URL`, the registration and the client's secret.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let registration = Registration::from_settings(settings, provider);
        let client = ConfidentialClient::from_settings(settings, provider);
        let description = provider.description.as_ref()?;
        let described = description.token.clone();
        let url = endpoint(settings, "THIRD_PARTY_TOKEN_URL", described.url.as_ref(), "token")?;
        Some(Self {
            refresh_url: described.refresh_url.clone().unwrap_or_else(|| url.clone()),
            url,
            headers: headers(&described.headers),
            described,
            pkce: description.authorization.pkce,
            client: client?,
            registration: registration?,
            http: http.clone(),
        })
    }

    /// Who we are at the provider.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Exchanges an authorization code (RFC 6749 section 4.1.3). It is sent once: a code is good only once.
    ///
    /// # Errors
    /// `code_rejected`, `client_misconfigured`, `rate_limited`, `provider_error` or `provider_unavailable`.
    pub async fn exchange(
        &self,
        code: &AuthorizationCode,
        verifier: &PkceVerifier,
        deadline: Deadline,
    ) -> Result<TokenResponse, Error> {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", self.registration.redirect_uri.as_str()),
        ];
        if self.pkce {
            parameters.push(("code_verifier", verifier.expose()));
        }
        self.grant(&self.url, parameters, &self.described.parameters, deadline).await
    }

    /// Asks for a new access token (RFC 6749 section 6). It is tried once: a refresh token may be good only
    /// once, so what a lost answer means is for the caller to decide, by [`TokenEndpoint::rotation`].
    ///
    /// # Errors
    /// `reconnect_required` when the grant has ended, `client_misconfigured`, `rate_limited`, `provider_error`
    /// or `provider_unavailable`.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        deadline: Deadline,
    ) -> Result<TokenResponse, Error> {
        let parameters =
            vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())];
        let refreshed =
            self.grant(&self.refresh_url, parameters, &self.described.refresh_parameters, deadline).await;
        refreshed.map_err(|error| match error {
            Error::CodeRejected => Error::ReconnectRequired,
            other => other,
        })
    }

    /// What becomes of a refresh token that was used.
    #[must_use]
    pub fn rotation(&self) -> Rotation {
        self.described.rotation
    }

    async fn grant(
        &self,
        url: &Url,
        mut parameters: Vec<(&str, &str)>,
        more: &Parameters,
        deadline: Deadline,
    ) -> Result<TokenResponse, Error> {
        parameters.extend(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = self.http.post(url.clone()).headers(self.headers.clone());
        let request = self.client.authenticate(request, &mut parameters);
        let request = self.described.encoding.write(request, &parameters);
        let reply = self.http.send("provider.token", request, deadline).await.map_err(no_answer)?;
        self.described.fields.read(&reply).inspect_err(|error| {
            tracing::warn!(status = reply.status.as_u16(), code = error.code(), "no tokens were granted");
        })
    }
}

#[cfg(feature = "fuzzing")]
impl TokenEndpoint {
    /// Reads an answer to [`TokenEndpoint::exchange`] that nobody gave.
    pub fn read(&self, reply: &Reply, link: &LinkId) -> Result<TokenResponse, Error> {
        let tokens = self.described.fields.read(reply)?;
        tokens.check_nonce(link)?;
        Ok(tokens)
    }
}

impl TokenResponse {
    /// An ID token made for another attempt means an injected code (OpenID Connect Core section 3.1.3.7).
    ///
    /// # Errors
    /// `code_rejected`.
    pub fn check_nonce(&self, link: &LinkId) -> Result<(), Error> {
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

impl TokenFields {
    fn read(&self, reply: &Reply) -> Result<TokenResponse, Error> {
        if let Some(outage) = outage(reply) {
            return Err(outage);
        }
        let document = reply.json();
        if let Some(refusal) = document.as_ref().and_then(|document| self.refusal.of(document)) {
            return Err(refused(&refusal));
        }
        if reply.status == StatusCode::UNAUTHORIZED {
            record::doubt_secrets();
            return Err(Error::ClientMisconfigured);
        }
        let granted = document.filter(|_| reply.status.is_success()).and_then(|document| {
            Some(TokenResponse {
                access_token: self.access_token.text(&document)?.into(),
                refresh_token: self.refresh_token.text(&document).map(SecretString::from),
                expires_in: match self.expires_in.find(&document) {
                    Some(told) => seconds(told),
                    None => self.default_expires_in,
                },
                scope: self.scope.text(&document),
                id_token: document["id_token"].as_str().map(SecretString::from),
            })
        });
        granted.ok_or(Error::ProviderError)
    }
}

/// The error codes of RFC 6749 section 5.2, as ours.
fn refused(error: &str) -> Error {
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
            if error == "invalid_client" {
                record::doubt_secrets();
            }
            Error::ClientMisconfigured
        }
        "temporarily_unavailable" | "server_error" => Error::ProviderUnavailable,
        _ => Error::ProviderError,
    }
}

/// A number, or a number in a string; anything else, and zero, means that the token does not expire by a
/// time that is known.
fn seconds(told: &Value) -> Option<u64> {
    let seconds = told.as_u64().or_else(|| told.as_str()?.trim().parse().ok());
    seconds.filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Timeouts;

    fn granted(reply: &Reply) -> Result<TokenResponse, Error> {
        let settings = [
            ("THIRD_PARTY_URL_BASE", "https://third-party.com"),
            ("THIRD_PARTY_CLIENT_ID", "client"),
            ("THIRD_PARTY_CLIENT_SECRET", "secret"),
            ("API_HOST_URL", "https://api.example.com"),
        ];
        let mut settings = Settings::of(&settings);
        let provider = Provider::from_settings(&mut settings);
        let http = Http::new(Timeouts::default());
        let endpoint = TokenEndpoint::from_settings(&mut settings, &provider, &http);
        endpoint.unwrap().described.fields.read(reply)
    }

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
            (503, r#"{"error":"invalid_grant"}"#, "provider_unavailable"),
            (500, r#"{"error":"invalid_client"}"#, "provider_unavailable"),
            (429, r#"{"error":"invalid_grant"}"#, "rate_limited"),
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
