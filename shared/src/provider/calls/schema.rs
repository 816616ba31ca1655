//! `docs/calls.schema.json` says what the reader says.

use serde_json::{Value, json};

use super::tests::{ACCOUNT_CALLS, CALLS, mistakes};
use crate::owner::Owner;

const SCHEMA: &str = include_str!("../../../../docs/calls.schema.json");

/// What the reader says of a key or a type that is wrong in itself, whatever stands elsewhere in the file.
const OF_FORM: [&str; 7] = [
    " is not a known key here",
    "path is missing",
    "must be a non-empty string",
    "must be an object",
    "must be true or false",
    "must be one of: ",
    "must be a JSON pointer",
];

/// Whether a file fits the schema.
pub(super) fn fits_schema(file: &Value) -> bool {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    fits(file, &schema, &schema)
}

/// Whether a value fits a schema, as far as this one uses JSON Schema.
fn fits(value: &Value, schema: &Value, root: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return schema == &json!(true) };
    keywords.iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" => true,
        "properties" | "additionalProperties" if !value.is_object() => true,
        "$ref" => fits(value, root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), root),
        "type" => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            other => panic!("type {other}"),
        },
        "properties" => value
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, value)| rule.get(name).is_none_or(|property| fits(value, property, root))),
        "additionalProperties" => value.as_object().unwrap().iter().all(|(name, value)| {
            let is_declared = schema.get("properties").is_some_and(|declared| declared.get(name).is_some());
            is_declared || fits(value, rule, root)
        }),
        "required" => value.as_object().is_none_or(|members| {
            rule.as_array().unwrap().iter().all(|name| members.contains_key(name.as_str().unwrap()))
        }),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|item| fits(item, rule, root))),
        "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= rule.as_u64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
        "pattern" => {
            let prefix = rule.as_str().unwrap().strip_prefix('^').unwrap();
            value.as_str().is_none_or(|text| text.starts_with(prefix))
        }
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "anyOf" => rule.as_array().unwrap().iter().any(|schema| fits(value, schema, root)),
        "not" => !fits(value, rule, root),
        other => panic!("keyword {other}"),
    })
}

/// The file with each of its values, in turn, replaced by others, removed, or given another key.
fn variants(file: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(7),
        json!(""),
        json!("x"),
        json!("/x"),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({ "x": "x" }),
        json!({ "each": { "x": "/x" } }),
    ];
    let mut variants = others.to_vec();
    match file {
        Value::Object(members) => {
            for (name, value) in members {
                let with = |value| {
                    let mut members = members.clone();
                    members.insert(name.clone(), value);
                    Value::Object(members)
                };
                variants.extend(self::variants(value).into_iter().map(with));
                let mut without = members.clone();
                without.remove(name);
                variants.push(without.into());
            }
            let mut more = members.clone();
            more.insert("unknown".to_owned(), "x".into());
            variants.push(more.into());
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                let with = |value| {
                    let mut list = list.clone();
                    list[index] = value;
                    Value::Array(list)
                };
                variants.extend(self::variants(value).into_iter().map(with));
            }
        }
        _ => {}
    }
    variants
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = serde_json::from_str::<Value>(SCHEMA).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for (file, owner) in [(CALLS, Owner::User), (ACCOUNT_CALLS, Owner::Account)] {
        let file = serde_json::from_str::<Value>(file).unwrap();
        assert!(fits(&file, &schema, &schema) && mistakes(&file.to_string(), owner).is_empty());
        for variant in variants(&file) {
            let mistakes = mistakes(&variant.to_string(), owner);
            let is_of_form = |mistake: &String| OF_FORM.iter().any(|text| mistake.contains(text));
            if mistakes.is_empty() {
                assert!(fits(&variant, &schema, &schema), "only the schema refuses {variant}");
                taken += 1;
            } else if let Some(mistake) = mistakes.iter().find(|mistake| is_of_form(mistake)) {
                assert!(!fits(&variant, &schema, &schema), "only the reader refuses {variant}: {mistake}");
                refused += 1;
            }
        }
    }
    assert!(taken > 50 && refused > 500, "{taken} {refused}");
}
