//! Every preset against a stand-in for its provider, through the real functions: link, userinfo, refresh,
//! logout.

mod grammar;
mod manner;
mod stand_in;
mod table;

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use sandbox::Options;
use serde_json::{Value, json};
use shared::http::{Deadline, Http};
use shared::provider::{NotGranted, TokenEndpoint};
use shared::settings::Source;
use shared::{Provider, Settings};

use crate::app::{Answer, Begun, parts};
use crate::rig::{Rig, TIMEOUTS};
use manner::{ACCESS, CODE, Call, Manner, REFRESH, WRONG, form};
use stand_in::StandIn;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../providers");

/// A preset, its stand-in, and the back end between them.
struct Stage {
    rig: Rig,
    provider: StandIn,
    file: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

fn row(name: &str) -> Manner {
    table::rows().into_iter().find(|row| row.name == name).expect("a row")
}

fn preset(name: &str) -> Value {
    let file = Path::new(FOLDER).join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A URL at the stand-in: `https://example.com/token` becomes `<origin>/example.com/token`.
fn redirected(text: &str, origin: &str) -> String {
    text.strip_prefix("https://").map_or_else(|| text.to_owned(), |rest| format!("{origin}/{rest}"))
}

fn redirect_all(value: &mut Value, origin: &str) {
    match value {
        Value::String(text) => *text = redirected(text, origin),
        Value::Array(list) => list.iter_mut().for_each(|value| redirect_all(value, origin)),
        Value::Object(object) => object.values_mut().for_each(|value| redirect_all(value, origin)),
        _ => {}
    }
}

impl Stage {
    async fn of(name: &str) -> Self {
        Self::set(row(name), &[], |_| {}).await
    }

    async fn set(manner: Manner, more: &[(&'static str, &str)], change: impl FnOnce(&mut Value)) -> Self {
        let name = manner.name;
        let tenant = manner.tenant.unwrap_or_default().to_owned();
        let provider = StandIn::start(manner, "sandbox-client", "PLANTED client:secret/+&=").await;
        let mut description = preset(name);
        for part in ["authorization", "token", "userinfo", "revocation", "data_center"] {
            if let Some(part) = description.get_mut(part) {
                redirect_all(part, &provider.origin);
            }
        }
        change(&mut description);
        let random: [u8; 16] = shared::sealed::random().unwrap();
        let file = std::env::temp_dir().join(format!("preset-{name}-{}.json", hex::encode(random)));
        std::fs::write(&file, description.to_string()).unwrap();
        let mut settings = vec![
            ("PROVIDER_FILE", file.display().to_string()),
            ("THIRD_PARTY_TENANT", tenant),
            ("EMAIL_VERIFIED", "allow".to_owned()),
            // The sandbox's own provider needs these; a preset does not.
            ("THIRD_PARTY_ISSUER", String::new()),
            ("THIRD_PARTY_REVOKE_URL", String::new()),
            ("THIRD_PARTY_SCOPES", String::new()),
            ("THIRD_PARTY_URL_BASE", String::new()),
        ];
        settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let rig = Rig::with(Options { settings, ..Options::default() }).await;
        Self { rig, provider, file }
    }

    /// The browser's way through the provider to the callback.
    async fn call_back(&self, begun: &Begun, code: &str) -> Answer {
        let redirect_uri = format!("{}/api/oauth/authorize", self.rig.world.addresses.gateway);
        let callback = self.provider.consent(&begun.authorization_url, &redirect_uri, code);
        self.rig.app().get(&format!("authorize?{callback}")).await
    }

    /// The whole session-bound flow; the verifier stays with the app.
    async fn link(&self, code: &str) -> (Answer, String) {
        let app = self.rig.app();
        let begun = app.begin().await;
        let (_, parameters) = self.call_back(&begun, code).await.redirect();
        let answer = app.complete(&parameters["code"], &begun.verifier).await;
        (answer, begun.verifier)
    }

    async fn token_endpoint(&self) -> TokenEndpoint {
        let http = Http::new(TIMEOUTS);
        let read = |settings: &mut Settings| {
            let provider = Provider::from_settings(settings);
            TokenEndpoint::from_settings(settings, &provider, &http)
        };
        let environment = self.rig.world.environment.clone();
        Source::new(environment, &http, self.rig.clock.clock()).load(read).await.unwrap()
    }
}

async fn play(manner: Manner) {
    let (name, mut user, revocations) = (manner.name, manner.user.clone(), manner.revocations.clone());
    let (has_refresh, expires_in) = (manner.refresh.is_some(), manner.expires_in);
    let stage = Stage::set(manner, &[], |_| {}).await;
    let app = stage.rig.app();
    if let Some(callback) = user.get_mut("callback") {
        redirect_all(callback, &stage.provider.origin);
    }
    let callback = &serde_json::from_value(user["callback"].clone()).unwrap_or_default();

    assert_eq!(stage.link(WRONG).await.0.error(), (401, "code_rejected".to_owned()), "{name}");
    let (linked, verifier) = stage.link(CODE).await;
    assert_eq!(linked.status, StatusCode::OK, "{name}: {linked:?} {:?}", stage.provider.complaints());
    assert_eq!(linked.json(), user, "{name}");
    assert_eq!(app.userinfo().await.json(), user, "{name}");

    let (endpoint, deadline) = (stage.token_endpoint().await, Deadline::after(TIMEOUTS.request));
    let granted = endpoint.exchange(&CODE.into(), &verifier.into(), callback, deadline).await;
    assert_eq!(granted.map(|tokens| tokens.expires_in), Ok(expires_in), "{name}");
    if has_refresh {
        let refreshed = endpoint.refresh(&REFRESH.into(), callback, deadline).await;
        let told = refreshed.map(|tokens| (tokens.expires_in, tokens.refresh_token.is_some()));
        assert_eq!(told, Ok((Some(60), false)), "{name}: {:?}", stage.provider.complaints());
        let ended = endpoint.refresh(&WRONG.into(), callback, deadline).await;
        assert_eq!(ended.err(), Some(NotGranted::GrantEnded), "{name}");
    }

    assert_eq!(app.logout().await.json(), json!({ "revoked": !revocations.is_empty() }), "{name}");
    assert_eq!(stage.provider.heard_last(revocations.len()), revocations, "{name}");
    assert!(app.stored().is_empty(), "{name}");

    stage.link(CODE).await;
    stage.provider.end_grants();
    stage.rig.clock.advance(60);
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()), "{name}");
    assert_eq!(app.stored().is_empty(), has_refresh, "{name}: only a refused refresh token is certain");
    assert_eq!(stage.provider.complaints(), [""; 0], "{name}");
}

macro_rules! presets {
    ($($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                play(row(stringify!($name))).await;
            }
        )*

        #[test]
        fn every_preset_has_its_test() {
            let files = std::fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap().path());
            let mut files: Vec<_> = files.map(|file| file.file_stem().unwrap().to_owned()).collect();
            files.sort();
            assert_eq!(files, [$(stringify!($name)),*]);
        }
    };
}

presets! {
    airtable asana atlassian attio auth0 calendly discord docusign dropbox entra figma
    freshbooks github gitlab google hubspot intercom klaviyo linear linkedin mailchimp monday
    notion okta pipedrive quickbooks salesforce shopify slack webflow xero zendesk zoho zoom
}

/// What the stand-ins insist on: with any of these changed, a preset would not work.
#[tokio::test]
async fn a_wrong_preset_fails() {
    for (name, key, wrong) in [
        ("slack", "/token/access_token", json!("/access_token")),
        ("slack", "/client_authentication", json!("client_secret_basic")),
        ("notion", "/token/body", json!("form")),
        ("notion", "/token/headers", json!({})),
        ("notion", "/client_authentication", json!("client_secret_post")),
        ("dropbox", "/userinfo/method", json!("GET")),
        ("asana", "/userinfo/id", json!("/gid")),
        ("okta", "/client_authentication", json!("client_secret_basic_raw")),
        ("shopify", "/userinfo/token_header", json!("X-Other")),
        ("shopify", "/token/parameters", json!({})),
        ("linear", "/userinfo/body", json!({ "query": "{ me }" })),
        ("pipedrive", "/client_authentication", json!("client_secret_post")),
        ("klaviyo", "/userinfo/headers", json!({})),
        ("hubspot", "/userinfo/form", json!({ "token_type_hint": "access_token" })),
        ("zoho", "/userinfo/token_scheme", json!("Bearer")),
    ] {
        let stage = Stage::set(row(name), &[], |description| {
            let (parent, key) = key.rsplit_once('/').unwrap();
            description.pointer_mut(parent).unwrap()[key] = wrong;
        });
        let (answer, _) = stage.await.link(CODE).await;
        assert!(!answer.status.is_success(), "{name} {key}: {answer:?}");
    }
}

#[tokio::test]
async fn an_unverified_address_is_refused_wherever_the_flag_is() {
    for (name, flag, value) in [
        ("okta", "/email_verified", json!("false")),
        ("zoom", "/verified", json!(0)),
        ("discord", "/verified", json!(false)),
        ("quickbooks", "/emailVerified", json!(false)),
        ("intercom", "/email_verified", json!(false)),
        ("monday", "/data/me/is_verified", json!(false)),
    ] {
        let mut manner = row(name);
        *manner.profile.pointer_mut(flag).unwrap() = value;
        let stage = Stage::set(manner, &[], |_| {}).await;
        assert_eq!(stage.link(CODE).await.0.error(), (401, "email_unverified".to_owned()), "{name}");
        assert!(stage.rig.app().stored().is_empty(), "{name}");
    }
    let mut github = row("github");
    github.emails.as_mut().unwrap().1[1]["verified"] = json!(false);
    let stage = Stage::set(github, &[], |_| {}).await;
    assert_eq!(stage.link(CODE).await.0.error(), (401, "email_unverified".to_owned()));
}

#[tokio::test]
async fn presets_know_their_providers_words_on_the_callback() {
    for (name, told, expected) in [
        ("linkedin", "user_cancelled_authorize", "access_denied"),
        ("linkedin", "user_cancelled_login", "access_denied"),
        ("auth0", "unauthorized", "access_denied"),
        ("salesforce", "access-denied", "access_denied"),
        ("github", "redirect_uri_mismatch", "client_misconfigured"),
        ("github", "application_suspended", "client_misconfigured"),
    ] {
        let stage = Stage::of(name).await;
        let app = stage.rig.app();
        let (_, asked) = parts(&app.begin().await.authorization_url);
        let (_, back) = app.get(&format!("authorize?state={}&error={told}", asked["state"])).await.redirect();
        assert_eq!(back["error"], expected, "{name} {told}");
    }
}

#[tokio::test]
async fn presets_know_their_providers_rate_limits() {
    for (name, status, code) in [
        ("linear", 400, "RATELIMITED"),
        ("shopify", 200, "THROTTLED"),
        ("monday", 200, "COMPLEXITY_BUDGET_EXHAUSTED"),
    ] {
        let limited = manner::Reply(status, json!({ "errors": [{ "extensions": { "code": code } }] }));
        let stage = Stage::set(Manner { stale: limited, ..row(name) }, &[], |_| {}).await;
        stage.link(CODE).await;
        stage.provider.end_token();
        assert_eq!(stage.rig.app().userinfo().await.error(), (429, "rate_limited".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn presets_know_when_the_user_must_act_at_a_refresh() {
    for (name, status, code) in [
        ("atlassian", 403, "unauthorized_client"),
        ("github", 200, "unverified_user_email"),
        ("google", 400, "admin_policy_enforced"),
        ("google", 400, "policy_enforced"),
        ("slack", 200, "token_revoked"),
        ("entra", 400, "interaction_required"),
    ] {
        let rejected_refresh = Some(manner::Reply(status, json!({ "error": code })));
        let stage = Stage::set(Manner { rejected_refresh, ..row(name) }, &[], |_| {}).await;
        stage.link(CODE).await;
        stage.provider.end_grants();
        stage.rig.clock.advance(60);
        let app = stage.rig.app();
        assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()), "{name}");
        assert!(!app.stored().is_empty(), "{name}: the token may work again");
    }
}

/// Airtable answers `409` to a refresh that follows another too soon.
#[tokio::test]
async fn a_conflict_at_a_refresh_is_a_reason_to_wait() {
    let rejected_refresh = Some(manner::Reply(409, json!({})));
    let stage = Stage::set(Manner { rejected_refresh, ..row("airtable") }, &[], |_| {}).await;
    stage.link(CODE).await;
    stage.provider.end_grants();
    stage.rig.clock.advance(60);
    let app = stage.rig.app();
    assert_eq!(app.userinfo().await.error(), (503, "provider_unavailable".to_owned()));
    assert!(!app.stored().is_empty());
}

#[tokio::test]
async fn without_a_flag_the_default_policy_refuses() {
    let stage = Stage::set(row("notion"), &[("EMAIL_VERIFIED", "require")], |_| {}).await;
    assert_eq!(stage.link(CODE).await.0.error(), (401, "email_unverified".to_owned()));
}

#[tokio::test]
async fn a_revocation_refused_with_status_200_does_not_count_and_the_secret_is_gone() {
    let mut slack = row("slack");
    slack.revoked = manner::Reply(200, json!({ "ok": false, "error": "not_authed" }));
    let stage = Stage::set(slack, &[], |_| {}).await;
    stage.link(CODE).await;
    assert_eq!(stage.rig.app().logout().await.json(), json!({ "revoked": false }));
    assert!(stage.rig.app().stored().is_empty());
}

#[tokio::test]
async fn both_tokens_are_revoked_if_neither_revokes_the_other() {
    let mut xero = row("xero");
    let access = form(&[("token", ACCESS), ("token_type_hint", "access_token")]);
    xero.revocations.push(Call { body: access, ..xero.revocations[0].clone() });
    let expected = xero.revocations.clone();
    let stage =
        Stage::set(xero, &[], |description| description["revocation"]["tokens"] = json!("both")).await;
    stage.link(CODE).await;
    assert_eq!(stage.rig.app().logout().await.json(), json!({ "revoked": true }));
    assert_eq!(stage.provider.heard_last(2), expected);
}

#[tokio::test]
async fn the_provider_s_own_profile_never_tells_the_token() {
    // HubSpot's response repeats it; the app's test client checks every response.
    let stage = Stage::set(row("hubspot"), &[("USERINFO", "full")], |_| {}).await;
    let (linked, _) = stage.link(CODE).await;
    assert_eq!(linked.json()["profile"]["hub_id"], 7);
    assert_eq!(linked.json()["profile"]["token"], Value::Null);
}

#[tokio::test]
async fn an_issuer_that_is_not_promised_may_be_absent_but_not_wrong() {
    for (callback, is_taken) in [
        (&[][..], true),
        (&[("iss", "https://accounts.google.com")], true),
        (&[("iss", "https://accounts.google.com/")], false),
    ] {
        let stage = Stage::set(Manner { callback, ..row("google") }, &[], |_| {}).await;
        let answer = stage.call_back(&stage.rig.app().begin().await, CODE).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, is_taken, "{callback:?}");
        assert!(is_taken || answer.page() == (400, "state_invalid".to_owned()));
    }
}

#[tokio::test]
async fn the_direct_flow_keeps_callback_parameters_too() {
    let stage = Stage::set(row("quickbooks"), &[("LINK_FLOW", "direct")], |_| {}).await;
    let app = stage.rig.app();
    let address = app.get(&app.login_address()).await.headers["location"].to_str().unwrap().to_owned();
    let begun = Begun { state: String::new(), verifier: String::new(), authorization_url: address };
    assert_eq!(stage.call_back(&begun, CODE).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get_signed("userinfo").await.json(), row("quickbooks").user);
}

#[tokio::test]
async fn big_tokens_are_split() {
    let stage = Stage::of("entra").await;
    stage.link(CODE).await;
    assert!(stage.rig.app().stored().len() > 1);
    assert_eq!(stage.rig.app().userinfo().await.status, StatusCode::OK);
}
