//! The stand-in, called through its router.

mod idempotency;
mod secrets;
mod signature;
mod wire;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use shared::{Mode, UnixSeconds};
use tower::ServiceExt;

use super::StripeApi;
use crate::clock::ManualClock;

const NOW: UnixSeconds = 1_700_000_000;
const FORM: &str = "application/x-www-form-urlencoded";
const TEST_KEY: &str = "sk_test_1";
const LIVE_KEY: &str = "sk_live_1";
const ACCOUNT: &str = "acct_1";
const USER: &str = "usr_1";

/// The API under test, with its clock.
#[derive(Clone)]
struct Stripe {
    api: StripeApi,
    clock: ManualClock,
}

/// The answer.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// Status, code and parameter: what clients act on.
    fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), text("code"), text("param"))
    }
}

impl Stripe {
    fn new() -> Self {
        let clock = ManualClock::at(NOW);
        let keys = vec![
            (Mode::Test, TEST_KEY.to_owned()),
            (Mode::Live, LIVE_KEY.to_owned()),
            (Mode::Sandbox, "sk_test_sandbox".to_owned()),
        ];
        let app_secrets = vec!["absec_old".to_owned(), "absec_new".to_owned()];
        Self { api: StripeApi::new(keys, app_secrets, clock.clock()), clock }
    }

    /// Sends a request unchanged.
    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.api.router().oneshot(request).await.expect("routers never fail");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("UTF-8"),
        }
    }

    async fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Reply {
        let url = format!("{path}?{}", form(parameters));
        self.send(call(Method::GET, &url, "", &[])).await
    }

    async fn post(&self, path: &str, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        self.send(call(Method::POST, path, &form(parameters), headers)).await
    }

    async fn set(&self, name: &str, payload: &str, further: &[(&str, &str)]) -> Reply {
        let parameters = [
            &[("name", name), ("payload", payload), ("scope[type]", "user"), ("scope[user]", USER)],
            further,
        ]
        .concat();
        self.post("/v1/apps/secrets", &parameters, &[]).await
    }

    async fn find(&self, name: &str) -> Reply {
        self.get("/v1/apps/secrets/find", &named(name)).await
    }

    async fn delete(&self, name: &str) -> Reply {
        self.post("/v1/apps/secrets/delete", &named(name), &[]).await
    }
}

/// A name in the user's scope, with its payload.
fn named(name: &str) -> [(&str, &str); 4] {
    [("name", name), ("scope[type]", "user"), ("scope[user]", USER), ("expand[]", "payload")]
}

fn form(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// A request with the test key on the account, unless `headers` say otherwise.
fn call(method: Method, url: &str, body: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut all = HeaderMap::new();
    let usual = [("authorization", "Bearer sk_test_1"), ("stripe-account", ACCOUNT), ("content-type", FORM)];
    for (name, value) in usual.iter().chain(headers) {
        let name: axum::http::HeaderName = name.parse().expect("a header name");
        all.insert(name, value.parse().expect("a header value"));
    }
    let mut request = Request::new(Body::from(body.to_owned()));
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().expect("a URL");
    *request.headers_mut() = all;
    request
}
