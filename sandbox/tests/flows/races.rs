//! Several functions working on one link: none undoes what another has stored, and nothing is used twice.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use lambda_http::Context;
use sandbox::faults::{Fault, Planned};
use sandbox::provider::Person;
use sandbox::{Options, Party};
use serde_json::json;
use shared::http::Timeouts;
use shared::lambda::GatewayResponse;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::app::App;
use crate::rig::{PLANTED, Rig, TIMEOUTS};

const LIFETIME: u64 = 3600;
const TOKEN: &str = "/token";
const SET: &str = "/v1/apps/secrets";
const FIND: &str = "/v1/apps/secrets/find";
/// Tokens of this many characters: a set in one secret, one split in two, and one in four.
const SIZES: [usize; 3] = [0, 2000, 6000];

async fn linked(characters: usize) -> Rig {
    let rig = Rig::patient().await;
    rig.world.provider.pad_tokens(characters);
    assert_eq!(rig.app().link(Person::Ada).await.status, StatusCode::OK);
    rig
}

fn plan(rig: &Rig, party: Party, path: &str, about: &str, times: u32, fault: Fault) {
    let (path, about) = (path.to_owned(), about.to_owned());
    rig.world.faults.plan(Planned { party, path, fault, times, about });
}

/// A request in its own function.
async fn userinfo(rig: &Rig, app: &App<'_>) -> JoinHandle<GatewayResponse> {
    let (worker, event) = (rig.worker().await, app.userinfo_event());
    tokio::spawn(async move { worker.answer(&event, Context::default()).await })
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_outage_never_ends_a_link_whatever_its_body_says() {
    let rig = linked(0).await;
    let app = rig.app();
    for (status, expected) in
        [(503, "provider_unavailable"), (500, "provider_unavailable"), (429, "rate_limited")]
    {
        rig.clock.advance(LIFETIME);
        rig.world.faults.once(Party::Provider, TOKEN, Fault::body(status, r#"{"error":"invalid_grant"}"#));
        assert_eq!(app.userinfo().await.error().1, expected, "{status}");
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "after {status}");
    }
}

/// Stripe cannot store the refreshed tokens for a while, and meanwhile the user signs out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_before_the_new_tokens_are_stored_is_kept() {
    for characters in SIZES {
        let rig = linked(characters).await;
        let app = rig.app();
        rig.clock.advance(LIFETIME);
        plan(&rig, Party::Stripe, SET, "name=access_token", u32::MAX, Fault::status(503));
        let refreshing = userinfo(&rig, &app).await;
        until(|| rig.world.provider.calls(TOKEN) == 2).await;
        sleep(Duration::from_millis(150)).await;
        assert_eq!(app.logout().await.status, StatusCode::OK);
        rig.world.faults.clear();

        let refreshed = refreshing.await.unwrap().body;
        assert!(refreshed.contains("not_connected"), "{characters}: {refreshed}");
        assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()), "{characters}");
        assert!(app.stored().iter().all(|name| name == "refresh_lease.access_token"), "{:?}", app.stored());
        assert_eq!(rig.world.provider.live_grants(), 0, "tokens that are not stored are revoked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_link_before_the_new_tokens_are_stored_is_kept() {
    for characters in SIZES {
        let rig = linked(characters).await;
        let app = rig.app();
        rig.clock.advance(LIFETIME);
        let code = {
            let begun = app.begin().await;
            (app.code(&begun, Person::Ada).await, begun.verifier)
        };
        plan(&rig, Party::Stripe, SET, "name=access_token", u32::MAX, Fault::status(503));
        let refreshing = userinfo(&rig, &app).await;
        until(|| rig.world.provider.calls(TOKEN) == 2).await;
        sleep(Duration::from_millis(150)).await;
        rig.world.faults.clear();
        // Whichever comes first, the new link wins.
        assert_eq!(app.complete(&code.0, &code.1).await.status, StatusCode::OK);
        assert_eq!(refreshing.await.unwrap().status_code, 200, "{characters}");
        let refreshes = rig.world.provider.calls(TOKEN);
        assert_eq!(app.userinfo().await.status, StatusCode::OK);
        rig.clock.advance(LIFETIME);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{characters}");
        assert_eq!(rig.world.provider.calls(TOKEN), refreshes + 1);
    }
}

#[tokio::test]
async fn stripe_is_retried_no_sooner_than_it_says() {
    const SECONDS: u64 = 5;
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME);
    let Fault::Reply(mut limit) = Fault::status(429) else { unreachable!() };
    limit.headers.push(("retry-after".to_owned(), SECONDS.to_string()));
    plan(&rig, Party::Stripe, SET, "name=access_token", 100, Fault::Reply(limit));
    assert_eq!(app.userinfo().await.error(), (429, "rate_limited".to_owned()));
    let asked = 100 - rig.world.faults.waiting().calls;
    let most = TIMEOUTS.request.as_secs() / SECONDS + 1;
    assert!(asked >= 2 && u64::from(asked) <= most, "{asked} times in one request");
}

/// The head is read, then another set is stored, and then the parts are read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_set_read_while_another_is_stored_is_one_of_the_two() {
    for characters in [2000, 6000] {
        let rig = linked(characters).await;
        let app = rig.app();
        plan(&rig, Party::Stripe, FIND, "name=access_token.", 3, Fault::DelayMs(500));
        let reading = userinfo(&rig, &app).await;
        until(|| rig.world.faults.waiting().calls < 3).await;
        rig.world.faults.clear();
        assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
        let read = reading.await.unwrap();
        assert_eq!(read.status_code, 200, "{characters}: {}", read.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_while_another_set_is_stored_revokes_it() {
    for characters in [2000, 6000] {
        let rig = linked(characters).await;
        let app = rig.app();
        plan(&rig, Party::Stripe, FIND, "name=access_token.", 3, Fault::DelayMs(500));
        let sign_in_again = async {
            until(|| rig.world.faults.waiting().calls < 3).await;
            rig.world.faults.clear();
            app.link(Person::Ada).await
        };
        let (signed_out, linked) = tokio::join!(app.logout(), sign_in_again);
        assert_eq!(linked.status, StatusCode::OK);
        assert_eq!(signed_out.json(), json!({ "revoked": true }), "{characters}");
        assert!(app.stored().is_empty(), "{characters}: {:?}", app.stored());
    }
}

/// One is slow in the middle of writing its parts; meanwhile the other writes all of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_split_sets_stored_at_once_never_mix_their_parts() {
    for slow in [1, 2, 3, 4] {
        let rig = linked(6000).await;
        let app = rig.app();
        let mut codes = Vec::new();
        for _ in 0..2 {
            let begun = app.begin().await;
            codes.push((app.code(&begun, Person::Ada).await, begun.verifier));
        }
        let [(one, own), (other, others)] = &codes[..] else { unreachable!() };
        plan(&rig, Party::Stripe, SET, "name=access_token", slow - 1, Fault::DelayMs(1));
        plan(&rig, Party::Stripe, SET, "name=access_token", 1, Fault::DelayMs(400));
        let second = async {
            until(|| rig.world.faults.waiting().calls == 0).await;
            app.complete(other, others).await
        };
        let (first, second) = tokio::join!(app.complete(one, own), second);
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "the write {slow} was slow");
        rig.clock.advance(LIFETIME);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "the write {slow} was slow");
    }
}

/// Readers, hourly refreshes and new links, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_a_split_set_are_never_told_to_sign_in_again() {
    let rig = Arc::new(linked(6000).await);
    for round in 0..6 {
        rig.clock.advance(LIFETIME / 2);
        let mut reading = Vec::new();
        for _ in 0..6 {
            reading.push(userinfo(&rig, &rig.app()).await);
        }
        assert_eq!(rig.app().link(Person::Ada).await.status, StatusCode::OK, "round {round}");
        for task in reading {
            let answer = task.await.unwrap();
            assert_eq!(answer.status_code, 200, "round {round}: {}", answer.body);
        }
    }
}

/// The provider is slow, and Stripe accepts the result only after a while: together, longer than one attempt
/// at each may take.
async fn slow_winner(workers: usize, characters: usize) {
    // Fifty workers ask Stripe at once, on a busy machine too.
    let (attempt, secret_store, request) =
        (Duration::from_secs(3), Duration::from_secs(4), Duration::from_secs(28));
    let timeouts = Timeouts { attempt, secret_store, request, ..TIMEOUTS };
    let rig = Rig::timed(Options { marker: PLANTED, timeouts, ..Options::default() }).await;
    rig.world.provider.pad_tokens(characters);
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    let mut others = Vec::new();
    for _ in 1..workers {
        others.push(rig.worker().await);
    }
    rig.clock.advance(LIFETIME);
    let event = app.userinfo_event();
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(600));
    plan(&rig, Party::Stripe, SET, "name=access_token", u32::MAX, Fault::status(503));
    let mut tasks = vec![userinfo(&rig, &app).await];
    until(|| app.stored().contains(&"refresh_lease.access_token".to_owned())).await;
    for worker in others {
        let event = event.clone();
        tasks.push(tokio::spawn(async move { worker.answer(&event, Context::default()).await }));
    }
    sleep(Duration::from_secs(7)).await;
    rig.world.faults.clear();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status_code, 200, "{workers} workers, {characters}: {}", answer.body);
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh");
    assert_eq!(rig.world.provider.live_grants(), 1);
    rig.clock.advance(LIFETIME);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "the new refresh token works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_is_not_taken_over_while_its_holder_is_slow() {
    for characters in SIZES {
        slow_winner(2, characters).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_wait_for_a_slow_winner() {
    for characters in [0, 6000] {
        slow_winner(50, characters).await;
    }
}

/// A user who has just linked signs out while another view asks who is linked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_while_the_provider_is_asked_is_no_loss_of_access() {
    let rig = linked(0).await;
    let app = rig.app();
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::DelayMs(400));
    let asking = userinfo(&rig, &app).await;
    sleep(Duration::from_millis(150)).await;
    assert_eq!(app.logout().await.status, StatusCode::OK);
    let told = asking.await.unwrap().body;
    assert!(told.contains("not_connected"), "{told}");
}

/// While the current token is still valid, no request waits for another's refresh.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_valid_token_is_used_while_another_function_refreshes_it() {
    let rig = linked(0).await;
    let app = rig.app();
    rig.clock.advance(LIFETIME - 60);
    rig.world.faults.once(Party::Provider, TOKEN, Fault::DelayMs(3000));
    let refreshing = userinfo(&rig, &app).await;
    until(|| app.stored().contains(&"refresh_lease.access_token".to_owned())).await;
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert!(!refreshing.is_finished());
    assert_eq!(refreshing.await.unwrap().status_code, 200);
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
}
