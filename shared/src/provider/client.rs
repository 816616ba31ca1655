use std::collections::BTreeMap;

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use super::Provider;
use super::description::ClientAuthentication;
use crate::settings::Settings;

/// How we authenticate as a client (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    /// `client_id` and `client_secret` in the body.
    Post,
    /// HTTP Basic, both parts form-encoded first (RFC 6749 section 2.3.1).
    Basic,
    /// HTTP Basic, both parts unencoded (RFC 7617 section 2), as many providers expect.
    BasicRaw,
}

impl Authentication {
    /// Their names in settings and descriptions.
    pub(super) const WORDS: [(&'static str, Self); 3] = [
        ("client_secret_post", Self::Post),
        ("client_secret_basic", Self::Basic),
        ("client_secret_basic_raw", Self::BasicRaw),
    ];
}

/// How parameters are encoded in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Form-encoded (RFC 6749 appendix B).
    Form,
    /// A JSON object of strings.
    Json,
}

impl Encoding {
    /// Their names in descriptions.
    pub(super) const WORDS: [(&'static str, Self); 2] = [("form", Self::Form), ("json", Self::Json)];

    pub(super) fn write(self, request: RequestBuilder, parameters: &[(&str, &str)]) -> RequestBuilder {
        match self {
            Self::Form => request.form(parameters),
            Self::Json => request.json(&parameters.iter().copied().collect::<BTreeMap<_, _>>()),
        }
    }
}

/// Our credentials as a confidential client of the provider (RFC 6749 section 2.1).
pub struct ConfidentialClient {
    id: String,
    secret: SecretString,
    authentication: Authentication,
}

impl ConfidentialClient {
    /// Reads `THIRD_PARTY_CLIENT_SECRET` and `THIRD_PARTY_CLIENT_AUTH`; without the latter, the description
    /// decides.
    pub(super) fn from_settings(settings: &mut Settings, provider: &Provider) -> Option<Self> {
        let secret = settings.required_secret("THIRD_PARTY_CLIENT_SECRET");
        let authentication = match settings.optional("THIRD_PARTY_CLIENT_AUTH") {
            Some(_) => settings.choice("THIRD_PARTY_CLIENT_AUTH", &Authentication::WORDS),
            None => provider.description.as_ref().map(|description| description.authentication),
        };
        Some(Self { id: provider.client_id.clone()?, secret: secret?, authentication: authentication? })
    }

    /// Authenticates a request, by a header or by parameters in its body.
    pub(super) fn authenticate<'a>(
        &'a self,
        request: RequestBuilder,
        parameters: &mut Vec<(&'a str, &'a str)>,
    ) -> RequestBuilder {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret = self.secret.expose_secret();
        match self.authentication {
            Authentication::Basic => request.basic_auth(encode(&self.id), Some(encode(secret))),
            Authentication::BasicRaw => request.basic_auth(&self.id, Some(secret)),
            Authentication::Post => {
                parameters.extend([("client_id", self.id.as_str()), ("client_secret", secret)]);
                request
            }
        }
    }
}

/// Who we are at an endpoint other than the token endpoint.
pub(super) enum Caller {
    /// Whoever has the token.
    Anyone,
    /// The client that the token was issued to.
    Client(ConfidentialClient),
}

impl Caller {
    /// Reads the client's settings if the endpoint requires authentication.
    pub(super) fn from_settings(
        settings: &mut Settings,
        provider: &Provider,
        required: ClientAuthentication,
    ) -> Option<Self> {
        let own = match required {
            ClientAuthentication::None => return Some(Self::Anyone),
            ClientAuthentication::AsAtTokenEndpoint => None,
            ClientAuthentication::Own(own) => Some(own),
        };
        let client = ConfidentialClient::from_settings(settings, provider)?;
        let authentication = own.unwrap_or(client.authentication);
        Some(Self::Client(ConfidentialClient { authentication, ..client }))
    }

    /// As [`ConfidentialClient::authenticate`].
    pub(super) fn authenticate<'a>(
        &'a self,
        request: RequestBuilder,
        parameters: &mut Vec<(&'a str, &'a str)>,
    ) -> RequestBuilder {
        match self {
            Self::Anyone => request,
            Self::Client(client) => client.authenticate(request, parameters),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Http, Timeouts};

    fn request() -> RequestBuilder {
        Http::new(Timeouts::default()).post("https://example.com".parse().unwrap())
    }

    fn header(authentication: Authentication, id: &str, secret: &str) -> String {
        let client = ConfidentialClient { id: id.to_owned(), secret: secret.into(), authentication };
        let request = client.authenticate(request(), &mut Vec::new()).build().unwrap();
        request.headers()["authorization"].to_str().unwrap().to_owned()
    }

    #[test]
    fn basic_is_form_encoded_first() {
        // A known result that AppAuth, node and python agree on.
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
        let request = Encoding::Form.write(request(), &[("x", " %&+£€")]).build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
        assert_eq!(body, b"x=+%25%26%2B%C2%A3%E2%82%AC");
        let encoded: String = byte_serialize(" %&+£€".as_bytes()).collect();
        assert_eq!(encoded, "+%25%26%2B%C2%A3%E2%82%AC");
    }
}
