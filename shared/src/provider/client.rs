use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::http::{Deadline, Failure, Http, Reply};
use crate::settings::Settings;

/// How we prove who we are (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authentication {
    /// `client_id` and `client_secret` in the form.
    Post,
    /// HTTP Basic, both parts form-encoded first (RFC 6749 section 2.3.1).
    Basic,
}

/// We as a confidential client of the provider (RFC 6749 section 2.1).
#[derive(Clone)]
pub struct ConfidentialClient {
    id: String,
    secret: SecretString,
    authentication: Authentication,
    http: Http,
}

impl ConfidentialClient {
    /// Reads `THIRD_PARTY_CLIENT_ID`, `THIRD_PARTY_CLIENT_SECRET` and `THIRD_PARTY_CLIENT_AUTH`.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let id = settings.required("THIRD_PARTY_CLIENT_ID");
        let secret = settings.required_secret("THIRD_PARTY_CLIENT_SECRET");
        let authentication = settings.choice(
            "THIRD_PARTY_CLIENT_AUTH",
            &[("client_secret_post", Authentication::Post), ("client_secret_basic", Authentication::Basic)],
        );
        Some(Self { id: id?, secret: secret?, authentication: authentication?, http: http.clone() })
    }

    /// Posts a form to an endpoint that authenticates clients, and reads the answer.
    ///
    /// # Errors
    /// A [`Failure`] when there is no answer.
    pub(super) async fn post(
        &self,
        url: &Url,
        mut form: Vec<(&str, &str)>,
        deadline: Deadline,
    ) -> Result<Reply, Failure> {
        let mut request = self.http.client().post(url.clone()).header(ACCEPT, "application/json");
        match self.authentication {
            Authentication::Basic => request = self.basic(request),
            Authentication::Post => {
                form.push(("client_id", &self.id));
                form.push(("client_secret", self.secret.expose_secret()));
            }
        }
        self.http.send(request.form(&form), deadline).await
    }

    fn basic(&self, request: RequestBuilder) -> RequestBuilder {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(&self.id), encode(self.secret.expose_secret()));
        let Ok(mut value) = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))) else {
            return request; // Base64 is always a header value.
        };
        value.set_sensitive(true);
        request.header(AUTHORIZATION, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Timeouts;

    fn basic(id: &str, secret: &str) -> String {
        let http = Http::new(Timeouts::default());
        let client = ConfidentialClient {
            id: id.to_owned(),
            secret: secret.into(),
            authentication: Authentication::Basic,
            http: http.clone(),
        };
        let request = client.basic(http.client().get("https://example.com")).build().unwrap();
        request.headers()[AUTHORIZATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn basic_is_form_encoded_first() {
        // A known answer that AppAuth, node and python agree on.
        assert_eq!(
            basic("1PpG/Q 1", "z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw="),
            "Basic MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA=="
        );
    }

    #[test]
    fn rfc_6749_appendix_b() {
        let encoded: String = byte_serialize(" %&+£€".as_bytes()).collect();
        assert_eq!(encoded, "+%25%26%2B%C2%A3%E2%82%AC");
    }
}
