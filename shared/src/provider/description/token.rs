use std::time::Duration;

use lambda_http::http::header::HeaderMap;
use url::Url;

use super::reader::Object;
use super::tenant::Tenant;
use super::{Parameters, Pointers, Refusal};
use crate::provider::client::Encoding;
use crate::provider::rotation::Rotation;

/// The access token request (RFC 6749 sections 4.1.3 and 6) and its response.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Token {
    pub url: Option<Url>,
    pub refresh_url: Option<Url>,
    pub encoding: Encoding,
    pub headers: HeaderMap,
    pub parameters: Parameters,
    pub refresh_parameters: Parameters,
    pub rotation: Rotation,
    pub fields: TokenFields,
}

/// Where the token response (RFC 6749 section 5.1) has what.
#[derive(Clone, Debug)]
pub(in crate::provider) struct TokenFields {
    pub access_token: Pointers,
    pub refresh_token: Pointers,
    pub expires_in: Pointers,
    pub scope: Pointers,
    /// Where the response tells no lifetime.
    pub default_expires_in: Option<u64>,
    pub refusal: Refusal,
}

impl Token {
    pub(super) fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Self {
        const REQUEST: [&str; 7] = [
            "grant_type",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "client_id",
            "client_secret",
        ];
        Self {
            url: object.url("url", tenant),
            refresh_url: object.url("refresh_url", tenant),
            encoding: object.word("body", &Encoding::WORDS).unwrap_or(Encoding::Form),
            headers: object.headers("headers"),
            parameters: object.parameters("parameters", &REQUEST),
            refresh_parameters: object.parameters("refresh_parameters", &REQUEST),
            rotation: rotation(object),
            fields: TokenFields {
                access_token: object.pointers("access_token", &["/access_token"]),
                refresh_token: object.pointers("refresh_token", &["/refresh_token"]),
                expires_in: object.pointers("expires_in", &["/expires_in"]),
                scope: object.pointers("scope", &["/scope"]),
                default_expires_in: object.seconds("default_expires_in"),
                refusal: object.object_or_empty("refusal", Refusal::read),
            },
        }
    }
}

/// What is not known is taken to be strict, which is safe with every provider.
fn rotation(object: &mut Object<'_>) -> Rotation {
    let grace = object.seconds("grace_seconds");
    let with_grace = Duration::from_secs(grace.unwrap_or_default());
    let rotation = object.word(
        "rotation",
        &[
            ("none", Rotation::None),
            ("rotating", Rotation::Rotating { grace: with_grace }),
            ("strict", Rotation::Strict { grace: with_grace }),
        ],
    );
    if grace.is_some() && matches!(rotation, Some(Rotation::None)) {
        object.problem("grace_seconds", "makes no sense where refresh tokens do not rotate");
    }
    rotation.unwrap_or(Rotation::Strict { grace: with_grace })
}
