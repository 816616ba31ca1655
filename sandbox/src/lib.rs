//! Everything around the functions, on one machine: gateway, Dashboard, Stripe API, OAuth provider, SSM.
//!
//! Each party is a separate server on loopback. The real functions run behind the gateway, with the real settings,
//! clients and time-outs; only the parties they talk to are simulated.

pub mod calls_file;
pub mod check_provider;
pub mod clock;
pub mod dashboard;
pub mod discovery;
pub mod env_file;
pub mod events;
pub mod faults;
pub mod functions;
pub mod gateway;
pub mod ports;
pub mod provider;
pub mod real_provider;
pub mod runtime_api;
pub mod settings;
pub mod ssm;
pub mod stripe;
pub mod testing;
pub mod tls;
pub mod traffic;
pub mod world;

use serde::{Deserialize, Serialize};

pub use world::{Options, World};

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// API Gateway, and the functions behind it.
    Gateway,
    /// Stripe's API.
    Stripe,
    /// The OAuth provider.
    Provider,
    /// SSM Parameter Store.
    Ssm,
}
