//! A world, the binaries, and running a cell with them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sandbox::calls_file::CallsFile;
use sandbox::functions::{FUNCTIONS, TOKEN};
use sandbox::provider::Person;
use sandbox::runtime_api::{Instance, Outcome as Posted};
use sandbox::testing::app::{ADMINISTRATOR, App, CALLS};
use sandbox::testing::cargo::cargo;
use sandbox::testing::rig::{PLANTED, Rig, assert_silent};
use sandbox::{Options, Party};
use serde_json::{Value, json};
use shared::Owner;
use shared::http::Timeouts;
use tokio::sync::Semaphore;

use super::call::{Call, Function};
use super::certificates::Certificates;
use super::expected::{self, LINKED, LINKED_ANEW, NEW_LINK, SAME_CODE, SIGN_IN_AGAIN, SIGNED_OUT};
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
    preparing: Semaphore,
}

/// A function's answer, as API Gateway receives it.
pub struct Answer {
    /// 0 if there is none.
    pub status: u64,
    /// Empty if it is not an error.
    pub code: String,
    pub body: Value,
}

/// A function's binary, running.
pub struct Worker {
    instance: Instance,
    /// What it reads lives as long as it does.
    _calls_file: Option<CallsFile>,
}

/// The signed fields of a request, or those of another back end's.
type Fields = Vec<(&'static str, String)>;

/// How many cells are prepared at once. Preparing takes the processor time that the functions need, which must answer
/// in time.
const PREPARED_AT_ONCE: usize = 2;
/// In seconds; codes and signatures are still valid.
const BEHIND: u64 = 90;

/// The folder with the functions' binaries: this one, or where they are built.
pub fn binaries(built: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
    if let Some(built) = built {
        return Ok(built.to_owned());
    }
    let functions = FUNCTIONS.map(|function| function.name).into_iter().chain([TOKEN.name]);
    let functions: Vec<_> = functions.flat_map(|name| ["--bin", name]).collect();
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
        Ok(Self { rig, binaries, certificates, ca_file, preparing: Semaphore::new(PREPARED_AT_ONCE) })
    }

    /// Starts a function's binary, with other URLs for `parties` than the world's.
    pub async fn worker(&self, function: &str, parties: &[(Party, String)]) -> Worker {
        let mut settings = self.rig.world.settings.clone();
        settings.insert("SSL_CERT_FILE".to_owned(), self.ca_file.display().to_string());
        let mut calls_file = None;
        for (party, url) in parties {
            if *party == Party::Provider {
                let is_account = settings["LINK_SCOPE"] == "account";
                let copy = CallsFile::copy(Path::new(CALLS), url, is_account).expect("a copy");
                settings.insert("CALLS_FILE".to_owned(), copy.path().display().to_string());
                calls_file = Some(copy);
            }
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
        let instance = Instance::start(command, settings).await.expect("a process");
        Worker { instance, _calls_file: calls_file }
    }

    /// Runs one cell, with its own administrator of its own account, who links first.
    pub async fn play(&self, number: usize, call: Call, fault: Fault) -> Outcome {
        let preparing = self.preparing.acquire().await;
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

        let function = call.function();
        let fields = self.fields(function, &app).await;
        drop(preparing);
        let answer = worker.ask(&app, function, &fields).await;
        for (party, proxy) in &proxies {
            let again = refreshes && !answer.is_of_ada() && *party == Party::Provider;
            proxy.replan(again.then(|| no_longer_taken(1)).into_iter().collect()).await;
        }
        let after = match function {
            Function::Userinfo | Function::Call | Function::Token => {
                after_use(&mut worker, &app, function, &fields).await
            }
            Function::Authorize => {
                after_authorize(&mut worker, &app, &fields, app.secret("access_token") == before).await
            }
            Function::Logout => after_logout(&mut worker, &app).await,
        };
        assert_silent("a function's log", &worker.instance.log());
        Outcome { answer: answer.told(), after }
    }

    /// What a request to the function says besides whom it is for.
    async fn fields(&self, function: Function, app: &App<'_>) -> Fields {
        match function {
            Function::Authorize => code(app).await,
            Function::Call => {
                vec![(
                    "request",
                    json!({ "call": "contacts.get", "parameters": { "id": "c-3" } }).to_string(),
                )]
            }
            // A refresh happens when the caller says that the provider no longer accepts the token.
            Function::Token => {
                let token = self.rig.back_end().await.ask(&app.token_event()).await.token();
                let event = app.token_event_after(&token);
                vec![("refused_sha256", event["refused_sha256"].as_str().unwrap_or_default().to_owned())]
            }
            Function::Userinfo | Function::Logout => Vec::new(),
        }
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
async fn code(app: &App<'_>) -> Fields {
    let begun = app.begin().await;
    vec![("code", app.code(&begun, Person::Ada).await), ("verifier", begun.verifier)]
}

async fn after_use(
    worker: &mut Worker,
    app: &App<'_>,
    function: Function,
    fields: &[(&'static str, String)],
) -> String {
    let answer = worker.ask(app, function, fields).await;
    if answer.is_of_ada() {
        return LINKED.to_owned();
    }
    if answer.code == "reconnect_required" && app.link(Person::Ada).await.status == 200 {
        let answer = worker.ask(app, function, fields).await;
        return if answer.is_of_ada() { SIGN_IN_AGAIN.to_owned() } else { answer.told() };
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
    if worker.ask(app, Function::Authorize, same).await.is_of_ada() {
        return if is_same { SAME_CODE } else { LINKED_ANEW }.to_owned();
    }
    let answer = worker.ask(app, Function::Authorize, &code(app).await).await;
    if answer.is_of_ada() && app.userinfo().await.status == 200 { NEW_LINK.to_owned() } else { answer.told() }
}

async fn after_logout(worker: &mut Worker, app: &App<'_>) -> String {
    let answer = worker.ask(app, Function::Logout, &[]).await;
    if answer.status != 200 || !app.stored().is_empty() {
        return format!("{}, stored: {:?}", answer.told(), app.stored());
    }
    let linked = app.link(Person::Ada).await.status == 200 && app.userinfo().await.status == 200;
    if linked { SIGNED_OUT } else { "signed out; no new link works" }.to_owned()
}

impl Worker {
    /// A signed request from the app, or one from another back end.
    async fn ask(&mut self, app: &App<'_>, function: Function, fields: &[(&'static str, String)]) -> Answer {
        if function == Function::Token {
            let mut event = app.token_event();
            for (name, value) in fields {
                event[*name] = value.as_str().into();
            }
            return self.invoke_directly(&event.to_string()).await;
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.invoke(&app.event(function.name(), function.purpose(), &fields)).await
    }

    /// Any event. An error posted to the Runtime API, and the end of the process, are returned as such.
    pub async fn invoke(&mut self, event: &str) -> Answer {
        let posted = match self.posted(event).await {
            Ok(posted) => posted,
            Err(none) => return none,
        };
        assert_silent("an answer", &posted);
        let posted: Value = serde_json::from_str(&posted).expect("an answer for API Gateway");
        let body: Value =
            serde_json::from_str(posted["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let code = body["error"]["code"].as_str().unwrap_or_default().to_owned();
        Answer { status: posted["statusCode"].as_u64().unwrap_or_default(), code, body }
    }

    /// The same, to the function without a route, whose answer has no status.
    pub async fn invoke_directly(&mut self, event: &str) -> Answer {
        let posted = match self.posted(event).await {
            Ok(posted) => posted,
            Err(none) => return none,
        };
        let body: Value = serde_json::from_str(&posted).expect("an answer for a back end");
        let code = body["error"]["code"].as_str().unwrap_or_default().to_owned();
        Answer { status: 0, code, body }
    }

    async fn posted(&mut self, event: &str) -> Result<String, Answer> {
        match self.instance.invoke(event).await.map(|answer| answer.outcome) {
            Ok(Posted::Response(posted)) => Ok(posted),
            Ok(Posted::Error(error)) => Err(Answer::none(&format!("a function error: {error}"))),
            Err(ended) => Err(Answer::none(&format!("the process has ended: {}", ended.status))),
        }
    }
}

impl Answer {
    fn none(why: &str) -> Self {
        Self { status: 0, code: why.to_owned(), body: Value::Null }
    }

    /// Whether it is about Ada's account, or from the provider's API in her name.
    fn is_of_ada(&self) -> bool {
        let Self { body, .. } = self;
        body["id"] == "person_ada" || body["subject"] == "person_ada" || body["body"]["name"] == "Jenny Rosen"
    }

    /// Status and code, or what there is instead.
    pub fn told(&self) -> String {
        let outcome = match (self.body["revoked"].as_bool(), self.body["status"].as_u64()) {
            (Some(true), _) => "revoked".to_owned(),
            (Some(false), _) => "not revoked".to_owned(),
            (None, Some(status)) => format!("with the provider's {status}"),
            (None, None) if self.body["access_token"].is_string() => expected::TOKEN.to_owned(),
            (None, None) if self.is_of_ada() => "linked".to_owned(),
            (None, None) => self.code.clone(),
        };
        if self.status == 0 { outcome } else { format!("{} {outcome}", self.status) }
    }
}
