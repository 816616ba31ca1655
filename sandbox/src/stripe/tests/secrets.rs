//! Set, find, delete, list: limits, expiry, isolation.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::Mode;

use super::{ACCOUNT, LIVE_KEY, NOW, Stripe, USER, named};
use crate::stripe::OWN_ACCOUNT;

#[tokio::test]
async fn a_secret_is_created_replaced_found_and_deleted() {
    let stripe = Stripe::new();
    let created = stripe.set("token", "one", &[]).await;
    assert_eq!(created.status, StatusCode::OK);
    assert_eq!(created.json()["payload"], Value::Null, "only when expanded");

    stripe.clock.advance(60);
    let replaced = stripe.set("token", "two", &[("expand[0]", "payload")]).await.json();
    assert_eq!(replaced["payload"], "two");
    assert_eq!(replaced["id"], created.json()["id"]);

    let found = stripe.find("token").await.json();
    assert_eq!(found, replaced);
    assert_eq!(found["created"], NOW);
    assert_eq!(stripe.api.names(Mode::Test, ACCOUNT, USER), ["token"]);

    let deleted = stripe.delete("token").await;
    assert_eq!((deleted.status, &deleted.json()["deleted"]), (StatusCode::OK, &json!(true)));
    for absent in [stripe.find("token").await, stripe.delete("token").await] {
        assert_eq!(absent.error(), (404, "resource_missing".into(), "name".into()));
        assert_eq!(absent.json()["error"]["message"], "No such secret: 'token'");
    }
}

#[tokio::test]
async fn code_and_the_api_see_the_same_secrets() {
    let stripe = Stripe::new();
    stripe.api.put(Mode::Test, ACCOUNT, USER, "token", "planted");
    assert_eq!(stripe.find("token").await.json()["payload"], "planted");
    stripe.set("token", "seen", &[]).await;
    assert_eq!(stripe.api.payload(Mode::Test, ACCOUNT, USER, "token").as_deref(), Some("seen"));
}

#[tokio::test]
async fn modes_accounts_and_scopes_are_apart() {
    let stripe = Stripe::new();
    stripe.set("token", "mine", &[]).await;
    let path = "/v1/apps/secrets/delete";
    let bearer = format!("Bearer {LIVE_KEY}");
    let elsewhere = [
        stripe.post(path, &named("token"), &[("authorization", &bearer)]).await,
        stripe.post(path, &named("token"), &[("authorization", "Bearer sk_test_sandbox")]).await,
        stripe.post(path, &named("token"), &[("stripe-account", "acct_2")]).await,
        stripe.post(path, &[("name", "token"), ("scope[type]", "account")], &[]).await,
        stripe.post(path, &[("name", "token"), ("scope[type]", "user"), ("scope[user]", "usr_2")], &[]).await,
    ];
    for reply in elsewhere {
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(stripe.find("token").await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_stripe_account_the_keys_own_account_is_meant() {
    let stripe = Stripe::new();
    stripe.api.put(Mode::Test, OWN_ACCOUNT, USER, "token", "own");
    let mut request = super::call(
        axum::http::Method::GET,
        &format!("/v1/apps/secrets/find?{}", super::form(&named("token"))),
        "",
        &[],
    );
    request.headers_mut().remove("stripe-account");
    assert_eq!(stripe.send(request).await.json()["payload"], "own");
}

#[tokio::test]
async fn livemode_is_for_live_keys_only() {
    let stripe = Stripe::new();
    for (key, livemode) in [(LIVE_KEY, true), ("sk_test_1", false), ("sk_test_sandbox", false)] {
        let bearer = format!("Bearer {key}");
        let parameters = [("name", "a"), ("payload", "b"), ("scope[type]", "account")];
        let reply = stripe.post("/v1/apps/secrets", &parameters, &[("authorization", &bearer)]).await;
        assert_eq!(reply.json()["livemode"], livemode);
        assert_eq!(reply.json()["scope"], json!({ "type": "account" }));
    }
}

#[tokio::test]
async fn the_eleventh_name_is_refused_and_a_replacement_is_not() {
    let stripe = Stripe::new();
    for number in 0..10 {
        let reply = stripe.set(&format!("name{number}"), "x", &[]).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    assert_eq!(stripe.set("name10", "x", &[]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stripe.set("name3", "y", &[]).await.status, StatusCode::OK);
    stripe.delete("name0").await;
    assert_eq!(stripe.set("name10", "x", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn strings_are_at_most_5000_characters() {
    let stripe = Stripe::new();
    let fits = "é".repeat(5000);
    let long = "é".repeat(5001);
    assert_eq!(stripe.set(&fits, &fits, &[]).await.status, StatusCode::OK);
    assert_eq!(stripe.set(&long, "x", &[]).await.error(), (400, String::new(), "name".into()));
    let refused = stripe.set("name", &long, &[]).await;
    assert_eq!(refused.error(), (400, String::new(), "payload".into()));
    assert!(!refused.body.contains('é'), "an error quotes no payload");
    let user = stripe.set("name", "x", &[("scope[user]", &long)]).await;
    assert_eq!(user.error(), (400, String::new(), "scope[user]".into()));
}

#[tokio::test]
async fn an_expired_secret_is_gone() {
    let stripe = Stripe::new();
    let at = (NOW + 60).to_string();
    let set = stripe.set("lease", "x", &[("expires_at", &at)]).await;
    assert_eq!(set.json()["expires_at"], NOW + 60);
    stripe.clock.advance(60);
    assert_eq!(stripe.find("lease").await.status, StatusCode::OK);
    stripe.clock.advance(1);
    assert_eq!(stripe.find("lease").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stripe.delete("lease").await.status, StatusCode::NOT_FOUND);
    assert!(stripe.api.names(Mode::Test, ACCOUNT, USER).is_empty());
}

#[tokio::test]
async fn an_expiry_lies_between_now_and_a_hundred_years() {
    let stripe = Stripe::new();
    let farthest = NOW + 3_155_760_000;
    for good in [NOW, farthest] {
        let reply = stripe.set("x", "y", &[("expires_at", &good.to_string())]).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    for bad in [(NOW - 1).to_string(), (farthest + 1).to_string(), "-5".into(), "soon".into()] {
        let reply = stripe.set("x", "y", &[("expires_at", &bad)]).await;
        assert_eq!(reply.error(), (400, "parameter_invalid_integer".into(), "expires_at".into()));
    }
}

async fn page(stripe: &Stripe, further: &[(&str, &str)]) -> (Vec<String>, bool) {
    let parameters = [&[("scope[type]", "user"), ("scope[user]", USER)], further].concat();
    let page = stripe.get("/v1/apps/secrets", &parameters).await.json();
    let data = page["data"].as_array().expect("a list");
    let names = data.iter().map(|secret| secret["name"].as_str().expect("a name").to_owned());
    (names.collect(), page["has_more"] == json!(true))
}

#[tokio::test]
async fn a_list_is_paged_newest_first() {
    let stripe = Stripe::new();
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let id = stripe.set(name, "x", &[]).await.json()["id"].clone();
        ids.push(id.as_str().expect("an id").to_owned());
    }
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();

    assert_eq!(page(&stripe, &[]).await, (names(&["d", "c", "b", "a"]), false));
    assert_eq!(page(&stripe, &[("limit", "2")]).await, (names(&["d", "c"]), true));
    let after = [("limit", "2"), ("starting_after", ids[2].as_str())];
    assert_eq!(page(&stripe, &after).await, (names(&["b", "a"]), false));
    let before = [("limit", "2"), ("ending_before", ids[0].as_str())];
    assert_eq!(page(&stripe, &before).await, (names(&["c", "b"]), true));
    let first = [("ending_before", ids[3].as_str())];
    assert_eq!(page(&stripe, &first).await, (names(&[]), false));
}

#[tokio::test]
async fn a_list_refuses_bad_cursors_and_limits() {
    let stripe = Stripe::new();
    let cases = [
        (vec![("limit", "0")], (400, "parameter_invalid_integer", "limit")),
        (vec![("limit", "101")], (400, "parameter_invalid_integer", "limit")),
        (vec![("limit", "x")], (400, "parameter_invalid_integer", "limit")),
        (vec![("starting_after", "a"), ("ending_before", "b")], (400, "parameters_exclusive", "")),
        (vec![("starting_after", "appsecret_0")], (400, "resource_missing", "starting_after")),
    ];
    for (further, (status, code, param)) in cases {
        let parameters = [vec![("scope[type]", "account")], further].concat();
        let reply = stripe.get("/v1/apps/secrets", &parameters).await;
        assert_eq!(reply.error(), (status, code.into(), param.into()));
    }
}

#[tokio::test]
async fn a_list_shows_payloads_when_asked() {
    let stripe = Stripe::new();
    stripe.set("token", "hidden", &[]).await;
    let scope = [("scope[type]", "user"), ("scope[user]", USER)];
    let plain = stripe.get("/v1/apps/secrets", &scope).await.json();
    assert_eq!(plain["data"][0].get("payload"), None);
    let expand = [&scope[..], &[("expand[]", "data.payload")]].concat();
    let expanded = stripe.get("/v1/apps/secrets", &expand).await.json();
    assert_eq!(expanded["data"][0]["payload"], "hidden");
}

#[tokio::test]
async fn an_extension_reaches_what_the_signed_in_user_may() {
    let stripe = Stripe::new();
    let session = [("dashboard-session", "test acct_1 usr_1"), ("origin", "http://localhost:3334")];
    let set = |user| {
        let parameters = vec![
            ("name", "token"),
            ("payload", "from the page"),
            ("scope[type]", "user"),
            ("scope[user]", user),
        ];
        let stripe = stripe.clone();
        async move { stripe.post("/v1/apps/secrets", &parameters, &session).await }
    };
    let own = set(USER).await;
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(own.header("access-control-allow-origin"), Some("http://localhost:3334"));
    assert_eq!(stripe.find("token").await.json()["payload"], "from the page", "the back end sees it");
    assert_eq!(set("usr_2").await.error(), (403, String::new(), "scope[user]".into()));

    let unclear = [("dashboard-session", "test acct_1")];
    assert_eq!(stripe.post("/v1/apps/secrets", &[], &unclear).await.status, StatusCode::UNAUTHORIZED);
}
