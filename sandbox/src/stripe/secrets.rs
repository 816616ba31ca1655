//! The Secret Store: ten secrets per scope, each until it expires.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;
use shared::{Mode, UnixSeconds};

use super::error::StripeError;
use super::requests::{Cursor, List};

/// The maximum number of secrets in a scope.
const SECRETS_PER_SCOPE: usize = 10;

/// Who in an account may read a secret.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", content = "user", rename_all = "lowercase")]
pub enum Scope {
    /// Every user of the account.
    Account,
    /// One Dashboard user.
    User(String),
}

impl From<&str> for Scope {
    fn from(user: &str) -> Self {
        Self::User(user.to_owned())
    }
}

/// Whose secrets they are: an account's, in one mode.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    mode: Mode,
    account: String,
}

impl Owner {
    pub(super) fn new(mode: Mode, account: impl Into<String>) -> Self {
        Self { mode, account: account.into() }
    }

    pub(super) fn namespace(self, scope: Scope) -> Namespace {
        Namespace { owner: self, scope }
    }
}

/// Within this, a name is unique.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Namespace {
    owner: Owner,
    scope: Scope,
}

/// Stripe's `apps.secret` object.
#[derive(Clone, Serialize)]
pub(super) struct Secret {
    id: String,
    object: &'static str,
    created: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    expires_at: Option<UnixSeconds>,
    livemode: bool,
    name: String,
    /// Always present in the store; shown only if expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<String>,
    scope: Scope,
}

impl Secret {
    /// The secret as shown in an answer.
    pub(super) fn shown(mut self, with_payload: bool) -> Self {
        self.payload = self.payload.filter(|_| with_payload);
        self
    }
}

/// A secret to store.
pub(super) struct NewSecret {
    pub(super) name: String,
    pub(super) payload: String,
    pub(super) expires_at: Option<UnixSeconds>,
}

/// Stripe's `list` object.
#[derive(Serialize)]
pub(super) struct Page {
    object: &'static str,
    data: Vec<Secret>,
    has_more: bool,
    url: &'static str,
}

/// Every secret of every account, oldest first in its namespace.
#[derive(Default)]
pub(super) struct SecretStore {
    namespaces: HashMap<Namespace, Vec<Secret>>,
    created: u64,
}

impl SecretStore {
    /// Creates or replaces a secret.
    pub(super) fn set(
        &mut self,
        namespace: &Namespace,
        new: NewSecret,
        now: UnixSeconds,
    ) -> Result<Secret, StripeError> {
        let present = self.present(namespace, now);
        let is_new = present.iter().all(|secret| secret.name != new.name);
        if is_new && present.len() >= SECRETS_PER_SCOPE {
            return Err(StripeError::invalid(format!(
                "You can store at most {SECRETS_PER_SCOPE} secrets in a scope. Delete one to add another."
            )));
        }
        Ok(self.put(namespace, new, now))
    }

    /// Creates or replaces a secret, ignoring the limit. A replaced one keeps its id and its age.
    pub(super) fn put(&mut self, namespace: &Namespace, new: NewSecret, now: UnixSeconds) -> Secret {
        let serial = self.created;
        let present = self.present(namespace, now);
        if let Some(secret) = present.iter_mut().find(|secret| secret.name == new.name) {
            secret.payload = Some(new.payload);
            secret.expires_at = new.expires_at;
            return secret.clone();
        }
        let secret = Secret {
            id: format!("appsecret_{serial:024}"),
            object: "apps.secret",
            created: now,
            deleted: None,
            expires_at: new.expires_at,
            livemode: namespace.owner.mode == Mode::Live,
            name: new.name,
            payload: Some(new.payload),
            scope: namespace.scope.clone(),
        };
        present.push(secret.clone());
        self.created += 1;
        secret
    }

    pub(super) fn find(&mut self, namespace: &Namespace, name: &str, now: UnixSeconds) -> Option<Secret> {
        let present = self.present(namespace, now);
        present.iter().find(|secret| secret.name == name).cloned()
    }

    pub(super) fn delete(
        &mut self,
        namespace: &Namespace,
        name: &str,
        now: UnixSeconds,
    ) -> Result<Secret, StripeError> {
        let present = self.present(namespace, now);
        let at = present
            .iter()
            .position(|secret| secret.name == name)
            .ok_or_else(|| StripeError::no_such_secret(name))?;
        Ok(Secret { deleted: Some(true), ..present.remove(at) })
    }

    pub(super) fn names(&mut self, namespace: &Namespace, now: UnixSeconds) -> Vec<String> {
        let present = self.present(namespace, now);
        present.iter().map(|secret| secret.name.clone()).collect()
    }

    /// One page, newest first.
    pub(super) fn list(
        &mut self,
        namespace: &Namespace,
        list: &List,
        now: UnixSeconds,
    ) -> Result<Page, StripeError> {
        let present = self.present(namespace, now);
        let newest_first: Vec<&Secret> = present.iter().rev().collect();
        let (page, has_more) = page(&newest_first, list)?;
        Ok(Page {
            object: "list",
            data: newest_first[page].iter().map(|secret| Secret::clone(secret).shown(list.expand)).collect(),
            has_more,
            url: "/v1/apps/secrets",
        })
    }

    /// The secrets that have not expired; the others are removed.
    fn present(&mut self, namespace: &Namespace, now: UnixSeconds) -> &mut Vec<Secret> {
        let secrets = self.namespaces.entry(namespace.clone()).or_default();
        secrets.retain(|secret| secret.expires_at.is_none_or(|at| at >= now));
        secrets
    }
}

/// Which secrets are on the page, and whether there are more in its direction.
fn page(secrets: &[&Secret], list: &List) -> Result<(Range<usize>, bool), StripeError> {
    let position = |id: &str, param: &str| {
        secrets
            .iter()
            .position(|secret| secret.id == id)
            .ok_or_else(|| StripeError::no_such_cursor(id, param))
    };
    let start = match &list.cursor {
        None => 0,
        Some(Cursor::StartingAfter(id)) => position(id, "starting_after")? + 1,
        Some(Cursor::EndingBefore(id)) => {
            let end = position(id, "ending_before")?;
            let start = end.saturating_sub(list.limit);
            return Ok((start..end, start > 0));
        }
    };
    let end = secrets.len().min(start + list.limit);
    Ok((start..end, end < secrets.len()))
}
