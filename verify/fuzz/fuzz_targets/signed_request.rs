//! Signed requests in their three forms: only users whose ids Stripe signed for this purpose are let in.
//!
//! Input: a method, headers one per line, an empty line, the body; `$` is replaced by the right signature of the payload.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fuzz::signature::{RIGHT, sign};
use fuzz::{NOW, RUNTIME, environment};
use lambda_http::Context;
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Value, json};
use shared::http::Timeouts;
use shared::lambda::{Function, Lambda};
use shared::signed_request::Verifier;
use shared::{Clock, Http, Invocation, Response, Settings, response};

/// Answers with the signer.
struct Whoever(Verifier);

impl Function for Whoever {
    const ENDPOINTS: &'static [&'static str] = &["whoever"];

    fn from_settings(settings: &mut Settings, _: &Http) -> Option<Self> {
        Verifier::from_settings(settings).map(Self)
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        match self.0.extract(invocation, "userinfo") {
            Ok(signed) => {
                let purpose = signed.payload::<Value>().map(|payload| payload["purpose"].clone());
                let (user, account) = (signed.user.user(), signed.user.account());
                response::ok(&json!({ "user": user, "account": account, "purpose": purpose.ok() }))
            }
            Err(error) => error.to_json(&invocation.request_id),
        }
    }
}

static LAMBDA: LazyLock<Lambda<Whoever>> = LazyLock::new(|| {
    let started = Lambda::start(environment(&[]), Clock::from_fn(|| NOW), Timeouts::default());
    RUNTIME.block_on(started).expect("a function")
});

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let Some((head, body)) = text.split_once("\n\n") else { return Corpus::Reject };
    let mut lines = head.lines();
    let method = lines.next().unwrap_or_default();
    let mut headers = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.entry(name.to_lowercase()).or_default().push(value.trim().to_owned());
    }

    let payload = signed_payload(method, &headers, body);
    let right = sign(&NOW.to_string(), &payload);
    let put = |text: &str| text.replace(RIGHT, &right);
    let asked = text.contains(RIGHT);
    let headers: BTreeMap<_, Vec<_>> = headers
        .iter()
        .map(|(name, values)| (name, values.iter().map(|value| put(value)).collect()))
        .collect();
    // The body form signs the body itself; in an envelope, the signature is next to the payload.
    let body = if is_envelope(body) { put(body) } else { body.to_owned() };

    // A REST API's event, the only kind that can repeat a header.
    let event = json!({
        "resource": "/{proxy+}", "path": "/api/oauth/whoever", "httpMethod": method,
        "multiValueHeaders": headers, "requestContext": { "httpMethod": method, "path": "/api/oauth/whoever" },
        "body": body, "isBase64Encoded": false,
    });
    let answer = RUNTIME.block_on(LAMBDA.answer(&event.to_string(), Context::default()));

    assert!([200, 400].contains(&answer.status_code), "{}", answer.body);
    if answer.status_code == 200 {
        let seen: Value = serde_json::from_str(&answer.body).expect("JSON");
        let signed: Value = serde_json::from_str(&payload).expect("what was signed is JSON");
        assert!(asked, "let in without a signature: {text}");
        assert_eq!((&seen["user"], &seen["account"]), (&signed["user_id"], &signed["account_id"]));
        assert!(method == "GET" || seen["purpose"] == "userinfo", "{text}");
    }
    Corpus::Keep
});

fn is_envelope(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|body| body["payload"].is_string())
}

/// What Stripe would have signed of this request.
fn signed_payload(method: &str, headers: &BTreeMap<String, Vec<String>>, body: &str) -> String {
    let id = |name: &str| headers.get(name).and_then(|values| values.first()).map_or("", String::as_str);
    if method == "GET" {
        return format!(
            r#"{{"user_id":"{}","account_id":"{}"}}"#,
            id("stripe-user-id"),
            id("stripe-account-id")
        );
    }
    let envelope = serde_json::from_str::<Value>(body).unwrap_or_default();
    envelope["payload"].as_str().unwrap_or(body).to_owned()
}
