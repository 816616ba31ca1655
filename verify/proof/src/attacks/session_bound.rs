//! Two browsers attack the default flow, with a real provider.

use lambda_http::http::Method;
use sandbox::testing::app::{Answer, parts};
use sandbox::testing::bench::Bench;
use sandbox::testing::servers::Kind;

use super::people::{outcome, people};
use super::{Attacks, told};

const UNKNOWN: &str = "refused: the Dashboard knows no such state";
const MISMATCH: &str = "refused: 403 identity_mismatch";

async fn bench() -> Bench {
    Bench::start(Kind::OidcProvider).await
}

pub async fn run(attacks: &mut Attacks<'_>) {
    links_and_callbacks(attacks).await;
    codes_and_states(attacks).await;
}

async fn links_and_callbacks(attacks: &mut Attacks<'_>) {
    attacks
        .play("session_bound 1: the attacker's link, the victim consents", UNKNOWN, async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let link = attacker.begin().await;
            let callback = victim.consent(&link).await;
            let returned = victim.return_to_dashboard(&victim.open(&callback).await).await;
            outcome(&attacker, &victim, &dashboards(returned.as_ref())).await
        })
        .await;
    attacks
        .play("session_bound 1b: the same, and the victim's Dashboard checks nothing", MISMATCH, async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let link = attacker.begin().await;
            victim.begin().await;
            let callback = victim.consent(&link).await;
            let returned = victim.careless_dashboard(&victim.open(&callback).await).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
    attacks
        .play("session_bound 1c: the same, and the verifier has leaked too", MISMATCH, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let begun = attacker.app.begin().await;
            let callback = victim.consent(&begun.authorization_url).await;
            let code = &victim.open(&callback).await["code"];
            let returned = victim.app.complete(code, &begun.verifier).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
    attacks
        .play("session_bound 2: the attacker's callback, opened by the victim", UNKNOWN, async {
            let bench = bench().await;
            let (mut attacker, victim) = people(&bench);
            let link = attacker.begin().await;
            let callback = attacker.consent(&link).await;
            let returned = victim.return_to_dashboard(&victim.open(&callback).await).await;
            outcome(&attacker, &victim, &dashboards(returned.as_ref())).await
        })
        .await;
    attacks
        .play("session_bound 2b: the same, and the victim's Dashboard checks nothing", MISMATCH, async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let link = attacker.begin().await;
            victim.begin().await;
            let callback = attacker.consent(&link).await;
            let returned = victim.careless_dashboard(&victim.open(&callback).await).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
    attacks
        .play("session_bound 3: the victim's callback, opened first by the attacker", UNKNOWN, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let link = victim.begin().await;
            let callback = victim.consent(&link).await;
            let returned = attacker.return_to_dashboard(&attacker.open(&callback).await).await;
            outcome(&attacker, &victim, &dashboards(returned.as_ref())).await
        })
        .await;
    attacks
        .play("session_bound 3b: the same, and the attacker signs the code as their own", MISMATCH, async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let link = victim.begin().await;
            attacker.begin().await;
            let callback = victim.consent(&link).await;
            let returned = attacker.careless_dashboard(&attacker.open(&callback).await).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
    attacks
        .play("session_bound 3c: the same, and the verifier has leaked too", MISMATCH, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let begun = victim.app.begin().await;
            let callback = victim.consent(&begun.authorization_url).await;
            let code = &attacker.open(&callback).await["code"];
            let returned = attacker.app.complete(code, &begun.verifier).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
    attacks
        .play("session_bound 3d: a code of another session of the same user", MISMATCH, async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let elsewhere = victim.app.begin().await;
            let callback = victim.consent(&elsewhere.authorization_url).await;
            victim.begin().await;
            let returned = victim.careless_dashboard(&victim.open(&callback).await).await;
            outcome(&attacker, &victim, &told(&returned)).await
        })
        .await;
}

async fn codes_and_states(attacks: &mut Attacks<'_>) {
    let case = "session_bound 4: the victim's code, put into the attacker's own attempt";
    attacks
        .play(case, "refused: 401 code_rejected", async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let (victims, own) = (victim.begin().await, attacker.begin().await);
            let stolen = victim.consent(&victims).await;
            let injected = stolen.replace(&state_of(&victims), &state_of(&own));
            assert_ne!(stolen, injected);
            let returned = attacker.return_to_dashboard(&attacker.open(&injected).await).await;
            outcome(&attacker, &victim, &dashboards(returned.as_ref())).await
        })
        .await;
    let case = "session_bound 5: the victim's own link leaks, the attacker consents, the victim returns";
    attacks
        .play(case, "succeeded: the app shows that bob@example.com was linked; undone by sign-out", async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let leaked = victim.begin().await;
            let callback = attacker.consent(&leaked).await;
            let returned = victim.return_to_dashboard(&victim.open(&callback).await).await;
            let Some(shown) = returned.filter(|answer| answer.status.is_success()) else {
                return outcome(&attacker, &victim, "refused: the victim cannot finish").await;
            };
            let shown = shown.json()["email"].as_str().unwrap_or("nobody").to_owned();
            let undone = victim.app.logout().await.status.is_success() && victim.linked_to().await.is_none();
            format!(
                "succeeded: the app shows that {shown} was linked; {}",
                if undone { "undone by sign-out" } else { "and stays linked" }
            )
        })
        .await;
    let case = "session_bound 6: a state from the provider's log, used as a signature";
    attacks
        .play(case, "refused: 400 signature_invalid", async {
            let bench = bench().await;
            let (attacker, mut victim) = people(&bench);
            let link = victim.begin().await;
            let callback = victim.consent(&link).await;
            victim.return_to_dashboard(&victim.open(&callback).await).await;
            let state = state_of(&link);
            let headers = [
                ("stripe-signature", state.as_str()),
                ("stripe-user-id", victim.app.user),
                ("stripe-account-id", victim.app.account),
            ];
            told(&attacker.app.send(Method::GET, "userinfo", &headers, "").await)
        })
        .await;
    let case = "session_bound 6b: a state from the provider's log, finished with a code of the attacker's";
    attacks
        .play(case, UNKNOWN, async {
            let bench = bench().await;
            let (mut attacker, mut victim) = people(&bench);
            let (logged, own) = (victim.begin().await, attacker.begin().await);
            let callback = attacker.consent(&own).await.replace(&state_of(&own), &state_of(&logged));
            let returned = attacker.return_to_dashboard(&attacker.open(&callback).await).await;
            outcome(&attacker, &victim, &dashboards(returned.as_ref())).await
        })
        .await;
}

fn state_of(authorization_url: &str) -> String {
    parts(authorization_url).1["state"].clone()
}

/// What the Dashboard or the back end answered to a return.
fn dashboards(returned: Option<&Answer>) -> String {
    returned.map_or_else(|| UNKNOWN.to_owned(), told)
}
