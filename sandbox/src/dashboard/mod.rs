//! The Dashboard: the Stripe App itself in a stand-in for Stripe's page, or a plain page that makes the same
//! requests where no Node.js is. Both show what happens behind them.

pub mod bundle;
mod control;
mod events;
mod host;
mod manifest;
mod plain;
pub mod reach;

use std::path::PathBuf;

use axum::http::{HeaderName, header};
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use url::Url;

pub use manifest::name_in as manifest_in;

use crate::faults::Faults;
use crate::stripe::Member;
use crate::traffic::Traffic;

/// A back end that apps may use.
#[derive(Clone, Debug, Serialize)]
pub struct BackEnd {
    /// Its address with its prefix, as `http://localhost:3333/api/oauth`.
    pub api_base: String,
    /// `user` or `account`.
    pub link_scope: String,
}

/// What the page has to know.
#[derive(Clone, Debug, Serialize)]
pub struct DashboardConfig {
    /// The back end, or the first of several.
    #[serde(flatten)]
    pub back_end: BackEnd,
    /// The others, for an app of several providers.
    pub further: Vec<BackEnd>,
    /// Who can be signed in, with their roles.
    pub members: Vec<Member>,
    /// Stripe's API, which signs for the page.
    pub stripe_url: String,
    /// The name of the real provider, if there is one in place of the sandbox's own.
    pub real_provider: Option<String>,
    /// The Stripe App's id, part of the address that browsers come back to.
    pub app_id: String,
    /// `session_bound` or `direct`.
    pub flow: &'static str,
}

/// Which page is served.
#[derive(Clone, Debug, Default)]
pub enum Page {
    /// The page that plays the app. It needs no build.
    #[default]
    Plain,
    /// The app itself.
    Host {
        /// Where [`bundle::Bundle`] has put its bundle.
        bundle: PathBuf,
        /// Whether it is kept from everything beyond this machine, whatever its manifest allows.
        offline: bool,
    },
}

/// The page, the list of exchanges it shows, and the control of faults.
pub fn router(config: DashboardConfig, page: Page, traffic: Traffic, faults: Faults) -> Router {
    let pages = match page {
        Page::Plain => plain::router(&config),
        Page::Host { bundle, offline } => host::router(&config, bundle, offline),
    };
    pages
        .route("/config.json", get(Json(config)))
        .route("/traffic", get(events::traffic).with_state(traffic))
        .route("/faults", get(control::waiting).post(control::plan).delete(control::clear).with_state(faults))
}

type PageResponse = ([(HeaderName, String); 3], Html<String>);

/// A page that may call the servers at these addresses, with further lines for its policy.
fn page(html: String, called: &[&str], further: &str) -> PageResponse {
    let origins: Vec<_> = called
        .iter()
        .filter_map(|address| Url::parse(address).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {}; {further}; \
         base-uri 'none'; frame-ancestors 'none'",
        origins.join(" ")
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        // The page's address holds the code when a browser comes back.
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, Html(html))
}
