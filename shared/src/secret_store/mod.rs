//! Stripe's Secret Store (<https://docs.stripe.com/stripe-apps/store-secrets>): the only place where we store
//! anything.
//!
//! Secrets are scoped to one Dashboard user in one account, or to the account. Failures are kept distinct: an
//! absent secret is not an error, and no error is ever taken for an absent secret.

mod api_keys;
mod call;
mod modes;

use std::time::Duration;

use lambda_http::http::{Method, StatusCode};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::http::{Deadline, Failure, Http, Reply};
use crate::log::record;
use crate::owner::Scope;
use crate::sealed::random;
use crate::settings::Settings;
use crate::stripe_user::Mode;

pub use api_keys::ApiKeys;
pub use call::Claim;
use call::{TRIES, claimed, interpret, persist};
pub use modes::Modes;

/// The longest payload, in characters.
pub const LONGEST_PAYLOAD: usize = 5000;
/// The API version whose published schema this client was written against.
const STRIPE_VERSION: &str = "2026-07-29.dahlia";

/// The Secret Store of every account that installed the app.
pub struct SecretStore {
    /// Sets a secret by `POST`, lists them by `GET`.
    secrets: Url,
    find: Url,
    delete: Url,
    keys: ApiKeys,
    http: Http,
}

/// The secrets of one scope: a Dashboard user's, or an account's.
#[derive(Clone, Copy)]
pub struct ScopedSecrets<'a> {
    store: &'a SecretStore,
    scope: Scope<'a>,
    deadline: Deadline,
    tries: u32,
}

/// Stripe's `apps.secret` object. It has no `Debug`: payloads are secrets.
#[derive(Deserialize)]
struct Secret {
    object: String,
    payload: Option<SecretString>,
}

/// A secret as it appears in a list.
#[derive(Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// When it was first stored, by Stripe's clock.
    pub created: UnixSeconds,
}

impl Secret {
    /// `None` if the response is not a Stripe secret: a 2xx alone may come from an intermediary.
    fn read(reply: &Reply) -> Option<Self> {
        reply.object::<Self>().filter(|secret| secret.object == "apps.secret")
    }
}

impl SecretStore {
    /// Reads the API keys, and `STRIPE_API_BASE` for local development.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let keys = ApiKeys::from_settings(settings);
        let base = match settings.optional("STRIPE_API_BASE") {
            Some(_) => settings.optional_url("STRIPE_API_BASE"),
            None => Url::parse("https://api.stripe.com").ok(),
        };
        let mut secrets = base?;
        secrets.path_segments_mut().ok()?.pop_if_empty().extend(["v1", "apps", "secrets"]);
        let (find, delete) = (secrets.join("secrets/find").ok()?, secrets.join("secrets/delete").ok()?);
        Some(Self { secrets, find, delete, keys: keys?, http: http.clone() })
    }

    /// The mode that a request is about, if this is the one it says.
    ///
    /// # Errors
    /// `bad_request` if it says none and there is no default.
    pub fn mode_of(&self, said: Option<Mode>) -> Result<Mode, Error> {
        self.keys.mode_of(said)
    }

    /// The secrets of this scope, in its mode.
    ///
    /// # Errors
    /// `client_misconfigured` if there is no API key for the mode; `bad_request` as [`SecretStore::mode_of`].
    pub fn of<'a>(&'a self, scope: Scope<'a>, deadline: Deadline) -> Result<ScopedSecrets<'a>, Error> {
        self.keys.of(scope.mode)?;
        Ok(ScopedSecrets { store: self, scope, deadline, tries: TRIES })
    }
}

impl ScopedSecrets<'_> {
    /// The same secrets, for calls that are not retried.
    #[must_use]
    pub fn trying_once(self) -> Self {
        Self { tries: 1, ..self }
    }

    /// The longest that one operation takes, with its retries.
    #[must_use]
    pub fn longest_operation(&self) -> Duration {
        self.store.http.timeouts().secret_store
    }

    /// Creates or replaces a secret.
    ///
    /// # Errors
    /// `secret_store_unavailable`, `secret_store_denied`, `client_misconfigured` or `rate_limited`.
    pub async fn set(&self, name: &str, payload: &SecretString) -> Result<(), Error> {
        self.post("stripe.set", &self.store.secrets, &self.named(name, payload)).await
    }

    /// Reads a secret; `None` if there is none with this name.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`].
    pub async fn find(&self, name: &str) -> Result<Option<SecretString>, Error> {
        let query = [&self.secret(name)[..], &[("expand[]", "payload")]].concat();
        let request = self.request(Method::GET, &self.store.find).query(&query);
        match self.send("stripe.find", request).await? {
            None => Ok(None),
            Some(reply) => {
                let payload = Secret::read(&reply).and_then(|secret| secret.payload);
                payload.map(Some).ok_or(Error::SecretStoreUnavailable)
            }
        }
    }

    /// Lists the secrets, without payloads. A scope holds ten at most.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`].
    pub async fn list(&self) -> Result<Vec<Listed>, Error> {
        #[derive(Deserialize)]
        struct List {
            data: Vec<Listed>,
        }
        let query = [&self.scope()[..], &[("limit", "100")]].concat();
        let request = self.request(Method::GET, &self.store.secrets).query(&query);
        let list = self.send("stripe.list", request).await?.and_then(|reply| reply.object::<List>());
        list.map(|list| list.data).ok_or(Error::SecretStoreUnavailable)
    }

    /// Deletes a secret. It is no error if it does not exist.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`].
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        self.post("stripe.delete", &self.store.delete, &self.secret(name)).await
    }

    /// Requests a lease, which only one contender gets. Of all requests with the same idempotency key, Stripe
    /// runs only the first: repeating it replays its response, and a different request is refused
    /// (<https://docs.stripe.com/api/idempotent_requests>). Each contender writes its own mark, so one whose
    /// response was lost can repeat the request and recognise its mark.
    ///
    /// # Errors
    /// As [`ScopedSecrets::set`].
    pub async fn claim(
        &self,
        key: &str,
        name: &str,
        mark: &SecretString,
        expires_at: UnixSeconds,
    ) -> Result<Claim, Error> {
        let expires_at = expires_at.to_string();
        let more = [("expires_at", expires_at.as_str()), ("expand[]", "payload")];
        let form = [&self.named(name, mark)[..], &more].concat();
        let request = self.write(&self.store.secrets, key).form(&form);
        claimed(self.authorized("stripe.claim", request).await?, mark)
    }

    async fn post(&self, call: &'static str, url: &Url, form: &[(&str, &str)]) -> Result<(), Error> {
        // One key for all attempts of one write: Stripe carries it out once.
        let key = hex::encode(random::<16>()?);
        match self.send(call, self.write(url, &key).form(form)).await? {
            Some(reply) if Secret::read(&reply).is_none() => Err(Error::SecretStoreUnavailable),
            _ => Ok(()),
        }
    }

    /// `None` is Stripe's `resource_missing`.
    async fn send(&self, call: &'static str, request: RequestBuilder) -> Result<Option<Reply>, Error> {
        interpret(self.authorized(call, request).await?)
    }

    /// Sends a request with the API key of the mode.
    async fn authorized(
        &self,
        call: &'static str,
        request: RequestBuilder,
    ) -> Result<Result<Reply, Failure>, Error> {
        let SecretStore { keys, http, .. } = self.store;
        let request = request.bearer_auth(keys.of(self.scope.mode)?.expose_secret());
        let outcome = persist(http, call, request, self.tries, self.deadline).await;
        if outcome.as_ref().is_ok_and(|reply| reply.status == StatusCode::UNAUTHORIZED) {
            record::doubt_secrets();
        }
        Ok(outcome)
    }

    fn write(&self, url: &Url, idempotency_key: &str) -> RequestBuilder {
        self.request(Method::POST, url).header("idempotency-key", idempotency_key)
    }

    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        let request = self.store.http.request(method, url.clone());
        request.header("stripe-version", STRIPE_VERSION).header("stripe-account", self.scope.account)
    }

    fn named<'a>(&'a self, name: &'a str, payload: &'a SecretString) -> Vec<(&'a str, &'a str)> {
        [self.secret(name), vec![("payload", payload.expose_secret())]].concat()
    }

    fn secret<'a>(&'a self, name: &'a str) -> Vec<(&'a str, &'a str)> {
        [vec![("name", name)], self.scope()].concat()
    }

    fn scope(&self) -> Vec<(&str, &str)> {
        match self.scope.user {
            Some(user) => vec![("scope[type]", "user"), ("scope[user]", user)],
            None => vec![("scope[type]", "account")],
        }
    }
}
