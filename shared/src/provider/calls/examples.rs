//! The files in `examples/calls`: each is read with its preset, each call becomes the request that the provider's pages
//! show, and what it picks is where their responses have it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lambda_http::http::Method;
use lambda_http::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::schema::fits_schema;
use super::{CallRequest, Calls, FilledCall};
use crate::error::Error;
use crate::http::Reply;
use crate::owner::Owner;
use crate::provider::Kept;
use crate::provider::description::Description;

/// The files, and the preset of each.
pub(super) const EXAMPLES: [(&str, &str); 6] = [
    ("google-calendar", "google"),
    ("hubspot", "hubspot"),
    ("linear", "linear"),
    ("quickbooks", "quickbooks"),
    ("salesforce", "salesforce"),
    ("slack", "slack"),
];

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

pub(super) fn json_of(path: &str) -> Value {
    serde_json::from_str(&file(path)).unwrap()
}

fn description(preset: &str) -> Description {
    let path = format!("providers/{preset}.json");
    Description::read(&path, &file(&path), None).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn preset(example: &str) -> &'static str {
    EXAMPLES.into_iter().find(|(name, _)| *name == example).unwrap().1
}

pub(super) fn read(text: &str, preset: &str, owner: Owner) -> Result<Calls, Vec<String>> {
    let calls = Calls::read("calls.json", text, &description(preset), owner);
    calls.map_err(|problems| problems.into_iter().map(|(what, why)| format!("{what} {why}")).collect())
}

fn calls(example: &str) -> Calls {
    let text = file(&format!("examples/calls/{example}.json"));
    read(&text, preset(example), Owner::User).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn fill(example: &str, request: &str) -> Result<FilledCall, Error> {
    let pair = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let callback = pair("realmId", "4620816365");
    let granted = pair("instance_url", "https://acme.my.salesforce.com");
    let calls = calls(example);
    let request = CallRequest::parse(request)?;
    let kept = Kept { callback: &callback, granted: &granted };
    calls.fill(calls.find(&request.call)?, &request, kept, None)
}

#[test]
fn every_example_is_read_with_its_preset() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/calls");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let listed = EXAMPLES.map(|(name, _)| format!("{name}.json"));
    assert_eq!(files.collect::<BTreeSet<_>>(), BTreeSet::from(listed));
    for (name, preset) in EXAMPLES {
        let mut example = json_of(&format!("examples/calls/{name}.json"));
        assert!(fits_schema(&example), "{name}");
        assert!(read(&example.to_string(), preset, Owner::User).is_ok(), "{name}");
        let sources = example["sources"].as_array().unwrap();
        assert!(sources.iter().all(|source| source.as_str().unwrap().starts_with("https://")), "{name}");
        assert_eq!(example["read"].as_str().unwrap().len(), "2026-11-26".len(), "{name}");
        assert!(example["unverified"][0].as_str().unwrap().contains("none was tried"), "{name}");
        // `THIRD_PARTY_SCOPES` replaces the preset's, so the file has to repeat those.
        let scopes = example["scopes"].as_array().unwrap().clone();
        let described = json_of(&format!("providers/{preset}.json"))["authorization"]["scopes"].clone();
        assert!(described.as_array().unwrap().iter().all(|scope| scopes.contains(scope)), "{name}");

        let declared = example["calls"].as_object_mut().unwrap();
        let missing = declared
            .keys()
            .map(|call| format!("calls.json: calls.{call}.roles is missing: a list of roles, or \"any\""));
        let missing = missing.collect::<Vec<_>>();
        declared.values_mut().for_each(|call| call["roles"] = json!("any"));
        assert!(read(&example.to_string(), preset, Owner::Account).is_ok(), "{name}");
        let without_roles = file(&format!("examples/calls/{name}.json"));
        assert_eq!(read(&without_roles, preset, Owner::Account).err(), Some(missing), "{name}");
    }
}

/// Requests of the app and what they become, and responses of the providers and what is picked from them: made up, in
/// the form that the sources show.
fn samples() -> Value {
    serde_json::from_str(include_str!("examples.json")).unwrap()
}

#[test]
fn every_call_becomes_the_request_that_its_source_shows() {
    const SEARCHES: [&str; 4] = ["contacts.search", "teams.list", "issues.list", "issues.search"];
    for (example, _) in EXAMPLES {
        let file = json_of(&format!("examples/calls/{example}.json"));
        let mut unseen =
            file["calls"].as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>();
        for sample in samples()["requests"][example].as_array().unwrap() {
            let request = &sample["app"];
            let filled =
                fill(example, &request.to_string()).unwrap_or_else(|error| panic!("{request}: {error:?}"));
            assert_eq!(format!("{} {}", filled.method, filled.url), sample["sends"], "{request}");
            let body = filled.body.map(|body| serde_json::from_str::<Value>(&body).unwrap());
            assert_eq!(body.as_ref(), sample.get("body"), "{request}");
            let json =
                if example == "slack" { "application/json; charset=utf-8" } else { "application/json" };
            let headers = [Some((ACCEPT, "application/json")), body.map(|_| (CONTENT_TYPE, json))];
            let headers = headers.into_iter().flatten();
            let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
            assert_eq!(filled.headers, headers.collect::<HeaderMap>(), "{request}");
            let call = request["call"].as_str().unwrap();
            let only_reads = filled.method == Method::GET || SEARCHES.contains(&call);
            assert_eq!(filled.only_reads, only_reads, "{request}");
            unseen.remove(call);
        }
        assert!(unseen.is_empty(), "{example}: {unseen:?}");
    }
}

#[test]
fn what_is_picked_is_where_the_responses_have_it() {
    for (example, _) in EXAMPLES {
        let calls = calls(example);
        for sample in samples()["responses"][example].as_array().unwrap() {
            let reply = Reply::of(200, &sample["response"].to_string());
            let answer = calls.find(sample["call"].as_str().unwrap()).unwrap().answer(&reply);
            let expected = json!({ "status": 200, "body": sample["picked"] });
            assert_eq!(serde_json::to_value(answer).unwrap(), expected, "{sample}");
        }
    }
}
