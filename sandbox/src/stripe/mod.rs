//! A stand-in for the part of Stripe's API that a Stripe App's back end and its Dashboard page call.
//!
//! It follows Stripe's rules, not only its formats: limits, expiry, modes, idempotency. If Stripe does not document the
//! exact message, the message here says what was wrong in Stripe's style.

mod answer;
mod call;
mod error;
mod hold;
mod idempotency;
mod parameters;
mod requests;
mod roles;
mod secrets;
mod signature;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use shared::{Clock, Mode, UnixSeconds};
use tower_http::cors::{AllowOrigin, CorsLayer};

use answer::Answer;
use call::{Call, DASHBOARD_SESSION};
use error::StripeError;
pub use hold::HeldWrites;
use hold::WriteGate;
use idempotency::{Claim, IdempotencyKeys};
use parameters::Parameters;
use requests::{Find, List, Set};
use roles::Roles;
pub use roles::{Member, Role, RoleComparison, RoleKind, members};
pub use secrets::Scope;
use secrets::{Namespace, NewSecret, Owner, SecretStore};

/// The account for requests without `Stripe-Account`: the API key's own.
pub const OWN_ACCOUNT: &str = "acct_sandboxOwner";

/// Request headers that Stripe sends back.
const ECHOED: [HeaderName; 3] = [
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("stripe-account"),
    HeaderName::from_static("stripe-version"),
];

/// Stripe's API. Clones share one state.
#[derive(Clone)]
pub struct StripeApi(Arc<Shared>);

struct Shared {
    credentials: Mutex<Credentials>,
    clock: Clock,
    requests: AtomicU64,
    secrets: Mutex<SecretStore>,
    roles: Mutex<Roles>,
    idempotency: IdempotencyKeys,
    writes: WriteGate,
}

struct Credentials {
    api_keys: Vec<(Mode, String)>,
    app_secrets: Vec<String>,
}

/// The value of a `request-id` header.
#[derive(Clone, Default)]
struct RequestId(String);

impl StripeApi {
    /// Accepts these API keys, each for its mode, and signs with each of these app secrets.
    #[must_use]
    pub fn new(api_keys: Vec<(Mode, String)>, app_secrets: Vec<String>, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            credentials: Mutex::new(Credentials { api_keys, app_secrets }),
            clock,
            requests: AtomicU64::default(),
            secrets: Mutex::default(),
            roles: Mutex::default(),
            idempotency: IdempotencyKeys::default(),
            writes: WriteGate::default(),
        }))
    }

    /// The routes, from `/v1` on.
    pub fn router(&self) -> Router {
        // The Dashboard's page has another origin on this machine, and calls on behalf of its user.
        let from_the_page = CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(|origin, _| {
                origin.as_bytes().starts_with(b"http://localhost:")
            }))
            .allow_headers([DASHBOARD_SESSION])
            .expose_headers([HeaderName::from_static("request-id")]);
        let secrets = Router::new()
            .route("/v1/apps/secrets", post(set).get(list))
            .route("/v1/apps/secrets/find", get(find))
            .route("/v1/apps/secrets/delete", post(delete))
            .method_not_allowed_fallback(unrecognized)
            .layer(from_the_page);
        Router::new()
            .merge(secrets)
            .route("/v1/apps/app_embedded_backend_signature", signature::route())
            .fallback(unrecognized)
            .method_not_allowed_fallback(unrecognized)
            .layer(middleware::from_fn_with_state(self.clone(), identify))
            .with_state(self.clone())
    }

    /// From now on, accepts these API keys, as after a roll.
    pub fn accept_keys(&self, api_keys: Vec<(Mode, String)>) {
        self.credentials().api_keys = api_keys;
    }

    /// From now on, signs with these app secrets: both the old and the new one while one is being rolled.
    pub fn sign_with(&self, app_secrets: Vec<String>) {
        self.credentials().app_secrets = app_secrets;
    }

    /// The payload of a secret in a user's or an account's scope.
    #[must_use]
    pub fn payload(&self, mode: Mode, account: &str, scope: impl Into<Scope>, name: &str) -> Option<String> {
        self.secrets().find(&namespace(mode, account, scope), name, self.now())?.payload
    }

    /// The names of the secrets in a scope, oldest first.
    #[must_use]
    pub fn names(&self, mode: Mode, account: &str, scope: impl Into<Scope>) -> Vec<String> {
        self.secrets().names(&namespace(mode, account, scope), self.now())
    }

    /// Stores a secret without an expiry, ignoring every limit.
    pub fn put(&self, mode: Mode, account: &str, scope: impl Into<Scope>, name: &str, payload: &str) {
        let secret = NewSecret { name: name.to_owned(), payload: payload.to_owned(), expires_at: None };
        self.secrets().put(&namespace(mode, account, scope), secret, self.now());
    }

    /// Deletes a secret, if it is there.
    pub fn remove(&self, mode: Mode, account: &str, scope: impl Into<Scope>, name: &str) {
        let _ = self.secrets().delete(&namespace(mode, account, scope), name, self.now());
    }

    /// Lets writes start, but not continue, while the returned guard exists.
    #[must_use]
    pub fn hold_writes(&self) -> HeldWrites {
        self.0.writes.hold()
    }

    fn now(&self) -> UnixSeconds {
        self.0.clock.now()
    }

    fn credentials(&self) -> MutexGuard<'_, Credentials> {
        self.0.credentials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn secrets(&self) -> MutexGuard<'_, SecretStore> {
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roles(&self) -> MutexGuard<'_, Roles> {
        self.0.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Executes a write at most once for its `Idempotency-Key`.
    ///
    /// The key is looked up before the parameters are checked, because what was valid the first time may have expired
    /// since. It is marked before anything waits; if this future is dropped, so is the mark.
    async fn write<P>(
        &self,
        call: Call,
        parse: impl FnOnce(&mut Parameters) -> Result<P, StripeError>,
        execute: impl FnOnce(&mut SecretStore, P) -> Result<Answer, StripeError>,
    ) -> Result<Response, StripeError> {
        let claim = match call.idempotency {
            Some(request) => match self.0.idempotency.claim(request, self.now())? {
                Claim::Done(done) => return Ok(done.replay()),
                Claim::First(claim) => Some(claim),
            },
            None => None,
        };
        let parameters = call.parameters.consume(parse)?;
        self.0.writes.pass().await;
        let answer = execute(&mut self.secrets(), parameters).unwrap_or_else(Answer::from);
        Ok(match claim {
            Some(claim) => claim.save(answer, call.request_id.0).first(),
            None => answer.into_response(),
        })
    }
}

impl fmt::Debug for StripeApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeApi").finish_non_exhaustive()
    }
}

fn namespace(mode: Mode, account: &str, scope: impl Into<Scope>) -> Namespace {
    Owner::new(mode, account).namespace(scope.into())
}

async fn set(State(api): State<StripeApi>, call: Call) -> Result<Response, StripeError> {
    let caller = call.caller.clone();
    api.write(
        call,
        |parameters| Set::parse(parameters, api.now()),
        |secrets, Set { secret, scope, expand }| {
            let secret = secrets.set(&caller.namespace(scope)?, secret, api.now())?;
            Ok(Answer::ok(&secret.shown(expand)))
        },
    )
    .await
}

async fn delete(State(api): State<StripeApi>, call: Call) -> Result<Response, StripeError> {
    let caller = call.caller.clone();
    api.write(call, Find::parse, |secrets, Find { name, scope, expand }| {
        let secret = secrets.delete(&caller.namespace(scope)?, &name, api.now())?;
        Ok(Answer::ok(&secret.shown(expand)))
    })
    .await
}

async fn find(State(api): State<StripeApi>, call: Call) -> Result<Answer, StripeError> {
    let Find { name, scope, expand } = call.parameters.consume(Find::parse)?;
    let namespace = call.caller.namespace(scope)?;
    let secret =
        api.secrets().find(&namespace, &name, api.now()).ok_or_else(|| StripeError::no_such_secret(&name))?;
    Ok(Answer::ok(&secret.shown(expand)))
}

async fn list(State(api): State<StripeApi>, call: Call) -> Result<Answer, StripeError> {
    let list = call.parameters.consume(List::parse)?;
    let namespace = call.caller.namespace(list.scope.clone())?;
    let page = api.secrets().list(&namespace, &list, api.now())?;
    Ok(Answer::ok(&page))
}

async fn unrecognized(method: Method, uri: Uri) -> StripeError {
    StripeError::unrecognized_url(&method, uri.path())
}

/// Middleware: gives every request an id, and echoes the headers that Stripe echoes.
async fn identify(State(api): State<StripeApi>, mut request: Request, next: Next) -> Response {
    let number = api.0.requests.fetch_add(1, Ordering::Relaxed);
    let id = RequestId(format!("req_{number:014}"));
    let echoed: HeaderMap = ECHOED
        .into_iter()
        .filter_map(|name| Some((name.clone(), request.headers().get(name)?.clone())))
        .collect();
    request.extensions_mut().insert(id.clone());
    let response = next.run(request).await;
    (echoed, [("request-id", id.0)], response).into_response()
}
