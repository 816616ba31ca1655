//! The companion app, as its back end sees it: it signs, starts a link, comes back, finishes.

use std::collections::HashMap;

use crate::provider::{Decision, Provider};
use crate::stripe::Scope;
use axum::http::HeaderValue;
use axum::http::header::{HeaderMap, HeaderName, LOCATION, USER_AGENT};
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::Mode;
use shared::http::Reply;
use url::Url;

use super::deployment::Deployment;
use super::rig::{Rig, assert_silent};

/// What Stripe signs for an administrator.
pub const ADMINISTRATOR: &str = r#"[{"id":"admin","type":"builtIn","name":"Administrator"}]"#;

/// The companion app's calls.
pub const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/calls.json");

/// An answer from the back end.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// The body, parsed as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Status and error code of an answer to the app.
    pub fn error(&self) -> (u16, String) {
        let error = &self.json()["error"];
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(!error["request_id"].as_str().unwrap().is_empty());
        (self.status.as_u16(), error["code"].as_str().unwrap().to_owned())
    }

    /// Status and error code of a page for a browser.
    pub fn page(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "text/html; charset=utf-8", "{self:?}");
        assert!(self.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert!(self.headers.get(LOCATION).is_none());
        let (_, rest) = self.body.split_once("Code: ").expect("a code");
        (self.status.as_u16(), rest.split('<').next().unwrap().to_owned())
    }

    /// The target of a 303, and its parameters.
    pub fn redirect(&self) -> (String, HashMap<String, String>) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        assert_eq!(self.headers["referrer-policy"], "no-referrer");
        assert_eq!(self.headers["cache-control"], "no-store");
        parts(self.headers[LOCATION].to_str().unwrap())
    }
}

/// A URL without its query, and the query.
pub fn parts(address: &str) -> (String, HashMap<String, String>) {
    let mut url = Url::parse(address).expect("an address");
    let query = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.to_string(), query)
}

/// A login that was started: what the Dashboard keeps of it.
pub struct Begun {
    /// S.
    pub state: String,
    /// V.
    pub verifier: String,
    /// The provider's page, with T.
    pub authorization_url: String,
}

/// The app in the Dashboard of one user of an account.
#[derive(Clone)]
pub struct App<'a> {
    rig: &'a Rig,
    /// Such as `usr_ada`.
    pub user: &'a str,
    /// Such as `acct_alpine`.
    pub account: &'a str,
    /// `test` or `live`.
    pub mode: &'a str,
    /// The JSON of `stripe_roles`, which the app signs where it matters who may do it.
    pub stripe_roles: Option<&'a str>,
    /// The back end's origin.
    gateway: &'a str,
    provider: &'a Provider,
}

impl<'a> App<'a> {
    /// In test mode.
    pub fn new(rig: &'a Rig, user: &'a str, account: &'a str) -> Self {
        let (gateway, provider) = (&rig.world.addresses.gateway, &rig.world.provider);
        Self { rig, user, account, mode: "test", stripe_roles: None, gateway, provider }
    }

    /// The same app, of another deployment.
    #[must_use]
    pub fn at(&self, deployment: &'a Deployment) -> Self {
        Self { gateway: &deployment.gateway, provider: &deployment.provider, ..self.clone() }
    }

    /// The same app, with these `stripe_roles`.
    #[must_use]
    pub fn with_roles(&self, stripe_roles: &'a str) -> Self {
        Self { stripe_roles: Some(stripe_roles), ..self.clone() }
    }

    /// The payload Stripe signs: the app's fields first, then the ids.
    pub fn payload(&self, purpose: &str, more: &[(&str, &str)]) -> String {
        let text = |(name, value): &(&str, &str)| format!("{}:{}", json!(name), json!(value));
        let roles = self.stripe_roles.filter(|_| purpose != "userinfo");
        let first = [("purpose", purpose), ("mode", self.mode)];
        let fields = first.iter().chain(more).map(text);
        let fields = fields.chain(roles.map(|roles| format!(r#""stripe_roles":{roles}"#)));
        let ids = [("user_id", self.user), ("account_id", self.account)];
        let fields = fields.chain(ids.iter().map(text)).collect::<Vec<_>>();
        format!("{{{}}}", fields.join(","))
    }

    /// The envelope form of a signed request.
    pub fn envelope(&self, purpose: &str, more: &[(&str, &str)]) -> String {
        let payload = self.payload(purpose, more);
        let signature = self.rig.world.stripe.sign(&payload);
        json!({ "payload": payload, "signature": signature }).to_string()
    }

    /// A signed `POST /userinfo` as API Gateway delivers it.
    pub fn userinfo_event(&self) -> String {
        self.event("userinfo", "userinfo", &[])
    }

    /// A signed `POST` as API Gateway delivers it.
    pub fn event(&self, endpoint: &str, purpose: &str, more: &[(&str, &str)]) -> String {
        let event = include_str!("../../../events/userinfo/post.json");
        let mut event: Value = serde_json::from_str(event).unwrap();
        let path = Value::from(format!("/api/oauth/{endpoint}"));
        event["rawPath"] = path.clone();
        event["requestContext"]["http"]["path"] = path;
        event["body"] = self.envelope(purpose, more).into();
        event.to_string()
    }

    /// A signed `POST`, in an envelope.
    pub async fn post(&self, endpoint: &str, purpose: &str, more: &[(&str, &str)]) -> Answer {
        let headers = [("content-type", "text/plain;charset=UTF-8")];
        self.send(Method::POST, endpoint, &headers, self.envelope(purpose, more)).await
    }

    /// The article's client, with three headers.
    pub async fn get_signed(&self, endpoint: &str) -> Answer {
        let signature = self.default_signature();
        let headers = [
            ("stripe-signature", signature.as_str()),
            ("stripe-user-id", self.user),
            ("stripe-account-id", self.account),
        ];
        self.send(Method::GET, endpoint, &headers, String::new()).await
    }

    /// A browser's `GET`.
    pub async fn get(&self, endpoint: &str) -> Answer {
        self.send(Method::GET, endpoint, &[], String::new()).await
    }

    /// Any request below the prefix. No answer may contain a planted secret.
    pub async fn send(
        &self,
        method: Method,
        endpoint: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let address = format!("{}/api/oauth/{endpoint}", self.gateway);
        let mut sent = HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static("test"))]);
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            sent.append(name, value.parse().expect("a value"));
        }
        let request = self.rig.http.request(method, address.parse().expect("an address"));
        let request = request.headers(sent).body(body.into());
        let answer = self.rig.reply_to(request).await;
        let body = answer.text().expect("text").to_owned();
        let Reply { status, headers, .. } = answer;
        assert_silent("an answer", &format!("{headers:?} {body}"));
        Answer { status, headers, body }
    }

    /// The signature over the default payload.
    pub fn default_signature(&self) -> String {
        let payload = format!(r#"{{"user_id":"{}","account_id":"{}"}}"#, self.user, self.account);
        self.rig.world.stripe.sign(&payload)
    }

    /// The article's `state`.
    pub fn signed_state(&self) -> String {
        let signature = self.default_signature();
        json!({ "userId": self.user, "accountId": self.account, "signature": signature }).to_string()
    }

    /// The article's `login?state=…`.
    pub fn login_address(&self) -> String {
        let query: String = url::form_urlencoded::byte_serialize(self.signed_state().as_bytes()).collect();
        format!("login?state={query}")
    }

    /// `createOAuthState()` and `POST /login`.
    pub async fn begin(&self) -> Begun {
        let random = |bytes: [u8; 32]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let state = random(shared::sealed::random().unwrap());
        let verifier = random(shared::sealed::random().unwrap());
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let answer = self.post("login", "login", &[("state", &state), ("challenge", &challenge)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let authorization_url = answer.json()["authorization_url"].as_str().unwrap().to_owned();
        Begun { state, verifier, authorization_url }
    }

    /// The browser at the provider, up to the URL it is sent back to, below the prefix.
    pub fn at_provider(&self, authorization_url: &str, decision: impl Into<Decision>) -> String {
        let location = self.provider.decide(authorization_url, decision).expect("a redirect");
        let prefix = format!("{}/api/oauth/", self.gateway);
        location.strip_prefix(&prefix).expect("our callback").to_owned()
    }

    /// The browser at the provider and at the callback, up to K.
    pub async fn code(&self, begun: &Begun, decision: impl Into<Decision>) -> String {
        let callback = self.at_provider(&begun.authorization_url, decision);
        let (_, parameters) = self.get(&callback).await.redirect();
        assert_eq!(parameters["state"], begun.state);
        parameters["code"].clone()
    }

    /// `POST /authorize`.
    pub async fn complete(&self, code: &str, verifier: &str) -> Answer {
        self.post("authorize", "complete", &[("code", code), ("verifier", verifier)]).await
    }

    /// The whole session-bound flow.
    pub async fn link(&self, decision: impl Into<Decision>) -> Answer {
        let begun = self.begin().await;
        let code = self.code(&begun, decision).await;
        self.complete(&code, &begun.verifier).await
    }

    /// `POST /userinfo`.
    pub async fn userinfo(&self) -> Answer {
        self.post("userinfo", "userinfo", &[]).await
    }

    /// `POST /call`, with the request in the payload, and more beside it: a write needs an `id`.
    pub async fn call(&self, request: &Value, more: &[(&str, &str)]) -> Answer {
        let request = request.to_string();
        self.post("call", "call", &[&[("request", request.as_str())], more].concat()).await
    }

    /// `POST /logout`.
    pub async fn logout(&self) -> Answer {
        self.post("logout", "logout", &[]).await
    }

    /// Where this app's link is stored.
    pub fn scope(&self) -> Scope {
        match self.rig.world.environment.get("LINK_SCOPE") {
            Some("account") => Scope::Account,
            _ => self.user.into(),
        }
    }

    /// What is in the Secret Store for this user, or for their account, in test mode.
    pub fn stored(&self) -> Vec<String> {
        self.rig.world.stripe.names(Mode::Test, self.account, self.scope())
    }

    /// The payload of one of these secrets.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.rig.world.stripe.payload(Mode::Test, self.account, self.scope(), name)
    }

    /// Stores a secret, as whoever may write to the scope can do in the browser.
    pub fn put(&self, name: &str, payload: &str) {
        self.rig.world.stripe.put(Mode::Test, self.account, self.scope(), name, payload);
    }
}
