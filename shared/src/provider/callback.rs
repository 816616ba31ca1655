use secrecy::SecretString;

use crate::error::Error;
use crate::invocation::Invocation;
use crate::settings::Settings;

const LONGEST_STATE: usize = 2048;
const LONGEST_CODE: usize = 4096;
const LONGEST_WORD: usize = 512;

/// The provider's issuer identifier, where it declares that it sends one (RFC 9207).
pub struct Issuer(Option<String>);

impl Issuer {
    /// Reads `THIRD_PARTY_ISSUER`.
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        Self(settings.optional("THIRD_PARTY_ISSUER"))
    }
}

/// The authorization response (RFC 6749 section 4.1.2) in the browser's request.
pub struct Callback {
    /// T, as we gave it to the provider.
    pub state: String,
    /// The provider's code, or why there is none.
    pub code: Result<SecretString, Error>,
}

impl Callback {
    /// Reads the response.
    ///
    /// # Errors
    /// `bad_request` for missing, repeated or over-long parameters; `state_invalid` for another issuer.
    pub fn read(invocation: &Invocation, issuer: &Issuer) -> Result<Self, Error> {
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
        if issuer.0.is_some() && issuer.0.as_deref() != from {
            tracing::warn!("the callback's iss is not THIRD_PARTY_ISSUER");
            return Err(Error::StateInvalid);
        }
        Ok(Self { state: state.to_owned(), code })
    }
}

/// The error codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6, as ours.
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
