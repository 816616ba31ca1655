//! What a running function keeps from one event to the next, whatever kind of event it is.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use lambda_http::Context;
use tokio::time::Instant;
use tracing::Instrument;

use super::current::{Current, Make};
use super::log_problems;
use crate::clock::Clock;
use crate::environment::{Environment, LoadError};
use crate::error::Error;
use crate::http::{Deadline, Http};
use crate::invocation::Timing;
use crate::log::{Metrics, RequestLine, record};
use crate::settings::Source;

/// A function and everything it runs on.
pub(super) struct Instance<F> {
    clock: Clock,
    http: Http,
    metrics: Metrics,
    current: Current<F>,
}

/// How an event was answered, for the log.
pub(super) struct Outcome {
    /// HTTP status, or the one that the error would have.
    pub(super) status: u16,
    /// `ok` or the error's code.
    pub(super) code: &'static str,
}

impl<F> Instance<F> {
    /// Makes the function from its settings. An unreachable SSM is no error here: Lambda could not report it.
    ///
    /// # Errors
    /// [`LoadError::Invalid`]; each problem has been logged.
    pub(super) async fn start(
        environment: Environment,
        clock: Clock,
        http: Http,
        make: Make<F>,
    ) -> Result<Self, LoadError> {
        let metrics = Metrics::of(&environment);
        let current = Current::new(Source::new(environment, &http, clock.clone()), clock.clone(), make);
        match current.function(&http).await.inspect_err(log_problems) {
            Err(invalid @ LoadError::Invalid(_)) => Err(invalid),
            Ok(_) | Err(LoadError::Unavailable(_)) => Ok(Self { clock, http, metrics, current }),
        }
    }

    /// The function, with current settings.
    ///
    /// # Errors
    /// `settings_unavailable` until SSM has answered once; `client_misconfigured` if what it answered then is wrong.
    pub(super) async fn function(&self) -> Result<Arc<F>, Error> {
        self.current.function(&self.http).await.map_err(|error| match error {
            LoadError::Unavailable(_) => Error::SettingsUnavailable,
            problems @ LoadError::Invalid(_) => {
                tracing::error!("{problems}");
                Error::ClientMisconfigured
            }
        })
    }

    /// The timing of an event that has just arrived.
    pub(super) fn timing(&self) -> Timing {
        Timing::new(self.clock.clone(), Deadline::after(self.http.timeouts().request))
    }

    /// Answers an event, and writes its line of the log.
    pub(super) async fn answer<T>(
        &self,
        route: String,
        context: &Context,
        answer: BoxFuture<'_, T>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> T {
        let begun = Instant::now();
        let (request_id, trace_id) = (context.request_id.as_str(), context.xray_trace_id.as_deref());
        let span = tracing::error_span!("request", request_id);
        let (answer, record) = record::keep(trace_id, answer.instrument(span)).await;
        if record.secrets_doubted {
            self.current.doubt_secrets().await;
        }
        let Outcome { status, code } = outcome(&answer);
        let line = RequestLine { route, status, code, duration: begun.elapsed(), request_id, trace_id };
        self.metrics.write(&line, &record);
        answer
    }
}
