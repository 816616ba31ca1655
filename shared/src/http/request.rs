use http_body_util::Full;
use hyper::body::Bytes;
use lambda_http::http::header::{self, AUTHORIZATION, CONTENT_TYPE, InvalidHeaderValue};
use lambda_http::http::{self, HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;
use url::form_urlencoded::Serializer;

/// How we introduce ourselves to Stripe and the provider.
pub const USER_AGENT: &str = concat!("stripe-app-oauth/", env!("CARGO_PKG_VERSION"));

/// A request to another party. Its body is in memory, so it can be made again. It has no `Debug`: it holds tokens.
#[derive(Clone)]
pub struct Request {
    method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let headers = HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_static(USER_AGENT))]);
        Self { method, url, headers, body: Bytes::new() }
    }

    /// A `GET`.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `POST`.
    #[must_use]
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// With this header, in place of one of its name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With these headers, in place of those of their names.
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// With a bearer token (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// When there are characters in the token that no header can have.
    pub fn bearer(self, token: &SecretString) -> Result<Self, InvalidHeaderValue> {
        let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
        Ok(self.secret_header(AUTHORIZATION, value))
    }

    /// With a header whose value its `Debug` does not tell.
    #[must_use]
    pub fn secret_header(self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.header(name, value)
    }

    /// With more parameters in its address.
    #[must_use]
    pub fn query(mut self, parameters: &[(&str, &str)]) -> Self {
        self.url.query_pairs_mut().extend_pairs(parameters);
        self
    }

    /// With a form for a body (RFC 6749 appendix B).
    #[must_use]
    pub fn form(self, parameters: &[(&str, &str)]) -> Self {
        let form = Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")).body(form)
    }

    /// With JSON for a body.
    #[must_use]
    pub fn json(self, value: &impl Serialize) -> Self {
        // Texts and parsed JSON are always JSON.
        let json = serde_json::to_vec(value).unwrap_or_default();
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(json)
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether it may be made twice: it reads only, or has an idempotency key.
    pub(super) fn is_safe(&self) -> bool {
        self.method == Method::GET || self.headers.contains_key("idempotency-key")
    }
}

impl TryFrom<Request> for http::Request<Full<Bytes>> {
    type Error = http::Error;

    fn try_from(request: Request) -> Result<Self, http::Error> {
        let Request { method, url, headers, body } = request;
        let mut request = http::Request::builder().method(method).uri(url.as_str()).body(Full::new(body))?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}
