//! Answers of every provider's userinfo endpoint, and its list of e-mail addresses where it has one.
//!
//! Input: `<provider> <status> <Retry-After>`, a line's end, the body; a line `--`, and the list likewise.
#![no_main]

use std::sync::LazyLock;

use fuzz::NOW;
use fuzz::provider::ByProvider;
use libfuzzer_sys::{Corpus, fuzz_target};
use shared::http::Reply;
use shared::provider::{TokenEndpoint, UserinfoEndpoint};
use shared::tokens::TokenSet;

static ENDPOINTS: LazyLock<ByProvider<UserinfoEndpoint>> =
    LazyLock::new(|| ByProvider::new(&[("USERINFO", "full")], UserinfoEndpoint::from_settings));

/// What was granted before.
static TOKENS: LazyLock<TokenSet> = LazyLock::new(|| {
    let endpoints = ByProvider::new(&[], TokenEndpoint::from_settings);
    let (endpoint, reply) =
        endpoints.read(b"custom 200\n{\"access_token\":\"PLANTED\"}").expect("an honest answer");
    TokenSet::granted(endpoint.read(&reply, &[7; 16]).expect("tokens"), [7; 16], NOW)
});

fuzz_target!(|data: &[u8]| -> Corpus {
    let separator = data.windows(4).position(|window| window == b"\n--\n");
    let (first, second) = separator.map_or((data, &[][..]), |at| (&data[..at], &data[at + 4..]));
    let Some((endpoint, reply)) = ENDPOINTS.read(first) else { return Corpus::Reject };
    let emails = ENDPOINTS.read(second).map_or_else(|| Reply::of(200, second), |(_, emails)| emails);
    match endpoint.read_replies(&reply, &emails, &TOKENS) {
        Ok(user) => {
            assert!(reply.status.is_success(), "taken from {}", reply.status);
            assert!(!user.id.is_empty());
            assert_eq!(user.email_verified, Some(true), "the policy wants it");
            assert!(serde_json::to_string(&user).is_ok());
        }
        Err(error) => {
            assert!(error.status().as_u16() >= 400);
            assert!(error.retry_after().is_none_or(|seconds| (1..=60).contains(&seconds)));
        }
    }
    Corpus::Keep
});
