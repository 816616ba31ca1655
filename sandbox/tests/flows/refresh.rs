//! Refreshing: in time, once, and it never logs anyone out.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use lambda_http::Context;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::{Options, Party};
use serde_json::{Value, json};
use shared::Mode;
use shared::http::Timeouts;

use crate::app::App;
use crate::rig::{PLANTED, Rig, TIMEOUTS};

/// How long the provider's access tokens live, in seconds.
const LIFETIME: u64 = 3600;
/// After this many seconds a refresh lease is over: a whole request, and the clock skew.
const LEASE: u64 = TIMEOUTS.request.as_secs() + 6;
const TOKEN: &str = "/token";

fn sealed(rig: &Rig, app: &App<'_>) -> Option<String> {
    rig.world.stripe.payload(Mode::Test, app.account, app.user, "access_token")
}

/// How many calls to the provider and Stripe `userinfo` takes. If it waits for another's lease, it asks Stripe
/// again and again.
async fn calls_of_userinfo(rig: &Rig) -> u64 {
    let made = || rig.world.traffic.watch().0.last().map_or(0, |exchange| exchange.number);
    let before = made();
    assert_eq!(rig.app().userinfo().await.status, StatusCode::OK);
    made() - before
}

#[tokio::test]
async fn a_token_is_refreshed_two_minutes_before_it_ends() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME - 121);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 1, "not yet");
    rig.clock.advance(1);
    for _ in 0..3 {
        assert_eq!(app.userinfo().await.status, StatusCode::OK);
        assert_eq!(rig.world.provider.calls(TOKEN), 2, "once");
    }
    for refreshes in 3..6 {
        rig.clock.advance(LIFETIME);
        assert_eq!(app.userinfo().await.status, StatusCode::OK);
        assert_eq!(rig.world.provider.calls(TOKEN), refreshes);
    }
    assert_eq!(app.logout().await.json(), json!({ "revoked": true }));
    assert!(app.stored().is_empty(), "the lease goes with the tokens: {:?}", app.stored());
}

#[tokio::test]
async fn a_401_is_answered_by_one_refresh() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(60);
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::status(401));
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
    rig.clock.advance(60);
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(rig.world.provider.calls(TOKEN), 3, "once a request");
    assert!(sealed(&rig, &app).is_some(), "a 401 deletes nothing");
}

/// For example, because a scope is missing. A refresh would change nothing, and every request would make one.
#[tokio::test]
async fn a_401_to_a_token_under_a_minute_old_refreshes_nothing() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
    for refreshes in 0..3 {
        for _ in 0..5 {
            assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
            assert_eq!(rig.world.provider.calls(TOKEN), 1 + refreshes, "the link, and one a minute");
            rig.clock.advance(10);
        }
        rig.clock.advance(10);
    }
}

/// Fifty at once, with one expired token and no shared memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_workers_refresh_once_and_no_one_is_logged_out() {
    let rig = Rig::patient().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let mut workers = Vec::new();
    for _ in 0..50 {
        workers.push(Arc::new(rig.worker().await));
    }
    rig.clock.advance(LIFETIME + 1);
    let event = app.userinfo_event();
    let tasks: Vec<_> = workers
        .into_iter()
        .map(|worker| {
            let event = event.clone();
            tokio::spawn(async move { worker.answer(&event, Context::default()).await })
        })
        .collect();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status_code, 200, "{}", answer.body);
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh");
    assert_eq!(rig.world.provider.live_grants(), 1);
    rig.clock.advance(LIFETIME + 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "the new refresh token works");
}

/// One process, many requests at once: single flight.
#[tokio::test]
async fn one_process_requests_one_lease() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    let worker = rig.worker().await;
    let event = app.userinfo_event();
    let answers = (0..10).map(|_| worker.answer(&event, Context::default()));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(answer.status_code, 200, "{}", answer.body);
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_winner_dies_another_takes_over() {
    // Long enough for the waiting below, on a busy machine too.
    let request = Duration::from_secs(25);
    let timeouts = Timeouts { request, ..TIMEOUTS };
    let rig = Rig::timed(Options { marker: PLANTED, timeouts, ..Options::default() }).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    let event = app.userinfo_event();

    // The winner holds the lease and is killed before its refresh is carried out.
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(600));
    let (winner, first) = (rig.worker().await, event.clone());
    let winner = tokio::spawn(async move { winner.answer(&first, Context::default()).await });
    while !app.stored().contains(&"refresh_lease.access_token".to_owned()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    winner.abort();

    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (worker, event) = (rig.worker().await, event.clone());
        tasks.push(tokio::spawn(async move { worker.answer(&event, Context::default()).await }));
    }
    // No one may take over while the winner might be alive.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(rig.world.provider.calls(TOKEN), 1);
    rig.clock.advance(request.as_secs() + 6);
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status_code, 200, "{}", answer.body);
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh by the second winner");
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn an_outage_during_a_refresh_is_reported_and_passes() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    let usual = calls_of_userinfo(&rig).await;
    for (fault, expected) in [
        (Fault::status(503), (503, "provider_unavailable")),
        (Fault::HangUp, (503, "provider_unavailable")),
        (Fault::status(429), (429, "rate_limited")),
        (Fault::body(401, r#"{"error":"invalid_client"}"#), (500, "client_misconfigured")),
        (Fault::body(200, "<html>"), (502, "provider_error")),
        (Fault::body(400, r#"{"error":"temporarily_unavailable"}"#), (503, "provider_unavailable")),
    ] {
        rig.clock.advance(LIFETIME + 1);
        rig.world.faults.once(Party::Provider, TOKEN, fault.clone());
        assert_eq!(app.userinfo().await.error(), (expected.0, expected.1.to_owned()), "{fault:?}");
        let calls = calls_of_userinfo(&rig).await;
        assert!(calls <= usual, "the failure was recorded, so no request waits for a lease: {fault:?}");
    }
}

#[tokio::test]
async fn an_outage_while_the_token_is_good_goes_unnoticed() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME - 60);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::status(503));
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "and the next request refreshes");
}

#[tokio::test]
async fn a_grant_that_ended_is_deleted_and_reported() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.provider.revoke_all();
    rig.clock.advance(LIFETIME + 1);
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert!(app.stored().is_empty(), "{:?}", app.stored());
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_out_during_a_refresh_is_kept() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(300));
    let sign_out = async {
        while !app.stored().contains(&"refresh_lease.access_token".to_owned()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.logout().await
    };
    let (refreshed, signed_out) = tokio::join!(app.userinfo(), sign_out);
    assert_eq!(signed_out.status, StatusCode::OK);
    assert_eq!(refreshed.error(), (401, "not_connected".to_owned()));
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
}

#[tokio::test]
async fn nothing_is_deleted_while_the_store_cannot_be_read() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.provider.revoke_all();
    rig.clock.advance(LIFETIME + 1);
    let find = "/v1/apps/secrets/find";
    rig.world.faults.once(Party::Stripe, find, Fault::DelayMs(0));
    rig.world.faults.always(Party::Stripe, find, Fault::status(503));
    assert_eq!(app.userinfo().await.error(), (503, "secret_store_unavailable".to_owned()));
    rig.world.faults.clear();
    assert!(sealed(&rig, &app).is_some());
    // The failure of the attempt was not recorded, so its lease has to end first.
    rig.clock.advance(LEASE);
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
}

/// A provider that rotates tokens no longer accepts the old one, and the new one is lost.
#[tokio::test]
async fn a_refresh_whose_response_is_lost_is_not_retried_at_once() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::LoseReply);
    assert_eq!(app.userinfo().await.error(), (503, "provider_unavailable".to_owned()));
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
}

#[tokio::test]
async fn a_reply_without_a_refresh_token_keeps_the_old_one() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    let reply = json!({ "access_token": "at_PLANTED_made_up", "token_type": "Bearer", "expires_in": 3600 });
    rig.world.faults.once(Party::Provider, TOKEN, Fault::body(200, &reply.to_string()));
    let who = json!({ "sub": "person_ada", "email": "ada@example.com", "email_verified": true });
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::body(200, &who.to_string()));
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    // The made-up token is not valid, so it is refreshed after a `401`, with the old refresh token.
    rig.clock.advance(60);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn new_tokens_are_stored_through_a_bad_moment_of_stripe() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::DelayMs(0)); // the lease
    for _ in 0..5 {
        rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::status(503));
    }
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
    rig.clock.advance(LIFETIME + 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "nothing was lost");
}

#[tokio::test]
async fn one_request_refreshes_whatever_stripe_says_about_a_lease() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    for fault in [
        Fault::status(500),
        Fault::body(200, r#"{"object":"apps.secret"}"#), // ours, because it is not replayed
        Fault::body(409, r#"{"error":{"code":"idempotency_key_in_use"}}"#),
        Fault::LoseReply,
    ] {
        rig.clock.advance(LIFETIME + 1);
        rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", fault.clone());
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{fault:?}");
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 5);

    // Another request holds it, for an unknown time: only a lease that is certainly over may be taken over.
    rig.clock.advance(LIFETIME + 1);
    let refused = r#"{"error":{"type":"idempotency_error"}}"#;
    rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::body(400, refused));
    assert_eq!(app.userinfo().await.error(), (503, "provider_unavailable".to_owned()));
    assert_eq!(rig.world.provider.calls(TOKEN), 5);
    rig.clock.advance(LEASE);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 6);

    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::status(403));
    assert_eq!(app.userinfo().await.error(), (403, "secret_store_denied".to_owned()));
}

/// Stripe carries out every write, but its responses are lost.
#[tokio::test]
async fn writes_whose_responses_are_lost_are_found_done() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME);
    rig.world.faults.always(Party::Stripe, "/v1/apps/secrets", Fault::LoseReply);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    rig.world.faults.clear();
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link and one refresh");
}

/// The app's browser side can write its own user's secrets, including the mark of a lease. That costs its
/// user half a minute, but never the link.
#[tokio::test]
async fn a_forged_mark_of_a_lease_breaks_nothing() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(600));
    let winner = rig.worker().await;
    let event = app.userinfo_event();
    let winner = tokio::spawn(async move { winner.answer(&event, Context::default()).await });
    while !app.stored().contains(&"refresh_lease.access_token".to_owned()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    winner.abort();
    for forged in ["", "refresh:x:0:4294967295 0", &sealed(&rig, &app).unwrap()] {
        rig.world.stripe.put(Mode::Test, app.account, app.user, "refresh_lease.access_token", forged);
        assert_eq!(app.userinfo().await.error(), (503, "provider_unavailable".to_owned()), "{forged}");
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 1);
    rig.clock.advance(LEASE);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_new_link_has_leases_of_its_own() {
    let rig = Rig::session_bound().await;
    let mut calls = Vec::new();
    for _ in 0..3 {
        rig.app().link(Person::Ada).await;
        rig.clock.advance(LIFETIME + 1);
        calls.push(calls_of_userinfo(&rig).await);
    }
    assert!(
        calls.iter().all(|number| *number == calls[0]),
        "the lease of generation 0 is free again: {calls:?}"
    );
}

#[tokio::test]
async fn without_a_refresh_token_a_link_ends_with_its_access_token() {
    let rig = Rig::set(&[("TOKEN_FORMAT", "plain")]).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME - 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    rig.clock.advance(2);
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(rig.world.provider.calls(TOKEN), 1);
}

/// The sandbox's provider, described with another rotation of refresh tokens.
async fn with_habit(token: Value) -> Rig {
    let file = format!("habit-{}-{}.json", token["rotation"].as_str().unwrap(), std::process::id());
    let path = std::env::temp_dir().join(file);
    let description = json!({ "name": "Sandbox", "sources": [], "read": "2026-11-23", "token": token });
    std::fs::write(&path, description.to_string()).unwrap();
    let rig = Rig::set(&[("PROVIDER_FILE", path.to_str().unwrap())]).await;
    std::fs::remove_file(path).unwrap();
    rig
}

#[tokio::test]
async fn a_lost_response_is_requested_again_if_a_used_token_is_still_accepted() {
    for (habit, leases) in [
        (json!({ "rotation": "none" }), 0),
        (json!({ "rotation": "rotating", "grace_seconds": 30 }), 1),
        (json!({ "rotation": "strict", "grace_seconds": 30 }), 1),
    ] {
        let rig = with_habit(habit.clone()).await;
        let app = rig.app();
        app.link(Person::Ada).await;
        rig.clock.advance(LIFETIME + 1);
        rig.world.faults.once(Party::Provider, TOKEN, Fault::HangUp);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{habit}");
        assert_eq!(app.stored().len(), 1 + leases, "{habit}: {:?}", app.stored());
    }
}

#[tokio::test]
async fn a_short_lived_token_is_refreshed_at_half_its_lifetime() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let short = json!({ "access_token": "at_PLANTED_short", "refresh_token": "rt", "expires_in": 60 });
    let who = json!({ "sub": "person_ada", "email": "ada@example.com", "email_verified": true });
    rig.world.faults.once(Party::Provider, TOKEN, Fault::body(200, &short.to_string()));
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, &who.to_string()));
    app.link(Person::Ada).await;
    rig.clock.advance(29);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.calls(TOKEN), 0, "the link's was made up");
    rig.clock.advance(1);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(0));
    assert_eq!(
        app.userinfo().await.error(),
        (401, "reconnect_required".to_owned()),
        "so is the refresh token"
    );
    assert_eq!(rig.world.provider.calls(TOKEN), 1);
}

/// If no lease is used, an old set must not be written back over what another function may have stored.
#[tokio::test]
async fn without_a_lease_a_failure_writes_nothing() {
    let rig = with_habit(json!({ "rotation": "none" })).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let before = sealed(&rig, &app);
    rig.clock.advance(LIFETIME + 1);
    rig.world.faults.always(Party::Provider, TOKEN, Fault::status(503));
    assert_eq!(app.userinfo().await.error(), (503, "provider_unavailable".to_owned()));
    assert!(sealed(&rig, &app) == before);
    rig.world.faults.clear();
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
}
