/// What an error code of the provider means. One list for every endpoint: providers send each code wherever they
/// see fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorCode {
    /// The authorization code or refresh token is not, or no longer, valid.
    InvalidGrant,
    /// The access token is not, or no longer, valid.
    InvalidToken,
    /// The user must sign in, consent or choose again. What was granted before may work again later.
    AccessDenied,
    /// The client's credentials are wrong.
    InvalidClient,
    /// Something else about our registration or our request is wrong: the standard code says what.
    Misconfigured(&'static str),
    /// The provider is down.
    Unavailable,
    /// The provider asks us to slow down.
    RateLimited,
    /// Any other error.
    Unknown,
}

impl ErrorCode {
    /// The codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1 and OpenID Connect Core section
    /// 3.1.2.6; `rate_limited` has no standard code.
    pub(super) const WORDS: [(&'static str, Self); 16] = [
        ("invalid_grant", Self::InvalidGrant),
        ("invalid_token", Self::InvalidToken),
        ("access_denied", Self::AccessDenied),
        ("login_required", Self::AccessDenied),
        ("consent_required", Self::AccessDenied),
        ("interaction_required", Self::AccessDenied),
        ("account_selection_required", Self::AccessDenied),
        ("invalid_client", Self::InvalidClient),
        ("unauthorized_client", Self::Misconfigured("unauthorized_client")),
        ("unsupported_grant_type", Self::Misconfigured("unsupported_grant_type")),
        ("unsupported_response_type", Self::Misconfigured("unsupported_response_type")),
        ("invalid_scope", Self::Misconfigured("invalid_scope")),
        ("invalid_request", Self::Misconfigured("invalid_request")),
        ("temporarily_unavailable", Self::Unavailable),
        ("server_error", Self::Unavailable),
        ("rate_limited", Self::RateLimited),
    ];

    /// The meaning of a standard code.
    pub(super) fn standard(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, code)| *code)
    }
}
