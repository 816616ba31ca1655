//! The world on one machine: gateway, Dashboard, Stripe API, OAuth provider, SSM.

pub mod clock;
pub mod dashboard;
pub mod faults;
pub mod provider;
pub mod ssm;
pub mod stripe;
pub mod traffic;

use serde::{Deserialize, Serialize};

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
