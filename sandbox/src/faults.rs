//! Faults on demand: a stand-in misbehaves for the next calls of a route.
//!
//! Tests plan them in code, people through the Dashboard's `POST /faults`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::Party;

/// What goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The call gets this answer, and is not carried out.
    Reply(Reply),
    /// The connection is closed before the call is read.
    HangUp,
    /// The call is carried out, and the connection is closed instead of answering.
    LoseReply,
    /// The call is carried out, after this many milliseconds.
    DelayMs(u64),
}

/// A fault's made-up answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    #[serde(default = "json")]
    pub content_type: String,
    /// Other headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body, sent as it is.
    #[serde(default)]
    pub body: String,
}

fn json() -> String {
    "application/json".to_owned()
}

impl Planned {
    fn is_at(&self, party: Party, path: &str) -> bool {
        self.party == party && self.path == path
    }
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

/// A fault, the route it applies to, and how often.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The stand-in.
    pub party: Party,
    /// The path, such as `/token`.
    pub path: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How many calls it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// Hits only calls that have this in their query, headers or body. If empty, any call.
    #[serde(default)]
    pub about: String,
}

fn once() -> u32 {
    1
}

/// The faults waiting for a call. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Planned>>>);

/// How many faults are still waiting.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// Calls that will still fail.
    pub calls: u32,
}

impl Faults {
    /// Makes the next call of `path` at `party` fail.
    pub fn once(&self, party: Party, path: &str, fault: Fault) {
        self.plan(Planned { party, path: path.to_owned(), fault, times: 1, about: String::new() });
    }

    /// Makes every call of `path` at `party` fail until [`Faults::clear`].
    pub fn always(&self, party: Party, path: &str, fault: Fault) {
        self.plan(Planned { party, path: path.to_owned(), fault, times: u32::MAX, about: String::new() });
    }

    /// Queues a fault behind those waiting at the same route.
    pub fn plan(&self, planned: Planned) {
        if planned.times > 0 {
            self.lock().push(planned);
        }
    }

    /// Removes every fault.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Removes the faults about this, and returns how many calls they would still have hit.
    #[must_use]
    pub fn withdraw(&self, about: &str) -> Waiting {
        let mut waiting = self.lock();
        let withdrawn = waiting.extract_if(.., |planned| planned.about == about);
        Waiting { calls: withdrawn.fold(0, |sum: u32, planned| sum.saturating_add(planned.times)) }
    }

    /// How many calls will still fail.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        let calls = self.lock().iter().fold(0, |sum: u32, planned| sum.saturating_add(planned.times));
        Waiting { calls }
    }

    /// Whether faults are waiting at the route that only hit certain calls.
    fn are_choosy(&self, party: Party, path: &str) -> bool {
        let choosy = |planned: &Planned| planned.is_at(party, path) && !planned.about.is_empty();
        self.lock().iter().any(choosy)
    }

    fn take(&self, party: Party, path: &str, is_about: impl Fn(&str) -> bool) -> Option<Fault> {
        let mut waiting = self.lock();
        let strikes = |planned: &Planned| planned.is_at(party, path) && is_about(&planned.about);
        let at = waiting.iter().position(strikes)?;
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

/// Longer than any call to a stand-in.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Middleware: applies a waiting fault.
pub(crate) async fn strike(
    State((faults, party)): State<(Faults, Party)>,
    request: Request,
    next: Next,
) -> Response {
    let mut request = request;
    let mut body = Bytes::new();
    if faults.are_choosy(party, request.uri().path()) {
        let (head, unread) = request.into_parts();
        let Ok(read) = to_bytes(unread, LARGEST_BODY).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        body = read.clone();
        request = Request::from_parts(head, Body::from(read));
    }
    match faults.take(party, request.uri().path(), |about| is_about(about, &request, &body)) {
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

fn is_about(about: &str, request: &Request, body: &[u8]) -> bool {
    let has = |bytes: &[u8]| bytes.windows(about.len()).any(|window| window == about.as_bytes());
    about.is_empty()
        || request.uri().query().is_some_and(|query| query.contains(about))
        || request.headers().values().any(|value| has(value.as_bytes()))
        || has(body)
}

/// Unwinds the connection's task, so the socket closes without a byte of an answer.
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;

    /// The status, and the body as the route received it.
    async fn call(faults: &Faults, query: &str, token: &str, body: &'static str) -> (StatusCode, Bytes) {
        let router = Router::new()
            .route("/token", post(|body: Bytes| async { body }))
            .layer(from_fn_with_state((faults.clone(), Party::Provider), strike));
        let request = Request::post(format!("/token?{query}")).header(header::AUTHORIZATION, token);
        let response = router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
    }

    #[tokio::test]
    async fn a_fault_about_somebody_strikes_their_calls_only() {
        let faults = Faults::default();
        let fault = Fault::status(503);
        let planned = Planned {
            party: Party::Provider,
            path: "/token".to_owned(),
            fault,
            times: 4,
            about: "ada".to_owned(),
        };
        faults.plan(planned);
        assert_eq!(call(&faults, "who=grace", "", "of=grace").await, (StatusCode::OK, "of=grace".into()));
        assert_eq!(faults.waiting().calls, 4);
        for (query, token, body) in [("who=ada", "", ""), ("", "Bearer at.ada.1", ""), ("", "", "of=ada")] {
            let status = call(&faults, query, token, body).await.0;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{query} {token} {body}");
        }
        assert_eq!(faults.withdraw("grace").calls, 0);
        assert_eq!(faults.withdraw("ada").calls, 1);
        assert_eq!(call(&faults, "who=ada", "", "").await.0, StatusCode::OK);
    }
}
