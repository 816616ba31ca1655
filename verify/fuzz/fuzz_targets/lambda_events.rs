//! Arbitrary Lambda events, to all functions: there is always an answer, from the closed list.
//!
//! Input: the event, as Lambda delivers it.
#![no_main]

use std::panic;
use std::process::abort;
use std::sync::LazyLock;

use authorize::Authorize;
use call::Call;
use fuzz::{NOW, RUNTIME, environment};
use lambda_http::Context;
use libfuzzer_sys::{Corpus, fuzz_target};
use login::Login;
use logout::Logout;
use serde_json::Value;
use shared::Clock;
use shared::http::Timeouts;
use shared::lambda::{DirectAnswer, DirectLambda, Function, GatewayResponse, Lambda};
use token::{Granted, Token};
use userinfo::Userinfo;

/// The companion app's.
const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../app/calls.json");

struct Functions {
    login: Lambda<Login>,
    authorize: Lambda<Authorize>,
    userinfo: Lambda<Userinfo>,
    logout: Lambda<Logout>,
    call: Lambda<Call>,
    token: DirectLambda<Token>,
}

static SESSION_BOUND: LazyLock<Functions> = LazyLock::new(|| Functions::start("session_bound"));
static DIRECT: LazyLock<Functions> = LazyLock::new(|| Functions::start("direct"));

impl Functions {
    fn start(flow: &str) -> Self {
        let settings = [("LINK_FLOW", flow), ("THIRD_PARTY_URL_BASE", "http://127.0.0.1:1")];
        let token = DirectLambda::start(environment(&settings), Clock::from_fn(|| NOW), Timeouts::default());
        Self {
            login: start(&settings),
            authorize: start(&settings),
            userinfo: start(&settings),
            logout: start(&settings),
            call: start(&[&settings[..], &[("CALLS_FILE", CALLS)]].concat()),
            token: RUNTIME.block_on(token).expect("a function"),
        }
    }

    /// Chooses by the route, as the gateway does, though the route may be anything.
    async fn answer(&self, event: &str) -> GatewayResponse {
        let context = Context::default();
        if event.contains("/userinfo") {
            self.userinfo.answer(event, context).await
        } else if event.contains("/call") {
            self.call.answer(event, context).await
        } else if event.contains("/logout") {
            self.logout.answer(event, context).await
        } else if event.contains("/authori") {
            self.authorize.answer(event, context).await
        } else {
            self.login.answer(event, context).await
        }
    }
}

fn start<F: Function>(settings: &[(&str, &str)]) -> Lambda<F> {
    let started = Lambda::start(environment(settings), Clock::from_fn(|| NOW), Timeouts::default());
    RUNTIME.block_on(started).expect("a function")
}

fuzz_target!(
    init: {
        // libFuzzer's own hook ends the process at every panic, caught or not. Panics of the libraries that build a
        // request from impossible values are known, and are caught; any other still ends the process.
        let abort_at = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            let at = panicked.location().map_or("", panic::Location::file);
            if !["/lambda_http-", "/aws_lambda_events-"].iter().any(|library| at.contains(library)) {
                abort_at(panicked);
                abort();
            }
        }));
    },
    |data: &[u8]| -> Corpus {
        let Ok(event) = std::str::from_utf8(data) else { return Corpus::Reject };
        for functions in [&*SESSION_BOUND, &*DIRECT] {
            check(&RUNTIME.block_on(functions.answer(event)));
            check_direct(&RUNTIME.block_on(functions.token.answer(event, Context::default())));
        }
        Corpus::Keep
    }
);

/// Stripe cannot be reached, so there is no token to be had.
fn check_direct(answer: &DirectAnswer<Granted>) {
    let DirectAnswer::Error { error } = answer else { panic!("a token") };
    let error = serde_json::to_value(error).expect("JSON");
    assert!(
        ["bad_request", "client_misconfigured", "secret_store_unavailable"]
            .contains(&error["code"].as_str().unwrap())
    );
    assert!(!error.to_string().contains("PLANTED"));
}

fn check(answer: &GatewayResponse) {
    let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
    assert!([200, 204, 303, 400, 401, 403, 404, 405, 429, 500, 502, 503].contains(&answer.status_code));
    assert_eq!(header("cache-control"), "no-store");
    assert!(answer.headers.values().all(|value| !value.contains(['\r', '\n'])));
    if answer.status_code >= 400 && header("content-type") == "application/json" {
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert!(body["error"]["code"].is_string(), "{}", answer.body);
    }
    assert!(!answer.body.contains("PLANTED") && !header("location").contains("PLANTED"));
}
