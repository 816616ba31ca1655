//! Calls to Stripe, the provider and AWS: one client, time-outs, a deadline, capped answers, no redirects.
//!
//! The client is hyper's own, which `lambda_runtime` brings along for the Runtime API.

mod connector;
mod request;

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_http::http::header::RETRY_AFTER;
use lambda_http::http::{HeaderMap, StatusCode};
use rustls::RootCertStore;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use crate::json;
use crate::log::record::{self, UpstreamCall};
use crate::settings::{Environment, LoadError};
use connector::{Connector, private_roots};

// What requests are made of.
pub use lambda_http::http::{HeaderName, HeaderValue, Method, header};
pub use request::{Request, USER_AGENT};

/// The longest answer we read; a token answer or a profile is a few kilobytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To open a connection.
    pub connect: Duration,
    /// For one call; it includes connecting, and the second try after a connection that failed.
    pub attempt: Duration,
    /// For one operation on the Secret Store, all its tries included.
    pub secret_store: Duration,
    /// For all calls made for one request of ours, under the 29 s an integration may take.
    pub request: Duration,
    /// The pause before the second try of a call; it doubles for the third.
    pub pause: Duration,
}

impl Timeouts {
    /// The longest that so many calls take, of one try each, and to store the outcome.
    #[must_use]
    pub fn to_store_after(&self, calls: u32) -> Duration {
        self.attempt * calls + self.secret_store
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            attempt: Duration::from_secs(5),
            secret_store: Duration::from_secs(8),
            request: Duration::from_secs(28),
            pause: Duration::from_millis(500),
        }
    }
}

/// The moment by which a request of ours must be answered. Every upstream call gets what is left of it.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// That long from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// This deadline, or one that long from now if that is sooner.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self(self.0.min(Instant::now() + time))
    }

    /// What is left.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: the call was not made.
    NotConnected,
    /// The call may have been made; its answer was lost, cut short or too late.
    Lost,
    /// The answer is longer than any honest one.
    TooLong,
}

/// An answer, whatever its status. It has no `Debug`: bodies hold tokens.
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Reply {
    /// The body as any JSON, or nothing when it is none.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as a JSON object of this form, or nothing when it is another.
    #[must_use]
    pub fn object<T: DeserializeOwned>(&self) -> Option<T> {
        json::object(&self.body)
    }

    /// The body as text, or nothing when it is none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The seconds of `Retry-After`, kept within a minute; an HTTP date counts as no answer.
    #[must_use]
    pub fn retry_after(&self) -> u32 {
        let seconds = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        seconds.unwrap_or(5).clamp(1, 60)
    }
}

/// The client every call goes through. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client<Connector, Full<Bytes>>,
    timeouts: Timeouts,
}

impl Http {
    /// Builds the client: TLS by ring, Mozilla's roots built in, no look at files, no redirects, no proxy.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::trusting(RootCertStore::empty(), timeouts)
    }

    /// As [`Http::new`]. Where `SSL_CERT_FILE` names a PEM file, its certificates are trusted besides.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] when the file cannot be read, or holds a certificate that cannot be, or none at all.
    pub fn from_environment(environment: &Environment, timeouts: Timeouts) -> Result<Self, LoadError> {
        Ok(Self::trusting(private_roots(environment)?, timeouts))
    }

    fn trusting(private: RootCertStore, timeouts: Timeouts) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(Connector::new(private, timeouts.connect));
        Self { client, timeouts }
    }

    /// The time-outs in force.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Makes a call, which the log knows as `call`, and reads the whole answer. If no connection was made, it is tried
    /// once more. If the connection broke, a call that only reads or has an idempotency key is, too: one that was kept
    /// alive dies while Lambda has the function frozen.
    ///
    /// # Errors
    /// A [`Failure`] when there is no whole answer; any status is an answer.
    pub async fn send(
        &self,
        call: &'static str,
        request: Request,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        let deadline = deadline.within(self.timeouts.attempt);
        match self.noted(call, request.clone(), deadline).await {
            Err(Broken::NotConnected) => self.noted(call, request, deadline).await,
            Err(Broken::Connection) if request.is_safe() => self.noted(call, request, deadline).await,
            outcome => outcome,
        }
        .map_err(|broken| match broken {
            Broken::NotConnected => Failure::NotConnected,
            Broken::Connection | Broken::Late => Failure::Lost,
            Broken::TooLong => Failure::TooLong,
        })
    }

    async fn noted(&self, call: &'static str, request: Request, deadline: Deadline) -> Result<Reply, Broken> {
        let begun = Instant::now();
        let outcome = timeout(deadline.left(), self.execute(request)).await.unwrap_or(Err(Broken::Late));
        let reply = outcome.as_ref().ok();
        let request_id = reply.and_then(|reply| reply.headers.get("request-id")?.to_str().ok());
        let request_id = request_id.filter(|id| is_request_id(id));
        record::called(UpstreamCall {
            call,
            status: reply.map(|reply| reply.status.as_u16()),
            duration: begun.elapsed(),
            request_id: request_id.map(str::to_owned),
        });
        outcome
    }

    async fn execute(&self, mut request: Request) -> Result<Reply, Broken> {
        if let Some(trace) = record::trace() {
            request = request.header(HeaderName::from_static("x-amzn-trace-id"), trace);
        }
        // An address that was checked when the settings were read is one to hyper too.
        let request = request.try_into().map_err(|_| Broken::NotConnected)?;
        let (head, mut rest) = self.client.request(request).await?.into_parts();
        let mut body = Zeroizing::new(Vec::new());
        while let Some(frame) = rest.frame().await {
            let chunk = frame?.into_data().unwrap_or_default();
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(Broken::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status: head.status, headers: head.headers, body })
    }
}

/// `req_…` at Stripe, or the like; nothing else of an answer gets into the log.
fn is_request_id(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// How a try ended without an answer.
enum Broken {
    /// No connection was made.
    NotConnected,
    /// The connection ended before the answer did.
    Connection,
    /// Time was up.
    Late,
    /// The answer has no end.
    TooLong,
}

impl From<hyper_util::client::legacy::Error> for Broken {
    fn from(error: hyper_util::client::legacy::Error) -> Self {
        if error.is_connect() { Self::NotConnected } else { Self::Connection }
    }
}

impl From<hyper::Error> for Broken {
    fn from(_: hyper::Error) -> Self {
        Self::Connection
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Reply {
    /// A made-up answer, for tests of what reads them.
    ///
    /// # Panics
    /// When there can be no such status.
    pub fn of(status: u16, body: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, headers: HeaderMap::new(), body: body.as_ref().to_vec().into() }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Whoever knows that a call was not made may make it again: at the provider, a code or a refresh token is still
    /// good.
    #[tokio::test]
    async fn without_a_handshake_no_call_was_made() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let timeouts = Timeouts { connect: Duration::from_millis(20), ..Timeouts::default() };
        assert_eq!(post_to(&silent, timeouts).await, Some(Failure::NotConnected));
    }

    #[tokio::test]
    async fn what_was_not_sent_is_sent_once_more() {
        let refusing = TcpListener::bind("127.0.0.1:0").unwrap();
        let handshakes = std::thread::spawn({
            let refusing = refusing.try_clone().unwrap();
            move || [(); 2].map(|()| drop(refusing.accept().unwrap()))
        });
        assert_eq!(post_to(&refusing, Timeouts::default()).await, Some(Failure::NotConnected));
        handshakes.join().unwrap();
        refusing.set_nonblocking(true).unwrap();
        assert!(refusing.accept().is_err(), "a third try");
    }

    async fn post_to(listener: &TcpListener, timeouts: Timeouts) -> Option<Failure> {
        let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
        let deadline = Deadline::after(timeouts.request);
        Http::new(timeouts).send("test", Request::post(url), deadline).await.err()
    }
}
