//! The same attacks on the article's flow. Those that succeed here are the reason that it is not the default.

use lambda_http::http::Method;
use sandbox::testing::app::{App, parts};
use sandbox::testing::bench::Bench;
use sandbox::testing::servers::Kind;
use shared::LinkFlow;

use super::people::{outcome, people};
use super::{Attacks, shown, told};

async fn bench() -> Bench {
    Bench::with(Kind::OidcProvider, LinkFlow::Direct).await
}

pub async fn run(attacks: &mut Attacks<'_>) {
    links_and_callbacks(attacks).await;
    codes_and_states(attacks).await;
}

async fn links_and_callbacks(attacks: &mut Attacks<'_>) {
    let stolen = "succeeded: the attacker is linked to the account of the victim";
    attacks
        .play("direct 1: the attacker's link, the victim consents", stolen, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let link = attacker.begin_directly().await;
            let callback = victim.consent(&link).await;
            victim.open(&callback).await;
            outcome(&attacker, &victim, "").await
        })
        .await;
    let own = "harmless: the attacker is linked to the account of the attacker";
    attacks
        .play("direct 2: the attacker's callback, opened by the victim", own, async {
            let bench = bench().await;
            let (mut attacker, victim) = people(&bench);
            let link = attacker.begin_directly().await;
            let callback = attacker.consent(&link).await;
            victim.open(&callback).await;
            outcome(&attacker, &victim, "").await
        })
        .await;
    let own = "harmless: the victim is linked to the account of the victim";
    attacks
        .play("direct 3: the victim's callback, opened first by the attacker", own, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let link = victim.begin_directly().await;
            let callback = victim.consent(&link).await;
            attacker.open(&callback).await;
            outcome(&attacker, &victim, "").await
        })
        .await;
    let swapped = "succeeded: the victim is linked to the account of the attacker";
    attacks
        .play("direct 5: the victim's own link leaks, the attacker consents", swapped, async {
            let bench = bench().await;
            let (mut attacker, victim) = people(&bench);
            let leaked = victim.begin_directly().await;
            let callback = attacker.consent(&leaked).await;
            attacker.open(&callback).await;
            outcome(&attacker, &victim, "").await
        })
        .await;
}

async fn codes_and_states(attacks: &mut Attacks<'_>) {
    let case = "direct 4: the victim's code, put into the attacker's own attempt";
    attacks
        .play(case, "refused: 401 code_rejected", async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let (victims, own) = (victim.begin_directly().await, attacker.begin_directly().await);
            let state = |url: &str| parts(url).1["state"].clone();
            let injected = victim.consent(&victims).await.replace(&state(&victims), &state(&own));
            outcome(&attacker, &victim, &shown(&attacker.app.get(&injected).await)).await
        })
        .await;
    let case = "direct 6: a state from the provider's log, used as a signature";
    attacks
        .play(case, "refused: 400 signature_invalid", async {
            let bench = bench().await;
            let (attacker, victim) = people(&bench);
            let state = parts(&victim.begin_directly().await).1["state"].clone();
            told(&attacker.app.send(Method::GET, "userinfo", &signed_by(&state, &victim.app), "").await)
        })
        .await;
    for (age, expected) in [(0, "succeeded"), (300, "succeeded"), (301, "refused: 400 signature_expired")] {
        let case = format!("direct 6b: the signature in a login link of the history, {age} s old");
        attacks
            .play(&case, expected, async {
                let bench = bench().await;
                let (attacker, mut victim) = people(&bench);
                let link = victim.begin_directly().await;
                let signature = victim.app.default_signature();
                let callback = victim.consent(&link).await;
                victim.open(&callback).await;
                bench.rig.clock.advance(age);
                let headers = signed_by(&signature, &victim.app);
                told(&attacker.app.send(Method::GET, "userinfo", &headers, "").await)
            })
            .await;
    }
}

/// The article's three headers.
fn signed_by<'a>(signature: &'a str, app: &App<'a>) -> [(&'static str, &'a str); 3] {
    [("stripe-signature", signature), ("stripe-user-id", app.user), ("stripe-account-id", app.account)]
}
