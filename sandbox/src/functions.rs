//! The functions of this repository, in one table, used to start them all, to route to them and to find out
//! what they need.

use futures_util::future::BoxFuture;
use lambda_http::Context;
use serde_json::json;
use shared::lambda::{DirectLambda, GatewayResponse, Lambda};
use shared::{Clock, Environment, Http, LoadError};

/// A function that can be started. What it answers is a response of the gateway's, or the JSON of a direct invocation.
pub struct Function<A = GatewayResponse> {
    /// Its folder in `functions`, which is also its binary's name.
    pub name: &'static str,
    /// The endpoints it serves.
    pub endpoints: &'static [&'static str],
    /// The setting without which there is no such function.
    only_with: Option<&'static str>,
    start: Start<A>,
}

type Start<A> = fn(Environment, Clock, Http) -> BoxFuture<'static, Started<A>>;
type Started<A> = Result<Box<dyn Instance<A>>, LoadError>;

/// A function that was started.
pub trait Instance<A = GatewayResponse>: Send + Sync {
    /// Responds to one event.
    fn answer<'a>(&'a self, event: &'a str, context: Context) -> BoxFuture<'a, A>;
}

/// The functions behind the gateway. The first also serves the rest of the prefix, as in `template.yaml`.
pub const FUNCTIONS: [Function; 5] = [
    Function::new::<login::Login>("login"),
    Function::new::<authorize::Authorize>("authorize"),
    Function::new::<userinfo::Userinfo>("userinfo"),
    Function::new::<logout::Logout>("logout"),
    Function::new::<call::Call>("call").only_with("CALLS_FILE"),
];

/// The function without a route, which other back ends invoke.
pub const TOKEN: Function<String> = Function {
    name: "token",
    endpoints: &[],
    only_with: None,
    start: |environment, clock, http| {
        Box::pin(async move {
            let lambda = DirectLambda::<token::Token>::start_with(environment, clock, http).await?;
            Ok(Box::new(lambda) as Box<dyn Instance<String>>)
        })
    },
};

/// The example of a custom endpoint, which is not deployed.
pub const EXAMPLE: Function = Function::new::<profile::Profile>("profile");

impl Function {
    const fn new<F: shared::Function>(name: &'static str) -> Self {
        Self { name, endpoints: F::ENDPOINTS, only_with: None, start: start::<F> }
    }

    const fn only_with(self, setting: &'static str) -> Self {
        Self { only_with: Some(setting), ..self }
    }

    /// Whether a deployment with these settings has it.
    #[must_use]
    pub fn is_deployed(&self, environment: &Environment) -> bool {
        self.only_with.is_none_or(|setting| environment.get(setting).is_some())
    }
}

impl<A> Function<A> {
    /// Starts it, as a cold start does, with this client.
    ///
    /// # Errors
    /// If settings are invalid or missing.
    pub async fn start(&self, environment: &Environment, clock: &Clock, http: Http) -> Started<A> {
        (self.start)(environment.clone(), clock.clone(), http).await
    }
}

fn start<F: shared::Function>(
    environment: Environment,
    clock: Clock,
    http: Http,
) -> BoxFuture<'static, Started<GatewayResponse>> {
    Box::pin(async move {
        let lambda = Lambda::<F>::start_with(environment, clock, http).await?;
        Ok(Box::new(lambda) as Box<dyn Instance>)
    })
}

impl<F: shared::Function> Instance for Lambda<F> {
    fn answer<'a>(&'a self, event: &'a str, context: Context) -> BoxFuture<'a, GatewayResponse> {
        Box::pin(Self::answer(self, event, context))
    }
}

impl Instance<String> for DirectLambda<token::Token> {
    fn answer<'a>(&'a self, event: &'a str, context: Context) -> BoxFuture<'a, String> {
        Box::pin(async move { json!(Self::answer(self, event, context).await).to_string() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_function_is_in_the_table() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
        let folders =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names = FUNCTIONS.iter().map(|function| function.name).chain([TOKEN.name]).map(str::to_owned);
        assert_eq!(folders.collect::<BTreeSet<_>>(), names.collect());
    }

    #[test]
    fn every_function_has_its_events() {
        for Function { name, .. } in FUNCTIONS {
            let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
            assert!(events.is_dir(), "{name}: add events/{name}");
        }
    }
}
