//! API Gateway: turns HTTP requests into HTTP API events (payload format 2.0), and answers back.
//!
//! The functions see what Lambda would hand them. CORS, unknown routes and size limits are the gateway's own
//! business here as there; `template.yaml` has the same routes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use authorize::Authorize;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambda_http::Context;
use login::Login;
use logout::Logout;
use serde_json::{Value, json};
use shared::Clock;
use shared::http::Timeouts;
use shared::lambda::{GatewayResponse, Lambda};
use shared::settings::{Environment, LoadError};
use tower_http::cors::{Any, CorsLayer};
use url::form_urlencoded;
use userinfo::Userinfo;

/// The largest body API Gateway takes.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The gateway with the four functions behind it.
pub struct Gateway {
    login: Lambda<Login>,
    authorize: Lambda<Authorize>,
    userinfo: Lambda<Userinfo>,
    logout: Lambda<Logout>,
    clock: Clock,
    requests: AtomicU64,
}

impl Gateway {
    /// Starts the four functions with one environment, as four cold starts would.
    ///
    /// # Errors
    /// When settings are wrong or missing.
    pub async fn start(
        environment: &Environment,
        clock: Clock,
        timeouts: Timeouts,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            login: Lambda::start(environment.clone(), clock.clone(), timeouts).await?,
            authorize: Lambda::start(environment.clone(), clock.clone(), timeouts).await?,
            userinfo: Lambda::start(environment.clone(), clock.clone(), timeouts).await?,
            logout: Lambda::start(environment.clone(), clock.clone(), timeouts).await?,
            clock,
            requests: AtomicU64::default(),
        })
    }

    /// The routes, as in `template.yaml`.
    pub fn router(self: &Arc<Self>) -> Router {
        let route = |key: &'static str| {
            any(move |State(gateway): State<Arc<Self>>, request: Request| async move {
                gateway.invoke(key, request).await
            })
        };
        Router::new()
            .route("/api/oauth/login", route("ANY /api/oauth/login"))
            .route("/api/oauth/authorize", route("ANY /api/oauth/authorize"))
            .route("/api/oauth/authorise", route("ANY /api/oauth/authorise"))
            .route("/api/oauth/userinfo", route("ANY /api/oauth/userinfo"))
            .route("/api/oauth/logout", route("ANY /api/oauth/logout"))
            .route("/api/oauth/{*proxy}", route("ANY /api/oauth/{proxy+}"))
            .fallback(|| async { own_answer(StatusCode::NOT_FOUND, "Not Found") })
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(self))
    }

    async fn invoke(&self, route_key: &'static str, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
            return own_answer(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut context = Context::default();
        context.request_id = format!("00000000-0000-4000-8000-{number:012x}");
        let event = self.event(route_key, &parts, &body, &context.request_id).to_string();
        http(match route_key {
            "ANY /api/oauth/authorize" | "ANY /api/oauth/authorise" => {
                self.authorize.answer(&event, context).await
            }
            "ANY /api/oauth/userinfo" => self.userinfo.answer(&event, context).await,
            "ANY /api/oauth/logout" => self.logout.answer(&event, context).await,
            _ => self.login.answer(&event, context).await,
        })
    }

    fn event(&self, route_key: &str, parts: &Parts, body: &Bytes, request_id: &str) -> Value {
        let headers = joined_headers(&parts.headers);
        let query = parts.uri.query().unwrap_or_default();
        let (body, is_base64_encoded) = encoded_body(headers.get("content-type"), body);
        let host = headers.get("host").cloned().unwrap_or_default();
        json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": parts.uri.path(),
            "rawQueryString": query,
            "headers": headers,
            "queryStringParameters": joined_query(query),
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "sandbox",
                "domainName": host,
                "domainPrefix": "sandbox",
                "http": {
                    "method": parts.method.as_str(),
                    "path": parts.uri.path(),
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": headers.get("user-agent"),
                },
                "requestId": request_id,
                "routeKey": route_key,
                "stage": "$default",
                "timeEpoch": self.clock.now() * 1000,
            },
            "body": body,
            "isBase64Encoded": is_base64_encoded,
        })
    }
}

/// The CORS settings of `template.yaml`: the app's origin is `null`, so every origin, and no credentials.
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            HeaderName::from_static("stripe-signature"),
            HeaderName::from_static("stripe-user-id"),
            HeaderName::from_static("stripe-account-id"),
        ])
        .max_age(Duration::from_hours(24))
}

/// Lower-case names, repeated headers joined by commas.
fn joined_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let joined = |name: &HeaderName| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(",")
    };
    headers.keys().map(|name| (name.to_string(), joined(name))).collect()
}

/// Decoded, repeated parameters joined by commas.
fn joined_query(query: &str) -> Option<BTreeMap<String, String>> {
    let mut joined = BTreeMap::<String, String>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    (!joined.is_empty()).then_some(joined)
}

/// Text stays text; every other content type, and what is not UTF-8, travels as base64.
fn encoded_body(content_type: Option<&String>, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let essence = content_type.map_or("", |value| value.split(';').next().unwrap_or_default().trim());
    let is_text = essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence);
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (Some(text.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(body)), true),
    }
}

fn http(answer: GatewayResponse) -> Response {
    let mut response = Response::builder().status(answer.status_code);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let internal = |_| own_answer(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    response.body(Body::from(answer.body)).unwrap_or_else(internal)
}

/// What API Gateway says by itself.
fn own_answer(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
