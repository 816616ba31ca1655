//! JSON that must be an object.

use serde::de::DeserializeOwned;

/// Parses a JSON object into a struct; `None` if the text is not an object or does not fit the struct.
///
/// A struct's derived `Deserialize` also accepts an array with the fields in order. Few expect that, and it
/// gives one request two spellings. So all outside input that must be an object is parsed here.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let is_object = json.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(json).ok()).flatten()
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
}
