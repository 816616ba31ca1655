//! `cargo run -- discover` without anything to describe: plain words, no Rust.

use std::net::TcpListener;
use std::process::Command;

use sandbox::Party;
use sandbox::faults::Fault;

use crate::rig::Rig;

/// What the command prints when it fails.
async fn problem(issuer: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.args(["discover", issuer]);
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the command runs");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), b"".as_slice()));
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn errors_are_in_plain_words() {
    let rig = Rig::session_bound().await;
    let issuer = &rig.world.addresses.provider;
    let metadata = "/.well-known/openid-configuration";
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    let nobody = format!("http://{closed}");
    assert_eq!(problem(&nobody).await, format!("{nobody}{metadata} cannot be reached\n"));
    assert_eq!(
        problem("nonsense").await,
        "nonsense is not an address. An issuer is written as https://id.example.com\n"
    );
    let endless = "x".repeat(300 * 1024);
    for (fault, expected) in [
        (Fault::status(404), "{address} answered 404 Not Found, without OpenID Connect metadata"),
        (Fault::body(200, "<html>"), "{address} answered 200 OK, without OpenID Connect metadata"),
        (Fault::body(200, "[]"), "{address} answered 200 OK, without OpenID Connect metadata"),
        (Fault::body(200, &endless), "{address} answered with far more than metadata"),
        (Fault::HangUp, "{address} did not answer in time, or the connection broke"),
        (Fault::body(200, "{}"), "the metadata does not name its issuer"),
        (
            Fault::body(200, r#"{"issuer":"https://evil.example"}"#),
            "the metadata is that of another issuer, https://evil.example",
        ),
    ] {
        rig.world.faults.clear();
        rig.world.faults.always(Party::Provider, metadata, fault);
        let expected = expected.replace("{address}", &format!("{issuer}{metadata}"));
        assert_eq!(problem(issuer).await, format!("{expected}\n"));
    }
}
