//! A real provider in the place of the sandbox's own: its name, and the client that was registered there.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use secrecy::SecretString;

use crate::env_file::{self, NotRead};

const CLIENT_ID: &str = "THIRD_PARTY_CLIENT_ID";
const CLIENT_SECRET: &str = "THIRD_PARTY_CLIENT_SECRET";
/// What a file may set besides `THIRD_PARTY_…`.
const OTHERS: [&str; 5] = ["API_HOST_URL", "CALLS_FILE", "EMAIL_VERIFIED", "PROVIDER_FILE", "USERINFO"];

/// A real provider.
#[derive(Debug)]
pub struct RealProvider {
    /// `PROVIDER`: a preset's name, or `custom`.
    pub name: String,
    /// The client, if the file has one.
    pub client: Option<Client>,
    /// The file's other settings.
    settings: BTreeMap<String, String>,
}

/// A client of the provider (RFC 6749 section 2.3.1).
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: SecretString,
}

/// Why a file describes no real provider. It never tells a value.
#[derive(Debug)]
pub enum Unusable {
    /// Git does not ignore a file of this name.
    Name,
    /// The file has no settings.
    File(NotRead),
    /// The file sets what it must not, or twice.
    Setting(String, &'static str),
    /// Of a client's id and secret, this one is missing.
    Missing(&'static str),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => {
                f.write_str("must have a name that ends in .env, which git ignores here: it holds a secret")
            }
            Self::File(error) => error.fmt(f),
            Self::Setting(name, why) => write!(f, "{name} {why}"),
            Self::Missing(name) => write!(f, "must set {name}"),
        }
    }
}

impl std::error::Error for Unusable {}

impl RealProvider {
    /// The provider of this name, without a client.
    #[must_use]
    pub fn without_client(name: &str) -> Self {
        Self { name: name.to_owned(), settings: BTreeMap::new(), client: None }
    }

    /// Reads the file with the client's id and secret, if it has them, and other settings of the provider.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn read(name: &str, file: &Path) -> Result<Self, Unusable> {
        // Also `.env` itself, which has no extension.
        if !file.to_string_lossy().ends_with(".env") {
            return Err(Unusable::Name);
        }
        let mut settings = BTreeMap::new();
        for (name, value) in env_file::read(file).map_err(Unusable::File)? {
            let is_known = name.starts_with("THIRD_PARTY_") && !name.ends_with("_PARAMETER");
            if !is_known && !OTHERS.contains(&name.as_str()) {
                let why = "does not belong here: only THIRD_PARTY_…, PROVIDER_FILE, CALLS_FILE, API_HOST_URL, EMAIL_VERIFIED and USERINFO do";
                return Err(Unusable::Setting(name, why));
            }
            if settings.contains_key(&name) {
                return Err(Unusable::Setting(name, "is set twice"));
            }
            settings.insert(name, value);
        }
        let client = match (settings.remove(CLIENT_ID), settings.remove(CLIENT_SECRET)) {
            (Some(id), Some(secret)) => Some(Client { id, secret: secret.into() }),
            (None, None) => None,
            (None, Some(_)) => return Err(Unusable::Missing(CLIENT_ID)),
            (Some(_), None) => return Err(Unusable::Missing(CLIENT_SECRET)),
        };
        Ok(Self { name: name.to_owned(), settings, client })
    }

    /// All settings but the client's secret.
    #[must_use]
    pub fn to_settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.settings.clone();
        settings.insert("PROVIDER".to_owned(), self.name.clone());
        settings.extend(self.client.as_ref().map(|client| (CLIENT_ID.to_owned(), client.id.clone())));
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<RealProvider, String> {
        let file = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let provider = RealProvider::read("google", &file).map_err(|error| error.to_string());
        std::fs::remove_file(file).unwrap();
        provider
    }

    #[test]
    fn the_secret_is_not_among_the_settings() {
        let text = "# of the test project\nTHIRD_PARTY_CLIENT_ID=id\r\nTHIRD_PARTY_CLIENT_SECRET=\"PLANTED x\"\n\nUSERINFO=full\n";
        let provider = read("a.env", text).unwrap();
        assert!(!format!("{provider:?}").contains("PLANTED"));
        let settings = [("PROVIDER", "google"), ("THIRD_PARTY_CLIENT_ID", "id"), ("USERINFO", "full")];
        assert_eq!(provider.to_settings(), settings.map(|(name, value)| (name.into(), value.into())).into());
    }

    #[test]
    fn mistakes_are_told_without_values() {
        let others =
            "only THIRD_PARTY_…, PROVIDER_FILE, CALLS_FILE, API_HOST_URL, EMAIL_VERIFIED and USERINFO do";
        for (name, text, expected) in [
            (
                "b.txt",
                "",
                "must have a name that ends in .env, which git ignores here: it holds a secret".to_owned(),
            ),
            ("c.env", "\n# a comment\nPLANTED", "line 3 must be NAME=value".to_owned()),
            ("d.env", "STRIPE_API_KEY=PLANTED", format!("STRIPE_API_KEY does not belong here: {others}")),
            (
                "e.env",
                "THIRD_PARTY_CLIENT_SECRET_PARAMETER=/PLANTED",
                format!("THIRD_PARTY_CLIENT_SECRET_PARAMETER does not belong here: {others}"),
            ),
            ("f.env", "USERINFO=full\nUSERINFO=PLANTED", "USERINFO is set twice".to_owned()),
            ("g.env", "THIRD_PARTY_CLIENT_SECRET=PLANTED", "must set THIRD_PARTY_CLIENT_ID".to_owned()),
            ("h.env", "THIRD_PARTY_CLIENT_ID=PLANTED", "must set THIRD_PARTY_CLIENT_SECRET".to_owned()),
        ] {
            assert_eq!(read(name, text).unwrap_err(), expected);
        }
    }
}
