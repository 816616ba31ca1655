//! What a description can say of a provider that does not keep to the RFCs.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::manner::{CODE, Client, Manner, Reply, form};
use super::{Stage, row};
use crate::app::{Answer, parts};

/// A preset without habits of its own, changed.
async fn stage(manner: Manner, change: impl FnOnce(&mut Value)) -> Stage {
    let stage = Stage::set(manner, &[], change).await;
    assert_eq!(stage.link(CODE).await.0.status, StatusCode::OK, "{:?}", stage.provider.complaints());
    // So that a refusal is not taken for one of a scope.
    stage.rig.clock.advance(60);
    stage
}

fn okta() -> Manner {
    row("okta")
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_is_refreshed_in_whatever_words() {
    for (refusal, stale) in [
        (json!({}), Reply(401, json!("<html>"))),
        (json!({ "texts": { "Bad_OAuth_Token": "invalid_token" } }), Reply(403, json!("Bad_OAuth_Token"))),
        (json!({ "statuses": { "403": "invalid_token" } }), Reply(403, json!("<html>"))),
        (
            json!({ "error": ["/error", "/error_description"], "codes": { "Invalid access token": "invalid_token" } }),
            Reply(400, json!({ "error": "invalid_request", "error_description": "Invalid access token" })),
        ),
        (
            json!({ "error": "/error/code", "codes": { "190": "invalid_token" } }),
            Reply(400, json!({ "error": { "code": 190 } })),
        ),
        (json!({ "codes": { "true": "invalid_token" } }), Reply(200, json!({ "error": true }))),
        (
            json!({ "ok": "/active", "codes": { "": "invalid_token" } }),
            Reply(200, json!({ "active": false })),
        ),
    ] {
        let about = format!("{stale:?}");
        let stage = stage(Manner { stale, ..okta() }, |it| it["userinfo"]["refusal"] = refusal).await;
        let app = stage.rig.app();
        stage.provider.end_token();
        assert_eq!(app.userinfo().await.json(), okta().user, "{about}");
        let calls = stage.provider.heard_last(3);
        let paths = calls.iter().map(|call| call.path.rsplit('/').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(paths, ["userinfo", "token", "userinfo"], "{about}");
        stage.rig.clock.advance(60);
        stage.provider.end_grants();
        assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()), "{about}");
        assert_eq!(stage.provider.complaints(), [""; 0], "{about}");
    }
}

#[tokio::test]
async fn a_link_stays_while_only_the_user_must_act() {
    let refused = |status, code: &str| Reply(status, json!({ "error": code }));
    for rejected in [
        refused(400, "interaction_required"),
        refused(400, "consent_required"),
        refused(400, "login_required"),
        refused(400, "access_denied"),
        refused(400, "admin_policy_enforced"),
        refused(401, "invalid_token"),
    ] {
        let about = format!("{rejected:?}");
        // Wrong codes are not tried here.
        let stage = stage(Manner { rejected, ..okta() }, |it| {
            it["token"]["refusal"] = json!({ "codes": { "admin_policy_enforced": "access_denied" } });
        });
        let stage = stage.await;
        let app = stage.rig.app();
        stage.provider.end_token();
        stage.provider.end_grants();
        assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()), "{about}");
        assert!(app.stored().contains(&"access_token".to_owned()), "{about}");
        stage.provider.restore_grants();
        assert_eq!(app.userinfo().await.json(), okta().user, "{about}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_one_under_any_status() {
    let limited = json!({ "errors": [{ "extensions": { "code": "RATELIMITED" } }] });
    for (stale, headers, seconds) in [
        (Reply(403, json!({ "message": "API rate limit exceeded" })), &[("retry-after", "30")][..], "30"),
        (Reply(403, json!("<html>")), &[("x-ratelimit-remaining", "0")], "5"),
        (Reply(400, limited.clone()), &[("retry-after", "7")], "7"),
        (Reply(200, limited), &[], "5"),
    ] {
        let about = format!("{stale:?}");
        let manner = Manner { stale, stale_headers: headers, ..okta() };
        let stage = stage(manner, |it| {
            it["userinfo"]["refusal"] =
                json!({ "error": "/errors/0/extensions/code", "codes": { "RATELIMITED": "rate_limited" } });
        });
        let stage = stage.await;
        stage.provider.end_token();
        let answer: Answer = stage.rig.app().userinfo().await;
        assert_eq!(answer.headers["retry-after"], seconds, "{about}");
        assert_eq!(answer.error(), (429, "rate_limited".to_owned()), "{about}");
        assert!(stage.rig.app().stored().contains(&"access_token".to_owned()), "{about}");
    }
}

#[tokio::test]
async fn fields_of_the_token_response_stay_with_the_link() {
    let mut manner = okta();
    manner.granted["instance_url"] = json!("https://acme.my.salesforce.com");
    manner.granted["team"] = json!({ "id": 7 });
    manner.granted["elsewhere"] = json!("https://evil.example");
    let stage = stage(manner, |it| {
        it["token"]["kept"] = json!({
            "team": "/team/id",
            "instance": { "at": "/instance_url", "host_suffixes": [".salesforce.com"] },
            "elsewhere": { "at": "/elsewhere", "host_suffixes": [".salesforce.com"] },
        });
    });
    let stage = stage.await;
    let granted = json!({ "instance": "https://acme.my.salesforce.com", "team": "7" });
    assert_eq!(stage.rig.app().userinfo().await.json()["granted"], granted);
    // The response to a refresh does not repeat them.
    stage.provider.end_token();
    assert_eq!(stage.rig.app().userinfo().await.json()["granted"], granted);
}

#[tokio::test]
async fn userinfo_can_be_an_introspection() {
    let form = form(&[("token", "{token}"), ("token_type_hint", "access_token")]);
    let manner = Manner {
        whoami: ("POST", okta().whoami.1),
        whoami_body: form,
        whoami_client: Client::Post,
        stale: Reply(200, json!({ "active": false })),
        ..okta()
    };
    let stage = stage(manner, |it| {
        it["userinfo"]["form"] = json!({ "token": "{token}", "token_type_hint": "access_token" });
        it["userinfo"]["client_authentication"] = json!("client_secret_post");
        it["userinfo"]["refusal"] = json!({ "ok": "/active", "codes": { "": "invalid_token" } });
    });
    let stage = stage.await;
    assert_eq!(stage.rig.app().userinfo().await.json(), okta().user);
    stage.provider.end_token();
    assert_eq!(stage.rig.app().userinfo().await.json(), okta().user);
    assert_eq!(stage.provider.complaints(), [""; 0]);
}

#[tokio::test]
async fn the_token_may_have_a_scheme_of_its_own() {
    let manner = Manner { token_scheme: "Zoho-oauthtoken", ..okta() };
    let stage = stage(manner, |it| it["userinfo"]["token_scheme"] = json!("Zoho-oauthtoken")).await;
    assert_eq!(stage.rig.app().userinfo().await.json(), okta().user);
}

#[tokio::test]
async fn a_refresh_can_repeat_the_redirect_uri() {
    let manner = Manner { refresh_extras: &[("redirect_uri", "*")], ..okta() };
    let stage =
        stage(manner, |it| it["token"]["refresh_parameters"] = json!({ "redirect_uri": "{redirect_uri}" }));
    let stage = stage.await;
    stage.provider.end_token();
    assert_eq!(stage.rig.app().userinfo().await.json(), okta().user);
    assert_eq!(stage.provider.complaints(), [""; 0]);
}

#[tokio::test]
async fn the_callback_chooses_among_listed_servers_only() {
    let servers = |it: &mut Value| {
        // The stage has put the stand-in's origin before every URL.
        let token = it["token"]["url"].as_str().unwrap();
        let origin = token.split_once("/{tenant}").unwrap().0.to_owned();
        it["data_center"] = json!({
            "parameter": "accounts-server",
            "servers": [format!("{origin}/acme.okta.com"), format!("{origin}/acme.okta.eu")],
        });
    };
    let manner = || Manner {
        callback: &[("accounts-server", "https://acme.okta.eu")],
        token: "acme.okta.eu/oauth2/v1/token",
        refresh: Some("acme.okta.eu/oauth2/v1/token"),
        whoami: ("GET", "acme.okta.eu/oauth2/v1/userinfo"),
        ..okta()
    };
    let stage = stage(manner(), servers).await;
    stage.provider.end_token();
    let user = stage.rig.app().userinfo().await.json();
    assert_eq!(user["callback"]["accounts-server"], format!("{}/acme.okta.eu", stage.provider.origin));
    assert_eq!(stage.provider.complaints(), [""; 0]);

    for named in ["https://evil.example", "https://acme.okta.eu/", "https://acme.okta.eu.evil.example"] {
        let callback: &'static [_] = Box::leak(Box::new([("accounts-server", named)]));
        let stage = Stage::set(Manner { callback, ..manner() }, &[], servers).await;
        let answer = stage.call_back(&stage.rig.app().begin().await, CODE).await;
        assert_eq!(answer.page(), (400, "state_invalid".to_owned()), "{named}");
    }
}

#[tokio::test]
async fn a_refusal_on_the_callback_may_have_the_provider_s_own_code() {
    let stage = Stage::set(okta(), &[], |it| {
        it["authorization"]["refusal"] = json!({ "codes": {
            "user_cancelled_authorize": "access_denied",
            "redirect_uri_mismatch": "invalid_request",
            "slow_down": "rate_limited",
        } });
    });
    let stage = stage.await;
    let app = stage.rig.app();
    for (told, expected) in [
        ("user_cancelled_authorize", "access_denied"),
        ("redirect_uri_mismatch", "client_misconfigured"),
        ("slow_down", "rate_limited"),
        ("interaction_required", "access_denied"),
        ("something_new", "provider_error"),
    ] {
        let (_, asked) = parts(&app.begin().await.authorization_url);
        let callback = format!("authorize?state={}&error={told}", asked["state"]);
        let (_, back) = app.get(&callback).await.redirect();
        assert_eq!(back["error"], expected, "{told}");
    }
}

#[tokio::test]
async fn a_state_that_the_provider_would_cut_is_refused_at_login() {
    for (limit, expected) in [(100, StatusCode::INTERNAL_SERVER_ERROR), (400, StatusCode::OK)] {
        let stage = Stage::set(okta(), &[], |it| it["authorization"]["state_limit"] = json!(limit)).await;
        let challenge = "c".repeat(43);
        let asked = [("state", "s"), ("challenge", challenge.as_str())];
        assert_eq!(stage.rig.app().post("login", "login", &asked).await.status, expected, "{limit}");
    }
}
