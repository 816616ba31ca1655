//! placeholder
/// How we introduce ourselves to Stripe and the provider.
pub const USER_AGENT: &str = "stripe-app-oauth";
