//! Requests per action: each one makes a user wait.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use sandbox::provider::Person;
use sandbox::testing::app::CALLS;
use sandbox::{Options, Party};
use serde_json::json;

use crate::rig::Rig;

/// The upstream calls that the functions have made since the last look.
#[derive(Default)]
struct Upstream(AtomicU64);

impl Upstream {
    fn of(&self, rig: &Rig) -> Vec<String> {
        let (seen, _) = rig.world.traffic.watch();
        let last = self.0.swap(seen.last().map_or(0, |exchange| exchange.number), Ordering::Relaxed);
        let new = seen.into_iter().filter(|exchange| exchange.number > last && exchange.to != Party::Gateway);
        new.map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect()
    }
}

const FIND: &str = "GET /v1/apps/secrets/find";
const SET: &str = "POST /v1/apps/secrets";
const DELETE: &str = "POST /v1/apps/secrets/delete";

#[tokio::test]
async fn no_action_makes_more_calls_than_it_must() {
    let rig = Rig::with(Options { calls: Some(CALLS.into()), ..Options::default() }).await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    let upstream = Upstream::default();
    assert_eq!(upstream.of(&rig), ["POST /"; 6], "SSM, once per function");

    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    assert!(upstream.of(&rig).is_empty(), "no calls on the way to the provider and back");

    assert_eq!(app.complete(&code, &begun.verifier).await.status, StatusCode::OK);
    // Read what is stored and claim the lease; exchange the code and read the user; store the tokens and
    // release the lease.
    assert_eq!(upstream.of(&rig), [FIND, SET, "POST /token", "GET /oauth/whoami", SET, DELETE]);
    assert_eq!(app.complete(&code, &begun.verifier).await.status, StatusCode::OK);
    assert_eq!(upstream.of(&rig), [FIND, "GET /oauth/whoami"], "the same code again");

    for _ in 0..2 {
        assert_eq!(app.userinfo().await.status, StatusCode::OK);
        assert_eq!(upstream.of(&rig), [FIND, "GET /oauth/whoami"]);
    }
    let contact = json!({ "call": "contacts.get", "parameters": { "id": "c-3" } });
    assert_eq!(app.call(&contact, &[]).await.status, StatusCode::OK);
    assert_eq!(upstream.of(&rig), [FIND, "GET /api/contacts/c-3"]);
    assert_eq!(back_end.ask(&app.token_event()).await.code(), "ok");
    assert_eq!(upstream.of(&rig), [FIND]);
    assert_eq!(app.logout().await.status, StatusCode::OK);
    assert_eq!(upstream.of(&rig), [FIND, "POST /revoke", DELETE]);

    assert_eq!(app.userinfo().await.error().1, "not_connected");
    assert_eq!(upstream.of(&rig), [FIND], "a poll of the app");

    assert_eq!(app.post("userinfo", "logout", &[]).await.error().0, 400);
    assert!(upstream.of(&rig).is_empty(), "no calls for a request without a valid signature");
}
