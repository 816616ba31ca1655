//! Errors as the app and the user see them: a closed set of codes.
//!
//! No text from Stripe, the provider or the request ever gets into an [`Error`]; details for the operator are
//! logged where the error occurs.

use std::borrow::Cow;

use lambda_http::http::StatusCode;

/// When to retry after an outage, in seconds.
const SOON: u32 = 5;

/// An error response. Each variant has a code in the public error table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No signature, user id or account id.
    SignatureMissing,
    /// The signature does not prove this request.
    SignatureInvalid,
    /// The signature is valid but too old.
    SignatureExpired,
    /// The signature is valid, but its timestamp is too far ahead of our clock.
    SignatureFromTheFuture,
    /// The request is malformed; the text says what to fix.
    BadRequest(&'static str),
    /// A parameter of a declared call has no value or an invalid one, or is not declared.
    BadParameter {
        /// Its name: letters, digits and underscores.
        name: String,
        /// What it must be.
        must: &'static str,
    },
    /// A sealed token (`state` or `code`) is not one of ours, or not valid here.
    StateInvalid,
    /// A sealed token has expired.
    StateExpired,
    /// The Stripe user has linked no account.
    NotConnected,
    /// The provider no longer accepts the tokens.
    ReconnectRequired,
    /// What is stored was sealed with a key that is not one of ours.
    SealedElsewhere,
    /// The policy requires a verified e-mail address.
    EmailUnverified,
    /// The provider refused the authorization code.
    CodeRejected,
    /// The user denied access at the provider.
    AccessDenied,
    /// The link was started by another Stripe user or in another browser session.
    IdentityMismatch,
    /// The tokens now belong to another account at the provider.
    IdentityChanged,
    /// The signer has no role that may make and end the account's link.
    RoleRequired,
    /// Stripe does not let us use its Secret Store for this account.
    SecretStoreDenied,
    /// No such route.
    NotFound,
    /// No call of this name is declared.
    UnknownCall,
    /// The route belongs to the other link flow; holds the `LINK_FLOW` it needs.
    FlowDisabled(&'static str),
    /// The route does not accept this method; holds the value of `Allow`.
    MethodNotAllowed(&'static str),
    /// Stripe or the provider asks us to slow down; holds the seconds to wait.
    RateLimited(u32),
    /// The operator has to fix a setting, here or at Stripe or the provider.
    ClientMisconfigured,
    /// A failure on our side.
    Internal,
    /// The provider's response cannot be used.
    ProviderError,
    /// The provider cannot be reached or is down.
    ProviderUnavailable,
    /// Stripe's Secret Store cannot be reached or is down.
    SecretStoreUnavailable,
    /// SSM Parameter Store cannot be reached, so there are no settings yet.
    SettingsUnavailable,
    /// An outage or failure in the middle of a sign-in, after its code was used: repeating the request cannot
    /// succeed, a new sign-in can.
    StartOver(Box<Error>),
}

impl Error {
    /// This error after the code was used: [`Error::StartOver`] if it would otherwise suggest a retry.
    #[must_use]
    pub fn once_the_code_is_spent(self) -> Self {
        match self {
            Self::RateLimited(_)
            | Self::Internal
            | Self::ProviderError
            | Self::ProviderUnavailable
            | Self::SecretStoreUnavailable => Self::StartOver(Box::new(self)),
            other => other,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer().status
    }

    /// The error code that clients match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.answer().code
    }

    /// For the user: what happened and what to do next.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        self.answer().message
    }

    /// Seconds for `Retry-After`, if a retry may help.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.answer().retry_after
    }

    /// The error table.
    #[expect(clippy::too_many_lines, reason = "it is one table")]
    fn answer(&self) -> Answer {
        use StatusCode as Status;
        match self {
            // The two signature errors are worded as in the article; clients match on the text.
            Self::SignatureMissing => {
                answer(Status::BAD_REQUEST, "signature_missing", "Missing user identifiers")
            }
            Self::SignatureInvalid => {
                answer(Status::BAD_REQUEST, "signature_invalid", "Could not verify signature")
            }
            Self::SignatureExpired => answer(
                Status::BAD_REQUEST,
                "signature_expired",
                "This signature is too old. Ask for a new one and try again.",
            ),
            Self::SignatureFromTheFuture => answer(
                Status::BAD_REQUEST,
                "signature_expired",
                "This signature's time is in the future by the server's clock. Check the clocks, then ask for a new one.",
            ),
            Self::BadRequest(what) => answer(Status::BAD_REQUEST, "bad_request", *what),
            Self::BadParameter { name, must } => {
                answer(Status::BAD_REQUEST, "bad_request", format!("The parameter {name} {must}."))
            }
            Self::StateInvalid => answer(
                Status::BAD_REQUEST,
                "state_invalid",
                "This sign-in link is not valid. Start again from your app in Stripe.",
            ),
            Self::StateExpired => answer(
                Status::BAD_REQUEST,
                "state_expired",
                "This sign-in took too long. Start again from your app in Stripe.",
            ),
            Self::NotConnected => answer(
                Status::UNAUTHORIZED,
                "not_connected",
                "No account is linked yet. Sign in to link one.",
            ),
            Self::ReconnectRequired => answer(
                Status::UNAUTHORIZED,
                "reconnect_required",
                "The linked account no longer grants access. Sign in again.",
            ),
            Self::SealedElsewhere => answer(
                Status::UNAUTHORIZED,
                "reconnect_required",
                "The stored link was sealed with another key. Sign in again; if it happens again, another deployment may use the same LINK_NAME: tell this app's developer.",
            ),
            Self::EmailUnverified => answer(
                Status::UNAUTHORIZED,
                "email_unverified",
                "Verify your e-mail address at the provider, then sign in again.",
            ),
            Self::CodeRejected => answer(
                Status::UNAUTHORIZED,
                "code_rejected",
                "The provider did not accept this sign-in. Start again from your app in Stripe.",
            ),
            Self::AccessDenied => answer(
                Status::UNAUTHORIZED,
                "access_denied",
                "Access was not granted at the provider. Start again to link an account.",
            ),
            Self::IdentityMismatch => answer(
                Status::FORBIDDEN,
                "identity_mismatch",
                "This sign-in was started by someone else. Start again from your app in Stripe.",
            ),
            Self::IdentityChanged => answer(
                Status::FORBIDDEN,
                "identity_changed",
                "The linked account is no longer the same one. Sign out, then sign in again.",
            ),
            Self::RoleRequired => answer(
                Status::FORBIDDEN,
                "role_required",
                "This is for the whole account, and your role does not allow it. Ask an administrator of the account.",
            ),
            Self::SecretStoreDenied => answer(
                Status::FORBIDDEN,
                "secret_store_denied",
                "Stripe denied access to this account's secrets. Reinstall the app or ask its developer.",
            ),
            Self::NotFound => {
                answer(Status::NOT_FOUND, "not_found", "Nothing is served at this address. Check the path.")
            }
            Self::UnknownCall => answer(
                Status::NOT_FOUND,
                "unknown_call",
                "No call of this name is declared. Check the name, or add the call to CALLS_FILE.",
            ),
            Self::FlowDisabled(needed) => answer(
                Status::NOT_FOUND,
                "flow_disabled",
                format!("This route needs LINK_FLOW={needed}. Change the setting or use the other flow."),
            ),
            Self::MethodNotAllowed(allow) => answer(
                Status::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("This address accepts only {allow}."),
            ),
            Self::RateLimited(seconds) => answer(
                Status::TOO_MANY_REQUESTS,
                "rate_limited",
                "Too many requests. Wait a little, then try again.",
            )
            .with_retry_after(*seconds),
            Self::ClientMisconfigured => answer(
                Status::INTERNAL_SERVER_ERROR,
                "client_misconfigured",
                "This app is not set up correctly. Tell its developer; the log names the setting.",
            ),
            Self::Internal => answer(
                Status::INTERNAL_SERVER_ERROR,
                "internal",
                "The app's server made a mistake. Try again; if it happens again, tell the app's developer.",
            ),
            Self::ProviderError => answer(
                Status::BAD_GATEWAY,
                "provider_error",
                "The provider's response could not be used. Try again later.",
            ),
            Self::ProviderUnavailable => answer(
                Status::SERVICE_UNAVAILABLE,
                "provider_unavailable",
                "The provider cannot be reached. You are not signed out; try again soon.",
            )
            .with_retry_after(SOON),
            Self::SecretStoreUnavailable => answer(
                Status::SERVICE_UNAVAILABLE,
                "secret_store_unavailable",
                "Stripe cannot be reached. You are not signed out; try again soon.",
            )
            .with_retry_after(SOON),
            Self::SettingsUnavailable => answer(
                Status::SERVICE_UNAVAILABLE,
                "settings_unavailable",
                "The app is starting up. You are not signed out; try again soon.",
            )
            .with_retry_after(SOON),
            Self::StartOver(error) => Answer {
                message: "This sign-in could not be finished. Start again from your app in Stripe.".into(),
                retry_after: None,
                ..error.answer()
            },
        }
    }
}

/// A row of the error table.
struct Answer {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after: Option<u32>,
}

fn answer(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Answer {
    Answer { status, code, message: message.into(), retry_after: None }
}

impl Answer {
    fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}
