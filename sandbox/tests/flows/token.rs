//! Tokens for the operator's other back ends, which invoke `token` directly.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::join_all;
use lambda_http::Context;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::testing::back_end::BackEnd;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::Environment;

use crate::rig::{NOW, Rig};

/// How long the provider's access tokens live, in seconds.
const LIFETIME: u64 = 3600;
const TOKEN: &str = "/token";

#[tokio::test]
async fn a_back_end_gets_the_tokens_of_a_linked_user() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    let answer = back_end.ask(&app.token_event()).await;
    assert_eq!(answer.code(), "not_connected");
    assert_eq!(answer.0["error"]["request_id"], "request-1");
    assert!(answer.0["error"].get("retry_after").is_none(), "no retry will help");

    app.link(Person::Ada).await;
    let mut answer = back_end.ask(&app.token_event()).await;
    assert!(rig.world.provider.is_live(&answer.token()));
    answer.0.as_object_mut().unwrap().remove("access_token");
    let expected = json!({
        "token_type": "Bearer",
        "expires_at": NOW + LIFETIME,
        "scope": "openid email profile",
        "subject": "person_ada",
        "kept": { "callback": {}, "granted": {} },
        "request_id": "request-1",
    });
    assert_eq!(answer.0, expected, "and no refresh token");

    rig.clock.advance(LIFETIME - 60);
    let fresh = back_end.ask(&app.token_event()).await;
    assert_eq!(fresh.0["expires_at"], NOW + LIFETIME - 60 + LIFETIME, "refreshed in time");
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once_however_often_it_is_handed_in() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    app.link(Person::Ada).await;
    let first = back_end.ask(&app.token_event()).await.token();

    let same = back_end.ask(&app.token_event_after(&first)).await.token();
    assert_eq!(rig.world.provider.calls(TOKEN), 1, "a token under a minute old is not the reason");
    assert!(same == first);

    rig.clock.advance(60);
    let second = back_end.ask(&app.token_event_after(&first)).await.token();
    assert!(second != first && rig.world.provider.is_live(&second));
    rig.clock.advance(60);
    for _ in 0..3 {
        let answer = back_end.ask(&app.token_event_after(&first)).await;
        assert!(answer.token() == second, "the present token was never refused");
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh");
}

/// A caller that hands in each token it gets, at once and without end.
#[tokio::test]
async fn a_looping_caller_causes_one_refresh_a_minute() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    app.link(Person::Ada).await;
    let mut token = back_end.ask(&app.token_event()).await.token();
    for refreshes in 0..3 {
        for _ in 0..6 {
            token = back_end.ask(&app.token_event_after(&token)).await.token();
            assert_eq!(rig.world.provider.calls(TOKEN), 1 + refreshes, "the link, and one a minute");
            rig.clock.advance(10);
        }
    }
}

/// The same between the app and a back end, at a provider that refuses every token.
#[tokio::test]
async fn an_endpoint_that_always_says_401_causes_one_refresh_a_minute() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    app.link(Person::Ada).await;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
    rig.clock.advance(60);
    for refreshes in 1..4 {
        for _ in 0..3 {
            assert_eq!(app.userinfo().await.status, StatusCode::UNAUTHORIZED);
            let token = back_end.ask(&app.token_event()).await.token();
            assert!(back_end.ask(&app.token_event_after(&token)).await.token() == token);
            assert_eq!(rig.world.provider.calls(TOKEN), 1 + refreshes, "the link, and one a minute");
            rig.clock.advance(20);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_and_fifty_requests_of_the_app_refresh_once() {
    let rig = Rig::patient().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let (mut callers, mut workers) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        callers.push(Arc::new(rig.back_end().await));
        workers.push(Arc::new(rig.worker().await));
    }
    rig.clock.advance(LIFETIME + 1);
    let (event, request) = (app.userinfo_event(), app.token_event());
    let requests = workers.into_iter().map(|worker| {
        let event = event.clone();
        tokio::spawn(async move { worker.answer(&event, Context::default()).await.status_code })
    });
    let call = |caller: &Arc<BackEnd>, request: &Value| {
        let (caller, request) = (Arc::clone(caller), request.clone());
        tokio::spawn(async move { caller.ask(&request).await.token() })
    };
    let calls = callers.iter().map(|caller| call(caller, &request));
    // Both kinds at once: nothing runs before it is spawned.
    let (calls, requests): (Vec<_>, Vec<_>) = calls.zip(requests).unzip();
    let tokens = join_all(calls).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert!(join_all(requests).await.into_iter().all(|status| status.unwrap() == 200));
    assert!(tokens.iter().all(|token| *token == tokens[0] && rig.world.provider.is_live(token)));
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh");
    assert_eq!(rig.world.provider.live_grants(), 1);

    // Fifty whom the provider has refused the same token.
    rig.clock.advance(60);
    let refused = app.token_event_after(&tokens[0]);
    let calls: Vec<_> = callers.iter().map(|caller| call(caller, &refused)).collect();
    let renewed = join_all(calls).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert!(renewed.iter().all(|token| *token == renewed[0] && *token != tokens[0]));
    assert_eq!(rig.world.provider.calls(TOKEN), 3, "one more");
}

#[tokio::test]
async fn an_event_of_another_form_is_refused_before_any_call() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    app.link(Person::Ada).await;
    let calls = rig.world.traffic.watch().0.len();
    let with = |name: &str, value: Value| {
        let mut request = app.token_event();
        request[name] = value;
        request
    };
    let http: Value = serde_json::from_str(&app.userinfo_event()).unwrap();
    let mut disguised = http.clone();
    disguised.as_object_mut().unwrap().extend(app.token_event().as_object().unwrap().clone());
    for event in [
        http,
        disguised,
        json!([app.account, app.user, app.mode, null, null]),
        json!(null),
        json!({}),
        json!({ "account_id": app.account, "user_id": app.user }),
        with("user_id", Value::Null),
        with("user_id", "acct_alpine".into()),
        with("user_id", "usr_../x".into()),
        with("account_id", "acct_".into()),
        with("account_id", 1.into()),
        with("mode", "Live".into()),
        with("mode", Value::Null),
        with("is_sandbox", true.into()),
        with("force_refresh", true.into()),
        with("refused_sha256", "".into()),
        with("refused_sha256", "A".repeat(64).into()),
        with("caller", "".into()),
        with("caller", "a\nb".into()),
        with("caller", "a".repeat(65).into()),
        with("caller", "a".repeat(9000).into()),
    ] {
        let answer = back_end.ask(&event).await;
        assert_eq!(answer.code(), "bad_request", "{event}");
        assert!(answer.0["error"]["message"].as_str().is_some_and(|message| message.len() > 20));
    }
    let twice = format!(r#"{{"user_id":"usr_ada",{}"#, &app.token_event().to_string()[1..]);
    let twice = RawValue::from_string(twice).unwrap();
    assert_eq!(back_end.ask(&twice).await.code(), "bad_request", "a repeated key");
    assert_eq!(rig.world.traffic.watch().0.len(), calls);
}

#[tokio::test]
async fn an_accounts_link_is_named_without_a_user() {
    let rig = Rig::of_the_account().await;
    let back_end = rig.back_end().await;
    let app = rig.administrator();
    app.link(Person::Ada).await;
    let mut of_a_user = app.token_event();
    of_a_user["user_id"] = app.user.into();
    assert_eq!(back_end.ask(&of_a_user).await.code(), "bad_request");
    let of_the_account = app.token_event();
    let answer = back_end.ask(&of_the_account).await;
    assert!(rig.world.provider.is_live(&answer.token()));
    for (name, other) in [("account_id", "acct_birch"), ("mode", "live")] {
        let mut elsewhere = of_the_account.clone();
        elsewhere[name] = other.into();
        assert_eq!(back_end.ask(&elsewhere).await.code(), "not_connected", "{name}");
    }
}

#[tokio::test]
async fn an_outage_is_a_result_that_says_when_to_retry() {
    let rig = Rig::session_bound().await;
    let (app, back_end) = (rig.app(), rig.back_end().await);
    app.link(Person::Ada).await;
    rig.clock.advance(LIFETIME + 1);
    for (party, path, fault, expected, seconds) in [
        (Party::Provider, TOKEN, Fault::status(503), "provider_unavailable", Some(5)),
        (
            Party::Provider,
            TOKEN,
            Fault::body(401, r#"{"error":"invalid_client"}"#),
            "client_misconfigured",
            None,
        ),
        (Party::Stripe, "/v1/apps/secrets/find", Fault::status(403), "secret_store_denied", None),
    ] {
        rig.world.faults.once(party, path, fault);
        let answer = back_end.ask(&app.token_event()).await;
        assert_eq!(answer.code(), expected);
        assert_eq!(answer.0["error"]["retry_after"].as_u64(), seconds, "{expected}");
    }
    assert_eq!(back_end.ask(&app.token_event()).await.code(), "ok", "nothing was lost");
    rig.world.provider.revoke_all();
    rig.clock.advance(LIFETIME + 1);
    assert_eq!(back_end.ask(&app.token_event()).await.code(), "reconnect_required");
    assert_eq!(back_end.ask(&app.token_event()).await.code(), "not_connected");
}

/// Which caller may invoke it is for IAM to say, so there is no app secret to verify anything with.
#[tokio::test]
async fn it_starts_without_the_app_secret_and_before_ssm_answers() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let mut settings = rig.world.settings.clone();
    settings.remove("STRIPE_APP_SECRET_PARAMETER");
    let environment = Environment::from_iter(settings);
    let back_end = rig.back_end_in(&environment).await;
    let event = rig.app().token_event();
    assert_eq!(back_end.ask(&event).await.code(), "ok");

    rig.world.faults.always(Party::Ssm, "/", Fault::status(500));
    let back_end = rig.back_end_in(&environment).await;
    let answer = back_end.ask(&event).await;
    assert_eq!((answer.code(), &answer.0["error"]["retry_after"]), ("settings_unavailable", &json!(5)));
    rig.world.faults.clear();
    assert_eq!(back_end.ask(&event).await.code(), "ok");
}
