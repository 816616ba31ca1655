//! What can go wrong, as the app and the user are told: a closed set of codes.
//!
//! Nothing of Stripe's, the provider's or the request's own text ever gets into an [`Error`]; reasons
//! that help the operator are logged where they are found.

use std::borrow::Cow;

use lambda_http::http::StatusCode;

use crate::flow::LinkFlow;

/// An answer other than success. Each variant has a code of the public error table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No signature, user id or account id.
    SignatureMissing,
    /// The signature does not prove this request.
    SignatureInvalid,
    /// The signature was right, too long ago.
    SignatureExpired,
    /// The signature is right, but its time is too far ahead of our clock.
    SignatureFromTheFuture,
    /// The request is malformed; the text says what to mend.
    BadRequest(&'static str),
    /// A sealed token (`state` or `code`) is not one of ours, or not for this.
    StateInvalid,
    /// A sealed token of ours is past its time.
    StateExpired,
    /// The Stripe user has linked no account.
    NotConnected,
    /// The provider no longer takes the tokens.
    ReconnectRequired,
    /// The policy wants a verified e-mail address.
    EmailUnverified,
    /// The provider refused the authorization code.
    CodeRejected,
    /// The user said no at the provider.
    AccessDenied,
    /// Another Stripe user, or another browser session, began this link.
    IdentityMismatch,
    /// The tokens now belong to another account at the provider.
    IdentityChanged,
    /// Stripe does not let us use its Secret Store for this account.
    SecretStoreDenied,
    /// No such route.
    NotFound,
    /// The route belongs to the flow that is off; holds the flow it needs.
    FlowDisabled(LinkFlow),
    /// The route exists for other methods, named as in `Allow`.
    MethodNotAllowed(&'static str),
    /// Stripe or the provider asks us to slow down; seconds to wait.
    RateLimited(u32),
    /// The operator has to mend a setting, here or at Stripe or the provider.
    ClientMisconfigured,
    /// A fault of ours.
    Internal,
    /// The provider answered something that makes no sense.
    ProviderError,
    /// The provider cannot be reached or is down.
    ProviderUnavailable,
    /// Stripe's Secret Store cannot be reached or is down.
    SecretStoreUnavailable,
    /// SSM Parameter Store cannot be reached, so there are no settings yet.
    SettingsUnavailable,
    /// An outage or a fault in the midst of a sign-in, whose code is spent by then: the same request cannot succeed
    /// any more, a new sign-in can.
    StartOver(Box<Error>),
}

impl Error {
    /// This error, where its request cannot succeed any more.
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
        match self {
            Self::SignatureMissing
            | Self::SignatureInvalid
            | Self::SignatureExpired
            | Self::SignatureFromTheFuture
            | Self::BadRequest(_)
            | Self::StateInvalid
            | Self::StateExpired => StatusCode::BAD_REQUEST,
            Self::NotConnected
            | Self::ReconnectRequired
            | Self::EmailUnverified
            | Self::CodeRejected
            | Self::AccessDenied => StatusCode::UNAUTHORIZED,
            Self::IdentityMismatch | Self::IdentityChanged | Self::SecretStoreDenied => StatusCode::FORBIDDEN,
            Self::NotFound | Self::FlowDisabled(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ClientMisconfigured | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ProviderError => StatusCode::BAD_GATEWAY,
            Self::ProviderUnavailable | Self::SecretStoreUnavailable | Self::SettingsUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::StartOver(error) => error.status(),
        }
    }

    /// The code clients switch on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignatureMissing => "signature_missing",
            Self::SignatureInvalid => "signature_invalid",
            Self::SignatureExpired | Self::SignatureFromTheFuture => "signature_expired",
            Self::BadRequest(_) => "bad_request",
            Self::StateInvalid => "state_invalid",
            Self::StateExpired => "state_expired",
            Self::NotConnected => "not_connected",
            Self::ReconnectRequired => "reconnect_required",
            Self::EmailUnverified => "email_unverified",
            Self::CodeRejected => "code_rejected",
            Self::AccessDenied => "access_denied",
            Self::IdentityMismatch => "identity_mismatch",
            Self::IdentityChanged => "identity_changed",
            Self::SecretStoreDenied => "secret_store_denied",
            Self::NotFound => "not_found",
            Self::FlowDisabled(_) => "flow_disabled",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::RateLimited(_) => "rate_limited",
            Self::ClientMisconfigured => "client_misconfigured",
            Self::Internal => "internal",
            Self::ProviderError => "provider_error",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::SecretStoreUnavailable => "secret_store_unavailable",
            Self::SettingsUnavailable => "settings_unavailable",
            Self::StartOver(error) => error.code(),
        }
    }

    /// What happened and what to do next, for a person.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            // The words of the two signature errors are the article's; clients match on them.
            Self::SignatureMissing => "Missing user identifiers",
            Self::SignatureInvalid => "Could not verify signature",
            Self::SignatureExpired => "This signature is too old. Ask for a new one and try again.",
            Self::SignatureFromTheFuture => {
                "The time of this signature is in the future by the server's clock. Check the clocks, then ask for a new one."
            }
            Self::BadRequest(what) => what,
            Self::StateInvalid => "This sign-in link is not valid. Start again from your app in Stripe.",
            Self::StateExpired => "This sign-in took too long. Start again from your app in Stripe.",
            Self::NotConnected => "No account is linked yet. Sign in to link one.",
            Self::ReconnectRequired => "The linked account no longer grants access. Sign in again.",
            Self::EmailUnverified => "Verify your e-mail address at the provider, then sign in again.",
            Self::CodeRejected => {
                "The provider did not accept this sign-in. Start again from your app in Stripe."
            }
            Self::AccessDenied => "Access was not granted at the provider. Start again to link an account.",
            Self::IdentityMismatch => {
                "This sign-in was started by someone else. Start again from your app in Stripe."
            }
            Self::IdentityChanged => {
                "The linked account is no longer the same one. Sign out, then sign in again."
            }
            Self::SecretStoreDenied => {
                "Stripe denied access to this account's secrets. Reinstall the app or ask its developer."
            }
            Self::NotFound => "There is nothing at this address. Check the path.",
            Self::FlowDisabled(needs) => {
                return Cow::Owned(format!(
                    "This route needs LINK_FLOW={needs}. Change the setting or use the other flow."
                ));
            }
            Self::MethodNotAllowed(allow) => {
                return Cow::Owned(format!("This address takes only {allow}."));
            }
            Self::RateLimited(_) => "Too many requests. Wait a little, then try again.",
            Self::ClientMisconfigured => {
                "This app is not set up correctly. Tell its developer; the log names the setting."
            }
            Self::Internal => {
                "The app's server made a mistake. Try again; if it stays, tell the app's developer."
            }
            Self::ProviderError => "The provider gave an answer that could not be used. Try again later.",
            Self::ProviderUnavailable => {
                "The provider cannot be reached. You are not signed out; try again soon."
            }
            Self::SecretStoreUnavailable => {
                "Stripe cannot be reached. You are not signed out; try again soon."
            }
            Self::StartOver(_) => "This sign-in could not be finished. Start again from your app in Stripe.",
            Self::SettingsUnavailable => "The app is starting up. You are not signed out; try again soon.",
        })
    }

    /// Seconds for `Retry-After`, where trying again may help.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::RateLimited(seconds) => Some(*seconds),
            Self::ProviderUnavailable | Self::SecretStoreUnavailable | Self::SettingsUnavailable => Some(5),
            _ => None,
        }
    }
}
