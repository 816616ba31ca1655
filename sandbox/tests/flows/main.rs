//! The flows through the real functions, against the sandbox's stand-ins, in one process.

mod account;
mod bad_input;
mod call;
mod direct;
mod discover;
mod events;
mod gateway;
mod link_name;
mod log;
mod manners;
mod outages;
mod own_endpoint;
mod races;
mod real_provider;
mod refresh;
mod requests;
mod rolling;
mod session_bound;
mod settings;
mod storage;
mod stripe_roles;
mod token;

use sandbox::testing::{app, rig};
