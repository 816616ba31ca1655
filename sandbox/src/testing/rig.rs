//! A world for one test, with a check that nothing it outputs contains a secret.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use crate::clock::ManualClock;
use crate::{Options, World};
use shared::Environment;
use shared::LinkFlow;
use shared::http::{Deadline, Http, Reply, RequestBuilder, Timeouts};
use shared::lambda::Lambda;
use userinfo::Userinfo;

use super::app::{ADMINISTRATOR, App};

/// Is in every secret, token and code, and must never appear in our output.
pub const PLANTED: &str = "PLANTED";
/// The time at which every test starts.
pub const NOW: u64 = 1_800_000_000;

/// Short enough for tests, long enough for a busy machine.
pub const TIMEOUTS: Timeouts = Timeouts {
    attempt: Duration::from_millis(1500),
    secret_store: Duration::from_secs(4),
    request: Duration::from_secs(14),
    pause: Duration::from_millis(10),
    ..Timeouts::DEFAULT
};

/// No function takes longer than this for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// A world whose clock stands still.
pub struct Rig {
    /// The world.
    pub world: World,
    /// Its clock, and the functions'.
    pub clock: ManualClock,
    /// A client that does not follow redirects.
    pub http: Http,
    pub(super) timeouts: Timeouts,
}

impl Rig {
    /// With the default flow.
    pub async fn session_bound() -> Self {
        Self::with(Options::default()).await
    }

    /// With the article's flow.
    pub async fn direct() -> Self {
        Self::with(Options { flow: LinkFlow::Direct, ..Options::default() }).await
    }

    /// With the default flow and other settings.
    pub async fn set(settings: &[(&'static str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::with(Options { settings, ..Options::default() }).await
    }

    /// With links of the account, and the time-outs of [`Rig::patient`].
    pub async fn of_the_account() -> Self {
        let settings = vec![("LINK_SCOPE", "account".to_owned())];
        let timeouts = Timeouts::DEFAULT;
        Self::timed(Options { marker: PLANTED, timeouts, settings, ..Options::default() }).await
    }

    /// With any options; every secret has the marker.
    pub async fn with(options: Options) -> Self {
        Self::marked(PLANTED, options).await
    }

    /// With another marker, the secrets are those of another sandbox, such as the one that `cargo run` starts.
    pub async fn marked(marker: &'static str, options: Options) -> Self {
        Self::timed(Options { marker, timeouts: TIMEOUTS, ..options }).await
    }

    /// With the time-outs that functions are deployed with, for many requests at once on a busy machine.
    pub async fn patient() -> Self {
        let timeouts = Timeouts::DEFAULT;
        Self::timed(Options { marker: PLANTED, timeouts, ..Options::default() }).await
    }

    /// With the options' own marker and time-outs.
    pub async fn timed(options: Options) -> Self {
        Self::beginning(NOW, options).await
    }

    /// The same, at another time.
    pub async fn beginning(now: u64, options: Options) -> Self {
        watch_the_log();
        let clock = ManualClock::at(now);
        let timeouts = options.timeouts;
        let world = World::start(Options { port: 0, clock: clock.clock(), ..options }).await;
        let http = Http::new(Timeouts { attempt: PATIENCE, ..Timeouts::default() });
        Self { world: world.expect("a world"), clock, http, timeouts }
    }

    /// The answer to a request from the app, a browser or a test.
    pub async fn reply_to(&self, request: RequestBuilder) -> Reply {
        let reply = Box::pin(self.http.send("test", request, Deadline::after(PATIENCE))).await;
        reply.unwrap_or_else(|failure| panic!("no answer: {failure:?}"))
    }

    /// Another instance of `userinfo`, which shares no state with the others.
    pub async fn worker(&self) -> Lambda<Userinfo> {
        self.worker_in(&self.world.environment).await
    }

    /// The same, with an environment of its own.
    pub async fn worker_in(&self, environment: &Environment) -> Lambda<Userinfo> {
        Lambda::start(environment.clone(), self.clock.clock(), self.timeouts).await.expect("a function")
    }

    /// The app in the Dashboard of `usr_ada` in `acct_alpine`, test mode.
    pub fn app(&self) -> App<'_> {
        App::new(self, "usr_ada", "acct_alpine")
    }

    /// The same app, of a user who is an administrator.
    pub fn administrator(&self) -> App<'_> {
        self.app().with_roles(ADMINISTRATOR)
    }

    /// The app of another user of the account, without a role that matters.
    pub fn member(&self) -> App<'_> {
        App::new(self, "usr_grace", "acct_alpine")
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&log);
        // A second panic in a failing test would abort the process.
        if !std::thread::panicking() {
            assert_silent("the log", &text);
        }
    }
}

/// Panics if the text contains a planted secret.
pub fn assert_silent(what: &str, text: &str) {
    // The sealing key of the marker, in base64.
    for secret in [PLANTED, "UExBTlRFRF"] {
        assert!(!text.contains(secret), "{what} contains a secret: {text}");
    }
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Tap;

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn watch_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let environment = Environment::from_iter([("LOG_LEVEL", "trace"), ("AWS_LAMBDA_LOG_FORMAT", "JSON")]);
        let log = shared::log::subscriber(&environment, || Tap);
        tracing::subscriber::set_global_default(log).expect("the only log of this process");
    });
}

/// Takes what was logged since the last call. Long runs do so from time to time.
pub fn take_log() -> String {
    let log = std::mem::take(&mut *LOG.lock().unwrap_or_else(PoisonError::into_inner));
    String::from_utf8_lossy(&log).into_owned()
}

/// What was logged and not yet taken.
pub fn logged() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
