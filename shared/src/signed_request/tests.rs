use lambda_http::Body;
use lambda_http::http::Request;
use proptest::prelude::*;

use super::*;
use crate::http::Deadline;

const SECRET: &str = "absec_test";
const NOW: UnixSeconds = 1_700_000_000;
const HEADERS: &str = r#"{"user_id":"usr_1","account_id":"acct_1"}"#;
const LOGOUT: &str = r#"{"purpose":"logout","mode":"test","user_id":"usr_1","account_id":"acct_1"}"#;

fn verifier() -> Verifier {
    Verifier::from_settings(&mut Settings::of(&[("STRIPE_APP_SECRET", SECRET)])).unwrap()
}

fn sign(payload: &str) -> String {
    use hmac::{KeyInit, Mac};
    let key: hmac::Hmac<sha2::Sha256> = hmac::Hmac::new_from_slice(SECRET.as_bytes()).unwrap();
    let mac = key.chain_update(format!("{NOW}.{payload}")).finalize().into_bytes();
    format!("t={NOW},v1={}", hex::encode(mac))
}

fn invocation(method: &str, headers: &[(&str, &[u8])], body: impl Into<Body>) -> Invocation {
    invocation_at(NOW, method, headers, body)
}

fn invocation_at(
    now: UnixSeconds,
    method: &str,
    headers: &[(&str, &[u8])],
    body: impl Into<Body>,
) -> Invocation {
    let mut request = Request::builder().method(method).uri("/api/oauth/logout");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let deadline = Deadline::after(std::time::Duration::from_secs(1));
    Invocation::new(
        request.body(body.into()).unwrap(),
        crate::Clock::from_fn(move || now),
        deadline,
        String::new(),
    )
}

fn get(signature: &str, user: &str, account: &str) -> Result<SignedRequest, Error> {
    let headers = [
        ("stripe-signature", signature.as_bytes()),
        ("stripe-user-id", user.as_bytes()),
        ("stripe-account-id", account.as_bytes()),
    ];
    verifier().extract(&invocation("GET", &headers, ""), "logout")
}

fn post(payload: &str, signature: &str) -> Result<SignedRequest, Error> {
    let headers =
        [("content-type", "application/json".as_bytes()), ("stripe-signature", signature.as_bytes())];
    verifier().extract(&invocation("POST", &headers, payload), "logout")
}

fn text(body: impl Into<Body>) -> Result<SignedRequest, Error> {
    let headers = [("content-type", "text/plain;charset=UTF-8".as_bytes())];
    verifier().extract(&invocation("POST", &headers, body), "logout")
}

fn envelope(payload: &str, signature: &str) -> String {
    serde_json::json!({ "payload": payload, "signature": signature }).to_string()
}

fn refusal(result: Result<SignedRequest, Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "taken")
}

#[test]
fn the_three_forms_yield_the_same_user() {
    let by_headers = get(&sign(HEADERS), "usr_1", "acct_1").ok().unwrap();
    let by_body = post(LOGOUT, &sign(LOGOUT)).ok().unwrap();
    let by_envelope = text(envelope(LOGOUT, &sign(LOGOUT))).ok().unwrap();
    for signed in [&by_headers, &by_body, &by_envelope] {
        assert_eq!((signed.user.user(), signed.user.account()), ("usr_1", "acct_1"));
    }
    assert_eq!(by_headers.user.mode(), None);
    assert_eq!(by_body.user.mode(), Some(Mode::Test));
    assert!(by_body.user == by_envelope.user);
}

/// A payload for `logout` with this text as its `stripe_roles`.
fn with_roles(roles: &str) -> Result<SignedRequest, Error> {
    let payload =
        format!(r#"{{"purpose":"logout","stripe_roles":{roles},"user_id":"usr_1","account_id":"acct_1"}}"#);
    post(&payload, &sign(&payload))
}

#[test]
fn roles_are_read_as_stripe_signs_them() {
    let signed = with_roles(r#"[{"id":"admin","type":"builtIn","name":"Administrator"},{"more":[1]}]"#);
    let signed = signed.ok().unwrap();
    let [role, empty] = signed.roles() else { panic!("two roles") };
    let fields = [&role.r#type, &role.id, &role.name].map(|field| field.as_deref().unwrap());
    assert_eq!(fields, ["builtIn", "admin", "Administrator"]);
    assert!(empty.r#type.is_none() && empty.id.is_none() && empty.name.is_none());
    for none in ["null", "[]"] {
        assert!(with_roles(none).is_ok_and(|signed| signed.roles().is_empty()), "{none}");
    }
    let most = format!("[{}]", vec![r#"{"id":"a"}"#; 32].join(","));
    assert!(with_roles(&most).is_ok_and(|signed| signed.roles().len() == 32));
}

#[test]
fn what_is_no_list_of_roles_is_refused() {
    let long = format!(r#"[{{"name":"{}"}}]"#, "a".repeat(256));
    let many = format!("[{}]", vec![r#"{"id":"a"}"#; 33].join(","));
    for roles in [
        r#"[["builtIn","admin","Administrator"]]"#,
        r#"{"id":"admin","type":"builtIn","name":"Administrator"}"#,
        r#""[{\"id\":\"admin\"}]""#,
        r#"["admin"]"#,
        "[null]",
        "1",
        r#"[{"id":"view_only","id":"admin","type":"builtIn","name":"Administrator"}]"#,
        r#"[{"id":"admin"}],"stripe_roles":[]"#,
        r#"[{"id":"admin"}],"other":{"a":[{"b":1,"b":2}]}"#,
        &long,
        &many,
    ] {
        assert_eq!(refusal(with_roles(roles)), "bad_request", "{roles}");
    }
}

#[test]
fn the_articles_state_yields_the_user() {
    let state = |user: &str, account: &str, signature: &str| {
        let state =
            serde_json::json!({ "userId": user, "accountId": account, "signature": signature }).to_string();
        verifier().extract_state(&state, NOW).map(|user| user.user().to_owned()).map_err(|error| error.code())
    };
    assert_eq!(state("usr_1", "acct_1", &sign(HEADERS)), Ok("usr_1".to_owned()));
    assert_eq!(state("usr_2", "acct_1", &sign(HEADERS)), Err("signature_invalid"));
    assert_eq!(state("usr_1", "acct_1", ""), Err("signature_missing"));
    assert_eq!(
        verifier().extract_state("nonsense", NOW).err(),
        Some(Error::BadRequest("state must be the JSON {\"userId\",\"accountId\",\"signature\"}."))
    );
}

#[test]
fn missing_parts_are_reported_as_missing() {
    assert_eq!(refusal(get("", "usr_1", "acct_1")), "signature_missing");
    assert_eq!(refusal(get(&sign(HEADERS), " ", "acct_1")), "signature_missing");
    assert_eq!(refusal(get(&sign(HEADERS), "usr_1", "")), "signature_missing");
    assert_eq!(refusal(post(LOGOUT, "")), "signature_missing");
    assert_eq!(refusal(text(envelope(LOGOUT, ""))), "signature_missing");
    assert_eq!(refusal(text("")), "signature_missing");
    let nobody = r#"{"purpose":"logout","account_id":"acct_1"}"#;
    assert_eq!(refusal(post(nobody, &sign(nobody))), "signature_missing");
}

#[test]
fn only_the_signed_user_is_believed() {
    let signature = sign(HEADERS);
    assert_eq!(refusal(get(&signature, "usr_2", "acct_1")), "signature_invalid");
    assert_eq!(refusal(get(&signature, "usr_1", "acct_2")), "signature_invalid");
    assert_eq!(refusal(get(&signature, "usr_1\",\"x\":\"", "acct_1")), "signature_invalid");
    assert_eq!(refusal(post(LOGOUT, &signature)), "signature_invalid");
    let (header, user, account) = ("stripe-signature", "stripe-user-id", "stripe-account-id");
    let right: [(&str, &[u8]); 3] = [(header, signature.as_bytes()), (user, b"usr_1"), (account, b"acct_1")];
    for extra in [(header, signature.as_bytes()), (user, b"usr_1".as_slice()), (account, b"acct_2")] {
        let twice = invocation("GET", &[&right[..], &[extra]].concat(), "");
        assert_eq!(refusal(verifier().extract(&twice, "logout")), "signature_invalid");
    }
    let not_text = invocation("GET", &[(header, b"t=\xff"), right[1], right[2]], "");
    assert_eq!(refusal(verifier().extract(&not_text, "logout")), "signature_invalid");
}

#[test]
fn a_signature_is_valid_only_for_its_purpose() {
    for purpose in ["login", "complete", "userinfo", "shopping", ""] {
        let payload = LOGOUT.replace("logout", purpose);
        assert_eq!(refusal(post(&payload, &sign(&payload))), "signature_invalid", "{purpose}");
    }
    // Nor does one captured from a GET, which names no purpose, work for a POST.
    assert_eq!(refusal(post(HEADERS, &sign(HEADERS))), "signature_invalid");
}

#[test]
fn signed_nonsense_is_a_bad_request() {
    for payload in [
        "",
        "[]",
        "nonsense",
        r#"{"purpose":"logout","user_id":"usr_1","user_id":"usr_2","account_id":"acct_1"}"#,
        r#"{"purpose":"logout","user_id":"usr_","account_id":"acct_1"}"#,
        r#"{"purpose":"logout","user_id":"usr_1","account_id":"cus_1"}"#,
        r#"{"purpose":"logout","user_id":7,"account_id":"acct_1"}"#,
        r#"{"purpose":"logout","mode":"prod","user_id":"usr_1","account_id":"acct_1"}"#,
        r#"{"purpose":"logout","mode":"sandbox","user_id":"usr_1","account_id":"acct_1"}"#,
    ] {
        assert_eq!(refusal(post(payload, &sign(payload))), "bad_request", "{payload}");
    }
}

#[test]
fn arrays_are_not_accepted_as_objects() {
    // Each has the field values in the order of the struct that they would be parsed into.
    let payload = r#"["usr_1","acct_1","logout","test",false]"#;
    assert_eq!(refusal(post(payload, &sign(payload))), "bad_request");
    assert_eq!(refusal(text(envelope(payload, &sign(payload)))), "bad_request");
    let envelope = serde_json::json!([LOGOUT, sign(LOGOUT)]).to_string();
    assert_eq!(refusal(text(envelope)), "bad_request");
    let state = serde_json::json!(["usr_1", "acct_1", sign(HEADERS)]).to_string();
    assert_eq!(verifier().extract_state(&state, NOW).err().map(|error| error.code()), Some("bad_request"));
}

#[test]
fn an_envelope_with_a_wrong_content_type_is_told_so() {
    let send = |content_type: &str| {
        let headers = [("content-type", content_type.as_bytes())];
        let request = invocation("POST", &headers, envelope(LOGOUT, &sign(LOGOUT)));
        verifier().extract(&request, "logout").err()
    };
    for content_type in ["", "application/json", "text/html", "text/plain,text/plain"] {
        let error = send(content_type).unwrap();
        assert_eq!(error.code(), "bad_request", "{content_type}");
        assert!(error.message().contains("Content-Type"), "{content_type}: {}", error.message());
    }
    // A body that is not an envelope is only missing its signature.
    assert_eq!(refusal(post(LOGOUT, "")), "signature_missing");
}

#[test]
fn the_error_says_whether_a_signature_is_too_old_or_from_the_future() {
    let at = |now: UnixSeconds| {
        let headers: &[(&str, &[u8])] = &[("content-type", b"text/plain")];
        let request = invocation_at(now, "POST", headers, envelope(LOGOUT, &sign(LOGOUT)));
        verifier().extract(&request, "logout").err().unwrap()
    };
    let (old, early) = (at(NOW + 301), at(NOW - 61));
    assert_eq!((old.code(), early.code()), ("signature_expired", "signature_expired"));
    assert!(old.message().contains("too old"), "{}", old.message());
    assert!(early.message().contains("in the future"), "{}", early.message());
}

#[test]
fn bodies_that_cannot_be_read_are_bad_requests() {
    assert_eq!(refusal(text("nonsense")), "bad_request");
    assert_eq!(refusal(text(r#"{"payload":1,"signature":"x"}"#)), "bad_request");
    assert_eq!(refusal(text(r#"{"payload":"{}"}"#)), "bad_request");
    assert_eq!(refusal(text(vec![0xff, 0xfe])), "bad_request");
    assert_eq!(refusal(text("x".repeat(8 * 1024 + 1))), "bad_request");
    assert_eq!(refusal(post(&"x".repeat(8 * 1024 + 1), "t=1,v1=x")), "bad_request");
}

#[test]
fn a_sandbox_is_signed_as_one() {
    let payload =
        r#"{"purpose":"logout","mode":"test","is_sandbox":true,"user_id":"usr_1","account_id":"acct_1"}"#;
    assert_eq!(post(payload, &sign(payload)).ok().unwrap().user.mode(), Some(Mode::Sandbox));
}

proptest! {
    #[test]
    fn nothing_unsigned_passes(method in "GET|POST", kind in "text/plain|application/json", signature in "\\PC{0,80}", body in any::<Vec<u8>>()) {
        let headers = [
            ("content-type", kind.as_bytes()),
            ("stripe-signature", signature.as_bytes()),
            ("stripe-user-id", b"usr_1".as_slice()),
            ("stripe-account-id", b"acct_1"),
        ];
        prop_assert!(verifier().extract(&invocation(&method, &headers, body), "logout").is_err());
    }
}

const REQUEST: &str = r#"{"call":"contacts.list"}"#;

fn carried(payload: &serde_json::Value, beside: Option<&str>) -> Result<String, Error> {
    let payload = payload.to_string();
    let envelope = serde_json::json!({ "signature": sign(&payload), "payload": payload, "request": beside });
    let headers = [("content-type", "text/plain".as_bytes())];
    let invocation = invocation("POST", &headers, envelope.to_string());
    verifier().extract_with_request(&invocation, "call").map(|(_, request)| request)
}

#[test]
fn a_request_of_the_app_s_own_is_signed_itself_or_by_its_hash() {
    use serde_json::json;
    let signed = |more: serde_json::Value| {
        let mut payload = json!({ "purpose": "call", "user_id": "usr_1", "account_id": "acct_1" });
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        payload
    };
    let hash = hex::encode(Sha256::digest(REQUEST));
    let by_hash = signed(json!({ "request_sha256": hash }));
    assert_eq!(carried(&signed(json!({ "request": REQUEST })), None).as_deref(), Ok(REQUEST));
    assert_eq!(carried(&by_hash, Some(REQUEST)).as_deref(), Ok(REQUEST));
    let upper = signed(json!({ "request_sha256": hash.to_uppercase() }));
    for (payload, beside) in [(&by_hash, r#"{"call":"contacts.delete"}"#), (&by_hash, ""), (&upper, REQUEST)]
    {
        assert_eq!(carried(payload, Some(beside)), Err(Error::SignatureInvalid), "{payload} {beside}");
    }
    for (payload, beside) in [
        (signed(json!({})), None),
        (signed(json!({})), Some(REQUEST)),
        (by_hash, None),
        (signed(json!({ "request": REQUEST })), Some(REQUEST)),
        (signed(json!({ "request": REQUEST, "request_sha256": hash })), None),
        (signed(json!({ "request": { "call": "contacts.list" } })), None),
    ] {
        assert!(matches!(carried(&payload, beside), Err(Error::BadRequest(_))), "{payload} {beside:?}");
    }
    let elsewhere = signed(json!({ "request": REQUEST, "purpose": "logout" }));
    assert_eq!(carried(&elsewhere, None), Err(Error::SignatureInvalid));
}

#[test]
fn a_long_request_is_for_calls_only() {
    let payload = format!(
        r#"{{"purpose":"call","request":"{}","user_id":"usr_1","account_id":"acct_1"}}"#,
        "x".repeat(100 * 1024)
    );
    let signature = sign(&payload);
    let headers =
        [("content-type", "application/json".as_bytes()), ("stripe-signature", signature.as_bytes())];
    let long = invocation("POST", &headers, payload);
    assert!(verifier().extract_with_request(&long, "call").is_ok());
    assert!(matches!(verifier().extract(&long, "call"), Err(Error::BadRequest(_))));
    let longer = invocation("POST", &headers, "x".repeat(160 * 1024 + 1));
    assert!(matches!(verifier().extract_with_request(&longer, "call"), Err(Error::BadRequest(_))));
}

#[test]
fn what_was_signed_over_a_minute_ago_is_not_recent() {
    let signed = post(LOGOUT, &sign(LOGOUT)).ok().unwrap();
    for (age, expected) in [(0, Ok(())), (60, Ok(())), (61, Err(Error::SignatureExpired))] {
        assert_eq!(signed.require_recent(NOW + age), expected, "{age}");
    }
}
