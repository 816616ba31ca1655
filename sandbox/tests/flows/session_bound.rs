//! The session-bound flow, step by step, and what it refuses.

use axum::http::{Method, StatusCode};
use sandbox::faults::Fault;
use sandbox::provider::{Decision, Person};
use sandbox::{Options, Party};
use serde_json::json;
use shared::Mode;

use crate::app::{App, parts};
use crate::rig::{NOW, Rig};

#[tokio::test]
async fn a_user_links_an_account_and_unlinks_it() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));

    let begun = app.begin().await;
    let (endpoint, request) = parts(&begun.authorization_url);
    assert_eq!(endpoint, format!("{}/oauth", rig.world.addresses.provider));
    assert_eq!(request["response_type"], "code");
    assert_eq!(request["redirect_uri"], format!("{}/api/oauth/authorize", rig.world.addresses.gateway));
    assert_eq!(request["scope"], "openid email profile");
    assert_eq!(request["code_challenge_method"], "S256");
    assert!(request.contains_key("nonce"));
    assert!(!begun.authorization_url.contains("usr_ada") && !begun.authorization_url.contains(&begun.state));

    let callback = app.at_provider(&begun.authorization_url, Person::Ada);
    let (dashboard, parameters) = app.get(&callback).await.redirect();
    assert_eq!(dashboard, format!("{}/test/apps-oauth/com.example.sandbox", rig.world.addresses.dashboard));
    assert_eq!(parameters["state"], begun.state);
    assert_eq!(parameters.len(), 2, "{parameters:?}");
    assert_eq!(rig.world.provider.calls("/token"), 0, "the callback exchanges nothing");
    assert!(app.stored().is_empty(), "the callback stores nothing");

    let linked = app.complete(&parameters["code"], &begun.verifier).await;
    assert_eq!(linked.status, StatusCode::OK, "{linked:?}");
    assert_eq!(linked.headers["cache-control"], "no-store");
    let ada = linked.json();
    assert_eq!(
        (ada["email"].as_str(), ada["email_verified"].as_bool()),
        (Some("ada@example.com"), Some(true))
    );
    assert!(ada.get("profile").is_none());

    assert_eq!(app.userinfo().await.json(), ada);
    assert_eq!(app.get_signed("userinfo").await.json(), ada);
    let payload = app.payload("userinfo", &[]);
    let headers =
        [("stripe-signature", &*rig.world.stripe.sign(&payload)), ("content-type", "application/json")];
    assert_eq!(app.send(Method::POST, "userinfo", &headers, payload).await.json(), ada);

    let stored = rig.world.stripe.payload(Mode::Test, app.account, app.user, "access_token").unwrap();
    crate::rig::assert_silent("the stored secret", &stored);
    assert_eq!(rig.world.provider.live_grants(), 1);

    assert_eq!(app.logout().await.json(), json!({ "revoked": true }));
    assert!(app.stored().is_empty());
    assert_eq!(rig.world.provider.live_grants(), 0);
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
    assert_eq!(app.logout().await.json(), json!({ "revoked": false }), "a second logout is no error");
}

#[tokio::test]
async fn a_refusal_goes_back_to_the_session_that_began() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let callback = app.at_provider(&begun.authorization_url, Decision::Refuse);
    let (_, parameters) = app.get(&callback).await.redirect();
    assert_eq!(parameters["error"], "access_denied");
    assert_eq!(parameters["state"], begun.state);
    assert!(!parameters.contains_key("code"));
}

#[tokio::test]
async fn an_unverified_address_is_not_linked_unless_the_policy_allows() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    assert_eq!(app.link(Person::Grace).await.error(), (401, "email_unverified".to_owned()));
    assert!(app.stored().is_empty(), "checked before storing");
    assert_eq!(rig.world.provider.live_grants(), 0, "what is not stored is revoked");

    let lenient = Rig::set(&[("EMAIL_VERIFIED", "ignore")]).await;
    let linked = lenient.app().link(Person::Grace).await;
    assert_eq!(linked.json()["email_verified"], json!(false));
}

#[tokio::test]
async fn a_verified_flag_without_an_address_is_not_linked() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let whoami = r#"{"sub":"person_ada","email_verified":true}"#;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, whoami));
    assert_eq!(app.link(Person::Ada).await.error(), (401, "email_unverified".to_owned()));
    assert_eq!((app.stored().len(), rig.world.provider.live_grants()), (0, 0));
}

#[tokio::test]
async fn an_id_too_long_for_64_bits_keeps_its_digits() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let whoami =
        r#"{"sub":340282366920938463463374607431768211457,"email":"a@example.com","email_verified":true}"#;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, whoami));
    assert_eq!(app.link(Person::Ada).await.json()["id"], "340282366920938463463374607431768211457");
    // Its neighbour, which would be the same number as a 64-bit float.
    let other = whoami.replace("457,", "456,");
    rig.world.faults.clear();
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, &other));
    assert_eq!(app.userinfo().await.error(), (403, "identity_changed".to_owned()));
}

/// No link existed yet that could have lost its access.
#[tokio::test]
async fn a_new_token_that_userinfo_refuses_is_a_sign_in_that_was_not_accepted() {
    for direct in [false, true] {
        let rig = if direct { Rig::direct().await } else { Rig::session_bound().await };
        let app = rig.app();
        rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
        let answer = if direct {
            let login = app.get(&app.login_address()).await;
            let callback = app.at_provider(login.headers["location"].to_str().unwrap(), Person::Ada);
            app.get(&callback).await.page()
        } else {
            app.link(Person::Ada).await.error()
        };
        assert_eq!(answer, (401, "code_rejected".to_owned()));
        assert_eq!((app.stored().len(), rig.world.provider.live_grants()), (0, 0));
        assert_eq!(app.get_signed("userinfo").await.error(), (401, "not_connected".to_owned()));
    }
}

#[tokio::test]
async fn a_repeated_code_finds_the_link_made() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    let first = app.complete(&code, &begun.verifier).await.json();
    let second = app.complete(&code, &begun.verifier).await.json();
    assert_eq!(first, second);
    assert_eq!(rig.world.provider.calls("/token"), 1);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

/// All views that are mounted at the same time get the code.
#[tokio::test]
async fn the_same_code_twice_at_once_is_exchanged_once() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    let (one, two, three) = tokio::join!(
        app.complete(&code, &begun.verifier),
        app.complete(&code, &begun.verifier),
        app.complete(&code, &begun.verifier)
    );
    for answer in [one, two, three] {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(rig.world.provider.calls("/token"), 1);
    assert_eq!(app.stored(), ["access_token"], "no lease is left");
}

#[tokio::test]
async fn a_code_whose_exchange_failed_is_not_exchanged_again() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    rig.world.faults.once(Party::Provider, "/token", Fault::LoseReply);
    assert_eq!(app.complete(&code, &begun.verifier).await.error().1, "provider_unavailable");
    assert_eq!(app.complete(&code, &begun.verifier).await.error(), (401, "code_rejected".to_owned()));
    assert_eq!(rig.world.provider.calls("/token"), 1, "its second use would end the grant");
    assert!(app.stored().is_empty());
}

/// Attack 1: the attacker begins a sign-in, the victim follows the link and consents. The victim's Dashboard
/// does not know the state, and even if it checked nothing, the back end refuses.
#[tokio::test]
async fn a_victim_who_follows_an_attackers_link_links_no_account() {
    let rig = Rig::session_bound().await;
    let attacker = App::new(&rig, "usr_mallory", "acct_alpine");
    let victim = rig.app();
    let begun = attacker.begin().await;
    let code = victim.code(&begun, Person::Ada).await;

    let own_session = victim.begin().await;
    for verifier in [&own_session.verifier, &begun.verifier] {
        assert_eq!(victim.complete(&code, verifier).await.error(), (403, "identity_mismatch".to_owned()));
    }
    assert!(victim.stored().is_empty() && attacker.stored().is_empty());
    assert_eq!(attacker.userinfo().await.error().1, "not_connected");
    assert_eq!(rig.world.provider.calls("/token"), 0, "the code was never exchanged");
}

/// Attack 4: the victim's code in the attacker's own attempt. PKCE ties it to the attempt it was issued for.
#[tokio::test]
async fn a_code_injected_into_another_attempt_is_rejected() {
    let rig = Rig::session_bound().await;
    let (victim, attacker) = (rig.app(), App::new(&rig, "usr_mallory", "acct_alpine"));
    let (victims, own) = (victim.begin().await, attacker.begin().await);
    let stolen =
        parts(&format!("http://x/{}", victim.at_provider(&victims.authorization_url, Person::Ada))).1;
    let state = &parts(&own.authorization_url).1["state"];
    let callback =
        format!("authorize?code={}&state={state}&iss={}", stolen["code"], rig.world.addresses.provider);
    let code = attacker.get(&callback).await.redirect().1["code"].clone();
    assert_eq!(attacker.complete(&code, &own.verifier).await.error(), (401, "code_rejected".to_owned()));
    assert!(attacker.stored().is_empty());
}

#[tokio::test]
async fn a_code_is_valid_for_one_user_account_mode_and_session() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    let mut live = app.clone();
    live.mode = "live";
    for other in [App::new(&rig, "usr_ada", "acct_birch"), App::new(&rig, "usr_eve", "acct_alpine"), live] {
        assert_eq!(other.complete(&code, &begun.verifier).await.error().1, "identity_mismatch");
    }
    let elsewhere = "x".repeat(43);
    assert_eq!(app.complete(&code, &elsewhere).await.error().1, "identity_mismatch");
    assert_eq!(
        app.complete(&code, &begun.verifier).await.status,
        StatusCode::OK,
        "and it still works for the right one"
    );
}

#[tokio::test]
async fn sealed_tokens_are_not_interchangeable() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let (_, request) = parts(&begun.authorization_url);
    let code = app.code(&begun, Person::Ada).await;
    let state = &request["state"];
    assert_eq!(app.complete(state, &begun.verifier).await.error(), (400, "state_invalid".to_owned()));
    let swapped =
        app.get(&format!("authorize?code=x&state={code}&iss={}", rig.world.addresses.provider)).await;
    assert_eq!(swapped.page(), (400, "state_invalid".to_owned()));
}

#[tokio::test]
async fn tokens_of_another_sealing_key_do_not_open() {
    let rig = Rig::session_bound().await;
    let settings = vec![("API_HOST_URL", rig.world.addresses.gateway.clone())];
    let other = Rig::marked("PLANTED-too", Options { settings, ..Options::default() }).await;
    let state = parts(&other.app().begin().await.authorization_url).1["state"].clone();
    let callback = format!("authorize?code=x&state={state}&iss={}", rig.world.addresses.provider);
    assert_eq!(rig.app().get(&callback).await.page(), (400, "state_invalid".to_owned()));
}

#[tokio::test]
async fn states_and_codes_expire() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let in_time = app.at_provider(&begun.authorization_url, Person::Ada);
    rig.clock.advance(600);
    let code = app.get(&in_time).await.redirect().1["code"].clone();
    rig.clock.advance(1);
    assert_eq!(app.get(&in_time).await.page(), (400, "state_expired".to_owned()));
    rig.clock.advance(180);
    assert_eq!(app.complete(&code, &begun.verifier).await.error(), (400, "state_expired".to_owned()));
    assert_eq!(rig.clock.clock().now(), NOW + 781);
}

#[tokio::test]
async fn a_code_the_provider_no_longer_accepts_is_rejected() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let code = app.code(&begun, Person::Ada).await;
    rig.clock.advance(100); // The provider's codes live 60 s, ours 180.
    assert_eq!(app.complete(&code, &begun.verifier).await.error(), (401, "code_rejected".to_owned()));
    assert!(app.stored().is_empty());
}

#[tokio::test]
async fn both_spellings_of_the_callback_work() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let callback = app.at_provider(&begun.authorization_url, Person::Ada).replace("authorize?", "authorise?");
    let code = app.get(&callback).await.redirect().1["code"].clone();
    assert_eq!(app.complete(&code, &begun.verifier).await.status, StatusCode::OK);
}

#[tokio::test]
async fn each_mode_is_a_world_of_its_own() {
    let rig = Rig::session_bound().await;
    let mut live = rig.app();
    live.mode = "live";
    let begun = live.begin().await;
    let callback = live.at_provider(&begun.authorization_url, Person::Ada);
    let (dashboard, parameters) = live.get(&callback).await.redirect();
    assert_eq!(dashboard, format!("{}/apps-oauth/com.example.sandbox", rig.world.addresses.dashboard));
    assert_eq!(live.complete(&parameters["code"], &begun.verifier).await.status, StatusCode::OK);
    assert!(rig.world.stripe.payload(Mode::Live, live.account, live.user, "access_token").is_some());
    assert_eq!(rig.app().userinfo().await.error().1, "not_connected");
    assert_eq!(live.userinfo().await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_account_at_the_provider_is_noticed() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    let other = r#"{"sub":"somebody-else","email":"x@example.com","email_verified":true}"#;
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::body(200, other));
    assert_eq!(app.userinfo().await.error(), (403, "identity_changed".to_owned()));
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "and nothing was deleted");
}

#[tokio::test]
async fn tokens_revoked_at_the_provider_require_a_new_sign_in() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.provider.revoke_all();
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_users_tokens_open_only_for_that_user() {
    let rig = Rig::session_bound().await;
    let ada = rig.app();
    ada.link(Person::Ada).await;
    let sealed = rig.world.stripe.payload(Mode::Test, ada.account, ada.user, "access_token").unwrap();
    let eve = App::new(&rig, "usr_eve", "acct_alpine");
    rig.world.stripe.put(Mode::Test, eve.account, eve.user, "access_token", &sealed);
    assert_eq!(eve.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(eve.logout().await.json(), json!({ "revoked": false }));
    assert!(eve.stored().is_empty());
    assert_eq!(ada.userinfo().await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_whole_profile_is_returned_on_request() {
    let rig = Rig::set(&[("USERINFO", "full")]).await;
    let linked = rig.app().link(Person::Ada).await.json();
    assert_eq!(linked["profile"]["email"], "ada@example.com");
}

#[tokio::test]
async fn the_client_can_authenticate_by_basic() {
    let rig = Rig::set(&[("THIRD_PARTY_CLIENT_AUTH", "client_secret_basic")]).await;
    assert_eq!(rig.app().link(Person::Ada).await.status, StatusCode::OK);
    assert_eq!(rig.app().logout().await.json(), json!({ "revoked": true }));
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_operators_to_mend() {
    let rig = Rig::with(Options {
        settings: vec![
            ("THIRD_PARTY_CLIENT_SECRET_PARAMETER", String::new()),
            ("THIRD_PARTY_CLIENT_SECRET", "PLANTED-but-wrong".to_owned()),
        ],
        ..Options::default()
    })
    .await;
    assert_eq!(rig.app().link(Person::Ada).await.error(), (500, "client_misconfigured".to_owned()));
}

#[tokio::test]
async fn the_direct_flows_routes_are_off() {
    let rig = Rig::session_bound().await;
    let answer = rig.app().get(&rig.app().login_address()).await;
    assert_eq!(answer.page(), (404, "flow_disabled".to_owned()));
    assert!(answer.body.contains("LINK_FLOW=direct"));
}
