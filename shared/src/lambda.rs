//! From a Lambda event to a handler and back.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use lambda_http::http::Method;
use lambda_http::http::header::HeaderName;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Context, Error as LambdaError, Request, RequestExt};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tracing::Instrument;

use crate::clock::Clock;
use crate::error::Error;
use crate::http::{Deadline, Http, Timeouts};
use crate::invocation::Invocation;
use crate::log::{self, Metrics, RequestLine, record};
use crate::response::{self, Code, Response};
use crate::route;
use crate::settings::{Environment, LoadError, Secrets, Settings};

/// One of the four functions.
pub trait Function: Sized + Send + Sync + 'static {
    /// What it answers at: `login` stands for the path `/api/oauth/login`.
    const ENDPOINTS: &'static [&'static str];
    /// The secrets it reads; it asks for no others.
    const SECRETS: &'static [&'static str];

    /// Builds the function from its settings; none when a problem was noted.
    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self>;

    /// Answers a request. Errors are answers too.
    fn handle(&self, invocation: &Invocation) -> impl Future<Output = Response> + Send;
}

/// A function with all it runs on. Settings that could not be fetched are asked for again at each request.
pub struct Lambda<F> {
    clock: Clock,
    http: Http,
    metrics: Metrics,
    secrets: Arc<Secrets>,
    function: OnceCell<F>,
}

/// The answer as API Gateway takes it. `lambda_http` has one too, but lets nobody make it who did not hand it
/// the event first; and an event may be one that it cannot take.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayResponse {
    /// HTTP status.
    pub status_code: u16,
    /// Headers; each is there once.
    pub headers: BTreeMap<String, String>,
    /// Always empty; `cargo lambda` insists on it.
    pub multi_value_headers: BTreeMap<String, Vec<String>>,
    /// Always empty; part of payload format 2.0 only, where `cargo lambda` insists on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookies: Option<Vec<String>>,
    /// The body, always text.
    pub body: String,
    /// Always false.
    pub is_base64_encoded: bool,
}

/// Runs a function on Lambda until the process ends.
///
/// # Errors
/// When settings are wrong or missing: Lambda then shows the start as failed, and the log lists every problem.
pub async fn run<F: Function>() -> Result<(), LambdaError> {
    let environment = Environment::of_process();
    log::start(&environment);
    let lambda = Lambda::<F>::start(environment, Clock::system(), Timeouts::default()).await?;
    let lambda = &lambda;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        Ok::<_, LambdaError>(lambda.answer(event.payload.get(), event.context).await)
    }))
    .await
}

impl<F: Function> Lambda<F> {
    /// Builds the function. SSM being out of reach is no failure here: Lambda could not report it.
    ///
    /// # Errors
    /// [`LoadError::Invalid`], each problem of which has been logged.
    pub async fn start(
        environment: Environment,
        clock: Clock,
        timeouts: Timeouts,
    ) -> Result<Self, LoadError> {
        let http = Http::from_environment(&environment, timeouts).inspect_err(log_problems)?;
        let metrics = Metrics::of(&environment);
        let secrets = Secrets::new(environment, F::SECRETS, &http, clock.clone());
        let lambda = Self { clock, http, metrics, secrets, function: OnceCell::new() };
        match lambda.function().await.inspect_err(log_problems) {
            Err(invalid @ LoadError::Invalid(_)) => Err(invalid),
            Ok(_) | Err(LoadError::Unavailable(_)) => Ok(lambda),
        }
    }

    /// Answers one event, whatever is in it.
    pub async fn answer(&self, event: &str, context: Context) -> GatewayResponse {
        let begun = Instant::now();
        let (request_id, trace_id) = (context.request_id.as_str(), context.xray_trace_id.as_deref());
        let request = read(event);
        let route = request.as_ref().map_or_else(other, Self::route);
        let format = request.as_ref().map_or(PayloadFormat::V2, PayloadFormat::of);
        let span = tracing::error_span!("request", request_id);
        // Boxed: a whole flow is much for one future, and for its type.
        let answered: BoxFuture<'_, Response> = Box::pin(self.respond(request, request_id).instrument(span));
        let (response, record) = record::keep(trace_id, answered).await;
        let line = RequestLine {
            route,
            status: response.status().as_u16(),
            code: response.extensions().get::<Code>().map_or("ok", |code| code.0),
            duration: begun.elapsed(),
            request_id,
            trace_id,
        };
        self.metrics.write(&line, &record);
        gateway(response, format)
    }

    /// Which of its endpoints a request is for.
    fn endpoint(request: &Request) -> Option<&'static str> {
        let asked = route::endpoint(request.raw_http_path())?;
        F::ENDPOINTS.iter().copied().find(|endpoint| *endpoint == asked)
    }

    /// Few enough to count by: what nobody serves has one name.
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
        // A preflight that the gateway has not answered itself: it adds its CORS headers to our answer, and a browser
        // goes on only if that is a 2xx.
        if request.method() == Method::OPTIONS {
            return response::no_content();
        }
        if Self::endpoint(&request).is_none() {
            return Error::NotFound.to_json(request_id);
        }
        let deadline = Deadline::after(self.http.timeouts().request);
        let invocation = &Invocation::new(request, self.clock.clone(), deadline, request_id.to_owned());
        match self.function().await {
            Ok(function) => function.handle(invocation).await,
            Err(LoadError::Unavailable(_)) => Error::SettingsUnavailable.to_json(request_id),
            Err(problems @ LoadError::Invalid(_)) => {
                tracing::error!("{problems}");
                Error::ClientMisconfigured.to_json(request_id)
            }
        }
    }

    async fn function(&self) -> Result<&F, LoadError> {
        let load = || async {
            let read = |settings: &mut Settings| F::from_settings(settings, &self.http);
            let loaded = Settings::load(&self.secrets, read).await;
            if let Err(LoadError::Unavailable(reason)) = &loaded {
                tracing::error!(reason, "settings are out of reach");
            }
            loaded
        };
        self.function.get_or_try_init(load).await
    }
}

fn log_problems(error: &LoadError) {
    if let LoadError::Invalid(problems) = error {
        for problem in problems {
            tracing::error!("{problem}");
        }
    }
}

/// Reads an event. Odd bytes in a query, a bad host or a body that is no base64 make `lambda_http` panic while it
/// builds the request; such an event is as unreadable as one that is no HTTP event.
fn read(event: &str) -> Option<Request> {
    let mut event: LambdaRequest = serde_json::from_str(event).ok()?;
    if let LambdaRequest::ApiGatewayV1(rest) = &mut event {
        // `headers` repeats the last value of each of `multiValueHeaders`. `lambda_http` lets it overwrite them all,
        // which would hide that a header was sent twice.
        for name in rest.multi_value_headers.keys() {
            rest.headers.remove(name);
        }
    }
    catch_unwind(AssertUnwindSafe(|| event.into())).ok()
}

/// Which of API Gateway's payload formats an event has, and its answer must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PayloadFormat {
    /// REST APIs.
    V1,
    /// HTTP APIs and function URLs.
    V2,
}

impl PayloadFormat {
    fn of(request: &Request) -> Self {
        match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(_)) => Self::V1,
            _ => Self::V2,
        }
    }
}

fn other() -> String {
    "other".to_owned()
}

fn gateway(response: Response, format: PayloadFormat) -> GatewayResponse {
    let text = |(name, value): (&HeaderName, &lambda_http::http::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    GatewayResponse {
        status_code: response.status().as_u16(),
        headers: response.headers().iter().filter_map(text).collect(),
        multi_value_headers: BTreeMap::new(),
        cookies: (format == PayloadFormat::V2).then(Vec::new),
        body: response.into_body(),
        is_base64_encoded: false,
    }
}
