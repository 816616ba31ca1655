//! Calls to Stripe, the provider and AWS: one client, timeouts, a deadline, size limits, no redirects, no
//! proxy.

mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use lambda_http::http::{HeaderMap, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, retry};
use rustls::RootCertStore;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use url::Url;
use zeroize::Zeroizing;

use crate::environment::{Environment, LoadError};
use crate::json;
use crate::log::record::{self, UpstreamCall};

// For building requests.
pub use lambda_http::http::{HeaderName, HeaderValue, Method, header};
pub use reqwest::RequestBuilder;

/// The `User-Agent` we send to Stripe and the provider.
pub const USER_AGENT: &str = concat!("stripe-app-oauth/", env!("CARGO_PKG_VERSION"));

/// The longest response body we read, in bytes; a token response or a profile takes a few kilobytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// When to retry if the other side does not say, in seconds.
pub(crate) const DEFAULT_RETRY_AFTER: u32 = 5;

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To open a connection, including TLS.
    pub connect: Duration,
    /// How long an idle connection is kept. Load balancers close it after a minute or so, which a frozen
    /// function does not notice.
    pub idle: Duration,
    /// For one call, including connecting and a retry after a failed connection.
    pub attempt: Duration,
    /// For one Secret Store operation, including its retries.
    pub secret_store: Duration,
    /// For all calls made to handle one request; below the 29 s an integration may take.
    pub request: Duration,
    /// The pause before the first retry of a call; it doubles for the second.
    pub pause: Duration,
}

impl Timeouts {
    /// What functions are deployed with.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(20),
        attempt: Duration::from_secs(5),
        secret_store: Duration::from_secs(8),
        request: Duration::from_secs(28),
        pause: Duration::from_millis(500),
    };

    /// The longest time for `calls` calls, with one attempt each, and for storing the result.
    #[must_use]
    pub fn to_store_after(&self, calls: u32) -> Duration {
        self.attempt * calls + self.secret_store
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The moment by which a request must be answered. Every upstream call gets the time left until then.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline `time` from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// This deadline or `time` from now, whichever is sooner.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self(self.0.min(Instant::now() + time))
    }

    /// The time left; zero once the deadline has passed.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// How a call is made.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether it can be made again if the connection broke: what was lost may have been done.
    pub is_repeatable: bool,
    /// The longest response body we read, in bytes.
    pub longest_answer: usize,
}

impl Terms {
    /// The terms of a call that has none of its own.
    pub(crate) fn of(request: &Request) -> Self {
        let is_safe = request.method() == Method::GET || request.headers().contains_key("idempotency-key");
        Self { is_repeatable: is_safe, longest_answer: LONGEST_ANSWER }
    }
}

/// Why a call has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection could be opened: the call was not made.
    NotConnected,
    /// The call may have been made, but its response was lost, cut short or too late.
    Lost,
    /// The response exceeds our size limit.
    TooLong,
    /// The request cannot be built: for example, a token is not a valid header value.
    Malformed,
}

/// A response of any status. It has no `Debug`: bodies hold tokens.
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Reply {
    /// The body as JSON, or `None` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as a JSON object of type `T`, or `None` if it is anything else.
    #[must_use]
    pub fn object<T: DeserializeOwned>(&self) -> Option<T> {
        json::object(&self.body)
    }

    /// The raw body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text, or `None` if it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// `Retry-After` in seconds, clamped to 1 to 60; [`DEFAULT_RETRY_AFTER`] if it is absent or an HTTP date.
    #[must_use]
    pub fn retry_after(&self) -> u32 {
        let seconds = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        seconds.unwrap_or(DEFAULT_RETRY_AFTER).clamp(1, 60)
    }
}

/// A call that was made, for whoever watches an [`Http`]. It has no `Debug`: URLs and bodies hold tokens.
pub struct Call<'a> {
    /// Service and operation, like `provider.token`.
    pub name: &'static str,
    /// HTTP method.
    pub method: &'a Method,
    /// The whole URL: at some providers, its path holds a token.
    pub url: &'a Url,
    /// What came of it.
    pub outcome: Result<&'a Reply, Failure>,
    /// How long it took.
    pub duration: Duration,
}

/// Is shown every call once it is over.
#[derive(Clone)]
struct Watcher(Arc<dyn Fn(&Call<'_>) + Send + Sync>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

/// The client that makes every call. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    timeouts: Timeouts,
    watcher: Option<Watcher>,
}

impl Http {
    /// A client that trusts Mozilla's roots.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::trusting(RootCertStore::empty(), timeouts)
    }

    /// As [`Http::new`], but it also trusts the certificates in the PEM file that `SSL_CERT_FILE` names, if
    /// it is set.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] if the file cannot be read, holds no certificate, or holds one that cannot be
    /// parsed.
    pub fn from_environment(environment: &Environment, timeouts: Timeouts) -> Result<Self, LoadError> {
        Ok(Self::trusting(tls::private_roots(environment)?, timeouts))
    }

    fn trusting(private: RootCertStore, timeouts: Timeouts) -> Self {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(private))
            .user_agent(USER_AGENT)
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(timeouts.idle)
            .redirect(Policy::none())
            .referer(false)
            .retry(retry::never())
            .no_proxy()
            .build()
            .expect("the client is built from constants");
        Self::over(client, timeouts)
    }

    /// Sends over `client` instead: for example, one that uses the machine's proxy, which functions never do.
    #[must_use]
    pub fn over(client: Client, timeouts: Timeouts) -> Self {
        Self { client, timeouts, watcher: None }
    }

    /// The same client, with someone who is shown every call, a repeated one twice. Deployed functions have
    /// nobody who watches.
    #[must_use]
    pub fn watched_by(self, watcher: impl Fn(&Call<'_>) + Send + Sync + 'static) -> Self {
        Self { watcher: Some(Watcher(Arc::new(watcher))), ..self }
    }

    /// The timeouts in use.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Begins a request, to be sent with [`Http::send`].
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Begins a `GET` request.
    pub fn get(&self, url: Url) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// Begins a `POST` request.
    pub fn post(&self, url: Url) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// Makes a call, logged as `call`, and reads the whole response. Retries once if no connection could be
    /// opened, or, for a `GET` or a request with an idempotency key, if the connection broke.
    ///
    /// # Errors
    /// A [`Failure`] if there is no complete response; a response of any status is a success.
    pub async fn send(
        &self,
        call: &'static str,
        request: RequestBuilder,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        let request = built(request)?;
        self.send_built(Terms::of(&request), call, &request, deadline).await
    }

    /// As [`Http::send`], on these terms.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn send_on(
        &self,
        terms: Terms,
        call: &'static str,
        request: RequestBuilder,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        self.send_built(terms, call, &built(request)?, deadline).await
    }

    /// As [`Http::send_on`], for a request that its caller may send again.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub(crate) async fn send_built(
        &self,
        terms: Terms,
        call: &'static str,
        request: &Request,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        let deadline = deadline.within(self.timeouts.attempt);
        // A body in memory can always be copied.
        let copy = || request.try_clone().ok_or(Failure::Malformed);
        let outcome = self.attempt(call, copy()?, terms, deadline).await;
        let may_repeat = match outcome {
            Err(Failure::NotConnected) => true,
            Err(Failure::Lost) => terms.is_repeatable,
            _ => false,
        };
        if may_repeat && !deadline.left().is_zero() {
            self.attempt(call, copy()?, terms, deadline).await
        } else {
            outcome
        }
    }

    /// Makes a call once and logs it.
    async fn attempt(
        &self,
        call: &'static str,
        request: Request,
        terms: Terms,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        let started = Instant::now();
        let watched = self.watcher.as_ref().map(|it| (it, request.method().clone(), request.url().clone()));
        let outcome =
            timeout(deadline.left(), self.execute(request, terms)).await.unwrap_or(Err(Failure::Lost));
        let duration = started.elapsed();
        if let Some((Watcher(watch), method, url)) = watched {
            let outcome = outcome.as_ref().map_err(|failure| *failure);
            watch(&Call { name: call, method: &method, url: &url, outcome, duration });
        }
        let reply = outcome.as_ref().ok();
        let request_id = reply.and_then(|reply| reply.headers.get("request-id")?.to_str().ok());
        let request_id = request_id.filter(|id| is_request_id(id));
        record::called(UpstreamCall {
            call,
            status: reply.map(|reply| reply.status.as_u16()),
            duration,
            request_id: request_id.map(str::to_owned),
        });
        outcome
    }

    async fn execute(&self, mut request: Request, terms: Terms) -> Result<Reply, Failure> {
        // Some front ends refuse a POST without it (RFC 9110 section 8.6).
        if request.body().is_none() && [Method::POST, Method::PUT, Method::PATCH].contains(request.method()) {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(trace) = record::trace() {
            request.headers_mut().insert("x-amzn-trace-id", trace);
        }
        let mut response = self.client.execute(request).await?;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > terms.longest_answer {
                return Err(Failure::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }
}

/// The request, or why there is none.
pub(crate) fn built(request: RequestBuilder) -> Result<Request, Failure> {
    request.build().map_err(|_| Failure::Malformed)
}

/// Accepts ids such as Stripe's `req_…`; nothing else from a response gets into the log.
fn is_request_id(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Drops the error itself, which would print the URL.
impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() { Self::NotConnected } else { Self::Lost }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Reply {
    /// A made-up response, for tests of the code that reads responses.
    ///
    /// # Panics
    /// If `status` is not a valid HTTP status.
    pub fn of(status: u16, body: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, headers: HeaderMap::new(), body: body.as_ref().to_vec().into() }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A call that is known not to have been made can be repeated: the provider has not used up the code or
    /// refresh token.
    #[tokio::test]
    async fn without_a_handshake_no_call_was_made() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let timeouts = Timeouts { connect: Duration::from_millis(20), ..Timeouts::default() };
        assert_eq!(post_to(&silent, timeouts).await, Some(Failure::NotConnected));
    }

    #[tokio::test]
    async fn a_request_that_was_not_sent_is_retried_once() {
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

    /// Acts like a load balancer on a connection that was idle for longer than it allows.
    fn resetting_the_second_request_of_a_connection() -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut request = [0; 4096];
                if connection.read(&mut request).is_ok_and(|length| length > 0) {
                    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                    // Reads the second request, then drops the connection.
                    let _ = connection.read(&mut request);
                }
            }
        });
        format!("http://{address}").parse().unwrap()
    }

    async fn twice(idle: Duration, method: Method) -> [Result<StatusCode, Failure>; 2] {
        let url = resetting_the_second_request_of_a_connection();
        let timeouts = Timeouts { idle, ..Timeouts::default() };
        let http = Http::new(timeouts);
        let send = async || {
            let request = http.request(method.clone(), url.clone());
            http.send("test", request, Deadline::after(timeouts.request)).await.map(|reply| reply.status)
        };
        [send().await, send().await]
    }

    #[tokio::test]
    async fn an_idle_connection_is_not_used_again() {
        let ok = Ok(StatusCode::OK);
        assert_eq!(twice(Duration::from_nanos(1), Method::POST).await, [ok, ok]);
        // When it is, only a call that is safe to repeat succeeds.
        assert_eq!(twice(Duration::from_secs(20), Method::GET).await, [ok, ok]);
        assert_eq!(twice(Duration::from_secs(20), Method::POST).await, [ok, Err(Failure::Lost)]);
    }

    #[tokio::test]
    async fn the_terms_say_what_is_safe_to_repeat() {
        let ok = Ok(StatusCode::OK);
        for (method, is_repeatable, second) in
            [(Method::POST, true, ok), (Method::PUT, false, Err(Failure::Lost)), (Method::GET, true, ok)]
        {
            let url = resetting_the_second_request_of_a_connection();
            let http = Http::new(Timeouts::default());
            let send = async || {
                let request = http.request(method.clone(), url.clone()).header("idempotency-key", "k");
                let terms = Terms { is_repeatable, longest_answer: 10 };
                let reply = http.send_on(terms, "test", request, Deadline::after(Duration::from_secs(5)));
                reply.await.map(|reply| reply.status)
            };
            assert_eq!([send().await, send().await], [ok, second], "{method}");
        }
    }

    #[tokio::test]
    async fn a_post_without_a_body_says_so() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse::<Url>().unwrap();
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = connection.read(&mut request).unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let timeouts = Timeouts::default();
        let http = Http::new(timeouts);
        http.send("test", http.post(url), Deadline::after(timeouts.request)).await.map(|_| ()).unwrap();
        let request = server.join().unwrap();
        assert_eq!(request.matches("content-length: 0\r\n").count(), 1, "{request}");
    }

    async fn post_to(listener: &TcpListener, timeouts: Timeouts) -> Option<Failure> {
        let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
        let http = Http::new(timeouts);
        http.send("test", http.post(url), Deadline::after(timeouts.request)).await.err()
    }
}
