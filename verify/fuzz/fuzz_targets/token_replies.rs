//! Answers from every provider's token endpoint.
//!
//! Input: `<provider> <status> <Retry-After>`, a line break, the body.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fuzz::NOW;
use fuzz::provider::ByProvider;
use libfuzzer_sys::{Corpus, fuzz_target};
use secrecy::ExposeSecret;
use shared::provider::TokenEndpoint;
use shared::tokens::TokenSet;

const LINK: [u8; 16] = [7; 16];

static ENDPOINTS: LazyLock<ByProvider<TokenEndpoint>> =
    LazyLock::new(|| ByProvider::new(&[], TokenEndpoint::from_settings));

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((endpoint, reply)) = ENDPOINTS.read(data) else { return Corpus::Reject };
    match endpoint.read(&reply, &LINK) {
        Ok(granted) => {
            assert!(reply.status.is_success(), "granted by {}", reply.status);
            assert!(!granted.access_token.expose_secret().is_empty());
            let tokens = TokenSet::new(granted, LINK, BTreeMap::new(), NOW);
            assert!(!tokens.has_ended(NOW), "expired before it was issued");
            assert!(tokens.is_due(NOW) || !tokens.is_due(0));
        }
        Err(error) => {
            assert!(error.status().as_u16() >= 400);
            assert!(error.retry_after().is_none_or(|seconds| (1..=60).contains(&seconds)));
        }
    }
    Corpus::Keep
});
