//! Calls to Stripe and the provider: one client, time-outs, a deadline, capped answers, no redirects.

use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::{HeaderMap, StatusCode};
use reqwest::{Client, Method, Request, RequestBuilder};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CipherSuite, NamedGroup, RootCertStore};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::log::record::{self, UpstreamCall};
use crate::settings::{Environment, LoadError};

/// How we introduce ourselves to Stripe and the provider.
pub const USER_AGENT: &str = concat!("stripe-app-oauth/", env!("CARGO_PKG_VERSION"));

/// The longest answer we read; a token answer or a profile is a few kilobytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To open a connection.
    pub connect: Duration,
    /// For one try of one call, connecting included.
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
    /// The body as JSON, or nothing when it is not what is asked for.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The seconds of `Retry-After`, kept within a minute; an HTTP date counts as no answer.
    #[must_use]
    pub fn retry_after(&self) -> u32 {
        let seconds = self
            .headers
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        seconds.unwrap_or(5).clamp(1, 60)
    }
}

/// The client every call goes through. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    timeouts: Timeouts,
}

impl Http {
    /// Builds the client: TLS by ring, Mozilla's roots built in, no look at files, no redirects, no proxy.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::trusting(RootCertStore::empty(), timeouts)
    }

    /// As [`Http::new`]. Where `SSL_CERT_FILE` names a PEM file, its certificates are trusted besides: a private
    /// CA's, or that of TLS stand-ins.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] when the file cannot be read, or holds a certificate that cannot be, or none at all.
    pub fn from_environment(environment: &Environment, timeouts: Timeouts) -> Result<Self, LoadError> {
        let mut private = RootCertStore::empty();
        if let Some(file) = environment.get("SSL_CERT_FILE") {
            let problem = |what: &str| LoadError::Invalid(vec![format!("SSL_CERT_FILE {what}")]);
            let certificates = std::fs::read(file).map_err(|_| problem("cannot be read"))?;
            for certificate in CertificateDer::pem_slice_iter(&certificates) {
                certificate
                    .ok()
                    .and_then(|certificate| private.add(certificate).ok())
                    .ok_or_else(|| problem("holds a certificate that cannot be read"))?;
            }
            if private.is_empty() {
                return Err(problem("holds no certificate in PEM"));
            }
        }
        Ok(Self::trusting(private, timeouts))
    }

    /// These roots and Mozilla's.
    fn trusting(mut roots: RootCertStore, timeouts: Timeouts) -> Self {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring()))
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .connect_timeout(timeouts.connect)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("the client is built from constants");
        Self { client, timeouts }
    }

    /// The client beneath, to build requests with.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The time-outs in force.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Makes one try of a call, which the log knows as `call`, and reads the whole answer. When the connection broke,
    /// a call that only reads or has an idempotency key is made once more: one that was kept alive dies while Lambda
    /// has the function frozen.
    ///
    /// # Errors
    /// A [`Failure`] when there is no whole answer; any status is an answer.
    pub async fn send(
        &self,
        call: &'static str,
        request: RequestBuilder,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        // Requests are built from addresses and headers that were checked when the settings were read.
        let request = request.build().map_err(|_| Failure::NotConnected)?;
        let is_safe = request.method() == Method::GET || request.headers().contains_key("idempotency-key");
        let again = is_safe.then(|| request.try_clone()).flatten();
        match (self.noted(call, request, deadline).await, again) {
            (Err(Broken::Connection), Some(again)) => self.noted(call, again, deadline).await,
            (outcome, _) => outcome,
        }
        .map_err(|broken| match broken {
            Broken::NotConnected => Failure::NotConnected,
            Broken::Connection | Broken::Late => Failure::Lost,
            Broken::TooLong => Failure::TooLong,
        })
    }

    async fn noted(&self, call: &'static str, request: Request, deadline: Deadline) -> Result<Reply, Broken> {
        let begun = Instant::now();
        let outcome = self.execute(request, deadline).await;
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

    async fn execute(&self, mut request: Request, deadline: Deadline) -> Result<Reply, Broken> {
        if let Some(trace) = record::trace() {
            request.headers_mut().insert("x-amzn-trace-id", trace);
        }
        *request.timeout_mut() = Some(self.timeouts.attempt.min(deadline.left()));
        let mut response = self.client.execute(request).await?;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(Broken::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }
}

/// `req_…` at Stripe, or the like; nothing else of an answer gets into the log.
fn is_request_id(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// With the quickest first, where the other side has no wish of its own: P-256, which ring has in assembly for
/// both of Lambda's processors, and SHA-256, which those have built in. All else stays on offer.
fn ring() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
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

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotConnected
        } else if error.is_timeout() {
            Self::Late
        } else {
            Self::Connection
        }
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
