//! The Lambda Runtime API (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), and behind it a
//! function as Lambda runs it: its binary in a separate process, with nothing in its environment except what it is given.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::ports::without_delay;

/// How long a function may take, as reported to it.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// A running instance of a function. Dropping it ends the process.
pub struct Instance {
    child: Child,
    process_id: u32,
    events: mpsc::UnboundedSender<Invocation>,
    first_next: watch::Receiver<Option<SystemTime>>,
    log: Log,
    count: u64,
    tasks: Vec<JoinHandle<()>>,
}

/// How a function answered an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It posted to `/response`.
    Response(String),
    /// It posted to `/error`.
    Error(String),
}

/// An answered event.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Response or error.
    pub outcome: Outcome,
    /// From delivering the event to having read the answer.
    pub took: Duration,
}

/// The process has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// Everything it wrote.
    pub log: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the function ended with {}:\n{}", self.status, self.log)
    }
}

impl std::error::Error for Ended {}

impl Instance {
    /// Starts `command` with only this environment.
    ///
    /// # Errors
    /// If there is no such program, or no free port.
    pub async fn start<N, V>(
        command: std::process::Command,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> io::Result<Self>
    where
        N: AsRef<std::ffi::OsStr>,
        V: AsRef<std::ffi::OsStr>,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::unbounded_channel();
        let (first_next, seen) = watch::channel(None);
        let api = Arc::new(Api { waiting: waiting.into(), open: Mutex::default(), first_next });
        // It returns only when the runtime ends.
        let listener = listener.tap_io(without_delay);
        let server =
            tokio::spawn(async move { axum::serve(listener, api.router()).await.unwrap_or_default() });

        let mut child = Command::from(command)
            .env_clear()
            .envs([
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
                ("AWS_LAMBDA_FUNCTION_NAME", "sandbox"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/sandbox"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "sandbox"),
                ("AWS_REGION", "us-east-1"),
            ])
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let process_id = child.id().unwrap_or_default();
        let log = Log::default();
        let mut tasks = vec![server];
        tasks.extend(child.stdout.take().map(|output| log.keep(output)));
        tasks.extend(child.stderr.take().map(|output| log.keep(output)));
        Ok(Self { child, process_id, events, first_next: seen, log, count: 0, tasks })
    }

    /// The id of the process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process_id
    }

    /// Waits until the function asks for its first event, and returns when it did.
    ///
    /// # Errors
    /// [`Ended`] if it ends before that.
    pub async fn ready(&mut self) -> Result<SystemTime, Ended> {
        let mut first_next = self.first_next.clone();
        let status = tokio::select! {
            biased;
            Ok(seen) = first_next.wait_for(Option::is_some) => {
                return Ok(seen.unwrap_or(UNIX_EPOCH)); // It is some.
            }
            status = self.child.wait() => status,
        };
        Err(self.ended(status).await)
    }

    /// Delivers an event, and waits for the answer. Only the caller limits how long.
    ///
    /// # Errors
    /// [`Ended`] if no answer can come any more.
    pub async fn invoke(&mut self, event: &str) -> Result<Answer, Ended> {
        self.count += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", self.count);
        let (answer, answered) = oneshot::channel();
        // If the process has ended, nobody receives it; that is noticed below.
        let _ = self.events.send(Invocation { id, event: event.to_owned(), answer });
        let status = tokio::select! {
            biased;
            Ok(answer) = answered => return Ok(answer),
            status = self.child.wait() => status,
        };
        Err(self.ended(status).await)
    }

    /// Everything the function has written so far, to standard output and error.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().clone()
    }

    async fn ended(&mut self, status: io::Result<ExitStatus>) -> Ended {
        // The rest of its log; the first task, the server, never ends.
        for task in self.tasks.drain(1..) {
            let _ = task.await;
        }
        Ended { status: status.unwrap_or_default(), log: self.log() }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// An event on its way to the function.
struct Invocation {
    id: String,
    event: String,
    answer: oneshot::Sender<Answer>,
}

/// An event that the function is handling.
struct Open {
    since: Instant,
    answer: oneshot::Sender<Answer>,
}

struct Api {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    open: Mutex<HashMap<String, Open>>,
    first_next: watch::Sender<Option<SystemTime>>,
}

impl Api {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .layer(DefaultBodyLimit::disable())
            .with_state(self)
    }

    fn answer(&self, id: &str, outcome: Outcome) -> StatusCode {
        let Some(Open { since, answer }) = self.lock_open().remove(id) else {
            return StatusCode::BAD_REQUEST;
        };
        // The caller may have stopped waiting.
        let _ = answer.send(Answer { outcome, took: since.elapsed() });
        StatusCode::ACCEPTED
    }

    fn lock_open(&self) -> std::sync::MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let now = SystemTime::now();
    api.first_next.send_if_modified(|seen| seen.replace(seen.unwrap_or(now)).is_none());
    let Some(Invocation { id, event, answer }) = api.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    api.lock_open().insert(id.clone(), Open { since: Instant::now(), answer });
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIME_LIMIT;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:sandbox".into(),
        ),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".into()),
    ];
    (headers, event).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: String) -> StatusCode {
    api.answer(&id, Outcome::Response(body))
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: String) -> StatusCode {
    api.answer(&id, Outcome::Error(body))
}

/// What the function writes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn keep(&self, output: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let log = self.clone();
        tokio::spawn(async move {
            let mut line = Vec::new();
            let mut output = BufReader::new(output);
            while matches!(output.read_until(b'\n', &mut line).await, Ok(1..)) {
                log.lock().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
    use serde_json::{Value, json};

    use super::*;

    /// Not a test: the function that the tests start, each in a separate process.
    #[tokio::test]
    #[ignore = "runs against the Runtime API only"]
    async fn a_function() {
        let answer = |event: LambdaEvent<Value>| async move {
            println!("event {}", event.payload);
            match event.payload["do"].as_str() {
                Some("answer") => {
                    Ok(json!({ "id": event.context.request_id, "word": std::env::var("WORD")? }))
                }
                Some("exit") => std::process::exit(3),
                _ => Err(lambda_runtime::Error::from("no such thing")),
            }
        };
        lambda_runtime::run(service_fn(answer)).await.expect("a Runtime API");
    }

    async fn instance(filter: &str) -> Instance {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", filter, "--ignored", "--nocapture"]);
        Instance::start(command, [("WORD", "said")]).await.expect("a process")
    }

    #[tokio::test]
    async fn a_function_is_ready_answers_and_fails_event_by_event() {
        let before = SystemTime::now();
        let mut instance = instance("runtime_api::tests::a_function").await;
        let ready = instance.ready().await.expect("a first /next");
        assert!(ready > before);
        for count in 1..=2 {
            let answer = instance.invoke(r#"{"do":"answer"}"#).await.expect("an answer");
            let id = format!("00000000-0000-4000-8000-{count:012x}");
            assert_eq!(answer.outcome, Outcome::Response(json!({ "id": id, "word": "said" }).to_string()));
        }
        let failed = instance.invoke("{}").await.expect("an error is an answer too");
        assert!(matches!(failed.outcome, Outcome::Error(body) if body.contains("no such thing")));
        assert_eq!(instance.ready().await.expect("it was ready"), ready, "the first time is what counts");
        assert!(instance.log().contains(r#"event {"do":"answer"}"#), "{}", instance.log());
    }

    #[tokio::test]
    async fn the_end_of_the_process_is_told() {
        let mut instance = instance("runtime_api::tests::a_function").await;
        for _ in 0..2 {
            let ended = instance.invoke(r#"{"do":"exit"}"#).await.expect_err("it ended");
            assert_eq!(ended.status.code(), Some(3));
            assert!(ended.log.contains(r#"event {"do":"exit"}"#), "{ended}");
        }
    }

    #[tokio::test]
    async fn a_start_that_fails_is_told() {
        let ended = instance("no such function").await.ready().await.expect_err("it never asks");
        assert!(ended.status.success(), "{ended}");
    }
}
