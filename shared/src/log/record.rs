//! Notes taken while a request is handled, from anywhere in the code.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lambda_http::http::HeaderValue;
use serde::Serialize;

use crate::owner::{Owner, Scope};
use crate::stripe_user::{Mode, StripeUser};

tokio::task_local! {
    static RECORD: Mutex<Record>;
}

/// The notes on one request.
#[derive(Default)]
pub(crate) struct Record {
    /// The X-Ray trace header, passed on with every call.
    trace: Option<HeaderValue>,
    /// Whom the request is about, as a pseudonym.
    pub(super) user: Option<String>,
    pub(super) mode: Option<Mode>,
    /// The label that an invoker gave itself.
    pub(super) caller: Option<String>,
    /// The declared call that the app asked for.
    pub(super) call: Option<String>,
    pub(super) upstream: Vec<UpstreamCall>,
    /// Whether a secret may have been rolled, because ours was refused or a key is unknown.
    pub(crate) secrets_doubted: bool,
    /// Whether reloaded settings are invalid.
    pub(super) unfit_settings: bool,
    /// Whether stored tokens could not be opened.
    pub(super) unopened_link: bool,
}

/// One attempt at an upstream call.
#[derive(Serialize)]
pub(crate) struct UpstreamCall {
    /// Service and operation, like `stripe.find`.
    pub call: &'static str,
    /// HTTP status, if there was a response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "super::request::milliseconds")]
    pub duration: Duration,
    /// The upstream's own request id, to quote to its support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Runs `work`; returns its result and what it noted.
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

/// Notes which user the request is about.
pub fn about(user: &StripeUser) {
    about_scope(Scope::of(user, Owner::User));
}

/// Notes whose link the request is about, if no user has asked.
pub(crate) fn about_scope(scope: Scope<'_>) {
    note(|record| {
        record.user = Some(super::request::pseudonym(scope));
        record.mode = scope.mode;
    });
}

/// Notes what an invoker calls itself.
pub(crate) fn called_by(label: &str) {
    note(|record| record.caller = Some(label.to_owned()));
}

/// Notes which declared call the app asked for.
pub(crate) fn asked_for(call: &str) {
    note(|record| record.call = Some(call.to_owned()));
}

/// Notes an upstream call.
pub(crate) fn called(call: UpstreamCall) {
    note(|record| record.upstream.push(call));
}

/// Notes that a secret may have been rolled: Stripe or the provider refused ours, or something was sealed
/// with a key we do not know.
pub(crate) fn doubt_secrets() {
    note(|record| record.secrets_doubted = true);
}

/// Notes that reloaded settings are invalid.
pub(crate) fn unfit_settings() {
    note(|record| record.unfit_settings = true);
}

/// Notes that stored tokens could not be opened: whoever can write to their scope may have changed them.
pub(crate) fn unopened_link() {
    note(|record| record.unopened_link = true);
}

/// The value of `X-Amzn-Trace-Id` for upstream calls.
pub(crate) fn trace() -> Option<HeaderValue> {
    let trace = |record: &Mutex<Record>| record.lock().unwrap_or_else(PoisonError::into_inner).trace.clone();
    RECORD.try_with(trace).ok().flatten()
}

/// Does nothing outside a request, for example at startup.
fn note(change: impl FnOnce(&mut Record)) {
    let _ = RECORD.try_with(|record| change(&mut record.lock().unwrap_or_else(PoisonError::into_inner)));
}
