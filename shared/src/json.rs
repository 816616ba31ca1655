//! JSON that must be an object.

use serde::de::DeserializeOwned;

/// Reads a JSON object into a struct; `None` when it is not one, or not of that form.
///
/// What serde derives for a struct also accepts an array, its elements in the order of the fields. Nobody who
/// writes a struct expects that, and it gives one request two spellings. So everything that comes from outside and
/// is meant to be an object is read here.
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
