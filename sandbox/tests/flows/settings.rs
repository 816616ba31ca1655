//! Settings through the real SSM client: it makes one call, names every problem and survives an outage.

use authorize::Authorize;
use lambda_http::Context;
use login::Login;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::tls::Authority;
use sandbox::{Options, Party};
use shared::lambda::{Function, Lambda};
use shared::{Environment, LoadError};
use userinfo::Userinfo;

use crate::rig::{PLANTED, Rig, TIMEOUTS, assert_silent, logged};

fn changed(rig: &Rig, changes: &[(&str, &str)]) -> Environment {
    let mut settings = rig.world.settings.clone();
    settings.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Environment::from_iter(settings)
}

async fn start<F: Function>(rig: &Rig, changes: &[(&str, &str)]) -> Result<Lambda<F>, LoadError> {
    Lambda::start(changed(rig, changes), rig.clock.clock(), TIMEOUTS).await
}

async fn problems<F: Function>(rig: &Rig, changes: &[(&str, &str)]) -> String {
    let Err(error @ LoadError::Invalid(_)) = start::<F>(rig, changes).await else {
        panic!("{changes:?} should fail the start")
    };
    let text = error.to_string();
    assert_silent("a start that failed", &text);
    text
}

#[tokio::test]
async fn each_function_makes_one_call_and_needs_only_its_own_secrets() {
    let rig = Rig::session_bound().await;
    assert_eq!(rig.world.ssm.calls(), 4, "one call per function");
    // `login` works without the other functions' secrets, although they are configured.
    for name in ["STRIPE_API_KEY", "THIRD_PARTY_CLIENT_SECRET"] {
        rig.world.ssm.remove(&rig.world.settings[&format!("{name}_PARAMETER")]);
    }
    assert!(start::<Login>(&rig, &[]).await.is_ok());
    assert!(problems::<Authorize>(&rig, &[]).await.contains("THIRD_PARTY_CLIENT_SECRET"));
}

#[tokio::test]
async fn a_parameter_is_named_in_any_form_that_ssm_accepts() {
    let rig = Rig::session_bound().await;
    let ssm = &rig.world.ssm;
    ssm.set("/other/secret", &format!("absec_{PLANTED}AppSecret"));
    ssm.set("/other/secret", "absec_of_a_later_version");
    ssm.label("/other/secret", 1, "in-use");
    for name in [
        "/other/secret:1",
        "/other/secret:in-use",
        "arn:aws:ssm:us-east-1:123456789012:parameter/other/secret:1",
        "arn:aws:ssm:us-east-1:123456789012:parameter/other/secret:in-use",
    ] {
        let function =
            start::<Userinfo>(&rig, &[("STRIPE_APP_SECRET_PARAMETER", name)]).await.expect("a start");
        let told = function.answer(&rig.app().userinfo_event(), Context::default()).await;
        assert!(told.body.contains("not_connected"), "{name}: {}", told.body);
    }
    let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/other/secret";
    let function = start::<Userinfo>(&rig, &[("STRIPE_APP_SECRET_PARAMETER", arn)]).await.expect("a start");
    let told = function.answer(&rig.app().userinfo_event(), Context::default()).await;
    assert!(told.body.contains("signature_invalid"), "the current version: {}", told.body);
    for name in ["/other/secret:3", "/other/secret:unknown", "arn:aws:ssm:us-east-1:123456789012:parameter/x"]
    {
        let problems = problems::<Userinfo>(&rig, &[("STRIPE_APP_SECRET_PARAMETER", name)]).await;
        assert!(problems.contains(&format!("has no SSM parameter {name}")), "{problems}");
    }
}

#[tokio::test]
async fn two_settings_may_name_one_parameter() {
    let rig = Rig::session_bound().await;
    let both = rig.world.settings["STRIPE_API_KEY_PARAMETER"].clone();
    let changes = [("STRIPE_API_KEY_TEST_PARAMETER", &*both), ("STRIPE_API_KEY_SANDBOX_PARAMETER", &*both)];
    assert!(start::<Userinfo>(&rig, &changes).await.is_ok());
}

/// As when many functions start at once.
#[tokio::test]
async fn a_throttled_call_to_ssm_is_retried_during_the_start() {
    let rig = Rig::session_bound().await;
    let throttled = Fault::body(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    rig.world.faults.once(Party::Ssm, "/", throttled);
    assert!(start::<Userinfo>(&rig, &[]).await.is_ok());
}

#[tokio::test]
async fn every_problem_is_named_at_once() {
    let rig = Rig::session_bound().await;
    let text = problems::<Authorize>(
        &rig,
        &[
            ("LINK_FLOW", PLANTED),
            ("API_HOST_URL", "http://PLANTED.example"),
            ("STRIPE_APP_ID", "PLANTED/.."),
            ("THIRD_PARTY_CLIENT_ID", ""),
            ("SEALING_KEY_PARAMETER", ""),
            ("STRIPE_APP_SECRET_PARAMETER", ""),
            ("STRIPE_APP_SECRET", "whsec_PLANTED"),
            ("EMAIL_VERIFIED", "maybe"),
            ("TOKEN_FORMAT", "json"),
            ("PROVIDER", "nobody"),
        ],
    )
    .await;
    for name in [
        "LINK_FLOW",
        "API_HOST_URL",
        "STRIPE_APP_ID",
        "THIRD_PARTY_CLIENT_ID",
        "SEALING_KEY",
        "STRIPE_APP_SECRET",
        "EMAIL_VERIFIED",
        "TOKEN_FORMAT",
        "PROVIDER",
    ] {
        assert_eq!(text.matches(&format!("{name} ")).count(), 1, "{name} in: {text}");
    }
}

#[tokio::test]
async fn a_missing_parameter_is_named() {
    let rig = Rig::session_bound().await;
    let parameter = rig.world.settings["SEALING_KEY_PARAMETER"].clone();
    rig.world.ssm.remove(&parameter);
    for text in [problems::<Login>(&rig, &[]).await, problems::<Userinfo>(&rig, &[]).await] {
        assert!(text.contains(&format!("SEALING_KEY has no SSM parameter {parameter}")), "{text}");
        assert_eq!(text.matches("SEALING_KEY has").count(), 1, "{text}");
    }
    rig.world.ssm.set(&parameter, " \n");
    assert!(problems::<Login>(&rig, &[]).await.contains("SEALING_KEY is blank"));
}

#[tokio::test]
async fn a_private_ca_is_trusted_if_it_is_named() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("private-ca");
    let authority = Some(Authority::new(&folder).expect("a certificate"));
    let rig = Rig::with(Options { authority, ..Options::default() }).await;
    for url in [&rig.world.addresses.ssm, &rig.world.addresses.stripe, &rig.world.addresses.provider] {
        assert!(url.starts_with("https://"), "{url}");
    }
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.status, 200);
    assert_eq!(app.userinfo().await.json()["id"], "person_ada");

    let before = rig.world.ssm.calls();
    let stranger = start::<Login>(&rig, &[("SSL_CERT_FILE", "")]).await.expect("it stays up");
    let answer = stranger.answer(include_str!("../../../events/login/post.json"), Context::default()).await;
    assert!(answer.body.contains("settings_unavailable"), "{}", answer.body);
    assert_eq!(rig.world.ssm.calls(), before, "the TLS handshake failed");
}

#[tokio::test]
async fn certificates_that_cannot_be_read_fail_the_start() {
    let rig = Rig::session_bound().await;
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates.pem");
    let block = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    for content in
        ["", PLANTED, "-----BEGIN CERTIFICATE-----\nUExBTlRFRA==\n", &block("UExBTlRFRA=="), &block("*")]
    {
        std::fs::write(&file, content).expect("a file");
        let text = problems::<Login>(&rig, &[("SSL_CERT_FILE", &file.to_string_lossy())]).await;
        assert!(text.contains("SSL_CERT_FILE holds "), "{content}: {text}");
    }
    let nowhere = file.with_extension("nowhere");
    let text = problems::<Login>(&rig, &[("SSL_CERT_FILE", &nowhere.to_string_lossy())]).await;
    assert!(text.contains("SSL_CERT_FILE cannot be read"), "{text}");
}

#[tokio::test]
async fn a_secret_with_a_stray_blank_or_line_break_is_refused_not_trimmed() {
    let rig = Rig::session_bound().await;
    let parameters = rig.world.settings.iter().filter_map(|(name, parameter)| {
        let name = name.strip_suffix("_PARAMETER")?;
        Some((name, parameter, rig.world.ssm.value(parameter).expect("a value")))
    });
    let (line_break, blank) = ("has a line break in it", "begins or ends with whitespace");
    for (name, parameter, right) in parameters {
        let middle = right.len() / 2;
        let broken = format!("{}\r\n{}", &right[..middle], &right[middle..]);
        for (wrong, problem) in [
            (format!("{right}\n"), line_break),
            (format!("\n{right}"), line_break),
            (format!("{right}\r"), line_break),
            (broken, line_break),
            (format!("{right} "), blank),
            (format!(" {right}"), blank),
            (format!("{right}\t"), blank),
            (format!("\u{a0}{right}"), blank),
        ] {
            let expected = format!("{name} {problem}");
            rig.world.ssm.set(parameter, &wrong);
            let in_ssm = problems::<Authorize>(&rig, &[]).await;
            assert!(in_ssm.starts_with(&format!("settings are wrong: {expected}")), "{wrong:?}: {in_ssm}");
            assert!(!in_ssm.contains("; "), "one problem: {in_ssm}");
            rig.world.ssm.set(parameter, &right);
            let in_environment =
                problems::<Authorize>(&rig, &[(&format!("{name}_PARAMETER"), ""), (name, &wrong)]).await;
            assert_eq!(in_environment, in_ssm, "{wrong:?}");
        }
    }
    let only_key = [
        ("STRIPE_API_KEY_PARAMETER", ""),
        ("STRIPE_API_KEY_LIVE_PARAMETER", ""),
        ("STRIPE_API_KEY_SANDBOX_PARAMETER", ""),
        ("STRIPE_API_KEY_TEST", "sk_test_1\n"),
    ];
    let problems = problems::<Authorize>(&rig, &only_key).await;
    assert_eq!(problems, "settings are wrong: STRIPE_API_KEY_TEST has a line break in it: store it without");
}

#[tokio::test]
async fn a_setting_in_both_places_is_a_mistake() {
    let rig = Rig::session_bound().await;
    let text = problems::<Login>(&rig, &[("STRIPE_APP_SECRET", "absec_PLANTED")]).await;
    assert!(text.contains("STRIPE_APP_SECRET is set twice"), "{text}");
}

#[tokio::test]
async fn local_development_needs_no_ssm() {
    let rig = Rig::session_bound().await;
    let before = rig.world.ssm.calls();
    let local = [
        ("STRIPE_APP_SECRET_PARAMETER", ""),
        ("STRIPE_APP_SECRET", "absec_PLANTED"),
        ("SEALING_KEY_PARAMETER", ""),
        ("SEALING_KEY", "UExBTlRFRFBMQU5URURQTEFOVEVEUExBTlRFRFBMQU4="),
        ("AWS_REGION", ""),
        ("AWS_ACCESS_KEY_ID", ""),
    ];
    assert!(start::<Login>(&rig, &local).await.is_ok());
    assert_eq!(rig.world.ssm.calls(), before);
}

#[tokio::test]
async fn ssm_being_down_is_survived() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    for fault in [
        Fault::status(500),
        Fault::HangUp,
        Fault::body(200, "PLANTED"),
        Fault::status(200),
        Fault::status(204),
        Fault::body(400, r#"{"__type":"AccessDeniedException","message":"no"}"#),
    ] {
        rig.world.faults.always(Party::Ssm, "/", fault.clone());
        let lambda = start::<Userinfo>(&rig, &[]).await.expect("it stays up");
        let event = include_str!("../../../events/userinfo/get.json");
        let answer = lambda.answer(event, Context::default()).await;
        assert_eq!(answer.status_code, 503, "{fault:?}");
        assert!(answer.body.contains("settings_unavailable"));
        assert!(answer.headers.contains_key("retry-after"));

        rig.world.faults.clear();
        let answer = lambda.answer(event, Context::default()).await;
        assert_eq!(answer.status_code, 400, "it read the settings again: {}", answer.body);
        assert!(answer.body.contains("signature_"));
        let before = rig.world.ssm.calls();
        lambda.answer(event, Context::default()).await;
        assert_eq!(rig.world.ssm.calls(), before, "and no more");
    }
    assert!(logged().contains("AccessDeniedException"), "the operator learns why");
}

#[tokio::test]
async fn a_closed_port_is_an_outage() {
    let rig = Rig::with(Options::default()).await;
    assert!(start::<Login>(&rig, &[("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")]).await.is_ok());
}
