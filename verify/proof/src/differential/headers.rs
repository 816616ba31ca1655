//! Generates headers that follow the grammar, bend it and break it. The same seed generates the same ones.

use fastrand::Rng;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Planted, as every secret of a proof.
pub const SECRET: &str = "absec_PLANTEDAppSecret";
/// The time at which the headers are verified.
pub const NOW: u64 = 1_800_000_000;
pub const USER: &str = "usr_ada";
pub const ACCOUNT: &str = "acct_alpine";

/// What is signed.
pub fn payload() -> String {
    format!(r#"{{"user_id":"{USER}","account_id":"{ACCOUNT}"}}"#)
}

pub fn generate(seed: u64, count: usize) -> Vec<String> {
    let mut rng = Rng::with_seed(seed);
    (0..count).map(|_| header(&mut rng)).collect()
}

fn header(rng: &mut Rng) -> String {
    let seconds = time(rng);
    let spelled = spelled(rng, seconds);
    // Some libraries check the signature of the text they read, some of the value they parsed.
    let signed = if rng.bool() { spelled.clone() } else { seconds.to_string() };
    let right = mac(SECRET, &signed, &payload());

    let mut items = vec![format!("t={spelled}")];
    if likely(rng, 10) {
        items.push(format!("t={}", time(rng)));
    }
    for _ in 0..rng.usize(0..3) {
        items.push(format!("{}={}", scheme(rng), value(rng, &right)));
    }
    if likely(rng, 85) {
        items.push(format!("v1={right}"));
    }
    if likely(rng, 10) {
        items.push(any(rng, &["", "t", "v1", "=", "==", "=x", "v1=x=y", "t=", "x=", "potato"]));
    }
    if likely(rng, 2) {
        items.extend(std::iter::repeat_n(format!("v1={}", "0".repeat(64)), 80));
    }
    if likely(rng, 30) {
        rng.shuffle(&mut items);
    }
    let separator =
        if likely(rng, 92) { ",".to_owned() } else { any(rng, &[", ", " ,", ";", ",,", "\n,", ",\t", "&"]) };
    let mut header = items.join(&separator);
    if likely(rng, 8) {
        let edge = any(rng, &[" ", "\t", ",", "\n", "\r\n", "\u{feff}", "\u{a0}", "="]);
        header = if rng.bool() { format!("{edge}{header}") } else { format!("{header}{edge}") };
    }
    if likely(rng, 8) { mistyped(rng, &header) } else { header }
}

fn time(rng: &mut Rng) -> u64 {
    match rng.u8(0..10) {
        0..=3 => NOW,
        4 => NOW - rng.u64(298..303),
        5 => NOW + rng.u64(58..63),
        6 => NOW + rng.u64(298..303),
        7 => NOW - 400 + rng.u64(0..800),
        8 => *rng.choice(&[NOW + 31_536_000, NOW - 31_536_000, u64::MAX, u64::MAX / 2]).unwrap_or(&NOW),
        _ => rng.u64(0..10),
    }
}

/// The same second in another spelling, or something that only looks like it.
fn spelled(rng: &mut Rng, seconds: u64) -> String {
    if likely(rng, 70) {
        return seconds.to_string();
    }
    let zero = |first: char| {
        move |digit: char| char::from_u32(first as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit)
    };
    let digits = seconds.to_string();
    match rng.u8(0..18) {
        0 => format!("+{digits}"),
        1 => format!("-{digits}"),
        2 => format!("0{digits}"),
        3 => format!(" {digits}"),
        4 => format!("{digits} "),
        5 => format!("\t{digits}"),
        6 => format!("{digits}.0"),
        7 => format!("{digits}.9"),
        8 => format!("{digits}e0"),
        9 => format!("0x{seconds:x}"),
        10 if digits.len() > 3 => format!("{}_{}", &digits[..1], &digits[1..]),
        11 => digits.chars().map(zero('０')).collect(),
        12 => digits.chars().map(zero('٠')).collect(),
        13 => format!("{digits}abc"),
        14 => format!("\u{2003}{digits}\u{a0}"),
        15 => format!("{digits}00000000000000000000"),
        16 => "NaN".to_owned(),
        _ => String::new(),
    }
}

fn scheme(rng: &mut Rng) -> String {
    if likely(rng, 60) {
        "v1".to_owned()
    } else {
        any(rng, &["v0", "v2", "V1", " v1", "v1 ", "v", "t", "T", "", "ｖ1", "v1\0"])
    }
}

/// A signature that is right, nearly right, or not a signature at all.
fn value(rng: &mut Rng, right: &str) -> String {
    match rng.u8(0..14) {
        0 | 1 => right.to_owned(),
        2 => mac("absec_PLANTEDAnother", &NOW.to_string(), &payload()),
        3 => mac(SECRET, &NOW.to_string(), "{}"),
        4 => right.to_uppercase(),
        5 => right[..63].to_owned(),
        6 => format!("{right}0"),
        7 => format!("{right} "),
        8 => format!(" {right}"),
        9 => format!("{right}="),
        10 => format!("0x{right}"),
        11 => "é".repeat(32),
        12 => "g".repeat(64),
        _ => String::new(),
    }
}

/// One character more, less, or different.
fn mistyped(rng: &mut Rng, header: &str) -> String {
    let mut characters: Vec<_> = header.chars().collect();
    let at = rng.usize(0..characters.len().max(1)).min(characters.len().saturating_sub(1));
    let odd = *rng
        .choice(&['0', 'f', ',', '=', ' ', 't', 'v', '\0', 'é', '\u{202e}', '\u{10ffff}'])
        .unwrap_or(&'0');
    match rng.u8(0..3) {
        _ if characters.is_empty() => {}
        0 => characters[at] = odd,
        1 => characters.insert(at, odd),
        _ => drop(characters.remove(at)),
    }
    characters.into_iter().collect()
}

fn likely(rng: &mut Rng, percent: u8) -> bool {
    rng.u8(0..100) < percent
}

fn any(rng: &mut Rng, of: &[&str]) -> String {
    rng.choice(of).copied().unwrap_or_default().to_owned()
}

fn mac(secret: &str, time: &str, payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{time}.{payload}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
