//! Where in a provider's answer something is.

use serde_json::Value;

/// JSON pointers (RFC 6901); the first that leads to something counts.
#[derive(Clone, Debug, Default)]
pub(in crate::provider) struct Pointers(Vec<String>);

impl Pointers {
    pub(super) fn new(pointers: Vec<String>) -> Self {
        Self(pointers)
    }

    /// What the pointers lead to; null counts as nothing.
    pub(in crate::provider) fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.all(document).next()
    }

    /// The first text among what the pointers lead to; empty counts as nothing.
    pub(in crate::provider) fn text(&self, document: &Value) -> Option<String> {
        self.all(document).filter_map(Value::as_str).find(|text| !text.is_empty()).map(str::to_owned)
    }

    fn all<'a>(&self, document: &'a Value) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter_map(|pointer| document.pointer(pointer)).filter(|value| !value.is_null())
    }
}
