//! Known results, measured with Stripe's five official libraries; ours is the strictest of them.

use proptest::prelude::*;

use super::*;

const SECRET: &str = "absec_test_secret";
const TIME: UnixSeconds = 1_700_000_000;
const PAYLOAD: &str = r#"{"user_id":"usr_K6yd2CbXLO9A5G","account_id":"acct_1JSkf6FRwUQjTSJE"}"#;
const GOOD: &str = "95d377f7216b002bc8462ad7ad1c21ae33f54bfd7f12f1fe86f43cfd56123df3";

fn secrets(list: &str) -> AppSecrets {
    AppSecrets::parse(&SecretString::from(list)).expect("valid secrets")
}

fn verdict(header: &str) -> Result<UnixSeconds, Refusal> {
    secrets(SECRET).verify(header, PAYLOAD.as_bytes(), TIME + 10)
}

fn mac(secret: &str, time: &str, payload: &str) -> String {
    let key: Hmac<Sha256> = Hmac::new_from_slice(secret.as_bytes()).unwrap();
    hex::encode(key.chain_update(format!("{time}.{payload}")).finalize().into_bytes())
}

/// A header whose signature is valid for exactly the `t` in it.
fn signed_at(time: &str) -> String {
    format!("t={time},v1={}", mac(SECRET, time, PAYLOAD))
}

#[test]
fn a_valid_signature_is_accepted() {
    assert_eq!(verdict(&format!("t={TIME},v1={GOOD}")), Ok(TIME));
}

#[test]
fn accepted_forms() {
    for header in [
        format!("v1={GOOD},t={TIME}"),
        format!("t={TIME},v0={GOOD},v1={GOOD}"),
        format!("t={TIME},v1={GOOD},v1={}", "0".repeat(64)),
        format!("t={TIME},v1={},v1={GOOD}", "0".repeat(64)),
        format!("t={TIME},v1=,v1={GOOD}"),
        format!("t={TIME},v1=é{},v1={GOOD}", "0".repeat(62)),
        format!("t={TIME},v1={GOOD},v1=potato"),
    ] {
        assert_eq!(verdict(&header), Ok(TIME), "{header}");
    }
}

#[test]
fn malformed_forms() {
    let malformed = [
        String::new(),
        "nonsense".to_owned(),
        format!("t={TIME}"),
        format!("v1={GOOD}"),
        format!("t={TIME},v0={GOOD}"),
        format!("t=,v1={GOOD}"),
        signed_at("abc"),
        format!("t=abc,v1={}", "4ce137a678fd4bb5736642489262ad4df92d9412cc0cb6b4401f4d0eb2cbe286"),
        format!(" t={TIME},v1={GOOD}"),
        format!("t={TIME}x,v1={GOOD}"),
        format!("t={TIME}.9,v1={GOOD}"),
        signed_at(&format!("{TIME}.0")),
        signed_at(&format!("+{TIME}")),
        signed_at(&format!("0{TIME}")),
        signed_at(&format!(" {TIME}")),
        signed_at("-1"),
        signed_at("0x6553f100"),
        signed_at("99999999999999999999999999"),
        format!("t=1,t={TIME},v1={GOOD}"),
        format!("t={TIME},t=1,v1={GOOD}"),
        format!("t={TIME},v1={GOOD}="),
        format!("t={TIME},v1={GOOD}=x"),
        format!("t={TIME},v1={GOOD},"),
        format!("t={TIME},v1={GOOD},v1"),
        format!("t={TIME};v1={GOOD}"),
        format!("T={TIME},v1={GOOD}"),
        format!("t={TIME},V1={GOOD}"),
        format!("t={TIME}, v1={GOOD}"),
        format!("t={TIME},v1={GOOD}{}", ",v1=0".repeat(2000)),
    ];
    for header in malformed {
        assert_eq!(verdict(&header), Err(Refusal::Malformed), "{header:.120}");
    }
}

#[test]
fn signatures_that_do_not_match() {
    for value in [
        "bad_signature".to_owned(),
        GOOD[..63].to_owned(),
        format!("{GOOD}0"),
        GOOD.to_uppercase(),
        format!("{GOOD} ,v0=x"),
        "g".repeat(64),
        "é".repeat(32),
        String::new(),
    ] {
        assert_eq!(verdict(&format!("t={TIME},v1={value}")), Err(Refusal::Mismatch), "{value}");
    }
}

#[test]
fn the_payload_is_verified_byte_for_byte() {
    let header = format!("t={TIME},v1={GOOD}");
    for other in [
        r#"{"account_id":"acct_1JSkf6FRwUQjTSJE","user_id":"usr_K6yd2CbXLO9A5G"}"#,
        r#"{"user_id": "usr_K6yd2CbXLO9A5G", "account_id": "acct_1JSkf6FRwUQjTSJE"}"#,
        "",
    ] {
        assert_eq!(
            secrets(SECRET).verify(&header, other.as_bytes(), TIME),
            Err(Refusal::Mismatch),
            "{other}"
        );
    }
    for (payload, signature) in [
        (r#"{"n":"é✓"}"#, "41b6bbf105e6c34007f47e38920921b1bdd0cd77bdae870ad036ad6c22672102"),
        (
            r#"{"mode":"test","user_id":"usr_1","account_id":"acct_1"}"#,
            "e55c2728118070d2039dcffa06db8340a9f55e419a14d54652b83e20a7b24212",
        ),
        (r#"{"account_id":"acct_1"}"#, "4c8c4e1facbf406ccfce0d52ef80bdf523126cab1a3e5afd21592615d577bbe7"),
    ] {
        let header = format!("t={TIME},v1={signature}");
        assert_eq!(secrets(SECRET).verify(&header, payload.as_bytes(), TIME), Ok(TIME), "{payload}");
    }
}

#[test]
fn age_has_an_end_in_both_directions() {
    let header = format!("t={TIME},v1={GOOD}");
    for (now, expected) in [
        (TIME + 300, Ok(TIME)),
        (TIME + 301, Err(Refusal::TooOld)),
        (TIME + 31_536_000, Err(Refusal::TooOld)),
        (TIME - 60, Ok(TIME)),
        (TIME - 61, Err(Refusal::FromTheFuture)),
        (0, Err(Refusal::FromTheFuture)),
    ] {
        assert_eq!(secrets(SECRET).verify(&header, PAYLOAD.as_bytes(), now), expected, "{now}");
    }
}

#[test]
fn while_a_secret_is_rolled_either_one_verifies() {
    let both = format!(
        "t={TIME},v1={},v1={}",
        mac("absec_old", &TIME.to_string(), PAYLOAD),
        mac("absec_new", &TIME.to_string(), PAYLOAD)
    );
    for configured in ["absec_old", "absec_new", "absec_old,absec_new", "absec_new,absec_old"] {
        assert_eq!(secrets(configured).verify(&both, PAYLOAD.as_bytes(), TIME), Ok(TIME), "{configured}");
    }
    assert_eq!(secrets("absec_other").verify(&both, PAYLOAD.as_bytes(), TIME), Err(Refusal::Mismatch));
}

#[test]
fn an_impossible_secret_fails_the_start() {
    for wrong in
        ["", " ", "absec_", "whsec_x", "sk_test_x", "absec_x,", "absec_x, absec_y", "absec_x\n", "x,absec_y"]
    {
        assert!(AppSecrets::parse(&SecretString::from(wrong)).is_none(), "{wrong:?}");
        let mut settings = Settings::of(&[("STRIPE_APP_SECRET", wrong)]);
        assert!(AppSecrets::from_settings(&mut settings).is_none());
        assert!(settings.problems()[0].starts_with("STRIPE_APP_SECRET"));
    }
}

/// Pieces that a header may be made of, including near misses.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("t={TIME}")),
        Just(format!("v0={GOOD}")),
        Just(format!("v1={}", GOOD.to_uppercase())),
        "t=[0-9+. x-]{0,12}",
        "v1=[0-9a-fA-Fg]{60,66}",
        "[tv10= \t]{0,6}",
        "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_only_a_valid_mac_passes(
        pieces in prop::collection::vec(piece(), 0..6),
        payload in "\\PC{0,40}",
        now in any::<u64>(),
    ) {
        let header = pieces.join(",");
        prop_assert!(secrets(SECRET).verify(&header, payload.as_bytes(), now).is_err());
    }

    #[test]
    fn arbitrary_headers_never_panic(header in any::<String>(), payload in any::<Vec<u8>>(), now in any::<u64>()) {
        prop_assert!(secrets(SECRET).verify(&header, &payload, now).is_err());
    }

    #[test]
    fn a_valid_mac_passes_in_any_position(
        before in prop::collection::vec("v1=[0-9a-f]{64}|v[02-9]=[a-z]{0,9}", 0..4),
        after in prop::collection::vec("v1=[0-9a-f]{0,70}|x=[a-z]{0,9}", 0..4),
        payload in "\\PC{0,200}",
        age in 0u64..=300,
    ) {
        let mut items = vec![format!("t={TIME}")];
        items.extend(before);
        items.push(format!("v1={}", mac(SECRET, &TIME.to_string(), &payload)));
        items.extend(after);
        prop_assert_eq!(secrets(SECRET).verify(&items.join(","), payload.as_bytes(), TIME + age), Ok(TIME));
    }

    #[test]
    fn one_changed_bit_of_the_signature_fails(bit in 0usize..256) {
        let mut bytes = hex::decode(GOOD).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verdict(&format!("t={TIME},v1={}", hex::encode(bytes))), Err(Refusal::Mismatch));
    }
}
