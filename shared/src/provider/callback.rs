use std::collections::BTreeMap;

use super::Provider;
use crate::authorization_code::AuthorizationCode;
use crate::error::Error;
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
}

impl RedirectionEndpoint {
    /// Reads `THIRD_PARTY_ISSUER`.
    pub fn from_settings(settings: &mut Settings, provider: &Provider) -> Option<Self> {
        let description = provider.description.as_ref()?;
        let kept = description.authorization.callback_parameters.clone();
        Some(match settings.optional("THIRD_PARTY_ISSUER") {
            Some(issuer) => Self { issuer: Some(issuer), issuer_required: true, kept },
            None => Self {
                issuer: description.issuer.clone(),
                issuer_required: description.issuer_required,
                kept,
            },
        })
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
    /// `bad_request` for missing, repeated or over-long parameters; `state_invalid` for a wrong issuer.
    pub fn read(invocation: &Invocation, endpoint: &RedirectionEndpoint) -> Result<Self, Error> {
        let state = invocation.query("state", LONGEST_STATE)?;
        let code = invocation.query("code", LONGEST_CODE)?;
        let error = invocation.query("error", LONGEST_WORD)?;
        let from = invocation.query("iss", LONGEST_WORD)?;

        let state = state
            .ok_or(Error::BadRequest("The provider sent no state. Start again from your app in Stripe."))?;
        let code = match (code, error) {
            (_, Some(error)) => Err(refusal(error)),
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
        Ok(Self { state: state.to_owned(), code, kept })
    }
}

/// Maps the error codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6 to ours.
fn refusal(error: &str) -> Error {
    match error {
        "access_denied"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => Error::AccessDenied,
        "temporarily_unavailable" | "server_error" => Error::ProviderUnavailable,
        "invalid_request" | "unauthorized_client" | "unsupported_response_type" | "invalid_scope" => {
            tracing::error!(error, "the provider refused the authorization request");
            Error::ClientMisconfigured
        }
        _ => Error::ProviderError,
    }
}
