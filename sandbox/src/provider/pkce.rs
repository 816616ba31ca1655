//! Proof Key for Code Exchange (RFC 7636), method S256 only.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Whether this can be an S256 challenge: a SHA-256 in base64url.
pub(super) fn is_challenge(challenge: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|hash| hash.len() == 32)
}

/// Whether the verifier is well formed and the challenge was made from it.
pub(super) fn verifies(verifier: &str, challenge: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    well_formed && BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::{CHALLENGE, VERIFIER};

    #[test]
    fn rfc_7636_appendix_b() {
        assert!(is_challenge(CHALLENGE));
        assert!(verifies(VERIFIER, CHALLENGE));
    }

    #[test]
    fn another_verifier_does_not_fit() {
        assert!(!verifies(&VERIFIER.replace('d', "e"), CHALLENGE));
        assert!(!verifies(CHALLENGE, CHALLENGE));
    }

    #[test]
    fn a_malformed_verifier_does_not_fit_its_own_hash() {
        for verifier in [&"a".repeat(42), &"a".repeat(129), &format!("{VERIFIER} ")] {
            let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            assert!(!verifies(verifier, &challenge), "{verifier}");
        }
    }

    #[test]
    fn a_challenge_is_43_base64url_characters() {
        assert!(!is_challenge(&CHALLENGE[1..]));
        assert!(!is_challenge(&format!("{CHALLENGE}=")));
        assert!(!is_challenge(&CHALLENGE.replace('-', "+")));
    }
}
