//! Answers from every provider's userinfo endpoint, and its list of e-mail addresses if it has one.
//!
//! Input: `<provider> <status> <Retry-After>`, a line break, the body; a line `--`, and the list likewise.
#![no_main]

use std::sync::LazyLock;

use fuzz::provider::ByProvider;
use libfuzzer_sys::{Corpus, fuzz_target};
use secrecy::SecretString;
use shared::http::Reply;
use shared::provider::UserinfoEndpoint;

static ENDPOINTS: LazyLock<ByProvider<UserinfoEndpoint>> =
    LazyLock::new(|| ByProvider::new(&[("USERINFO", "full")], UserinfoEndpoint::from_settings));

static ACCESS_TOKEN: LazyLock<SecretString> = LazyLock::new(|| "PLANTED".into());

fuzz_target!(|data: &[u8]| -> Corpus {
    let separator = data.windows(4).position(|window| window == b"\n--\n");
    let (first, second) = separator.map_or((data, &[][..]), |at| (&data[..at], &data[at + 4..]));
    let Some((endpoint, reply)) = ENDPOINTS.read(first) else { return Corpus::Reject };
    let emails = ENDPOINTS.read(second).map_or_else(|| Reply::of(200, second), |(_, emails)| emails);
    match endpoint.read_replies(&reply, &emails, &ACCESS_TOKEN) {
        Ok(user) => {
            assert!(reply.status.is_success(), "taken from {}", reply.status);
            assert!(!user.id.is_empty());
            assert_eq!(user.email_verified, Some(true), "the policy requires it");
            assert!(serde_json::to_string(&user).is_ok());
        }
        Err(error) => {
            assert!(error.status().as_u16() >= 400);
            assert!(error.retry_after().is_none_or(|seconds| (1..=60).contains(&seconds)));
        }
    }
    Corpus::Keep
});
