//! Deployments beside the first one, which share its Stripe.

use std::sync::Arc;

use axum::middleware;
use shared::{Environment, Http};

use crate::Party;
use crate::faults;
use crate::gateway::{self, Gateway, Preflights};
use crate::ports::Listener;
use crate::provider::{Provider, ProviderConfig};

use super::rig::{PLANTED, Rig};

/// A deployment with functions, a gateway and a provider of its own.
pub struct Deployment {
    /// Its API Gateway's origin.
    pub gateway: String,
    /// What its functions were started with.
    pub environment: Environment,
    /// Its provider.
    pub provider: Provider,
}

impl Rig {
    /// Another deployment with the first one's settings, but for its addresses, its provider's, and these.
    pub async fn deploy(&self, settings: &[(&'static str, &str)]) -> Deployment {
        let world = &self.world;
        let (listener, at_provider) = (any_port().await, any_port().await);
        let (gateway, issuer, secret) = (listener.url(), at_provider.url(), format!("{PLANTED} second"));
        let own = [
            ("API_HOST_URL", gateway.as_str()),
            ("THIRD_PARTY_CLIENT_SECRET", &secret),
            ("THIRD_PARTY_CLIENT_SECRET_PARAMETER", ""),
            ("THIRD_PARTY_ISSUER", &issuer),
            ("THIRD_PARTY_REVOKE_URL", &format!("{issuer}/revoke")),
            ("THIRD_PARTY_URL_BASE", &issuer),
        ];
        let changed =
            own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Environment = world.settings.clone().into_iter().chain(changed).collect();
        let config = ProviderConfig {
            client_id: "sandbox-client".to_owned(),
            client_secret: secret,
            redirect_uris: vec![format!("{gateway}/api/oauth/authorize")],
            issuer,
        };
        let provider = Provider::new(config, self.clock.clock()).with_token_marker(PLANTED);
        let strike = |party| middleware::from_fn_with_state((world.faults.clone(), party), faults::strike);
        at_provider.serve(&provider.router().layer(strike(Party::Provider)));

        let http = Http::from_environment(&environment, self.timeouts).expect("a client");
        let functions = Box::pin(Gateway::start(&environment, self.clock.clock(), http)).await;
        let router = Arc::new(functions.expect("functions")).router().layer(strike(Party::Gateway));
        listener.serve(&router.layer(middleware::from_fn_with_state(Preflights::default(), gateway::cors)));
        Deployment { gateway, environment, provider }
    }
}

async fn any_port() -> Listener {
    Listener::bind(0).await.expect("a free port")
}
