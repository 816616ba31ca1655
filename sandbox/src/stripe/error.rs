//! Errors in Stripe's words and format.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::Answer;

/// Any answer other than `200`. It never quotes an API key or a payload.
#[derive(Debug)]
pub(super) struct StripeError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl StripeError {
    /// `400`: the request is invalid.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
        }
    }

    /// `400`: an idempotency key was misused.
    pub(super) fn idempotency(message: impl Into<String>) -> Self {
        Self { kind: "idempotency_error", ..Self::invalid(message) }
    }

    /// `401`.
    pub(super) fn unauthorized(message: &str) -> Self {
        Self::invalid(message).status(StatusCode::UNAUTHORIZED)
    }

    /// `400`: a required parameter is missing.
    pub(super) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }

    /// `404`: the secret does not exist, or no longer.
    pub(super) fn no_such_secret(name: &str) -> Self {
        Self::invalid(format!("No such secret: '{name}'"))
            .status(StatusCode::NOT_FOUND)
            .code("resource_missing")
            .param("name")
    }

    /// `400`: a list should start or end at a secret that does not exist.
    pub(super) fn no_such_cursor(id: &str, param: &str) -> Self {
        Self::no_such_secret(id).status(StatusCode::BAD_REQUEST).param(param)
    }

    /// `404`: no such route, or not with this method.
    pub(super) fn unrecognized_url(method: &Method, path: &str) -> Self {
        Self::invalid(format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs \
             or we can help at https://support.stripe.com/."
        ))
        .status(StatusCode::NOT_FOUND)
    }

    /// Another status.
    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// One of Stripe's documented error codes.
    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The parameter at fault.
    pub(super) fn param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }
}

impl From<StripeError> for Answer {
    fn from(error: StripeError) -> Self {
        let mut body = json!({ "type": error.kind, "message": error.message });
        if let Some(code) = error.code {
            body["code"] = code.into();
            body["doc_url"] =
                format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")).into();
        }
        if let Some(param) = error.param {
            body["param"] = param.into();
        }
        Self { status: error.status, body: json!({ "error": body }).to_string() }
    }
}

impl IntoResponse for StripeError {
    fn into_response(self) -> Response {
        Answer::from(self).into_response()
    }
}
