//! One call to Stripe: retried by Stripe's rule, each failure mapped to its error.

use std::time::Duration;

use lambda_http::http::StatusCode;
use lambda_http::http::header::HeaderValue;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Secret;
use crate::error::Error;
use crate::http::{Deadline, Failure, Http, Reply, Terms, built};
use crate::sealed::random;

/// Attempts per call; Stripe's own libraries make as many by default.
pub(super) const TRIES: u32 = 3;

#[derive(Default, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error: StripeError,
}

/// Stripe's error object; its message may repeat what we sent, so it is not read.
#[derive(Default, Deserialize)]
struct StripeError {
    code: Option<String>,
    r#type: Option<String>,
}

/// The outcome of requesting a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// We hold it, and no other request does.
    Won,
    /// Another request holds it.
    Lost,
    /// It is unknown who holds it, if anyone does.
    Unsure,
    /// No one will ever hold it.
    Void,
}

/// Whether a request for a lease won it. It wrote `mark`, which no other contender writes.
///
/// # Errors
/// As [`interpret`], for errors that another lease would not avoid.
pub(super) fn claimed(outcome: Result<Reply, Failure>, mark: &SecretString) -> Result<Claim, Error> {
    // Without a response the lease may be ours, but a contender that is unsure must not act.
    let Ok(reply) = outcome else { return Ok(Claim::Unsure) };
    match reply.status.as_u16() {
        200..300 => {
            let Some(secret) = Secret::read(&reply) else { return Ok(Claim::Unsure) };
            let replayed = reply.headers.get("idempotent-replayed").is_some_and(|value| value == "true");
            // If the response does not show what was written, one that is not a replay is the response to our
            // own request.
            let ours =
                secret.payload.map_or(!replayed, |written| written.expose_secret() == mark.expose_secret());
            Ok(if ours { Claim::Won } else { Claim::Lost })
        }
        // A request with this key is in progress.
        409 => Ok(Claim::Unsure),
        400 if error(&reply).r#type.as_deref() == Some("idempotency_error") => Ok(Claim::Lost),
        // Stripe stores a failure as it stores a success: this key is used up.
        500.. => Ok(Claim::Void),
        _ => interpret(Ok(reply)).map(|_| Claim::Void),
    }
}

/// Sends a request, up to `most` times, until it has a final response or time is up.
pub(super) async fn persist(
    http: &Http,
    call: &'static str,
    request: RequestBuilder,
    most: u32,
    deadline: Deadline,
) -> Result<Reply, Failure> {
    let request = built(request)?;
    let deadline = deadline.within(http.timeouts().secret_store);
    let mut tries = 1;
    loop {
        let outcome = http.send_built(Terms::of(&request), call, &request, deadline).await;
        if tries == most || !is_worth_another_try(&outcome) {
            return outcome;
        }
        let pause = pause(http.timeouts().pause, tries);
        if deadline.left() <= pause {
            return outcome;
        }
        tokio::time::sleep(pause).await;
        tries += 1;
    }
}

/// Doubles with each try, with jitter in its last quarter, so that many instances do not retry at once.
fn pause(base: Duration, tries: u32) -> Duration {
    let [jitter] = random::<1>().unwrap_or_default();
    base * 2u32.pow(tries - 1) * (192 + u32::from(jitter / 4)) / 256
}

/// The rule of Stripe's libraries: the header decides; without it, a lost call, a conflict, a lock timeout or
/// a server error is retried.
fn is_worth_another_try(outcome: &Result<Reply, Failure>) -> bool {
    let Ok(reply) = outcome else { return true };
    match reply.headers.get("stripe-should-retry").map(HeaderValue::as_bytes) {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => match reply.status.as_u16() {
            409 | 500.. => true,
            429 => code(reply).as_deref() == Some("lock_timeout"),
            _ => false,
        },
    }
}

/// Maps an outcome to a result; `None` is Stripe's `resource_missing`.
///
/// # Errors
/// `secret_store_unavailable`, `secret_store_denied`, `client_misconfigured` or `rate_limited`.
pub(super) fn interpret(outcome: Result<Reply, Failure>) -> Result<Option<Reply>, Error> {
    let reply = outcome.map_err(|failure| {
        tracing::warn!(?failure, "no usable response from Stripe");
        Error::SecretStoreUnavailable
    })?;
    if reply.status.is_success() {
        return Ok(Some(reply));
    }
    let code = code(&reply);
    let error = match (reply.status, code.as_deref()) {
        (StatusCode::NOT_FOUND, Some("resource_missing")) => return Ok(None),
        (StatusCode::TOO_MANY_REQUESTS, _) => Error::RateLimited(reply.retry_after()),
        (status, _) if status.is_server_error() => Error::SecretStoreUnavailable,
        // The code decides here: Stripe does not say which status it comes with.
        (_, Some("account_invalid")) | (StatusCode::FORBIDDEN, _) => Error::SecretStoreDenied,
        (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, _) => Error::ClientMisconfigured,
        _ => Error::SecretStoreUnavailable,
    };
    let request_id = reply.headers.get("request-id").and_then(|id| id.to_str().ok());
    tracing::warn!(
        status = reply.status.as_u16(),
        code,
        request_id,
        "Stripe refused a call to the Secret Store"
    );
    Err(error)
}

fn error(reply: &Reply) -> StripeError {
    reply.object::<ErrorBody>().unwrap_or_default().error
}

/// Stripe's error code, if it looks like one.
fn code(reply: &Reply) -> Option<String> {
    let code = error(reply).code?;
    let plain = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> &'static str {
        match interpret(Ok(Reply::of(status, body))) {
            Ok(Some(_)) => "done",
            Ok(None) => "absent",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn nothing_but_resource_missing_is_absent() {
        for (status, body, expected) in [
            (200, "{}", "done"),
            (404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#, "absent"),
            (404, r#"{"error":{"type":"invalid_request_error"}}"#, "secret_store_unavailable"),
            (404, "<html>", "secret_store_unavailable"),
            (500, r#"{"error":{"code":"resource_missing"}}"#, "secret_store_unavailable"),
            (400, r#"{"error":{"code":"parameter_missing"}}"#, "client_misconfigured"),
            (401, r#"{"error":{"type":"invalid_request_error"}}"#, "client_misconfigured"),
            (400, r#"{"error":{"code":"account_invalid"}}"#, "secret_store_denied"),
            (429, r#"{"error":{"code":"account_invalid"}}"#, "rate_limited"),
            (503, r#"{"error":{"code":"account_invalid"}}"#, "secret_store_unavailable"),
            (403, "", "secret_store_denied"),
            (409, r#"{"error":{"code":"idempotency_key_in_use"}}"#, "secret_store_unavailable"),
            (429, "", "rate_limited"),
            (503, "", "secret_store_unavailable"),
            (301, "", "secret_store_unavailable"),
        ] {
            assert_eq!(verdict(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn retries_follow_stripes_rule() {
        let worth = |status, body, header: Option<&'static str>| {
            let mut reply = Reply::of(status, body);
            if let Some(value) = header {
                reply.headers.insert("stripe-should-retry", value.parse().unwrap());
            }
            is_worth_another_try(&Ok(reply))
        };
        for status in [409, 500, 503] {
            assert!(worth(status, "", None));
            assert!(!worth(status, "", Some("false")));
        }
        for status in [200, 400, 401, 403, 404, 429] {
            assert!(!worth(status, "", None));
            assert!(worth(status, "", Some("true")));
        }
        assert!(worth(429, r#"{"error":{"code":"lock_timeout"}}"#, None));
        assert!(is_worth_another_try(&Err(Failure::Lost)));
        assert!(is_worth_another_try(&Err(Failure::NotConnected)));
    }

    #[test]
    fn pauses_grow_and_vary_within_a_quarter() {
        for _ in 0..100 {
            let (first, second) =
                (pause(Duration::from_millis(512), 1), pause(Duration::from_millis(512), 2));
            assert!((384..=512).contains(&first.as_millis()), "{first:?}");
            assert!((768..=1024).contains(&second.as_millis()), "{second:?}");
        }
    }
}
