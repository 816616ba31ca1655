//! The list of every request between the parties, for people to watch.
//!
//! It shows the names of parameters but never their values: lists like this end up in screenshots.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use shared::http::Call;
use shared::{Clock, UnixSeconds};
use tokio::sync::broadcast;

use crate::Party;

/// How many exchanges are kept for a page that opens late.
const KEPT: usize = 200;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// Counts from 1.
    pub number: u64,
    /// When it started.
    pub at: UnixSeconds,
    /// `back end` for calls by our functions, otherwise `browser`.
    pub from: &'static str,
    /// Who answered.
    pub to: Party,
    /// HTTP method.
    pub method: String,
    /// The host of a real provider; a stand-in's is this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Path, without the query. At a real provider what is asked for, like `token`: some take a token in the path.
    pub path: String,
    /// Names of the query parameters.
    pub parameters: Vec<String>,
    /// HTTP status; 0 if the connection was closed without one.
    pub status: u16,
    /// How many milliseconds it took.
    pub milliseconds: u64,
}

/// Records exchanges. Clones share one list.
#[derive(Clone, Debug)]
pub struct Traffic(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    kept: Mutex<VecDeque<Exchange>>,
    live: broadcast::Sender<Exchange>,
}

impl Traffic {
    pub(crate) fn new(clock: Clock) -> Self {
        let (live, _) = broadcast::channel(KEPT);
        Self(Arc::new(Shared { clock, kept: Mutex::default(), live }))
    }

    /// Everything recorded so far, oldest first, and a stream of what follows.
    #[must_use]
    pub fn watch(&self) -> (Vec<Exchange>, broadcast::Receiver<Exchange>) {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.iter().cloned().collect(), self.0.live.subscribe())
    }

    /// Records a call that a function made, if it was to the provider: the other parties record theirs.
    pub(crate) fn add_call(&self, call: &Call<'_>) {
        let Some(asked) = call.name.strip_prefix("provider.") else {
            return;
        };
        self.add(Exchange {
            number: 0,
            at: self.0.clock.now().saturating_sub(call.duration.as_secs()),
            from: "back end",
            to: Party::Provider,
            method: call.method.to_string(),
            host: call.url.host_str().map(str::to_owned),
            path: asked.to_owned(),
            parameters: Vec::new(),
            status: call.outcome.as_ref().map_or(0, |reply| reply.status.as_u16()),
            milliseconds: u64::try_from(call.duration.as_millis()).unwrap_or(u64::MAX),
        });
    }

    fn add(&self, mut exchange: Exchange) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        exchange.number = kept.back().map_or(1, |last| last.number + 1);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(exchange.clone());
        // It is fine if nobody is watching.
        let _ = self.0.live.send(exchange);
    }
}

/// Adds its exchange when dropped, because a connection that is closed early unwinds past the middleware.
struct Entry {
    traffic: Traffic,
    exchange: Exchange,
    begun: Instant,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut exchange = self.exchange.clone();
        exchange.milliseconds = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.traffic.add(exchange);
    }
}

/// Middleware: records the exchange.
pub(crate) async fn record(
    State((traffic, party)): State<(Traffic, Party)>,
    request: Request,
    next: Next,
) -> Response {
    let agent = request.headers().get(header::USER_AGENT);
    let from_back_end = agent.is_some_and(|agent| agent == shared::http::USER_AGENT);
    let exchange = Exchange {
        number: 0,
        at: traffic.0.clock.now(),
        from: if from_back_end { "back end" } else { "browser" },
        to: party,
        method: request.method().to_string(),
        host: None,
        path: request.uri().path().to_owned(),
        parameters: url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .map(|(name, _)| name.into_owned())
            .collect(),
        status: 0,
        milliseconds: 0,
    };
    let begun = Instant::now();
    let mut entry = Entry { traffic, exchange, begun };
    let response = next.run(request).await;
    entry.exchange.status = response.status().as_u16();
    response
}
