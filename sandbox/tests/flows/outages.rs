//! Outages of Stripe and the provider: reported as such, never as a sign-out, and nothing is lost.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sandbox::faults::{Fault, Reply};
use sandbox::provider::Person;
use sandbox::{Options, Party};
use serde_json::json;
use shared::http::Timeouts;

use crate::app::Answer;
use crate::rig::{PLANTED, Rig, TIMEOUTS};

const FIND: &str = "/v1/apps/secrets/find";
const SET: &str = "/v1/apps/secrets";
const DELETE: &str = "/v1/apps/secrets/delete";

fn error(code: &str) -> Fault {
    Fault::body(400, &json!({ "error": code }).to_string())
}

fn html() -> Fault {
    Fault::Reply(Reply {
        status: 200,
        content_type: "text/html".to_owned(),
        headers: Vec::new(),
        body: "<html>PLANTED</html>".to_owned(),
    })
}

fn with_header(status: u16, name: &str, value: &str) -> Fault {
    let Fault::Reply(mut reply) = Fault::status(status) else { unreachable!() };
    reply.headers.push((name.to_owned(), value.to_owned()));
    Fault::Reply(reply)
}

fn hang() -> Fault {
    Fault::DelayMs(u64::try_from(TIMEOUTS.attempt.as_millis()).unwrap() * 3)
}

#[tokio::test]
async fn stripe_failing_to_read_is_no_sign_out() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    for (fault, expected) in [
        (Fault::status(500), (503, "secret_store_unavailable")),
        (Fault::status(503), (503, "secret_store_unavailable")),
        (Fault::status(409), (503, "secret_store_unavailable")),
        (Fault::status(404), (503, "secret_store_unavailable")),
        (Fault::status(301), (503, "secret_store_unavailable")),
        (Fault::HangUp, (503, "secret_store_unavailable")),
        (Fault::body(200, "garbage"), (503, "secret_store_unavailable")),
        (Fault::body(200, "{}"), (503, "secret_store_unavailable")),
        (Fault::body(200, &"x".repeat(300_000)), (503, "secret_store_unavailable")),
        (html(), (503, "secret_store_unavailable")),
        (hang(), (503, "secret_store_unavailable")),
        (Fault::body(403, ""), (403, "secret_store_denied")),
        (Fault::body(400, r#"{"error":{"code":"account_invalid"}}"#), (403, "secret_store_denied")),
        (Fault::status(401), (500, "client_misconfigured")),
        (Fault::status(429), (429, "rate_limited")),
    ] {
        rig.world.faults.always(Party::Stripe, FIND, fault.clone());
        let begun = Instant::now();
        let answer = app.userinfo().await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{fault:?}");
        assert!(begun.elapsed() < TIMEOUTS.request, "{fault:?}");
        assert_eq!(answer.headers.contains_key("retry-after"), expected.0 == 503 || expected.0 == 429);
        rig.world.faults.clear();
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "after {fault:?}");
    }
}

#[tokio::test]
async fn one_bad_moment_of_stripe_goes_unnoticed() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let lock_timeout = Fault::body(429, r#"{"error":{"code":"lock_timeout"}}"#);
    for fault in [
        Fault::status(500),
        Fault::status(409),
        Fault::HangUp,
        Fault::LoseReply,
        hang(),
        lock_timeout,
        with_header(400, "stripe-should-retry", "true"),
    ] {
        rig.world.faults.once(Party::Stripe, FIND, fault.clone());
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{fault:?}");
        assert_eq!(rig.world.faults.waiting().calls, 0);
    }
    rig.world.faults.once(Party::Stripe, FIND, with_header(503, "stripe-should-retry", "false"));
    assert_eq!(app.userinfo().await.error().0, 503, "Stripe said not to try again");
}

#[tokio::test]
async fn a_write_whose_response_is_lost_is_carried_out_once() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for _ in 0..2 {
        rig.world.faults.once(Party::Stripe, SET, Fault::LoseReply); // the lease, and the tokens
        rig.world.faults.once(Party::Stripe, SET, Fault::DelayMs(0));
    }
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    assert_eq!(rig.world.faults.waiting().calls, 0);
    assert_eq!(rig.world.provider.calls("/token"), 1);
    rig.world.faults.once(Party::Stripe, DELETE, Fault::LoseReply);
    assert_eq!(app.logout().await.json(), json!({ "revoked": true }), "the replay says deleted, not absent");
    assert!(app.stored().is_empty());
}

#[tokio::test]
async fn what_cannot_be_stored_is_revoked() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for (fault, expected) in [
        (Fault::status(503), (503, "secret_store_unavailable")),
        (Fault::HangUp, (503, "secret_store_unavailable")),
        (Fault::status(403), (403, "secret_store_denied")),
    ] {
        rig.world.faults.once(Party::Stripe, SET, Fault::DelayMs(0)); // the lease
        rig.world.faults.always(Party::Stripe, SET, fault);
        assert_eq!(app.link(Person::Ada).await.error(), (expected.0, expected.1.to_owned()));
        rig.world.faults.clear();
        assert!(app.stored().is_empty());
        assert_eq!(rig.world.provider.live_grants(), 0);
    }
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_failed_new_link_leaves_the_old_one() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.faults.once(Party::Stripe, SET, Fault::DelayMs(0)); // the lease
    rig.world.faults.always(Party::Stripe, SET, Fault::status(500));
    assert_eq!(app.link(Person::Ada).await.error().0, 503);
    rig.world.faults.clear();
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn a_store_that_is_down_before_the_exchange_costs_no_code() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    rig.world.faults.always(Party::Stripe, FIND, Fault::status(503));
    assert_eq!(app.complete(&code, &begun.verifier).await.error().1, "secret_store_unavailable");
    rig.world.faults.clear();
    assert_eq!(app.complete(&code, &begun.verifier).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_exchange_is_begun_if_storing_would_be_too_late() {
    let rig = Rig::timed(Options { marker: PLANTED, timeouts: slow_store(), ..Options::default() }).await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    rig.world.faults.once(Party::Stripe, FIND, Fault::DelayMs(600));
    assert_eq!(app.complete(&code, &begun.verifier).await.error().1, "secret_store_unavailable");
    assert_eq!(rig.world.provider.calls("/token"), 0);
    assert_eq!(app.complete(&code, &begun.verifier).await.status, StatusCode::OK, "the code was kept");
}

/// The time-outs leave time for one call of userinfo, and a list of addresses is another one.
#[tokio::test]
async fn a_list_of_addresses_needs_time_too() {
    let path = std::env::temp_dir().join(format!("listing-{}.json", std::process::id()));
    let userinfo = json!({ "emails": { "url": "https://api.example.com/emails" } });
    let description = json!({ "name": "Listing", "sources": [], "read": "2026-11-26", "userinfo": userinfo });
    std::fs::write(&path, description.to_string()).unwrap();
    let settings = vec![("PROVIDER_FILE", path.display().to_string())];
    let options = Options { marker: PLANTED, timeouts: slow_store(), settings, ..Options::default() };
    let rig = Rig::timed(options).await;
    std::fs::remove_file(path).unwrap();
    let answer = rig.app().link(Person::Ada).await;
    assert_eq!(answer.error(), (503, "secret_store_unavailable".to_owned()));
    assert_eq!(rig.world.provider.calls("/token"), 0);
}

/// Getting the lease took all the time there was.
#[tokio::test]
async fn no_exchange_is_begun_after_a_slow_claim() {
    let rig = Rig::timed(Options { marker: PLANTED, timeouts: slow_store(), ..Options::default() }).await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    rig.world.faults.once(Party::Stripe, SET, Fault::DelayMs(600));
    let answer = app.complete(&code, &begun.verifier).await;
    assert_eq!(answer.error(), (503, "secret_store_unavailable".to_owned()));
    assert_eq!(rig.world.provider.calls("/token"), 0, "the code is not spent for nothing");
    starts_over(&answer);
}

/// The code's lease is taken: sending the code again gets `code_rejected`.
#[tokio::test]
async fn once_its_code_is_spent_a_link_must_start_over() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for (party, path, fault) in [
        (Party::Provider, "/token", Fault::LoseReply),
        (Party::Provider, "/token", Fault::status(503)),
        (Party::Provider, "/token", Fault::status(429)),
        (Party::Provider, "/oauth/whoami", Fault::status(503)),
    ] {
        let begun = app.begin().await;
        let code = app.code(&begun, Person::Ada).await;
        rig.world.faults.once(party, path, fault.clone());
        let answer = app.complete(&code, &begun.verifier).await;
        assert!([503, 429].contains(&answer.error().0), "{fault:?}: {answer:?}");
        starts_over(&answer);
        assert_eq!(app.complete(&code, &begun.verifier).await.error().1, "code_rejected", "{fault:?}");
    }
}

/// The message says so, and there is no `Retry-After`.
fn starts_over(answer: &Answer) {
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("Start again"), "{answer:?}");
    assert!(!answer.headers.contains_key("retry-after"), "{answer:?}");
}

/// Leaves time for one quick read, a claim, an exchange, userinfo, and a slow write.
fn slow_store() -> Timeouts {
    let half = Duration::from_millis(500);
    Timeouts { attempt: 4 * half, secret_store: 6 * half, request: 15 * half, ..TIMEOUTS }
}

#[tokio::test]
async fn the_token_endpoints_faults_are_told_apart() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for (fault, expected) in [
        (Fault::status(500), (503, "provider_unavailable")),
        (Fault::HangUp, (503, "provider_unavailable")),
        (hang(), (503, "provider_unavailable")),
        (Fault::status(429), (429, "rate_limited")),
        (Fault::body(503, r#"{"error":"invalid_grant"}"#), (503, "provider_unavailable")),
        (Fault::body(500, r#"{"error":"invalid_client"}"#), (503, "provider_unavailable")),
        (Fault::body(429, r#"{"error":"invalid_grant"}"#), (429, "rate_limited")),
        (error("invalid_grant"), (401, "code_rejected")),
        (error("invalid_client"), (500, "client_misconfigured")),
        (error("temporarily_unavailable"), (503, "provider_unavailable")),
        (Fault::body(200, r#"{"error":"invalid_grant"}"#), (401, "code_rejected")),
        (Fault::body(200, r#"{"ok":false}"#), (502, "provider_error")),
        (Fault::body(200, r#"{"access_token":""}"#), (502, "provider_error")),
        (html(), (502, "provider_error")),
        (Fault::status(302), (502, "provider_error")),
        (Fault::body(200, &"x".repeat(300_000)), (502, "provider_error")),
    ] {
        rig.world.faults.once(Party::Provider, "/token", fault.clone());
        assert_eq!(app.link(Person::Ada).await.error(), (expected.0, expected.1.to_owned()), "{fault:?}");
        assert!(app.stored().is_empty());
    }
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
}

#[tokio::test]
async fn userinfos_faults_are_told_apart_and_delete_nothing() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    for (fault, expected) in [
        (Fault::status(500), (503, "provider_unavailable")),
        (Fault::HangUp, (503, "provider_unavailable")),
        (hang(), (503, "provider_unavailable")),
        (with_header(429, "retry-after", "17"), (429, "rate_limited")),
        (Fault::body(503, r#"{"error":"invalid_token"}"#), (503, "provider_unavailable")),
        (Fault::status(404), (502, "provider_error")),
        (Fault::body(200, "[]"), (502, "provider_error")),
        (html(), (502, "provider_error")),
    ] {
        rig.world.faults.always(Party::Provider, "/oauth/whoami", fault.clone());
        let answer = app.userinfo().await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{fault:?}");
        if expected.0 == 429 {
            assert_eq!(answer.headers["retry-after"], "17");
        }
        rig.world.faults.clear();
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "after {fault:?}");
    }
}

/// A kept-alive connection dies while Lambda has the function frozen.
#[tokio::test]
async fn reads_survive_a_dead_connection_to_the_provider() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    for fault in [Fault::HangUp, Fault::LoseReply] {
        rig.world.faults.once(Party::Provider, "/oauth/whoami", fault);
        assert_eq!(app.userinfo().await.status, StatusCode::OK);
    }
    rig.world.faults.once(Party::Provider, "/token", Fault::HangUp);
    assert_eq!(app.link(Person::Ada).await.error().1, "provider_unavailable", "a code is sent once");
}

#[tokio::test]
async fn a_dead_connection_to_stripe_costs_no_pause() {
    let pause = TIMEOUTS.secret_store * 2;
    let timeouts = Timeouts { pause, ..TIMEOUTS };
    let rig = Rig::timed(Options { marker: PLANTED, timeouts, ..Options::default() }).await;
    let app = rig.app();
    for path in [FIND, SET, DELETE] {
        for fault in [Fault::HangUp, Fault::LoseReply] {
            rig.world.faults.once(Party::Stripe, path, fault);
            assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK, "{path}");
            assert_eq!(app.logout().await.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn a_logout_deletes_even_when_the_provider_is_down() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for fault in [Fault::status(503), Fault::HangUp, hang()] {
        app.link(Person::Ada).await;
        rig.world.faults.once(Party::Provider, "/revoke", fault);
        assert_eq!(app.logout().await.json(), json!({ "revoked": false }));
        assert!(app.stored().is_empty());
    }
    app.link(Person::Ada).await;
    rig.world.faults.always(Party::Stripe, DELETE, Fault::status(500));
    assert_eq!(app.logout().await.error(), (503, "secret_store_unavailable".to_owned()));
    rig.world.faults.clear();
    assert_eq!(app.logout().await.status, StatusCode::OK);
    assert!(app.stored().is_empty());
}

/// Every fault at every write and delete is reported as what it is, and leaves the link unchanged.
#[tokio::test]
async fn a_failed_write_to_stripe_changes_nothing() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for (fault, expected) in [
        (Fault::status(404), (503, "secret_store_unavailable")),
        (Fault::body(403, ""), (403, "secret_store_denied")),
        (Fault::status(409), (503, "secret_store_unavailable")),
        (Fault::status(429), (429, "rate_limited")),
        (Fault::status(500), (503, "secret_store_unavailable")),
        (hang(), (503, "secret_store_unavailable")),
    ] {
        let expected = (expected.0, expected.1.to_owned());
        rig.world.faults.once(Party::Stripe, SET, Fault::DelayMs(0)); // the lease
        rig.world.faults.always(Party::Stripe, SET, fault.clone());
        assert_eq!(app.link(Person::Ada).await.error(), expected, "set: {fault:?}");
        rig.world.faults.clear();
        assert_eq!(app.userinfo().await.error().1, "not_connected", "set: {fault:?}");
        assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK, "after {fault:?}");

        rig.world.faults.always(Party::Stripe, DELETE, fault.clone());
        assert_eq!(app.logout().await.error(), expected, "delete: {fault:?}");
        rig.world.faults.clear();
        assert_eq!(app.stored(), ["access_token"], "delete: {fault:?}");
        assert_eq!(app.logout().await.status, StatusCode::OK, "after {fault:?}");
        assert!(app.stored().is_empty());
    }
    assert_eq!(rig.world.provider.live_grants(), 0);
}

#[tokio::test]
async fn a_full_scope_is_the_operators_to_fix() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for number in 0..10 {
        rig.world.stripe.put(shared::Mode::Test, app.account, app.user, &format!("of_the_app_{number}"), "x");
    }
    assert_eq!(app.link(Person::Ada).await.error(), (500, "client_misconfigured".to_owned()));
    assert_eq!(app.stored().len(), 10);
    assert_eq!(rig.world.provider.live_grants(), 0);
}

#[tokio::test]
async fn a_refused_revocation_does_not_count() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for status in [400, 401, 503] {
        app.link(Person::Ada).await;
        rig.world.faults.once(Party::Provider, "/revoke", Fault::status(status));
        assert_eq!(app.logout().await.json(), json!({ "revoked": false }), "{status}");
        assert!(app.stored().is_empty());
    }
}

#[tokio::test]
async fn without_a_revocation_endpoint_a_logout_says_so() {
    let rig = Rig::with(Options {
        settings: vec![("THIRD_PARTY_REVOKE_URL", String::new())],
        ..Options::default()
    })
    .await;
    let app = rig.app();
    app.link(Person::Ada).await;
    assert_eq!(app.logout().await.json(), json!({ "revoked": false }));
    assert!(app.stored().is_empty());
}
