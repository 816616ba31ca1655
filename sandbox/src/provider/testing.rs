//! Shared by the tests of the provider.

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use super::grants::TokenSet;
use super::{Decision, Person, Provider, ProviderConfig};
use crate::clock::ManualClock;

pub(super) const CLIENT_ID: &str = "client";
/// With characters that form-encoding changes.
pub(super) const CLIENT_SECRET: &str = "s+c%ret &=:";
pub(super) const ISSUER: &str = "https://provider.example";
pub(super) const REDIRECT_URI: &str = "https://api.example/api/oauth/authorize";
/// RFC 7636 appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A provider, and the control of its clock.
pub(super) struct World {
    pub provider: Provider,
    pub clock: ManualClock,
}

impl World {
    pub(super) fn new() -> Self {
        let clock = ManualClock::at(1_700_000_000);
        let config = ProviderConfig {
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            issuer: ISSUER.to_owned(),
        };
        Self { provider: Provider::new(config, clock.clock()), clock }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Response {
        self.provider.router().oneshot(request).await.unwrap()
    }

    pub(super) fn code(&self, person: Person) -> String {
        let location = self.provider.decide(&authorization_url(&[]), person).unwrap();
        parameter(&location, "code").expect("a code")
    }

    pub(super) async fn redeem(&self, code: &str) -> TokenSet {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let response = self.send(with_client(post("/token", &form))).await;
        serde_json::from_value(json(response).await).expect("tokens")
    }

    pub(super) async fn sign_in(&self, person: Person) -> TokenSet {
        let code = self.code(person);
        self.redeem(&code).await
    }

    pub(super) fn decide(&self, changes: &[(&str, &str)], decision: impl Into<Decision>) -> String {
        self.provider.decide(&authorization_url(changes), decision).unwrap()
    }
}

/// The parameters of a valid authorization request, some of them changed; an empty value removes one.
pub(super) fn authorization_params<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid email"),
        ("state", "st&te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        params.retain(|param| param.0 != change.0);
        params.push(*change);
    }
    params.retain(|param| !param.1.is_empty());
    params
}

pub(super) fn authorization_url(changes: &[(&str, &str)]) -> String {
    format!("{ISSUER}/oauth?{}", form(&authorization_params(changes)))
}

pub(super) fn parameter(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).unwrap();
    url.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned())
}

pub(super) fn get(path_and_query: &str) -> Request<Body> {
    Request::get(path_and_query).body(Body::empty()).unwrap()
}

pub(super) fn post(path: &str, params: &[(&str, &str)]) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(params)))
        .unwrap()
}

pub(super) fn with_client(mut request: Request<Body>) -> Request<Body> {
    let encoded: Vec<String> = [CLIENT_ID, CLIENT_SECRET]
        .map(|text| form_urlencoded::byte_serialize(text.as_bytes()).collect())
        .into();
    let basic = format!("Basic {}", BASE64_STANDARD.encode(encoded.join(":")));
    request.headers_mut().insert(header::AUTHORIZATION, basic.parse().unwrap());
    request
}

pub(super) fn with_bearer(mut request: Request<Body>, token: &str) -> Request<Body> {
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    request
}

pub(super) async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.into()).unwrap()
}

pub(super) async fn json(response: Response) -> serde_json::Value {
    serde_json::from_str(&text(response).await).unwrap()
}

fn form(params: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}
