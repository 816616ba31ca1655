//! `docs/calls.md` shows what the reader takes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::CallRequest;
use super::examples::{EXAMPLES, json_of, read};
use super::schema::fits_schema;
use crate::http::Reply;
use crate::owner::Owner;
use crate::provider::Kept;

const PAGE: &str = include_str!("../../../../docs/calls.md");

/// The page's blocks of JSON are files, parts of files, a request of the app, and its answer.
#[test]
fn every_block_of_the_page_is_right() {
    let blocks = PAGE.split("```json\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0);
    let blocks = blocks.collect::<Vec<_>>();
    let first = read(blocks[0], "hubspot", Owner::User).unwrap();
    let mut request = None;
    for block in blocks {
        let json = serde_json::from_str::<Value>(block).unwrap_or_else(|error| panic!("{error} {block}"));
        if json.get("call").is_some() {
            request = Some(CallRequest::parse(block).unwrap());
        } else if json.get("status").is_some() {
            let response = r#"{"results":[{"id":"101","properties":{"firstname":"Jenny"}}],"paging":{"next":{"after":"NTI1Cg=="}}}"#;
            let (request, reply) = (request.take().unwrap(), Reply::of(200, response));
            let none = BTreeMap::new();
            let call = first.find(&request.call).unwrap();
            assert!(first.fill(call, &request, Kept { callback: &none, granted: &none }, None).is_ok());
            assert_eq!(serde_json::to_value(call.answer(&reply)).unwrap(), json);
        } else {
            let is_whole = json.get("base").is_some();
            let whole =
                if is_whole { json } else { json!({ "base": "https://api.example.com", "calls": json }) };
            assert!(fits_schema(&whole), "{block}");
            let owner = if block.contains("\"roles\"") { Owner::Account } else { Owner::User };
            let read = |preset| read(&whole.to_string(), preset, owner).err();
            let mistakes = ["hubspot", "quickbooks", "salesforce"].map(read);
            assert!(mistakes.iter().any(Option::is_none), "{block}: {mistakes:?}");
        }
    }
    assert!(request.is_none());
}

#[test]
fn the_page_has_every_key_and_example() {
    let schema = json_of("docs/calls.schema.json");
    for keys in [
        &schema["properties"],
        &schema["$defs"]["call"]["properties"],
        &schema["$defs"]["parameter"]["properties"],
    ] {
        let missing =
            keys.as_object().unwrap().keys().filter(|key| {
                !PAGE.contains(&format!("`{key}`")) && !PAGE.contains(&format!("`\"{key}\": "))
            });
        assert_eq!(missing.collect::<Vec<_>>(), [""; 0]);
    }
    for (name, _) in EXAMPLES {
        let link = format!("](../examples/calls/{name}.json)");
        let row = PAGE.lines().find(|line| line.contains(&link)).unwrap_or_else(|| panic!("{link}"));
        let scopes = json_of(&format!("examples/calls/{name}.json"))["scopes"].clone();
        let scopes = serde_json::from_value::<Vec<String>>(scopes).unwrap().join(" ");
        assert!(row.ends_with(&format!(" | `{scopes}` |")), "{row}");
    }
}
