//! State tokens, code tokens and token sets: what we did not seal never opens, and no kind opens as another.
//!
//! Input: a first byte that says what the rest is. `t`: a token. `s`, `c`, `k`: the inside of one, to be sealed with our
//! key as a state token, a code token, a token set. `x`: two bytes to change in a genuine state token.
#![no_main]

use std::marker::PhantomData;
use std::sync::LazyLock;

use fuzz::signature::sign;
use fuzz::{NOW, part};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeTuple, Serializer};
use serde_json::json;
use shared::sealed::{CodeToken, Sealed, SealingKeys, Session, StateToken};
use shared::signed_request::Verifier;
use shared::tokens::TokenSet;
use shared::{LinkScope, Linker, PkceVerifier};

const CONTEXT: [&str; 2] = ["client", "https://api.example.com/api/oauth/authorize"];

static KEYS: LazyLock<SealingKeys> =
    LazyLock::new(|| part(&[], |settings, _| SealingKeys::from_settings(settings)));

/// One of these can only be made with a signature.
static ADA: LazyLock<Linker> = LazyLock::new(|| {
    let payload = r#"{"user_id":"usr_ada","account_id":"acct_alpine"}"#;
    let signature = format!("t={NOW},v1={}", sign(&NOW.to_string(), payload));
    let state = json!({ "userId": "usr_ada", "accountId": "acct_alpine", "signature": signature });
    let verifier = part(&[], |settings, _| Verifier::from_settings(settings));
    let user = verifier.extract_state(&state.to_string(), NOW).expect("a genuine signature");
    LinkScope::User.linker_without_role(user).expect("her own link")
});

static HONEST: LazyLock<String> = LazyLock::new(|| {
    let session = Session { state: "S".to_owned(), challenge: "c".repeat(43) };
    let token = StateToken::begin(&ADA, Some(session), NOW).expect("random bytes");
    KEYS.sealing().seal(&token, &CONTEXT).expect("sealed")
});

/// Bytes that are sealed unchanged, as a token of kind `T`.
struct Inside<'a, T>(&'a [u8], PhantomData<T>);

impl<T> Serialize for Inside<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The compact format writes only a tuple's elements.
        let mut bytes = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|byte| bytes.serialize_element(byte))?;
        bytes.end()
    }
}

impl<'de, T> Deserialize<'de> for Inside<'_, T> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("is only ever sealed"))
    }
}

impl<T: Sealed> Sealed for Inside<'_, T> {
    const LABEL: &'static str = T::LABEL;
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((kind, rest)) = data.split_first() else { return Corpus::Reject };
    match kind {
        b't' => {
            let Ok(token) = std::str::from_utf8(rest) else { return Corpus::Reject };
            assert!(kinds(token).len() <= 1, "opens as more than one kind");
        }
        b's' => opens_as_nothing_else::<StateToken>(rest),
        b'c' => opens_as_nothing_else::<CodeToken>(rest),
        b'k' => opens_as_nothing_else::<TokenSet>(rest),
        b'x' => changed(rest),
        _ => return Corpus::Reject,
    }
    Corpus::Keep
});

/// Opens a token as each kind, and uses it as the functions do.
fn kinds(token: &str) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    let state = KEYS.open::<StateToken>(token, &CONTEXT);
    if let Ok((state, key)) = state {
        kinds.push(StateToken::LABEL);
        assert_eq!(state.check_fresh(NOW).is_ok(), NOW <= state.expires_at);
        let again = key.seal(&state, &CONTEXT).expect("sealed again");
        assert!(KEYS.open::<StateToken>(&again, &CONTEXT).is_ok());
        let _ = key.pkce_verifier(&state.id);
    }
    if let Ok((code, _)) = KEYS.open::<CodeToken>(token, &CONTEXT) {
        kinds.push(CodeToken::LABEL);
        let redeemed = code.redeem(&ADA, &PkceVerifier::from("a verifier".to_owned()), NOW);
        assert!(redeemed.is_err() || NOW <= code.expires_at);
        assert!(KEYS.sealing().seal(&code, &CONTEXT).is_ok());
    }
    if let Ok((set, _)) = KEYS.open::<TokenSet>(token, &CONTEXT) {
        kinds.push(TokenSet::LABEL);
        let _ = (set.is_due(NOW), set.has_ended(NOW));
        assert!(!set.differs_from(&set));
    }
    kinds
}

fn opens_as_nothing_else<T: Sealed>(inside: &[u8]) {
    let token = KEYS.sealing().seal(&Inside::<T>(inside, PhantomData), &CONTEXT).expect("sealed");
    assert!(kinds(&token).iter().all(|kind| *kind == T::LABEL));
    assert!(KEYS.open::<T>(&token, &["another client", CONTEXT[1]]).is_err());
}

/// Changes a genuine token in one or two places.
fn changed(changes: &[u8]) {
    let mut bytes = HONEST.clone().into_bytes();
    for change in changes.chunks_exact(2).take(2) {
        let at = usize::from(change[0]) % bytes.len();
        bytes[at] = change[1];
    }
    let Ok(text) = String::from_utf8(bytes) else { return };
    assert_eq!(KEYS.open::<StateToken>(&text, &CONTEXT).is_ok(), text == *HONEST, "{text}");
}
