//! API Gateway: turns HTTP requests into HTTP API events (payload format 2.0), and answers into HTTP.
//!
//! The functions see what Lambda would send them. As on AWS, the gateway itself handles CORS, unknown routes and size
//! limits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambda_http::Context;
use serde_json::{Value, json};
use shared::lambda::GatewayResponse;
use shared::{Clock, Environment, Http, LoadError, route};
use url::form_urlencoded;

use crate::functions::{FUNCTIONS, Function, Instance};

/// The largest body API Gateway accepts.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// Who answers a preflight.
#[derive(Clone, Copy, Debug, Default)]
pub enum Preflights {
    /// The gateway itself, [as documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
    #[default]
    Gateway,
    /// The function behind an `ANY` route, to whose answer the gateway adds the headers,
    /// [as observed](https://github.com/aws/serverless-application-model/issues/1603).
    Functions,
}

/// The gateway with the functions behind it.
pub struct Gateway {
    /// In the order of [`FUNCTIONS`].
    functions: Vec<(Function, Box<dyn Instance>)>,
    clock: Clock,
    requests: AtomicU64,
}

impl Gateway {
    /// Starts the functions with one environment and one client, like a cold start of each.
    ///
    /// # Errors
    /// If settings are wrong or missing.
    pub async fn start(environment: &Environment, clock: Clock, http: Http) -> Result<Self, LoadError> {
        let mut functions = Vec::new();
        for function in FUNCTIONS.into_iter().filter(|function| function.is_deployed(environment)) {
            let instance = function.start(environment, &clock, http.clone()).await?;
            functions.push((function, instance));
        }
        Ok(Self { functions, clock, requests: AtomicU64::default() })
    }

    /// The routes, as in `template.yaml`: one for each endpoint of each function, and one for the rest of the prefix.
    pub fn router(self: &Arc<Self>) -> Router {
        let functions = self.functions.iter().enumerate();
        let endpoints =
            functions.flat_map(|(index, (it, _))| it.endpoints.iter().map(move |endpoint| (index, endpoint)));
        endpoints
            .fold(Router::new(), |router, (index, endpoint)| {
                router.route(&route::path(endpoint), Self::integration(endpoint, index))
            })
            .route(&route::path("{*proxy}"), Self::integration("{proxy+}", 0))
            .fallback(|| async { own_answer(StatusCode::NOT_FOUND, "Not Found") })
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(self))
    }

    fn integration(endpoint: &str, function: usize) -> MethodRouter<Arc<Self>> {
        let key = format!("ANY {}", route::path(endpoint));
        any(move |State(gateway): State<Arc<Self>>, request: Request| async move {
            gateway.invoke(&*gateway.functions[function].1, &key, request).await
        })
    }

    async fn invoke(&self, function: &dyn Instance, route_key: &str, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
            return own_answer(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut context = Context::default();
        context.request_id = format!("00000000-0000-4000-8000-{number:012x}");
        let event = self.event(route_key, &parts, &body, &context.request_id).to_string();
        http(function.answer(&event, context).await)
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

/// Adds the CORS headers of `template.yaml`: the app's origin is `null`, so every origin, and no credentials.
pub(crate) async fn cors(State(preflights): State<Preflights>, request: Request, next: Next) -> Response {
    let is_from_elsewhere = request.headers().contains_key(header::ORIGIN);
    let is_preflight = request.method() == Method::OPTIONS
        && is_from_elsewhere
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match preflights {
        Preflights::Gateway if is_preflight => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    if is_from_elsewhere {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if is_preflight {
        set(header::ACCESS_CONTROL_ALLOW_METHODS, "GET,POST");
        let allowed = "content-type,stripe-signature,stripe-user-id,stripe-account-id";
        set(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        set(header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
    response
}

/// Lower-case names; repeated headers are joined with commas.
fn joined_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let joined = |name: &HeaderName| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(",")
    };
    headers.keys().map(|name| (name.to_string(), joined(name))).collect()
}

/// Decoded; repeated parameters are joined with commas.
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

/// Text stays text; any other content type, and anything that is not UTF-8, is sent as base64.
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

/// API Gateway's own answers.
fn own_answer(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
