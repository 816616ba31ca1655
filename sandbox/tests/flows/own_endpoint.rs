//! The worked example of a custom endpoint.

use std::future::{Ready, ready};
use std::sync::OnceLock;

use lambda_http::Context;
use profile::Profile;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::lambda::{Function, GatewayResponse, Lambda};
use shared::signed_request::Verifier;
use shared::tokens::TokenSet;
use shared::{AccessTokens, Environment, Error, Http, Invocation, Provider, Response, Settings, response};

use crate::app::App;
use crate::rig::{Rig, TIMEOUTS, assert_silent};

async fn function(rig: &Rig) -> Lambda<Profile> {
    start(rig).await
}

async fn start<F: Function>(rig: &Rig) -> Lambda<F> {
    let mut settings = rig.world.settings.clone();
    settings.insert("PROFILE_API_URL".to_owned(), format!("{}/oauth/whoami", rig.world.addresses.provider));
    Lambda::start(Environment::from_iter(settings), rig.clock.clock(), TIMEOUTS).await.unwrap()
}

async fn call<F: Function>(function: &Lambda<F>, app: &App<'_>, purpose: &str) -> GatewayResponse {
    let mut event: Value = serde_json::from_str(include_str!("../../../events/userinfo/post.json")).unwrap();
    event["rawPath"] = "/api/oauth/profile".into();
    event["body"] = app.envelope(purpose, &[]).into();
    let answer = function.answer(&event.to_string(), Context::default()).await;
    assert_silent("an answer", &answer.body);
    answer
}

#[tokio::test]
async fn it_calls_the_providers_api_for_the_linked_user() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig).await);
    assert!(call(&function, &app, "profile").await.body.contains("not_connected"));
    app.link(Person::Ada).await;
    let answer = call(&function, &app, "profile").await;
    assert_eq!(answer.status_code, 200, "{}", answer.body);
    assert!(answer.body.contains("ada@example.com"));
    assert!(call(&function, &app, "userinfo").await.body.contains("signature_invalid"), "another purpose");
}

#[tokio::test]
async fn its_token_is_fresh_and_a_401_is_retried_once() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig).await);
    app.link(Person::Ada).await;
    rig.clock.advance(3600);
    assert_eq!(call(&function, &app, "profile").await.status_code, 200);
    assert_eq!(rig.world.provider.calls("/token"), 2);

    rig.clock.advance(60);
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::status(401));
    assert_eq!(call(&function, &app, "profile").await.status_code, 200);
    assert_eq!(rig.world.provider.calls("/token"), 3);

    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
    let answer = call(&function, &app, "profile").await;
    assert!(answer.body.contains("provider_error"), "the endpoint decides what a 401 to a new token means");
    assert_eq!(rig.world.provider.calls("/token"), 3);
    rig.clock.advance(60);
    assert!(call(&function, &app, "profile").await.body.contains("reconnect_required"));
    rig.world.faults.clear();
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::status(503));
    assert!(call(&function, &app, "profile").await.body.contains("provider_error"));
}

/// The description says in which header the provider's API takes the token, and how it says that it no longer
/// does.
#[tokio::test]
async fn its_calls_follow_the_description() {
    let userinfo = json!({
        "token_header": "X-Sandbox-Token",
        "refusal": { "texts": { "Bad_OAuth_Token": "invalid_token" } },
    });
    let path = std::env::temp_dir().join(format!("own-endpoint-{}.json", std::process::id()));
    std::fs::write(&path, json!({ "userinfo": userinfo }).to_string()).unwrap();
    let rig = Rig::set(&[("PROVIDER_FILE", path.to_str().unwrap())]).await;
    let (app, function) = (rig.app(), function(&rig).await);
    std::fs::remove_file(path).unwrap();
    let ada = r#"{"sub":"ada","email":"ada@example.com","email_verified":true}"#;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, ada));
    app.link(Person::Ada).await;
    rig.world.faults.clear();
    // The sandbox's API wants a bearer token.
    assert!(call(&function, &app, "profile").await.body.contains("provider_error"), "a 401 to a new token");

    rig.clock.advance(60);
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::body(403, "Bad_OAuth_Token"));
    let answer = call(&function, &app, "profile").await;
    assert!(answer.body.contains("reconnect_required"), "{}", answer.body);
    assert_eq!(rig.world.provider.calls("/token"), 2, "the exchange, and one refresh");
}

/// The other two ways to use a token, as docs/your-own-endpoint.md shows them.
struct OtherWays {
    verifier: Verifier,
    tokens: AccessTokens,
    /// The token of the first call, which the provider no longer accepts.
    refused: OnceLock<String>,
}

impl Function for OtherWays {
    const ENDPOINTS: &'static [&'static str] = &["profile"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let verifier = Verifier::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let tokens = AccessTokens::from_settings(settings, &provider, http);
        Some(Self { verifier: verifier?, tokens: tokens?, refused: OnceLock::new() })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        self.both_ways(invocation).await.unwrap_or_else(|error| error.to_json(&invocation.request_id))
    }
}

impl OtherWays {
    async fn both_ways(&self, invocation: &Invocation) -> Result<Response, Error> {
        let signed = self.verifier.extract(invocation, "profile")?;
        let tokens = self.tokens.fresh(&signed.user, invocation).await?;
        let answer = self.tokens.with(&signed.user, invocation, |tokens| self.call(&tokens)).await?;
        Ok(response::ok(&(tokens.refresh_token.is_some(), answer)))
    }

    fn call(&self, tokens: &TokenSet) -> Ready<Result<&'static str, Error>> {
        let token = tokens.access_token.expose_secret();
        let refused = self.refused.get_or_init(|| token.to_owned());
        ready(if token == refused { Err(Error::ReconnectRequired) } else { Ok("taken") })
    }
}

#[tokio::test]
async fn an_sdk_gets_the_token_itself_and_a_refused_call_gets_a_new_one() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let function: Lambda<OtherWays> = start(&rig).await;
    app.link(Person::Ada).await;
    // A token under a minute old is not refreshed when it is refused.
    rig.clock.advance(60);
    assert_eq!(call(&function, &app, "profile").await.body, r#"[true,"taken"]"#);
    assert_eq!(rig.world.provider.calls("/token"), 2, "the exchange, and one refresh");
}
