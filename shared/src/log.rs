//! The log: our own events only.

use lambda_http::tracing::Level;
use lambda_http::tracing::subscriber::filter::{LevelFilter, Targets};
use lambda_http::tracing::subscriber::prelude::*;
use lambda_http::tracing::subscriber::{fmt, registry};

use crate::settings::Environment;

/// Starts the log at `LOG_LEVEL` (default `info`), as JSON where Lambda's log format says so.
///
/// Libraries stay at `warn` whatever the level: at `trace`, HTTP stacks and the Lambda runtime write
/// whole events and headers, secrets included.
pub fn start(environment: &Environment) {
    let level = ["LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"]
        .into_iter()
        .find_map(|name| environment.get(name)?.parse().ok())
        .unwrap_or(Level::INFO);
    let ours = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = fmt::layer().with_target(false).without_time();
    let json = environment
        .get("AWS_LAMBDA_LOG_FORMAT")
        .is_some_and(|format| format.eq_ignore_ascii_case("json"));
    // A second start in one process (a test) keeps the first.
    let _ = if json {
        registry().with(ours).with(lines.json()).try_init()
    } else {
        registry().with(ours).with(lines).try_init()
    };
}
