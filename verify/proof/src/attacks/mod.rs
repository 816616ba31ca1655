//! Attacks on the flows, the tokens, the signatures and the inputs, each with its expected outcome.
//!
//! Every case has its own world. An outcome that starts with `refused` names the answer that stopped the attack, and is
//! given only after checking what the attacker ends up with; one that starts with `succeeded` is a known weakness, which
//! `docs/threat-model.md` lists.

mod account;
mod back_ends;
mod calls;
mod direct;
mod oversize;
mod paths;
mod people;
mod policy;
mod provider;
mod races;
mod redirects;
mod session_bound;
mod signatures;
mod tokens;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::testing::app::Answer;
use sandbox::testing::rig::Rig;
use sandbox::testing::servers::Kind;

use crate::report::{Report, Row};

/// Runs every attack whose name contains `only`.
pub async fn run(report: &mut Report, only: &str) {
    let has_provider = Kind::OidcProvider.install();
    if !has_provider {
        report.not_run("the attacks by two browsers (they need oidc-provider, from npm)");
    }
    let mut attacks = Attacks { report, only };
    if has_provider {
        session_bound::run(&mut attacks).await;
        direct::run(&mut attacks).await;
    }
    signatures::run(&mut attacks).await;
    tokens::run(&mut attacks).await;
    paths::run(&mut attacks).await;
    redirects::run(&mut attacks).await;
    provider::run(&mut attacks).await;
    policy::run(&mut attacks).await;
    races::run(&mut attacks).await;
    account::run(&mut attacks).await;
    back_ends::run(&mut attacks).await;
    calls::run(&mut attacks).await;
    oversize::run(&mut attacks).await;
}

/// Runs attacks, and reports them.
struct Attacks<'a> {
    report: &'a mut Report,
    only: &'a str,
}

impl Attacks<'_> {
    /// Runs an attack, which returns its outcome. A panic is reported, too.
    async fn play(&mut self, case: &str, expected: &str, attack: impl Future<Output = String>) {
        if !case.contains(self.only) {
            return;
        }
        let seen = AssertUnwindSafe(attack).catch_unwind().await;
        self.report.row(Row {
            suite: "attacks",
            case: case.to_owned(),
            expected: expected.to_owned(),
            seen: seen.unwrap_or_else(|_| "the proof itself broke; its panic is above".to_owned()),
        });
    }
}

/// What an answer to the app tells an attacker.
fn told(answer: &Answer) -> String {
    if answer.status.is_client_error() || answer.status.is_server_error() {
        let (status, code) = answer.error();
        return format!("refused: {status} {code}");
    }
    "succeeded".to_owned()
}

/// What a page for a browser tells an attacker.
fn shown(answer: &Answer) -> String {
    if answer.status.is_redirection() {
        return "succeeded".to_owned();
    }
    let (status, code) = answer.page();
    format!("refused: {status} {code}")
}

/// A provider that grants tokens for any code, without checking a verifier.
fn take_any_code(rig: &Rig) {
    let granted = r#"{"access_token":"at_PLANTED","token_type":"Bearer"}"#;
    let user = r#"{"sub":"person_ada","email":"ada@example.com","email_verified":true}"#;
    rig.world.faults.always(Party::Provider, "/token", Fault::body(200, granted));
    rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, user));
}
