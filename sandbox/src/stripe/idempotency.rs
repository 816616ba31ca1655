//! `Idempotency-Key`: the first request with a key is executed, later ones get its answer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::UnixSeconds;

use super::answer::Answer;
use super::error::StripeError;

/// How long a key is remembered.
const REMEMBERED: u64 = 24 * 60 * 60;

/// A key belongs to one API key on one account.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ScopedKey {
    api_key: String,
    account: String,
    key: String,
}

/// A write, and the key sent with it.
pub(super) struct KeyedRequest {
    key: ScopedKey,
    path: String,
    parameters: Vec<(String, String)>,
}

impl KeyedRequest {
    /// Parameters are compared as a set, because their order means nothing.
    pub(super) fn new(
        api_key: String,
        account: String,
        key: String,
        path: String,
        mut parameters: Vec<(String, String)>,
    ) -> Self {
        parameters.sort();
        Self { key: ScopedKey { api_key, account, key }, path, parameters }
    }
}

/// What is known of a key.
struct Record {
    path: String,
    parameters: Vec<(String, String)>,
    begun: UnixSeconds,
    /// Absent while the request is in progress.
    done: Option<Done>,
}

/// A saved answer, and the request that got it first.
#[derive(Clone)]
pub(super) struct Done {
    answer: Answer,
    request_id: String,
}

impl Done {
    /// The answer to the first request.
    pub(super) fn first(self) -> Response {
        ([("original-request", self.request_id)], self.answer).into_response()
    }

    /// The answer to every later request.
    pub(super) fn replay(self) -> Response {
        ([("idempotent-replayed", "true")], self.first()).into_response()
    }
}

/// The keys of the last day. Clones share them.
#[derive(Clone, Default)]
pub(super) struct IdempotencyKeys(Arc<Mutex<HashMap<ScopedKey, Record>>>);

/// What a key entitles its sender to.
pub(super) enum Claim {
    /// To execute the request.
    First(InProgress),
    /// To the answer of the one that was executed.
    Done(Done),
}

impl IdempotencyKeys {
    /// Marks the key as in progress, unless it is already known.
    pub(super) fn claim(&self, request: KeyedRequest, now: UnixSeconds) -> Result<Claim, StripeError> {
        let KeyedRequest { key, path, parameters } = request;
        let mut records = self.lock();
        records.retain(|_, record| record.done.is_none() || now < record.begun + REMEMBERED);
        let record = match records.entry(key.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(Record { path, parameters, begun: now, done: None });
                return Ok(Claim::First(InProgress { keys: self.clone(), key }));
            }
        };
        let key = key.key;
        if record.path != path {
            return Err(StripeError::idempotency(format!(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                 ('{path}' vs '{}'). Try using a key other than '{key}' if you meant to execute a different \
                 request.",
                record.path
            )));
        }
        if record.parameters != parameters {
            return Err(StripeError::idempotency(format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used \
                 with. Try using a key other than '{key}' if you meant to execute a different request."
            )));
        }
        record.done.clone().map(Claim::Done).ok_or_else(|| {
            StripeError::idempotency(format!(
                "There is currently another in-progress request using this Idempotent Key (that probably \
                 means you submitted twice, and the other request is still going through): {key}. Please \
                 try again later."
            ))
            .status(StatusCode::CONFLICT)
            .code("idempotency_key_in_use")
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ScopedKey, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a request as in progress. If it is dropped without an answer, it frees the key.
pub(super) struct InProgress {
    keys: IdempotencyKeys,
    key: ScopedKey,
}

impl InProgress {
    /// Stores the answer for replays.
    pub(super) fn save(self, answer: Answer, request_id: String) -> Done {
        let done = Done { answer, request_id };
        if let Some(record) = self.keys.lock().get_mut(&self.key) {
            record.done = Some(done.clone());
        }
        done
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        let mut records = self.keys.lock();
        if records.get(&self.key).is_some_and(|record| record.done.is_none()) {
            records.remove(&self.key);
        }
    }
}
