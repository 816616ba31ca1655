//! The gateway stand-in: CORS, its own errors, and events that the functions cannot read.

use std::collections::BTreeMap;

use authorize::Authorize;
use axum::http::Method;
use lambda_http::Context;
use login::Login;
use logout::Logout;
use sandbox::Options;
use sandbox::gateway::Preflights;
use sandbox::provider::Person;
use serde_json::{Value, json};
use shared::lambda::{Function, GatewayResponse, Lambda};
use userinfo::Userinfo;

use crate::app::{Answer, App};
use crate::rig::{Rig, TIMEOUTS};

/// A cross-origin request with headers that make a browser send a preflight, and the response that a script
/// gets to see. The checks are those of <https://fetch.spec.whatwg.org/#http-cors-protocol>.
async fn fetch(
    app: &App<'_>,
    method: Method,
    endpoint: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(",");
    let asked = [
        ("origin", "null"),
        ("access-control-request-method", method.as_str()),
        ("access-control-request-headers", &names),
    ];
    let preflight = app.send(Method::OPTIONS, endpoint, &asked, "").await;
    assert!(preflight.status.is_success(), "{method} {endpoint}: {preflight:?}");
    let allowed = |what: &str| {
        let allowed = preflight.headers[what].to_str().unwrap().split(',');
        allowed.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(allowed("access-control-allow-methods").contains(&method.to_string()), "{preflight:?}");
    for name in names.split(',') {
        assert!(allowed("access-control-allow-headers").contains(&name.to_owned()), "{name}: {preflight:?}");
    }
    let answer = app.send(method, endpoint, &[headers, &[("origin", "null")]].concat(), body).await;
    for answer in [&preflight, &answer] {
        let origins: Vec<_> = answer.headers.get_all("access-control-allow-origin").iter().collect();
        assert_eq!(origins, ["*"], "one owner of CORS: {answer:?}");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
    answer
}

#[tokio::test]
async fn clients_that_preflight_are_served_whoever_answers_the_preflight() {
    for preflights in [Preflights::Gateway, Preflights::Functions] {
        let rig = Rig::with(Options { preflights, ..Options::default() }).await;
        let app = rig.app();
        app.link(Person::Ada).await;
        // The article's client.
        let signature = app.default_signature();
        let signed = [
            ("stripe-signature", signature.as_str()),
            ("stripe-user-id", app.user),
            ("stripe-account-id", app.account),
        ];
        let linked = fetch(&app, Method::GET, "userinfo", &signed, "").await;
        assert_eq!(linked.json()["email"], "ada@example.com", "{preflights:?}");
        assert_eq!(fetch(&app, Method::GET, "logout", &signed, "").await.status, 204);
        // The client of Stripe's documentation.
        let payload = app.payload("userinfo", &[]);
        let signature = rig.world.stripe.sign(&payload);
        let signed = [("stripe-signature", signature.as_str()), ("content-type", "application/json")];
        let refused = fetch(&app, Method::POST, "userinfo", &signed, &payload).await;
        assert_eq!(refused.error(), (401, "not_connected".to_owned()), "{preflights:?}");
        // Errors are readable, too.
        let misspelt = fetch(&app, Method::POST, "usreinfo", &signed, &payload).await;
        assert_eq!(misspelt.error(), (404, "not_found".to_owned()), "{preflights:?}");
    }
}

#[tokio::test]
async fn options_gets_an_empty_response() {
    let rig = Rig::session_bound().await;
    for endpoint in ["login", "authorize", "authorise", "userinfo", "logout", "nowhere"] {
        let answer = rig.app().send(Method::OPTIONS, endpoint, &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""), "{endpoint}");
        let of_cors = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(of_cors.count(), 0, "{answer:?}");
    }
}

#[tokio::test]
async fn the_app_can_read_errors_too() {
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
async fn invalid_events_get_a_400_and_the_function_survives() {
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

/// A function's responses to a signed `POST` to this path, through an HTTP API and through a REST API.
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

/// Tests each function on its own, because a gateway may pass it any path: for example, one with a single
/// `{proxy+}` route.
async fn a_function_answers_at_its_own_path_alone<F: Function>(purpose: &str) {
    let rig = Rig::session_bound().await;
    for endpoint in F::ENDPOINTS {
        // An HTTP API's stage is part of the path, and so is the base path of a custom domain.
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
        // A REST API rejects responses with fields it does not know.
        let is_v2 = event.get("version").is_some();
        assert_eq!(serde_json::to_value(&answer).unwrap().get("cookies").is_some(), is_v2);
    }
}

/// A `GET` with these headers and query parameters, as the event of an HTTP API and of a REST API. The first
/// puts header names in lower case and joins repeated values; the second keeps the names, and has every value
/// as well as the last.
fn events_of_both_formats(endpoint: &str, headers: &[(&str, &str)], query: &[(&str, &str)]) -> [String; 2] {
    fn all<'a>(pairs: impl Iterator<Item = (String, &'a str)>) -> BTreeMap<String, Vec<&'a str>> {
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in pairs {
            all.entry(name).or_default().push(value);
        }
        all
    }
    fn joined(all: &BTreeMap<String, Vec<&str>>) -> Value {
        all.iter().map(|(name, values)| (name.clone(), values.join(","))).collect()
    }
    fn last(all: &BTreeMap<String, Vec<&str>>) -> Value {
        all.iter().map(|(name, values)| (name.clone(), values.last().copied())).collect()
    }
    let path = format!("/api/oauth/{endpoint}");
    let small = all(headers.iter().map(|(name, value)| (name.to_lowercase(), *value)));
    let kept = all(headers.iter().map(|(name, value)| ((*name).to_owned(), *value)));
    let parameters = all(query.iter().map(|(name, value)| ((*name).to_owned(), *value)));
    let http = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish(),
        "headers": joined(&small),
        "queryStringParameters": joined(&parameters),
        "requestContext": { "stage": "$default", "http": { "method": "GET", "path": path } },
        "isBase64Encoded": false,
    });
    let rest = json!({
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": last(&kept),
        "multiValueHeaders": kept,
        "queryStringParameters": last(&parameters),
        "multiValueQueryStringParameters": parameters,
        "requestContext": { "stage": "prod", "httpMethod": "GET", "path": format!("/prod{path}") },
        "isBase64Encoded": false,
    });
    [http.to_string(), rest.to_string()]
}

#[tokio::test]
async fn repeated_values_are_refused_in_both_payload_formats() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let environment = &rig.world.environment;
    let userinfo = rig.worker().await;
    let authorize: Lambda<authorize::Authorize> =
        Lambda::start(environment.clone(), rig.clock.clock(), TIMEOUTS).await.unwrap();
    let signature = app.default_signature();
    let right =
        [("stripe-signature", &*signature), ("stripe-user-id", app.user), ("stripe-account-id", app.account)];
    for event in events_of_both_formats("userinfo", &right, &[]) {
        assert_eq!(userinfo.answer(&event, Context::default()).await.status_code, 200, "{event}");
    }
    for (name, value) in right {
        // Put before the right one, so that the right one is last: the same, in another spelling, wrong, and
        // empty.
        for repeated in [(name, value), (&*name.to_uppercase(), value), (name, "x"), (name, "")] {
            for event in events_of_both_formats("userinfo", &[&[repeated][..], &right].concat(), &[]) {
                let answer = userinfo.answer(&event, Context::default()).await;
                assert_eq!(answer.status_code, 400, "{event} {}", answer.body);
                assert!(answer.body.contains("signature_invalid"), "{event} {}", answer.body);
            }
        }
    }
    let begun = app.begin().await;
    let callback = app.at_provider(&begun.authorization_url, Person::Ada);
    let (_, callback) = crate::app::parts(&format!("http://x/{callback}"));
    let callback: Vec<_> = callback.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for repeated in &callback {
        for event in events_of_both_formats("authorize", &[], &[&[*repeated][..], &callback].concat()) {
            let answer = authorize.answer(&event, Context::default()).await;
            assert_eq!(answer.status_code, 400, "{event} {}", answer.body);
            assert!(answer.body.contains("bad_request"), "{event} {}", answer.body);
        }
    }
    for event in events_of_both_formats("authorize", &[], &callback) {
        let answer = authorize.answer(&event, Context::default()).await;
        assert_eq!(answer.status_code, 303, "{event} {}", answer.body);
    }
}
