//! The log: our own events only.

use lambda_http::tracing::subscriber::filter::{LevelFilter, Targets};
use lambda_http::tracing::subscriber::fmt::{self, MakeWriter};
use lambda_http::tracing::subscriber::prelude::*;
use lambda_http::tracing::subscriber::registry;
use lambda_http::tracing::{Level, Subscriber};

use crate::settings::Environment;

/// Starts the log on standard output.
pub fn start(environment: &Environment) {
    // A second start in one process keeps the first.
    let _ = subscriber(environment, std::io::stdout).try_init();
}

/// The log, written to `writer`: at `LOG_LEVEL` (default `info`), as JSON where Lambda's log format says so.
///
/// Libraries stay at `warn` whatever the level: at `trace`, HTTP stacks and the Lambda runtime write whole
/// events and headers, secrets included.
pub fn subscriber<W>(environment: &Environment, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = ["LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"]
        .into_iter()
        .find_map(|name| environment.get(name)?.parse().ok())
        .unwrap_or(Level::INFO);
    let ours = Targets::new().with_default(LevelFilter::WARN).with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = fmt::layer().with_target(false).without_time().with_writer(writer);
    let format = environment.get("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
    let is_json = format.eq_ignore_ascii_case("json");
    let lines = if is_json { lines.json().boxed() } else { lines.with_ansi(false).boxed() };
    registry().with(ours).with(lines)
}
