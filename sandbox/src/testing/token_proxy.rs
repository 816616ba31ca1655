//! A proxy in front of a real server's token endpoint, which delays answers and makes token sets long.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use shared::http::{Deadline, Http, Timeouts};
use tokio::net::TcpListener;
use url::Url;

/// What the proxy does to an answer.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// How much later the answer comes.
    pub delay: Duration,
    /// How many characters its `scope` has, which is stored with the tokens.
    pub scope: usize,
}

#[derive(Clone)]
struct Proxy {
    upstream: Url,
    change: Change,
    http: Http,
}

/// Starts a proxy in front of this token endpoint, and returns its URL. It ends with the test's runtime.
pub async fn start(upstream: &str, change: Change) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let proxy = Proxy {
        upstream: upstream.parse().expect("an address"),
        change,
        http: Http::new(Timeouts { attempt: Duration::from_mins(1), ..Timeouts::default() }),
    };
    let router = Router::new().route("/", post(pass_on)).with_state(proxy);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

async fn pass_on(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let mut sent = HeaderMap::new();
    for name in [ACCEPT, AUTHORIZATION, CONTENT_TYPE] {
        sent.extend(headers.get(&name).map(|value| (name, value.clone())));
    }
    let request = proxy.http.post(proxy.upstream.clone()).headers(sent).body(body);
    let deadline = Deadline::after(Duration::from_mins(1));
    let Ok(reply) = proxy.http.send("proxy", request, deadline).await else {
        return (StatusCode::BAD_GATEWAY, String::new());
    };
    let mut answer: Value = reply.json().unwrap_or_default();
    if reply.status.is_success() {
        answer["scope"] = "s".repeat(proxy.change.scope).into();
    }
    tokio::time::sleep(proxy.change.delay).await;
    (reply.status, answer.to_string())
}
