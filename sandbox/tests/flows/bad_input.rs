//! Bad input gets a clear error, stores nothing and reveals nothing.

use axum::http::{Method, StatusCode};
use sandbox::provider::Person;
use serde_json::json;

use crate::app::{Answer, App, parts};
use crate::rig::Rig;

fn bad_request() -> (u16, String) {
    (400, "bad_request".to_owned())
}

#[tokio::test]
async fn every_endpoint_wants_a_signature() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for endpoint in ["login", "authorize", "userinfo", "logout"] {
        for (content_type, body) in [("text/plain", ""), ("application/json", ""), ("application/json", "{}")]
        {
            let answer = app.send(Method::POST, endpoint, &[("content-type", content_type)], body).await;
            assert_eq!(
                answer.error(),
                (400, "signature_missing".to_owned()),
                "{endpoint} {content_type} {body}"
            );
        }
    }
}

#[tokio::test]
async fn a_signature_is_valid_for_one_purpose_and_five_minutes() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for (endpoint, purpose) in
        [("login", "userinfo"), ("authorize", "login"), ("userinfo", "logout"), ("logout", "userinfo")]
    {
        assert_eq!(
            app.post(endpoint, purpose, &[]).await.error(),
            (400, "signature_invalid".to_owned()),
            "{endpoint}"
        );
    }
    let envelope = app.envelope("userinfo", &[]);
    let replay = async || {
        app.send(Method::POST, "userinfo", &[("content-type", "text/plain")], envelope.clone()).await
    };
    rig.clock.advance(300);
    assert_eq!(replay().await.error(), (401, "not_connected".to_owned()));
    rig.clock.advance(1);
    assert_eq!(replay().await.error(), (400, "signature_expired".to_owned()));
}

#[tokio::test]
async fn a_login_needs_state_and_challenge() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let challenge = "c".repeat(43);
    let long = "s".repeat(513);
    for fields in [
        vec![],
        vec![("state", "S")],
        vec![("challenge", challenge.as_str())],
        vec![("state", ""), ("challenge", &challenge)],
        vec![("state", &long), ("challenge", &challenge)],
        vec![("state", "S"), ("challenge", &challenge[1..])],
        vec![("state", "S"), ("challenge", "not base64url, though it is 43 characters!!")],
    ] {
        assert_eq!(app.post("login", "login", &fields).await.error(), bad_request(), "{fields:?}");
    }
    let longest = "é✓".repeat(102);
    assert_eq!(
        app.post("login", "login", &[("state", &longest), ("challenge", &challenge)]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_completion_needs_a_code_of_ours_and_a_verifier() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    assert_eq!(app.post("authorize", "complete", &[("code", "x")]).await.error(), bad_request());
    assert_eq!(app.post("authorize", "complete", &[("verifier", "x")]).await.error(), bad_request());
    let code = app.code(&app.begin().await, Person::Ada).await;
    let (half, longer) = (&code[..code.len() / 2], format!("{code}AAAA"));
    for code in ["", "x", "é", "AQ", half, &longer, &"A".repeat(6000)] {
        assert_eq!(app.complete(code, "x").await.error(), (400, "state_invalid".to_owned()), "{code}");
    }
}

#[tokio::test]
async fn a_callback_is_read_strictly() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let callback = app.at_provider(&app.begin().await.authorization_url, Person::Ada);
    let (_, given) = parts(&format!("http://x/{callback}"));
    let (state, iss) = (&given["state"], &rig.world.addresses.provider);
    let invalid = (400, "state_invalid".to_owned());
    let long = "x".repeat(4097);
    for (query, expected) in [
        (String::new(), bad_request()),
        ("code=x".to_owned(), bad_request()),
        (format!("state={state}&iss={iss}"), bad_request()),
        (format!("state={state}&state={state}&code=x&iss={iss}"), bad_request()),
        (format!("state={state}&code=x&code=x&iss={iss}"), bad_request()),
        (format!("state={state}&error=access_denied&error=x&iss={iss}"), bad_request()),
        (format!("state={state}&code=x&iss={iss}&iss={iss}"), bad_request()),
        (format!("state={state}&code={long}&iss={iss}"), bad_request()),
        (format!("state={long}&code=x&iss={iss}"), bad_request()),
        (format!("state={state}&error={}&iss={iss}", &long[..513]), bad_request()),
        (format!("state={state}&code=x"), invalid.clone()),
        (format!("state={state}&code=x&iss=https://evil.example"), invalid.clone()),
        (format!("state=x&code=x&iss={iss}"), invalid.clone()),
        (format!("state=%FF%FE&code=x&iss={iss}"), invalid.clone()),
        (format!("state={}&code=x&iss={iss}", &state[1..]), invalid.clone()),
        (format!("state={state}AAAA&code=x&iss={iss}"), invalid),
    ] {
        let answer = app.get(&format!("authorize?{query}")).await;
        assert_eq!(answer.page(), expected, "{query:.100}");
    }
    assert_eq!(rig.world.provider.calls("/token"), 0);
    assert_eq!(app.get(&callback).await.status, StatusCode::SEE_OTHER, "the genuine one still works");
}

#[tokio::test]
async fn a_providers_error_is_one_of_a_closed_list() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let state = parts(&app.begin().await.authorization_url).1["state"].clone();
    for (error, expected) in [
        ("access_denied", "access_denied"),
        ("consent_required", "access_denied"),
        ("temporarily_unavailable", "provider_unavailable"),
        ("invalid_scope", "client_misconfigured"),
        ("%3Cscript%3E", "provider_error"),
        ("x%0D%0ASet-Cookie:%20a=b", "provider_error"),
    ] {
        let query = format!(
            "authorize?error={error}&error_description=planted&state={state}&iss={}",
            rig.world.addresses.provider
        );
        let (_, parameters) = app.get(&query).await.redirect();
        assert_eq!((parameters["error"].as_str(), parameters.len()), (expected, 2), "{error}");
    }
}

#[tokio::test]
async fn a_state_of_any_content_comes_back_unchanged() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let state = "a b&c=d#é\r\nLocation: https://evil.example";
    let challenge = "c".repeat(43);
    let begun = app.post("login", "login", &[("state", state), ("challenge", &challenge)]).await.json();
    let callback = app.at_provider(begun["authorization_url"].as_str().unwrap(), Person::Ada);
    let (dashboard, parameters) = app.get(&callback).await.redirect();
    assert!(dashboard.starts_with(&rig.world.addresses.dashboard));
    assert_eq!(parameters["state"], state);
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let text: &[(&str, &str)] = &[("content-type", "text/plain")];
    let send = async |headers: &[(&str, &str)], body: Vec<u8>| -> Answer {
        app.send(Method::POST, "userinfo", headers, body).await
    };
    assert_eq!(send(text, vec![b'x'; 8 * 1024 + 1]).await.error(), bad_request());
    assert_eq!(send(text, vec![b'x'; 8 * 1024]).await.error(), bad_request());
    assert_eq!(send(text, vec![0xff, 0xfe, 0x00]).await.error(), bad_request());
    assert_eq!(send(text, b"[]".to_vec()).await.error(), bad_request());
    assert_eq!(send(text, b"{\"payload\":{},\"signature\":\"x\"}".to_vec()).await.error(), bad_request());
    let twice = json!({ "payload": "{}", "signature": "t=1,v1=x" }).to_string().replacen(
        '{',
        "{\"signature\":\"\",",
        1,
    );
    assert_eq!(send(text, twice.into_bytes()).await.error(), bad_request());

    // The gateway passes bodies that it considers binary as base64.
    let payload = app.payload("userinfo", &[]);
    let signature = rig.world.stripe.sign(&payload);
    let binary = send(
        &[("stripe-signature", &signature), ("content-type", "application/octet-stream")],
        payload.into(),
    )
    .await;
    assert_eq!(binary.error(), (401, "not_connected".to_owned()));
}

#[tokio::test]
async fn an_array_is_not_accepted_as_an_object() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let sign = |payload: &str| rig.world.stripe.sign(payload);
    let send = async |headers: &[(&str, &str)], body: String| {
        app.send(Method::POST, "userinfo", headers, body).await.error()
    };
    let text = [("content-type", "text/plain")];
    // The values are in the order of the fields that the function reads.
    let payload = json!([app.user, app.account, "userinfo", "test", false]).to_string();
    let signature = sign(&payload);
    assert_eq!(send(&[("stripe-signature", &signature)], payload.clone()).await, bad_request());
    let envelope = json!({ "payload": payload, "signature": signature }).to_string();
    assert_eq!(send(&text, envelope).await, bad_request());
    let payload = app.payload("userinfo", &[]);
    assert_eq!(send(&text, json!([payload, sign(&payload)]).to_string()).await, bad_request());

    let direct = Rig::direct().await;
    let app = direct.app();
    let state = json!([app.user, app.account, app.default_signature()]).to_string();
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    assert_eq!(app.get(&format!("login?state={state}")).await.page(), bad_request());
}

#[tokio::test]
async fn an_envelope_sent_as_json_is_told_its_content_type() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    for headers in [&[("content-type", "application/json")][..], &[]] {
        let answer = app.send(Method::POST, "userinfo", headers, app.envelope("userinfo", &[])).await;
        assert_eq!(answer.error(), bad_request(), "{headers:?}");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains("Content-Type: text/plain"), "{message}");
    }
}

#[tokio::test]
async fn headers_are_read_strictly() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let signature = app.default_signature();
    let right =
        [("stripe-signature", &*signature), ("stripe-user-id", app.user), ("stripe-account-id", app.account)];
    assert_eq!(app.send(Method::GET, "userinfo", &right, "").await.error().1, "not_connected");
    for repeated in right {
        let answer = app.send(Method::GET, "userinfo", &[&right[..], &[repeated]].concat(), "").await;
        assert_eq!(answer.error(), (400, "signature_invalid".to_owned()), "{repeated:?}");
    }
    for missing in 0..3 {
        let mut headers = right.to_vec();
        headers.remove(missing);
        assert_eq!(app.send(Method::GET, "userinfo", &headers, "").await.error().1, "signature_missing");
        headers.push((right[missing].0, ""));
        assert_eq!(app.send(Method::GET, "userinfo", &headers, "").await.error().1, "signature_missing");
        headers.pop();
        headers.push((right[missing].0, "é"));
        assert_eq!(app.send(Method::GET, "userinfo", &headers, "").await.error().1, "signature_invalid");
    }
    let long = format!("{signature},v1={}", "a".repeat(5000));
    let headers = [("stripe-signature", &*long), right[1], right[2]];
    assert_eq!(app.send(Method::GET, "userinfo", &headers, "").await.error().1, "signature_invalid");
}

#[tokio::test]
async fn other_methods_get_the_allowed_ones() {
    let rig = Rig::session_bound().await;
    for endpoint in ["login", "authorize", "authorise", "userinfo", "logout"] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = rig.app().send(method, endpoint, &[], "").await;
            assert_eq!(answer.error(), (405, "method_not_allowed".to_owned()), "{endpoint}");
            assert_eq!(answer.headers["allow"], "GET, POST");
        }
    }
}

#[tokio::test]
async fn other_routes_are_not_found() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let not_found = (404, "not_found".to_owned());
    for endpoint in ["x", "login/", "login/x", "Login", "userinfo%2f", "x/authorize/y"] {
        assert_eq!(app.get(endpoint).await.error(), not_found, "{endpoint}");
    }
    // Signed as `POST /login` requires, so that only the path can be the reason for refusal.
    let challenge = "c".repeat(43);
    let fields = [("state", "S"), ("challenge", challenge.as_str())];
    assert_eq!(app.post("login", "login", &fields).await.status, StatusCode::OK);
    for endpoint in
        ["x/login", "a/b/login", "/login", "//login", "x%2Flogin", "x/api/oauth/login", "api/oauth/login"]
    {
        let answer = app.post(endpoint, "login", &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{endpoint}: {}", answer.body);
        assert_eq!(answer.error(), not_found);
    }
}

#[tokio::test]
async fn ids_that_stripe_does_not_use_are_rejected() {
    let rig = Rig::session_bound().await;
    for (user, account) in
        [("usr_", "acct_1"), ("usr_1", "acct_../x"), ("cus_1", "acct_1"), ("usr_1\" ", "acct_1")]
    {
        assert_eq!(App::new(&rig, user, account).userinfo().await.error(), bad_request(), "{user} {account}");
    }
}

#[tokio::test]
async fn a_mode_without_a_key_is_the_operators_to_fix() {
    let rig =
        Rig::set(&[("STRIPE_API_KEY_LIVE_PARAMETER", ""), ("STRIPE_MODES", "default,test,sandbox")]).await;
    let mut app = rig.app();
    let challenge = "c".repeat(43);
    let login = [("state", "S"), ("challenge", challenge.as_str())];
    app.mode = "live";
    let misconfigured = (500, "client_misconfigured".to_owned());
    assert_eq!(app.userinfo().await.error(), misconfigured);
    assert_eq!(app.post("login", "login", &login).await.error(), misconfigured, "before the user consents");
    app.mode = "production";
    assert_eq!(app.userinfo().await.error(), bad_request());
    app.mode = "test";
    assert_eq!(app.post("login", "login", &login).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_key_for_requests_that_sign_no_mode_the_direct_flow_says_so_at_login() {
    let rig = Rig::with(sandbox::Options {
        flow: shared::LinkFlow::Direct,
        settings: vec![
            ("STRIPE_API_KEY_PARAMETER", String::new()),
            ("STRIPE_MODES", "live,sandbox".to_owned()),
        ],
        ..sandbox::Options::default()
    })
    .await;
    let app = rig.app();
    assert_eq!(app.get_signed("userinfo").await.error(), bad_request());
    assert_eq!(app.get(&app.login_address()).await.page(), bad_request(), "before the user consents");
}
