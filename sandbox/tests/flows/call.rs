//! Declared calls to the provider's API, made for the app.

use std::path::PathBuf;

use axum::http::{Method, StatusCode};
use call::Call;
use lambda_http::Context;
use sandbox::faults::{Fault, Planned, Reply};
use sandbox::provider::Person;
use sandbox::testing::app::{ADMINISTRATOR, CALLS};
use sandbox::{Options, Party};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::lambda::{GatewayResponse, Lambda};
use shared::{Environment, LoadError};

use crate::app::{Answer, App};
use crate::rig::{Rig, TIMEOUTS, assert_silent};

const TOKEN: &str = "/token";
const CONTACT: &str = "/api/contacts/c-3";
const SEARCH: &str = "/api/contacts/search";
const NOTES: &str = "/api/notes";

/// A world where the app may make the companion app's calls.
async fn rig() -> Rig {
    Rig::with(Options { calls: Some(CALLS.into()), ..Options::default() }).await
}

/// The same, with somebody who has linked their account.
async fn linked() -> Rig {
    let rig = rig().await;
    rig.app().link(Person::Ada).await;
    rig
}

fn contact(id: &str) -> Value {
    json!({ "call": "contacts.get", "parameters": { "id": id } })
}

fn search() -> Value {
    json!({ "call": "contacts.search", "parameters": { "email": "jenny.rosen@example.com" } })
}

fn note() -> Value {
    json!({ "call": "notes.create", "body": { "text": "Called back" } })
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn jenny() -> Value {
    json!({ "id": "c-3", "name": "Jenny Rosen", "email": "jenny.rosen@example.com" })
}

#[tokio::test]
async fn what_was_picked_of_the_response_is_the_answer() {
    let rig = rig().await;
    let app = rig.app();
    assert_eq!(app.call(&contact("c-3"), &[]).await.error(), refused(401, "not_connected"));
    app.link(Person::Ada).await;
    let answer = app.call(&contact("c-3"), &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({ "status": 200, "body": jenny() }));
    assert_eq!(app.call(&search(), &[]).await.json(), json!({ "status": 200, "body": [jenny()] }));
    let graphql = json!({ "call": "contacts.graphql", "parameters": { "id": "c-3" } });
    assert_eq!(app.call(&graphql, &[]).await.json(), json!({ "status": 200, "body": jenny() }));
    assert_eq!(app.call(&contact("c-9"), &[]).await.json(), json!({ "status": 404, "body": null }));
}

#[tokio::test]
async fn a_list_is_gone_through_by_its_cursor() {
    let rig = linked().await;
    let mut ids = Vec::new();
    let mut parameters = json!({ "limit": 2 });
    loop {
        let page = json!({ "call": "contacts.list", "parameters": parameters });
        let body = rig.app().call(&page, &[]).await.json()["body"].clone();
        ids.extend(body["contacts"].as_array().unwrap().iter().map(|contact| contact["id"].clone()));
        if body["after"].is_null() {
            break;
        }
        parameters["after"] = body["after"].clone();
    }
    assert_eq!(ids, ["c-1", "c-2", "c-3", "c-4", "c-5"]);
}

#[tokio::test]
async fn what_is_not_declared_is_refused_and_nothing_is_sent() {
    let rig = linked().await;
    let app = rig.app();
    for (request, told) in [
        (json!({ "call": "contacts.get" }), "The parameter id is missing."),
        (contact("../notes"), "The parameter id must be"),
        (contact("c-3/../c-4"), "The parameter id must be"),
        (json!({ "call": "contacts.list", "parameters": { "limit": "2" } }), "The parameter limit must be"),
        (
            json!({ "call": "contacts.list", "parameters": { "path": "/x" } }),
            "The parameter path is not one of this call.",
        ),
        (json!({ "call": "contacts.list", "parameters": { "<b>": 1 } }), "whose name is not valid."),
        (json!({ "call": "notes.create" }), "This call needs a body."),
        (json!({ "call": "contacts.list", "body": {} }), "This call takes no body."),
        (json!({ "call": "contacts.list", "url": "https://evil.example" }), "request must be the JSON"),
        (json!("contacts.list"), "request must be the JSON"),
    ] {
        let answer = app.call(&request, &[("id", "1")]).await;
        assert_eq!(answer.error(), refused(400, "bad_request"), "{request}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains(told), "{request}: {answer:?}");
    }
    for name in ["contacts.delete", "contacts", "", "toString", "CONTACTS.GET"] {
        let answer = app.call(&json!({ "call": name }), &[]).await;
        assert_eq!(answer.error(), refused(404, "unknown_call"), "{name}");
    }
    let seen = rig.world.traffic.watch().0;
    assert!(seen.iter().all(|exchange| !exchange.path.starts_with("/api/contacts")), "{seen:?}");
}

#[tokio::test]
async fn only_a_post_signed_for_it_makes_a_call() {
    let rig = linked().await;
    let app = rig.app();
    let answer = app.get_signed("call").await;
    assert_eq!(answer.error(), refused(405, "method_not_allowed"));
    assert_eq!(answer.headers["allow"], "POST");
    let text = contact("c-3").to_string();
    let other = app.post("call", "userinfo", &[("request", text.as_str())]).await;
    assert_eq!(other.error(), refused(400, "signature_invalid"));
    assert_eq!(app.post("call", "call", &[]).await.error(), refused(400, "bad_request"));
    assert_eq!(rig.world.provider.calls(CONTACT), 0);
}

/// The envelope of a payload that has the hash of `signed`, with `sent` beside it.
fn beside(app: &App<'_>, signed: &str, sent: &str) -> String {
    let hash = hex::encode(Sha256::digest(signed));
    let fields = [("request_sha256", hash.as_str()), ("id", "1")];
    let mut envelope: Value = serde_json::from_str(&app.envelope("call", &fields)).unwrap();
    envelope["request"] = sent.into();
    envelope.to_string()
}

async fn post(app: &App<'_>, body: String) -> Answer {
    app.send(Method::POST, "call", &[("content-type", "text/plain")], body).await
}

#[tokio::test]
async fn a_long_request_is_signed_by_its_hash() {
    let rig = linked().await;
    let app = rig.app();
    let note = json!({ "call": "notes.create", "body": { "text": "x".repeat(60_000) } }).to_string();
    let answer = post(&app, beside(&app, &note, &note)).await;
    assert_eq!(answer.json(), json!({ "status": 201, "body": { "id": "n-1" } }));
    let another = note.replacen('x', "y", 1);
    let answer = post(&app, beside(&app, &note, &another)).await;
    assert_eq!(answer.error(), refused(400, "signature_invalid"));
    assert_eq!(rig.world.provider.calls(NOTES), 1);
}

#[tokio::test]
async fn what_is_sent_and_what_comes_back_has_an_end() {
    let rig = linked().await;
    let app = rig.app();
    let long = json!({ "call": "notes.create", "body": "x".repeat(64 * 1024 - 2) }).to_string();
    assert_eq!(post(&app, beside(&app, &long, &long)).await.status, StatusCode::OK);
    for (characters, told) in [(64 * 1024 - 1, "at most 64 KiB"), (160 * 1024, "at most 160 KiB")] {
        let long = json!({ "call": "notes.create", "body": "x".repeat(characters) }).to_string();
        let answer = post(&app, beside(&app, &long, &long)).await;
        assert_eq!(answer.error(), refused(400, "bad_request"), "{characters}");
        assert!(answer.body.contains(told), "{characters}: {answer:?}");
    }
    assert_eq!(rig.world.provider.calls(NOTES), 1);

    let body = |length: usize| {
        let shell = r#"{"id":"c-3","more":""}"#.len();
        Fault::body(200, &json!({ "id": "c-3", "more": "x".repeat(length - shell) }).to_string())
    };
    rig.world.faults.once(Party::Provider, CONTACT, body(1024 * 1024));
    assert_eq!(app.call(&contact("c-3"), &[]).await.status, StatusCode::OK);
    rig.world.faults.once(Party::Provider, CONTACT, body(1024 * 1024 + 1));
    assert_eq!(app.call(&contact("c-3"), &[]).await.error(), refused(502, "provider_error"));
}

#[tokio::test]
async fn a_write_is_signed_in_the_last_minute_and_made_once_for_its_id() {
    let rig = linked().await;
    let app = rig.app();
    let answer = app.call(&note(), &[]).await;
    assert_eq!(answer.error(), refused(400, "bad_request"), "without an id");
    assert_eq!(app.call(&note(), &[("id", "a\r\nx: y")]).await.error(), refused(400, "bad_request"));

    let request = note().to_string();
    let envelope = app.envelope("call", &[("request", request.as_str()), ("id", "one")]);
    let read = contact("c-3").to_string();
    let read = app.envelope("call", &[("request", read.as_str())]);
    for _ in 0..2 {
        let answer = post(&app, envelope.clone()).await;
        assert_eq!(answer.json(), json!({ "status": 201, "body": { "id": "n-1" } }), "the same note");
    }
    rig.clock.advance(60);
    assert_eq!(post(&app, envelope.clone()).await.json()["body"]["id"], "n-1");
    rig.clock.advance(1);
    assert_eq!(post(&app, envelope).await.error(), refused(400, "signature_expired"));
    assert_eq!(rig.world.provider.calls(NOTES), 3);
    assert_eq!(post(&app, read).await.status, StatusCode::OK, "what only reads has five minutes");
    assert_eq!(app.call(&note(), &[("id", "two")]).await.json()["body"]["id"], "n-2");
}

#[tokio::test]
async fn a_401_is_answered_by_one_refresh_also_for_a_write() {
    let rig = linked().await;
    let app = rig.app();
    for (path, request, refreshes) in [(CONTACT, contact("c-3"), 2), (NOTES, note(), 3)] {
        rig.clock.advance(60);
        rig.world.faults.once(Party::Provider, path, Fault::status(401));
        assert_eq!(app.call(&request, &[("id", "1")]).await.status, StatusCode::OK, "{path}");
        assert_eq!(rig.world.provider.calls(TOKEN), refreshes, "{path}");
    }
    // To a token under a minute old, the 401 is about something else, say a scope.
    rig.world.faults.once(Party::Provider, CONTACT, Fault::body(401, r#"{"id":"x"}"#));
    assert_eq!(app.call(&contact("c-3"), &[]).await.json(), json!({ "status": 401, "body": null }));
    assert_eq!(rig.world.provider.calls(TOKEN), 3);

    rig.clock.advance(60);
    rig.world.faults.always(Party::Provider, CONTACT, Fault::status(401));
    assert_eq!(app.call(&contact("c-3"), &[]).await.error(), refused(401, "reconnect_required"));
    assert_eq!(rig.world.provider.calls(TOKEN), 4);
    rig.world.faults.clear();
    rig.world.provider.revoke_all();
    rig.clock.advance(3600);
    assert_eq!(app.call(&contact("c-3"), &[]).await.error(), refused(401, "reconnect_required"));
}

#[tokio::test]
async fn an_outage_is_an_error_and_any_other_status_an_answer() {
    let rig = linked().await;
    let app = rig.app();
    for (fault, expected) in [
        (Fault::status(429), refused(429, "rate_limited")),
        (Fault::status(500), refused(503, "provider_unavailable")),
        (Fault::status(503), refused(503, "provider_unavailable")),
        (Fault::HangUp, refused(503, "provider_unavailable")),
        (Fault::DelayMs(2000), refused(503, "provider_unavailable")),
    ] {
        rig.world.faults.always(Party::Provider, CONTACT, fault.clone());
        let answer = app.call(&contact("c-3"), &[]).await;
        assert_eq!(answer.error(), expected, "{fault:?}");
        assert!(answer.headers.contains_key("retry-after"), "{fault:?}");
        rig.world.faults.clear();
        assert_eq!(app.call(&contact("c-3"), &[]).await.status, StatusCode::OK, "after {fault:?}");
    }
    for status in [204, 302, 400, 403, 404, 409, 412, 422] {
        rig.world.faults.once(Party::Provider, CONTACT, Fault::status(status));
        let answer = app.call(&contact("c-3"), &[]).await;
        assert_eq!(answer.json()["status"], status, "{answer:?}");
    }
    let redirect = Reply {
        status: 307,
        content_type: "text/html".to_owned(),
        headers: vec![("location".to_owned(), rig.world.addresses.provider.clone() + NOTES)],
        body: String::new(),
    };
    rig.world.faults.once(Party::Provider, CONTACT, Fault::Reply(redirect));
    let answer = app.call(&contact("c-3"), &[]).await;
    assert_eq!(
        answer.json(),
        json!({ "status": 307, "body": null }),
        "it is not followed, and leads nowhere"
    );
}

#[tokio::test]
async fn a_read_is_repeated_on_a_dead_connection_and_a_write_never() {
    let rig = linked().await;
    let app = rig.app();
    for (path, request) in [(CONTACT, contact("c-3")), (SEARCH, search())] {
        for fault in [Fault::HangUp, Fault::LoseReply] {
            rig.world.faults.once(Party::Provider, path, fault.clone());
            assert_eq!(app.call(&request, &[]).await.status, StatusCode::OK, "{path} {fault:?}");
        }
        assert_eq!(rig.world.provider.calls(path), 3, "{path}");
    }
    for (id, fault, made) in [("1", Fault::HangUp, 0), ("2", Fault::LoseReply, 1)] {
        rig.world.faults.once(Party::Provider, NOTES, fault.clone());
        let answer = app.call(&note(), &[("id", id)]).await;
        assert_eq!(answer.error(), refused(503, "provider_unavailable"), "{fault:?}");
        assert_eq!(rig.world.provider.calls(NOTES), made, "{fault:?}");
    }
    // The app tries again with the same id.
    assert_eq!(app.call(&note(), &[("id", "2")]).await.json()["body"]["id"], "n-1");
}

#[tokio::test]
async fn a_call_of_an_accounts_link_says_who_may_make_it() {
    let file = calls_file(
        "roles",
        &json!({
            "base": "https://api.example.com",
            "calls": {
                "contacts.get": { "path": "/contacts/{id}", "parameters": { "id": {} }, "roles": "any" },
                "notes.create": { "method": "POST", "path": "/notes", "body": "{body}", "roles": ["admin:Administrator"] },
            },
        }),
    );
    let settings = vec![("LINK_SCOPE", "account".to_owned())];
    let rig = Rig::with(Options { calls: Some(file.0.clone()), settings, ..Options::default() }).await;
    let (ada, grace) = (rig.administrator(), rig.member());
    ada.link(Person::Ada).await;
    for app in [&ada, &grace] {
        assert_eq!(app.call(&contact("c-3"), &[]).await.json()["status"], 200);
    }
    let forged = ADMINISTRATOR.replace("builtIn", "custom");
    for app in [&grace, &grace.with_roles(&forged)] {
        assert_eq!(app.call(&note(), &[]).await.error(), refused(403, "role_required"));
    }
    assert_eq!(rig.world.provider.calls(NOTES), 0);
    assert_eq!(ada.call(&note(), &[]).await.json()["status"], 201);
}

/// A calls file of a test, which ends with it.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn calls_file(name: &str, content: &Value) -> File {
    let path = std::env::temp_dir().join(format!("call-{name}-{}.json", std::process::id()));
    std::fs::write(&path, content.to_string()).unwrap();
    File(path)
}

async fn start(rig: &Rig, settings: &[(&str, &str)]) -> Result<Lambda<Call>, LoadError> {
    let mut all = rig.world.settings.clone();
    all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Lambda::start(Environment::from_iter(all), rig.clock.clock(), TIMEOUTS).await
}

async fn ask(function: &Lambda<Call>, app: &App<'_>, call: &str) -> GatewayResponse {
    let request = json!({ "call": call }).to_string();
    let event = app.event("call", "call", &[("request", request.as_str())]);
    let answer = function.answer(&event, Context::default()).await;
    assert_silent("an answer", &answer.body);
    answer
}

/// What the link keeps, the tenant, declared headers, and an API that repeats what it was sent.
#[tokio::test]
async fn what_the_link_keeps_fills_in_places_and_only_the_token_response_makes_a_base() {
    let provider = calls_file(
        "provider",
        &json!({
            "tenant": { "host_suffixes": [".example.com"], "example": "api" },
            "token": { "kept": {
                "type": "/token_type",
                "instance": { "at": "/instance", "host_suffixes": [".example.com"] },
            } },
        }),
    );
    let tenant = ("THIRD_PARTY_TENANT", "api");
    let rig = Rig::set(&[("PROVIDER_FILE", provider.0.to_str().unwrap()), tenant]).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let base = format!("{}/{{tenant}}", rig.world.addresses.provider);
    let file = calls_file(
        "kept",
        &json!({ "base": base, "calls": {
        "kept": { "path": "/contacts/{kept.type}" },
        "contact": { "path": "/contacts/c-3", "answer_headers": ["etag"], "pick": { "id": "/id" } },
        "echo": { "path": "/echo" },
        "slow": { "path": "/slow" },
        "status": { "path": "/status/403" },
    } }),
    );
    let function = start(&rig, &[("CALLS_FILE", file.0.to_str().unwrap())]).await.unwrap();
    assert!(ask(&function, &app, "kept").await.body.starts_with(r#"{"status":404"#));
    assert_eq!(rig.world.provider.calls("/api/contacts/Bearer"), 1);
    let answer = ask(&function, &app, "contact").await.body;
    assert_eq!(answer, r#"{"status":200,"headers":{"etag":"\"c-3\""},"body":{"id":"c-3"}}"#);
    assert!(ask(&function, &app, "status").await.body.starts_with(r#"{"status":403"#));
    assert!(ask(&function, &app, "slow").await.body.contains("provider_unavailable"));
    let echoed = ask(&function, &app, "echo").await;
    assert!(echoed.status_code == 502 && echoed.body.contains("provider_error"), "{}", echoed.body);

    // This provider says nothing of an instance, so there is nowhere to send the token to.
    let file =
        calls_file("hosted", &json!({ "base": "{kept.instance}", "calls": { "any": { "path": "/" } } }));
    let function = start(&rig, &[("CALLS_FILE", file.0.to_str().unwrap())]).await.unwrap();
    assert!(ask(&function, &app, "any").await.body.contains("reconnect_required"));
}

/// The provider's description may keep more than when the link was made.
#[tokio::test]
async fn what_a_link_lacks_may_come_with_one_refresh() {
    let provider = calls_file("lacking-provider", &json!({ "token": { "kept": { "team": "/team_id" } } }));
    let rig = Rig::set(&[("PROVIDER_FILE", provider.0.to_str().unwrap())]).await;
    let (app, faults) = (rig.app(), &rig.world.faults);
    app.link(Person::Ada).await;
    let contact = json!({ "path": CONTACT, "query": { "team": "{kept.team}" } });
    let base = &rig.world.addresses.provider;
    let file = calls_file("lacking", &json!({ "base": base, "calls": { "contact": contact } }));
    let function = start(&rig, &[("CALLS_FILE", file.0.to_str().unwrap())]).await.unwrap();
    let refreshes = || rig.world.provider.calls(TOKEN) - 1;
    assert!(ask(&function, &app, "contact").await.body.contains("reconnect_required"));
    assert_eq!(refreshes(), 0, "the link was made just now");
    rig.clock.advance(60);
    for _ in 0..2 {
        assert!(ask(&function, &app, "contact").await.body.contains("reconnect_required"));
        assert_eq!(refreshes(), 1, "it does not come with every refresh");
    }

    rig.clock.advance(60);
    let with_team = r#"{"access_token":"with-team","expires_in":3600,"team_id":"T1"}"#;
    faults.once(Party::Provider, TOKEN, Fault::body(200, with_team));
    for _ in 0..2 {
        faults.once(Party::Provider, CONTACT, Fault::body(200, r#"{"id":"c-3"}"#));
        assert_eq!(ask(&function, &app, "contact").await.body, r#"{"status":200,"body":{"id":"c-3"}}"#);
    }
}

#[tokio::test]
async fn without_a_file_there_is_no_such_endpoint_and_a_wrong_file_stops_the_start() {
    let rig = Rig::session_bound().await;
    let answer = rig.app().call(&contact("c-3"), &[]).await;
    assert_eq!(answer.error(), refused(404, "not_found"));

    let mistakes = async |settings: &[(&str, &str)]| match start(&rig, settings).await {
        Err(LoadError::Invalid(mistakes)) => mistakes.join("\n"),
        _ => panic!("a start with {settings:?}"),
    };
    assert_eq!(mistakes(&[]).await, "CALLS_FILE is not set");
    let told = mistakes(&[("CALLS_FILE", "/nowhere/calls.json")]).await;
    assert_eq!(told, "CALLS_FILE cannot be read: entity not found");
    let told = mistakes(&[("CALLS_FILE", CALLS), ("LINK_SCOPE", "account")]).await;
    assert_eq!(told.matches("roles is missing").count(), 5, "{told}");
    // As it is, for links of users.
    assert!(start(&rig, &[("CALLS_FILE", CALLS)]).await.is_ok());
}

/// `cargo run` starts with both.
#[tokio::test]
async fn the_companion_apps_calls_are_made_in_both_scopes() {
    for scope in ["user", "account"] {
        let settings = vec![("LINK_SCOPE", scope.to_owned())];
        let calls = Some(CALLS.into());
        let rig = Rig::with(Options { calls, settings, further: 1, ..Options::default() }).await;
        rig.administrator().link(Person::Ada).await;
        for request in [contact("c-3"), note(), json!({ "call": "contacts.list" })] {
            let status = rig.app().call(&request, &[("id", "1")]).await.json()["status"].clone();
            assert!([200, 201].contains(&status.as_u64().unwrap()), "{scope} {request}: {status}");
        }
    }
}

#[tokio::test]
async fn a_value_in_a_body_stays_a_value() {
    let rig = linked().await;
    let text = r#"","admin":true,"x":"'"#;
    let request = json!({ "call": "notes.create", "body": { "text": text } });
    rig.world.faults.plan(Planned {
        party: Party::Provider,
        path: NOTES.to_owned(),
        fault: Fault::body(201, r#"{"id":"seen"}"#),
        times: 1,
        about: json!({ "text": text }).to_string(),
    });
    assert_eq!(rig.app().call(&request, &[("id", "1")]).await.json()["body"]["id"], "seen");
}
