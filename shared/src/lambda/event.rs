//! API Gateway's events and responses, in both payload formats.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequest;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::HeaderName;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Request, RequestExt};
use serde::Serialize;

use crate::response::Response;

/// A response in API Gateway's format. `lambda_http` has such a type too, but builds it only for an event
/// that it has parsed itself, and some events it cannot parse.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayResponse {
    /// HTTP status.
    pub status_code: u16,
    /// Headers, each with one value.
    pub headers: BTreeMap<String, String>,
    /// Always empty; `cargo lambda` requires it.
    pub multi_value_headers: BTreeMap<String, Vec<String>>,
    /// Always empty; part of payload format 2.0 only, where `cargo lambda` requires it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookies: Option<Vec<String>>,
    /// The body, always text.
    pub body: String,
    /// Always false.
    pub is_base64_encoded: bool,
}

/// Parses an event; `None` if it is not a valid HTTP event. Odd bytes in a query, a bad host or a body that
/// is not base64 make `lambda_http` panic while it builds the request; such events are invalid too.
///
/// Format 2.0, which the template deploys, is tried first. `lambda_http` does it the other way round, and copies the
/// event before.
pub(super) fn read(event: &str) -> Option<Request> {
    let event = match serde_json::from_str(event) {
        Ok(event) => LambdaRequest::ApiGatewayV2(event),
        Err(_) => LambdaRequest::ApiGatewayV1(read_v1(event)?),
    };
    catch_unwind(AssertUnwindSafe(|| event.into())).ok()
}

/// An event in format 1.0.
fn read_v1(event: &str) -> Option<ApiGatewayProxyRequest> {
    let mut event: ApiGatewayProxyRequest = serde_json::from_str(event).ok()?;
    // `headers` repeats the last value of each header in `multiValueHeaders`. `lambda_http` lets it overwrite
    // all of them, which would hide that a header was sent twice.
    for name in event.multi_value_headers.keys() {
        event.headers.remove(name);
    }
    Some(event)
}

/// API Gateway's payload format of an event and its response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PayloadFormat {
    /// REST APIs.
    V1,
    /// HTTP APIs and function URLs.
    V2,
}

impl PayloadFormat {
    pub(super) fn of(request: &Request) -> Self {
        match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(_)) => Self::V1,
            _ => Self::V2,
        }
    }
}

pub(super) fn gateway(response: Response, format: PayloadFormat) -> GatewayResponse {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    GatewayResponse {
        status_code: response.status().as_u16(),
        headers: response.headers().iter().filter_map(text).collect(),
        multi_value_headers: BTreeMap::new(),
        cookies: (format == PayloadFormat::V2).then(Vec::new),
        body: response.into_body(),
        is_base64_encoded: false,
    }
}
