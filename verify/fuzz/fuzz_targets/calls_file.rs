//! Files of declared calls: what is accepted leads below its base and nowhere else, and each mistake has a key and a reason.
//!
//! Input: a file.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fuzz::part;
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Value, json};
use shared::http::Timeouts;
use shared::provider::{CallRequest, Calls, Kept};
use shared::{Http, Owner, Provider};
use url::Url;

const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/calls/provider.json");

static DESCRIBED: LazyLock<Provider> = LazyLock::new(|| {
    let settings = [("PROVIDER_FILE", PROVIDER), ("THIRD_PARTY_URL_BASE", "https://provider.example.com")];
    part(&settings, |settings, _| Some(Provider::from_settings(settings)))
});
static HTTP: LazyLock<Http> = LazyLock::new(|| Http::new(Timeouts::default()));

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    for owner in [Owner::User, Owner::Account] {
        match Calls::read_text(text, &DESCRIBED, owner).expect("a description") {
            Ok(calls) => check(text, &calls),
            Err(mistakes) => {
                assert!(!mistakes.is_empty());
                assert!(mistakes.iter().all(|(what, why)| what.starts_with("calls.json") && !why.is_empty()));
            }
        }
    }
    Corpus::Keep
});

/// Fills in each call with values of its types.
fn check(text: &str, calls: &Calls) {
    let file: Value = serde_json::from_str(text).expect("what was accepted is JSON");
    let base = file["base"].as_str().expect("a base").replace("{kept.instance}", "https://acme.example.com");
    let base = Url::parse(&base).expect("an address").to_string();
    let kept = |names: &[(&str, &str)]| -> BTreeMap<String, String> {
        names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let callback = kept(&[("realmId", "1"), ("instance", "https://evil.example.com")]);
    let granted = kept(&[("team", "T1"), ("instance", "https://acme.example.com")]);
    for (name, declared) in file["calls"].as_object().expect("calls") {
        let call = calls.find(name).unwrap_or_else(|_| panic!("{name} is declared"));
        let request = json!({ "call": name, "parameters": values(&declared["parameters"]) });
        let request =
            [&request, &with(&request, "body", json!({}))].map(|it| CallRequest::parse(&it.to_string()));
        for request in request.into_iter().flatten() {
            let kept = Kept { callback: &callback, granted: &granted };
            let Ok(filled) = calls.fill(call, &request, kept, Some("1")) else { continue };
            let sent = filled.request(&HTTP).build().expect("a request");
            let end = sent.url().as_str().strip_prefix(base.trim_end_matches('/'));
            assert!(end.is_some_and(|end| end.starts_with('/')), "{} is not below {base}", sent.url());
            assert!(sent.url().fragment().is_none() && sent.url().username().is_empty());
            assert!(!sent.headers().contains_key("authorization") && !sent.headers().contains_key("host"));
        }
    }
}

fn values(declared: &Value) -> Value {
    let value = |declared: &Value| match declared["type"].as_str() {
        Some("integer") => json!(1),
        Some("date") => json!("2026-11-26"),
        Some("email") => json!("a@example.com"),
        _ if declared["one_of"].is_array() => declared["one_of"][0].clone(),
        _ => json!("a"),
    };
    let values = declared.as_object().into_iter().flatten();
    Value::Object(values.map(|(name, declared)| (name.clone(), value(declared))).collect())
}

fn with(request: &Value, name: &str, value: Value) -> Value {
    let mut request = request.clone();
    request[name] = value;
    request
}
