//! The direct flow: everything in the article works.

use axum::http::StatusCode;
use sandbox::faults::Fault;
use sandbox::provider::{Decision, Person};
use sandbox::{Options, Party};
use shared::{LinkFlow, Mode};

use crate::app::{App, parts};
use crate::rig::{PLANTED, Rig};

#[tokio::test]
async fn the_articles_client_signs_in_and_out() {
    let rig = Rig::direct().await;
    let app = rig.app();
    assert_eq!(app.get_signed("userinfo").await.error(), (401, "not_connected".to_owned()));

    let login = app.get(&app.login_address()).await;
    assert_eq!(login.status, StatusCode::SEE_OTHER);
    let (endpoint, request) = login.redirect();
    assert_eq!(endpoint, format!("{}/oauth", rig.world.addresses.provider));
    assert_eq!(request["response_type"], "code");
    assert_eq!(request["code_challenge_method"], "S256");
    let address = login.headers["location"].to_str().unwrap();
    assert!(!address.contains("v1%3D") && !address.contains("usr_ada"), "no signature reaches the provider");

    let callback = app.at_provider(address, Person::Ada);
    let (dashboard, parameters) = app.get(&callback).await.redirect();
    assert_eq!(dashboard, format!("{}/test/apps-oauth/com.example.sandbox", rig.world.addresses.dashboard));
    assert!(parameters.is_empty());

    let ada = app.get_signed("userinfo").await.json();
    assert_eq!(ada["email"], "ada@example.com");
    assert_eq!(ada["email_verified"], true);

    let logout = app.get_signed("logout").await;
    assert_eq!((logout.status, logout.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(app.stored().is_empty());
    assert_eq!(app.get_signed("userinfo").await.error().0, 401);
}

#[tokio::test]
async fn the_articles_spelling_and_redirect_url_work() {
    let rig = Rig::with(Options {
        flow: LinkFlow::Direct,
        settings: vec![
            ("STRIPE_APP_ID", String::new()),
            ("STRIPE_REDIRECT_URL", "https://dashboard.stripe.com/test/apps-oauth/your.app.id".to_owned()),
        ],
        ..Options::default()
    })
    .await;
    let app = rig.app();
    let address = app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();
    let callback = app.at_provider(&address, Person::Ada).replace("authorize?", "authorise?");
    let back = app.get(&callback).await;
    assert_eq!(back.headers["location"], "https://dashboard.stripe.com/test/apps-oauth/your.app.id");
    assert_eq!(app.get_signed("userinfo").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_plain_format_stores_the_bare_access_token() {
    let rig = Rig::with(Options {
        flow: LinkFlow::Direct,
        settings: vec![("TOKEN_FORMAT", "plain".to_owned())],
        ..Options::default()
    })
    .await;
    let app = rig.app();
    let address = app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();
    app.get(&app.at_provider(&address, Person::Ada)).await.redirect();
    let stored = rig.world.stripe.payload(Mode::Test, app.account, app.user, "access_token").unwrap();
    assert!(stored.starts_with(&format!("at_{PLANTED}")) && rig.world.provider.is_live(&stored));
    assert_eq!(app.get_signed("userinfo").await.status, StatusCode::OK);
    assert_eq!(app.get_signed("logout").await.status, StatusCode::NO_CONTENT);
    assert!(!rig.world.provider.is_live(&stored));
}

#[tokio::test]
async fn a_signature_proves_one_user_for_five_minutes() {
    let rig = Rig::direct().await;
    let app = rig.app();
    let (address, signature) = (app.login_address(), app.default_signature());
    let headers = [
        ("stripe-signature", signature.as_str()),
        ("stripe-user-id", "usr_eve"),
        ("stripe-account-id", "acct_alpine"),
    ];
    let other = app.send(axum::http::Method::GET, "userinfo", &headers, "").await;
    assert_eq!(other.error(), (400, "signature_invalid".to_owned()));
    assert_eq!(other.json()["error"]["message"], "Could not verify signature");
    assert_eq!(app.get("userinfo").await.error(), (400, "signature_missing".to_owned()));
    assert_eq!(app.get("userinfo").await.json()["error"]["message"], "Missing user identifiers");

    rig.clock.advance(300);
    assert_eq!(app.get(&address).await.status, StatusCode::SEE_OTHER);
    rig.clock.advance(1);
    assert_eq!(app.get(&address).await.page(), (400, "signature_expired".to_owned()));
}

/// In the article the state carries the signature, so a user who takes over five minutes is refused.
#[tokio::test]
async fn a_user_may_take_ten_minutes_at_the_provider() {
    let rig = Rig::direct().await;
    let app = rig.app();
    let address = app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();
    rig.clock.advance(600);
    app.get(&app.at_provider(&address, Person::Ada)).await.redirect();
    assert_eq!(app.get_signed("userinfo").await.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_in_the_callback_are_pages() {
    let rig = Rig::direct().await;
    let app = rig.app();
    let begin = async || app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();

    let refused = app.at_provider(&begin().await, Decision::Refuse);
    assert_eq!(app.get(&refused).await.page(), (401, "access_denied".to_owned()));

    let unverified = app.at_provider(&begin().await, Person::Grace);
    assert_eq!(app.get(&unverified).await.page(), (401, "email_unverified".to_owned()));

    let store_down = app.at_provider(&begin().await, Person::Ada);
    rig.world.faults.always(Party::Stripe, "/v1/apps/secrets", Fault::status(503));
    assert_eq!(app.get(&store_down).await.page(), (503, "secret_store_unavailable".to_owned()));
    rig.world.faults.clear();

    for query in ["", "?code=x", "?state=x", "?code=&state="] {
        assert_eq!(
            app.get(&format!("authorize{query}")).await.page(),
            (400, "bad_request".to_owned()),
            "{query}"
        );
    }
    assert_eq!(rig.world.provider.live_grants(), 0, "nothing is left behind");
    assert!(app.stored().is_empty());
}

#[tokio::test]
async fn a_repeated_callback_finds_the_link_made() {
    let rig = Rig::direct().await;
    let app = rig.app();
    let address = app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();
    let callback = app.at_provider(&address, Person::Ada);
    app.get(&callback).await.redirect();
    app.get(&callback).await.redirect();
    assert_eq!(rig.world.provider.calls("/token"), 1);
    assert_eq!(app.get_signed("userinfo").await.status, StatusCode::OK);
}

/// Attack 4: PKCE ties a code to the attempt it was issued for.
#[tokio::test]
async fn a_code_injected_into_another_attempt_is_rejected() {
    let rig = Rig::direct().await;
    let (victim, attacker) = (rig.app(), App::new(&rig, "usr_mallory", "acct_alpine"));
    let begin = async |app: &App<'_>| {
        app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned()
    };
    let stolen = parts(&format!("http://x/{}", victim.at_provider(&begin(&victim).await, Person::Ada))).1;
    let own = parts(&begin(&attacker).await).1;
    let callback = format!(
        "authorize?code={}&state={}&iss={}",
        stolen["code"], own["state"], rig.world.addresses.provider
    );
    assert_eq!(attacker.get(&callback).await.page(), (401, "code_rejected".to_owned()));
    assert!(attacker.stored().is_empty());
}

#[tokio::test]
async fn the_session_bound_flows_routes_are_off() {
    let rig = Rig::direct().await;
    let app = rig.app();
    for (endpoint, purpose) in [("login", "login"), ("authorize", "complete")] {
        let answer = app.post(endpoint, purpose, &[]).await;
        assert_eq!(answer.error(), (404, "flow_disabled".to_owned()));
        assert!(answer.body.contains("LINK_FLOW=session_bound"));
    }
    assert_eq!(app.post("userinfo", "userinfo", &[]).await.error().1, "not_connected");
}

#[tokio::test]
async fn a_state_of_the_other_flow_is_refused() {
    // The same deployment, before and after `LINK_FLOW` was changed.
    let direct = Rig::direct().await;
    let session_bound = Rig::set(&[("API_HOST_URL", &direct.world.addresses.gateway)]).await;
    let begun = session_bound.app().begin().await;
    let state = &parts(&begun.authorization_url).1["state"];
    let callback = format!("authorize?code=x&state={state}&iss={}", direct.world.addresses.provider);
    assert_eq!(direct.app().get(&callback).await.page(), (400, "state_invalid".to_owned()));
}
