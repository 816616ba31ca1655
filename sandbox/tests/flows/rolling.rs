//! Secrets are rolled in SSM while requests flow: none fails, and nothing is deployed again.
//!
//! Each test is one procedure of `docs/rolling-secrets.md`. Between any two of its steps somebody signs in, somebody
//! else is told who is linked (their token having ended, so that it is refreshed), and a third signs out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambda_http::Context;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use shared::Mode;

use crate::app::{App, Begun};
use crate::rig::{PLANTED, Rig, logged};

/// The wait of the procedures, in seconds: by then every function has read its settings again.
const SEVEN_MINUTES: u64 = 420;
/// The age at which settings are not read again yet, and the age at which they surely are, in seconds.
const NOT_YET_OLD: u64 = 239;
const OLD: u64 = 361;
/// The age at which a doubt is enough, in seconds.
const NO_LONGER_FRESH: u64 = 60;

const NEW_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

/// Keeps requests flowing.
struct Traffic<'a> {
    rig: &'a Rig,
    /// Linked all along.
    resident: App<'a>,
    /// Began to sign in before the last step.
    on_the_way: Option<(App<'a>, Begun)>,
}

impl<'a> Traffic<'a> {
    async fn start(rig: &'a Rig) -> Self {
        let resident = rig.app();
        assert_eq!(resident.link(Person::Ada).await.status, 200);
        let mut traffic = Self { rig, resident, on_the_way: None };
        traffic.flow("before").await;
        traffic
    }

    /// One of everything; every answer is a success.
    async fn flow(&mut self, step: &str) {
        // Whoever began under the old secrets finishes under the new ones.
        if let Some((app, begun)) = self.on_the_way.take() {
            let code = app.code(&begun, Person::Ada).await;
            let linked = app.complete(&code, &begun.verifier).await;
            assert_eq!(linked.status, 200, "finishing a sign-in: {step}: {linked:?}");
            let told = app.userinfo().await;
            assert_eq!(told.status, 200, "telling whom was just linked: {step}: {told:?}");
            let ended = app.logout().await;
            assert_eq!((ended.status.as_u16(), &ended.json()["revoked"]), (200, &true.into()), "{step}");
        }
        let told = self.resident.userinfo().await;
        assert_eq!(told.status, 200, "telling who is linked: {step}: {told:?}");
        let newcomer = App::new(self.rig, "usr_grace", "acct_alpine");
        let begun = newcomer.begin().await;
        self.on_the_way = Some((newcomer, begun));
    }

    /// Time passes, and with it the access token of whoever is linked.
    async fn later(&mut self, step: &str) {
        // A sign-in takes less than ten minutes, so it is finished first.
        self.flow(step).await;
        self.rig.clock.advance(SEVEN_MINUTES);
        self.flow(step).await;
        self.outlive_tokens();
        self.flow(step).await;
    }

    fn outlive_tokens(&mut self) {
        self.on_the_way = None;
        self.rig.clock.advance(3600);
    }
}

fn parameter_value(rig: &Rig, name: &str) -> String {
    rig.world.ssm.value(&rig.world.settings[&format!("{name}_PARAMETER")]).expect("a value")
}

fn parameter(rig: &Rig, name: &str, value: &str) {
    rig.world.ssm.set(&rig.world.settings[&format!("{name}_PARAMETER")], value);
}

#[tokio::test]
async fn the_app_secret() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let (old, new) = (format!("absec_{PLANTED}AppSecret"), format!("absec_{PLANTED}NewAppSecret"));
    rig.world.stripe.sign_with(vec![old.clone(), new.clone()]);
    traffic.later("Stripe signs with both").await;
    parameter(&rig, "STRIPE_APP_SECRET", &format!("{new},{old}"));
    traffic.later("both are in SSM").await;
    rig.world.stripe.sign_with(vec![new.clone()]);
    traffic.later("the old one has expired at Stripe").await;
    parameter(&rig, "STRIPE_APP_SECRET", &new);
    traffic.later("the old one is gone from SSM").await;
}

#[tokio::test]
async fn the_api_key() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let (old, new) = (format!("sk_test_{PLANTED}TestKey"), format!("sk_test_{PLANTED}NewTestKey"));
    rig.world.stripe.accept_keys(vec![(Mode::Test, old), (Mode::Test, new.clone())]);
    traffic.later("Stripe takes both").await;
    parameter(&rig, "STRIPE_API_KEY", &new);
    traffic.later("the new one is in SSM").await;
    rig.world.stripe.accept_keys(vec![(Mode::Test, new)]);
    traffic.later("the old one has expired at Stripe").await;
}

#[tokio::test]
async fn the_client_secret() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let (old, new) = (format!("{PLANTED} client:secret/+&="), format!("{PLANTED} new secret"));
    rig.world.provider.accept_secrets(vec![old, new.clone()]);
    traffic.later("the provider takes both").await;
    parameter(&rig, "THIRD_PARTY_CLIENT_SECRET", &new);
    traffic.later("the new one is in SSM").await;
    rig.world.provider.accept_secrets(vec![new]);
    traffic.later("the old one is deleted at the provider").await;
}

#[tokio::test]
async fn the_sealing_key() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let old = BASE64_STANDARD.encode(PLANTED.bytes().cycle().take(32).collect::<Vec<_>>());
    let new = NEW_KEY;
    for (step, value) in [
        ("the new one opens", format!("{old},{new}")),
        ("the new one seals", format!("{new},{old}")),
        ("the old one is gone", new.to_owned()),
    ] {
        parameter(&rig, "SEALING_KEY", &value);
        traffic.later(step).await;
        // Functions that were started since seal as they read it; those that run meet what was sealed so.
        traffic.outlive_tokens();
        let started = rig.worker().await.answer(&rig.app().userinfo_event(), Context::default()).await;
        assert_eq!(started.status_code, 200, "a new function: {step}: {}", started.body);
        traffic.later(step).await;
    }
}

/// Every function has answered since it was started, so it has settings of that age.
async fn age(rig: &Rig, seconds: u64) {
    rig.clock.advance(OLD);
    for endpoint in ["login", "authorize", "userinfo", "logout"] {
        rig.app().post(endpoint, endpoint, &[]).await;
    }
    rig.clock.advance(seconds);
}

#[tokio::test]
async fn settings_are_read_again_once_they_are_old() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    age(&rig, NOT_YET_OLD).await;
    let before = rig.world.ssm.calls();
    app.userinfo().await;
    assert_eq!(rig.world.ssm.calls() - before, 0);
    rig.clock.advance(OLD - NOT_YET_OLD);
    app.userinfo().await;
    app.userinfo().await;
    assert_eq!(rig.world.ssm.calls() - before, 1);
}

#[tokio::test]
async fn nothing_a_stranger_sends_has_settings_read_again() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    age(&rig, NO_LONGER_FRESH).await;
    let before = rig.world.ssm.calls();
    rig.world.stripe.sign_with(vec!["absec_stranger".to_owned()]);
    for _ in 0..20 {
        assert_eq!(app.userinfo().await.error(), (400, "signature_invalid".to_owned()));
        rig.clock.advance(2);
    }
    rig.world.stripe.sign_with(vec![format!("absec_{PLANTED}AppSecret")]);
    let late = app.send(axum::http::Method::POST, "userinfo", &[], "{}").await;
    assert_eq!(late.error().0, 400);
    // A state sealed with a key that nobody has.
    let callback = app.at_provider(&begun.authorization_url, Person::Ada);
    let key_id = callback.find("state=").unwrap() + "state=AQ".len();
    let callback = format!("{}AAAA{}", &callback[..key_id], &callback[key_id + 4..]);
    assert_eq!(app.get(&callback).await.page().1, "state_invalid");
    let code = app.complete("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &begun.verifier).await;
    assert_eq!(code.error(), (400, "state_invalid".to_owned()));
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
    assert_eq!(rig.world.ssm.calls(), before);
}

#[tokio::test]
async fn a_leaked_signing_secret_is_out_of_every_function_within_six_minutes() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    age(&rig, 0).await;
    parameter(&rig, "STRIPE_APP_SECRET", "absec_new");
    rig.clock.advance(OLD);
    for endpoint in ["login", "authorize", "userinfo", "logout"] {
        // Still signed with the old one.
        assert_eq!(app.post(endpoint, endpoint, &[]).await.error().1, "signature_invalid", "{endpoint}");
    }
}

#[tokio::test]
async fn a_key_that_stripe_refuses_is_read_again_before_the_next_request() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    age(&rig, NO_LONGER_FRESH).await;
    assert_eq!(app.link(Person::Ada).await.status, 200);
    let new = format!("sk_test_{PLANTED}NewTestKey");
    rig.world.stripe.accept_keys(vec![(Mode::Test, new.clone())]);
    parameter(&rig, "STRIPE_API_KEY", &new);
    assert_eq!(app.userinfo().await.error().1, "client_misconfigured");
    assert_eq!(app.userinfo().await.status, 200);
}

#[tokio::test]
async fn a_client_secret_that_the_provider_refuses_is_read_again_before_the_next_request() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    age(&rig, NO_LONGER_FRESH).await;
    let new = format!("{PLANTED} new secret");
    rig.world.provider.accept_secrets(vec![new.clone()]);
    parameter(&rig, "THIRD_PARTY_CLIENT_SECRET", &new);
    assert_eq!(app.link(Person::Ada).await.error().1, "client_misconfigured");
    assert_eq!(app.link(Person::Ada).await.status, 200);
}

/// As when a sealing key is put in front that not every function knows yet.
#[tokio::test]
async fn tokens_under_an_unknown_key_are_an_outage_and_no_sign_out() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.status, 200);
    let old = parameter_value(&rig, "SEALING_KEY");
    // The token has ended, so a function that knows the new key refreshes, and seals with it.
    rig.clock.advance(3600);
    let ignorant = rig.worker().await;
    parameter(&rig, "SEALING_KEY", &format!("{NEW_KEY},{old}"));
    let event = |rig: &Rig| rig.app().userinfo_event();
    let refreshed = rig.worker().await.answer(&event(&rig), Context::default()).await;
    assert_eq!(refreshed.status_code, 200, "{}", refreshed.body);

    rig.clock.advance(NO_LONGER_FRESH);
    let told = ignorant.answer(&event(&rig), Context::default()).await;
    assert_eq!((told.status_code, told.body.contains("settings_unavailable")), (503, true), "{}", told.body);
    let told = ignorant.answer(&event(&rig), Context::default()).await;
    assert_eq!(told.status_code, 200, "{}", told.body);

    // Settings that were just read hold every key there is.
    parameter(&rig, "SEALING_KEY", &old);
    let told = rig.worker().await.answer(&event(&rig), Context::default()).await;
    assert_eq!((told.status_code, told.body.contains("reconnect_required")), (401, true), "{}", told.body);
}

#[tokio::test]
async fn a_wrong_new_value_and_an_outage_of_ssm_leave_the_old_secrets_in_force() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    parameter(&rig, "STRIPE_APP_SECRET", "not-a-secret");
    rig.clock.advance(OLD);
    traffic.outlive_tokens();
    traffic.flow("a wrong value is in SSM").await;
    assert!(logged().contains("STRIPE_APP_SECRET must be"));

    rig.world.faults.always(Party::Ssm, "/", Fault::HangUp);
    traffic.outlive_tokens();
    traffic.flow("SSM is down").await;
    // Not at every request.
    let before = rig.world.ssm.calls();
    traffic.flow("SSM is still down").await;
    assert_eq!(rig.world.ssm.calls(), before);
}

#[tokio::test]
async fn an_unfit_value_leaves_every_old_secret_in_force() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let mut live = rig.app();
    live.mode = "live";
    assert_eq!(live.link(Person::Ada).await.status, 200);
    let live_key = format!("sk_live_{PLANTED}LiveKey\n");
    for (name, unfit, problem) in [
        ("STRIPE_APP_SECRET", Some(&*format!("absec_{PLANTED}AppSecret\n")), "has a line break in it"),
        ("SEALING_KEY", Some("\nAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="), "has a line break in it"),
        (
            "THIRD_PARTY_CLIENT_SECRET",
            Some(&*format!("{PLANTED} client:secret/+&= ")),
            "begins or ends with whitespace",
        ),
        // The key of one mode only, while those of the others are fit.
        ("STRIPE_API_KEY_LIVE", Some(&*live_key), "has a line break in it"),
        ("STRIPE_API_KEY_LIVE", None, "has no SSM parameter"),
    ] {
        let path = &rig.world.settings[&format!("{name}_PARAMETER")];
        let fit = rig.world.ssm.value(path).expect("a value");
        match unfit {
            Some(unfit) => rig.world.ssm.set(path, unfit),
            None => rig.world.ssm.remove(path),
        }
        traffic.outlive_tokens();
        traffic.flow(name).await;
        let told = live.userinfo().await;
        assert_eq!(told.status, 200, "{name}: {told:?}");
        assert!(logged().contains(&format!("{name} {problem}")), "{name} {problem}");
        rig.world.ssm.set(path, &fit);
    }
}
