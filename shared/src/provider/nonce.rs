//! The OpenID Connect nonce (Core section 3.1.2.1): ties the token response to the link attempt.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::json;
use crate::sealed::LinkId;

/// The nonce of a link attempt. The id itself stays inside sealed tokens.
#[must_use]
pub fn of(link: &LinkId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest([b"nonce".as_slice(), link].concat()))
}

#[derive(Deserialize)]
struct Claims {
    nonce: Option<String>,
}

/// The nonce in an ID token. It came from the token endpoint over TLS, which Core section 3.1.3.7 accepts in
/// place of checking the signature.
pub(crate) fn in_id_token(token: &str) -> Option<String> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    json::object::<Claims>(&claims)?.nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_read_from_an_id_token() {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub":"1","nonce":"n-1"}"#);
        assert_eq!(in_id_token(&format!("e30.{claims}.c2ln")), Some("n-1".to_owned()));
    }

    #[test]
    fn anything_but_an_id_token_has_no_nonce() {
        for token in ["", "a", "a.b", "e30.e30.x", "..", "e30.!!!.x"] {
            assert_eq!(in_id_token(token), None, "{token}");
        }
    }

    #[test]
    fn nonces_differ_by_link() {
        assert_ne!(of(&[1; 16]), of(&[2; 16]));
    }
}
