//! What the functions share: signed requests, sealed tokens, the Secret Store, the provider, settings.
//!
//! A handler follows the steps of the flow: verify, open, call the provider, store, respond. Types carry the
//! proofs: a [`StripeUser`] exists only once a signature has been verified, the type of an opened token says
//! which kind it is, and secrets print as `[REDACTED]`.

pub mod access;
pub mod authorization_code;
pub mod clock;
pub mod dashboard;
pub mod direct_invocation;
pub mod environment;
pub mod error;
pub mod flow;
pub mod http;
pub mod invocation;
mod json;
pub mod lambda;
pub mod link_scope;
pub mod log;
pub mod owner;
pub mod pkce;
pub mod provider;
pub mod response;
pub mod route;
pub mod sealed;
pub mod secret_store;
pub mod settings;
pub mod signed_request;
pub mod stripe_user;
pub mod tokens;

pub use access::AccessTokens;
pub use authorization_code::AuthorizationCode;
pub use clock::{Clock, UnixSeconds};
pub use dashboard::Dashboard;
pub use direct_invocation::{DirectInvocation, NamedOwner};
pub use environment::{Environment, LoadError};
pub use error::Error;
pub use flow::LinkFlow;
pub use http::{Deadline, Http};
pub use invocation::Invocation;
pub use lambda::{DirectFunction, Function, run, run_directly};
pub use link_scope::LinkScope;
pub use owner::{Linker, Owner};
pub use pkce::PkceVerifier;
pub use provider::Provider;
pub use response::Response;
pub use settings::Settings;
pub use stripe_user::{Mode, StripeUser};
