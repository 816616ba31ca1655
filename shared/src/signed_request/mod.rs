//! Signed requests: the only way to obtain a [`StripeUser`].
//!
//! A Stripe App has no session. A request is proven by Stripe's signature over a payload that names the
//! Dashboard user and account. It comes in three forms, and one extractor accepts them all:
//!
//! 1. headers, `GET` only: `stripe-signature`, `stripe-user-id`, `stripe-account-id`;
//! 2. body: a `Stripe-Signature` header, with the raw JSON body as the payload;
//! 3. envelope: `Content-Type: text/plain` and `{"payload":"…","signature":"…"}`, which needs no preflight.

mod roles;
mod signature;

use lambda_http::http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::clock::UnixSeconds;
use crate::error::Error;
use crate::invocation::{BodyLimit, Invocation};
use crate::json;
use crate::log;
use crate::settings::Settings;
use crate::stripe_user::{Mode, StripeUser, is_account_id, is_user_id};
pub(crate) use roles::Role;
use signature::{AppSecrets, Refusal};

/// How old the signature may be of what must not be done twice, in seconds.
const RECENT: UnixSeconds = 60;

/// A request whose signature was verified.
pub struct SignedRequest {
    /// The user it was signed for.
    pub user: StripeUser,
    roles: Vec<Role>,
    purpose: Option<String>,
    payload: String,
    signed_at: UnixSeconds,
}

impl SignedRequest {
    /// Roles that the user holds; a request proves only those that were put into it.
    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The signed payload, whose further fields depend on the purpose.
    ///
    /// # Errors
    /// `bad_request` if it lacks a field, repeats one, or has one of the wrong type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::object(self.payload.as_bytes()).ok_or(Error::BadRequest(
            "The signed payload lacks a field of this request, or has an invalid one.",
        ))
    }

    /// Checks that it was signed in the last minute: whoever sends a request again later gets nothing done twice.
    ///
    /// # Errors
    /// `signature_expired`.
    pub fn require_recent(&self, now: UnixSeconds) -> Result<(), Error> {
        if now.saturating_sub(self.signed_at) > RECENT { Err(Error::SignatureExpired) } else { Ok(()) }
    }
}

/// Verifies signed requests with the app's signing secrets.
pub struct Verifier(AppSecrets);

/// What a payload says about its signer.
#[derive(Deserialize)]
struct Signer {
    user_id: Option<String>,
    account_id: Option<String>,
    purpose: Option<String>,
    mode: Option<Mode>,
    #[serde(default)]
    is_sandbox: bool,
    /// Objects: a derived struct would also be read from an array.
    stripe_roles: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize)]
struct Envelope {
    payload: String,
    signature: String,
    /// What the payload has only the hash of.
    request: Option<String>,
}

/// How a payload carries a request of the app's own.
#[derive(Deserialize)]
struct Carrier {
    request: Option<String>,
    /// In lower-case hex.
    request_sha256: Option<String>,
}

/// The article's `state` parameter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    user_id: String,
    account_id: String,
    signature: String,
}

impl Verifier {
    /// Reads `STRIPE_APP_SECRET`.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        AppSecrets::from_settings(settings).map(Self)
    }

    /// Verifies a signed request in any of the three forms. A `POST` must be signed for `purpose`: a
    /// signature made for one endpoint is rejected at another.
    ///
    /// # Errors
    /// `signature_missing`, `signature_invalid`, `signature_expired` or `bad_request`.
    pub fn extract(&self, invocation: &Invocation, purpose: &str) -> Result<SignedRequest, Error> {
        if invocation.method() == Method::GET {
            return self.headers(invocation);
        }
        self.post(invocation, purpose, BodyLimit::Short).map(|(signed, _)| signed)
    }

    /// Verifies a signed `POST` that carries a request of the app's own, which is returned too: as `request` in the
    /// payload, or beside it in the envelope, with `request_sha256` in the payload. Stripe does not say how long a
    /// payload it signs.
    ///
    /// # Errors
    /// As [`Verifier::extract`].
    pub fn extract_with_request(
        &self,
        invocation: &Invocation,
        purpose: &str,
    ) -> Result<(SignedRequest, String), Error> {
        let (signed, beside) = self.post(invocation, purpose, BodyLimit::Long)?;
        let Carrier { request, request_sha256 } = signed.payload()?;
        match (request, request_sha256, beside) {
            (Some(request), None, None) => Ok((signed, request)),
            (None, Some(hash), Some(request)) if hex::encode(Sha256::digest(&request)) == hash => {
                Ok((signed, request))
            }
            (None, Some(_), Some(_)) => {
                tracing::warn!(reason = "signed for another request", "signature refused");
                Err(Error::SignatureInvalid)
            }
            _ => Err(Error::BadRequest(
                "The signed payload needs request, or request_sha256 and request beside it in the envelope.",
            )),
        }
    }

    /// Verifies a `POST`. Also returns what the envelope has beside the payload, which nobody has signed.
    fn post(
        &self,
        invocation: &Invocation,
        purpose: &str,
        limit: BodyLimit,
    ) -> Result<(SignedRequest, Option<String>), Error> {
        let (signed, beside) = if is_text(invocation)? {
            self.envelope(invocation, limit)?
        } else {
            (self.body(invocation, limit)?, None)
        };
        if signed.purpose.as_deref() != Some(purpose) {
            tracing::warn!(reason = "signed for another purpose", "signature refused");
            return Err(Error::SignatureInvalid);
        }
        Ok((signed, beside))
    }

    /// Verifies the `state` of the article's client: the JSON `{"userId","accountId","signature"}`.
    ///
    /// # Errors
    /// As [`Verifier::extract`].
    pub fn extract_state(&self, state: &str, now: UnixSeconds) -> Result<StripeUser, Error> {
        let state: State = json::object(state.as_bytes())
            .ok_or(Error::BadRequest("state must be the JSON {\"userId\",\"accountId\",\"signature\"}."))?;
        if state.user_id.is_empty() || state.account_id.is_empty() || state.signature.is_empty() {
            return Err(Error::SignatureMissing);
        }
        let payload = default_payload(&state.user_id, &state.account_id)?;
        self.verify(&state.signature, payload, now).map(|signed| signed.user)
    }

    fn headers(&self, invocation: &Invocation) -> Result<SignedRequest, Error> {
        let header = |name| invocation.header(name, Error::SignatureInvalid)?.ok_or(Error::SignatureMissing);
        let signature = header("stripe-signature")?;
        let payload = default_payload(header("stripe-user-id")?, header("stripe-account-id")?)?;
        self.verify(signature, payload, invocation.now)
    }

    fn body(&self, invocation: &Invocation, limit: BodyLimit) -> Result<SignedRequest, Error> {
        let signature = invocation.header("stripe-signature", Error::SignatureInvalid)?;
        let body = invocation.body(limit)?;
        match signature {
            Some(signature) => self.verify(signature, body.to_owned(), invocation.now),
            None if json::object::<Envelope>(body.as_bytes()).is_some() => {
                Err(Error::BadRequest("Send the envelope with Content-Type: text/plain."))
            }
            None => Err(Error::SignatureMissing),
        }
    }

    fn envelope(
        &self,
        invocation: &Invocation,
        limit: BodyLimit,
    ) -> Result<(SignedRequest, Option<String>), Error> {
        let body = invocation.body(limit)?;
        if body.is_empty() {
            return Err(Error::SignatureMissing);
        }
        let Envelope { payload, signature, request } = json::object(body.as_bytes())
            .ok_or(Error::BadRequest("The body must be the JSON {\"payload\":\"…\",\"signature\":\"…\"}."))?;
        Ok((self.verify(&signature, payload, invocation.now)?, request))
    }

    /// Verifies the bytes as they arrived, and only then parses them.
    fn verify(&self, signature: &str, payload: String, now: UnixSeconds) -> Result<SignedRequest, Error> {
        if signature.is_empty() {
            return Err(Error::SignatureMissing);
        }
        let signed_at = self.0.verify(signature, payload.as_bytes(), now).map_err(|refusal| {
            tracing::warn!(reason = ?refusal, "signature refused");
            match refusal {
                Refusal::TooOld => Error::SignatureExpired,
                Refusal::FromTheFuture => Error::SignatureFromTheFuture,
                Refusal::Malformed | Refusal::Mismatch => Error::SignatureInvalid,
            }
        })?;
        let signer: Signer = json::object(payload.as_bytes())
            .filter(|_| json::has_distinct_keys(payload.as_bytes()))
            .ok_or(Error::BadRequest("The signed payload is not a JSON object of the expected form."))?;
        let roles = Role::read_all(signer.stripe_roles)?;
        let (Some(user_id), Some(account_id)) = (signer.user_id, signer.account_id) else {
            return Err(Error::SignatureMissing);
        };
        let mode = if signer.is_sandbox { Some(Mode::Sandbox) } else { signer.mode };
        if !is_user_id(&user_id)
            || !is_account_id(&account_id)
            || (!signer.is_sandbox && mode == Some(Mode::Sandbox))
        {
            return Err(Error::BadRequest(
                "The signed payload has a user_id, account_id or mode that Stripe does not use.",
            ));
        }
        let user = StripeUser::verified(account_id, user_id, mode);
        log::about(&user);
        Ok(SignedRequest { user, roles, purpose: signer.purpose, payload, signed_at })
    }
}

/// The payload that Stripe signs if the app adds nothing to it, rebuilt byte for byte.
fn default_payload(user_id: &str, account_id: &str) -> Result<String, Error> {
    if !is_user_id(user_id) || !is_account_id(account_id) {
        return Err(Error::SignatureInvalid);
    }
    Ok(format!(r#"{{"user_id":"{user_id}","account_id":"{account_id}"}}"#))
}

fn is_text(invocation: &Invocation) -> Result<bool, Error> {
    let refusal = Error::BadRequest("Content-Type must be sent once, as text.");
    let content_type = invocation.header("content-type", refusal.clone())?.unwrap_or_default();
    // An HTTP API joins repeated headers with commas.
    if content_type.contains(',') {
        return Err(refusal);
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    Ok(essence.eq_ignore_ascii_case("text/plain"))
}

#[cfg(test)]
mod tests;
