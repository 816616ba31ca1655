//! Reads a JSON object key by key; notes every mistake with its key, and every unknown key.

use lambda_http::http::Method;
use lambda_http::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use serde_json::{Map, Value};

use super::pointers::Pointers;
use crate::json;

/// Mistakes: for each, what is wrong (a key in the file, or a setting) and why.
#[derive(Debug, Default)]
pub(in crate::provider) struct Problems(Vec<(String, String)>);

impl Problems {
    fn note(&mut self, what: String, why: impl Into<String>) {
        self.0.push((what, why.into()));
    }

    pub(in crate::provider) fn into_vec(self) -> Vec<(String, String)> {
        self.0
    }
}

/// An object in the file. Keys are removed as they are read, so those left at the end are unknown.
pub(in crate::provider) struct Object<'a> {
    /// The file and the parent keys, such as `providers/slack.json: token.`.
    prefix: String,
    keys: Map<String, Value>,
    problems: &'a mut Problems,
}

impl<'a> Object<'a> {
    /// Reads a whole file.
    pub(in crate::provider) fn read<T>(
        file: &str,
        text: &str,
        problems: &'a mut Problems,
        read: impl FnOnce(&mut Object<'_>) -> T,
    ) -> Option<T> {
        match serde_json::from_str(text) {
            Ok(Value::Object(_)) if !json::has_distinct_keys(text.as_bytes()) => {
                problems.note(format!("{file}:"), "has a key twice in one object");
                None
            }
            Ok(Value::Object(keys)) => {
                Some(Object { prefix: format!("{file}: "), keys, problems }.finish(read))
            }
            Ok(_) => {
                problems.note(format!("{file}:"), "must be a JSON object");
                None
            }
            Err(error) => {
                let place = format!("is not JSON: line {}, column {}", error.line(), error.column());
                problems.note(format!("{file}:"), place);
                None
            }
        }
    }

    fn finish<T>(mut self, read: impl FnOnce(&mut Object<'_>) -> T) -> T {
        let built = read(&mut self);
        for key in self.keys.keys() {
            self.problems.note(format!("{}{key}", self.prefix), "is not a known key here");
        }
        built
    }

    pub(in crate::provider) fn problem(&mut self, key: &str, why: &str) {
        self.problems.note(format!("{}{key}", self.prefix), why);
    }

    /// Notes a problem with a setting.
    pub(in crate::provider) fn setting_problem(&mut self, name: &str, why: &str) {
        self.problems.note(name.to_owned(), why);
    }

    /// A nested object.
    pub(in crate::provider) fn object<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Object<'_>) -> T,
    ) -> Option<T> {
        self.keys.contains_key(key).then(|| self.object_or_empty(key, read))
    }

    /// A nested object that may be omitted, because all its keys may.
    pub(in crate::provider) fn object_or_empty<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Object<'_>) -> T,
    ) -> T {
        let keys = self.take(key, "must be an object", |value| match value {
            Value::Object(keys) => Some(keys),
            _ => None,
        });
        let prefix = format!("{}{key}.", self.prefix);
        Object { prefix, keys: keys.unwrap_or_default(), problems: self.problems }.finish(read)
    }

    /// A nested object, if that is what the value is.
    pub(in crate::provider) fn object_if<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Object<'_>) -> T,
    ) -> Option<T> {
        self.keys.get(key).is_some_and(Value::is_object).then(|| self.object_or_empty(key, read))
    }

    /// The keys that have not been read yet.
    pub(in crate::provider) fn names(&self) -> Vec<String> {
        self.keys.keys().cloned().collect()
    }

    /// Any JSON.
    pub(in crate::provider) fn value(&mut self, key: &str) -> Option<Value> {
        self.keys.remove(key)
    }

    /// A non-empty string.
    pub(in crate::provider) fn text(&mut self, key: &str) -> Option<String> {
        self.take(key, "must be a non-empty string", text)
    }

    /// What follows `prefix` in a text that begins with it.
    pub(in crate::provider) fn text_after(&mut self, key: &str, prefix: &str) -> Option<String> {
        let text = self.keys.get(key)?.as_str()?.strip_prefix(prefix)?.to_owned();
        self.keys.remove(key);
        Some(text)
    }

    /// As [`Object::text`], but required.
    pub(in crate::provider) fn required_text(&mut self, key: &str) -> Option<String> {
        self.require(key);
        self.text(key)
    }

    pub(in crate::provider) fn require(&mut self, key: &str) {
        if !self.keys.contains_key(key) {
            self.problem(key, "is missing");
        }
    }

    /// A list of non-empty strings; empty if the key is absent.
    pub(in crate::provider) fn texts(&mut self, key: &str) -> Vec<String> {
        let texts = self.take(key, "must be a list of non-empty strings", |value| match value {
            Value::Array(texts) => texts.into_iter().map(text).collect::<Option<Vec<_>>>(),
            _ => None,
        });
        texts.unwrap_or_default()
    }

    /// Names and strings, in the order of the names; empty if the key is absent.
    pub(in crate::provider) fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let pairs = self.take(key, "must be an object of non-empty strings", |value| match value {
            Value::Object(pairs) => {
                pairs.into_iter().map(|(name, value)| Some((name, text(value)?))).collect::<Option<Vec<_>>>()
            }
            _ => None,
        });
        pairs.unwrap_or_default()
    }

    /// Provider-specific request parameters. The protocol's own are not allowed: we fill them in.
    pub(in crate::provider) fn parameters(&mut self, key: &str, ours: &[&str]) -> Vec<(String, String)> {
        let pairs = self.pairs(key);
        for (name, _) in pairs.iter().filter(|(name, _)| ours.contains(&name.as_str())) {
            self.problem(&format!("{key}.{name}"), "is a protocol parameter, which is set automatically");
        }
        pairs
    }

    /// Provider-specific request headers.
    pub(in crate::provider) fn headers(&mut self, key: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.pairs(key) {
            headers.extend(self.header(key, &name, value));
        }
        headers
    }

    /// One of the headers under a key.
    pub(in crate::provider) fn header(
        &mut self,
        key: &str,
        name: &str,
        value: String,
    ) -> Option<(HeaderName, HeaderValue)> {
        let why = match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(header), Ok(_)) if [AUTHORIZATION, CONTENT_LENGTH, HOST, USER_AGENT].contains(&header) => {
                "is a header set automatically"
            }
            (Ok(header), Ok(value)) => return Some((header, value)),
            _ => "is not a valid HTTP header",
        };
        self.problem(&format!("{key}.{name}"), why);
        None
    }

    /// A header's name.
    pub(in crate::provider) fn header_name(&mut self, key: &str) -> Option<HeaderName> {
        self.take(key, "must be the name of an HTTP header", |value| HeaderName::try_from(text(value)?).ok())
    }

    pub(in crate::provider) fn flag(&mut self, key: &str, default: bool) -> bool {
        self.take(key, "must be true or false", |value| value.as_bool()).unwrap_or(default)
    }

    /// A whole number of seconds.
    pub(in crate::provider) fn seconds(&mut self, key: &str) -> Option<u64> {
        self.take(key, "must be a whole number of seconds", |value| value.as_u64())
    }

    /// A number of characters.
    pub(in crate::provider) fn count(&mut self, key: &str) -> Option<usize> {
        self.take(key, "must be a whole number", |value| value.as_u64()?.try_into().ok())
    }

    /// One of a fixed set of words.
    pub(in crate::provider) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let listed = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.take(key, &format!("must be one of: {listed}"), |value| {
            words.iter().find(|(word, _)| value == *word).map(|(_, meant)| *meant)
        })
    }

    /// The key `method`; the first is the default.
    pub(in crate::provider) fn method(&mut self, methods: &[(&str, &Method)]) -> Method {
        self.word("method", methods).unwrap_or(methods[0].1).clone()
    }

    /// A JSON pointer or a list of them: the first that finds a value is used.
    pub(in crate::provider) fn pointers(&mut self, key: &str, default: &[&str]) -> Pointers {
        let pointers =
            self.take(key, "must be a JSON pointer such as \"/user/id\", or a list of them", |value| {
                match value {
                    Value::Array(list) => list.into_iter().map(pointer).collect::<Option<Vec<_>>>(),
                    one => pointer(one).map(|pointer| vec![pointer]),
                }
            });
        pointers.map_or_else(|| Pointers::new(default), |pointers| Pointers::new(&pointers))
    }

    fn take<T>(&mut self, key: &str, must: &str, read: impl FnOnce(Value) -> Option<T>) -> Option<T> {
        let read = read(self.keys.remove(key)?);
        if read.is_none() {
            self.problem(key, must);
        }
        read
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// A pointer in the syntax of RFC 6901 section 3.
fn pointer(value: Value) -> Option<String> {
    text(value).filter(|pointer| pointer.starts_with('/'))
}
