//! The log line of a request: route, outcome and duration. As JSON it carries metrics in `CloudWatch`'s
//! embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>),
//! so counts and latencies need no agent and no API call.

use std::fmt::{Debug, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_http::tracing::Event;
use lambda_http::tracing::field::{Field, Visit};
use lambda_http::tracing::subscriber::fmt::format::Writer;
use lambda_http::tracing::subscriber::fmt::time::{FormatTime, SystemTime as Rfc3339};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::LogFormat;
use super::record::{Record, UpstreamCall};
use crate::environment::Environment;
use crate::owner::Scope;
use crate::stripe_user::Mode;

/// The target that marks request lines among other events.
pub(super) const TARGET: &str = "request";
/// The field that holds the whole line.
const LINE: &str = "line";

/// Where metrics go, and how lines are written.
pub(crate) struct Metrics {
    namespace: String,
    provider: String,
    format: LogFormat,
}

/// A request and its response.
#[derive(Serialize)]
pub(crate) struct RequestLine<'a> {
    /// Method and last path segment; `other` for routes the function does not serve; the name of a function that
    /// has no route.
    pub route: String,
    /// HTTP status.
    pub status: u16,
    /// `ok` or the error's code.
    pub code: &'static str,
    /// From the event to its response.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// Lambda's id for the request, also included in error responses.
    pub request_id: &'a str,
    /// The X-Ray trace header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<&'a str>,
}

/// A request line with the fields that the metrics need.
#[derive(Serialize)]
struct JsonLine<'a> {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    #[serde(flatten)]
    line: &'a RequestLine<'a>,
    provider: &'a str,
    mode: Option<Mode>,
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a str>,
    upstream: &'a [UpstreamCall],
    requests: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfit_settings: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unopened_links: Option<u8>,
    _aws: Value,
}

impl Metrics {
    pub(crate) fn of(environment: &Environment) -> Self {
        let setting = |name, default: &str| environment.get(name).unwrap_or(default).to_owned();
        Self {
            namespace: setting("METRICS_NAMESPACE", "stripe-app-oauth"),
            provider: setting("PROVIDER", "custom"),
            format: LogFormat::of(environment),
        }
    }

    /// Writes a request line.
    pub(crate) fn write(&self, line: &RequestLine<'_>, record: &Record) {
        match self.format {
            LogFormat::Text => {
                let RequestLine { route, status, code, duration, request_id, .. } = line;
                let upstream = record.upstream.iter().fold(String::new(), |mut text, call| {
                    let status =
                        call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
                    let _ = write!(text, "; {} {status} in {} ms", call.call, call.duration.as_millis());
                    text
                });
                let call = record.call.as_ref().map(|call| format!(" {call}")).unwrap_or_default();
                let took = duration.as_millis();
                tracing::info!(target: TARGET, "{route}{call} {status} {code} in {took} ms{upstream} [{request_id}]");
            }
            LogFormat::Json => {
                // Plain fields and text always serialize.
                let line = serde_json::to_string(&self.json(line, record)).unwrap_or_default();
                tracing::info!(target: TARGET, line);
            }
        }
    }

    fn json<'a>(&'a self, line: &'a RequestLine<'a>, record: &'a Record) -> JsonLine<'a> {
        let mut dimensions = vec![vec!["route", "code"], vec!["code"]];
        dimensions.extend(record.call.as_ref().map(|_| vec!["call", "code"]));
        let mut metrics = vec![json!({
            "Namespace": self.namespace,
            "Dimensions": dimensions,
            "Metrics": [
                { "Name": "requests", "Unit": "Count" },
                { "Name": "duration_ms", "Unit": "Milliseconds" },
            ],
        })];
        let rare = [("unfit_settings", record.unfit_settings), ("unopened_links", record.unopened_link)];
        for (name, _) in rare.into_iter().filter(|(_, happened)| *happened) {
            let metric = json!({ "Name": name, "Unit": "Count" });
            metrics.push(json!({ "Namespace": self.namespace, "Dimensions": [[]], "Metrics": [metric] }));
        }
        JsonLine {
            timestamp: rfc3339(),
            level: "INFO",
            message: "request",
            line,
            provider: &self.provider,
            mode: record.mode,
            user: record.user.as_deref(),
            caller: record.caller.as_deref(),
            call: record.call.as_deref(),
            upstream: &record.upstream,
            requests: 1,
            unfit_settings: record.unfit_settings.then_some(1),
            unopened_links: record.unopened_link.then_some(1),
            _aws: json!({ "Timestamp": milliseconds_since_epoch(), "CloudWatchMetrics": metrics }),
        }
    }
}

/// Marks a user's lines without showing the ids: the first 16 hex digits of SHA-256 over `acct_…|usr_…`, or over
/// `acct_…` alone if no user is known. Anyone who knows the ids can compute it and find the lines.
pub(super) fn pseudonym(scope: Scope<'_>) -> String {
    let ids = [Some(scope.account), scope.user].into_iter().flatten().collect::<Vec<_>>().join("|");
    let mut digits = hex::encode(Sha256::digest(ids));
    digits.truncate(16);
    digits
}

fn milliseconds_since_epoch() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(time.as_millis()).unwrap_or_default()
}

fn rfc3339() -> String {
    let mut text = String::new();
    let _ = Rfc3339.format_time(&mut Writer::new(&mut text));
    text
}

/// As milliseconds, rounded to whole microseconds.
pub(super) fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e3)
}

/// The JSON line in a request's event; `None` for other events.
pub(super) fn json(event: &Event<'_>) -> Option<String> {
    struct Line(Option<String>);
    impl Visit for Line {
        fn record_str(&mut self, field: &Field, value: &str) {
            if field.name() == LINE {
                self.0 = Some(value.to_owned());
            }
        }
        fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
    }
    if event.metadata().target() != TARGET {
        return None;
    }
    let mut line = Line(None);
    event.record(&mut line);
    line.0
}
