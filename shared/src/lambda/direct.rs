//! From a direct invocation to a handler and back.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use lambda_http::{Context, Error as LambdaError};
use serde::Serialize;

use super::instance::{Instance, Outcome};
use crate::clock::Clock;
use crate::direct_invocation::DirectInvocation;
use crate::environment::{Environment, LoadError};
use crate::error::Error;
use crate::http::{Http, Timeouts};
use crate::log;
use crate::settings::Settings;

/// A function without a route, which IAM lets callers invoke.
pub trait DirectFunction: Sized + Send + Sync + 'static {
    /// What its metrics call it.
    const NAME: &'static str;
    /// What it answers; it says which invocation it answers.
    type Answer: Serialize + Send + 'static;

    /// Builds the function from its settings; `None` if a problem was noted.
    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self>;

    /// Handles an invocation.
    fn handle(
        &self,
        invocation: &DirectInvocation,
    ) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// What a direct invocation is answered. An error is a value, too: a failed invocation would be one of ours.
#[derive(Serialize)]
#[serde(untagged)]
pub enum DirectAnswer<T> {
    /// What was asked for.
    Answer(T),
    /// Why not.
    Error {
        /// The error.
        error: DirectError,
    },
}

/// An error of a direct invocation, in the words of [`Error`].
#[derive(Serialize)]
pub struct DirectError {
    code: &'static str,
    message: String,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip)]
    status: u16,
}

/// A [`DirectFunction`] and everything it runs on.
pub struct DirectLambda<F>(Instance<F>);

/// Runs a function without a route on Lambda until the process ends.
///
/// # Errors
/// As [`run`](super::run).
pub async fn run_directly<F: DirectFunction>() -> Result<(), LambdaError> {
    let environment = Environment::of_process();
    log::start(&environment);
    let lambda = Arc::new(DirectLambda::<F>::start(environment, Clock::system(), Timeouts::default()).await?);
    super::serve(move |event, context| {
        let lambda = Arc::clone(&lambda);
        async move { lambda.answer(event.get(), context).await }
    })
    .await
}

impl<F: DirectFunction> DirectLambda<F> {
    /// As [`Lambda::start`](super::Lambda::start).
    ///
    /// # Errors
    /// As [`Lambda::start`](super::Lambda::start).
    pub async fn start(
        environment: Environment,
        clock: Clock,
        timeouts: Timeouts,
    ) -> Result<Self, LoadError> {
        let http = Http::from_environment(&environment, timeouts).inspect_err(super::log_problems)?;
        Self::start_with(environment, clock, http).await
    }

    /// As [`DirectLambda::start`], with a client of the caller's.
    ///
    /// # Errors
    /// As [`DirectLambda::start`].
    pub async fn start_with(environment: Environment, clock: Clock, http: Http) -> Result<Self, LoadError> {
        // Boxed, because it would make the future of whoever starts functions a long type.
        let instance = Box::pin(Instance::start(environment, clock, http, F::from_settings)).await;
        instance.map(Self)
    }

    /// Answers an event, whatever it contains.
    pub async fn answer(&self, event: &str, context: Context) -> DirectAnswer<F::Answer> {
        let invocation = DirectInvocation::new(event, self.0.timing(), context.request_id.clone());
        // Boxed, because a whole flow makes a large future of a long type.
        let handled: BoxFuture<'_, _> = Box::pin(self.handle(&invocation));
        self.0.answer(F::NAME.to_owned(), &context, handled, outcome).await
    }

    async fn handle(&self, invocation: &DirectInvocation) -> DirectAnswer<F::Answer> {
        let answer = async { self.0.function().await?.handle(invocation).await };
        match answer.await {
            Ok(answer) => DirectAnswer::Answer(answer),
            Err(error) => DirectAnswer::Error { error: DirectError::new(&error, &invocation.request_id) },
        }
    }
}

impl DirectError {
    fn new(error: &Error, request_id: &str) -> Self {
        Self {
            code: error.code(),
            message: error.message().into_owned(),
            request_id: request_id.to_owned(),
            retry_after: error.retry_after(),
            status: error.status().as_u16(),
        }
    }
}

fn outcome<T>(answer: &DirectAnswer<T>) -> Outcome {
    match answer {
        DirectAnswer::Answer(_) => Outcome { status: 200, code: "ok" },
        DirectAnswer::Error { error } => Outcome { status: error.status, code: error.code },
    }
}
