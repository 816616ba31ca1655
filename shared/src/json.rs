//! JSON that must be an object.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Parses a JSON object into a struct; `None` if the text is not an object or does not fit the struct.
///
/// A struct's derived `Deserialize` also accepts an array with the fields in order. Few expect that, and it
/// gives one request two spellings. So all outside input that must be an object is parsed here.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let is_object = json.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(json).ok()).flatten()
}

/// Whether every object in the text, at any depth, has each of its keys once. Which of two values counts is up to
/// the parser, so two readers of one text might see different things.
pub(crate) fn has_distinct_keys(json: &[u8]) -> bool {
    serde_json::from_slice::<DistinctKeys>(json).is_ok()
}

/// Any JSON without repeated keys.
struct DistinctKeys;

impl<'de> Deserialize<'de> for DistinctKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for DistinctKeys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("a key is repeated"));
            }
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self, A::Error> {
        while sequence.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Pair {
        one: u8,
        two: u8,
    }

    #[test]
    fn only_an_object_is_one() {
        for json in [r#"{"one":1,"two":2}"#, " \t\r\n{ \"two\" : 2, \"one\" : 1 }\n"] {
            assert_eq!(object(json.as_bytes()), Some(Pair { one: 1, two: 2 }), "{json}");
        }
        for json in
            ["[1,2]", " [1,2]", "", "null", "{", r#"{"one":1}"#, r#"{"one":1,"one":1,"two":2}"#, "{}[1,2]"]
        {
            assert_eq!(object::<Pair>(json.as_bytes()), None, "{json}");
        }
    }

    #[test]
    fn a_repeated_key_is_found_at_any_depth() {
        for json in [r#"{"a":1,"b":[{"a":null},{"a":-1.5}],"c":{"a":"\u00e9\n","b":true}}"#, "[]", "1"] {
            assert!(has_distinct_keys(json.as_bytes()), "{json}");
        }
        let too_deep = "[".repeat(200) + &"]".repeat(200);
        for json in
            [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":1}"#, r#"[{"b":{"a":1,"b":2,"a":{}}}]"#, "{", &too_deep]
        {
            assert!(!has_distinct_keys(json.as_bytes()), "{json}");
        }
    }
}
