//! The provider's authorization code (RFC 6749 section 4.1.2).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// An authorization code. It prints as `[REDACTED]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationCode(SecretString);

impl AuthorizationCode {
    /// The code itself, for the token request.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for AuthorizationCode {
    fn from(code: &str) -> Self {
        Self(code.into())
    }
}

/// Only for sealing into a token.
impl Serialize for AuthorizationCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}
