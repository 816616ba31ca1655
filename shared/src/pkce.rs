//! Proof Key for Code Exchange (RFC 7636), method S256.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A code verifier (section 4.1). It prints as `[REDACTED]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct PkceVerifier(SecretString);

impl PkceVerifier {
    /// The verifier itself, for the token request.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The code challenge: base64url of the verifier's SHA-256 (section 4.2).
    #[must_use]
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }
}

impl From<String> for PkceVerifier {
    fn from(verifier: String) -> Self {
        Self(verifier.into())
    }
}

/// Whether `text` has the form of an S256 challenge: 43 base64url characters.
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        let verifier = PkceVerifier::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let challenge = verifier.challenge();
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_challenge(&challenge));
    }

    #[test]
    fn what_is_not_a_challenge() {
        for text in ["", &"a".repeat(42), &"a".repeat(44), &"=".repeat(43), &format!("{}é", "a".repeat(41))]
        {
            assert!(!is_challenge(text), "{text}");
        }
    }
}
