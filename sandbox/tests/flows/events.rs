//! Every event file, renewed as `cargo run -- events` does, through the real functions.

use std::fs;
use std::path::Path;

use lambda_http::Context;
use sandbox::Options;
use sandbox::events::Renewal;
use serde_json::Value;
use shared::lambda::{Function, Lambda};
use shared::settings::Secrets;
use shared::settings::Settings;

use crate::rig::{NOW, Rig, TIMEOUTS};

const ANSWERS: [(&str, u16); 15] = [
    ("authorize/get", 303),
    ("authorize/get-forged", 400),
    ("authorize/get-refused", 303),
    ("authorize/post", 401), // The provider knows no such code.
    ("login/get", 404),      // The direct flow's.
    ("login/post", 200),
    ("login/put", 405),
    ("login/unsigned", 400),
    ("logout/get", 204),
    ("logout/other-purpose", 400),
    ("logout/post", 200),
    ("userinfo/get", 401),
    ("userinfo/post", 401),
    ("userinfo/post-body", 401),
    ("userinfo/unsigned", 400),
];

/// A world with the secrets and addresses the files were made with.
async fn rig() -> Rig {
    let settings = vec![
        ("API_HOST_URL", "http://localhost:3333".to_owned()),
        ("THIRD_PARTY_ISSUER", "http://localhost:3336".to_owned()),
    ];
    Rig::marked("sandbox", Options { settings, ..Options::default() }).await
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../events"))
}

fn event(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()).unwrap()
}

async fn answer(rig: &Rig, name: &str, event: &Value) -> (u16, String) {
    async fn by<F: Function>(rig: &Rig, event: &Value) -> (u16, String) {
        let lambda =
            Lambda::<F>::start(rig.world.environment.clone(), rig.clock.clock(), TIMEOUTS).await.unwrap();
        let answer = lambda.answer(&event.to_string(), Context::default()).await;
        (answer.status_code, answer.body)
    }
    match name.split('/').next().unwrap() {
        "login" => by::<login::Login>(rig, event).await,
        "authorize" => by::<authorize::Authorize>(rig, event).await,
        "userinfo" => by::<userinfo::Userinfo>(rig, event).await,
        "logout" => by::<logout::Logout>(rig, event).await,
        other => panic!("no function {other}"),
    }
}

#[tokio::test]
async fn every_file_has_its_answer() {
    let rig = rig().await;
    let environment = rig.world.environment.clone();
    let secrets = Secrets::new(environment, &["SEALING_KEY"], &rig.http, rig.clock.clock());
    let renew = |settings: &mut Settings| Renewal::new(&rig.world, settings, NOW);
    let renewal = Settings::load(&secrets, renew).await.unwrap();
    for (name, expected) in ANSWERS {
        let mut event = event(name);
        renewal.renew(&mut event);
        let (status, body) = answer(&rig, name, &event).await;
        assert_eq!(status, expected, "{name}: {body}");
    }

    let target = std::env::temp_dir().join(format!("stripe-app-oauth-events-{}", std::process::id()));
    let count = renewal.renew_all(folder(), &target).unwrap();
    fs::remove_dir_all(target).unwrap();
    assert_eq!(count, ANSWERS.len(), "a file without an answer here");
}

#[tokio::test]
async fn a_file_as_it_lies_there_is_too_old() {
    let rig = rig().await;
    for name in ["login/post", "userinfo/get", "userinfo/post-body", "logout/post", "authorize/post"] {
        let (status, body) = answer(&rig, name, &event(name)).await;
        assert_eq!(status, 400, "{name}");
        assert!(body.contains("signature_expired"), "{name}: {body}");
    }
    let (status, body) = answer(&rig, "authorize/get", &event("authorize/get")).await;
    assert_eq!(status, 400);
    assert!(body.contains("state_expired"), "{body}");
}
