//! From a Lambda event to a handler and back.

mod current;
mod direct;
mod event;
mod instance;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use lambda_http::http::Method;
use lambda_http::lambda_runtime::{LambdaEvent, Runtime, service_fn};
use lambda_http::{Context, Error as LambdaError, Request, RequestExt};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::clock::Clock;
use crate::environment::{Environment, LoadError};
use crate::error::Error;
use crate::http::{Http, Timeouts};
use crate::invocation::Invocation;
use crate::log;
use crate::response::{self, Code, Response};
use crate::route;
use crate::settings::Settings;
use event::PayloadFormat;
use instance::{Instance, Outcome};

pub use direct::{DirectAnswer, DirectError, DirectFunction, DirectLambda, run_directly};
pub use event::GatewayResponse;

/// A function behind the gateway.
pub trait Function: Sized + Send + Sync + 'static {
    /// The endpoints it serves: `login` stands for the path `/api/oauth/login`.
    const ENDPOINTS: &'static [&'static str];

    /// Builds the function from its settings; `None` if a problem was noted.
    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self>;

    /// Handles a request. Errors are responses too.
    fn handle(&self, invocation: &Invocation) -> impl Future<Output = Response> + Send;
}

/// A [`Function`] and everything it runs on.
pub struct Lambda<F>(Instance<F>);

/// Runs a function on Lambda until the process ends.
///
/// # Errors
/// If settings are invalid or missing: Lambda then reports a failed start, and the log lists every problem.
pub async fn run<F: Function>() -> Result<(), LambdaError> {
    let environment = Environment::of_process();
    log::start(&environment);
    let lambda = Arc::new(Lambda::<F>::start(environment, Clock::system(), Timeouts::default()).await?);
    serve(move |event, context| {
        let lambda = Arc::clone(&lambda);
        async move { lambda.answer(event.get(), context).await }
    })
    .await
}

/// Answers one event after the other until the process ends.
///
/// In a task of its own, because tokio asks the system for events each time before it polls the future of `main`: four
/// system calls more for a `userinfo`.
async fn serve<F, A>(answer: F) -> Result<(), LambdaError>
where
    F: Fn(Box<RawValue>, Context) -> A + Send + 'static,
    A: Future<Output: Serialize + Send + 'static> + Send + 'static,
{
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let answer = answer(event.payload, event.context);
        async { Ok::<_, LambdaError>(answer.await) }
    });
    tokio::spawn(Runtime::new(handler).run()).await?
}

impl<F: Function> Lambda<F> {
    /// Builds the function. An unreachable SSM is no error here: Lambda could not report it.
    ///
    /// # Errors
    /// [`LoadError::Invalid`]; each problem has been logged.
    pub async fn start(
        environment: Environment,
        clock: Clock,
        timeouts: Timeouts,
    ) -> Result<Self, LoadError> {
        let http = Http::from_environment(&environment, timeouts).inspect_err(log_problems)?;
        Self::start_with(environment, clock, http).await
    }

    /// As [`Lambda::start`], with a client of the caller's.
    ///
    /// # Errors
    /// As [`Lambda::start`].
    pub async fn start_with(environment: Environment, clock: Clock, http: Http) -> Result<Self, LoadError> {
        // Boxed, because it would make the future of whoever starts functions a long type.
        let instance = Box::pin(Instance::start(environment, clock, http, F::from_settings)).await;
        instance.map(Self)
    }

    /// Responds to an event, whatever it contains.
    pub async fn answer(&self, event: &str, context: Context) -> GatewayResponse {
        let request = event::read(event);
        let route = request.as_ref().map_or_else(other, Self::route);
        let format = request.as_ref().map_or(PayloadFormat::V2, PayloadFormat::of);
        // Boxed, because a whole flow makes a large future of a long type.
        let answered: BoxFuture<'_, Response> = Box::pin(self.respond(request, &context.request_id));
        event::gateway(self.0.answer(route, &context, answered, outcome).await, format)
    }

    /// Which of the function's endpoints a request is for.
    fn endpoint(request: &Request) -> Option<&'static str> {
        let asked = route::endpoint(request.raw_http_path())?;
        F::ENDPOINTS.iter().copied().find(|endpoint| *endpoint == asked)
    }

    /// The route for the metrics. Keeps their cardinality low: unserved routes are `other`.
    fn route(request: &Request) -> String {
        match (request.method().as_str(), Self::endpoint(request)) {
            (method @ ("GET" | "POST"), Some(endpoint)) => format!("{method} /{endpoint}"),
            _ => other(),
        }
    }

    async fn respond(&self, request: Option<Request>, request_id: &str) -> Response {
        let Some(request) = request else {
            return Error::BadRequest("The request could not be read.").to_json(request_id);
        };
        // A preflight that the gateway did not answer itself: it adds the CORS headers to our response, and a
        // browser proceeds only on a 2xx.
        if request.method() == Method::OPTIONS {
            return response::no_content();
        }
        if Self::endpoint(&request).is_none() {
            return Error::NotFound.to_json(request_id);
        }
        let invocation = &Invocation::of(request, self.0.timing(), request_id.to_owned());
        match self.0.function().await {
            Ok(function) => function.handle(invocation).await,
            Err(error) => error.to_json(request_id),
        }
    }
}

fn outcome(response: &Response) -> Outcome {
    Outcome {
        status: response.status().as_u16(),
        code: response.extensions().get::<Code>().map_or("ok", |code| code.0),
    }
}

fn log_problems(error: &LoadError) {
    if let LoadError::Invalid(problems) = error {
        for problem in problems {
            tracing::error!("{problem}");
        }
    }
}

fn other() -> String {
    "other".to_owned()
}
