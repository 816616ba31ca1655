//! A token that the provider no longer takes, as a caller that may not repeat it names it.

use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};

use crate::tokens::TokenSet;

/// An access token that the provider no longer takes, by its SHA-256. Written as 64 lower-case hex digits.
pub struct RefusedToken([u8; 32]);

impl RefusedToken {
    /// Whether it is the access token of this set.
    pub(super) fn is(&self, tokens: &TokenSet) -> bool {
        let present: [u8; 32] = Sha256::digest(tokens.access_token.expose_secret()).into();
        present == self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        (is_lower && hex::decode_to_slice(text, &mut digest).is_ok()).then_some(Self(digest))
    }
}

impl<'de> Deserialize<'de> for RefusedToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not a SHA-256 in hex"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_in_one_way() {
        let text = hex::encode(Sha256::digest("token"));
        assert!(RefusedToken::parse(&text).is_some());
        for other in
            [&text.to_uppercase(), &text[1..], &format!("{text}00"), &text.replace(&text[..1], "g"), ""]
        {
            assert!(RefusedToken::parse(other).is_none(), "{other}");
        }
    }
}
