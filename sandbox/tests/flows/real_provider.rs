//! `--provider … --env …` and `check-provider`, with the sandbox's own provider in the role of the real one.
//! sandbox/tests/real has real ones.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sandbox::Party;
use sandbox::check_provider::STATE_LENGTH;
use sandbox::faults::Fault;

use crate::rig::{Rig, assert_silent};

/// A file that is removed with this value.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let file = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        fs::write(&file, text).unwrap();
        Self(file)
    }

    /// For a world's own provider.
    fn of(rig: &Rig, name: &str, more: &str) -> Self {
        let provider = &rig.world.addresses.provider;
        let gateway = &rig.world.addresses.gateway;
        Self::new(
            name,
            &format!(
                "API_HOST_URL={gateway}\nTHIRD_PARTY_URL_BASE={provider}\nTHIRD_PARTY_ISSUER={provider}\n\
                 THIRD_PARTY_SCOPES=openid email\nTHIRD_PARTY_REVOKE_URL={provider}/revoke\n\
                 THIRD_PARTY_CLIENT_ID=sandbox-client\nTHIRD_PARTY_CLIENT_SECRET=PLANTED client:secret/+&=\n{more}"
            ),
        )
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Exit code, output and problems of `cargo run -- …`.
async fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.args(arguments).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let (told, problems) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_silent("the command", &format!("{told}{problems}"));
    (output.status.code(), told, problems)
}

#[tokio::test]
async fn without_a_network_the_hosts_are_named() {
    let file = File::new(
        "nowhere.env",
        // RFC 6761: no name below .invalid ever resolves.
        "THIRD_PARTY_URL_BASE=https://id.nowhere.invalid\nTHIRD_PARTY_USERINFO_URL=https://api.nowhere.invalid/me\n",
    );
    assert_eq!(
        run(&["check-provider", "custom", "--env", file.path()]).await,
        (
            Some(1),
            String::new(),
            "The provider cannot be reached: api.nowhere.invalid does not resolve; id.nowhere.invalid does not \
             resolve. Is this machine online? The functions use no proxy, so neither does this.\n"
                .to_owned()
        )
    );
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = File::new("closed.env", &format!("THIRD_PARTY_URL_BASE=http://{closed}\n"));
    let (_, _, problem) = run(&["check-provider", "custom", "--env", file.path()]).await;
    assert!(problem.contains("127.0.0.1 resolves, but does not answer"), "{problem}");
}

#[tokio::test]
async fn mistakes_are_told_before_anything_starts() {
    let secrets = File::new("secrets.txt", "THIRD_PARTY_CLIENT_SECRET=PLANTED\n");
    let name = "must have a name that ends in .env, which git ignores here: it holds a secret\n";
    let expected = (Some(1), String::new(), format!("{} {name}", secrets.path()));
    assert_eq!(run(&["--provider", "google", "--env", secrets.path()]).await, expected);
    assert_eq!(run(&["check-provider", "google", "--env", secrets.path()]).await, expected);

    let empty = File::new("empty.env", "");
    let (_, _, problem) = run(&["--provider", "google", "--env", empty.path()]).await;
    assert_eq!(problem, format!("{} must set THIRD_PARTY_CLIENT_ID\n", empty.path()));

    let (_, _, problem) = run(&["check-provider", "nobody"]).await;
    assert!(
        problem.starts_with("settings are wrong: PROVIDER must be one of: custom, airtable, "),
        "{problem}"
    );
    let (_, _, problem) = run(&["check-provider", "okta"]).await;
    assert!(problem.contains("THIRD_PARTY_TENANT is not set"), "{problem}");
    let (code, _, problem) = run(&["--provider", "google"]).await;
    assert_eq!(code, Some(2), "{problem}");
}

/// A provider sends browsers only to the address that was registered.
#[tokio::test]
async fn the_port_does_not_move_away_from_the_registered_address() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let file = File::new("port.env", "THIRD_PARTY_CLIENT_ID=id\nTHIRD_PARTY_CLIENT_SECRET=PLANTED\n");
    let (_, _, problem) =
        run(&["--plain", "--provider", "google", "--env", file.path(), "--port", &port.to_string()]).await;
    assert!(
        problem.starts_with(&format!("port {port}, to which the provider sends browsers, ")),
        "{problem}"
    );
}

#[tokio::test]
async fn the_sandbox_starts_with_a_real_provider() {
    let rig = Rig::session_bound().await;
    let provider = &rig.world.addresses.provider;
    let text = format!(
        "THIRD_PARTY_URL_BASE={provider}\nTHIRD_PARTY_CLIENT_ID=id\nTHIRD_PARTY_CLIENT_SECRET=PLANTED\n"
    );
    let file = File::new("starts.env", &text);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["--plain", "--provider", "custom", "--env", file.path(), "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut banner: Vec<_> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    banner.retain(|line| line.contains("provider"));
    let [first, provider] = &banner[..] else { panic!("{banner:?}") };
    assert!(first.ends_with("The provider is the real one, custom."), "{first}");
    assert!(provider.contains("custom: register http://localhost:"), "{provider}");
    assert!(provider.ends_with("/api/oauth/authorize there as the redirect URI"), "{provider}");
    assert_silent("the banner", &banner.concat());
}

#[tokio::test]
async fn what_is_not_as_described_is_told() {
    let rig = Rig::session_bound().await;
    let file = File::of(&rig, "faulty.env", "");
    let check = async || run(&["check-provider", "custom", "--env", file.path()]).await;

    let (code, table, problem) = check().await;
    assert_eq!((code, problem.as_str()), (Some(0), ""), "{table}");
    for expected in ["yes: refused", "yes: `code_rejected`", "yes: `reconnect_required`", "yes: it answers"] {
        assert!(table.contains(expected), "{expected}: {table}");
    }

    for (path, fault, expected) in [
        ("/token", Fault::body(200, "{}"), "| 200 `{}` | **no**: `provider_error`, not `code_rejected` |"),
        (
            "/token",
            Fault::body(400, r#"{"error":"a|b`c"}"#),
            r#"| 400 `{"error":"a\|b'c"}` | **no**: `provider_error`, not `code_rejected` |"#,
        ),
        (
            "/token",
            Fault::body(400, r#"{"error":"invalid_grant","sent":["PLANTED client:secret/+&="]}"#),
            "| 400, with a body that repeats the client's secret | yes: `code_rejected` |",
        ),
        ("/token", Fault::status(429), "| unclear: `rate_limited`: try again in 5 s |"),
        ("/token", Fault::HangUp, "| not in time, or the connection broke | **no**: no answer |"),
        (
            "/oauth/whoami",
            Fault::status(403),
            "| 403 `{}` | **no**: `provider_error`, not `reconnect_required` |",
        ),
        ("/revoke", Fault::status(404), "| 404 `{}` | **no**: no revocation endpoint answers |"),
        ("/revoke", Fault::status(400), "| 400 `{}` | yes: it answers, and refuses the token |"),
        ("/oauth", Fault::status(503), "| 503 `{}` | unclear: the provider fails: try again later |"),
        ("/oauth", Fault::status(400), "| 400 `{}` | **no**: client, redirect URI or scopes are refused |"),
    ] {
        rig.world.faults.clear();
        rig.world.faults.always(Party::Provider, path, fault);
        let (code, table, _) = check().await;
        assert!(table.contains(expected), "{expected}: {table}");
        assert_eq!(code, Some(i32::from(table.contains("**no**"))), "{table}");
    }
}

/// RFC 9207: what the description says of `iss` is compared, too.
#[tokio::test]
async fn another_issuer_is_seen() {
    let rig = Rig::session_bound().await;
    let file = File::of(&rig, "issuer.env", "");
    let callback = format!("{}/api/oauth/authorize", rig.world.addresses.gateway);
    let state: String = "made-up-for-check-provider".chars().cycle().take(STATE_LENGTH).collect();
    let back = |query: &str| {
        let location = format!("{callback}?state={state}&error=login_required{query}");
        Fault::Reply(sandbox::faults::Reply {
            status: 302,
            content_type: "text/plain".to_owned(),
            headers: vec![("location".to_owned(), location)],
            body: String::new(),
        })
    };
    let issuer = format!("&iss={}", rig.world.addresses.provider);
    for (query, expected) in [
        (issuer.as_str(), "yes: client and redirect URI are known"),
        ("&iss=https://evil.example", "**no**: `iss` is not the description's `issuer`"),
        ("", "**no**: `iss` is not the description's `issuer`"),
    ] {
        rig.world.faults.clear();
        rig.world.faults.always(Party::Provider, "/oauth", back(query));
        let (_, table, _) = run(&["check-provider", "custom", "--env", file.path()]).await;
        let row = table.lines().find(|row| row.contains("prompt=none")).expect("a row");
        assert!(row.contains("302 to localhost, `error=login_required`") && row.contains(expected), "{row}");
    }
}
