//! Test tools: the app, a browser, a world that checks its output for secrets, real OAuth servers.
//!
//! For the tests and the proofs, which fail by panicking.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "callers want the panic, and the answer"
)]

pub mod app;
pub mod back_end;
pub mod bench;
pub mod browser;
pub mod cargo;
pub mod deployment;
pub mod rig;
pub mod servers;
pub mod token_proxy;
