//! Where to find a value in a provider's response.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// JSON pointers (RFC 6901), as their reference tokens; the first that finds a value is used.
#[derive(Clone, Debug, Default)]
pub(in crate::provider) struct Pointers(Vec<Vec<String>>);

impl Pointers {
    pub(super) fn new(pointers: &[impl AsRef<str>]) -> Self {
        let token = |escaped: &str| escaped.replace("~1", "/").replace("~0", "~");
        let tokens = |pointer: &str| pointer.split('/').skip(1).map(token).collect();
        Self(pointers.iter().map(|pointer| tokens(pointer.as_ref())).collect())
    }

    /// The value found; `null` counts as absent.
    pub(in crate::provider) fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.all(document).next()
    }

    /// Like [`Pointers::find`], but as written in the document: a [`Value`] rounds numbers beyond 64 bits.
    pub(in crate::provider) fn find_raw<'a>(&self, document: &'a str) -> Option<&'a RawValue> {
        self.find_below(serde_json::from_str(document).ok()?)
    }

    /// As [`Pointers::find_raw`], below a value.
    pub(in crate::provider) fn find_below<'a>(&self, value: &'a RawValue) -> Option<&'a RawValue> {
        self.0
            .iter()
            .filter_map(|tokens| tokens.iter().try_fold(value, raw_member))
            .find(|value| value.get() != "null")
    }

    /// The first string found; an empty one counts as absent.
    pub(in crate::provider) fn text(&self, document: &Value) -> Option<String> {
        self.all(document).filter_map(Value::as_str).find(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The error codes found. A response without an error may have `false`, `0` or something empty there; an
    /// error without a code of its own gives an empty one.
    pub(in crate::provider) fn codes<'a>(&self, document: &'a Value) -> impl Iterator<Item = Cow<'a, str>> {
        self.all(document).filter_map(|value| match value {
            Value::String(text) => (!text.is_empty()).then(|| Cow::from(text)),
            Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string().into()),
            Value::Bool(flag) => flag.then(|| "true".into()),
            Value::Object(object) => (!object.is_empty()).then(|| "".into()),
            Value::Array(list) => (!list.is_empty()).then(|| "".into()),
            Value::Null => None,
        })
    }

    fn all<'a>(&self, document: &'a Value) -> impl Iterator<Item = &'a Value> {
        let found = self.0.iter().filter_map(move |tokens| tokens.iter().try_fold(document, member));
        found.filter(|value| !value.is_null())
    }
}

/// One step of evaluating a pointer (RFC 6901 section 4).
fn member<'a>(value: &'a Value, token: &String) -> Option<&'a Value> {
    if value.is_array() { value.get(index(token)?) } else { value.get(token) }
}

/// As [`member`], in JSON that was not parsed.
fn raw_member<'a>(value: &'a RawValue, token: &String) -> Option<&'a RawValue> {
    if value.get().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        elements.get(index(token)?).copied()
    } else {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
        members.get(token).copied()
    }
}

/// An element's position: no sign, no leading zero.
fn index(token: &str) -> Option<usize> {
    let position = token.parse::<usize>().ok()?;
    (position.to_string() == token).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_raw_finds_the_same_value() {
        let document = r#" { "a": null, "b": [ {}, { "c/d~": 12345678901234567890123, "é": "\u00e9" } ], "e": [1], "e": [2] } "#;
        let value: Value = serde_json::from_str(document).unwrap();
        for (pointer, expected) in [
            ("/b/1/c~1d~0", Some("12345678901234567890123")),
            ("/b/1/é", Some(r#""\u00e9""#)),
            ("/b/0", Some("{}")),
            ("/e", Some("[2]")),
            ("/a", None),
            ("/a/b", None),
            ("/b/2", None),
            ("/b/x", None),
            ("/b/+1", None),
            ("/b/01", None),
            ("/b/1/é/0", None),
            ("/nowhere", None),
        ] {
            let pointers = Pointers::new(&["/a", pointer]);
            let raw = pointers.find_raw(document).map(RawValue::get);
            assert_eq!(raw, expected, "{pointer}");
            let raw = raw.map(|raw| serde_json::from_str::<Value>(raw).unwrap());
            assert_eq!(raw.as_ref(), pointers.find(&value), "{pointer}");
            assert_eq!(raw.as_ref(), value.pointer(pointer).filter(|value| !value.is_null()), "{pointer}");
        }
    }
}
