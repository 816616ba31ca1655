//! `Idempotency-Key`: replays, conflicts, and what is not stored.

use axum::http::{Method, StatusCode};
use shared::Mode;
use tokio::task::JoinSet;

use super::{ACCOUNT, NOW, Reply, Stripe, USER, call, form, named};

const SET: &str = "/v1/apps/secrets";
const DELETE: &str = "/v1/apps/secrets/delete";

fn secret(name: &'static str, payload: &'static str) -> [(&'static str, &'static str); 4] {
    [("name", name), ("payload", payload), ("scope[type]", "user"), ("scope[user]", USER)]
}

async fn keyed(stripe: &Stripe, path: &str, parameters: &[(&str, &str)], key: &str) -> Reply {
    stripe.post(path, parameters, &[("idempotency-key", key)]).await
}

fn is_replay(reply: &Reply) -> bool {
    reply.header("idempotent-replayed") == Some("true")
}

fn error_type(reply: &Reply) -> String {
    reply.json()["error"]["type"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_same_request_gets_the_saved_answer_and_does_nothing() {
    let stripe = Stripe::new();
    let first = keyed(&stripe, SET, &secret("token", "one"), "k").await;
    assert!(!is_replay(&first));
    assert_eq!(first.header("original-request"), first.header("request-id"));
    stripe.api.put(Mode::Test, ACCOUNT, USER, "token", "two");

    let mut reordered = secret("token", "one");
    reordered.reverse();
    let replay = keyed(&stripe, SET, &reordered, "k").await;
    assert!(is_replay(&replay));
    assert_eq!((replay.status, &replay.body), (first.status, &first.body));
    assert_eq!(replay.header("original-request"), first.header("request-id"));
    assert_ne!(replay.header("request-id"), first.header("request-id"));
    assert_eq!(stripe.find("token").await.json()["payload"], "two");
}

#[tokio::test]
async fn failures_of_the_execution_are_saved() {
    let stripe = Stripe::new();
    let first = keyed(&stripe, DELETE, &named("token"), "absent").await;
    stripe.set("token", "x", &[]).await;
    let replay = keyed(&stripe, DELETE, &named("token"), "absent").await;
    assert_eq!((replay.status, is_replay(&replay)), (StatusCode::NOT_FOUND, true));
    assert_eq!(replay.body, first.body);

    for name in ["2", "3", "4", "5", "6", "7", "8", "9", "10"] {
        stripe.set(name, "x", &[]).await;
    }
    keyed(&stripe, SET, &secret("11", "x"), "full").await;
    stripe.delete("2").await;
    let replay = keyed(&stripe, SET, &secret("11", "x"), "full").await;
    assert_eq!((replay.status, is_replay(&replay)), (StatusCode::BAD_REQUEST, true));
}

#[tokio::test]
async fn failures_before_the_execution_are_not_saved() {
    let stripe = Stripe::new();
    let invalid = keyed(&stripe, SET, &[("name", "n")], "k").await;
    assert_eq!(invalid.status, StatusCode::BAD_REQUEST);
    let body = form(&secret("n", "p"));
    let headers = [("idempotency-key", "k"), ("authorization", "Bearer nobody")];
    let unknown = stripe.send(call(Method::POST, SET, &body, &headers)).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);

    let valid = keyed(&stripe, SET, &secret("n", "p"), "k").await;
    assert_eq!((valid.status, is_replay(&valid)), (StatusCode::OK, false));
}

#[tokio::test]
async fn a_replay_is_not_judged_again() {
    let stripe = Stripe::new();
    let expires_at = (NOW + 60).to_string();
    let lease = [&secret("lease", "1")[..], &[("expires_at", &expires_at)]].concat();
    keyed(&stripe, SET, &lease, "k").await;
    stripe.clock.advance(3600);
    let replay = keyed(&stripe, SET, &lease, "k").await;
    assert_eq!((replay.status, is_replay(&replay)), (StatusCode::OK, true));
}

#[tokio::test]
async fn a_key_is_for_one_request_only() {
    let stripe = Stripe::new();
    keyed(&stripe, SET, &secret("token", "one"), "k").await;
    let others = [
        keyed(&stripe, SET, &secret("token", "two"), "k").await,
        keyed(&stripe, DELETE, &named("token"), "k").await,
    ];
    for other in others {
        assert_eq!(other.status, StatusCode::BAD_REQUEST);
        assert_eq!(error_type(&other), "idempotency_error");
    }
    assert_eq!(stripe.find("token").await.json()["payload"], "one");
}

#[tokio::test]
async fn a_key_belongs_to_one_api_key_and_account() {
    let stripe = Stripe::new();
    keyed(&stripe, SET, &secret("token", "one"), "k").await;
    for elsewhere in [
        ("authorization", "Bearer sk_live_1"),
        ("authorization", "Bearer sk_test_sandbox"),
        ("stripe-account", "acct_2"),
    ] {
        let headers = [("idempotency-key", "k"), elsewhere];
        let reply = stripe.post(SET, &secret("token", "two"), &headers).await;
        assert_eq!((reply.status, is_replay(&reply)), (StatusCode::OK, false));
    }
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let stripe = Stripe::new();
    keyed(&stripe, SET, &secret("token", "one"), "k").await;
    stripe.clock.advance(24 * 60 * 60 - 1);
    assert!(is_replay(&keyed(&stripe, SET, &secret("token", "one"), "k").await));
    stripe.clock.advance(1);
    let reply = keyed(&stripe, SET, &secret("token", "two"), "k").await;
    assert_eq!((reply.status, is_replay(&reply)), (StatusCode::OK, false));
}

#[tokio::test]
async fn a_key_has_at_most_255_characters() {
    let stripe = Stripe::new();
    let fits = keyed(&stripe, SET, &secret("a", "b"), &"k".repeat(255)).await;
    assert_eq!(fits.status, StatusCode::OK);
    let long = keyed(&stripe, SET, &secret("a", "b"), &"k".repeat(256)).await;
    assert_eq!(long.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn reads_ignore_the_key() {
    let stripe = Stripe::new();
    let url = format!("/v1/apps/secrets/find?{}", form(&named("token")));
    let find = || call(Method::GET, &url, "", &[("idempotency-key", "k")]);
    assert_eq!(stripe.send(find()).await.status, StatusCode::NOT_FOUND);
    stripe.set("token", "x", &[]).await;
    let found = stripe.send(find()).await;
    assert_eq!((found.status, is_replay(&found)), (StatusCode::OK, false));
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict_until_the_first_request_is_done() {
    let stripe = Stripe::new();
    let held = stripe.api.hold_writes();
    let first = tokio::spawn({
        let stripe = stripe.clone();
        async move { keyed(&stripe, SET, &secret("token", "one"), "k").await }
    });
    held.reached(1).await;

    let conflict = keyed(&stripe, SET, &secret("token", "one"), "k").await;
    assert_eq!(conflict.error(), (409, "idempotency_key_in_use".into(), String::new()));
    assert_eq!(error_type(&conflict), "idempotency_error");
    assert_eq!(stripe.find("token").await.status, StatusCode::NOT_FOUND, "nothing done yet");

    drop(held);
    assert_eq!(first.await.expect("an answer").status, StatusCode::OK);
    let replay = keyed(&stripe, SET, &secret("token", "one"), "k").await;
    assert_eq!((replay.status, is_replay(&replay)), (StatusCode::OK, true));
}

#[tokio::test]
async fn a_client_that_hangs_up_midway_frees_its_key() {
    let stripe = Stripe::new();
    let held = stripe.api.hold_writes();
    let first = tokio::spawn({
        let stripe = stripe.clone();
        async move { keyed(&stripe, SET, &secret("token", "one"), "k").await }
    });
    held.reached(1).await;
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    drop(held);

    let second = keyed(&stripe, SET, &secret("token", "two"), "k").await;
    assert_eq!((second.status, is_replay(&second)), (StatusCode::OK, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_contenders_one_wins() {
    let stripe = Stripe::new();
    let held = stripe.api.hold_writes();
    let mut contenders = JoinSet::new();
    for _ in 0..50 {
        let stripe = stripe.clone();
        contenders.spawn(async move { keyed(&stripe, SET, &secret("lease", "1"), "k").await });
    }
    held.reached(1).await;
    for _ in 0..49 {
        let loser = contenders.join_next().await.expect("a contender");
        assert_eq!(loser.expect("an answer").status, StatusCode::CONFLICT);
    }
    drop(held);
    let winner = contenders.join_next().await.expect("the winner").expect("an answer");
    assert_eq!((winner.status, is_replay(&winner)), (StatusCode::OK, false));
}
