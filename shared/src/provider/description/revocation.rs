use lambda_http::http::Method;
use lambda_http::http::header::HeaderMap;

use super::reader::Object;
use super::tenant::Tenant;
use super::url_template::{CLIENT_ID, TOKEN};
use super::{ClientAuthentication, Refusal, UrlTemplate};
use crate::provider::client::{Authentication, Encoding};

/// The revocation request (RFC 7009 section 2.1), or the provider's equivalent.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Revocation {
    pub url: Option<UrlTemplate>,
    pub method: Method,
    pub headers: HeaderMap,
    pub authentication: ClientAuthentication,
    pub tokens: Revoked,
    pub place: TokenPlace,
    /// The grant is shared with others, so it is not revoked.
    pub shared: bool,
    pub refusal: Refusal,
}

/// Which tokens are revoked.
#[derive(Clone, Copy, Debug)]
pub(in crate::provider) enum Revoked {
    /// The refresh token, which also revokes the access token; without a refresh token, the access token.
    Refresh,
    /// The access token.
    Access,
    /// First the refresh token, then the access token, if revoking the first leaves the second valid.
    Both,
}

/// Where the token is in the request.
#[derive(Clone, Debug)]
pub(in crate::provider) enum TokenPlace {
    /// In the body.
    Body {
        encoding: Encoding,
        field: String,
        /// Whether `token_type_hint` is sent with it.
        hint: bool,
    },
    /// As the bearer token (RFC 6750 section 2.1).
    Bearer,
    /// In the URL.
    Path,
}

impl Revocation {
    pub(super) fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Self {
        use ClientAuthentication::{AsAtTokenEndpoint, None, Own};

        let url = object.url_template("url", &[TOKEN, CLIENT_ID], tenant);
        let place = place(object, url.as_ref().is_some_and(UrlTemplate::holds_token));
        let authentication = ClientAuthentication::read(object);
        match (&place, authentication) {
            (TokenPlace::Bearer, Some(Own(_))) | (TokenPlace::Path, Some(Own(Authentication::Post))) => {
                object.problem("client_authentication", "cannot be used with a token outside the body");
            }
            _ => {}
        }
        let usual = if matches!(place, TokenPlace::Body { .. }) { AsAtTokenEndpoint } else { None };
        Self {
            url,
            method: object.method(&[("POST", &Method::POST), ("DELETE", &Method::DELETE)]),
            headers: object.headers("headers"),
            authentication: authentication.unwrap_or(usual),
            tokens: object
                .word(
                    "tokens",
                    &[
                        ("refresh_token", Revoked::Refresh),
                        ("access_token", Revoked::Access),
                        ("both", Revoked::Both),
                    ],
                )
                .unwrap_or(Revoked::Refresh),
            place,
            shared: object.flag("shared", false),
            refusal: object.object_or_empty("refusal", Refusal::read),
        }
    }
}

fn place(object: &mut Object<'_>, is_in_path: bool) -> TokenPlace {
    let body = TokenPlace::Body {
        encoding: object.word("body", &Encoding::WORDS).unwrap_or(Encoding::Form),
        field: object.text("token_field").unwrap_or_else(|| "token".to_owned()),
        hint: object.flag("token_type_hint", true),
    };
    let place = object.word("token_in", &[("body", false), ("bearer", true)]);
    if is_in_path && place.is_some() {
        object.problem("token_in", "cannot be used with {token} in the url");
    }
    match place {
        _ if is_in_path => TokenPlace::Path,
        Some(true) => TokenPlace::Bearer,
        Some(false) | None => body,
    }
}
