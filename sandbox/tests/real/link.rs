//! Linking: what the server grants, what it refuses, and what we refuse.

use axum::http::StatusCode;
use serde_json::json;
use shared::LinkFlow;

use crate::app::{App, parts};
use crate::bench::Bench;
use crate::servers::Kind;

pub async fn a_user_links_an_account_and_unlinks_it(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let linked = bench.link(&app, "alice").await;
    assert_eq!(linked.status, StatusCode::OK, "{linked:?}");
    let alice = linked.json();
    assert_eq!((&alice["email"], &alice["email_verified"]), (&json!("alice@example.com"), &json!(true)));
    assert_eq!(app.userinfo().await.json(), alice);

    let tokens = bench.tokens(&app).await;
    assert!(bench.takes(&tokens.access_token).await);
    assert_eq!(app.logout().await.json(), json!({ "revoked": true }));
    assert!(app.stored().is_empty());
    assert!(!bench.takes(&tokens.access_token).await, "revoked");
    assert_eq!(bench.refresh(&tokens).await.as_deref(), Some("invalid_grant"));
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
}

pub async fn the_articles_client_signs_in_and_out(kind: Kind) {
    let bench = Bench::with(kind, LinkFlow::Direct).await;
    let app = bench.rig.app();
    let login = app.get(&app.login_address()).await;
    let callback = bench.at_server(login.headers["location"].to_str().unwrap(), "alice").await;
    assert!(app.get(&callback).await.redirect().1.is_empty());
    assert_eq!(app.get_signed("userinfo").await.json()["email"], "alice@example.com");
    let tokens = bench.tokens(&app).await;
    assert_eq!(app.get_signed("logout").await.status, StatusCode::NO_CONTENT);
    assert!(!bench.takes(&tokens.access_token).await);
}

pub async fn a_refusal_goes_back_to_the_session_that_began(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let begun = app.begin().await;
    let callback = bench.at_server(&begun.authorization_url, "deny").await;
    let (_, parameters) = app.get(&callback).await.redirect();
    assert_eq!(parameters["error"], "access_denied");
    assert_eq!(parameters["state"], begun.state);
    assert_eq!(parameters.len(), 2, "{parameters:?}");
}

pub async fn an_unverified_address_is_refused_before_storing(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let refused = bench.link(&app, "mallory").await;
    assert_eq!(refused.error(), (401, "email_unverified".to_owned()));
    assert!(app.stored().is_empty());
    assert_eq!(bench.calls("revocation").await, 1, "tokens that are not stored are revoked");
}

/// Both servers would end the grant if they got the code twice.
pub async fn the_same_code_again_answers_the_link(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let begun = app.begin().await;
    let callback = bench.at_server(&begun.authorization_url, "alice").await;
    let code = app.get(&callback).await.redirect().1["code"].clone();
    let first = app.complete(&code, &begun.verifier).await;
    let second = app.complete(&code, &begun.verifier).await;
    assert_eq!((first.status, first.json()), (StatusCode::OK, second.json()));
    assert_eq!(bench.calls("authorization_code").await, 1);
    assert_eq!(app.userinfo().await.json(), first.json());
}

/// A page that runs its effect twice sends the code twice, to two functions.
pub async fn the_same_code_twice_at_once_makes_one_link(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let begun = app.begin().await;
    let callback = bench.at_server(&begun.authorization_url, "alice").await;
    let code = app.get(&callback).await.redirect().1["code"].clone();
    let complete = || app.complete(&code, &begun.verifier);
    let (one, other) = tokio::join!(complete(), complete());
    assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK), "{one:?} {other:?}");
    assert_eq!(bench.calls("authorization_code").await, 1);
    assert_eq!(app.userinfo().await.json(), one.json());
}

/// Attack 4: the server itself checks that the code belongs to this attempt.
pub async fn a_code_injected_into_another_attempt_is_rejected(kind: Kind) {
    let bench = Bench::start(kind).await;
    let (victim, attacker) = (bench.rig.app(), App::new(&bench.rig, "usr_mallory", "acct_alpine"));
    let (victims, own) = (victim.begin().await, attacker.begin().await);
    let stolen = bench.at_server(&victims.authorization_url, "alice").await;
    let state = |url: &str| parts(url).1["state"].clone();
    let swapped = stolen.replace(&state(&victims.authorization_url), &state(&own.authorization_url));
    assert_ne!(stolen, swapped);
    let code = attacker.get(&swapped).await.redirect().1["code"].clone();
    let refused = attacker.complete(&code, &own.verifier).await;
    assert_eq!(refused.error(), (401, "code_rejected".to_owned()));
    assert_eq!(bench.calls("authorization_code").await, 1, "the server was called");
    assert!(attacker.stored().is_empty());
}

/// RFC 9207.
pub async fn the_issuer_is_required_where_it_is_sent(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.rig.app();
    let begun = app.begin().await;
    let callback = bench.at_server(&begun.authorization_url, "alice").await;
    let (_, parameters) = parts(&format!("http://localhost/{callback}"));
    assert_eq!(parameters.get("iss").map(String::as_str), bench.server.issuer());
    if bench.server.issuer().is_some() {
        let (without, _) = callback.split_once("&iss=").expect("iss at the end");
        for forged in [without.to_owned(), format!("{without}&iss=https%3A%2F%2Fevil.example.com")] {
            assert_eq!(app.get(&forged).await.page(), (400, "state_invalid".to_owned()));
        }
    }
    assert_eq!(app.get(&callback).await.status, StatusCode::SEE_OTHER);
}
