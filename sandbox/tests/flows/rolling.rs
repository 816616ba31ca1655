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

/// Longer than a function waits before it asks SSM again.
const MINUTES: u64 = 120;

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
        self.rig.clock.advance(MINUTES);
        self.flow(step).await;
        self.outlive_tokens();
        self.flow(step).await;
    }

    fn outlive_tokens(&mut self) {
        self.on_the_way = None;
        self.rig.clock.advance(3600);
    }
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
    let new = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
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

#[tokio::test]
async fn strangers_cost_one_call_to_ssm_a_minute() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let before = rig.world.ssm.calls();
    rig.world.stripe.sign_with(vec!["absec_stranger".to_owned()]);
    for _ in 0..20 {
        assert_eq!(app.userinfo().await.error(), (400, "signature_invalid".to_owned()));
        rig.clock.advance(2);
    }
    assert_eq!(rig.world.ssm.calls() - before, 1);
    rig.clock.advance(60);
    app.userinfo().await;
    assert_eq!(rig.world.ssm.calls() - before, 2);
}

#[tokio::test]
async fn what_no_rolled_secret_explains_costs_no_call_to_ssm() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    let begun = app.begin().await;
    let before = rig.world.ssm.calls();
    rig.clock.advance(301);
    let late = app.send(axum::http::Method::POST, "userinfo", &[], "{}").await;
    assert_eq!(late.error().0, 400);
    let callback = app.at_provider(&begun.authorization_url, Person::Ada);
    assert_eq!(app.get(&callback.replace("state=", "state=AAAA")).await.page().1, "state_invalid");
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
    assert_eq!(rig.world.ssm.calls(), before);
}

#[tokio::test]
async fn a_wrong_new_value_and_an_outage_of_ssm_leave_the_old_secret_in_force() {
    let rig = Rig::session_bound().await;
    let mut traffic = Traffic::start(&rig).await;
    let stranger = |rig: &Rig| rig.world.stripe.sign_with(vec!["absec_stranger".to_owned()]);
    let stripe = |rig: &Rig| rig.world.stripe.sign_with(vec![format!("absec_{PLANTED}AppSecret")]);

    parameter(&rig, "STRIPE_APP_SECRET", "not-a-secret");
    stranger(&rig);
    assert_eq!(rig.app().userinfo().await.error().1, "signature_invalid");
    stripe(&rig);
    traffic.flow("a wrong value is in SSM").await;
    assert!(logged().contains("STRIPE_APP_SECRET must be"));

    rig.clock.advance(MINUTES);
    rig.world.faults.always(Party::Ssm, "/", Fault::HangUp);
    stranger(&rig);
    assert_eq!(rig.app().userinfo().await.error().1, "signature_invalid");
    stripe(&rig);
    traffic.flow("SSM is down").await;
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
        rig.clock.advance(MINUTES);
        // Has every function read its settings again.
        rig.world.stripe.sign_with(vec!["absec_stranger".to_owned()]);
        for endpoint in ["login", "authorize", "userinfo", "logout"] {
            assert_eq!(
                rig.app().post(endpoint, endpoint, &[]).await.error().1,
                "signature_invalid",
                "{name}"
            );
        }
        rig.world.stripe.sign_with(vec![format!("absec_{PLANTED}AppSecret")]);
        traffic.flow(name).await;
        let told = live.userinfo().await;
        assert_eq!(told.status, 200, "{name}: {told:?}");
        assert!(logged().contains(&format!("{name} {problem}")), "{name} {problem}");
        rig.world.ssm.set(path, &fit);
    }
}
