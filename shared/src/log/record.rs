//! What is noted while a request is answered, wherever that is.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lambda_http::http::HeaderValue;
use serde::Serialize;

use crate::stripe_user::StripeUser;

tokio::task_local! {
    static RECORD: Mutex<Record>;
}

/// What was noted of one request.
#[derive(Default)]
pub(crate) struct Record {
    /// X-Ray's, which goes on with every call.
    trace: Option<HeaderValue>,
    pub(super) user: Option<StripeUser>,
    pub(super) upstream: Vec<UpstreamCall>,
    /// Whether a secret was refused that may have been rolled.
    pub(crate) secrets_doubted: bool,
    /// Whether settings that were read again are wrong.
    pub(super) unfit_settings: bool,
}

/// A try of a call to another party.
#[derive(Serialize)]
pub(crate) struct UpstreamCall {
    /// Party and operation, like `stripe.find`.
    pub call: &'static str,
    /// HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "super::request::milliseconds")]
    pub duration: Duration,
    /// The other party's own id of the call, to ask their support about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Runs `work` and keeps what it notes.
pub(crate) async fn keep<T>(trace: Option<&str>, work: impl Future<Output = T>) -> (T, Record) {
    let trace = trace.and_then(|trace| HeaderValue::from_str(trace).ok());
    let record = Mutex::new(Record { trace, ..Record::default() });
    let kept = async {
        let done = work.await;
        (
            done,
            RECORD.with(|record| std::mem::take(&mut *record.lock().unwrap_or_else(PoisonError::into_inner))),
        )
    };
    RECORD.scope(record, kept).await
}

/// Notes whom the request is about.
pub fn about(user: &StripeUser) {
    note(|record| record.user = Some(user.clone()));
}

/// Notes a call to another party.
pub(crate) fn called(call: UpstreamCall) {
    note(|record| record.upstream.push(call));
}

/// Notes that a secret may have been rolled: Stripe or the provider refused ours, or something was sealed with a key we
/// do not know.
pub(crate) fn doubt_secrets() {
    note(|record| record.secrets_doubted = true);
}

/// Notes that settings were read again and are wrong.
pub(crate) fn unfit_settings() {
    note(|record| record.unfit_settings = true);
}

/// The value of `X-Amzn-Trace-Id` for calls to others.
pub(crate) fn trace() -> Option<HeaderValue> {
    let trace = |record: &Mutex<Record>| record.lock().unwrap_or_else(PoisonError::into_inner).trace.clone();
    RECORD.try_with(trace).ok().flatten()
}

/// Outside of a request, say at the start, nothing is noted.
fn note(change: impl FnOnce(&mut Record)) {
    let _ = RECORD.try_with(|record| change(&mut record.lock().unwrap_or_else(PoisonError::into_inner)));
}
