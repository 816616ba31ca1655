//! Sealed tokens: data that we hand out, and that must come back unread and unchanged.
//!
//! A token is `base64url(version, key id, nonce, AES-256-GCM(postcard))`. Every kind of token has a label and
//! its own sub-key, derived by HKDF-SHA256 (RFC 5869), so a token of one kind never opens as another. A
//! context that both ends know (such as the client id) is authenticated with it.

mod code;
mod random;
pub(crate) mod secret;
mod state;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::pkce::PkceVerifier;
use crate::settings::Settings;

pub use code::CodeToken;
pub use random::random;
pub use state::{Session, StateToken};

/// The layout that is written. A layout that is no longer written is still read, for as long as tokens sealed
/// in it may be stored.
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;
const HEADER_LEN: usize = 1 + KEY_ID_LEN;
/// More fields than any kind of token will ever have.
const MOST_FIELDS: usize = 64;

/// 128 bits that name one link attempt.
pub type LinkId = [u8; 16];

/// A kind of token.
///
/// Its fields are sealed in order. A later version may only add fields at the end, and only of types whose
/// empty value is one zero byte in postcard: an `Option`, a number, a string, a list. So either version opens
/// what the other sealed, for example during a canary deployment: a missing field is empty, and an unknown
/// one is skipped. Any other change needs a new [`VERSION`].
pub trait Sealed: Serialize + DeserializeOwned {
    /// Distinguishes this kind from every other.
    const LABEL: &'static str;
}

/// The keys tokens are sealed with: the first seals, all open, so that a key can be rolled.
pub struct SealingKeys(Vec<SealingKey>);

/// One 256-bit key.
#[derive(Clone)]
pub struct SealingKey {
    /// Selects the key to try; derived from the key, so it stays the same if the order changes.
    id: [u8; KEY_ID_LEN],
    root: Prk,
}

impl SealingKeys {
    /// Reads `SEALING_KEY`: 32 bytes in base64, or two such keys separated by a comma, while one is rolled.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        let keys = settings.required_secret("SEALING_KEY")?;
        let parsed = Self::parse(&keys);
        if parsed.is_none() {
            settings.problem(
                "SEALING_KEY",
                "must be 32 random bytes in base64 (openssl rand -base64 32), or two such separated by a comma",
            );
        }
        parsed
    }

    fn parse(keys: &SecretString) -> Option<Self> {
        let keys = keys.expose_secret().split(',').map(|key| {
            let bytes =
                BASE64_STANDARD.decode(key.trim()).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(key.trim()));
            // Base64 of nothing but zeros is a placeholder, not a key.
            let bytes = bytes
                .ok()
                .map(Zeroizing::new)
                .filter(|bytes| bytes.len() == 32 && bytes.iter().any(|byte| *byte != 0))?;
            Some(SealingKey::new(&bytes))
        });
        keys.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The key that seals.
    #[must_use]
    pub fn sealing(&self) -> &SealingKey {
        // `parse` splits a string, which has at least one part.
        &self.0[0]
    }

    /// Opens a token that one of the keys sealed in this context; also returns that key.
    ///
    /// # Errors
    /// A [`NotOpened`].
    pub fn open<T: Sealed>(&self, token: &str, context: &[&str]) -> Result<(T, &SealingKey), NotOpened> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| NotOpened::Invalid)?;
        let (header, id, rest) = header(&bytes).ok_or(NotOpened::Invalid)?;
        let mut keys = self.0.iter().filter(|key| key.id == id).peekable();
        if keys.peek().is_none() && header[0] == VERSION {
            return Err(NotOpened::UnknownKey);
        }
        keys.find_map(|key| Some((key.open(header, rest, context)?, key))).ok_or(NotOpened::Invalid)
    }
}

/// Why a token was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Its key id matches none of the keys.
    UnknownKey,
    /// It is not one of ours, was sealed in another context, or was changed.
    Invalid,
}

/// Splits a token into its header, its key id and the rest.
fn header(token: &[u8]) -> Option<([u8; HEADER_LEN], [u8; KEY_ID_LEN], &[u8])> {
    let (&header, rest) = token.split_first_chunk::<HEADER_LEN>()?;
    let [_, id @ ..] = header;
    Some((header, id, rest))
}

/// Decodes the plain text by its version. The zeros after it stand for fields added since.
fn read<T: Sealed>(header: [u8; HEADER_LEN], plain: &[u8]) -> Option<T> {
    match header {
        [VERSION, ..] => postcard::take_from_bytes(plain).ok().map(|(token, _)| token),
        _ => None,
    }
}

impl SealingKey {
    fn new(bytes: &[u8]) -> Self {
        let root = Salt::new(HKDF_SHA256, b"stripe-app-oauth").extract(bytes);
        let mut key = Self { id: [0; KEY_ID_LEN], root };
        let [a, b, c, d, ..] = key.derive(&[b"key id"]);
        key.id = [a, b, c, d];
        key
    }

    fn open<T: Sealed>(&self, header: [u8; HEADER_LEN], sealed: &[u8], context: &[&str]) -> Option<T> {
        let (&nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
        // Has room for the zeros: a buffer that grows leaves its old bytes behind.
        let mut buffer = Zeroizing::new(Vec::with_capacity(ciphertext.len() + MOST_FIELDS));
        buffer.extend_from_slice(ciphertext);
        self.cipher::<T>()?
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(authenticated(header, context)),
                &mut buffer,
            )
            .ok()?;
        // The plain text ends where the tag begins, which is no longer needed.
        let tag = buffer.len() - AES_256_GCM.tag_len();
        buffer[tag..].fill(0);
        buffer.resize(tag + MOST_FIELDS, 0);
        read(header, &buffer)
    }

    /// Seals a token; `context` is not part of it, and must be the same when it is opened.
    ///
    /// # Errors
    /// In practice none: only if the system cannot provide random bytes.
    pub fn seal<T: Sealed>(&self, token: &T, context: &[&str]) -> Result<String, SealingFailed> {
        let [a, b, c, d] = self.id;
        let header = [VERSION, a, b, c, d];
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut buffer = postcard::to_allocvec(token).map_err(|_| SealingFailed)?;
        self.cipher::<T>()
            .ok_or(SealingFailed)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(authenticated(header, context)),
                &mut buffer,
            )
            .map_err(|_| SealingFailed)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([header.as_slice(), &nonce, &buffer].concat()))
    }

    /// The PKCE verifier (RFC 7636 section 4.1) of a link in the direct flow: derived, so that it need not be
    /// stored.
    #[must_use]
    pub fn pkce_verifier(&self, link: &LinkId) -> PkceVerifier {
        BASE64_URL_SAFE_NO_PAD.encode(self.derive(&[b"pkce/v1", link])).into()
    }

    fn cipher<T: Sealed>(&self) -> Option<LessSafeKey> {
        let info = [T::LABEL.as_bytes()];
        let key: UnboundKey = self.root.expand(&info, &AES_256_GCM).ok()?.into();
        Some(LessSafeKey::new(key))
    }

    fn derive(&self, info: &[&[u8]]) -> [u8; 32] {
        let mut bytes = [0; 32];
        // HKDF-Expand fails only for more than 8160 bytes.
        if let Ok(material) = self.root.expand(info, HKDF_SHA256) {
            let _ = material.fill(&mut bytes);
        }
        bytes
    }
}

/// The system could not provide random bytes.
#[derive(Debug)]
pub struct SealingFailed;

impl From<SealingFailed> for crate::error::Error {
    fn from(_: SealingFailed) -> Self {
        tracing::error!("the system could not provide random bytes");
        Self::Internal
    }
}

/// Header and context, each part preceded by its length, so that no two contexts look alike.
fn authenticated(header: [u8; HEADER_LEN], context: &[&str]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for part in context {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests;
