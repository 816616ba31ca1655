//! The real command against SSM: the sandbox's stand-in, or the one at `AWS_ENDPOINT_URL_SSM`, such as moto.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use sandbox::{Options, World};
use secrecy::ExposeSecret;
use shared::http::Timeouts;
use shared::settings::Source;
use shared::{Clock, Environment, Http, Settings};

const ENDPOINT: &str = "AWS_ENDPOINT_URL_SSM";
const ALL: &str = "\
    STRIPE_APP_SECRET=absec_PLANTED\n\
    STRIPE_API_KEY=rk_live_PLANTED\n\
    STRIPE_API_KEY_TEST=rk_test_PLANTED\n\
    THIRD_PARTY_CLIENT_SECRET=PLANTED client=secret\n";

/// SSM, and a path in it that no other test uses.
struct Store {
    endpoint: String,
    path: String,
    /// Lives as long as the test.
    _world: Option<World>,
}

impl Store {
    async fn named(test: &str) -> Self {
        let path = format!("/setup-{}/{test}", std::process::id());
        if let Ok(endpoint) = std::env::var(ENDPOINT) {
            return Self { endpoint, path, _world: None };
        }
        let world = World::start(Options { port: 0, stand_ins_only: true, ..Options::default() }).await;
        let world = world.expect("a world");
        Self { endpoint: world.addresses.ssm.clone(), path, _world: Some(world) }
    }

    /// Runs the command with `lines` as its standard input. Its output must not contain a secret.
    fn run(&self, arguments: &[&str], lines: &str) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_setup"));
        command.args(arguments).args(["--path", &self.path]).envs(self.environment());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command");
        child.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("its input");
        let Output { status, stdout, stderr } = child.wait_with_output().expect("its output");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let (stdout, stderr) = (text(stdout), text(stderr));
        for said in [&stdout, &stderr] {
            assert!(
                !said.contains("PLANTED") && !said.contains('='),
                "{arguments:?} prints a secret: {said}"
            );
        }
        if status.success() { Ok(stdout) } else { Err(stderr) }
    }

    /// A secret, as a function reads it.
    async fn value(&self, name: &'static str) -> Option<String> {
        self.value_of(name, &format!("{}/{name}", self.path)).await
    }

    /// A secret as a function reads it from this parameter.
    async fn value_of(&self, name: &'static str, parameter: &str) -> Option<String> {
        let mut environment = self.environment();
        environment.push((format!("{name}_PARAMETER"), parameter.to_owned()));
        let http = Http::new(Timeouts::default());
        let environment = Environment::from_iter(environment);
        let read = |settings: &mut Settings| settings.optional_secret(name);
        let value = Source::new(environment, &http, Clock::system()).load(read).await;
        value.ok().map(|value| value.expose_secret().to_owned())
    }

    fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            (ENDPOINT, self.endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_time_everything_is_written_and_a_sealing_key_made() {
    let store = Store::named("first").await;
    let problem = store.run(&["status"], "").unwrap_err();
    assert!(
        problem
            .contains("STRIPE_APP_SECRET, SEALING_KEY, THIRD_PARTY_CLIENT_SECRET, STRIPE_API_KEY: missing"),
        "{problem}"
    );

    let said = store.run(&["put"], ALL).unwrap();
    assert_eq!(said.lines().count(), 5, "{said}");
    assert!(said.contains("SEALING_KEY: written, version 1"), "{said}");
    assert_eq!(store.value("STRIPE_APP_SECRET").await.unwrap(), "absec_PLANTED");
    assert_eq!(store.value("THIRD_PARTY_CLIENT_SECRET").await.unwrap(), "PLANTED client=secret");
    assert_eq!(store.value("STRIPE_API_KEY_SANDBOX").await, None);
    assert_eq!(store.run(&["status"], "").unwrap().lines().count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_value_and_nothing_is_written() {
    let store = Store::named("wrong").await;
    let lines =
        "STRIPE_APP_SECRET=whsec_PLANTED\nSTRIPE_API_KEY=pk_PLANTED\nTHIRD_PARTY_CLIENT_SECRET=PLANTED\n";
    let problems = store.run(&["put"], lines).unwrap_err();
    assert_eq!(problems.lines().count(), 2, "{problems}");
    assert!(store.run(&["put"], "PLANTED\n").unwrap_err().contains("line 1"));
    for name in ["STRIPE_APP_SECRET", "STRIPE_API_KEY", "SEALING_KEY", "THIRD_PARTY_CLIENT_SECRET"] {
        assert_eq!(store.value(name).await, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_replaced_on_demand_only_and_the_sealing_key_never() {
    let store = Store::named("replace").await;
    store.run(&["put"], ALL).unwrap();
    let key = store.value("SEALING_KEY").await.unwrap();

    let new = "STRIPE_API_KEY=sk_live_PLANTED2\nSTRIPE_API_KEY_SANDBOX=sk_test_PLANTED\n";
    assert!(store.run(&["put"], new).unwrap_err().contains("STRIPE_API_KEY: there already"));
    assert_eq!(store.value("STRIPE_API_KEY_SANDBOX").await, None, "not even what is new");
    let said = store.run(&["put", "--overwrite"], new).unwrap();
    assert!(said.contains("STRIPE_API_KEY: written, version 2"), "{said}");
    assert_eq!(store.value("STRIPE_API_KEY").await.unwrap(), "sk_live_PLANTED2");

    let another = "SEALING_KEY=UExBTlRFRFBMQU5URURQTEFOVEVEUExBTlRFRFBMQU4=\n";
    assert!(store.run(&["put", "--overwrite"], another).unwrap_err().contains("roll it"));
    assert_eq!(store.value("SEALING_KEY").await.unwrap(), key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signing_secret_is_rolled() {
    let store = Store::named("signing").await;
    let new = "STRIPE_APP_SECRET=absec_PLANTED2\n";
    assert!(store.run(&["roll", "STRIPE_APP_SECRET"], new).unwrap_err().contains("Put it first"));
    store.run(&["put"], ALL).unwrap();
    assert!(store.run(&["finish", "STRIPE_APP_SECRET"], "").unwrap_err().contains("nothing to finish"));
    assert!(store.run(&["roll", "STRIPE_APP_SECRET"], "STRIPE_APP_SECRET=whsec_PLANTED\n").is_err());
    assert!(store.run(&["roll", "STRIPE_APP_SECRET"], "STRIPE_API_KEY=rk_live_PLANTED\n").is_err());

    store.run(&["roll", "STRIPE_APP_SECRET"], new).unwrap();
    assert_eq!(store.value("STRIPE_APP_SECRET").await.unwrap(), "absec_PLANTED2,absec_PLANTED");
    assert!(store.run(&["status"], "").unwrap().contains("STRIPE_APP_SECRET: version 2, 2 values"));
    assert!(store.run(&["roll", "STRIPE_APP_SECRET"], new).unwrap_err().contains("finish the last change"));

    store.run(&["finish", "STRIPE_APP_SECRET"], "").unwrap();
    assert_eq!(store.value("STRIPE_APP_SECRET").await.unwrap(), "absec_PLANTED2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealing_key_is_rolled_in_three_steps_and_in_no_other_order() {
    let store = Store::named("sealing").await;
    store.run(&["put"], ALL).unwrap();
    let old = store.value("SEALING_KEY").await.unwrap();
    let steps = [&["promote", "SEALING_KEY", "--now"][..], &["finish", "SEALING_KEY", "--yes"]];
    let [promote, finish] = steps;
    for step in steps {
        assert!(store.run(step, "").is_err(), "{step:?} before a roll");
    }

    store.run(&["roll", "SEALING_KEY"], "").unwrap();
    let keys = store.value("SEALING_KEY").await.unwrap();
    let (first, new) = keys.split_once(',').unwrap();
    assert_eq!(first, old, "the old one seals until all know the new one");
    assert!(store.run(finish, "").unwrap_err().contains("promote it first"));

    assert!(store.run(&promote[..2], "").unwrap_err().contains("in 7 minutes"));
    assert_eq!(store.value("SEALING_KEY").await.unwrap(), keys);
    store.run(promote, "").unwrap();
    assert_eq!(store.value("SEALING_KEY").await.unwrap(), format!("{new},{old}"));
    assert!(store.run(promote, "").unwrap_err().contains("was not rolled last"));
    assert!(store.run(&["finish", "SEALING_KEY"], "").unwrap_err().contains("--yes"));

    store.run(finish, "").unwrap();
    assert_eq!(store.value("SEALING_KEY").await.unwrap(), new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_reads_a_parameter_by_version_and_by_arn() {
    let store = Store::named("forms").await;
    store.run(&["put"], ALL).unwrap();
    let first = store.value("THIRD_PARTY_CLIENT_SECRET").await;
    store.run(&["roll", "THIRD_PARTY_CLIENT_SECRET"], "THIRD_PARTY_CLIENT_SECRET=PLANTED2\n").unwrap();
    let path = format!("{}/THIRD_PARTY_CLIENT_SECRET", store.path);
    let arn = format!("arn:aws:ssm:us-east-1:123456789012:parameter{path}");
    for (parameter, expected) in [
        (format!("{path}:1"), first.as_deref()),
        (format!("{path}:2"), Some("PLANTED2")),
        (format!("{arn}:1"), first.as_deref()),
        (arn, Some("PLANTED2")),
        (format!("{path}:3"), None),
    ] {
        let value = store.value_of("THIRD_PARTY_CLIENT_SECRET", &parameter).await;
        assert_eq!(value.as_deref(), expected, "{parameter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_secrets_are_replaced_by_a_roll() {
    let store = Store::named("others").await;
    store.run(&["put"], ALL).unwrap();
    for (name, value) in
        [("STRIPE_API_KEY_TEST", "sk_test_PLANTED2"), ("THIRD_PARTY_CLIENT_SECRET", "PLANTED, 2")]
    {
        store.run(&["roll", name], &format!("{name}={value}\n")).unwrap();
        assert_eq!(store.value(name).await.unwrap(), value);
        assert!(store.run(&["finish", name], "").is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ssm_that_does_not_answer_is_told_so() {
    let mut store = Store::named("down").await;
    store.endpoint = "http://127.0.0.1:9".to_owned();
    assert!(store.run(&["put"], ALL).unwrap_err().contains("SSM could not be reached"));
}
