use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::reader::Object;
use super::{HostSuffixes, Pointers};
use crate::settings::is_allowed_address;

/// The longest value that is kept, in bytes.
const LONGEST: usize = 512;

/// A field of the token response to keep with the tokens.
#[derive(Clone, Debug)]
pub(in crate::provider) struct KeptField {
    name: String,
    at: Pointers,
    /// For a field that says where the provider's API is: the domains it may be in.
    hosts: Option<HostSuffixes>,
}

impl KeptField {
    /// Reads the key `kept`: names, each with a pointer, or with an object that also has `host_suffixes`.
    pub(super) fn read_all(object: &mut Object<'_>) -> Vec<Self> {
        object.object_or_empty("kept", |kept| {
            let fields = kept.names().into_iter().map(|name| {
                let hosted = kept.object_if(&name, |field| {
                    field.require("at");
                    field.require("host_suffixes");
                    (field.pointers("at", &[]), Some(HostSuffixes::read(field)))
                });
                let (at, hosts) = hosted.unwrap_or_else(|| (kept.pointers(&name, &[]), None));
                Self { name, at, hosts }
            });
            fields.collect()
        })
    }

    pub(in crate::provider) fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is an address of the provider's, as the field has to be. No value of a field that is not an
    /// address is one.
    pub(in crate::provider) fn is_address(&self, value: &str) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| is_origin(value, hosts))
    }

    /// Whether the field says where the provider's API is.
    pub(in crate::provider) fn holds_address(&self) -> bool {
        self.hosts.is_some()
    }

    /// The fields found in a token response. One that should be an address of the provider, and is not, is
    /// left out.
    pub(in crate::provider) fn find_all(fields: &[Self], document: &Value) -> BTreeMap<String, String> {
        fields.iter().filter_map(|field| Some((field.name.clone(), field.find(document)?))).collect()
    }

    fn find(&self, document: &Value) -> Option<String> {
        let value = match self.at.find(document)? {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return None,
        };
        let is_kept =
            value.len() <= LONGEST && self.hosts.as_ref().is_none_or(|hosts| is_origin(&value, hosts));
        if !is_kept {
            tracing::warn!(
                field = self.name,
                "a field of the token response is too long, or not the provider's host"
            );
        }
        is_kept.then_some(value)
    }
}

/// Whether this is `https`, a host in one of the domains, and nothing more.
fn is_origin(text: &str, hosts: &HostSuffixes) -> bool {
    let url = Url::parse(text).ok().filter(is_allowed_address);
    url.is_some_and(|url| {
        let is_bare = url.path() == "/" && url.query().is_none() && url.port().is_none();
        is_bare && url.scheme() == "https" && url.host_str().is_some_and(|host| hosts.admit(host))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::description::reader::Problems;

    #[test]
    fn an_address_is_kept_only_if_it_is_the_provider_s() {
        let file = r#"{"kept":{"team":"/team/id","instance":{"at":"/instance_url","host_suffixes":[".salesforce.com"]}}}"#;
        let mut problems = Problems::default();
        let fields = Object::read("own.json", file, &mut problems, KeptField::read_all);
        let fields = fields.unwrap();
        assert!(problems.into_vec().is_empty());
        for (address, is_kept) in [
            ("https://acme.my.salesforce.com", true),
            ("https://acme.my.salesforce.com/", true),
            ("http://acme.my.salesforce.com", false),
            ("https://salesforce.com", false),
            ("https://evil-salesforce.com", false),
            ("https://acme.salesforce.com.evil.example", false),
            ("https://evil.example/.salesforce.com", false),
            ("https://evil.example#.salesforce.com", false),
            ("https://user@acme.salesforce.com", false),
            ("https://acme.salesforce.com:8443", false),
            ("https://acme.salesforce.com/path", false),
            ("https://acme.salesforce.com?query", false),
            ("acme.salesforce.com", false),
            ("", false),
        ] {
            let document = json!({ "instance_url": address, "team": { "id": 7 } });
            let kept = KeptField::find_all(&fields, &document);
            assert_eq!(kept.contains_key("instance"), is_kept, "{address}");
            assert_eq!(kept["team"], "7");
        }
        assert!(KeptField::find_all(&fields, &json!({ "team": { "id": "x".repeat(513) } })).is_empty());
        assert!(KeptField::find_all(&fields, &json!({ "team": { "id": ["x"] } })).is_empty());
    }
}
