use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::error::Error;
use crate::pkce;
use crate::stripe_user::{Mode, StripeUser};

const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const CONTEXT: [&str; 2] = ["client", "https://api.example.com/api/oauth/authorize"];
const NOW: u64 = 1_700_000_000;

fn keys(list: &str) -> SealingKeys {
    SealingKeys::parse(&SecretString::from(list)).expect("valid keys")
}

fn user(name: &str) -> StripeUser {
    StripeUser::verified("acct_1".to_owned(), name.to_owned(), Some(Mode::Test))
}

fn state() -> StateToken {
    let session = Session { state: "s".repeat(160), challenge: "c".repeat(43) };
    StateToken::begin(user("usr_1"), Some(session), NOW).unwrap()
}

fn code() -> CodeToken {
    let challenge = pkce::challenge(&SecretString::from("verifier"));
    CodeToken::new(
        [7; 16],
        user("usr_1"),
        challenge,
        SecretString::from("planted-code"),
        BTreeMap::new(),
        NOW,
    )
}

#[test]
fn what_was_sealed_opens_again() {
    let keys = keys(OLD);
    let sealed = keys.sealing().seal(&state(), &CONTEXT).unwrap();
    let (opened, _) = keys.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    assert!(opened.user == user("usr_1"));
    assert_eq!(opened.session.unwrap().state, "s".repeat(160));
}

#[test]
fn a_state_stays_short_enough_for_a_provider() {
    let sealed = keys(OLD).sealing().seal(&state(), &CONTEXT).unwrap();
    assert!(sealed.len() <= 400, "{} characters", sealed.len());
}

#[test]
fn no_token_opens_as_another_kind_or_elsewhere() {
    let keys = keys(OLD);
    let sealed = keys.sealing().seal(&code(), &CONTEXT).unwrap();
    assert!(keys.open::<CodeToken>(&sealed, &CONTEXT).is_some());
    assert!(keys.open::<StateToken>(&sealed, &CONTEXT).is_none());
    assert!(keys.open::<CodeToken>(&sealed, &["other", CONTEXT[1]]).is_none());
    assert!(keys.open::<CodeToken>(&sealed, &["clienthttps", &CONTEXT[1][5..]]).is_none());
    assert!(keys.open::<CodeToken>(&sealed, &[]).is_none());
}

#[test]
fn the_code_inside_cannot_be_read() {
    let sealed = keys(OLD).sealing().seal(&code(), &CONTEXT).unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
    assert!(!bytes.windows(12).any(|window| window == b"planted-code"));
}

#[test]
fn while_a_key_is_rolled_both_open_and_the_first_seals() {
    let by_old = keys(OLD).sealing().seal(&state(), &CONTEXT).unwrap();
    let both = keys(&format!("{NEW},{OLD}"));
    let by_both = both.sealing().seal(&state(), &CONTEXT).unwrap();
    assert!(both.open::<StateToken>(&by_old, &CONTEXT).is_some());
    assert!(keys(NEW).open::<StateToken>(&by_both, &CONTEXT).is_some());
    assert!(keys(NEW).open::<StateToken>(&by_old, &CONTEXT).is_none());
}

#[test]
fn the_pkce_verifier_is_the_same_for_whoever_opened_the_state() {
    let before = keys(OLD);
    let sealed = before.sealing().seal(&state(), &CONTEXT).unwrap();
    let (opened, _) = before.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    let verifier = before.sealing().pkce_verifier(&opened.id);
    assert_eq!(verifier.expose_secret().len(), 43);

    let after = keys(&format!("{NEW},{OLD}"));
    let (opened, key) = after.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    assert_eq!(key.pkce_verifier(&opened.id).expose_secret(), verifier.expose_secret());
    assert_ne!(after.sealing().pkce_verifier(&opened.id).expose_secret(), verifier.expose_secret());
}

#[test]
fn a_code_is_for_one_user_and_one_session_and_not_for_long() {
    let (code, verifier) = (code(), SecretString::from("verifier"));
    assert_eq!(code.redeem(&user("usr_1"), &verifier, NOW + 180).unwrap().expose_secret(), "planted-code");
    let other_mode = StripeUser::verified("acct_1".to_owned(), "usr_1".to_owned(), Some(Mode::Live));
    let other_account = StripeUser::verified("acct_2".to_owned(), "usr_1".to_owned(), Some(Mode::Test));
    for other in [user("usr_2"), other_mode, other_account] {
        assert_eq!(code.redeem(&other, &verifier, NOW).err(), Some(Error::IdentityMismatch));
    }
    assert_eq!(
        code.redeem(&user("usr_1"), &SecretString::from("x"), NOW).err(),
        Some(Error::IdentityMismatch)
    );
    assert_eq!(code.redeem(&user("usr_1"), &verifier, NOW + 181).err(), Some(Error::StateExpired));
}

#[test]
fn a_state_is_not_for_long() {
    assert!(state().check_fresh(NOW + 600).is_ok());
    assert_eq!(state().check_fresh(NOW + 601), Err(Error::StateExpired));
}

#[test]
fn keys_that_cannot_be_right_stop_the_start() {
    let zeros = BASE64_STANDARD.encode([0; 32]);
    for wrong in ["", ",", "AQEB", "not base64", &zeros, &format!("{OLD},"), &format!("{OLD}{OLD}")] {
        assert!(SealingKeys::parse(&SecretString::from(wrong)).is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn a_token_changed_anywhere_does_not_open(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let keys = keys(OLD);
        let sealed = keys.sealing().seal(&state(), &CONTEXT).unwrap();
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(keys.open::<StateToken>(&BASE64_URL_SAFE_NO_PAD.encode(&bytes), &CONTEXT).is_none());
        bytes.truncate(at);
        prop_assert!(keys.open::<StateToken>(&BASE64_URL_SAFE_NO_PAD.encode(&bytes), &CONTEXT).is_none());
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", bytes in any::<Vec<u8>>()) {
        prop_assert!(keys(OLD).open::<StateToken>(&text, &[]).is_none());
        prop_assert!(keys(OLD).open::<CodeToken>(&BASE64_URL_SAFE_NO_PAD.encode(bytes), &[]).is_none());
    }
}
