//! Tokens for the operator's other back ends, which invoke `token` directly.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::join_all;
use lambda_http::Context;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::Environment;
use shared::http::Timeouts;
use shared::lambda::DirectLambda;
use token::Token;

use crate::app::App;
use crate::rig::{NOW, Rig, TIMEOUTS, assert_silent};

/// How long the provider's access tokens live, in seconds.
const LIFETIME: u64 = 3600;
const TOKEN: &str = "/token";

async fn function(rig: &Rig, timeouts: Timeouts) -> DirectLambda<Token> {
    DirectLambda::start(rig.world.environment.clone(), rig.clock.clock(), timeouts).await.unwrap()
}

async fn invoke(function: &DirectLambda<Token>, event: &Value) -> Value {
    let mut context = Context::default();
    "request-1".clone_into(&mut context.request_id);
    let answer = json!(function.answer(&event.to_string(), context).await);
    // An access token is what it is for; nothing else may get out.
    let mut rest = answer.clone();
    rest["access_token"] = Value::Null;
    assert_silent("an answer", &rest.to_string());
    answer
}

/// What the back end sends for the user of this app.
fn request(app: &App<'_>) -> Value {
    json!({ "account_id": app.account, "user_id": app.user, "mode": app.mode })
}

/// The same, after the provider refused this token.
fn after_refusal(app: &App<'_>, token: &str) -> Value {
    let mut request = request(app);
    request["refused_sha256"] = hex::encode(Sha256::digest(token)).into();
    request
}

fn access_token(answer: &Value) -> String {
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {}", answer["error"])).to_owned()
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("ok")
}

#[tokio::test]
async fn a_back_end_gets_the_tokens_of_a_linked_user() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
    let answer = invoke(&function, &request(&app)).await;
    assert_eq!(code(&answer), "not_connected");
    assert_eq!(answer["error"]["request_id"], "request-1");
    assert!(answer["error"].get("retry_after").is_none(), "no retry will help");

    app.link(Person::Ada).await;
    let mut answer = invoke(&function, &request(&app)).await;
    assert!(rig.world.provider.is_live(&access_token(&answer)));
    answer.as_object_mut().unwrap().remove("access_token");
    let expected = json!({
        "token_type": "Bearer",
        "expires_at": NOW + LIFETIME,
        "scope": "openid email profile",
        "subject": "person_ada",
        "kept": { "callback": {}, "granted": {} },
        "request_id": "request-1",
    });
    assert_eq!(answer, expected, "and no refresh token");

    rig.clock.advance(LIFETIME - 60);
    let fresh = invoke(&function, &request(&app)).await;
    assert_eq!(fresh["expires_at"], NOW + LIFETIME - 60 + LIFETIME, "refreshed in time");
    assert_eq!(rig.world.provider.calls(TOKEN), 2);
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once_however_often_it_is_handed_in() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
    app.link(Person::Ada).await;
    let first = access_token(&invoke(&function, &request(&app)).await);

    let same = access_token(&invoke(&function, &after_refusal(&app, &first)).await);
    assert_eq!(rig.world.provider.calls(TOKEN), 1, "a token under a minute old is not the reason");
    assert!(same == first);

    rig.clock.advance(60);
    let second = access_token(&invoke(&function, &after_refusal(&app, &first)).await);
    assert!(second != first && rig.world.provider.is_live(&second));
    rig.clock.advance(60);
    for _ in 0..3 {
        let answer = invoke(&function, &after_refusal(&app, &first)).await;
        assert!(access_token(&answer) == second, "the present token was never refused");
    }
    assert_eq!(rig.world.provider.calls(TOKEN), 2, "the link, and one refresh");
}

/// A caller that hands in each token it gets, at once and without end.
#[tokio::test]
async fn a_looping_caller_causes_one_refresh_a_minute() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
    app.link(Person::Ada).await;
    let mut token = access_token(&invoke(&function, &request(&app)).await);
    for refreshes in 0..3 {
        for _ in 0..6 {
            token = access_token(&invoke(&function, &after_refusal(&app, &token)).await);
            assert_eq!(rig.world.provider.calls(TOKEN), 1 + refreshes, "the link, and one a minute");
            rig.clock.advance(10);
        }
    }
}

/// The same between the app and a back end, at a provider that refuses every token.
#[tokio::test]
async fn an_endpoint_that_always_says_401_causes_one_refresh_a_minute() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
    app.link(Person::Ada).await;
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
    rig.clock.advance(60);
    for refreshes in 1..4 {
        for _ in 0..3 {
            assert_eq!(app.userinfo().await.status, StatusCode::UNAUTHORIZED);
            let token = access_token(&invoke(&function, &request(&app)).await);
            assert!(access_token(&invoke(&function, &after_refusal(&app, &token)).await) == token);
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
        callers.push(Arc::new(function(&rig, Timeouts::DEFAULT).await));
        workers.push(Arc::new(rig.worker().await));
    }
    rig.clock.advance(LIFETIME + 1);
    let (event, request) = (app.userinfo_event(), request(&app));
    let requests = workers.into_iter().map(|worker| {
        let event = event.clone();
        tokio::spawn(async move { worker.answer(&event, Context::default()).await.status_code })
    });
    let call = |caller: &Arc<DirectLambda<Token>>, request: &Value| {
        let (caller, request) = (Arc::clone(caller), request.clone());
        tokio::spawn(async move { access_token(&invoke(&caller, &request).await) })
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
    let refused = after_refusal(&app, &tokens[0]);
    let calls: Vec<_> = callers.iter().map(|caller| call(caller, &refused)).collect();
    let renewed = join_all(calls).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert!(renewed.iter().all(|token| *token == renewed[0] && *token != tokens[0]));
    assert_eq!(rig.world.provider.calls(TOKEN), 3, "one more");
}

#[tokio::test]
async fn an_event_of_another_form_is_refused_before_any_call() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
    app.link(Person::Ada).await;
    let calls = rig.world.traffic.watch().0.len();
    let with = |name: &str, value: Value| {
        let mut request = request(&app);
        request[name] = value;
        request
    };
    let http: Value = serde_json::from_str(&app.userinfo_event()).unwrap();
    let mut disguised = http.clone();
    disguised.as_object_mut().unwrap().extend(request(&app).as_object().unwrap().clone());
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
        let answer = invoke(&function, &event).await;
        assert_eq!(code(&answer), "bad_request", "{event}");
        assert!(answer["error"]["message"].as_str().is_some_and(|message| message.len() > 20));
    }
    let twice = format!(r#"{{"user_id":"usr_ada",{}"#, &request(&app).to_string()[1..]);
    let answer = json!(function.answer(&twice, Context::default()).await);
    assert_eq!(code(&answer), "bad_request", "a repeated key");
    assert_eq!(rig.world.traffic.watch().0.len(), calls);
}

#[tokio::test]
async fn an_accounts_link_is_named_without_a_user() {
    let rig = Rig::of_the_account().await;
    let function = function(&rig, Timeouts::DEFAULT).await;
    let app = rig.administrator();
    app.link(Person::Ada).await;
    assert_eq!(code(&invoke(&function, &request(&app)).await), "bad_request");
    let of_the_account = json!({ "account_id": app.account, "mode": app.mode });
    let answer = invoke(&function, &of_the_account).await;
    assert!(rig.world.provider.is_live(&access_token(&answer)));
    for (name, other) in [("account_id", "acct_birch"), ("mode", "live")] {
        let mut elsewhere = of_the_account.clone();
        elsewhere[name] = other.into();
        assert_eq!(code(&invoke(&function, &elsewhere).await), "not_connected", "{name}");
    }
}

#[tokio::test]
async fn an_outage_is_a_result_that_says_when_to_retry() {
    let rig = Rig::session_bound().await;
    let (app, function) = (rig.app(), function(&rig, TIMEOUTS).await);
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
        let answer = invoke(&function, &request(&app)).await;
        assert_eq!(code(&answer), expected);
        assert_eq!(answer["error"]["retry_after"].as_u64(), seconds, "{answer}");
    }
    assert_eq!(code(&invoke(&function, &request(&app)).await), "ok", "nothing was lost");
    rig.world.provider.revoke_all();
    rig.clock.advance(LIFETIME + 1);
    assert_eq!(code(&invoke(&function, &request(&app)).await), "reconnect_required");
    assert_eq!(code(&invoke(&function, &request(&app)).await), "not_connected");
}

/// Which caller may invoke it is for IAM to say, so there is no app secret to verify anything with.
#[tokio::test]
async fn it_starts_without_the_app_secret_and_before_ssm_answers() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let mut settings = rig.world.settings.clone();
    settings.remove("STRIPE_APP_SECRET_PARAMETER");
    let environment = Environment::from_iter(settings);
    let start = || DirectLambda::<Token>::start(environment.clone(), rig.clock.clock(), TIMEOUTS);
    let function = start().await.unwrap();
    assert_eq!(code(&invoke(&function, &request(&rig.app())).await), "ok");

    rig.world.faults.always(Party::Ssm, "/", Fault::status(500));
    let function = start().await.unwrap();
    let answer = invoke(&function, &request(&rig.app())).await;
    assert_eq!((code(&answer), &answer["error"]["retry_after"]), ("settings_unavailable", &json!(5)));
    rig.world.faults.clear();
    assert_eq!(code(&invoke(&function, &request(&rig.app())).await), "ok");
}
