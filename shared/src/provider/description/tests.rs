use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::error::Error;
use crate::http::Reply;
use crate::provider::error_code::ErrorCode;
use crate::provider::{AuthorizationEndpoint, Provider, RevocationEndpoint, Rotation};

fn problems(settings: &[(&'static str, &str)]) -> Vec<String> {
    let mut settings = Settings::of(settings);
    let description = name(&mut settings).and_then(|name| Description::from_settings(name, &mut settings));
    assert_eq!(description.is_none(), !settings.problems().is_empty());
    settings.problems().to_vec()
}

fn custom(text: &str) -> Description {
    Description::read("own.json", text, None).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn mistakes(text: &str) -> Vec<String> {
    let problems = Description::read("own.json", text, None).err().unwrap_or_default();
    problems.into_iter().map(|(what, why)| format!("{what} {why}")).collect()
}

#[test]
fn the_list_matches_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<_> = files.map(|file| file.into_string().unwrap()).collect();
    let listed: BTreeSet<_> = PRESETS.iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(files, listed);
    assert!(PRESETS.is_sorted());
}

#[test]
fn every_preset_is_valid_and_names_its_sources() {
    for (name, text) in PRESETS {
        let raw: serde_json::Value = serde_json::from_str(text).unwrap();
        let tenant = raw["tenant"]["example"].as_str();
        let description =
            Description::read(name, text, tenant).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(description.authorization.url.is_some(), "{name}");
        assert!(description.token.url.is_some(), "{name}");
        assert!(description.userinfo.url.is_some(), "{name}");
        let read = raw["read"].as_str().unwrap().split('-').collect::<Vec<_>>();
        let is_date = read.iter().map(|part| part.len()).eq([4, 2, 2])
            && read.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(raw["name"].is_string() && is_date, "{name}");
        assert!(raw["unverified"].is_array(), "{name}");
        let sources = raw["sources"].as_array().unwrap();
        assert!(sources.iter().any(|source| source.as_str().unwrap().starts_with("https://")), "{name}");
    }
}

#[test]
fn every_key_is_in_the_documentation() {
    let documentation = include_str!("../../../../docs/providers/description.md");
    for (name, text) in PRESETS {
        let raw: serde_json::Map<_, _> = serde_json::from_str(text).unwrap();
        for (key, value) in raw {
            let keys = match value {
                serde_json::Value::Object(inner) => {
                    inner.keys().map(|inner| format!("{key}.{inner}")).collect()
                }
                _ => vec![key],
            };
            assert!(keys.iter().all(|key| documentation.contains(&format!("`{key}`"))), "{name}: {keys:?}");
        }
    }
}

#[test]
fn a_preset_knows_what_its_provider_s_api_says() {
    let limited = Some(Error::RateLimited(5));
    let google = |reason: &str, code: u16| json!({ "error": { "errors": [{ "domain": "usageLimits", "reason": reason }], "code": code } });
    for (preset, status, body, is_refused, outage) in [
        ("google", 401, google("authError", 401), true, None),
        ("google", 403, google("userRateLimitExceeded", 403), false, limited.clone()),
        ("google", 403, google("rateLimitExceeded", 403), false, limited.clone()),
        ("google", 403, google("insufficientPermissions", 403), false, None),
        // What the introspection endpoint would mean by it does not count.
        ("hubspot", 200, json!({ "id": "7", "active": false }), false, None),
        ("hubspot", 403, json!({ "status": "error", "category": "MISSING_SCOPES" }), false, None),
        ("hubspot", 401, json!({ "status": "error", "category": "EXPIRED_AUTHENTICATION" }), true, None),
        (
            "linear",
            400,
            json!({ "errors": [{ "extensions": { "code": "RATELIMITED" } }] }),
            false,
            limited.clone(),
        ),
        ("linear", 200, json!({ "errors": [{ "extensions": { "code": "INPUT_ERROR" } }] }), false, None),
        ("quickbooks", 401, json!({ "Fault": { "type": "AUTHENTICATION" } }), true, None),
        ("quickbooks", 400, json!({ "Fault": { "type": "ValidationFault" } }), false, None),
        ("salesforce", 401, json!([{ "errorCode": "INVALID_SESSION_ID" }]), true, None),
        ("salesforce", 403, json!([{ "errorCode": "INSUFFICIENT_ACCESS" }]), false, None),
        ("salesforce", 403, json!([{ "errorCode": "REQUEST_LIMIT_EXCEEDED" }]), false, limited.clone()),
        ("slack", 200, json!({ "ok": false, "error": "token_expired" }), true, None),
        ("slack", 200, json!({ "ok": false, "error": "ratelimited" }), false, limited),
        ("slack", 200, json!({ "ok": false, "error": "users_not_found" }), false, None),
    ] {
        let (_, text) = PRESETS.iter().find(|(name, _)| *name == preset).unwrap();
        let api = Description::read(preset, text, None).unwrap_or_else(|problems| panic!("{problems:?}")).api;
        let reply = Reply::of(status, &body.to_string());
        assert_eq!(api.refuses_token(&reply), is_refused, "{preset} {status} {body}");
        assert_eq!(api.outage(&reply), outage, "{preset} {status} {body}");
    }
}

#[test]
fn a_preset_is_chosen_by_name() {
    let settings = |more: &[(&'static str, &str)]| {
        let base = [("THIRD_PARTY_CLIENT_ID", "client"), ("API_HOST_URL", "https://api.example.com")];
        Settings::of(&[&base[..], more].concat())
    };
    let request = |more: &[(&'static str, &str)]| {
        let mut settings = settings(more);
        let provider = Provider::from_settings(&mut settings);
        let endpoint = AuthorizationEndpoint::from_settings(&mut settings, &provider).unwrap();
        endpoint.request("T", "C", &[0; 16]).unwrap().to_string()
    };
    let linear = request(&[("PROVIDER", "linear"), ("THIRD_PARTY_SCOPES", "read  write")]);
    assert!(linear.starts_with("https://linear.app/oauth/authorize?response_type=code&"), "{linear}");
    assert!(linear.contains("&scope=read%2Cwrite&") && linear.contains("&code_challenge=C&"), "{linear}");
    let shop = request(&[("PROVIDER", "shopify"), ("THIRD_PARTY_TENANT", "acme")]);
    assert!(shop.starts_with("https://acme.myshopify.com/admin/oauth/authorize?"), "{shop}");
    assert!(!shop.contains("code_challenge"), "{shop}");
    let moved = request(&[("PROVIDER", "google"), ("THIRD_PARTY_AUTHORIZE_URL", "https://id.example.com/a")]);
    assert!(moved.starts_with("https://id.example.com/a?"), "{moved}");
}

#[test]
fn no_secret_is_required_if_nothing_is_revoked() {
    let http = crate::Http::new(crate::http::Timeouts::default());
    for (preset, needs_secret) in [("hubspot", false), ("figma", false), ("google", false), ("notion", true)]
    {
        let mut settings = Settings::of(&[("PROVIDER", preset), ("THIRD_PARTY_CLIENT_ID", "client")]);
        let provider = Provider::from_settings(&mut settings);
        let endpoint = RevocationEndpoint::from_settings(&mut settings, &provider, &http);
        assert_eq!(endpoint.is_none(), needs_secret, "{preset} {:?}", settings.problems());
    }
}

#[test]
fn a_tenant_cannot_lead_elsewhere() {
    for (provider, tenant, why) in [
        ("okta", "", "THIRD_PARTY_TENANT is not set"),
        ("okta", "okta.com", "must end in one of tenant.host_suffixes"),
        ("okta", "acme.okta.com.evil.example", "must end in one of tenant.host_suffixes"),
        ("okta", "evil.example/.okta.com", "THIRD_PARTY_TENANT must be letters"),
        ("shopify", "acme.evil", "THIRD_PARTY_TENANT must be letters"),
        ("shopify", "acme#", "THIRD_PARTY_TENANT must be letters"),
        ("entra", "../v1", "THIRD_PARTY_TENANT must be letters"),
        ("google", "acme", "THIRD_PARTY_TENANT is set, but this provider has no tenants"),
    ] {
        let problems = problems(&[("PROVIDER", provider), ("THIRD_PARTY_TENANT", tenant)]);
        assert!(problems.iter().any(|problem| problem.contains(why)), "{provider} {tenant}: {problems:?}");
    }
    for tenant in ["acme.okta.com", "acme.oktapreview.com"] {
        assert_eq!(problems(&[("PROVIDER", "okta"), ("THIRD_PARTY_TENANT", tenant)]), [""; 0]);
    }
    assert_eq!(problems(&[("PROVIDER", "entra")]), [""; 0], "has a default");
}

#[test]
fn every_mistake_in_a_file_is_reported_at_once() {
    let text = r#"{
        "issuers": "https://id.example.com",
        "client_authentication": "basic",
        "tenant": { "form": "regex", "host_suffixes": [".com"] },
        "authorization": {
            "url": "http://id.example.com/a",
            "scopes": "openid",
            "parameters": { "state": "x", "prompt": 1 },
            "callback_parameters": ["code"],
            "pkce": "off"
        },
        "token": {
            "url": "https://{shop}.example.com/token",
            "headers": { "Authorization": "x" },
            "refresh_parameters": { "grant_type": "x" },
            "expires_in": "expires_in",
            "rotation": "none",
            "grace_seconds": 5,
            "default_expires_in": "an hour",
            "refusal": { "codes": [] }
        },
        "userinfo": { "url": "https://{token}.example.com/", "method": "PUT", "token_header": "a b", "emails": {} },
        "revocation": { "url": "https://id.example.com/{token}", "token_in": "body", "body": "xml" }
    }"#;
    let mistakes = mistakes(text);
    for expected in [
        "issuers is not a known key here",
        "client_authentication must be one of: client_secret_post, client_secret_basic, client_secret_basic_raw",
        "tenant.form must be one of: label, host",
        "tenant.host_suffixes must each be a dot and a domain",
        "tenant.example is missing",
        "authorization.url must be an https:// address",
        "authorization.scopes must be a list of non-empty strings",
        "authorization.parameters must be an object of non-empty strings",
        "authorization.callback_parameters must not name code, state, error or iss",
        "authorization.pkce must be true or false",
        "token.url has a {placeholder} that is not allowed here",
        "token.headers.Authorization is a header set automatically",
        "token.refresh_parameters.grant_type is a protocol parameter",
        "token.expires_in must be a JSON pointer",
        "token.grace_seconds makes no sense",
        "token.default_expires_in must be a whole number of seconds",
        "token.refusal.codes must be an object of non-empty strings",
        "userinfo.url must not have {token} or {client_id} in its host",
        "userinfo.method must be one of: GET, POST",
        "userinfo.token_header must be the name of an HTTP header",
        "userinfo.emails.url is missing",
        "revocation.token_in cannot be used with {token} in the url",
        "revocation.body must be one of: form, json",
    ] {
        let expected = format!("own.json: {expected}");
        assert!(mistakes.iter().any(|mistake| mistake.starts_with(&expected)), "{expected}: {mistakes:#?}");
    }
    // One more for the tenant setting that such a file requires.
    assert_eq!(mistakes.len(), 24, "{mistakes:#?}");
}

#[test]
fn anything_but_an_object_is_a_mistake() {
    assert_eq!(mistakes("[]"), ["own.json: must be a JSON object"]);
    assert_eq!(mistakes("{\n \"a\": }"), ["own.json: is not JSON: line 2, column 7"]);
    assert_eq!(mistakes(r#"{"token":7}"#), ["own.json: token must be an object"]);
}

#[test]
fn a_setting_names_a_custom_file() {
    assert_eq!(
        problems(&[("PROVIDER", "slack"), ("PROVIDER_FILE", "own.json")]),
        ["PROVIDER_FILE is only for PROVIDER=custom: unset one of them"]
    );
    assert_eq!(
        problems(&[("PROVIDER_FILE", "/nowhere/own.json")]),
        ["PROVIDER_FILE cannot be read: entity not found"]
    );
    assert!(
        problems(&[("PROVIDER", "nobody")])[0].starts_with("PROVIDER must be one of: custom, airtable, ")
    );
}

#[test]
fn defaults_follow_the_rfcs() {
    let description = custom("{}");
    assert_eq!(description.authentication, Authentication::Post);
    assert!(description.authorization.pkce);
    assert_eq!(description.token.rotation, Rotation::Strict { grace: Duration::ZERO });
    let rotation = r#"{"token":{"rotation":"rotating","grace_seconds":60}}"#;
    assert_eq!(custom(rotation).token.rotation, Rotation::Rotating { grace: Duration::from_mins(1) });
}

#[test]
fn every_way_to_say_no_is_understood() {
    use ErrorCode::{AccessDenied, InvalidGrant, InvalidToken, RateLimited, Unknown};

    let refusal = custom(
        r#"{"token":{"refusal":{
            "ok": "/ok",
            "error": ["/error", "/error/code", "/message", "/errors/0/extensions/code"],
            "codes": {"": "invalid_token", "bad_code": "invalid_grant", "17": "invalid_grant", "true": "invalid_token",
                "Invalid access token": "invalid_token", "RATELIMITED": "rate_limited"},
            "texts": {"Bad_OAuth_Token": "invalid_token"},
            "statuses": {"403": "invalid_token"}
        }}}"#,
    );
    let refusal = refusal.token.fields.refusal;
    for (status, body, expected) in [
        (200, r#"{"ok":true}"#, None),
        (200, r#"{"ok":false}"#, Some(InvalidToken)),
        (200, r#"{"ok":"no","error":"other"}"#, Some(Unknown)),
        (200, r#"{"ok":false,"error":"bad_code"}"#, Some(InvalidGrant)),
        (200, r#"{"error":"bad_code"}"#, Some(InvalidGrant)),
        (200, r#"{"error":null}"#, None),
        (200, r#"{"error":""}"#, None),
        (200, r#"{"error":false}"#, None),
        (200, r#"{"error":0}"#, None),
        (200, r#"{"error":{}}"#, None),
        (200, r#"{"error":true}"#, Some(InvalidToken)),
        (400, r#"{"error":17}"#, Some(InvalidGrant)),
        (400, r#"{"error":18}"#, Some(Unknown)),
        (400, r#"{"error":{"code":17}}"#, Some(InvalidGrant)),
        (400, r#"{"error":{"code":"invalid_grant"}}"#, Some(InvalidGrant)),
        (400, r#"{"error":{"text":"x"}}"#, Some(InvalidToken)),
        (400, r#"{"error":["x"]}"#, Some(InvalidToken)),
        // The provider's own word counts, even if a standard one comes first.
        (400, r#"{"error":"invalid_request","message":"Invalid access token"}"#, Some(InvalidToken)),
        (400, r#"{"error":"login_required","message":"Sign in."}"#, Some(AccessDenied)),
        (400, r#"{"errors":[{"extensions":{"code":"RATELIMITED"}}]}"#, Some(RateLimited)),
        (403, " Bad_OAuth_Token\n", Some(InvalidToken)),
        (400, "Bad_OAuth_Token", Some(InvalidToken)),
        (400, "Bad_OAuth_Token!", None),
        (403, "<html>", Some(InvalidToken)),
        (403, r#"{"error":"bad_code"}"#, Some(InvalidGrant)),
        (404, "<html>", None),
    ] {
        let reply = Reply::of(status, body);
        assert_eq!(refusal.of(&reply, reply.json().as_ref()), expected, "{status} {body}");
    }
}

#[test]
fn every_mistake_in_the_newer_keys_is_reported_too() {
    let mistakes = mistakes(
        r#"{
        "data_center": { "servers": ["https://accounts.example.com/"] },
        "authorization": {
            "parameters": { "response_mode": "form_post" },
            "state_limit": "long",
            "refusal": { "codes": { "cancelled": "denied" }, "error": "/error" }
        },
        "token": {
            "refresh_parameters": { "redirect_uri": "{redirect_uri}", "refresh_token": "x" },
            "kept": { "team": "team", "instance": { "host_suffixes": [".com"] } },
            "refusal": { "statuses": { "500": "invalid_grant", "403": "no" }, "texts": ["x"] }
        },
        "userinfo": {
            "form": { "token": "{token}" }, "body": {}, "method": "GET",
            "token_header": "X-Token", "token_scheme": "two words"
        },
        "revocation": { "client_authentication": "basic" }
    }"#,
    );
    for expected in [
        "data_center.parameter is missing",
        "data_center.servers must each be https:// and a host",
        "authorization.parameters.response_mode must be query",
        "authorization.state_limit must be a whole number",
        "authorization.refusal.codes.cancelled must be one of: invalid_grant, ",
        "authorization.refusal.error is not a known key here",
        "token.refresh_parameters.refresh_token is a protocol parameter",
        "token.kept.team must be a JSON pointer",
        "token.kept.instance.at is missing",
        "token.kept.instance.host_suffixes must each be a dot and a domain",
        "token.refusal.statuses must have HTTP statuses from 400 to 499",
        "token.refusal.statuses.403 must be one of: ",
        "token.refusal.texts must be an object of non-empty strings",
        "userinfo.body cannot be used together with form",
        "userinfo.method must be one of: POST",
        "userinfo.token_header and token_scheme cannot be used",
        "userinfo.token_scheme must be one word",
        "revocation.client_authentication must be one of: ",
    ] {
        let expected = format!("own.json: {expected}");
        assert!(mistakes.iter().any(|mistake| mistake.starts_with(&expected)), "{expected}: {mistakes:#?}");
    }
    assert_eq!(mistakes.len(), 18, "{mistakes:#?}");
}
