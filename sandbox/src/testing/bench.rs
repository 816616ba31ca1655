//! A world whose provider is a real server, with a check that no secret seen there leaks.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::Options;
use crate::real_provider::RealProvider;
use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::http::Timeouts;
use shared::sealed::SealingKeys;
use shared::settings::Source;
use shared::tokens::TokenSet;
use shared::{LinkFlow, Mode};
use url::Url;

use super::app::{Answer, App, parts};
use super::browser::Browser;
use super::rig::{PLANTED, Rig, logged};
use super::servers::{CALLBACK, CLIENT_ID, CLIENT_SECRET, Kind, Server};
use super::token_proxy::{self, Change};

/// Long enough for fifty workers on a busy machine.
const TIMEOUTS: Timeouts =
    Timeouts { secret_store: Duration::from_secs(4), pause: Duration::from_millis(10), ..Timeouts::DEFAULT };

/// A back end connected to a real server.
pub struct Bench {
    /// The server.
    pub server: Server,
    /// The back end, and Stripe.
    pub rig: Rig,
    /// Codes and tokens. None may ever appear in our output.
    seen: Mutex<Vec<String>>,
}

impl Bench {
    /// With the session-bound flow.
    pub async fn start(kind: Kind) -> Self {
        Self::with(kind, LinkFlow::SessionBound).await
    }

    /// With either flow.
    pub async fn with(kind: Kind, flow: LinkFlow) -> Self {
        let server = Server::start(kind);
        let rig = rig(&server, flow, []).await;
        Self { server, rig, seen: Mutex::default() }
    }

    /// With a file as for `cargo run -- --provider custom --env`.
    pub async fn of_file(server: Server, file: &Path) -> Self {
        let real_provider = Some(RealProvider::read("custom", file).expect("a provider"));
        let options = Options { real_provider, marker: PLANTED, timeouts: TIMEOUTS, ..Options::default() };
        Self { server, rig: Rig::timed(options).await, seen: Mutex::default() }
    }

    /// Another back end connected to the same server, with other settings.
    pub async fn set<const N: usize>(&mut self, settings: [(&'static str, String); N]) {
        self.rig = rig(&self.server, LinkFlow::SessionBound, settings).await;
    }

    /// The same back end, with a proxy in front of the server's token endpoint.
    pub async fn change_tokens(&mut self, change: Change) {
        let proxy = token_proxy::start(&self.server.token_url(), change).await;
        self.set([("THIRD_PARTY_TOKEN_URL", proxy)]).await;
    }

    /// The person at the server in a new browser, up to the URL it is sent back to, below the prefix.
    pub async fn at_server(&self, authorization_url: &str, person: &str) -> String {
        self.at_server_in(&mut Browser::default(), authorization_url, person).await
    }

    /// The same, in the person's own browser.
    pub async fn at_server_in(&self, browser: &mut Browser, authorization_url: &str, person: &str) -> String {
        let mut url = Url::parse(authorization_url).unwrap();
        url.query_pairs_mut().append_pair("login_hint", person);
        let callback = browser.follow(&self.rig, url, CALLBACK).await;
        if let Some(code) = parts(callback.as_str()).1.get("code") {
            self.watch(code);
        }
        callback.as_str().strip_prefix(CALLBACK).unwrap().to_owned()
    }

    /// The whole session-bound flow.
    pub async fn link(&self, app: &App<'_>, person: &str) -> Answer {
        let begun = app.begin().await;
        let callback = self.at_server(&begun.authorization_url, person).await;
        let (_, parameters) = app.get(&callback).await.redirect();
        assert_eq!(parameters["state"], begun.state);
        app.complete(&parameters["code"], &begun.verifier).await
    }

    /// The whole session-bound flow, which must succeed.
    pub async fn linked(&self) -> App<'_> {
        let app = self.rig.app();
        let answer = self.link(&app, "alice").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        app
    }

    /// What is stored for this user in one secret, opened with the operator's key.
    pub async fn tokens(&self, app: &App<'_>) -> TokenSet {
        let world = &self.rig.world;
        let source = Source::new(world.environment.clone(), &self.rig.http, self.rig.clock.clock());
        let keys = source.load(SealingKeys::from_settings).await.expect("the key");
        let sealed = world.stripe.payload(Mode::Test, app.account, app.user, "access_token").expect("tokens");
        let client_id = world.environment.get("THIRD_PARTY_CLIENT_ID").expect("a client");
        let context = [app.account, app.user, app.mode, "custom", client_id, "access_token"];
        let tokens: TokenSet = keys.open(&sealed, &context).expect("tokens that open").0;
        self.watch(tokens.access_token.expose_secret());
        self.watch(refresh_token(&tokens));
        tokens
    }

    /// Refreshes without the back end knowing. Returns the error if the server refuses.
    pub async fn refresh(&self, tokens: &TokenSet) -> Option<String> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token(tokens)),
            ("client_id", &format!("{CLIENT_ID}/client_secret_post")),
            ("client_secret", CLIENT_SECRET),
        ];
        let request = self.rig.http.post(self.server.token_url().parse().unwrap()).form(&form);
        let answer: Value = self.rig.reply_to(request).await.json().expect("JSON");
        answer["error"].as_str().map(str::to_owned)
    }

    /// Whether the server accepts this access token.
    pub async fn takes(&self, access_token: &SecretString) -> bool {
        let request = self.rig.http.get(self.server.userinfo_url().parse().unwrap());
        let request = request.bearer_auth(access_token.expose_secret());
        self.rig.reply_to(request).await.status == StatusCode::OK
    }

    /// How many requests the server got for this: a grant type, or `revocation`.
    pub async fn calls(&self, what: &str) -> u64 {
        let request = self.rig.http.get(format!("{}/calls", self.server.origin).parse().unwrap());
        let calls: Value = self.rig.reply_to(request).await.json().expect("JSON");
        calls[what].as_u64().unwrap_or_default()
    }

    /// Panics if the text contains a code or token.
    pub fn assert_unseen(&self, what: &str, text: &str) {
        for secret in self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            assert!(!text.contains(secret), "{what} contains a code or token of {}", self.server.kind.name());
        }
    }

    fn watch(&self, secret: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A second panic in a failing test would abort the process.
        if std::thread::panicking() {
            return;
        }
        let log = logged();
        assert!(!log.is_empty(), "nobody listened");
        self.assert_unseen("the log", &log);
    }
}

async fn rig<const N: usize>(server: &Server, flow: LinkFlow, more: [(&'static str, String); N]) -> Rig {
    let settings = server.settings().into_iter().chain(more).collect();
    Rig::timed(Options { flow, settings, marker: PLANTED, timeouts: TIMEOUTS, ..Options::default() }).await
}

/// The set's refresh token, which must exist.
pub fn refresh_token(tokens: &TokenSet) -> &str {
    tokens.refresh_token.as_ref().expect("a refresh token").expose_secret()
}
