//! Every event file, renewed as `cargo run -- events` does, through the real functions.

use std::fs;
use std::path::Path;

use lambda_http::Context;
use sandbox::Options;
use sandbox::events::Renewal;
use sandbox::functions::{FUNCTIONS, TOKEN};
use serde_json::Value;
use shared::settings::{Settings, Source};
use shared::{Http, LinkFlow};

use crate::app::CALLS;
use crate::rig::{NOW, Rig, TIMEOUTS};

/// Each event, its status if it is answered over HTTP, and a word in its answer.
fn answers() -> impl Iterator<Item = (&'static str, Option<u16>, &'static str)> {
    let lines = include_str!("../../../events/answers").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let [event, status, word] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("not a line of three words: {line}")
        };
        (event, (status != "-").then(|| status.parse().unwrap()), word)
    })
}

/// A world with the secrets and addresses that the files were made with.
async fn rig(flow: LinkFlow) -> Rig {
    rig_of("user", flow).await
}

async fn rig_of(link_scope: &str, flow: LinkFlow) -> Rig {
    let settings = vec![
        ("API_HOST_URL", "http://localhost:3333".to_owned()),
        ("LINK_SCOPE", link_scope.to_owned()),
        ("THIRD_PARTY_ISSUER", "http://localhost:3336".to_owned()),
    ];
    let calls = Some(CALLS.into());
    Rig::marked("sandbox", Options { flow, settings, calls, ..Options::default() }).await
}

async fn renewal(rig: &Rig) -> Renewal {
    let environment = rig.world.environment.clone();
    let read = |settings: &mut Settings| Renewal::from_settings(settings, &rig.http, NOW);
    Source::new(environment, &rig.http, rig.clock.clock()).load(read).await.unwrap()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../events"))
}

fn event(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()).unwrap()
}

async fn answer(rig: &Rig, name: &str, event: &Value) -> (u16, String) {
    let (function, _) = name.split_once('/').unwrap();
    let function = FUNCTIONS.into_iter().find(|it| it.name == function).expect("a function");
    let function = function.start(&rig.world.environment, &rig.clock.clock(), Http::new(TIMEOUTS)).await;
    let function = function.unwrap();
    let answer = function.answer(&event.to_string(), Context::default()).await;
    (answer.status_code, serde_json::to_string(&answer).unwrap())
}

async fn invoked_directly(rig: &Rig, event: &Value) -> String {
    let function = TOKEN.start(&rig.world.environment, &rig.clock.clock(), Http::new(TIMEOUTS)).await;
    function.unwrap().answer(&event.to_string(), Context::default()).await
}

#[tokio::test]
async fn every_file_gets_its_response() {
    let rig = rig(LinkFlow::SessionBound).await;
    let renewal = renewal(&rig).await;
    for (name, expected, word) in answers() {
        let mut event = event(name);
        renewal.renew(&mut event).await.unwrap();
        let answer = match expected {
            None => invoked_directly(&rig, &event).await,
            Some(expected) => {
                let (status, answer) = answer(&rig, name, &event).await;
                assert_eq!(status, expected, "{name}: {answer}");
                answer
            }
        };
        assert!(answer.contains(word), "{name}: {word} is not in {answer}");
    }

    let target = std::env::temp_dir().join(format!("stripe-app-oauth-events-{}", std::process::id()));
    let count = renewal.renew_all(folder(), &target).await.unwrap();
    fs::remove_dir_all(target).unwrap();
    assert_eq!(count, answers().count(), "a file is missing from events/answers");
}

#[tokio::test]
async fn in_the_direct_flow_get_login_leads_to_the_provider() {
    let rig = rig(LinkFlow::Direct).await;
    let mut event = event("login/get");
    renewal(&rig).await.renew(&mut event).await.unwrap();
    let (status, answer) = answer(&rig, "login/get", &event).await;
    assert_eq!(status, 303, "{answer}");
    assert!(answer.contains(&rig.world.addresses.provider), "{answer}");
}

#[tokio::test]
async fn with_links_of_the_account_the_administrators_files_are_taken() {
    let rig = rig_of("account", LinkFlow::SessionBound).await;
    let renewal = renewal(&rig).await;
    for (name, expected, word) in [
        ("login/post", 403, "role_required"),
        ("login/post-administrator", 200, "authorization_url"),
        ("logout/post", 403, "role_required"),
        ("logout/get", 403, "role_required"),
        ("logout/post-administrator", 200, "revoked"),
    ] {
        let mut event = event(name);
        renewal.renew(&mut event).await.unwrap();
        let (status, answer) = answer(&rig, name, &event).await;
        assert_eq!(status, expected, "{name}: {answer}");
        assert!(answer.contains(word), "{name}: {word} is not in {answer}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_renewed_is_too_old() {
    let rig = rig(LinkFlow::SessionBound).await;
    for name in ["login/post", "userinfo/get", "userinfo/post-body", "logout/post-rest", "authorize/post"] {
        let (status, body) = answer(&rig, name, &event(name)).await;
        assert_eq!(status, 400, "{name}");
        assert!(body.contains("signature_expired"), "{name}: {body}");
    }
    let (status, body) = answer(&rig, "authorize/get", &event("authorize/get")).await;
    assert_eq!(status, 400);
    assert!(body.contains("state_expired"), "{body}");
}
