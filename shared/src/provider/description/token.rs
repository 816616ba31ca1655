use std::time::Duration;

use lambda_http::http::header::HeaderMap;
use url::Url;

use super::reader::Object;
use super::tenant::Tenant;
use super::{KeptField, Parameters, Pointers, Refusal};
use crate::provider::client::Encoding;
use crate::provider::rotation::Rotation;

/// The placeholder for our `redirect_uri`.
pub(in crate::provider) const REDIRECT_URI: &str = "{redirect_uri}";

/// The access token request (RFC 6749 sections 4.1.3 and 6) and its response.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Token {
    pub url: Option<Url>,
    pub refresh_url: Option<Url>,
    pub encoding: Encoding,
    pub headers: HeaderMap,
    pub parameters: Parameters,
    /// [`REDIRECT_URI`] as a value is replaced by ours.
    pub refresh_parameters: Parameters,
    pub rotation: Rotation,
    pub fields: TokenFields,
}

/// Where the token response (RFC 6749 section 5.1) has each field.
#[derive(Clone, Debug)]
pub(in crate::provider) struct TokenFields {
    pub access_token: Pointers,
    pub refresh_token: Pointers,
    pub expires_in: Pointers,
    pub scope: Pointers,
    /// The lifetime, in seconds, if the response gives none.
    pub default_expires_in: Option<u64>,
    pub kept: Vec<KeptField>,
    pub refusal: Refusal,
}

impl Token {
    pub(super) fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Self {
        const EXCHANGE: [&str; 6] =
            ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret"];
        const REFRESH: [&str; 4] = ["grant_type", "refresh_token", "client_id", "client_secret"];
        Self {
            url: object.url("url", tenant),
            refresh_url: object.url("refresh_url", tenant),
            encoding: object.word("body", &Encoding::WORDS).unwrap_or(Encoding::Form),
            headers: object.headers("headers"),
            parameters: object.parameters("parameters", &EXCHANGE),
            refresh_parameters: object.parameters("refresh_parameters", &REFRESH),
            rotation: rotation(object),
            fields: TokenFields {
                access_token: object.pointers("access_token", &["/access_token"]),
                refresh_token: object.pointers("refresh_token", &["/refresh_token"]),
                expires_in: object.pointers("expires_in", &["/expires_in"]),
                scope: object.pointers("scope", &["/scope"]),
                default_expires_in: object.seconds("default_expires_in"),
                kept: KeptField::read_all(object),
                refusal: object.object_or_empty("refusal", Refusal::read),
            },
        }
    }
}

/// Defaults to strict, which is safe with every provider.
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
        object.problem("grace_seconds", "makes no sense if refresh tokens do not rotate");
    }
    rotation.unwrap_or(Rotation::Strict { grace: with_grace })
}
