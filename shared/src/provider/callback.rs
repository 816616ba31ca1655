use std::collections::BTreeMap;

use super::Provider;
use super::description::{Codes, DataCenter, meaning};
use super::error_code::ErrorCode;
use crate::authorization_code::AuthorizationCode;
use crate::error::Error;
use crate::http::DEFAULT_RETRY_AFTER;
use crate::invocation::Invocation;
use crate::settings::Settings;

const LONGEST_STATE: usize = 2048;
const LONGEST_CODE: usize = 4096;
const LONGEST_WORD: usize = 512;

/// Our redirection endpoint (RFC 6749 section 3.1.2): what the provider must send there.
pub struct RedirectionEndpoint {
    /// The provider's issuer identifier (RFC 9207).
    issuer: Option<String>,
    issuer_required: bool,
    /// Additional parameters to keep.
    kept: Vec<String>,
    /// The provider's own error codes.
    refusal_codes: Codes,
    data_center: Option<DataCenter>,
}

impl RedirectionEndpoint {
    /// Reads `THIRD_PARTY_ISSUER`.
    pub fn from_settings(settings: &mut Settings, provider: &Provider) -> Option<Self> {
        let description = provider.description.as_ref()?;
        let issuer = settings.optional("THIRD_PARTY_ISSUER");
        let mut kept = description.authorization.callback_parameters.clone();
        kept.extend(description.data_center.iter().map(|center| center.parameter.clone()));
        Some(Self {
            issuer_required: issuer.is_some() || description.issuer_required,
            issuer: issuer.or_else(|| description.issuer.clone()),
            kept,
            refusal_codes: description.authorization.refusal_codes.clone(),
            data_center: description.data_center.clone(),
        })
    }

    /// Refuses a server that is not one of the provider's.
    fn check_server(&self, kept: &BTreeMap<String, String>) -> Result<(), Error> {
        let Some(center) = &self.data_center else { return Ok(()) };
        match kept.get(&center.parameter) {
            Some(named) if !center.has(named) => {
                tracing::warn!(
                    parameter = center.parameter,
                    "the callback names a server that is not listed"
                );
                Err(Error::StateInvalid)
            }
            _ => Ok(()),
        }
    }

    /// Compares the issuer as a plain string (RFC 9207 section 2.4).
    fn check_issuer(&self, told: Option<&str>) -> Result<(), Error> {
        match (&self.issuer, told) {
            (Some(issuer), Some(told)) if issuer == told => Ok(()),
            (Some(_), None) if !self.issuer_required => Ok(()),
            (None, _) => Ok(()),
            (Some(_), _) => {
                tracing::warn!("the callback's iss is not the provider's issuer");
                Err(Error::StateInvalid)
            }
        }
    }
}

/// The authorization response (RFC 6749 section 4.1.2) in the browser's request.
pub struct Callback {
    /// T, the state that we gave to the provider.
    pub state: String,
    /// The provider's code, or the error it sent instead.
    pub code: Result<AuthorizationCode, Error>,
    /// Other parameters to keep, by name: for example, the company that the user chose.
    pub kept: BTreeMap<String, String>,
}

impl Callback {
    /// Reads the response.
    ///
    /// # Errors
    /// `bad_request` for missing, repeated or over-long parameters; `state_invalid` for a wrong issuer or
    /// server.
    pub fn read(invocation: &Invocation, endpoint: &RedirectionEndpoint) -> Result<Self, Error> {
        let state = invocation.query("state", LONGEST_STATE)?;
        let code = invocation.query("code", LONGEST_CODE)?;
        let error = invocation.query("error", LONGEST_WORD)?;
        let from = invocation.query("iss", LONGEST_WORD)?;

        let state = state
            .ok_or(Error::BadRequest("The provider sent no state. Start again from your app in Stripe."))?;
        let code = match (code, error) {
            (_, Some(error)) => Err(endpoint.refusal(error)),
            (Some(code), None) => Ok(code.into()),
            (None, None) => {
                return Err(Error::BadRequest(
                    "The provider sent neither code nor error. Start again from your app in Stripe.",
                ));
            }
        };
        endpoint.check_issuer(from)?;
        let mut kept = BTreeMap::new();
        for name in &endpoint.kept {
            if let Some(value) = invocation.query(name, LONGEST_WORD)? {
                kept.insert(name.clone(), value.to_owned());
            }
        }
        endpoint.check_server(&kept)?;
        Ok(Self { state: state.to_owned(), code, kept })
    }
}

impl RedirectionEndpoint {
    /// Our error for the provider's.
    fn refusal(&self, told: &str) -> Error {
        let code = meaning(&self.refusal_codes, told).or_else(|| ErrorCode::standard(told));
        match code.unwrap_or(ErrorCode::Unknown) {
            ErrorCode::AccessDenied => Error::AccessDenied,
            ErrorCode::Unavailable => Error::ProviderUnavailable,
            ErrorCode::RateLimited => Error::RateLimited(DEFAULT_RETRY_AFTER),
            ErrorCode::InvalidClient => misconfigured("invalid_client"),
            ErrorCode::Misconfigured(error) => misconfigured(error),
            ErrorCode::InvalidGrant | ErrorCode::InvalidToken | ErrorCode::Unknown => Error::ProviderError,
        }
    }
}

fn misconfigured(error: &str) -> Error {
    tracing::error!(error, "the provider refused the authorization request");
    Error::ClientMisconfigured
}
