//! Signatures for a Stripe App's requests to its own back end.

use axum::extract::{RawQuery, State};
use axum::routing::{MethodRouter, get};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tower_http::cors::{Any, CorsLayer};
use url::form_urlencoded;

use super::StripeApi;
use super::answer::Answer;
use super::error::StripeError;
use super::parameters::Parameters;

impl StripeApi {
    /// Signs a payload now: `t=<now>,v1=<hex>`, with one `v1` for each app secret.
    #[must_use]
    pub fn sign(&self, payload: &str) -> String {
        let now = self.0.clock.now();
        let signed = format!("{now}.{payload}");
        let credentials = self.credentials();
        let signatures = credentials.app_secrets.iter().map(|secret| v1(secret, &signed));
        signatures.fold(format!("t={now}"), |header, v1| format!("{header},v1={v1}"))
    }
}

/// The whole secret is the key, including `absec_`.
fn v1(app_secret: &str, signed: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(signed.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// `GET /v1/apps/app_embedded_backend_signature?payload=…`, for the sandbox's Dashboard page.
///
/// It needs no API key: Stripe uses the Dashboard session of the signed-in user instead, and every visitor of the sandbox
/// is that user. Signs the payload byte for byte as received, unless it claims roles that the user does not hold. The page
/// has another origin, hence CORS, on this route only.
pub(super) fn route() -> MethodRouter<StripeApi> {
    get(sign).layer(CorsLayer::new().allow_origin(Any))
}

async fn sign(State(api): State<StripeApi>, RawQuery(query): RawQuery) -> Result<Answer, StripeError> {
    let parameters: Parameters =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let payload = parameters.consume(|parameters| {
        // Stripe's own SDK sends it.
        parameters.optional("include_only[]")?;
        parameters.required("payload")
    })?;
    // Stripe puts both into everything it signs.
    let value: Value = serde_json::from_str(&payload).unwrap_or_default();
    let (Some(user), true) = (value["user_id"].as_str(), value["account_id"].is_string()) else {
        return Err(StripeError::invalid(
            "Invalid payload: must be a JSON object with user_id and account_id",
        )
        .param("payload"));
    };
    if let Some(claimed) = value.get("stripe_roles") {
        api.confirm_roles(user, claimed)?;
    }
    Ok(Answer::ok(&json!({
        "object": "apps.app_embedded_backend_signature",
        "signature": api.sign(&payload),
    })))
}
