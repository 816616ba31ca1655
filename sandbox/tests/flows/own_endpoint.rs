//! The worked example of an endpoint of one's own.

use lambda_http::Context;
use profile::Profile;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use serde_json::Value;
use shared::lambda::{GatewayResponse, Lambda};
use shared::settings::Environment;

use crate::app::App;
use crate::rig::{Rig, TIMEOUTS, assert_silent};

async fn function(rig: &Rig) -> Lambda<Profile> {
    let mut settings = rig.world.settings.clone();
    settings.insert("PROFILE_API_URL".to_owned(), format!("{}/oauth/whoami", rig.world.addresses.provider));
    Lambda::start(Environment::from_iter(settings), rig.clock.clock(), TIMEOUTS).await.unwrap()
}

async fn call(function: &Lambda<Profile>, app: &App<'_>, purpose: &str) -> GatewayResponse {
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
async fn its_token_is_fresh_and_a_401_is_tried_once_more() {
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
    assert!(answer.body.contains("provider_error"), "a 401 to a new token is the endpoint's to judge");
    assert_eq!(rig.world.provider.calls("/token"), 3);
    rig.clock.advance(60);
    assert!(call(&function, &app, "profile").await.body.contains("reconnect_required"));
    rig.world.faults.clear();
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::status(503));
    assert!(call(&function, &app, "profile").await.body.contains("provider_error"));
}
