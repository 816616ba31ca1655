//! The signing endpoint, and signatures themselves.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use super::{NOW, Reply, Stripe, call, form};
use crate::clock::ManualClock;
use crate::stripe::StripeApi;

/// From a page of another origin, without an API key.
async fn ask(stripe: &Stripe, parameters: &[(&str, &str)]) -> Reply {
    let url = format!("/v1/apps/app_embedded_backend_signature?{}", form(parameters));
    let request = Request::get(url).header("origin", "null").body(Body::empty()).expect("a request");
    stripe.send(request).await
}

#[test]
fn a_signature_is_what_stripes_libraries_accept() {
    // Checked against five of them: facts/stripe.md, section 1.5.
    let payload = r#"{"user_id":"usr_K6yd2CbXLO9A5G","account_id":"acct_1JSkf6FRwUQjTSJE"}"#;
    let api = StripeApi::new(Vec::new(), vec!["absec_test_secret".into()], ManualClock::at(NOW).clock());
    assert_eq!(
        api.sign(payload),
        "t=1700000000,v1=95d377f7216b002bc8462ad7ad1c21ae33f54bfd7f12f1fe86f43cfd56123df3"
    );
}

#[tokio::test]
async fn the_dashboard_page_gets_its_payload_signed_verbatim() {
    let stripe = Stripe::new();
    let payload = r#"{ "purpose":"login", "user_id":"usr_1","account_id":"acct_1" }"#;
    let reply = ask(&stripe, &[("payload", payload), ("include_only[]", "signature")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json()["object"], "apps.app_embedded_backend_signature");
    assert_eq!(reply.json()["signature"], stripe.api.sign(payload));
    assert_eq!(stripe.api.sign(payload).matches(",v1=").count(), 2, "one per secret");
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn only_objects_with_both_ids_are_signed() {
    let stripe = Stripe::new();
    for payload in
        ["x", r#"["usr_1","acct_1"]"#, r#"{"user_id":"usr_1"}"#, r#"{"user_id":1,"account_id":"a"}"#]
    {
        let reply = ask(&stripe, &[("payload", payload)]).await;
        assert_eq!(reply.error(), (400, String::new(), "payload".into()));
    }
    let missing = ask(&stripe, &[]).await;
    assert_eq!(missing.error(), (400, "parameter_missing".into(), "payload".into()));
}

#[tokio::test]
async fn other_routes_are_open_to_pages_of_this_machine_only() {
    let stripe = Stripe::new();
    let find = |origin| stripe.send(call(Method::GET, "/v1/apps/secrets/find", "", &[("origin", origin)]));
    let reply = find("https://elsewhere.example").await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
    let page = "http://localhost:3334";
    assert_eq!(find(page).await.header("access-control-allow-origin"), Some(page));
}
