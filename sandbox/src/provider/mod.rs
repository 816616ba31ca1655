//! The OAuth provider: authorization code with PKCE, rotating refresh tokens, revocation. Its tokens open a small API.
//!
//! It is strict where real providers differ, so what works here follows the RFCs.

mod api;
mod authorize;
mod client;
mod error;
mod grants;
mod page;
mod params;
mod people;
mod pkce;
#[cfg(test)]
mod testing;
mod token;
mod whoami;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use shared::Clock;

use api::Note;
pub use authorize::InvalidAuthorizationUrl;
use grants::Grants;
pub use people::{Decision, Person};

/// Its only client, and its own address.
#[derive(Clone)]
pub struct ProviderConfig {
    /// The client's identifier.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// Where the browser may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
    /// Its own origin, sent as `iss` (RFC 9207).
    pub issuer: String,
}

/// The provider. Clones share one state.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    config: ProviderConfig,
    client_secrets: Mutex<Vec<String>>,
    clock: Clock,
    grants: Mutex<Grants>,
    calls: Mutex<HashMap<String, usize>>,
    notes: Mutex<Vec<Note>>,
}

impl Provider {
    /// A provider that nobody has signed in to yet.
    #[must_use]
    pub fn new(config: ProviderConfig, clock: Clock) -> Self {
        let client_secrets = Mutex::new(vec![config.client_secret.clone()]);
        let (grants, calls, notes) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { config, client_secrets, clock, grants, calls, notes }))
    }

    /// From now on, puts `marker` into every code and token, for tests that look for them.
    #[must_use]
    pub fn with_token_marker(self, marker: &str) -> Self {
        self.grants().mark_tokens(marker);
        self
    }

    /// From now on, makes every token this much longer, like providers with JWTs full of claims.
    pub fn pad_tokens(&self, characters: usize) {
        self.grants().pad_tokens(characters);
    }

    /// From now on, accepts these client secrets: both the old and the new one while one is being rolled.
    pub fn accept_secrets(&self, client_secrets: Vec<String>) {
        *lock(&self.0.client_secrets) = client_secrets;
    }

    /// Its endpoints.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/oauth", get(authorize::page))
            .route("/oauth/decision", post(authorize::decision))
            .route("/oauth/whoami", get(whoami::whoami))
            .route("/token", post(token::token))
            .route("/revoke", post(token::revoke))
            .merge(api::router(self))
            .route_layer(middleware::from_fn_with_state(self.clone(), count))
            .with_state(self.clone())
    }

    /// How many requests reached the route at `path`.
    #[must_use]
    pub fn calls(&self, path: &str) -> usize {
        lock(&self.0.calls).get(path).copied().unwrap_or_default()
    }

    /// How many grants have tokens and are not revoked.
    #[must_use]
    pub fn live_grants(&self) -> usize {
        self.grants().live()
    }

    /// Whether the access token is valid now.
    #[must_use]
    pub fn is_live(&self, access_token: &str) -> bool {
        self.grants().owner(access_token, self.0.clock.now()).is_some()
    }

    /// Revokes every grant, as people can do in a provider's settings.
    pub fn revoke_all(&self) {
        self.grants().revoke_all();
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }
}

/// Shows nothing: everything inside is a secret or irrelevant.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

async fn count(State(provider): State<Provider>, request: Request, next: Next) -> Response {
    *lock(&provider.0.calls).entry(request.uri().path().to_owned()).or_default() += 1;
    next.run(request).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::testing::{World, get};
    use super::*;

    #[tokio::test]
    async fn calls_are_counted_by_path() {
        let world = World::new();
        world.send(get("/oauth?client_id=wrong")).await;
        world.send(get("/oauth")).await;
        world.send(get("/nowhere")).await;
        assert_eq!(world.provider.calls("/oauth"), 2);
        assert_eq!(world.provider.calls("/token"), 0);
        assert_eq!(world.provider.calls("/nowhere"), 0);
    }

    #[tokio::test]
    async fn revoking_everything_ends_every_grant() {
        let world = World::new();
        let ada = world.sign_in(Person::Ada).await;
        let grace = world.sign_in(Person::Grace).await;
        assert_eq!(world.provider.live_grants(), 2);
        world.provider.revoke_all();
        assert_eq!(world.provider.live_grants(), 0);
        assert!(!world.provider.is_live(&ada.access_token));
        assert!(!world.provider.is_live(&grace.access_token));
    }

    #[tokio::test]
    async fn the_marker_is_in_every_code_and_token() {
        let mut world = World::new();
        world.provider = world.provider.with_token_marker("MARKED");
        let code = world.code(Person::Ada);
        assert!(code.starts_with("code_MARKED"));
        let tokens = world.redeem(&code).await;
        assert!(tokens.access_token.starts_with("at_MARKED"));
        assert!(tokens.refresh_token.starts_with("rt_MARKED"));
    }

    #[tokio::test]
    async fn debug_output_tells_no_secret() {
        let world = World::new();
        world.sign_in(Person::Ada).await;
        assert_eq!(format!("{:?}", world.provider), "Provider");
    }
}
