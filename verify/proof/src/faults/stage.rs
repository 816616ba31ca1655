//! A world, the binaries, and running a cell with them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sandbox::functions::FUNCTIONS;
use sandbox::provider::Person;
use sandbox::runtime_api::{Instance, Outcome as Posted};
use sandbox::testing::app::{ADMINISTRATOR, App, CALLS};
use sandbox::testing::cargo::cargo;
use sandbox::testing::rig::{PLANTED, Rig, assert_silent};
use sandbox::{Options, Party};
use serde_json::Value;
use shared::Owner;
use shared::http::Timeouts;

use super::call::{Call, Function};
use super::certificates::Certificates;
use super::expected::{LINKED, LINKED_ANEW, NEW_LINK, SAME_CODE, SIGN_IN_AGAIN, SIGNED_OUT};
use super::proxy::{Body, Fault, Proxy, Reply, Strike};

/// The workspace.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// In `Cargo.toml`: a release that builds faster.
const PROFILE: &str = "tested";
const UNAUTHORIZED: Fault = Fault::Reply(Reply { status: 401, headers: &[], body: Body::Text("") });

/// The outcome of a cell.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Status and code.
    pub answer: String,
    /// How it continued after the fault.
    pub after: String,
}

/// Where the cells run.
pub struct Stage {
    pub rig: Rig,
    binaries: PathBuf,
    certificates: Arc<Certificates>,
    ca_file: PathBuf,
}

/// A function's answer, as API Gateway receives it.
pub struct Answer {
    pub status: u64,
    /// Empty if it is not an error.
    pub code: String,
    pub body: Value,
}

/// A function's binary, running.
pub struct Worker(Instance);

/// In seconds; codes and signatures are still valid.
const BEHIND: u64 = 90;

/// The folder with the functions' binaries: this one, or where they are built.
pub fn binaries(built: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
    if let Some(built) = built {
        return Ok(built.to_owned());
    }
    let functions = FUNCTIONS.map(|function| ["--bin", function.name]);
    let functions = functions.as_flattened();
    let status = cargo().args(["build", "--profile", PROFILE]).args(functions).current_dir(ROOT).status()?;
    if !status.success() {
        return Err("the functions do not build".into());
    }
    // Next to `debug`, where this program is.
    let program = std::env::current_exe()?;
    let target = program.parent().and_then(Path::parent).ok_or("no target directory")?;
    Ok(target.join(PROFILE))
}

impl Stage {
    /// Starts the world, whose clock runs like that of the functions' binaries.
    pub async fn set(built: Option<&Path>, owner: Owner) -> Result<Self, Box<dyn Error>> {
        let binaries = tokio::task::block_in_place(|| binaries(built))?;
        let ca_file = Path::new(ROOT).join("target/proof/ca.pem");
        let certificates = Arc::new(Certificates::issue(&ca_file)?);

        // The world's clock is behind when links are made, because tokens under a minute old are not refreshed after a 401.
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() - BEHIND;
        let scope = match owner {
            Owner::User => "user",
            Owner::Account => "account",
        };
        let settings = vec![("LINK_SCOPE", scope.to_owned())];
        let (timeouts, calls) = (Timeouts::default(), Some(CALLS.into()));
        let options = Options { marker: PLANTED, timeouts, settings, calls, ..Options::default() };
        let rig = Rig::beginning(now, options).await;
        let clock = rig.clock.clone();
        tokio::spawn(async move {
            let mut seconds = tokio::time::interval(Duration::from_secs(1));
            seconds.tick().await;
            loop {
                seconds.tick().await;
                clock.advance(1);
            }
        });
        Ok(Self { rig, binaries, certificates, ca_file })
    }

    /// Starts a function's binary, with other URLs for `parties` than the world's.
    pub async fn worker(&self, function: &str, parties: &[(Party, String)]) -> Worker {
        let mut settings = self.rig.world.settings.clone();
        settings.insert("SSL_CERT_FILE".to_owned(), self.ca_file.display().to_string());
        for (party, url) in parties {
            let changed = match party {
                Party::Ssm => vec![("AWS_ENDPOINT_URL_SSM", url.clone())],
                Party::Stripe => vec![("STRIPE_API_BASE", url.clone())],
                _ => vec![
                    ("THIRD_PARTY_URL_BASE", url.clone()),
                    ("THIRD_PARTY_REVOKE_URL", format!("{url}/revoke")),
                ],
            };
            settings.extend(changed.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        let built = self.binaries.join(function);
        // Cargo lambda makes a folder for each function.
        let command = Command::new(if built.is_dir() { built.join("bootstrap") } else { built });
        Worker(Instance::start(command, settings).await.expect("a process"))
    }

    /// Runs one cell, with its own administrator of its own account, who links first.
    pub async fn play(&self, number: usize, call: Call, fault: Fault) -> Outcome {
        let (user, account) = (format!("usr_{number}"), format!("acct_{number}"));
        let app = App::new(&self.rig, &user, &account).with_roles(ADMINISTRATOR);
        assert_eq!(app.link(Person::Ada).await.status, 200, "{user}");
        let before = app.secret("access_token");

        // A refresh happens when the provider no longer accepts the access token.
        let refreshes = matches!(call, Call::Refresh | Call::RefreshLease);
        let no_longer_taken = |times| Strike { call: Call::Userinfo, fault: UNAUTHORIZED, times };
        let mut plan = vec![Strike::always(call, fault)];
        plan.extend((call == Call::Refresh).then_some(no_longer_taken(1)));
        let mut proxies = vec![(call.party(), self.proxy(call.party(), plan).await)];
        if call == Call::RefreshLease {
            let plan = vec![no_longer_taken(1)];
            proxies.push((Party::Provider, self.proxy(Party::Provider, plan).await));
        }
        let urls: Vec<_> = proxies.iter().map(|(party, proxy)| (*party, proxy.url())).collect();
        let mut worker = self.worker(call.function().name(), &urls).await;

        let purpose = call.function().purpose();
        let code = if call.function() == Function::Authorize { code(&app).await } else { Vec::new() };
        let answer = worker.ask(&app, call.function(), purpose, &code).await;
        for (party, proxy) in &proxies {
            let again = refreshes && !answer.is_ada() && *party == Party::Provider;
            proxy.replan(again.then(|| no_longer_taken(1)).into_iter().collect()).await;
        }
        let after = match call.function() {
            Function::Userinfo => after_userinfo(&mut worker, &app).await,
            Function::Authorize => {
                after_authorize(&mut worker, &app, &code, app.secret("access_token") == before).await
            }
            Function::Logout => after_logout(&mut worker, &app).await,
        };
        assert_silent("a function's log", &worker.0.log());
        Outcome { answer: answer.told(), after }
    }

    async fn proxy(&self, party: Party, plan: Vec<Strike>) -> Proxy {
        let addresses = &self.rig.world.addresses;
        let upstream = match party {
            Party::Ssm => &addresses.ssm,
            Party::Stripe => &addresses.stripe,
            _ => &addresses.provider,
        };
        Proxy::start(upstream, Arc::clone(&self.certificates), plan).await.expect("a free port")
    }
}

/// The signed fields of a link that only needs to be finished.
async fn code(app: &App<'_>) -> Vec<(&'static str, String)> {
    let begun = app.begin().await;
    vec![("code", app.code(&begun, Person::Ada).await), ("verifier", begun.verifier)]
}

async fn after_userinfo(worker: &mut Worker, app: &App<'_>) -> String {
    let answer = worker.ask(app, Function::Userinfo, "userinfo", &[]).await;
    if answer.is_ada() {
        return LINKED.to_owned();
    }
    if answer.code == "reconnect_required" && app.link(Person::Ada).await.status == 200 {
        let answer = worker.ask(app, Function::Userinfo, "userinfo", &[]).await;
        return if answer.is_ada() { SIGN_IN_AGAIN.to_owned() } else { answer.told() };
    }
    answer.told()
}

async fn after_authorize(
    worker: &mut Worker,
    app: &App<'_>,
    same: &[(&'static str, String)],
    is_same: bool,
) -> String {
    let linked = app.userinfo().await;
    if linked.status != 200 {
        return format!("the link is lost: {}", linked.error().1);
    }
    if worker.ask(app, Function::Authorize, "complete", same).await.is_ada() {
        return if is_same { SAME_CODE } else { LINKED_ANEW }.to_owned();
    }
    let answer = worker.ask(app, Function::Authorize, "complete", &code(app).await).await;
    if answer.is_ada() && app.userinfo().await.status == 200 { NEW_LINK.to_owned() } else { answer.told() }
}

async fn after_logout(worker: &mut Worker, app: &App<'_>) -> String {
    let answer = worker.ask(app, Function::Logout, "logout", &[]).await;
    if answer.status != 200 || !app.stored().is_empty() {
        return format!("{}, stored: {:?}", answer.told(), app.stored());
    }
    let linked = app.link(Person::Ada).await.status == 200 && app.userinfo().await.status == 200;
    if linked { SIGNED_OUT } else { "signed out; no new link works" }.to_owned()
}

impl Worker {
    /// A signed request from the app.
    async fn ask(
        &mut self,
        app: &App<'_>,
        function: Function,
        purpose: &str,
        fields: &[(&'static str, String)],
    ) -> Answer {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.invoke(&app.event(function.name(), purpose, &fields)).await
    }

    /// Any event. An error posted to the Runtime API, and the end of the process, are returned as such.
    pub async fn invoke(&mut self, event: &str) -> Answer {
        let posted = match self.0.invoke(event).await.map(|answer| answer.outcome) {
            Ok(Posted::Response(posted)) => posted,
            Ok(Posted::Error(error)) => return Answer::none(&format!("a function error: {error}")),
            Err(ended) => return Answer::none(&format!("the process has ended: {}", ended.status)),
        };
        assert_silent("an answer", &posted);
        let posted: Value = serde_json::from_str(&posted).expect("an answer for API Gateway");
        let body: Value =
            serde_json::from_str(posted["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let code = body["error"]["code"].as_str().unwrap_or_default().to_owned();
        Answer { status: posted["statusCode"].as_u64().unwrap_or_default(), code, body }
    }
}

impl Answer {
    fn none(why: &str) -> Self {
        Self { status: 0, code: why.to_owned(), body: Value::Null }
    }

    fn is_ada(&self) -> bool {
        self.status == 200 && self.body["id"] == "person_ada"
    }

    /// Status and code, or what there is instead.
    pub fn told(&self) -> String {
        let outcome = match self.body["revoked"].as_bool() {
            Some(true) => "revoked",
            Some(false) => "not revoked",
            None if self.is_ada() => "linked",
            None => &self.code,
        };
        format!("{} {outcome}", self.status)
    }
}
