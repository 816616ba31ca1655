//! Sees a call and its answer, and tells of both without secrets.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::header::{CONTENT_TYPE, LOCATION};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use shared::http::{Call, Failure, Reply};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::report::{Answer, Finding, Host, Row};
use crate::real_provider::Client;

/// The longest body that is shown, in characters.
const LONGEST_BODY: usize = 200;

/// What must not be shown: a client's secret, in each form in which it is sent.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn of(client: &Client) -> Self {
        let (id, secret) = (client.id.as_str(), client.secret.expose_secret());
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        Self(vec![
            secret.to_owned(),
            encode(secret),
            BASE64_STANDARD.encode(format!("{id}:{secret}")),
            BASE64_STANDARD.encode(format!("{}:{}", encode(id), encode(secret))),
        ])
    }

    fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret))
    }

    fn are_in_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.are_in(text),
            Value::Array(list) => list.iter().any(|value| self.are_in_json(value)),
            Value::Object(object) => {
                object.iter().any(|(name, value)| self.are_in(name) || self.are_in_json(value))
            }
            _ => false,
        }
    }
}

/// Who sees the calls of one step. Of several, the last one counts.
pub(super) struct Witness {
    secrets: Secrets,
    seen: Arc<Mutex<Option<Seen>>>,
}

struct Seen {
    request: String,
    host: Option<Host>,
    status: Option<u16>,
    answer: Answer,
}

impl Witness {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self { secrets, seen: Arc::default() }
    }

    /// For the client that makes the calls.
    pub(super) fn watcher(&self) -> impl Fn(&Call<'_>) + Send + Sync + 'static {
        let (secrets, seen) = (self.secrets.clone(), Arc::clone(&self.seen));
        move |call| {
            let answer = match call.outcome {
                Ok(reply) => Answer::Told(told(reply, call.url, &secrets)),
                Err(failure) => Answer::Missing(failure),
            };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen {
                request: format!("{} {}", call.method, without_query(call.url)),
                host: Host::of(call.url),
                status: call.outcome.ok().map(|reply| reply.status.as_u16()),
                answer,
            });
        }
    }

    /// The answer's status, if a call was made and answered.
    pub(super) fn status(&self) -> Option<u16> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.status
    }

    /// What was seen, and what follows if there was an answer.
    pub(super) fn row(self, step: &'static str, finding: Finding) -> Row {
        match self.seen.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => {
                Row { step, request: String::new(), host: None, answer: Answer::Told(String::new()), finding }
            }
            Some(Seen { request, host, answer, .. }) => {
                let finding = match &answer {
                    // Login pages are long.
                    Answer::Told(_) | Answer::Missing(Failure::TooLong) => finding,
                    Answer::Missing(_) => Finding::No("no answer".to_owned()),
                };
                Row { step, request, host, answer, finding }
            }
        }
    }
}

/// An address without its query, which may hold a state or a client's id.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.into()
}

/// The status; where a redirect leads; a body, if it is JSON.
fn told(reply: &Reply, url: &Url, secrets: &Secrets) -> String {
    let status = reply.status.as_u16();
    let header = |name| reply.headers.get(name)?.to_str().ok();
    if let Some(target) = header(LOCATION).and_then(|location| url.join(location).ok()) {
        let place = target.host_str().unwrap_or_default();
        let error = target.query_pairs().find(|(name, _)| name == "error");
        let error = error.map(|(_, error)| error).filter(|error| is_error_code(error));
        return error.map_or_else(
            || format!("{status} to {place}"),
            |error| format!("{status} to {place}, `error={error}`"),
        );
    }
    match reply.json() {
        Some(document) if secrets.are_in_json(&document) => {
            format!("{status}, with a body that repeats the client's secret")
        }
        Some(document) => format!("{status} {}", code(&document.to_string())),
        None => {
            let kind = header(CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
            format!("{status} {kind}").trim_end().to_owned()
        }
    }
}

/// RFC 6749 section 4.1.2.1, as providers use it.
fn is_error_code(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Text as code in a Markdown table.
fn code(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST_BODY).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}`", shown.replace('`', "'").replace('|', "\\|"))
}
