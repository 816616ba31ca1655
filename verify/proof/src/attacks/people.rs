//! Two people with one back end and one real provider: each has a Dashboard, a browser and an account there.

use std::collections::HashMap;

use sandbox::testing::app::{Answer, App};
use sandbox::testing::bench::Bench;
use sandbox::testing::browser::Browser;

/// A person with their Dashboard and their browser.
pub struct Person<'a> {
    pub app: App<'a>,
    /// Who they are at the provider.
    pub at_provider: &'static str,
    bench: &'a Bench,
    browser: Browser,
    /// What their Dashboard keeps of each attempt: the verifier, by state.
    session: HashMap<String, String>,
}

/// The attacker and the victim, both in one Stripe account, which is the harder case.
pub fn people(bench: &Bench) -> (Person<'_>, Person<'_>) {
    (Person::new(bench, "usr_mallory", "bob"), Person::new(bench, "usr_ada", "alice"))
}

impl<'a> Person<'a> {
    fn new(bench: &'a Bench, user: &'a str, at_provider: &'static str) -> Self {
        let app = App::new(&bench.rig, user, "acct_alpine");
        Self { app, at_provider, bench, browser: Browser::default(), session: HashMap::new() }
    }

    /// Opens the app, which shows a link to the provider.
    pub async fn begin(&mut self) -> String {
        let begun = self.app.begin().await;
        self.session.insert(begun.state, begun.verifier);
        begun.authorization_url
    }

    /// The article's app: its link leads through `GET /login` to the provider.
    pub async fn begin_directly(&self) -> String {
        let login = self.app.get(&self.app.login_address()).await;
        login.redirect();
        login.headers["location"].to_str().unwrap_or_default().to_owned()
    }

    /// Follows a link to the provider, signs in there as themselves and consents. Returns where that leads, below our
    /// prefix.
    pub async fn consent(&mut self, authorization_url: &str) -> String {
        self.bench.at_server_in(&mut self.browser, authorization_url, self.at_provider).await
    }

    /// Opens a callback's URL. Returns what it passes to the Dashboard.
    pub async fn open(&self, callback: &str) -> HashMap<String, String> {
        self.app.get(callback).await.redirect().1
    }

    /// Their Dashboard: gives code and verifier to the app only for one of its own states (Stripe's documentation), and the
    /// app finishes.
    pub async fn return_to_dashboard(&self, parameters: &HashMap<String, String>) -> Option<Answer> {
        let verifier = self.session.get(&parameters["state"])?;
        Some(self.app.complete(&parameters["code"], verifier).await)
    }

    /// A Dashboard that gives the app whatever arrives, with any verifier it has.
    pub async fn careless_dashboard(&self, parameters: &HashMap<String, String>) -> Answer {
        let none = "v".repeat(43);
        let verifier = self.session.values().next().unwrap_or(&none);
        self.app.complete(&parameters["code"], verifier).await
    }

    /// The account at the provider that their Stripe user is linked to.
    pub async fn linked_to(&self) -> Option<String> {
        let answer = self.app.userinfo().await;
        answer.status.is_success().then(|| answer.json()["id"].as_str().unwrap_or_default().to_owned())
    }
}

/// What the two end up with, or `refusal` if nothing. A link to one's own account harms nobody.
pub async fn outcome(attacker: &Person<'_>, victim: &Person<'_>, refusal: &str) -> String {
    let (attackers, victims) = (attacker.linked_to().await, victim.linked_to().await);
    let link = |who: &str, account: &str| format!("the {who} is linked to the account of {account}");
    match (attackers.as_deref(), victims.as_deref()) {
        (Some("alice"), _) => format!("succeeded: {}", link("attacker", "the victim")),
        (_, Some("bob")) => format!("succeeded: {}", link("victim", "the attacker")),
        (Some(_), _) => format!("harmless: {}", link("attacker", "the attacker")),
        (_, Some(_)) => format!("harmless: {}", link("victim", "the victim")),
        (None, None) => refusal.to_owned(),
    }
}
