//! `profile`: a custom endpoint that calls the provider's API for the linked user.
//!
//! `POST /profile`, signed for the purpose `profile`, responds with what the API at `PROFILE_API_URL`
//! returns. See `docs/your-own-endpoint.md`; it is not part of `template.yaml`.

use serde_json::Value;
use shared::http::header::ACCEPT;
use shared::lambda::Function;
use shared::signed_request::Verifier;
use shared::{AccessTokens, Error, Http, Invocation, Provider, Response, Settings, response};
use url::Url;

/// The function.
pub struct Profile {
    verifier: Verifier,
    tokens: AccessTokens,
    api: Url,
    http: Http,
}

impl Function for Profile {
    const ENDPOINTS: &'static [&'static str] = &["profile"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let verifier = Verifier::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let tokens = AccessTokens::from_settings(settings, &provider, http);
        let api = settings.required_url("PROFILE_API_URL");
        Some(Self { verifier: verifier?, tokens: tokens?, api: api?, http: http.clone() })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let answer = match invocation.method().as_str() {
            "POST" => self.profile(invocation).await,
            _ => Err(Error::MethodNotAllowed("POST")),
        };
        answer.unwrap_or_else(|error| error.to_json(&invocation.request_id))
    }
}

impl Profile {
    async fn profile(&self, invocation: &Invocation) -> Result<Response, Error> {
        let signed = self.verifier.extract(invocation, "profile")?;
        let request = self.http.get(self.api.clone()).header(ACCEPT, "application/json");
        let reply = self.tokens.send(&signed.user, request, invocation).await?;
        let profile: Value =
            reply.json().filter(|_| reply.status.is_success()).ok_or(Error::ProviderError)?;
        Ok(response::ok(&profile))
    }
}
