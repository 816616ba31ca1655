//! The gateway stand-in: CORS, its own errors, and events that the functions cannot read.

use authorize::Authorize;
use axum::http::Method;
use lambda_http::Context;
use login::Login;
use logout::Logout;
use sandbox::provider::Person;
use serde_json::{Value, json};
use shared::lambda::{Function, GatewayResponse, Lambda};
use userinfo::Userinfo;

use crate::rig::{Rig, TIMEOUTS};

#[tokio::test]
async fn a_preflight_is_answered_for_any_origin_without_credentials() {
    let rig = Rig::session_bound().await;
    let headers = [
        ("origin", "null"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "stripe-signature,stripe-user-id,stripe-account-id"),
    ];
    let answer = rig.app().send(Method::OPTIONS, "userinfo", &headers, "").await;
    assert!(answer.status.is_success());
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    let allowed = answer.headers["access-control-allow-headers"].to_str().unwrap();
    for header in ["content-type", "stripe-signature", "stripe-user-id", "stripe-account-id"] {
        assert!(allowed.contains(header), "{header}");
    }
}

#[tokio::test]
async fn errors_can_be_read_by_the_app_too() {
    let rig = Rig::session_bound().await;
    for (endpoint, status) in [("userinfo", 400), ("nowhere", 404), ("../../elsewhere", 404)] {
        let answer = rig.app().send(Method::GET, endpoint, &[("origin", "null")], "").await;
        assert_eq!(answer.status.as_u16(), status);
        let origins: Vec<_> = answer.headers.get_all("access-control-allow-origin").iter().collect();
        assert_eq!(origins, ["*"], "{endpoint}: one owner of CORS");
    }
}

#[tokio::test]
async fn the_traffic_is_listed_by_name_without_values() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let (seen, _) = rig.world.traffic.watch();
    let text = serde_json::to_string(&seen).unwrap();
    for path in ["/api/oauth/login", "/api/oauth/authorize", "/token", "/oauth/whoami", "/v1/apps/secrets"] {
        assert!(text.contains(path), "{path}");
    }
    assert!(text.contains(r#""parameters":["code","state","iss"]"#));
    crate::rig::assert_silent("the list", &text);
}

fn event(change: impl Fn(&mut Value)) -> String {
    let mut event: Value = serde_json::from_str(include_str!("../../../events/login/get.json")).unwrap();
    change(&mut event);
    event.to_string()
}

/// Some of these make `lambda_http` panic while it builds the request, before any handler runs.
#[tokio::test]
async fn events_that_cannot_be_read_get_a_400_and_the_function_lives() {
    let rig = Rig::direct().await;
    let environment = rig.world.environment.clone();
    let lambda: Lambda<Login> = Lambda::start(environment, rig.clock.clock(), TIMEOUTS).await.unwrap();
    let hostile = [
        event(|event| event["rawQueryString"] = json!("state=\"x\"")),
        event(|event| event["rawQueryString"] = json!("state=a b")),
        event(|event| event["rawQueryString"] = json!("state=<x>")),
        event(|event| event["rawQueryString"] = json!("state=\u{0}")),
        event(|event| event["rawQueryString"] = json!(format!("state={}", "x".repeat(70_000)))),
        event(|event| event["headers"]["host"] = json!("a b")),
        event(|event| event["headers"]["stripe-signature"] = json!("a\nb")),
        event(|event| event["requestContext"]["http"]["method"] = json!("G ET")),
        event(|event| {
            event["isBase64Encoded"] = json!(true);
            event["body"] = json!("not base64!");
        }),
        "{}".to_owned(),
        "[]".to_owned(),
        String::new(),
    ];
    for event in hostile {
        let answer = lambda.answer(&event, Context::default()).await;
        assert_eq!(answer.status_code, 400, "{event:.300}");
        assert!(answer.body.contains("bad_request"), "{}", answer.body);
    }
    let answer = lambda.answer(&event(|_| {}), Context::default()).await;
    assert_eq!(answer.status_code, 400);
    assert!(answer.body.contains("signature_"), "{}", answer.body);
}

/// What a function answers to a signed `POST` to this path, through an HTTP API and through a REST API.
async fn answers_at<F: Function>(rig: &Rig, purpose: &str, path: &str) -> [GatewayResponse; 2] {
    let lambda: Lambda<F> =
        Lambda::start(rig.world.environment.clone(), rig.clock.clock(), TIMEOUTS).await.unwrap();
    let http: Value = serde_json::from_str(include_str!("../../../events/userinfo/post.json")).unwrap();
    let rest: Value = serde_json::from_str(include_str!("../../../events/userinfo/post-rest.json")).unwrap();
    let body = json!(rig.app().envelope(purpose, &[]));
    let answer = async |mut event: Value, path_field: &str| {
        event[path_field] = json!(path);
        event["body"] = body.clone();
        lambda.answer(&event.to_string(), Context::default()).await
    };
    [answer(http, "rawPath").await, answer(rest, "path").await]
}

/// Each function by itself, for a gateway may hand it any path: one that has a single `{proxy+}` route, say.
async fn a_function_answers_at_its_own_path_alone<F: Function>(purpose: &str) {
    let rig = Rig::session_bound().await;
    for endpoint in F::ENDPOINTS {
        // A stage of an HTTP API is part of the path, and so is what a custom domain maps an API to.
        for before in ["", "/prod", "/a/b", "/api", "/api/oauthorize"] {
            let path = format!("{before}/api/oauth/{endpoint}");
            for answer in answers_at::<F>(&rig, purpose, &path).await {
                assert_ne!(answer.status_code, 404, "{path}: {}", answer.body);
            }
        }
        for path in [
            format!("/api/oauth/x/{endpoint}"),
            format!("/api/oauth/a/b/{endpoint}"),
            format!("/api/oauth//{endpoint}"),
            format!("//api/oauth/{endpoint}"),
            format!("/prod//api/oauth/{endpoint}"),
            format!("/api//oauth/{endpoint}"),
            format!("/api/oauth/{endpoint}/"),
            format!("/api/oauth/{endpoint}//"),
            format!("/api/oauth/{endpoint}/x"),
            format!("/api/oauth/{endpoint};x"),
            format!("/api/oauth/{endpoint}%20"),
            format!("/api/oauth/{endpoint}%00"),
            format!("/api/oauth/%2F{endpoint}"),
            format!("/api/oauth/x%2F{endpoint}"),
            format!("/api/oauth%2F{endpoint}"),
            format!("/api/oauth/./{endpoint}"),
            format!("/api/oauth/x/../{endpoint}"),
            format!("/api/oauth/x/api/oauth/{endpoint}"),
            format!("/api/oauth/api/oauth/{endpoint}"),
            format!("/API/oauth/{endpoint}"),
            format!("/api/oauth/{}", endpoint.to_uppercase()),
            format!("/api/oauth/%{:02x}{}", endpoint.as_bytes()[0], &endpoint[1..]),
            format!("/oauth/{endpoint}"),
            format!("/{endpoint}"),
            "/api/oauth/".to_owned(),
            "/api/oauth".to_owned(),
            "/".to_owned(),
            String::new(),
        ] {
            for answer in answers_at::<F>(&rig, purpose, &path).await {
                assert_eq!(answer.status_code, 404, "{path}: {}", answer.body);
                assert!(answer.body.contains("not_found"), "{path}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn each_function_answers_at_its_own_path_alone() {
    a_function_answers_at_its_own_path_alone::<Login>("login").await;
    a_function_answers_at_its_own_path_alone::<Authorize>("complete").await;
    a_function_answers_at_its_own_path_alone::<Userinfo>("userinfo").await;
    a_function_answers_at_its_own_path_alone::<Logout>("logout").await;
}

#[tokio::test]
async fn a_stage_before_the_path_and_rest_events_are_understood() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let lambda: Lambda<Userinfo> =
        Lambda::start(rig.world.environment.clone(), rig.clock.clock(), TIMEOUTS).await.unwrap();
    let headers = json!({
        "stripe-signature": app.default_signature(),
        "stripe-user-id": app.user,
        "stripe-account-id": app.account,
    });
    let http = json!({
        "version": "2.0",
        "rawPath": "/prod/api/oauth/userinfo",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": { "stage": "prod", "http": { "method": "GET", "path": "/prod/api/oauth/userinfo" } },
        "isBase64Encoded": false,
    });
    let rest = json!({
        "resource": "/api/oauth/userinfo",
        "path": "/api/oauth/userinfo",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {},
        "requestContext": { "stage": "prod", "httpMethod": "GET", "path": "/prod/api/oauth/userinfo" },
        "isBase64Encoded": false,
    });
    for event in [http, rest] {
        let answer = lambda.answer(&event.to_string(), Context::default()).await;
        assert_eq!(answer.status_code, 200, "{event} {}", answer.body);
        // A REST API refuses answers with fields it does not know.
        let is_v2 = event.get("version").is_some();
        assert_eq!(serde_json::to_value(&answer).unwrap().get("cookies").is_some(), is_v2);
    }
}
