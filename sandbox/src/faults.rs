//! Faults on demand: a stand-in misbehaves for the next calls of one route.
//!
//! Planned in code by tests, and over `POST /faults` of the Dashboard by people.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::Party;

/// What goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The call is answered with this, and nothing is done.
    Reply(Reply),
    /// The connection is closed before the call is looked at.
    HangUp,
    /// The call is carried out, and the connection closed instead of the answer.
    LoseReply,
    /// The call is carried out, but only after this many milliseconds.
    DelayMs(u64),
}

/// An answer made up by a fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    #[serde(default = "json")]
    pub content_type: String,
    /// Further headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, sent as it is.
    #[serde(default)]
    pub body: String,
}

fn json() -> String {
    "application/json".to_owned()
}

impl Fault {
    /// An answer with this status and an empty JSON object.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::body(status, "{}")
    }

    /// An answer with this status and JSON text.
    #[must_use]
    pub fn body(status: u16, body: &str) -> Self {
        Self::Reply(Reply { status, content_type: json(), headers: Vec::new(), body: body.to_owned() })
    }
}

/// A fault, the route it waits at, and how often it strikes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The stand-in.
    pub party: Party,
    /// The path, as `/token`.
    pub path: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How many calls it strikes.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

/// The faults that wait for a call. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Planned>>>);

/// How many faults are left waiting.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// Calls that will still go wrong.
    pub calls: u32,
}

impl Faults {
    /// Makes the next call of `path` at `party` go wrong.
    pub fn once(&self, party: Party, path: &str, fault: Fault) {
        self.plan(Planned { party, path: path.to_owned(), fault, times: 1 });
    }

    /// Makes every call of `path` at `party` go wrong until [`Faults::clear`].
    pub fn always(&self, party: Party, path: &str, fault: Fault) {
        self.plan(Planned { party, path: path.to_owned(), fault, times: u32::MAX });
    }

    /// Adds a fault behind those that wait at the same route.
    pub fn plan(&self, planned: Planned) {
        if planned.times > 0 {
            self.lock().push(planned);
        }
    }

    /// Forgets every fault.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// How many calls will still go wrong.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        let calls = self.lock().iter().fold(0, |sum: u32, planned| sum.saturating_add(planned.times));
        Waiting { calls }
    }

    fn take(&self, party: Party, path: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let at = waiting.iter().position(|planned| planned.party == party && planned.path == path)?;
        let fault = waiting[at].fault.clone();
        if waiting[at].times != u32::MAX {
            waiting[at].times -= 1;
        }
        waiting.retain(|planned| planned.times > 0);
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Middleware: lets a waiting fault strike.
pub(crate) async fn strike(
    State((faults, party)): State<(Faults, Party)>,
    request: Request,
    next: Next,
) -> Response {
    match faults.take(party, request.uri().path()) {
        None => next.run(request).await,
        Some(Fault::DelayMs(milliseconds)) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            next.run(request).await
        }
        Some(Fault::HangUp) => hang_up(),
        Some(Fault::LoseReply) => {
            next.run(request).await;
            hang_up()
        }
        Some(Fault::Reply(reply)) => made_up(reply),
    }
}

/// Unwinds the connection's task: the socket closes without a byte of an answer.
fn hang_up() -> Response {
    std::panic::resume_unwind(Box::new("hang up"))
}

fn made_up(reply: Reply) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(header::CONTENT_TYPE, reply.content_type);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(reply.body))
        .unwrap_or_else(|_| Response::new(Body::from("the fault's headers are not valid")))
}
