//! A Dashboard user with their own account at the provider, or the members of a Stripe account that share one; and what
//! they do.

use std::cell::RefCell;
use std::time::Instant;

use fastrand::Rng;
use lambda_http::http::Method;
use sandbox::provider::Person;
use sandbox::testing::app::{ADMINISTRATOR, Answer, App};
use sandbox::testing::back_end::BackEnd;
use sandbox::testing::rig::Rig;
use serde_json::json;
use shared::Owner;

use super::Stage;
use super::link::{LINKED, Link, NO_CONTACT, NOT_REVOKED, OWN, RECONNECT, REVOKED, Spent, UNLINKED};
use super::tally::Tally;
use super::trouble::Trouble;

/// What a user does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opens the app.
    Userinfo,
    /// Looks at a contact, by a declared call.
    Call,
    /// Nothing: a back end of the operator's asks for the token.
    BackEnd,
    /// Opens two views of it at once.
    TwoViews,
    Link,
    Logout,
    /// Sends a signature of something else.
    BadSignature,
    /// Sends no signature.
    Anonymous,
}

/// Cumulative percentages of actions.
const OF_LINKED: [(u32, Action); 7] = [
    (64, Action::Userinfo),
    (76, Action::Call),
    (84, Action::BackEnd),
    (88, Action::TwoViews),
    (91, Action::Logout),
    (94, Action::Link),
    (97, Action::BadSignature),
];
const OF_UNLINKED: [(u32, Action); 7] = [
    (25, Action::Userinfo),
    (30, Action::Call),
    (35, Action::BackEnd),
    (40, Action::TwoViews),
    (45, Action::Logout),
    (90, Action::Link),
    (95, Action::BadSignature),
];

/// The percentage of actions that meet a fault; and of those that write, which are fewer and can fail in more ways.
const FAULTS: u32 = 3;
const FAULTS_IN_WRITES: u32 = 10;

pub struct User {
    ids: Ids,
    pub link: Link,
    /// The shift in which the access token was granted.
    fresh_in: Option<usize>,
}

struct Ids {
    owner: Owner,
    /// One, or the members of the account. The first is an administrator.
    users: Vec<String>,
    account: String,
    person: Person,
}

impl Ids {
    /// Who does this.
    fn app<'a>(&'a self, rig: &'a Rig, action: Action) -> App<'a> {
        let members = match action {
            Action::Link | Action::Logout => &self.users[..1],
            _ => &self.users[..],
        };
        let member = fastrand::usize(..members.len());
        let app = App::new(rig, &members[member], &self.account);
        if self.owner == Owner::Account && member == 0 { app.with_roles(ADMINISTRATOR) } else { app }
    }

    /// What the calls to Stripe about the link contain.
    fn of_the_link(&self) -> &str {
        match self.owner {
            Owner::User => &self.users[0],
            Owner::Account => &self.account,
        }
    }
}

/// What a user acts with, and where everything is recorded.
struct Desk<'a> {
    app: App<'a>,
    /// What the calls to Stripe about the link contain.
    about: &'a str,
    person: Person,
    rig: &'a Rig,
    back_end: &'a BackEnd,
    tally: &'a RefCell<Tally>,
}

impl User {
    pub fn new(number: u32, owner: Owner) -> Self {
        // All of the same length, so that none is a prefix of another.
        let (users, account) = match owner {
            Owner::User => (vec![format!("usr_{number:010}")], number / 5),
            Owner::Account => ((0..5).map(|member| format!("usr_{number:09}{member}")).collect(), number),
        };
        let account = format!("acct_{account:06}");
        let ids = Ids { owner, users, account, person: Person::Numbered(number) };
        Self { ids, link: UNLINKED, fresh_in: None }
    }

    /// Does one thing, possibly with a fault, and compares the answer with what is known.
    pub async fn act(&mut self, stage: &Stage<'_>, rng: &mut Rng, shift: usize) {
        let choices = if self.link == LINKED { OF_LINKED } else { OF_UNLINKED };
        let dice = rng.u32(..100);
        let action =
            choices.iter().find(|(up_to, _)| dice < *up_to).map_or(Action::Anonymous, |choice| choice.1);
        // The second of two answers would depend on the first.
        let action =
            if action == Action::TwoViews && !self.link.is_sure() { Action::Userinfo } else { action };
        let due = self.link != UNLINKED && self.fresh_in != Some(shift);
        let uses = matches!(action, Action::Userinfo | Action::Call | Action::BackEnd);
        let writes = due || !uses;
        let chance = if writes { FAULTS_IN_WRITES } else { FAULTS };
        let can_fail = uses || matches!(action, Action::Link | Action::Logout);
        let trouble = (can_fail && rng.u32(..100) < chance).then(|| Trouble::any(rng, action, due));
        if self.play(stage, action, trouble).await {
            stage.tally.borrow_mut().refreshed += usize::from(due && action != Action::Link);
            self.fresh_in = Some(shift);
        }
    }

    /// Opens the app without faults, and returns whether the account is linked.
    pub async fn opens_the_app(&mut self, stage: &Stage<'_>) -> bool {
        self.play(stage, Action::Userinfo, None).await
    }

    /// Many ask at once for this link, whose access token has expired.
    pub async fn is_rushed(&mut self, stage: &Stage<'_>, shift: usize) -> String {
        self.fresh_in = Some(shift);
        stage.rush.play(stage.rig, &self.ids.app(stage.rig, Action::Userinfo)).await
    }

    /// Returns whether the user saw their account.
    async fn play(&mut self, stage: &Stage<'_>, action: Action, trouble: Option<Trouble>) -> bool {
        let Stage { rig, back_end, tally, .. } = stage;
        let Self { ids, link, .. } = self;
        let app = ids.app(rig, action);
        let desk = Desk { app, about: ids.of_the_link(), person: ids.person, rig, back_end, tally };
        let before = *link;
        let prepared = desk.prepare(action).await;
        if let Some(trouble) = &trouble {
            trouble.plan(&rig.world.faults, desk.about, &ids.person.subject());
        }
        let told = desk.ask(action, prepared).await;
        let trouble = trouble.filter(|trouble| desk.was_struck_by(trouble));
        for told in &told {
            let may_be = match action {
                Action::Userinfo | Action::Call | Action::TwoViews => link.userinfo(told, trouble.as_ref()),
                Action::BackEnd => link.token(told, trouble.as_ref()),
                Action::Link => link.link(told, trouble.as_ref()),
                Action::Logout => link.logout(told, trouble.as_ref()),
                Action::BadSignature => told == "400 signature_invalid",
                Action::Anonymous => told == "400 signature_missing",
            };
            let mut tally = tally.borrow_mut();
            match before.spent() {
                Some(Spent::RefreshLost) if told == RECONNECT => tally.lost_refreshes += 1,
                Some(Spent::SignedOut) if told == RECONNECT => tally.half_sign_outs += 1,
                _ => {}
            }
            if !may_be {
                let fault = trouble.as_ref().map_or("no fault", |trouble| trouble.name.as_str());
                tally.wrong.push(format!("{}: {action:?}: {told}, {fault}, {before:?}", desk.about));
            }
        }
        told.iter().any(|told| told == OWN)
    }
}

impl Desk<'_> {
    /// What comes before finishing a link: a code and its verifier.
    async fn prepare(&self, action: Action) -> Option<(String, String)> {
        if action != Action::Link {
            return None;
        }
        let at = Instant::now();
        let begun = self.app.begin().await;
        self.tally.borrow_mut().answer(at, "login", "200");
        let at = Instant::now();
        let code = self.app.code(&begun, self.person).await;
        self.tally.borrow_mut().answer(at, "callback", "303");
        Some((code, begun.verifier))
    }

    async fn ask(&self, action: Action, prepared: Option<(String, String)>) -> Vec<String> {
        let app = &self.app;
        let told = match action {
            Action::Userinfo => self.told("userinfo", app.userinfo()).await,
            Action::Call => {
                let contact = json!({ "call": "contacts.get", "parameters": { "id": "c-3" } });
                self.told("call", app.call(&contact, &[])).await
            }
            Action::BackEnd => self.told_directly().await,
            Action::TwoViews => {
                let view = || self.told("userinfo", app.userinfo());
                let (one, other) = tokio::join!(view(), view());
                return vec![one, other];
            }
            Action::Link => {
                let (code, verifier) = prepared.unwrap_or_default();
                self.told("authorize", app.complete(&code, &verifier)).await
            }
            Action::Logout => self.told("logout", app.logout()).await,
            Action::BadSignature => {
                let signature = self.rig.world.stripe.sign("{}");
                let envelope = json!({ "payload": app.payload("userinfo", &[]), "signature": signature });
                let headers = [("content-type", "text/plain;charset=UTF-8")];
                let sent = app.send(Method::POST, "userinfo", &headers, envelope.to_string());
                self.told("bad signature", sent).await
            }
            Action::Anonymous => self.told("anonymous", app.send(Method::POST, "userinfo", &[], "")).await,
        };
        vec![told]
    }

    /// Whether a call met the fault. If not, it is removed.
    fn was_struck_by(&self, trouble: &Trouble) -> bool {
        let faults = &self.rig.world.faults;
        let left = faults.withdraw(self.about).calls + faults.withdraw(&self.person.subject()).calls;
        if left == 0 {
            *self.tally.borrow_mut().faults.entry(trouble.name.clone()).or_default() += 1;
        }
        left == 0
    }

    /// What another back end is told, in the words of an answer to the app.
    async fn told_directly(&self) -> String {
        let at = Instant::now();
        let answer = self.back_end.ask(&self.app.token_event()).await;
        let told = match answer.code() {
            "ok" if answer.0["subject"] == *self.person.subject() => OWN.to_owned(),
            "ok" => {
                self.tally.borrow_mut().crossed += 1;
                "200 another's account".to_owned()
            }
            code @ ("not_connected" | "reconnect_required") => format!("401 {code}"),
            code @ "rate_limited" => format!("429 {code}"),
            code @ "provider_error" => format!("502 {code}"),
            code => format!("503 {code}"),
        };
        self.tally.borrow_mut().answer(at, "token", &told);
        told
    }

    /// Status and code, or what a success contains.
    async fn told(&self, request: &str, sent: impl Future<Output = Answer>) -> String {
        let at = Instant::now();
        let answer = sent.await;
        let told = if answer.status.is_success() {
            let body = answer.json();
            match (body["id"].as_str(), body["revoked"].as_bool()) {
                (Some(id), _) if id == self.person.subject() => OWN.to_owned(),
                (Some(_), _) => {
                    self.tally.borrow_mut().crossed += 1;
                    "200 another's account".to_owned()
                }
                (None, None) if body["body"]["name"] == "Jenny Rosen" => OWN.to_owned(),
                (None, None) if body["status"] == 200 => NO_CONTACT.to_owned(),
                // The API's own, to a token under a minute old.
                (None, None) if body["status"] == 401 => RECONNECT.to_owned(),
                (None, Some(true)) => REVOKED.to_owned(),
                (None, Some(false)) => NOT_REVOKED.to_owned(),
                (None, None) => answer.status.as_u16().to_string(),
            }
        } else {
            let (status, code) = answer.error();
            format!("{status} {code}")
        };
        self.tally.borrow_mut().answer(at, request, &told);
        told
    }
}
