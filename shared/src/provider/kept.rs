use std::collections::BTreeMap;

/// What is kept with the tokens of a link, by name.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// Parameters of the provider's callback, which passed through the user's browser.
    pub callback: &'a BTreeMap<String, String>,
    /// Fields of the token response, which came from the provider itself.
    pub granted: &'a BTreeMap<String, String>,
}
