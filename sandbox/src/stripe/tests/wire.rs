//! Authentication, parameters, headers, and the types in Stripe's published schema.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::{FORM, Stripe, USER, call, form, named};

const SET: &str = "/v1/apps/secrets";

#[tokio::test]
async fn a_known_api_key_is_required() {
    let stripe = Stripe::new();
    let url = format!("/v1/apps/secrets/find?{}", form(&named("x")));
    let basic = "Basic c2tfdGVzdF8xOg=="; // sk_test_1:
    for (authorization, status) in [
        ("Bearer sk_test_1", 404),
        (basic, 404),
        ("Bearer sk_test_unknown", 401),
        ("Basic !", 401),
        ("Digest sk_test_1", 401),
        ("", 401),
    ] {
        let request = call(Method::GET, &url, "", &[("authorization", authorization)]);
        let reply = stripe.send(request).await;
        assert_eq!(reply.status, status, "{authorization}");
        assert_eq!(reply.json()["error"]["type"], "invalid_request_error");
        assert!(!reply.body.contains("sk_test"), "an error quotes no key");
    }
}

#[tokio::test]
async fn a_malformed_account_is_refused() {
    let stripe = Stripe::new();
    for account in ["acct_", "usr_1", "acct_1/2", ""] {
        let reply = stripe.post(SET, &named("x"), &[("stripe-account", account)]).await;
        assert_eq!(reply.error(), (403, "account_invalid".into(), String::new()));
    }
}

#[tokio::test]
async fn parameters_are_checked() {
    let stripe = Stripe::new();
    let name = ("name", "n");
    let payload = ("payload", "p");
    let account = ("scope[type]", "account");
    let user = ("scope[type]", "user");
    let cases = [
        (vec![payload, account], "parameter_missing", "name"),
        (vec![name, account], "parameter_missing", "payload"),
        (vec![name, payload], "parameter_missing", "scope[type]"),
        (vec![name, payload, user], "parameter_missing", "scope[user]"),
        (vec![name, payload, account, ("scope[user]", USER)], "", "scope[user]"),
        (vec![name, payload, ("scope[type]", "team")], "", "scope[type]"),
        (vec![name, ("payload", ""), account], "parameter_invalid_empty", "payload"),
        (vec![name, payload, account, ("color", "red")], "parameter_unknown", "color"),
        (vec![name, payload, account, ("expand", "payload")], "parameter_unknown", "expand"),
        (vec![name, payload, account, ("expand[]", "data.payload")], "", "expand"),
    ];
    for (parameters, code, param) in cases {
        let reply = stripe.post(SET, &parameters, &[]).await;
        assert_eq!(reply.error(), (400, code.into(), param.into()));
    }
}

#[tokio::test]
async fn only_forms_are_read() {
    let stripe = Stripe::new();
    let form = form(&[("name", "n"), ("payload", "p"), ("scope[type]", "account")]);
    for (content_type, status) in [
        (FORM, 200),
        ("application/x-www-form-urlencoded; charset=utf-8", 200),
        ("application/json", 400),
        ("", 400),
    ] {
        let request = call(Method::POST, SET, &form, &[("content-type", content_type)]);
        assert_eq!(stripe.send(request).await.status, status, "{content_type}");
    }
}

#[tokio::test]
async fn unknown_urls_and_methods_are_404() {
    let stripe = Stripe::new();
    for (method, path) in
        [(Method::GET, "/v1/nope"), (Method::DELETE, SET), (Method::GET, "/v1/apps/secrets/delete")]
    {
        let reply = stripe.send(call(method.clone(), path, "", &[])).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        let message = reply.json()["error"]["message"].clone();
        let begin = format!("Unrecognized request URL ({method}: {path}).");
        assert!(message.as_str().is_some_and(|text| text.starts_with(&begin)));
        assert!(reply.header("request-id").is_some());
    }
}

#[tokio::test]
async fn answers_carry_a_new_request_id_and_echo_headers() {
    let stripe = Stripe::new();
    let sent = [("stripe-version", "2026-07-29.dahlia"), ("idempotency-key", "k")];
    let parameters = [("name", "n"), ("payload", "p"), ("scope[type]", "account")];
    let first = stripe.post(SET, &parameters, &sent).await;
    let second = stripe.post(SET, &[], &[]).await;
    assert_eq!(first.header("stripe-version"), Some("2026-07-29.dahlia"));
    assert_eq!(first.header("stripe-account"), Some("acct_1"));
    assert_eq!(first.header("idempotency-key"), Some("k"));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(second.header("stripe-version"), None);
    assert!(first.header("request-id").is_some_and(|id| id.starts_with("req_")));
    assert_ne!(first.header("request-id"), second.header("request-id"));
}

/// Fields of a schema: name, type, required. `null` stands for `nullable`.
type Fields = &'static [(&'static str, &'static [&'static str], bool)];

/// `apps.secret` of Stripe's `OpenAPI` document, version 2026-07-29.dahlia.
const SECRET: Fields = &[
    ("created", &["integer"], true),
    ("deleted", &["boolean"], false),
    ("expires_at", &["integer", "null"], false),
    ("id", &["string"], true),
    ("livemode", &["boolean"], true),
    ("name", &["string"], true),
    ("object", &["string"], true),
    ("payload", &["string", "null"], false),
    ("scope", &["object"], true),
];
const SCOPE: Fields = &[("type", &["string"], true), ("user", &["string"], false)];
const LIST: Fields = &[
    ("data", &["array"], true),
    ("has_more", &["boolean"], true),
    ("object", &["string"], true),
    ("url", &["string"], true),
];
/// `api_errors`, without what is about payments.
const ERROR: Fields = &[
    ("code", &["string"], false),
    ("doc_url", &["string"], false),
    ("message", &["string"], false),
    ("param", &["string"], false),
    ("request_log_url", &["string"], false),
    ("type", &["string"], true),
];

fn assert_conforms(value: &Value, fields: Fields) {
    let object = value.as_object().expect("an object");
    for name in object.keys() {
        assert!(fields.iter().any(|(known, ..)| known == name), "{name} is not in the schema");
    }
    for (name, types, required) in fields {
        match object.get(*name) {
            None => assert!(!required, "{name} is required"),
            Some(value) => assert!(types.contains(&type_of(value)), "{name}: {value}"),
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[tokio::test]
async fn answers_conform_to_the_published_schema() {
    let stripe = Stripe::new();
    let set = stripe.set("token", "x", &[("expires_at", "1800000000")]).await;
    let list = stripe.get(SET, &[("scope[type]", "user"), ("scope[user]", USER)]).await;
    assert_conforms(&list.json(), LIST);
    let found = stripe.find("token").await;
    let deleted = stripe.delete("token").await;
    for secret in [set.json(), list.json()["data"][0].clone(), found.json(), deleted.json()] {
        assert_conforms(&secret, SECRET);
        assert_conforms(&secret["scope"], SCOPE);
        assert_eq!(secret["object"], "apps.secret");
    }
    for failed in [
        stripe.find("token").await,
        stripe.post(SET, &[], &[]).await,
        stripe.post(SET, &[], &[("authorization", "")]).await,
    ] {
        assert_eq!(failed.json().as_object().map(serde_json::Map::len), Some(1));
        assert_conforms(&failed.json()["error"], ERROR);
    }
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", Stripe::new().api), "StripeApi { .. }");
}
