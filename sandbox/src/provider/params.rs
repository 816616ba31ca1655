//! Form-encoded parameters, each at most once (RFC 6749 section 3.1).

use std::collections::HashMap;

use url::form_urlencoded;

use super::error::TokenError;

/// The parameters of one request.
#[derive(Default)]
pub(super) struct Params {
    values: HashMap<String, String>,
    repeated: bool,
}

impl Params {
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let mut params = Self::default();
        let mut seen = HashMap::<String, Vec<String>>::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            seen.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        for (name, mut values) in seen {
            match values.pop() {
                Some(value) if values.is_empty() => {
                    params.values.insert(name, value);
                }
                _ => params.repeated = true,
            }
        }
        params
    }

    /// Whether any parameter occurs more than once.
    pub(super) fn repeated(&self) -> bool {
        self.repeated
    }

    /// The value, if the parameter occurs once and is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn require(&self, name: &str) -> Result<&str, TokenError> {
        self.get(name).ok_or_else(|| TokenError::InvalidRequest(format!("{name} is missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_form_decoded() {
        let params = Params::parse(b"a=1+2%2B3&%C3%A9=x");
        assert_eq!(params.get("a"), Some("1 2+3"));
        assert_eq!(params.get("é"), Some("x"));
        assert!(!params.repeated());
    }

    #[test]
    fn an_empty_value_is_none() {
        assert_eq!(Params::parse(b"a=&b").get("a"), None);
        assert!(Params::parse(b"a=").require("a").is_err());
    }

    #[test]
    fn a_repeated_parameter_has_no_value() {
        let params = Params::parse(b"a=1&b=2&a=1");
        assert!(params.repeated());
        assert_eq!(params.get("a"), None);
        assert_eq!(params.get("b"), Some("2"));
        assert!(Params::parse(b"a=&a=1").repeated());
    }
}
