//! Responses: JSON for the app, redirects and small static pages for browsers.
//!
//! The gateway adds the CORS headers; the functions add none.

use lambda_http::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use lambda_http::http::{self, StatusCode};
use serde::Serialize;
use url::Url;

use crate::error::Error;

/// An HTTP response; its body is always text.
pub type Response = http::Response<String>;

/// An error's code, kept with the response for the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(pub &'static str);

/// `200` with a JSON body.
#[must_use]
pub fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// `204` with no body.
#[must_use]
pub fn no_content() -> Response {
    build(StatusCode::NO_CONTENT, String::new())
}

/// `303 See Other`: a browser follows it with `GET` and never resends a body (RFC 9700 section 4.12).
#[must_use]
pub fn see_other(location: &Url) -> Response {
    let Ok(location) = HeaderValue::from_str(location.as_str()) else {
        return Error::Internal.counted(build(StatusCode::INTERNAL_SERVER_ERROR, String::new()));
    };
    let mut response = build(StatusCode::SEE_OTHER, String::new());
    response.headers_mut().insert(LOCATION, location);
    set(&mut response, REFERRER_POLICY, "no-referrer");
    response
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorObject<'a>,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    code: &'static str,
    message: &'a str,
    request_id: &'a str,
}

impl Error {
    /// The response for the app: `{"error":{"code","message","request_id"}}`.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> Response {
        let error = ErrorObject { code: self.code(), message: &self.message(), request_id };
        self.marked(json(self.status(), &ErrorBody { error }))
    }

    /// The response for a browser: a static page with the same code and no third-party content.
    #[must_use]
    pub fn to_page(&self, request_id: &str) -> Response {
        let page = include_str!("error_page.html")
            .replace("{message}", &escape(&self.message()))
            .replace("{code}", self.code())
            .replace("{request_id}", &escape(request_id));
        let mut response = self.marked(build(self.status(), page));
        set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
        set(
            &mut response,
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        );
        set(&mut response, X_FRAME_OPTIONS, "DENY");
        set(&mut response, REFERRER_POLICY, "no-referrer");
        response
    }

    /// Redirects a browser to `location`, which carries the error's code. The browser sees a plain redirect;
    /// the log and metrics still see the error.
    #[must_use]
    pub fn to_redirect(&self, location: &Url) -> Response {
        self.counted(see_other(location))
    }

    fn marked(&self, mut response: Response) -> Response {
        if let Self::MethodNotAllowed(allow) = self {
            set(&mut response, ALLOW, allow);
        }
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.counted(response)
    }

    fn counted(&self, mut response: Response) -> Response {
        response.extensions_mut().insert(Code(self.code()));
        response
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Our bodies are plain structs and values, which serde_json always serializes.
    let mut response = build(status, serde_json::to_string(body).unwrap_or_default());
    set(&mut response, CONTENT_TYPE, "application/json");
    response
}

fn build(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_for_the_app_carries_code_message_and_request_id() {
        let response = Error::NotConnected.to_json("req-1");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let body: serde_json::Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(body["error"]["code"], "not_connected");
        assert_eq!(body["error"]["request_id"], "req-1");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn a_page_is_static_and_escapes_the_request_id() {
        let response = Error::StateInvalid.to_page("<script>");
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert!(response.body().contains("state_invalid"));
        assert!(response.body().contains("&lt;script&gt;"));
        assert!(!response.body().contains("<script"));
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    }

    #[test]
    fn a_redirected_error_is_a_plain_redirect_and_keeps_its_code_for_the_log() {
        let location = Url::parse("https://dashboard.stripe.com/?error=provider_unavailable").unwrap();
        let response = Error::ProviderUnavailable.to_redirect(&location);
        assert_eq!(response.extensions().get::<Code>().unwrap().0, "provider_unavailable");
        // `Retry-After` would ask the browser to wait before it follows the redirect (RFC 9110 section
        // 10.2.3).
        assert_eq!(
            (response.status(), response.headers()),
            (StatusCode::SEE_OTHER, see_other(&location).headers())
        );
    }

    #[test]
    fn outages_send_retry_after_and_405_sends_allow() {
        assert_eq!(Error::ProviderUnavailable.to_json("").headers()[RETRY_AFTER], "5");
        assert_eq!(Error::RateLimited(7).to_json("").headers()[RETRY_AFTER], "7");
        assert_eq!(Error::MethodNotAllowed("GET, POST").to_json("").headers()[ALLOW], "GET, POST");
    }
}
