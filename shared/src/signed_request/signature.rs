//! Stripe's signature scheme: `t=<seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over `<t>.<payload>`.
//!
//! Source: <https://docs.stripe.com/stripe-apps/build-backend>. The grammar here is stricter than that of
//! Stripe's own libraries, which differ from one another on repeated, signed and fractional times.

use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::clock::UnixSeconds;
use crate::settings::Settings;

/// How old a signature may be, in seconds; the default of Stripe's libraries.
const LONGEST_AGE: u64 = 300;
/// How far Stripe's clock may be ahead of ours, in seconds.
const LONGEST_LEAD: u64 = 60;
/// In bytes; a genuine header has one or two signatures, about 150 bytes.
const LONGEST_HEADER: usize = 4096;

/// The app's signing secrets: two are valid while one is being rolled.
pub(super) struct AppSecrets(Vec<Hmac<Sha256>>);

/// Why a header does not prove a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It does not follow the scheme, or has no `v1`.
    Malformed,
    /// None of its signatures matches.
    Mismatch,
    /// Valid, but too old.
    TooOld,
    /// Valid, but its time is too far ahead of our clock.
    FromTheFuture,
}

impl AppSecrets {
    /// Reads `STRIPE_APP_SECRET`: one or more `absec_…`, separated by commas.
    pub(super) fn from_settings(settings: &mut Settings) -> Option<Self> {
        let secrets = settings.required_secret("STRIPE_APP_SECRET")?;
        let parsed = Self::parse(&secrets);
        if parsed.is_none() {
            settings.problem(
                "STRIPE_APP_SECRET",
                "must be the app's signing secret, absec_…, or two of them separated by a comma, without spaces",
            );
        }
        parsed
    }

    fn parse(secrets: &SecretString) -> Option<Self> {
        let keys = secrets.expose_secret().split(',').map(|secret| {
            let key = secret.strip_prefix("absec_").filter(|key| !key.is_empty())?;
            let printable = key.bytes().all(|byte| byte.is_ascii_graphic());
            printable.then(|| Hmac::new_from_slice(secret.as_bytes()).ok()).flatten()
        });
        keys.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Checks that `header` signs `payload`, in constant time over every secret and every `v1`. Returns when it was
    /// signed.
    pub(super) fn verify(
        &self,
        header: &str,
        payload: &[u8],
        now: UnixSeconds,
    ) -> Result<UnixSeconds, Refusal> {
        let header = Header::parse(header).ok_or(Refusal::Malformed)?;
        let mut matches = false;
        for secret in &self.0 {
            let expected =
                secret.clone().chain_update(header.time).chain_update(b".").chain_update(payload).finalize();
            for signature in &header.signatures {
                matches |= *signature == expected;
            }
        }
        if !matches {
            return Err(Refusal::Mismatch);
        }
        if now.saturating_sub(header.seconds) > LONGEST_AGE {
            return Err(Refusal::TooOld);
        }
        if header.seconds.saturating_sub(now) > LONGEST_LEAD {
            return Err(Refusal::FromTheFuture);
        }
        Ok(header.seconds)
    }
}

struct Header<'a> {
    /// As sent, because these digits were signed.
    time: &'a str,
    seconds: UnixSeconds,
    signatures: Vec<CtOutput<Hmac<Sha256>>>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        if header.len() > LONGEST_HEADER {
            return None;
        }
        let mut time = None;
        let mut versions = 0;
        let mut signatures = Vec::new();
        for item in header.split(',') {
            let (scheme, value) = item.split_once('=').filter(|(_, value)| !value.contains('='))?;
            match scheme {
                "t" if time.is_none() => time = Some((value, seconds(value)?)),
                "t" => return None,
                "v1" => {
                    versions += 1;
                    signatures.extend(signature(value));
                }
                _ => {}
            }
        }
        let (time, seconds) = time?;
        (versions > 0).then_some(Self { time, seconds, signatures })
    }
}

/// Digits only, without leading zeros: one time has one spelling.
fn seconds(text: &str) -> Option<UnixSeconds> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    digits.then(|| text.parse().ok()).flatten()
}

/// 64 lower-case hex digits. Anything else can never match, and is not an error if another signature does.
fn signature(text: &str) -> Option<CtOutput<Hmac<Sha256>>> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(CtOutput::new(bytes.into()))
}

#[cfg(test)]
mod tests;
