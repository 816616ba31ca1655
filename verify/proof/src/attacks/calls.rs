//! Declared calls: values made to leave their places, requests that nobody signed, and a provider's API that lies.

use std::path::PathBuf;

use lambda_http::http::Method;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::testing::app::{ADMINISTRATOR, Answer, App};
use sandbox::testing::rig::Rig;
use sandbox::{Options, Party};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::provider::{STOPPED, redirect, start};
use super::{Attacks, take_any_code, told};

const BAD: &str = "refused: 400 bad_request";
const UNKNOWN: &str = "refused: 404 unknown_call";
const REDIRECTED: &str = "refused: an answer without its target";
const INVALID: &str = "refused: 400 signature_invalid";
/// Calls with a place of every kind.
const DECLARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/attacks/calls.json");

pub async fn run(attacks: &mut Attacks<'_>) {
    names(attacks).await;
    values(attacks).await;
    requests(attacks).await;
    signatures(attacks).await;
    roles(attacks).await;
    answers(attacks).await;
    bases(attacks).await;
}

async fn linked() -> Rig {
    let rig = Rig::with(Options { calls: Some(DECLARED.into()), ..Options::default() }).await;
    rig.app().link(Person::Ada).await;
    rig
}

async fn names(attacks: &mut Attacks<'_>) {
    for name in [
        "",
        "/contacts",
        "contact/../echo",
        "Contact",
        "contact ",
        "contact\0",
        "__proto__",
        "constructor",
        "toString",
        "https://evil.example.com/",
    ] {
        play(attacks, &format!("name {name:?}"), UNKNOWN, &json!({ "call": name }).to_string()).await;
    }
    for name in [json!(null), json!(["contact"]), json!({ "contact": {} }), json!(0)] {
        play(attacks, &format!("name {name}"), BAD, &json!({ "call": name }).to_string()).await;
    }
}

/// Values that would lead to another path, end a literal, or begin a header.
async fn values(attacks: &mut Attacks<'_>) {
    let segments = [
        "",
        ".",
        "..",
        "...",
        "../echo",
        "/echo",
        "c-3/../../echo",
        "c-3//",
        "..%2fecho",
        "%2e%2e",
        "%252e%252e",
        "..\\echo",
        ".\t.",
        "..\r\nHost: evil.example.com",
        "c-3\0",
        "\u{2024}\u{2024}",
        "\u{ff0e}\u{ff0e}",
        "c-3;a=b",
        "c-3?a=b",
        "c-3#a",
        "@evil.example.com",
        "//evil.example.com",
        ":443",
        "c-3 ",
        "é",
    ];
    let segments = segments.map(Value::from).into_iter();
    let others =
        [json!(["c-3"]), json!({ "id": "c-3" }), json!(3), json!(true), json!(null), json!("x".repeat(256))];
    for id in segments.chain(others) {
        let request = json!({ "call": "contact", "parameters": { "id": id } }).to_string();
        play(attacks, &format!("path {}", short(&id)), BAD, &request).await;
    }
    for email in [
        "../echo@example.com",
        "a/../../echo?x=@example.com",
        "a%2f..%2fecho@example.com",
        "a@example.com/../echo",
    ] {
        let request = json!({ "call": "mailbox", "parameters": { "email": email } }).to_string();
        play(attacks, &format!("path {email:?}"), BAD, &request).await;
    }
    for (name, value) in [
        ("email", json!("a@example.com' OR Name != '")),
        ("email", json!("a'@example.com")),
        ("email", json!("a\\@example.com")),
        ("email", json!("\"a\"@example.com")),
        ("email", json!("a@example.com\n")),
        ("email", json!(["a@example.com"])),
        ("kind", json!("lead' OR Kind != 'lead")),
        ("kind", json!("LEAD")),
        ("kind", json!({ "lead": true })),
        ("day", json!("2026-11-26 OR Id != null")),
        ("day", json!("2026-11-26T00:00:00Z")),
        ("limit", json!("1")),
        ("limit", json!("1 OFFSET 0")),
        ("limit", json!(1.5)),
        ("limit", json!(1e99)),
        ("limit", json!([1])),
    ] {
        let mut request = json!({ "call": "find", "parameters": {
            "email": "jenny.rosen@example.com", "kind": "lead", "day": "2026-11-26", "limit": 1,
        } });
        request["parameters"][name] = value.clone();
        play(attacks, &format!("literal {name} {value}"), BAD, &request.to_string()).await;
    }
    for version in ["\"1\"\r\nX-Admin: 1", "\"1\"\0", "\u{85}"] {
        let parameters = json!({ "id": "c-3", "version": version });
        let request = json!({ "call": "change", "parameters": parameters, "body": {} }).to_string();
        play(attacks, &format!("header {version:?}"), BAD, &request).await;
    }
}

/// Requests with more, less or other things in them than were declared.
async fn requests(attacks: &mut Attacks<'_>) {
    for (name, request) in [
        ("an array in place of an object", r#"["contact",{"id":"c-3"}]"#),
        ("a path of its own", r#"{"call":"contact","parameters":{"id":"c-3"},"path":"/echo"}"#),
        (
            "a host of its own",
            r#"{"call":"contact","parameters":{"id":"c-3"},"base":"https://evil.example.com"}"#,
        ),
        (
            "headers of its own",
            r#"{"call":"contact","parameters":{"id":"c-3"},"headers":{"Host":"evil.example.com"}}"#,
        ),
        ("a parameter that no call has", r#"{"call":"echo","parameters":{"path":"/notes"}}"#),
        ("a parameter __proto__", r#"{"call":"contact","parameters":{"__proto__":{"id":"c-3"}}}"#),
        ("a list of parameters", r#"{"call":"contact","parameters":[["id","c-3"]]}"#),
        ("a body where none is declared", r#"{"call":"contact","parameters":{"id":"c-3"},"body":{}}"#),
        ("no body where one is declared", r#"{"call":"note"}"#),
        ("a call twice", r#"{"call":"echo","call":"contact","parameters":{"id":"c-3"}}"#),
        ("a parameter twice", r#"{"call":"contact","parameters":{"id":"c-4","id":"c-3"}}"#),
        ("a key twice in a body", r#"{"call":"note","body":{"a":{"owner":"x","owner":"y"}}}"#),
        ("a body that ends early and begins another", r#"{"call":"note","body":{}},"admin":true}"#),
    ] {
        play(attacks, name, BAD, request).await;
    }
}

async fn signatures(attacks: &mut Attacks<'_>) {
    let note = json!({ "call": "note", "body": { "text": "Called back" } }).to_string();
    for purpose in ["login", "complete", "userinfo", "logout"] {
        attacks
            .play(&format!("call: a signature made for {purpose}"), INVALID, async {
                let rig = linked().await;
                let app = rig.app();
                let fields = [("request", r#"{"call":"contact","parameters":{"id":"c-3"}}"#), ("id", "1")];
                outcome(&rig, &app.post("call", purpose, &fields).await)
            })
            .await;
    }
    for endpoint in ["login", "authorize", "userinfo", "logout"] {
        attacks
            .play(&format!("call: its signature, at {endpoint}"), INVALID, async {
                let rig = linked().await;
                told(&rig.app().post(endpoint, "call", &[("request", &note), ("id", "1")]).await)
            })
            .await;
    }
    let hash = hex::encode(Sha256::digest(&note));
    let by_hash: &[(&str, &str)] = &[("request_sha256", &hash), ("id", "1")];
    let itself: &[(&str, &str)] = &[("request", &note), ("id", "1")];
    let nothing: &[(&str, &str)] = &[("id", "1")];
    for (name, signed, expected) in [
        ("another request beside the hash of the one that was signed", by_hash, INVALID),
        ("another request beside the one that was signed", itself, BAD),
        ("a request beside a payload that signs none", nothing, BAD),
    ] {
        attacks
            .play(&format!("call: {name}"), expected, async {
                let rig = linked().await;
                let app = rig.app();
                let mut envelope: Value =
                    serde_json::from_str(&app.envelope("call", signed)).unwrap_or_default();
                envelope["request"] = note.replace("Called back", "Pay 1000 to Eve").into();
                outcome(&rig, &send(&app, envelope.to_string()).await)
            })
            .await;
    }
    for (age, expected) in [(60, "succeeded: 1 sent"), (61, "refused: 400 signature_expired")] {
        attacks
            .play(&format!("call: a write replayed after {age} s"), expected, async {
                let rig = linked().await;
                let captured = rig.app().envelope("call", itself);
                rig.clock.advance(age);
                outcome(&rig, &send(&rig.app(), captured).await)
            })
            .await;
    }
    attacks
        .play("call: the link of a user of another account", "refused: 401 not_connected", async {
            let rig = linked().await;
            let eve = App::new(&rig, "usr_ada", "acct_birch");
            outcome(&rig, &eve.call(&json!({ "call": "echo" }), &[]).await)
        })
        .await;
}

async fn roles(attacks: &mut Attacks<'_>) {
    let custom = ADMINISTRATOR.replace("builtIn", "custom");
    for (name, roles) in [("no role", None), ("a custom role of that name", Some(custom.as_str()))] {
        attacks
            .play(&format!("call: an administrator's, by a member with {name}"), "refused: 403 role_required", async {
                let file = File::new("roles", &json!({
                    "base": "https://api.example.com",
                    "calls": { "note": { "method": "POST", "path": "/notes", "body": "{body}", "roles": ["admin:Administrator"] } },
                }));
                let settings = vec![("LINK_SCOPE", "account".to_owned())];
                let rig = Rig::with(Options { calls: Some(file.0.clone()), settings, ..Options::default() }).await;
                rig.administrator().link(Person::Ada).await;
                let member = rig.member();
                let member = roles.map_or(member.clone(), |roles| member.with_roles(roles));
                outcome(&rig, &member.call(&json!({ "call": "note", "body": {} }), &[("id", "1")]).await)
            })
            .await;
    }
}

/// What the provider's API, or whoever has taken it over, can answer.
async fn answers(attacks: &mut Attacks<'_>) {
    attacks
        .play("call: an API that repeats the access token", "refused: 502 provider_error", async {
            let rig = linked().await;
            told(&rig.app().call(&json!({ "call": "echo" }), &[]).await)
        })
        .await;
    for status in [301, 302, 307, 308] {
        attacks
            .play(&format!("SSRF: the provider's API redirects a call by {status}"), REDIRECTED, async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let elsewhere = listener.local_addr().expect("its address");
                let rig = linked().await;
                rig.world.faults.always(Party::Provider, "/api/echo", redirect(status, elsewhere));
                let (app, request) = (rig.app(), json!({ "call": "echo" }));
                tokio::select! {
                    biased;
                    _ = listener.accept() => "succeeded: our request went elsewhere".to_owned(),
                    answer = app.call(&request, &[]) => {
                        let passed_on = answer.json() == json!({ "status": status, "body": null });
                        if passed_on { REDIRECTED.to_owned() } else { format!("succeeded: {}", answer.body) }
                    },
                }
            })
            .await;
    }
}

/// Where the token goes is for the calls file to say, or for the provider's token answer within limits.
async fn bases(attacks: &mut Attacks<'_>) {
    for address in [
        "https://127.0.0.1",
        "http://api.example.com",
        "https://api.example.com.evil.example",
        "https://evil.example/.example.com",
        "https://evil.example#.example.com",
        "https://evil.example\\.example.com",
        "https://api.example.com@evil.example",
        "https://api.example.com:8443",
        "https://example.com",
    ] {
        attacks
            .play(
                &format!("SSRF: the token answer names the API {address}"),
                "refused: 401 reconnect_required",
                async {
                    let provider = File::new(
                        "provider",
                        &json!({ "token": { "kept": {
                    "instance": { "at": "/instance", "host_suffixes": [".example.com"] },
                } } }),
                    );
                    let calls = File::new(
                        "hosted",
                        &json!({ "base": "{kept.instance}", "calls": { "any": { "path": "/" } } }),
                    );
                    let rig =
                        Rig::set(&[("PROVIDER_FILE", &provider.path()), ("CALLS_FILE", &calls.path())]).await;
                    let granted =
                        json!({ "access_token": "at_PLANTED", "token_type": "Bearer", "instance": address });
                    rig.world.faults.always(
                        Party::Provider,
                        "/token",
                        Fault::body(200, &granted.to_string()),
                    );
                    take_any_code(&rig);
                    rig.app().link(Person::Ada).await;
                    told(&rig.app().call(&json!({ "call": "any" }), &[]).await)
                },
            )
            .await;
    }
    for (name, file) in [
        ("a base from the callback", json!({ "base": "{kept.realmId}", "calls": {} })),
        ("a base from a field without hosts", json!({ "base": "{kept.team}", "calls": {} })),
        ("a base without TLS", json!({ "base": "http://api.example.com", "calls": {} })),
        (
            "a text within a path",
            json!({ "base": "https://api.example.com", "calls": {
            "a": { "path": "/a/{text}", "parameters": { "text": { "type": "text" } } },
        } }),
        ),
        (
            "a text within a literal",
            json!({ "base": "https://api.example.com", "calls": {
            "a": { "path": "/a", "query": { "q": "Name = '{text}'" }, "parameters": { "text": { "type": "text" } } },
        } }),
        ),
    ] {
        attacks
            .play(&format!("calls file: {name}"), STOPPED, async {
                let provider = File::new(
                    "keeping",
                    &json!({
                        "authorization": { "callback_parameters": ["realmId"] },
                        "token": { "kept": { "team": "/team" } },
                    }),
                );
                let calls = File::new("mistaken", &file);
                start(&[("PROVIDER_FILE", &provider.path()), ("CALLS_FILE", &calls.path())]).await
            })
            .await;
    }
}

/// A file of one attack's, which ends with it.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &Value) -> Self {
        let path = std::env::temp_dir().join(format!("attack-{name}-{}.json", std::process::id()));
        std::fs::write(&path, content.to_string()).expect("a file");
        Self(path)
    }

    fn path(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sends this request, signed as it is.
async fn play(attacks: &mut Attacks<'_>, name: &str, expected: &str, request: &str) {
    attacks
        .play(&format!("call: {name}"), expected, async {
            let rig = linked().await;
            let answer = rig.app().post("call", "call", &[("request", request), ("id", "1")]).await;
            outcome(&rig, &answer)
        })
        .await;
}

async fn send(app: &App<'_>, envelope: String) -> Answer {
    app.send(Method::POST, "call", &[("content-type", "text/plain")], envelope).await
}

/// What the attacker is told, and what reached the provider's API.
fn outcome(rig: &Rig, answer: &Answer) -> String {
    let seen = rig.world.traffic.watch().0;
    let of_a_link = ["/token", "/oauth", "/oauth/whoami", "/revoke"];
    let is_call = |to: Party, path: &str| to == Party::Provider && !of_a_link.contains(&path);
    let sent = seen.iter().filter(|exchange| is_call(exchange.to, &exchange.path)).count();
    match (told(answer), sent) {
        (refused, 0) => refused,
        (told, sent) => format!("{told}: {sent} sent"),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.len() > 64 { format!("of {} characters", text.len() - 2) } else { text }
}
