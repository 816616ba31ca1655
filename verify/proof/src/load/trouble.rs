//! A fault of one upstream call for one user.

use std::collections::BTreeMap;

use fastrand::Rng;
use sandbox::Party;
use sandbox::faults::{Fault, Faults, Planned};

use super::link::NO_CONTACT;
use super::user::Action;

const FIND: &str = "/v1/apps/secrets/find";
const SET: &str = "/v1/apps/secrets";
const DELETE: &str = "/v1/apps/secrets/delete";
const TOKEN: &str = "/token";
const WHOAMI: &str = "/oauth/whoami";
const REVOKE: &str = "/revoke";
const CONTACT: &str = "/api/contacts/c-3";

type Make = fn() -> Fault;

/// How each of them can fail.
const KINDS: [(&str, Make); 9] = [
    ("500", || Fault::status(500)),
    ("503", || Fault::body(503, "")),
    ("429", || Fault::status(429)),
    ("not JSON", || Fault::body(200, "<html>")),
    ("another JSON", || Fault::body(200, "[]")),
    ("hung up", || Fault::HangUp),
    ("reply lost", || Fault::LoseReply),
    ("slow", || Fault::DelayMs(50)),
    // Longer than the functions wait.
    ("too slow", || Fault::DelayMs(1000)),
];

/// A fault, and the route it applies to.
pub struct Trouble {
    /// Such as `/token: reply lost`.
    pub name: String,
    path: &'static str,
    kind: &'static str,
    fault: Fault,
    /// How many calls of the route succeed before it.
    after: u32,
}

impl Trouble {
    /// Any fault that an action can meet.
    pub fn any(rng: &mut Rng, action: Action, refresh_is_due: bool) -> Self {
        let paths: &[&'static str] = match action {
            Action::Userinfo if refresh_is_due => &[FIND, SET, TOKEN, TOKEN, WHOAMI],
            Action::Call if refresh_is_due => &[FIND, SET, TOKEN, TOKEN, CONTACT],
            Action::Call => &[FIND, CONTACT],
            Action::BackEnd if refresh_is_due => &[FIND, SET, TOKEN, TOKEN],
            Action::BackEnd => &[FIND],
            Action::Link => &[FIND, SET, DELETE, TOKEN, WHOAMI],
            Action::Logout => &[FIND, DELETE, REVOKE],
            _ => &[FIND, WHOAMI],
        };
        let path = paths[rng.usize(..paths.len())];
        let (kind, fault) = KINDS[rng.usize(..KINDS.len())];
        // A write of the tokens follows that of a lease.
        let after = if path == SET { rng.u32(..2) } else { 0 };
        Self { name: format!("{path}: {kind}"), path, kind, fault: fault(), after }
    }

    /// The calls that none of these faults hit, and the kinds that hit no call.
    pub fn missing(struck: &BTreeMap<String, usize>) -> Vec<&'static str> {
        let has = |is: &dyn Fn((&str, &str)) -> bool| {
            struck.keys().filter_map(|name| name.split_once(": ")).any(is)
        };
        let paths = [FIND, SET, DELETE, TOKEN, WHOAMI, REVOKE, CONTACT].into_iter();
        let kinds = KINDS.into_iter().map(|(kind, _)| kind);
        paths
            .filter(|path| !has(&|(struck, _)| struck == *path))
            .chain(kinds.filter(|kind| !has(&|(_, struck)| struck == *kind)))
            .collect()
    }

    /// Plans it for calls about this user.
    pub fn plan(&self, faults: &Faults, user: &str, subject: &str) {
        let (party, about) = match self.path {
            FIND | SET | DELETE => (Party::Stripe, user),
            _ => (Party::Provider, subject),
        };
        let planned = |fault, times| Planned {
            party,
            path: self.path.to_owned(),
            fault,
            times,
            about: about.to_owned(),
        };
        faults.plan(planned(Fault::DelayMs(0), self.after));
        faults.plan(planned(self.fault.clone(), 1));
    }

    /// Whether the provider may have acted without anyone knowing: it accepts a refresh token only once.
    pub fn may_lose_tokens(&self) -> bool {
        self.path == TOKEN && ["reply lost", "too slow"].contains(&self.kind)
    }

    /// Whether it can explain this answer.
    pub fn excuses(&self, told: &str) -> bool {
        let at_stripe = [FIND, SET, DELETE].contains(&self.path);
        match self.kind {
            "slow" => false,
            // A code is valid for a minute, and the clock runs fast.
            "too slow" if told == "401 code_rejected" => true,
            "429" => told == "429 rate_limited",
            _ if at_stripe => told == "503 secret_store_unavailable",
            // What the API answers is for the app to judge.
            "not JSON" | "another JSON" if self.path == CONTACT => told == NO_CONTACT,
            "not JSON" | "another JSON" => told == "502 provider_error",
            _ => told == "503 provider_unavailable",
        }
    }
}
