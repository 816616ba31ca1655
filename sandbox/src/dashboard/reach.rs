//! Which hosts an app may reach beyond this machine.

use std::collections::BTreeSet;

use serde_json::Value;
use url::{Host, Url};

/// The hosts that a manifest's content security policy names and that are not this machine, each once.
#[must_use]
pub fn hosts(manifest: &Value) -> Vec<String> {
    let policy = &manifest["ui_extension"]["content_security_policy"];
    let sources =
        ["connect-src", "image-src"].into_iter().filter_map(|list| policy[list].as_array()).flatten();
    let beyond = sources.filter_map(Value::as_str).filter(|source| !is_here(source));
    beyond.map(host_of).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a source is on this machine. What is not an address is not.
pub(super) fn is_here(source: &str) -> bool {
    match Url::parse(source).as_ref().map(Url::host) {
        Ok(Some(Host::Domain(name))) => name == "localhost" || name.ends_with(".localhost"),
        Ok(Some(Host::Ipv4(address))) => address.is_loopback(),
        Ok(Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

fn host_of(source: &str) -> String {
    let url = Url::parse(source).ok();
    url.as_ref().and_then(Url::host_str).unwrap_or(source).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hosts_are_named_once_and_this_machine_is_not() {
        let policy = json!({
            "connect-src": ["https://b.example/x/", "http://localhost:3333/api/", "https://b.example/y/", "https:"],
            "image-src": ["https://a.example/", "http://127.0.0.1/", "http://[::1]:8080/", "https://localhost.example/"],
        });
        let manifest = json!({ "ui_extension": { "content_security_policy": policy } });
        assert_eq!(hosts(&manifest), ["a.example", "b.example", "https:", "localhost.example"]);
        assert!(hosts(&json!({})).is_empty());
    }
}
