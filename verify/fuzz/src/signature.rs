//! Stripe's signature, so that the fuzzer need not guess one to get further.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::APP_SECRET;

/// Stands for a valid signature, in lower-case hex.
pub const RIGHT: char = '$';

/// Stripe's signature of `payload` at `time`.
#[must_use]
pub fn sign(time: &str, payload: &str) -> String {
    let key = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).expect("a key of any length");
    let mac = key.chain_update(time).chain_update(b".").chain_update(payload);
    hex::encode(mac.finalize().into_bytes())
}
