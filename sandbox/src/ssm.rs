//! A stand-in for SSM Parameter Store: `GetParameters` and `PutParameter`, in AWS JSON 1.1.

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
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{Clock, UnixSeconds};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Names in one call.
const MOST_NAMES: usize = 10;

/// Parameter Store with `SecureString` parameters. Clones share one state.
#[derive(Clone)]
pub struct Ssm(Arc<Shared>);

struct Shared {
    /// Every version of each parameter; the last is current.
    parameters: Mutex<BTreeMap<String, Vec<Version>>>,
    calls: AtomicUsize,
    clock: Clock,
}

struct Version {
    value: String,
    modified: UnixSeconds,
    labels: Vec<String>,
}

impl Ssm {
    /// Holds these parameters.
    #[must_use]
    pub fn new(parameters: BTreeMap<String, String>, clock: Clock) -> Self {
        let ssm =
            Self(Arc::new(Shared { parameters: Mutex::default(), calls: AtomicUsize::default(), clock }));
        for (name, value) in parameters {
            ssm.set(&name, &value);
        }
        ssm
    }

    /// The one route, `POST /`.
    pub fn router(&self) -> Router {
        Router::new().route("/", axum::routing::post(answer)).with_state(self.clone())
    }

    /// Creates a parameter, or a new version of it.
    pub fn set(&self, name: &str, value: &str) {
        let version = self.version(value.to_owned());
        self.parameters().entry(name.to_owned()).or_default().push(version);
    }

    /// The current value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        self.parameters().get(name)?.last().map(|version| version.value.clone())
    }

    /// Labels a version, counted from 1, as `LabelParameterVersion` does.
    pub fn label(&self, name: &str, version: usize, label: &str) {
        let mut known = self.parameters();
        let labelled = known.get_mut(name).and_then(|versions| versions.get_mut(version.checked_sub(1)?));
        if let Some(version) = labelled {
            version.labels.push(label.to_owned());
        }
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
        for asked in ask.names.iter().rev() {
            match Asked::parse(asked).find(&known) {
                Some(parameter) => found.push(parameter.to_json(ask.with_decryption)),
                None => invalid.push(asked),
            }
        }
        Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
    }

    fn put(&self, ask: PutParameter) -> Result<Value, AwsError> {
        if ask.r#type.as_deref().is_some_and(|kind| kind != "SecureString") {
            return Err(AwsError::validation("The sandbox keeps parameters of type SecureString."));
        }
        let version = self.version(ask.value);
        let mut known = self.parameters();
        let versions = known.entry(ask.name).or_default();
        if !versions.is_empty() && !ask.overwrite {
            return Err(AwsError {
                kind: "ParameterAlreadyExists",
                message: "The parameter already exists. To overwrite this value, set the overwrite option in the \
                          request to true.",
            });
        }
        versions.push(version);
        Ok(json!({ "Version": versions.len(), "Tier": "Standard" }))
    }

    fn version(&self, value: String) -> Version {
        Version { value, modified: self.0.clock.now(), labels: Vec::new() }
    }

    fn parameters(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Version>>> {
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutParameter {
    name: String,
    value: String,
    r#type: Option<String>,
    #[serde(default)]
    overwrite: bool,
}

/// Every ARN begins with it; the name follows, without the slash that it begins with.
const ARN: &str = "arn:aws:ssm:us-east-1:123456789012:parameter/";

/// A parameter as it was asked for: its name or its ARN; followed by a colon and the number or a label of a version,
/// unless the current one is meant.
struct Asked<'a> {
    name: String,
    selector: &'a str,
}

struct Found<'a> {
    name: String,
    selector: &'a str,
    number: usize,
    version: &'a Version,
}

impl<'a> Asked<'a> {
    fn parse(asked: &'a str) -> Self {
        let (is_arn, rest) = match asked.strip_prefix(ARN) {
            Some(rest) => (true, rest),
            None => (false, asked),
        };
        let (name, selector) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
        Self { name: if is_arn { format!("/{name}") } else { name.to_owned() }, selector }
    }

    fn find(self, known: &'a BTreeMap<String, Vec<Version>>) -> Option<Found<'a>> {
        let Self { name, selector } = self;
        let versions = known.get(&name)?;
        let number = match selector.strip_prefix(':') {
            None => versions.len(),
            Some(selector) => match selector.parse() {
                Ok(number) => number,
                Err(_) => {
                    versions.iter().position(|version| version.labels.iter().any(|it| it == selector))? + 1
                }
            },
        };
        let version = versions.get(number.checked_sub(1)?)?;
        Some(Found { name, selector, number, version })
    }
}

impl Found<'_> {
    fn to_json(&self, decrypted: bool) -> Value {
        let Self { name, selector, number, version } = self;
        let mut parameter = json!({
            "Name": name,
            "Type": "SecureString",
            "Value": if decrypted { version.value.clone() } else { encrypted(&version.value) },
            "Version": number,
            "LastModifiedDate": version.modified,
            "ARN": format!("{ARN}{}", name.trim_start_matches('/')),
            "DataType": "text",
        });
        if !selector.is_empty() {
            parameter["Selector"] = (*selector).into();
        }
        parameter
    }
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
    let operation = text("x-amz-target").and_then(|target| target.strip_prefix("AmazonSSM."));
    let answer = match operation.filter(|_| text("content-type") == Some(CONTENT_TYPE)) {
        Some("GetParameters") => {
            ssm.0.calls.fetch_add(1, Ordering::SeqCst);
            ssm.get(&read(&body)?)?
        }
        Some("PutParameter") => ssm.put(read(&body)?)?,
        _ => {
            return Err(AwsError {
                kind: "UnknownOperationException",
                message: "The sandbox answers GetParameters and PutParameter in application/x-amz-json-1.1 only",
            });
        }
    };
    Ok(aws_json(StatusCode::OK, &answer))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|_| AwsError {
        kind: "SerializationException",
        message: "The body is not a request of this operation",
    })
}

#[cfg(test)]
mod tests;
