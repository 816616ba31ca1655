//! The signing endpoint, and signatures themselves.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use super::{NOW, Reply, Stripe, call, form};
use crate::clock::ManualClock;
use crate::stripe::{Role, RoleComparison, RoleKind, StripeApi};

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

/// Asks for a signature over roles, which are written as in a payload.
async fn claim(stripe: &Stripe, user: &str, roles: &str) -> StatusCode {
    let payload =
        format!(r#"{{"purpose":"login","stripe_roles":{roles},"user_id":"{user}","account_id":"acct_1"}}"#);
    ask(stripe, &[("payload", &payload)]).await.status
}

const ADMINISTRATOR: &str = r#"[{"id":"admin","type":"builtIn","name":"Administrator"}]"#;

#[tokio::test]
async fn only_roles_that_the_user_holds_are_signed() {
    let stripe = Stripe::new();
    assert_eq!(claim(&stripe, "usr_ada1", ADMINISTRATOR).await, StatusCode::OK);
    assert_eq!(claim(&stripe, "usr_anybody", ADMINISTRATOR).await, StatusCode::OK, "anybody else holds it");
    for user in ["usr_grace1", "usr_eve1"] {
        assert_eq!(claim(&stripe, user, ADMINISTRATOR).await, StatusCode::BAD_REQUEST, "{user}");
    }
    let view_only = r#"[{"id":"view_only","type":"builtIn","name":"View only"}]"#;
    assert_eq!(claim(&stripe, "usr_grace1", view_only).await, StatusCode::OK);

    stripe.api.set_roles("usr_ada1", vec![Role::built_in("developer", "Developer")]);
    assert_eq!(claim(&stripe, "usr_ada1", ADMINISTRATOR).await, StatusCode::BAD_REQUEST, "lost meanwhile");
    let plain = r#"{"user_id":"usr_ada1","account_id":"acct_1"}"#;
    assert_eq!(ask(&stripe, &[("payload", plain)]).await.status, StatusCode::OK, "roles are asked for");
}

#[tokio::test]
async fn each_claimed_role_must_be_held_and_whole() {
    let stripe = Stripe::new();
    for roles in [
        "[]",
        "{}",
        r#""admin""#,
        r#"["admin"]"#,
        r#"[{"id":"admin","type":"custom","name":"Administrator"}]"#,
        r#"[{"id":"admin","name":"Administrator"}]"#,
        r#"[{"type":"builtIn","name":"Administrator"}]"#,
        r#"[{"id":"admin","type":"builtIn","name":"Owner"}]"#,
        r#"[{"id":"admin","type":"builtIn","name":"Administrator"},{"id":"developer","type":"builtIn","name":"Developer"}]"#,
    ] {
        assert_eq!(claim(&stripe, "usr_ada1", roles).await, StatusCode::BAD_REQUEST, "{roles}");
    }
}

#[tokio::test]
async fn it_can_be_told_to_compare_less() {
    let stripe = Stripe::new();
    let custom = Role { id: "role_1".into(), kind: RoleKind::Custom, name: "Administrator".into() };
    stripe.api.set_roles("usr_1", vec![custom, Role::built_in("view_only", "View only")]);
    let of_a_name = r#"[{"id":"admin","type":"builtIn","name":"Administrator"}]"#;
    let of_an_id = r#"[{"id":"view_only","type":"builtIn","name":"Administrator"}]"#;
    let signed = async |by| {
        stripe.api.compare_roles_by(by);
        [
            claim(&stripe, "usr_1", of_a_name).await.is_success(),
            claim(&stripe, "usr_1", of_an_id).await.is_success(),
        ]
    };
    assert_eq!(signed(RoleComparison::Whole).await, [false, false]);
    assert_eq!(signed(RoleComparison::Name).await, [true, true]);
    assert_eq!(signed(RoleComparison::Id).await, [false, true]);
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
