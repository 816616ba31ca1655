//! Client authentication (RFC 6749 section 2.3.1), one method per request.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use url::form_urlencoded;

use super::error::TokenError;
use super::params::Params;
use super::{Provider, lock};

impl Provider {
    /// The parameters of a request that the client signed with its secret.
    pub(super) fn authenticated(&self, headers: &HeaderMap, body: &[u8]) -> Result<Params, TokenError> {
        if !is_form(headers) {
            return Err(invalid("the body must be application/x-www-form-urlencoded"));
        }
        let params = Params::parse(body);
        if params.repeated() {
            return Err(invalid("a parameter is repeated"));
        }
        let (id, secret) = credentials(headers, &params)?;
        if id == self.0.config.client_id && lock(&self.0.client_secrets).contains(&secret) {
            Ok(params)
        } else {
            Err(TokenError::InvalidClient)
        }
    }
}

fn credentials(headers: &HeaderMap, params: &Params) -> Result<(String, String), TokenError> {
    match (headers.get(header::AUTHORIZATION), params.get("client_secret")) {
        (Some(_), Some(_)) => Err(invalid("two methods of client authentication at once")),
        (Some(authorization), None) => {
            let basic = authorization.to_str().ok().and_then(basic);
            basic.ok_or(TokenError::InvalidClient)
        }
        (None, Some(secret)) => Ok((params.require("client_id")?.to_owned(), secret.to_owned())),
        (None, None) => Err(TokenError::InvalidClient),
    }
}

fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decode(id)?, form_decode(secret)?))
}

/// Identifier and secret are form-encoded before they are joined, which many clients forget.
fn form_decode(encoded: &str) -> Option<String> {
    let is_one_value = !encoded.contains(['&', '=']);
    is_one_value.then(|| form_urlencoded::parse(encoded.as_bytes()).map(|(value, _)| value).collect())
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn invalid(why: &str) -> TokenError {
    TokenError::InvalidRequest(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::{CLIENT_ID, CLIENT_SECRET, World};

    fn headers(authorization: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        headers.insert(header::CONTENT_TYPE, form.parse().unwrap());
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        headers
    }

    fn outcome(authorization: Option<&str>, body: &str) -> Result<(), TokenError> {
        let world = World::new();
        world.provider.authenticated(&headers(authorization), body.as_bytes()).map(drop)
    }

    fn encoded(text: &str) -> String {
        form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    fn basic_header(id: &str, secret: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let right = basic_header(&encoded(CLIENT_ID), &encoded(CLIENT_SECRET));
        assert_eq!(outcome(Some(&right), ""), Ok(()));
        assert_eq!(outcome(Some(&right.replace("Basic", "bASIC")), ""), Ok(()));
        let raw = basic_header(CLIENT_ID, CLIENT_SECRET);
        assert_eq!(outcome(Some(&raw), ""), Err(TokenError::InvalidClient));
    }

    #[test]
    fn credentials_may_come_in_the_body() {
        let secret = encoded(CLIENT_SECRET);
        let body = format!("client_id={CLIENT_ID}&client_secret={secret}");
        assert_eq!(outcome(None, &body), Ok(()));
        let other = format!("client_id=other&client_secret={secret}");
        assert_eq!(outcome(None, &other), Err(TokenError::InvalidClient));
        let nobody = format!("client_secret={secret}");
        assert!(matches!(outcome(None, &nobody), Err(TokenError::InvalidRequest(_))));
    }

    #[test]
    fn two_methods_at_once_are_refused() {
        let right = basic_header(&encoded(CLIENT_ID), &encoded(CLIENT_SECRET));
        let body = format!("client_id={CLIENT_ID}&client_secret={}", encoded(CLIENT_SECRET));
        assert!(matches!(outcome(Some(&right), &body), Err(TokenError::InvalidRequest(_))));
    }

    #[test]
    fn anything_else_is_an_invalid_client() {
        let wrong = [
            basic_header(&encoded(CLIENT_ID), "wrong"),
            "Basic".to_owned(),
            "Basic !!!".to_owned(),
            format!("Basic {}", BASE64_STANDARD.encode("no colon")),
            format!("Bearer {CLIENT_SECRET}"),
        ];
        for authorization in wrong {
            assert_eq!(outcome(Some(&authorization), ""), Err(TokenError::InvalidClient), "{authorization}");
        }
        assert_eq!(outcome(None, "client_id=client"), Err(TokenError::InvalidClient));
    }

    #[test]
    fn repeated_parameters_are_refused() {
        let right = basic_header(&encoded(CLIENT_ID), &encoded(CLIENT_SECRET));
        assert!(matches!(outcome(Some(&right), "code=1&code=2"), Err(TokenError::InvalidRequest(_))));
    }
}
