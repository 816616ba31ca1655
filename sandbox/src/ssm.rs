//! A stand-in for SSM Parameter Store: `GetParameters`, in AWS JSON 1.1.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Names in one call.
const MOST_NAMES: usize = 10;

/// Parameter Store with `SecureString` parameters. Clones share one state.
#[derive(Clone)]
pub struct Ssm(Arc<Shared>);

struct Shared {
    parameters: Mutex<BTreeMap<String, String>>,
    calls: AtomicUsize,
}

impl Ssm {
    /// Holds these parameters.
    #[must_use]
    pub fn new(parameters: BTreeMap<String, String>) -> Self {
        Self(Arc::new(Shared { parameters: Mutex::new(parameters), calls: AtomicUsize::default() }))
    }

    /// The one route, `POST /`.
    pub fn router(&self) -> Router {
        Router::new().route("/", axum::routing::post(answer)).with_state(self.clone())
    }

    /// Creates or replaces a parameter.
    pub fn set(&self, name: &str, value: &str) {
        self.parameters().insert(name.to_owned(), value.to_owned());
    }

    /// Deletes a parameter.
    pub fn remove(&self, name: &str) {
        self.parameters().remove(name);
    }

    /// How often `GetParameters` was called, refused calls included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    fn get(&self, ask: &GetParameters) -> Result<Value, AwsError> {
        let unique: BTreeSet<&String> = ask.names.iter().collect();
        if unique.is_empty() || unique.len() > MOST_NAMES {
            return Err(AwsError::validation(
                "Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10.",
            ));
        }
        if unique.len() < ask.names.len() {
            return Err(AwsError::validation("Parameter names must be unique."));
        }
        let known = self.parameters();
        let mut found = Vec::new();
        let mut invalid = Vec::new();
        // Real SSM keeps no order. Reversed is never the order asked, and the same at every run.
        for name in ask.names.iter().rev() {
            match known.get(name) {
                Some(value) if ask.with_decryption => found.push(parameter(name, value)),
                Some(value) => found.push(parameter(name, &encrypted(value))),
                None => invalid.push(name),
            }
        }
        Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
    }

    fn parameters(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.parameters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ssm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ssm").finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameters {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

fn parameter(name: &str, value: &str) -> Value {
    json!({
        "Name": name,
        "Type": "SecureString",
        "Value": value,
        "Version": 1,
        "LastModifiedDate": 1_700_000_000.0,
        "ARN": format!("arn:aws:ssm:us-east-1:000000000000:parameter/{}", name.trim_start_matches('/')),
        "DataType": "text",
    })
}

/// Stands for KMS ciphertext: as opaque, and nobody can use it by mistake.
fn encrypted(value: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(value))
}

struct AwsError {
    kind: &'static str,
    message: &'static str,
}

impl AwsError {
    fn validation(message: &'static str) -> Self {
        Self { kind: "ValidationException", message }
    }
}

impl IntoResponse for AwsError {
    fn into_response(self) -> Response {
        let body = json!({ "__type": self.kind, "message": self.message });
        aws_json(StatusCode::BAD_REQUEST, &body)
    }
}

fn aws_json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body.to_string()).into_response()
}

async fn answer(State(ssm): State<Ssm>, headers: HeaderMap, body: Bytes) -> Result<Response, AwsError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if !text("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256")) {
        return Err(AwsError {
            kind: "MissingAuthenticationTokenException",
            message: "Missing Authentication Token",
        });
    }
    if text("x-amz-target") != Some("AmazonSSM.GetParameters") || text("content-type") != Some(CONTENT_TYPE) {
        return Err(AwsError {
            kind: "UnknownOperationException",
            message: "The sandbox answers AmazonSSM.GetParameters in application/x-amz-json-1.1 only",
        });
    }
    ssm.0.calls.fetch_add(1, Ordering::SeqCst);
    let ask = serde_json::from_slice(&body).map_err(|_| AwsError {
        kind: "SerializationException",
        message: "The body is not a GetParameters request",
    })?;
    Ok(aws_json(StatusCode::OK, &ssm.get(&ask)?))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    const TARGET: &str = "AmazonSSM.GetParameters";

    fn ssm() -> Ssm {
        let pairs = [("/app/a", "value-a"), ("/app/b", "value-b"), ("c", "value-c")];
        Ssm::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    async fn send(ssm: &Ssm, target: &str, authorization: &str, body: String) -> (u16, Value) {
        let request = Request::post("/")
            .header("content-type", CONTENT_TYPE)
            .header("x-amz-target", target)
            .header("authorization", authorization)
            .body(Body::from(body))
            .expect("a request");
        let response = ssm.router().oneshot(request).await.expect("an answer");
        assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    async fn get(ssm: &Ssm, names: &[&str], decrypt: bool) -> (u16, Value) {
        let body = json!({ "Names": names, "WithDecryption": decrypt }).to_string();
        send(ssm, TARGET, "AWS4-HMAC-SHA256 Credential=x", body).await
    }

    #[tokio::test]
    async fn known_parameters_come_in_another_order_and_unknown_ones_by_name() {
        let ssm = ssm();
        let (status, answer) = get(&ssm, &["/app/a", "no", "c"], true).await;
        assert_eq!(status, 200);
        assert_eq!(answer["InvalidParameters"], json!(["no"]));
        let expected = json!({
            "Name": "/app/a",
            "Type": "SecureString",
            "Value": "value-a",
            "Version": 1,
            "LastModifiedDate": 1_700_000_000.0,
            "ARN": "arn:aws:ssm:us-east-1:000000000000:parameter/app/a",
            "DataType": "text",
        });
        assert_eq!(answer["Parameters"][0]["Name"], "c");
        assert_eq!(answer["Parameters"][1], expected);
        assert_eq!(ssm.calls(), 1);
    }

    #[tokio::test]
    async fn parameters_can_change() {
        let ssm = ssm();
        ssm.set("c", "new");
        ssm.remove("/app/a");
        let (_, answer) = get(&ssm, &["c", "/app/a"], true).await;
        assert_eq!(answer["Parameters"][0]["Value"], "new");
        assert_eq!(answer["InvalidParameters"], json!(["/app/a"]));
    }

    #[tokio::test]
    async fn without_decryption_the_value_is_opaque() {
        let (_, answer) = get(&ssm(), &["c"], false).await;
        let value = answer["Parameters"][0]["Value"].as_str().expect("a value");
        assert!(!value.is_empty() && !value.contains("value-c"));
    }

    #[tokio::test]
    async fn one_to_ten_different_names_are_asked() {
        let ssm = ssm();
        let eleven: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
        assert_eq!(get(&ssm, &eleven[..10], true).await.0, 200);
        for names in [&eleven[..], &[], &["c", "c"]] {
            let (status, answer) = get(&ssm, names, true).await;
            assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")));
        }
    }

    #[tokio::test]
    async fn anything_but_a_signed_get_parameters_is_refused() {
        let ssm = ssm();
        for (target, authorization, kind) in [
            ("AmazonSSM.PutParameter", "AWS4-HMAC-SHA256 x", "UnknownOperationException"),
            (TARGET, "Bearer x", "MissingAuthenticationTokenException"),
        ] {
            let (status, answer) = send(&ssm, target, authorization, "{}".to_owned()).await;
            assert_eq!((status, &answer["__type"]), (400, &json!(kind)));
        }
        assert_eq!(ssm.calls(), 0);
        let (status, answer) = send(&ssm, TARGET, "AWS4-HMAC-SHA256 x", "[".to_owned()).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("SerializationException")));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", ssm()), "Ssm { .. }");
    }
}
