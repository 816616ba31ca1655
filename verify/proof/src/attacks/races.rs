//! Several functions working on one link: what they undo for each other, and what they use twice.

use std::time::Duration;

use futures_util::future::join_all;
use lambda_http::Context;
use sandbox::Party;
use sandbox::faults::{Fault, Planned};
use sandbox::provider::Person;
use sandbox::testing::app::App;
use sandbox::testing::rig::Rig;
use tokio::time::sleep;

use super::{Attacks, told};

/// The lifetime of the provider's access tokens.
const LIFETIME: u64 = 3600;
const SET: &str = "/v1/apps/secrets";

pub async fn run(attacks: &mut Attacks<'_>) {
    once(attacks).await;
    nothing_undone(attacks).await;
    split_sets(attacks).await;
}

/// Rotating refresh tokens: using one twice ends the grant.
async fn once(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "race: twenty functions with one expired token",
            "refused: 1 refresh, 20 answers, still linked",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.clock.advance(LIFETIME + 1);
                let mut workers = Vec::new();
                for _ in 0..20 {
                    workers.push((rig.worker().await, app.userinfo_event()));
                }
                let answers = workers.iter().map(|(worker, event)| worker.answer(event, Context::default()));
                let good = join_all(answers).await.iter().filter(|answer| answer.status_code == 200).count();
                let refreshes = rig.world.provider.calls("/token") - 1;
                let after =
                    if app.userinfo().await.status.is_success() { "still linked" } else { "signed out" };
                format!("refused: {refreshes} refresh, {good} answers, {after}")
            },
        )
        .await;
    attacks
        .play("race: one code from three views at once", "refused: 1 exchange, 3 answers", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let begun = app.begin().await;
            let code = app.code(&begun, Person::Ada).await;
            rig.world.faults.always(Party::Provider, "/token", Fault::DelayMs(300));
            let complete = || app.complete(&code, &begun.verifier);
            let answers = tokio::join!(complete(), complete(), complete());
            let good =
                [answers.0, answers.1, answers.2].iter().filter(|answer| answer.status.is_success()).count();
            format!("refused: {} exchange, {good} answers", rig.world.provider.calls("/token"))
        })
        .await;
    attacks
        .play("race: the same code again, later", "refused: 1 exchange, 1 grant, the same answer", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let begun = app.begin().await;
            let code = app.code(&begun, Person::Ada).await;
            let first = app.complete(&code, &begun.verifier).await;
            let second = app.complete(&code, &begun.verifier).await;
            let same = if first.body == second.body { "the same answer" } else { "another answer" };
            let (exchanges, grants) = (rig.world.provider.calls("/token"), rig.world.provider.live_grants());
            format!("refused: {exchanges} exchange, {grants} grant, {same}")
        })
        .await;
    attacks
        .play(
            "race: two functions, and the one with the lease is slow",
            "refused: 1 refresh, still linked",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.clock.advance(LIFETIME);
                rig.world.faults.once(Party::Provider, "/token", Fault::DelayMs(600));
                plan(&rig, "name=access_token", u32::MAX, Fault::status(503));
                let another = async {
                    until(|| app.stored().contains(&"refresh_lease.access_token".to_owned())).await;
                    app.userinfo().await
                };
                let store_is_back = async {
                    sleep(Duration::from_secs(3)).await;
                    rig.world.faults.clear();
                };
                tokio::join!(app.userinfo(), another, store_is_back);
                format!("refused: {} refresh, {}", rig.world.provider.calls("/token") - 1, after(&app).await)
            },
        )
        .await;
}

/// Between one function's read and its write, another may have signed the user out.
async fn nothing_undone(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "race: a sign-out before refreshed tokens are stored",
            "refused: 401 not_connected, 0 grants left",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.clock.advance(LIFETIME);
                plan(&rig, "name=access_token", u32::MAX, Fault::status(503));
                let sign_out = async {
                    until(|| rig.world.provider.calls("/token") == 2).await;
                    sleep(Duration::from_millis(300)).await;
                    app.logout().await;
                    rig.world.faults.clear();
                };
                tokio::join!(app.userinfo(), sign_out);
                format!("{}, {} grants left", told(&app.userinfo().await), rig.world.provider.live_grants())
            },
        )
        .await;
    attacks
        .play(
            "outage: of the provider, whose body says invalid_grant",
            "refused: 503 provider_unavailable, still linked",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.clock.advance(LIFETIME);
                let outage = Fault::body(503, r#"{"error":"invalid_grant"}"#);
                rig.world.faults.once(Party::Provider, "/token", outage);
                format!("{}, {}", told(&app.userinfo().await), after(&app).await)
            },
        )
        .await;
    attacks
        .play(
            "provider: a 401 about something other than the token",
            "refused: 401 reconnect_required, 0 refreshes",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::status(401));
                let answers = join_all((0..10).map(|_| app.userinfo())).await;
                format!("{}, {} refreshes", told(&answers[9]), rig.world.provider.calls("/token") - 1)
            },
        )
        .await;
}

/// Token sets too long for one secret.
async fn split_sets(attacks: &mut Attacks<'_>) {
    attacks
        .play("race: a reader between a split set's head and its parts", "refused: still linked", async {
            let rig = split().await;
            let app = rig.app();
            let find = Planned {
                party: Party::Stripe,
                path: format!("{SET}/find"),
                fault: Fault::DelayMs(500),
                times: 3,
                about: "name=access_token.".to_owned(),
            };
            rig.world.faults.plan(find);
            let link_anew = async {
                until(|| rig.world.faults.waiting().calls < 3).await;
                rig.world.faults.clear();
                app.link(Person::Ada).await;
            };
            let (read, ()) = tokio::join!(app.userinfo(), link_anew);
            if read.status.is_success() { "refused: still linked".to_owned() } else { told(&read) }
        })
        .await;
    attacks
        .play("race: two who store a split set at once", "refused: still linked", async {
            let rig = split().await;
            let app = rig.app();
            let (one, other) = (app.begin().await, app.begin().await);
            let codes = (app.code(&one, Person::Ada).await, app.code(&other, Person::Ada).await);
            plan(&rig, "name=access_token", 1, Fault::DelayMs(400));
            let second = async {
                until(|| rig.world.faults.waiting().calls == 0).await;
                app.complete(&codes.1, &other.verifier).await
            };
            tokio::join!(app.complete(&codes.0, &one.verifier), second);
            format!("refused: {}", after(&app).await)
        })
        .await;
}

async fn split() -> Rig {
    let rig = Rig::session_bound().await;
    rig.world.provider.pad_tokens(6000);
    rig.app().link(Person::Ada).await;
    rig
}

/// A fault for Stripe's writes.
fn plan(rig: &Rig, about: &str, times: u32, fault: Fault) {
    let (path, about) = (SET.to_owned(), about.to_owned());
    rig.world.faults.plan(Planned { party: Party::Stripe, path, fault, times, about });
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        sleep(Duration::from_millis(5)).await;
    }
}

async fn after(app: &App<'_>) -> &'static str {
    if app.userinfo().await.status.is_success() { "still linked" } else { "signed out" }
}
