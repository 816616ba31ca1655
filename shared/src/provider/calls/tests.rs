use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::http::Reply;

const PROVIDER: &str = r#"{
    "tenant": { "host_suffixes": [".example.com"], "example": "acme" },
    "authorization": { "callback_parameters": ["realmId"] },
    "token": { "kept": {
        "team": "/team/id",
        "instance": { "at": "/instance_url", "host_suffixes": [".salesforce.com"] }
    } },
    "userinfo": { "token_header": "X-Token" }
}"#;

pub(super) const CALLS: &str = r#"{
    "base": "https://{tenant}.example.com/api",
    "idempotency_header": "X-Request-Key",
    "calls": {
        "contacts.list": {
            "path": "/objects/contacts",
            "query": { "limit": { "type": "integer" }, "after": {}, "properties": "email,firstname", "page[$size]": {} },
            "pick": { "contacts": { "at": "/results", "each": { "id": "/id", "name": "/properties/name" } }, "after": "/next" }
        },
        "contacts.get": {
            "path": "/objects/contacts/{id}.json", "answer_headers": ["etag", "link"]
        },
        "contacts.find": {
            "path": "/query",
            "query": { "q": "SELECT Id FROM Contact WHERE Email = '{email}' AND Kind = '{kind}'" },
            "parameters": { "email": { "type": "email" }, "kind": { "one_of": ["lead", "old customer"] } },
            "pick": { "at": "/records", "each": { "id": "/Id" } }
        },
        "contacts.search": {
            "method": "POST", "reads": true, "path": "/search",
            "body": { "query": "{text}", "limit": "{limit}", "document": "query { viewer { id } }", "team": ["{kept.team}"] },
            "parameters": { "text": { "type": "text" }, "limit": { "type": "integer" } }
        },
        "contacts.change": {
            "method": "PATCH", "path": "/company/{kept.realmId}/contacts/{id}", "body": { "data": "{body}" },
            "headers": { "If-Match": "{etag}", "Version": "2026-11-26" },
            "parameters": { "id": {}, "etag": { "type": "text" } }
        },
        "notes.create": {
            "method": "POST", "path": "/notes/", "form": [["to", "{to}"], ["tag", "a"], ["tag", "on {day}"]],
            "parameters": { "to": { "type": "text" }, "day": { "type": "date" } }
        }
    }
}"#;

pub(super) const ACCOUNT_CALLS: &str = r#"{
    "$schema": "calls.schema.json", "sources": ["https://example.com/docs"], "read": "2026-11-26", "unverified": ["all"],
    "base": "{kept.instance}/v1",
    "calls": {
        "any": { "path": "/", "roles": "any", "query": { "a": { "required": true }, "b": { "one_of": ["c"], "required": false } } },
        "some": { "method": "DELETE", "path": "/", "reads": false, "roles": ["admin:Administrator"], "pick": { "a": ["/a", "/b"] } }
    }
}"#;

fn description() -> Description {
    Description::read("provider.json", PROVIDER, Some("acme"))
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn calls(text: &str) -> Calls {
    Calls::read("calls.json", text, &description(), Owner::User)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub(super) fn mistakes(text: &str, owner: Owner) -> Vec<String> {
    let problems = Calls::read("calls.json", text, &description(), owner).err().unwrap_or_default();
    problems.into_iter().map(|(what, why)| format!("{what} {why}")).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Fills in a call for a link that keeps these fields of the token response, and this `realmId` of the callback.
fn fill_kept(
    calls: &Calls,
    request: &str,
    granted: &[(&str, &str)],
    realm: &str,
) -> Result<FilledCall, Error> {
    let request = CallRequest::parse(request)?;
    let (callback, granted) =
        (map(&[("realmId", realm), ("instance", "https://evil.salesforce.com")]), map(granted));
    let kept = Kept { callback: &callback, granted: &granted };
    calls.fill(calls.find(&request.call)?, &request, kept, Some("key-1"))
}

fn fill(request: &Value) -> Result<FilledCall, Error> {
    fill_kept(&calls(CALLS), &request.to_string(), &[("team", "T1")], "4620816365")
}

fn filled(request: &Value) -> FilledCall {
    fill(request).unwrap_or_else(|error| panic!("{request}: {error:?}"))
}

fn refusal(request: &Value) -> String {
    fill(request).err().unwrap_or_else(|| panic!("{request} was filled in")).message().into_owned()
}

#[test]
fn values_go_into_path_and_query() {
    let all = filled(&json!({ "call": "contacts.list" }));
    assert_eq!(
        all.url.as_str(),
        "https://acme.example.com/api/objects/contacts?properties=email%2Cfirstname"
    );
    assert_eq!((&all.method, &all.body), (&Method::GET, &None));
    assert!(!all.headers.contains_key("x-request-key"));
    let page = filled(&json!({ "call": "contacts.list", "parameters": { "limit": 10, "after": "x" } }));
    assert_eq!(page.url.query(), Some("after=x&limit=10&properties=email%2Cfirstname"));
    let size = filled(&json!({ "call": "contacts.list", "parameters": { "page[$size]": "7" } }));
    assert_eq!(size.url.query(), Some("page%5B%24size%5D=7&properties=email%2Cfirstname"));
    let one = filled(&json!({ "call": "contacts.get", "parameters": { "id": "a-1" } }));
    assert_eq!(one.url.as_str(), "https://acme.example.com/api/objects/contacts/a-1.json");
    let found = filled(
        &json!({ "call": "contacts.find", "parameters": { "email": "j+o@example.com", "kind": "old customer" } }),
    );
    let query = found.url.query_pairs().next().unwrap();
    assert_eq!(query.1, "SELECT Id FROM Contact WHERE Email = 'j+o@example.com' AND Kind = 'old customer'");
}

#[test]
fn values_go_into_bodies_and_headers() {
    let search = filled(
        &json!({ "call": "contacts.search", "parameters": { "text": "\"},{\"", "limit": 9_007_199_254_740_993_i64 } }),
    );
    assert_eq!(
        search.body.unwrap(),
        r#"{"document":"query { viewer { id } }","limit":9007199254740993,"query":"\"},{\"","team":["T1"]}"#
    );
    assert_eq!(search.headers["content-type"], "application/json");
    assert!(!search.headers.contains_key("x-request-key"), "it only reads");
    let own = r#"{"call":"contacts.change","parameters":{"id":"7","etag":"W/\"1\""},"body":{"b":123456789012345678901234567890,"a":1.0}}"#;
    let change = fill_kept(&calls(CALLS), own, &[], "4620816365").ok().unwrap();
    assert_eq!(change.body.unwrap(), r#"{"data":{"b":123456789012345678901234567890,"a":1.0}}"#);
    assert_eq!(change.url.path(), "/api/company/4620816365/contacts/7");
    assert_eq!(change.headers["if-match"], "W/\"1\"");
    assert_eq!(change.headers["version"], "2026-11-26");
    assert_eq!(change.headers["x-request-key"], "key-1");
    let note =
        filled(&json!({ "call": "notes.create", "parameters": { "to": "a&tag=b", "day": "2026-11-26" } }));
    assert_eq!(note.body.unwrap(), "to=a%26tag%3Db&tag=a&tag=on+2026-11-26");
    assert_eq!(note.url.path(), "/api/notes/");
}

#[test]
fn what_has_no_value_is_left_out() {
    let calls = calls(
        r#"{ "base": "https://example.com", "calls": {
            "json": {
                "method": "POST", "path": "/", "headers": { "If-Match": "{a}" }, "query": { "page[a]": "{a}", "b": "1" },
                "body": { "a": "{a}", "list": ["{a}", { "a": "{a}" }], "c": null },
                "parameters": { "a": { "required": false } }
            },
            "form": {
                "method": "POST", "path": "/", "form": [["a", "{a}"], ["b", "1"]],
                "parameters": { "a": { "required": false } }
            }
        } }"#,
    );
    let fill = |request: &str| fill_kept(&calls, request, &[], "1").ok().unwrap();
    let without = fill(r#"{"call":"json"}"#);
    assert_eq!(without.url.query(), Some("b=1"));
    assert!(!without.headers.contains_key("if-match"));
    assert_eq!(without.body.unwrap(), r#"{"c":null,"list":[{}]}"#);
    let with = fill(r#"{"call":"json","parameters":{"a":"x"}}"#);
    assert_eq!(
        (with.url.query(), &with.headers["if-match"]),
        (Some("b=1&page%5Ba%5D=x"), &HeaderValue::from_static("x"))
    );
    assert_eq!(with.body.unwrap(), r#"{"a":"x","c":null,"list":["x",{"a":"x"}]}"#);
    assert_eq!(fill(r#"{"call":"form"}"#).body.unwrap(), "b=1");
    assert_eq!(fill(r#"{"call":"form","parameters":{"a":"x"}}"#).body.unwrap(), "a=x&b=1");
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (request, message) in [
        (json!({ "call": "contacts.get" }), "The parameter id is missing."),
        (json!({ "call": "contacts.get", "parameters": { "id": 7 } }), "The parameter id must be letters"),
        (
            json!({ "call": "contacts.get", "parameters": { "id": ["a"] } }),
            "The parameter id must be letters",
        ),
        (
            json!({ "call": "contacts.list", "parameters": { "limit": "7" } }),
            "The parameter limit must be a whole",
        ),
        (
            json!({ "call": "contacts.list", "parameters": { "__proto__": "7" } }),
            "The request has a parameter whose name is not valid.",
        ),
        (
            json!({ "call": "contacts.list", "parameters": { "properties": "id" } }),
            "The parameter properties is not one of this call.",
        ),
        (json!({ "call": "contacts.list", "body": {} }), "This call takes no body."),
        (
            json!({ "call": "contacts.change", "parameters": { "id": "7", "etag": "1" } }),
            "This call needs a body.",
        ),
        (
            json!({ "call": "contacts.change", "parameters": { "id": "7", "etag": "1\n" }, "body": {} }),
            "The parameter etag must be text",
        ),
        (json!({ "call": "contacts" }), "No call of this name is declared."),
        (json!({ "call": "toString" }), "No call of this name is declared."),
        (json!({ "call": "contacts.list", "path": "/x" }), "request must be the JSON"),
        (json!({ "call": "contacts.list", "parameters": [] }), "request must be the JSON"),
        (json!(["contacts.list", {}, null]), "request must be the JSON"),
        (
            json!({ "call": "contacts.change", "parameters": {}, "body": "x".repeat(64 * 1024) }),
            "The body of the call is too long",
        ),
    ] {
        let refusal = refusal(&request);
        assert!(refusal.starts_with(message), "{request}: {refusal}");
    }
    for twice in [
        r#"{"call":"contacts.list","call":"contacts.list"}"#,
        r#"{"call":"contacts.get","parameters":{"id":"1","id":"2"}}"#,
        r#"{"call":"contacts.get","parameters":{"id":"1","\u0069d":"2"}}"#,
        r#"{"call":"contacts.change","parameters":{},"body":{"a":1,"a":2}}"#,
    ] {
        assert!(CallRequest::parse(twice).is_err(), "{twice}");
    }
}

#[test]
fn a_write_needs_a_key_where_the_provider_takes_one() {
    let calls = calls(CALLS);
    let request = r#"{"call":"notes.create","parameters":{"to":"a","day":"2026-11-26"}}"#;
    let request = CallRequest::parse(request).unwrap();
    let none = BTreeMap::new();
    let kept = Kept { callback: &none, granted: &none };
    let fill = |id| calls.fill(calls.find("notes.create").unwrap(), &request, kept, id);
    assert!(fill(Some("0b5c2f0e-7d2b-4a57-9f0f-7f6f0d4a1c11")).is_ok());
    for id in [None, Some(""), Some("a b"), Some("a\r\nx: y")] {
        assert!(fill(id).is_err(), "{id:?}");
    }
}

#[test]
fn what_a_link_keeps_is_an_id_or_the_provider_s_address() {
    let change = r#"{"call":"contacts.change","parameters":{"id":"7","etag":"1"},"body":{}}"#;
    for realm in ["..", "a/b", "4620?x=", "%2e%2e", ""] {
        let outcome = fill_kept(&calls(CALLS), change, &[], realm).err();
        assert_eq!(outcome, Some(Error::ClientMisconfigured), "{realm}");
    }
    let search = r#"{"call":"contacts.search","parameters":{"text":"a","limit":1}}"#;
    assert_eq!(fill_kept(&calls(CALLS), search, &[], "1").err(), Some(Error::ReconnectRequired));

    let hosted = calls(
        r#"{ "base": "{kept.instance}/services/data/v62.0/", "calls": { "me": { "path": "/{id}", "parameters": { "id": {} } } } }"#,
    );
    let me = r#"{"call":"me","parameters":{"id":"1"}}"#;
    for address in ["https://acme.my.salesforce.com", "https://ACME.my.salesforce.com/"] {
        let me = fill_kept(&hosted, me, &[("instance", address)], "1").ok().unwrap();
        assert_eq!(me.url.as_str(), "https://acme.my.salesforce.com/services/data/v62.0/1");
    }
    for address in [
        "https://evil.example",
        "https://salesforce.com.evil.example",
        "https://evil-salesforce.com",
        "https://evil.example/.salesforce.com",
        "https://acme.salesforce.com:8443",
        "https://acme.salesforce.com/x",
        "https://user@acme.salesforce.com",
        "http://acme.salesforce.com",
    ] {
        let outcome = fill_kept(&hosted, me, &[("instance", address)], "1").err();
        assert_eq!(outcome, Some(Error::ReconnectRequired), "{address}");
    }
    // The callback's parameter of the same name is not asked.
    assert_eq!(fill_kept(&hosted, me, &[], "1").err(), Some(Error::ReconnectRequired));
}

proptest! {
    #[test]
    fn no_value_leaves_its_place(
        id in prop_oneof![any::<String>(), "[a.%2fF/\\\\?#;\t\r\n@:'\"-]{0,12}"],
        realm in prop_oneof![any::<String>(), "[0-9a.%/-]{0,12}"],
    ) {
        let calls = calls(CALLS);
        let email = format!("{id}@example.com");
        for request in [
            json!({ "call": "contacts.get", "parameters": { "id": id } }),
            json!({ "call": "contacts.list", "parameters": { "after": id } }),
            json!({ "call": "contacts.find", "parameters": { "email": email, "kind": id } }),
            json!({ "call": "contacts.find", "parameters": { "email": email, "kind": "lead" } }),
            json!({ "call": "contacts.change", "parameters": { "id": id, "etag": id }, "body": { "a": id } }),
            json!({ "call": "contacts.search", "parameters": { "text": id, "limit": 1 } }),
        ] {
            let Ok(filled) = fill_kept(&calls, &request.to_string(), &[("team", "T1")], &realm) else { continue };
            let url = &filled.url;
            prop_assert_eq!(url.origin().ascii_serialization(), "https://acme.example.com");
            let declared = match request["call"].as_str().unwrap() {
                "contacts.get" => format!("/api/objects/contacts/{id}.json"),
                "contacts.list" => "/api/objects/contacts".to_owned(),
                "contacts.find" => "/api/query".to_owned(),
                "contacts.search" => "/api/search".to_owned(),
                _ => format!("/api/company/{realm}/contacts/{id}"),
            };
            prop_assert_eq!(url.path(), declared);
            prop_assert!(url.fragment().is_none());
            if let Some((_, query)) = url.query_pairs().find(|(name, _)| name == "q") {
                prop_assert_eq!(query.matches('\'').count(), 4);
            }
            if let Some(body) = &filled.body {
                let body: Value = serde_json::from_str(body).unwrap();
                let places = [&body["query"], &body["data"]["a"]];
                prop_assert!(places.iter().any(|value| **value == json!(id)));
            }
        }
    }
}

#[test]
fn what_is_picked_keeps_its_digits() {
    let calls = calls(CALLS);
    let answer = |call: &str, status, body: &str| {
        let reply = Reply::of(status, body);
        serde_json::to_string(&calls.find(call).unwrap().answer(&reply)).unwrap()
    };
    let page =
        r#"{"results":[{"id":12345678901234567890123,"properties":{"name":"Jenny","x":1}},{}],"next":"n"}"#;
    assert_eq!(
        answer("contacts.list", 200, page),
        r#"{"status":200,"body":{"after":"n","contacts":[{"id":12345678901234567890123,"name":"Jenny"},{"id":null,"name":null}]}}"#
    );
    assert_eq!(
        answer("contacts.find", 200, r#"{"records":[{"Id":"1"}]}"#),
        r#"{"status":200,"body":[{"id":"1"}]}"#
    );
    assert_eq!(answer("contacts.find", 200, r#"{"records":{}}"#), r#"{"status":200,"body":null}"#);
    assert_eq!(answer("contacts.find", 404, r#"{"records":[]}"#), r#"{"status":404,"body":null}"#);
    assert_eq!(answer("contacts.get", 404, r#"{"a":1.0}"#), r#"{"status":404,"body":{"a":1.0}}"#);
    assert_eq!(answer("contacts.get", 200, "<html>"), r#"{"status":200,"body":null}"#);
    for empty in [answer("contacts.get", 204, ""), answer("contacts.get", 204, "null")] {
        assert_eq!(empty, r#"{"status":204,"body":null}"#);
    }
    assert_eq!(answer("contacts.find", 200, "null"), r#"{"status":200,"body":null}"#);
    assert_eq!(answer("contacts.list", 200, "7"), r#"{"status":200,"body":{"after":null,"contacts":null}}"#);
    let mut reply = Reply::of(200, "{}");
    reply.headers.insert("etag", "\"1\"".parse().unwrap());
    reply.headers.append("link", "</a>; rel=prev".parse().unwrap());
    reply.headers.append("link", "</b>; rel=next".parse().unwrap());
    reply.headers.insert("set-cookie", "a".parse().unwrap());
    let answer = calls.find("contacts.get").unwrap().answer(&reply);
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"status":200,"headers":{"etag":"\"1\"","link":"</a>; rel=prev, </b>; rel=next"},"body":{}}"#
    );
}

#[test]
fn a_response_can_be_a_list() {
    let calls = calls(
        r#"{ "base": "https://example.com", "calls": {
            "all": { "path": "/", "pick": { "each": { "id": "/id", "tag": ["/tags/1", "/tags/0"] } } },
            "first": { "path": "/", "pick": { "id": "/0/id", "tags": "/0/tags" } }
        } }"#,
    );
    let reply = Reply::of(200, r#" [ {"id":1.0,"tags":["a","b"]}, {"tags":["c"]}, [], 7, null ] "#);
    let body = |call: &str| {
        let answer = serde_json::to_string(&calls.find(call).unwrap().answer(&reply)).unwrap();
        answer.strip_prefix(r#"{"status":200,"body":"#).unwrap().strip_suffix('}').unwrap().to_owned()
    };
    let nothing = r#"{"id":null,"tag":null}"#;
    let all = format!(r#"[{{"id":1.0,"tag":"b"}},{{"id":null,"tag":"c"}},{nothing},{nothing},{nothing}]"#);
    assert_eq!(body("all"), all);
    assert_eq!(body("first"), r#"{"id":1.0,"tags":["a","b"]}"#);
}

#[test]
fn with_an_account_s_link_every_call_says_who_may_make_it() {
    let file =
        |roles: &str| format!(r#"{{"base":"https://example.com","calls":{{"a":{{"path":"/a"{roles}}}}}}}"#);
    for roles in [r#","roles":"any""#, r#","roles":["admin:Administrator"]"#] {
        assert!(mistakes(&file(roles), Owner::Account).is_empty(), "{roles}");
        let mistake = "calls.json: calls.a.roles is only for links of the account (LINK_SCOPE=account)";
        assert_eq!(mistakes(&file(roles), Owner::User), [mistake]);
    }
    for roles in ["", r#","roles":"all""#, r#","roles":[]"#, r#","roles":["admin"]"#, r#","roles":{}"#] {
        let mistakes = mistakes(&file(roles), Owner::Account);
        assert!(mistakes.len() == 1 && mistakes[0].starts_with("calls.json: calls.a.roles "), "{mistakes:?}");
    }
}

#[test]
fn every_mistake_is_reported_by_key() {
    let mistakes = mistakes(
        r#"{
        "base": "http://example.com", "idempotency_header": "X-Token", "host": "x",
        "calls": {
            "Upper": { "path": "/" },
            "a": { "path": "//{id}", "parameters": { "1": {}, "body": {}, "id": { "type": "uuid" } } },
            "b": { "path": "/{text}/{kept.other}", "parameters": { "text": { "type": "text" } } },
            "c": { "path": "/{id}", "query": { "id": {}, "b\u000a": {}, "d": 1, "e": "{", "f": "{g}" }, "parameters": { "id": {} } },
            "d": { "method": "TRACE", "path": "/", "reads": true, "body": { "a": ["{b}"] }, "form": [] },
            "e": { "method": "PUT", "path": "/", "reads": true, "form": { "a": "b" } },
            "f": { "path": "/", "body": "{body}" },
            "g": {
                "path": "/", "answer_headers": ["Set-Cookie"],
                "headers": { "Cookie": "a", "X-Token": "b", "Host": "c", "Idempotency-Key": "d", "X-Forwarded-For": "e", "If-Match": "{f}" }
            },
            "h": { "path": "/", "query": { "q": "'{a}'" }, "parameters": { "a": { "type": "text" }, "b": { "one_of": ["'"], "type": "id" } } },
            "i": { "path": "/", "pick": { "a": "b", "c": { "at": "/d" } } },
            "k": { "path": "/", "pick": { "at": "/results" } },
            "l": { "method": "POST", "path": "/", "body": { "a": [12345678901234567890123] } },
            "j": { "url": "/" },
            "n": { "path": "/{body}" },
            "m": {
                "method": "POST", "path": "/{a}", "body": "{b}", "query": { "c": "on {c}" },
                "parameters": { "a": { "required": false }, "b": { "required": false }, "c": { "required": false } }
            }
        }
    }"#,
        Owner::User,
    );
    let expected = [
        "base must be an https:// address",
        "idempotency_header cannot be a header of a call",
        "host is not a known key here",
        "calls.Upper must be a name of letters",
        "calls.a.path must not have an empty segment",
        "calls.a.parameters.1 must be a name of letters",
        "calls.a.parameters.body must be a name of letters",
        "calls.a.parameters.id.type must be one of: id, integer, date, email, text",
        "calls.a.parameters.1 is used nowhere",
        "calls.a.parameters.body is used nowhere",
        "calls.a.parameters.id is used nowhere",
        "calls.b.path has {text} within a path",
        "calls.c.query.id is in path or parameters, too",
        "calls.c.query.b\n must be a name, without control characters",
        "calls.c.query.d must be a non-empty string",
        "calls.c.query.e must have a name in each pair of braces",
        "calls.c.query.f has {g}, which is not in parameters",
        "calls.d.method must be one of: GET, POST, PUT, PATCH, DELETE",
        "calls.d.reads is only for POST",
        "calls.d.form cannot be used together with body",
        "calls.e.reads is only for POST",
        "calls.e.form must be a list of names and texts",
        "calls.f.method must be another for a call with a body",
        "calls.g.answer_headers must be names of HTTP headers",
        "calls.g.headers.Cookie cannot be a header of a call",
        "calls.g.headers.X-Token cannot be a header of a call",
        "calls.g.headers.Host is a header set automatically",
        "calls.g.headers.Idempotency-Key cannot be a header of a call",
        "calls.g.headers.X-Forwarded-For cannot be a header of a call",
        "calls.g.headers.If-Match has {f}, which is not in parameters",
        "calls.h.query.q has {a} within a path or other text",
        "calls.h.parameters.b.type cannot be used together with one_of",
        "calls.h.parameters.b.one_of must be a list of texts without quotes",
        "calls.h.parameters.b is used nowhere",
        "calls.i.pick.a must be a JSON pointer",
        "calls.i.pick.c.each is missing",
        "calls.k.pick.each is missing",
        "calls.l.body has a number of too many digits",
        "calls.j.path is missing",
        "calls.j.url is not a known key here",
        "calls.n.path has {body}, which is not in parameters",
        "calls.m.path has {a} within a path or other text: it must not be left out",
        "calls.m.query.c has {c} within a path or other text: it must not be left out",
        "calls.m.body must not be a parameter that a request may leave out",
    ];
    for expected in expected {
        let expected = format!("calls.json: {expected}");
        assert!(mistakes.iter().any(|mistake| mistake.starts_with(&expected)), "{expected}: {mistakes:#?}");
    }
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
}

#[test]
fn a_base_is_the_file_s_or_the_token_response_s() {
    for (base, mistake) in [
        ("https://example.com/?a=b", "must not have a query"),
        ("https://example.com/#a", "must be an https:// address"),
        ("https://{id}.example.com", "has a {placeholder}"),
        ("https://{tenant}.evil.example", "with the tenant filled in must end in"),
        ("{kept.realmId}", "must name a field that the provider's description keeps"),
        ("{kept.team}", "must name a field that the provider's description keeps"),
        ("{kept.instance", "must have a }"),
        ("{kept.instance}.evil.example", "must begin with /"),
        ("{kept.instance}/{kept.team}", "must have no other place"),
        ("{kept.instance}/../x", "must not have an empty segment"),
    ] {
        let mistakes = mistakes(&json!({ "base": base, "calls": {} }).to_string(), Owner::User);
        let expected = format!("calls.json: base {mistake}");
        assert!(mistakes.len() == 1 && mistakes[0].starts_with(&expected), "{base}: {mistakes:?}");
    }
    for base in ["https://example.com", "https://example.com/v1/", "http://localhost:3000", "{kept.instance}"]
    {
        let mistakes = mistakes(&json!({ "base": base, "calls": {} }).to_string(), Owner::User);
        assert!(mistakes.is_empty(), "{base}: {mistakes:?}");
    }
    let twice = mistakes(
        r#"{"base":"https://example.com","calls":{"a":{"path":"/a"},"a":{"path":"/b"}}}"#,
        Owner::User,
    );
    assert_eq!(twice, ["calls.json: has a key twice in one object"]);
}
