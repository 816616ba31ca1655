//! Shared by the fuzz targets: settings, Stripe's signature, one runtime.

pub mod provider;
pub mod signature;

use std::sync::LazyLock;

use shared::http::Timeouts;
use shared::settings::{Settings, Source};
use shared::{Clock, Environment, Http, UnixSeconds};
use tokio::runtime::Runtime;

/// The time of everything.
pub const NOW: UnixSeconds = 1_800_000_000;
/// The app's signing secret.
pub const APP_SECRET: &str = "absec_PLANTED";

/// What a function needs, with its secrets set directly. Nothing listens on the loopback addresses.
pub const SETTINGS: &[(&str, &str)] = &[
    ("API_HOST_URL", "https://api.example.com"),
    ("SEALING_KEY", "UExBTlRFRFBMQU5URURQTEFOVEVEUExBTlRFRFBMQU4="),
    ("STRIPE_API_BASE", "http://127.0.0.1:1"),
    ("STRIPE_API_KEY", "sk_test_PLANTED"),
    ("STRIPE_APP_ID", "com.example.fuzz"),
    ("STRIPE_APP_SECRET", APP_SECRET),
    ("THIRD_PARTY_CLIENT_ID", "client"),
    ("THIRD_PARTY_CLIENT_SECRET", "PLANTED"),
];

/// Runs asynchronous code.
pub static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));

/// [`SETTINGS`] and more.
#[must_use]
pub fn environment(more: &[(&str, &str)]) -> Environment {
    SETTINGS.iter().chain(more).copied().collect()
}

/// Builds a part of the back end from its settings.
pub fn part<T>(more: &[(&str, &str)], read: impl FnOnce(&mut Settings, &Http) -> Option<T>) -> T {
    let http = Http::new(Timeouts::default());
    let source = Source::new(environment(more), &http, Clock::from_fn(|| NOW));
    RUNTIME.block_on(source.load(|settings| read(settings, &http))).expect("settings that fit")
}
