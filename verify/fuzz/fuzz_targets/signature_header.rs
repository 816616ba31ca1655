//! The signature header: accepted if and only if a simple implementation of the scheme accepts it.
//!
//! Input: the header; `$` in it is replaced by the right signature for its own time.
#![no_main]

use std::sync::LazyLock;

use fuzz::signature::{RIGHT, sign};
use fuzz::{NOW, part};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::json;
use shared::Error;
use shared::signed_request::Verifier;

const OLDEST: u64 = NOW - 300;
const NEWEST: u64 = NOW + 60;
const PAYLOAD: &str = r#"{"user_id":"usr_ada","account_id":"acct_alpine"}"#;

static VERIFIER: LazyLock<Verifier> =
    LazyLock::new(|| part(&[], |settings, _| Verifier::from_settings(settings)));

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(header) = std::str::from_utf8(data) else { return Corpus::Reject };
    let time = header.split_once("t=").map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
    let right = sign(time, PAYLOAD);
    let header = header.replace(RIGHT, &right);

    let state = json!({ "userId": "usr_ada", "accountId": "acct_alpine", "signature": header });
    let outcome = VERIFIER.extract_state(&state.to_string(), NOW);

    let expected = expected(&header, time, &right);
    assert_eq!(outcome.as_ref().err(), expected.as_ref().err(), "{header}");
    assert_eq!(outcome.map(|user| user.user().to_owned()).ok(), expected.ok());
    Corpus::Keep
});

/// The scheme as Stripe documents it, implemented the slow way.
fn expected(header: &str, time: &str, right: &str) -> Result<String, Error> {
    if header.is_empty() {
        return Err(Error::SignatureMissing);
    }
    let items: Vec<Vec<&str>> = header.split(',').map(|item| item.split('=').collect()).collect();
    let times = items.iter().filter(|item| item[0] == "t").count();
    let versions = items.iter().filter(|item| item[0] == "v1").count();
    let digits = !time.is_empty() && time.chars().all(|c| c.is_ascii_digit()) && !time.starts_with('0');
    let well_formed = header.len() <= 4096
        && items.iter().all(|item| item.len() == 2)
        && times == 1
        && versions > 0
        && items.contains(&vec!["t", time])
        && digits;
    let Some(seconds) = time.parse::<u64>().ok().filter(|_| well_formed) else {
        return Err(Error::SignatureInvalid);
    };
    if !items.contains(&vec!["v1", right]) {
        return Err(Error::SignatureInvalid);
    }
    match seconds {
        ..OLDEST => Err(Error::SignatureExpired),
        OLDEST..=NEWEST => Ok("usr_ada".to_owned()),
        _ => Err(Error::SignatureFromTheFuture),
    }
}
