use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambda_http::http::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use crate::http::Request;
use crate::settings::{Rolling, Settings};

/// How we prove who we are (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    /// `client_id` and `client_secret` in the body.
    Post,
    /// HTTP Basic, both parts form-encoded first (RFC 6749 section 2.3.1).
    Basic,
    /// HTTP Basic, both parts as they are (RFC 7617 section 2), as many providers expect it.
    BasicRaw,
}

impl Authentication {
    /// As settings and descriptions name them.
    pub(super) const WORDS: [(&'static str, Self); 3] = [
        ("client_secret_post", Self::Post),
        ("client_secret_basic", Self::Basic),
        ("client_secret_basic_raw", Self::BasicRaw),
    ];
}

/// How parameters travel in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As RFC 6749 appendix B has it.
    Form,
    /// A JSON object of texts.
    Json,
}

impl Encoding {
    /// As descriptions name them.
    pub(super) const WORDS: [(&'static str, Self); 2] = [("form", Self::Form), ("json", Self::Json)];

    pub(super) fn write(self, request: Request, parameters: &[(&str, &str)]) -> Request {
        match self {
            Self::Form => request.form(parameters),
            Self::Json => request.json(&parameters.iter().copied().collect::<BTreeMap<_, _>>()),
        }
    }
}

/// We as a confidential client of the provider (RFC 6749 section 2.1).
pub struct ConfidentialClient {
    id: String,
    secret: Rolling<SecretString>,
    authentication: Authentication,
}

impl ConfidentialClient {
    /// Reads `THIRD_PARTY_CLIENT_ID`, `THIRD_PARTY_CLIENT_SECRET`, and `THIRD_PARTY_CLIENT_AUTH`, without which
    /// the description decides.
    pub(super) fn from_settings(settings: &mut Settings, described: Authentication) -> Option<Self> {
        let id = settings.required("THIRD_PARTY_CLIENT_ID");
        let secret = settings.rolling(|settings| settings.required_secret("THIRD_PARTY_CLIENT_SECRET"));
        let authentication = match settings.optional("THIRD_PARTY_CLIENT_AUTH") {
            Some(_) => settings.choice("THIRD_PARTY_CLIENT_AUTH", &Authentication::WORDS),
            None => Some(described),
        };
        Some(Self { id: id?, secret: secret?, authentication: authentication? })
    }

    /// The same client, authenticated in another way.
    pub(super) fn with(self, authentication: Authentication) -> Self {
        Self { authentication, ..self }
    }

    /// The secret we share with the provider.
    pub(super) fn secret(&self) -> &Rolling<SecretString> {
        &self.secret
    }

    /// Authenticates a request with `secret`, by header or among the parameters of its body.
    pub(super) fn authenticate<'a>(
        &'a self,
        secret: &'a SecretString,
        request: Request,
        parameters: &mut Vec<(&'a str, &'a str)>,
    ) -> Request {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret = secret.expose_secret();
        match self.authentication {
            Authentication::Basic => basic(request, &encode(&self.id), &encode(secret)),
            Authentication::BasicRaw => basic(request, &self.id, secret),
            Authentication::Post => {
                parameters.extend([("client_id", self.id.as_str()), ("client_secret", secret)]);
                request
            }
        }
    }
}

/// RFC 7617 section 2.
fn basic(request: Request, id: &str, secret: &str) -> Request {
    let pair = BASE64_STANDARD.encode(format!("{id}:{secret}"));
    match HeaderValue::try_from(format!("Basic {pair}")) {
        Ok(value) => request.secret_header(AUTHORIZATION, value),
        Err(_) => request, // Base64 is always a header value.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(authentication: Authentication, id: &str, secret: &str) -> String {
        let settings = &[("THIRD_PARTY_CLIENT_ID", id), ("THIRD_PARTY_CLIENT_SECRET", secret)];
        let client = ConfidentialClient::from_settings(&mut Settings::of(settings), authentication).unwrap();
        let request = Request::get("https://example.com".parse().unwrap());
        let secret = client.secret().current();
        let request = client.authenticate(&secret, request, &mut Vec::new());
        request.headers[AUTHORIZATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn basic_is_form_encoded_first() {
        // A known answer that AppAuth, node and python agree on.
        assert_eq!(
            header(Authentication::Basic, "1PpG/Q 1", "z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw="),
            "Basic MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA=="
        );
    }

    #[test]
    fn raw_basic_is_that_of_rfc_7617() {
        for (id, secret, expected) in [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123£", "Basic dGVzdDoxMjPCow=="),
        ] {
            assert_eq!(header(Authentication::BasicRaw, id, secret), expected);
        }
    }

    #[test]
    fn rfc_6749_appendix_b() {
        let request = Request::post("https://example.com".parse().unwrap());
        let request = Encoding::Form.write(request, &[("x", " %&+£€")]);
        assert_eq!(request.body.as_ref(), b"x=+%25%26%2B%C2%A3%E2%82%AC");
        let encoded: String = byte_serialize(" %&+£€".as_bytes()).collect();
        assert_eq!(encoded, "+%25%26%2B%C2%A3%E2%82%AC");
    }
}
