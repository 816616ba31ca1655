//! How long single parts take, measured with Criterion: `cargo bench -p bench --features parts`. Each is
//! called as the functions call it, with the settings that would come from SSM in the environment.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use shared::http::{Http, Timeouts};
use shared::provider::{AuthorizationEndpoint, UserinfoEndpoint};
use shared::sealed::{SealingKeys, Session, StateToken};
use shared::settings::{Settings, Source};
use shared::signed_request::Verifier;
use shared::{Clock, LinkScope, Provider};

const NOW: u64 = 1_800_000_000;

/// Builds a part from settings.
fn part<T>(settings: &[(&'static str, &str)], build: impl FnOnce(&mut Settings) -> Option<T>) -> T {
    load(&source(settings), build)
}

fn source(settings: &[(&'static str, &str)]) -> Source {
    let http = Http::new(Timeouts::default());
    Source::new(settings.iter().copied().collect(), &http, Clock::system())
}

/// Nothing to wait for: no secret is in SSM.
fn load<T>(source: &Source, build: impl FnOnce(&mut Settings) -> Option<T>) -> T {
    source.load(build).now_or_never().expect("an outcome at once").expect("settings")
}

/// The article's `state`, with one `v1` for each secret.
fn signed_state(secrets: &[&[u8]]) -> String {
    let payload = r#"{"user_id":"usr_Lq3EXAMPLE8x","account_id":"acct_1032D82eZvKYlo2C"}"#;
    let signatures = secrets.iter().map(|secret| {
        let mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
        hex::encode(mac.chain_update(format!("{NOW}.{payload}")).finalize().into_bytes())
    });
    let signature = signatures.fold(format!("t={NOW}"), |header, v1| header + ",v1=" + &v1);
    json!({
        "userId": "usr_Lq3EXAMPLE8x",
        "accountId": "acct_1032D82eZvKYlo2C",
        "signature": signature,
    })
    .to_string()
}

/// While a secret is rolled: two secrets, two signatures, and only the last pair matches. Parsing the JSON
/// around them is included.
fn signature(criterion: &mut Criterion) {
    let verifier = part(&[("STRIPE_APP_SECRET", "absec_new,absec_old")], Verifier::from_settings);
    let state = signed_state(&[b"absec_other", b"absec_old"]);
    assert!(verifier.extract_state(&state, NOW).is_ok());
    criterion.bench_function("verify a signature: two secrets, two v1", |bencher| {
        bencher.iter(|| verifier.extract_state(black_box(&state), NOW).is_ok());
    });
}

fn sealing(criterion: &mut Criterion) {
    let key = "c2FuZGJveHNhbmRib3hzYW5kYm94c2FuZGJveHNhbmQ=";
    let keys = part(&[("SEALING_KEY", key)], SealingKeys::from_settings);
    let verifier = part(&[("STRIPE_APP_SECRET", "absec_new")], Verifier::from_settings);
    let user = verifier.extract_state(&signed_state(&[b"absec_new"]), NOW).expect("a user");
    let linker = LinkScope::User.linker_without_role(user).expect("their own link");
    let context = ["custom", "client", "https://api.example.com/api/oauth/authorize"];
    let session = Session { state: "S".repeat(43), challenge: "C".repeat(43) };
    let token = StateToken::begin(&linker, Some(session), NOW).expect("random bytes");
    let sealed = keys.sealing().seal(&token, &context).expect("random bytes");
    assert!(keys.open::<StateToken>(&sealed, &context).is_ok());
    criterion.bench_function("seal a state", |bencher| {
        bencher.iter(|| keys.sealing().seal(black_box(&token), &context).is_ok());
    });
    criterion.bench_function("open a state", |bencher| {
        bencher.iter(|| keys.open::<StateToken>(black_box(&sealed), &context).is_ok());
    });
}

/// What a function reads from a preset at startup.
fn preset(criterion: &mut Criterion) {
    let http = Http::new(Timeouts::default());
    let settings = [
        ("PROVIDER", "slack"),
        ("THIRD_PARTY_CLIENT_ID", "client"),
        ("API_HOST_URL", "https://api.example.com"),
    ];
    let source = source(&settings);
    criterion.bench_function("read a preset: authorization endpoint", |bencher| {
        bencher.iter(|| {
            load(&source, |settings| {
                let provider = Provider::from_settings(settings);
                AuthorizationEndpoint::from_settings(settings, &provider)
            })
        });
    });
    criterion.bench_function("read a preset: userinfo endpoint", |bencher| {
        bencher.iter(|| {
            load(&source, |settings| {
                let provider = Provider::from_settings(settings);
                UserinfoEndpoint::from_settings(settings, &provider, &http)
            })
        });
    });
}

criterion_group!(parts, signature, sealing, preset);
criterion_main!(parts);
