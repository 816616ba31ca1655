//! The log: our own events, and one line per request.

pub(crate) mod record;
mod request;

use std::fmt::Result;

use lambda_http::tracing::subscriber::filter::{LevelFilter, Targets};
use lambda_http::tracing::subscriber::fmt::format::{Format, FormatEvent, Json, JsonFields, Writer};
use lambda_http::tracing::subscriber::fmt::{self, FmtContext, FormatFields, MakeWriter};
use lambda_http::tracing::subscriber::prelude::*;
use lambda_http::tracing::subscriber::registry::{self, LookupSpan};
use lambda_http::tracing::{Event, Level, Subscriber};

use crate::environment::Environment;

pub use record::about;
pub(crate) use request::{Metrics, RequestLine};

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for Lambda's log format `JSON`.
    Json,
}

impl LogFormat {
    pub(crate) fn of(environment: &Environment) -> Self {
        let format = environment.get("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
        if format.eq_ignore_ascii_case("json") { Self::Json } else { Self::Text }
    }
}

/// Starts the log on standard output.
pub fn start(environment: &Environment) {
    // If the log was started before, it stays as it is.
    let _ = subscriber(environment, std::io::stdout).try_init();
}

/// The log, written to `writer`: at `LOG_LEVEL` (default `info`), as JSON if Lambda's log format is JSON.
/// Request lines are written at every level, because they carry the metrics.
///
/// Libraries always stay at `warn`: at `trace`, HTTP stacks and the Lambda runtime log whole events and
/// headers, including secrets.
pub fn subscriber<W>(environment: &Environment, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = ["LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"]
        .into_iter()
        .find_map(|name| environment.get(name)?.parse().ok())
        .unwrap_or(Level::INFO);
    let ours = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target(env!("CARGO_CRATE_NAME"), level)
        .with_target(request::TARGET, LevelFilter::INFO);
    let lines = fmt::layer().with_writer(writer);
    let lines = match LogFormat::of(environment) {
        LogFormat::Json => {
            let format = fmt::format().json().flatten_event(true).with_span_list(false).with_target(false);
            lines.event_format(JsonLines(format)).fmt_fields(JsonFields::new()).boxed()
        }
        LogFormat::Text => lines.with_target(false).without_time().with_ansi(false).boxed(),
    };
    registry::Registry::default().with(ours).with(lines)
}

/// Formats events as the library does; request lines are JSON already.
struct JsonLines(Format<Json>);

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        match request::json(event) {
            Some(line) => writeln!(writer, "{line}"),
            None => self.0.format_event(context, writer, event),
        }
    }
}
