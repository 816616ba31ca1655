use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::http::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::client::ConfidentialClient;
use super::description::{DataCenter, KeptField, Parameters, REDIRECT_URI, Token, TokenFields};
use super::error_code::ErrorCode;
use super::rotation::Rotation;
use super::{Provider, Registration, endpoint, headers, located, no_answer, nonce, outage};
use crate::authorization_code::AuthorizationCode;
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::log::record;
use crate::pkce::PkceVerifier;
use crate::sealed::LinkId;
use crate::settings::Settings;

/// The client's credentials are wrong (RFC 6749 section 5.2).
const INVALID_CLIENT: &str = "invalid_client";

/// The token endpoint (RFC 6749 section 3.2).
pub struct TokenEndpoint {
    url: Url,
    refresh_url: Url,
    headers: HeaderMap,
    described: Token,
    pkce: bool,
    data_center: Option<DataCenter>,
    client: ConfidentialClient,
    registration: Registration,
    http: Http,
}

/// What the provider granted (RFC 6749 section 5.1).
pub struct TokenResponse {
    /// The access token, never empty.
    pub access_token: SecretString,
    /// The refresh token, if the provider gives one.
    pub refresh_token: Option<SecretString>,
    /// The access token's lifetime in seconds; `None` if the provider gives none that can be used.
    pub expires_in: Option<u64>,
    /// The granted scope, if the response has it.
    pub scope: Option<String>,
    /// The fields that are kept with the tokens, by name.
    pub kept: BTreeMap<String, String>,
    id_token: Option<SecretString>,
}

/// Why no tokens were granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotGranted {
    /// The code or refresh token is no longer valid, and never will be again.
    GrantEnded,
    /// The user must sign in or consent again; then the grant may work again.
    UserMustAct,
    /// `client_misconfigured`, `rate_limited`, `provider_error` or `provider_unavailable`.
    Failed(Error),
}

impl NotGranted {
    /// What it means for a new link.
    fn of_a_code(self) -> Error {
        match self {
            Self::GrantEnded => Error::CodeRejected,
            Self::UserMustAct => Error::AccessDenied,
            Self::Failed(error) => error,
        }
    }
}

/// What it means for an existing link.
impl From<NotGranted> for Error {
    fn from(error: NotGranted) -> Self {
        match error {
            NotGranted::GrantEnded | NotGranted::UserMustAct => Self::ReconnectRequired,
            NotGranted::Failed(error) => error,
        }
    }
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
            data_center: provider.data_center(),
            client: client?,
            registration: registration?,
            http: http.clone(),
        })
    }

    /// Our registration at the provider.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Exchanges the authorization code of a `callback` (RFC 6749 section 4.1.3). It is sent once, because a
    /// code can be used only once.
    ///
    /// # Errors
    /// `code_rejected`, `access_denied`, `client_misconfigured`, `rate_limited`, `provider_error` or
    /// `provider_unavailable`.
    pub async fn exchange(
        &self,
        code: &AuthorizationCode,
        verifier: &PkceVerifier,
        callback: &BTreeMap<String, String>,
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
        parameters.extend(pairs(&self.described.parameters));
        let url = located(self.data_center.as_ref(), self.url.clone(), callback);
        self.grant(url, parameters, deadline).await.map_err(NotGranted::of_a_code)
    }

    /// Requests a new access token for a link made with this `callback` (RFC 6749 section 6). It is tried
    /// once, because some refresh tokens can be used only once: how to treat a lost response is up to the
    /// caller, by [`TokenEndpoint::rotation`].
    ///
    /// # Errors
    /// [`NotGranted`].
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        callback: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> Result<TokenResponse, NotGranted> {
        let mut parameters =
            vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())];
        let redirect_uri = self.registration.redirect_uri.as_str();
        parameters.extend(
            pairs(&self.described.refresh_parameters)
                .map(|(name, value)| (name, if value == REDIRECT_URI { redirect_uri } else { value })),
        );
        let url = located(self.data_center.as_ref(), self.refresh_url.clone(), callback);
        self.grant(url, parameters, deadline).await
    }

    /// What happens to a refresh token once it has been used.
    #[must_use]
    pub fn rotation(&self) -> Rotation {
        self.described.rotation
    }

    async fn grant(
        &self,
        url: Url,
        mut parameters: Vec<(&str, &str)>,
        deadline: Deadline,
    ) -> Result<TokenResponse, NotGranted> {
        let request = self.http.post(url).headers(self.headers.clone());
        let request = self.client.authenticate(request, &mut parameters);
        let request = self.described.encoding.write(request, &parameters);
        let reply = self.http.send("provider.token", request, deadline).await;
        let reply = reply.map_err(|failure| NotGranted::Failed(no_answer(failure)))?;
        self.described.fields.read(&reply).inspect_err(|error| {
            tracing::warn!(status = reply.status.as_u16(), ?error, "no tokens were granted");
        })
    }
}

fn pairs(parameters: &Parameters) -> impl Iterator<Item = (&str, &str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

#[cfg(feature = "fuzzing")]
impl TokenEndpoint {
    /// Reads a made-up response to [`TokenEndpoint::exchange`].
    pub fn read(&self, reply: &Reply, link: &LinkId) -> Result<TokenResponse, Error> {
        let tokens = self.described.fields.read(reply).map_err(NotGranted::of_a_code)?;
        tokens.check_nonce(link)?;
        Ok(tokens)
    }
}

impl TokenResponse {
    /// Checks the ID token's nonce, if it has one: another attempt's means an injected code (OpenID Connect
    /// Core section 3.1.3.7).
    ///
    /// # Errors
    /// `code_rejected`.
    pub fn check_nonce(&self, link: &LinkId) -> Result<(), Error> {
        let nonce = self.id_token.as_ref().and_then(|token| nonce::in_id_token(token.expose_secret()));
        match nonce {
            Some(nonce) if nonce != nonce::of(link) => {
                tracing::warn!("the ID token's nonce belongs to another sign-in");
                Err(Error::CodeRejected)
            }
            _ => Ok(()),
        }
    }
}

impl TokenFields {
    fn read(&self, reply: &Reply) -> Result<TokenResponse, NotGranted> {
        let document = reply.json();
        let refusal = self.refusal.of(reply, document.as_ref());
        if let Some(outage) = outage(reply, refusal) {
            return Err(NotGranted::Failed(outage));
        }
        match refusal {
            Some(ErrorCode::InvalidGrant) => return Err(NotGranted::GrantEnded),
            Some(ErrorCode::AccessDenied | ErrorCode::InvalidToken) => return Err(NotGranted::UserMustAct),
            Some(ErrorCode::Misconfigured(error)) => return Err(client_refused(error)),
            Some(ErrorCode::InvalidClient) => return Err(client_refused(INVALID_CLIENT)),
            _ if reply.status == StatusCode::UNAUTHORIZED => return Err(client_refused(INVALID_CLIENT)),
            Some(_) => return Err(NotGranted::Failed(Error::ProviderError)),
            None => {}
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
                kept: KeptField::find_all(&self.kept, &document),
                id_token: document["id_token"].as_str().map(SecretString::from),
            })
        });
        granted.ok_or(NotGranted::Failed(Error::ProviderError))
    }
}

fn client_refused(error: &'static str) -> NotGranted {
    tracing::error!(error, "the provider refuses this client: check client id, secret and redirect URI");
    if error == INVALID_CLIENT {
        record::doubt_secrets();
    }
    NotGranted::Failed(Error::ClientMisconfigured)
}

/// A lifetime: a number, or a number in a string. Zero or anything else means that the expiry is unknown.
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
        endpoint.unwrap().described.fields.read(reply).map_err(NotGranted::of_a_code)
    }

    fn code(status: u16, body: &str) -> &'static str {
        granted(&Reply::of(status, body)).map_or_else(|error| error.code(), |_| "granted")
    }

    #[test]
    fn a_lifetime_is_read_in_every_spelling() {
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
            (401, r#"{"error":"something_new"}"#, "client_misconfigured"),
            (400, r#"{"error":"interaction_required"}"#, "access_denied"),
            (400, r#"{"error":{"code":"something_new"}}"#, "provider_error"),
            (200, r#"{"error":true,"access_token":"a"}"#, "provider_error"),
            (200, r#"{"error":7,"access_token":"a"}"#, "provider_error"),
            (200, r#"{"error":false,"access_token":"a"}"#, "granted"),
            (200, r#"{"error":0,"access_token":"a"}"#, "granted"),
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
