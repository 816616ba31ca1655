//! The app's manifest as it is served: with the address where the back end really is.
//!
//! A manifest names a back end, and the sandbox's may have moved to another port. When what the manifest calls
//! `API_BASE` has our prefix for its path, it means ours: everything of its origin moves, and nothing else does. An
//! entry that is missing in `connect-src` stays missing, and an app with a back end of its own keeps it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

/// What Stripe's tools call a manifest: a local one first, then those of version 1 and 2.
const NAMES: [&str; 3] = ["stripe-app.dev.json", "stripe-app.json", "stripe-app.yaml"];

/// The name of an app's manifest: the first that is there, else the one that most apps have.
#[must_use]
pub fn name_in(app: &Path) -> &'static str {
    NAMES.into_iter().find(|name| app.join(name).is_file()).unwrap_or("stripe-app.json")
}

/// A manifest whose addresses are those in use now.
#[derive(Debug, Serialize)]
pub(super) struct Served {
    manifest: Value,
    file: String,
    /// The folder of the views.
    views: String,
    moved: Moved,
}

#[derive(Debug, Serialize)]
struct Moved {
    from: String,
    to: String,
}

/// `manifest.json` of the bundle.
#[derive(Deserialize)]
struct Built {
    manifest: Value,
    file: String,
    views: String,
}

/// The app's id, of a bundle's `manifest.json`.
pub(super) fn app_id(built: &[u8]) -> Option<String> {
    let built: Built = serde_json::from_slice(built).ok()?;
    Some(built.manifest["id"].as_str()?.to_owned())
}

impl Served {
    /// Reads the bundle's `manifest.json`, and moves the back end to where it is.
    pub(super) fn parse(built: &[u8], api_base: &str) -> Result<Self, String> {
        let Built { mut manifest, file, views } =
            serde_json::from_slice(built).map_err(|error| format!("manifest.json: {error}"))?;
        let ours = Url::parse(api_base).map_err(|error| format!("{api_base}: {error}"))?;
        let declared = manifest["constants"]["API_BASE"].as_str();
        let meant = declared.and_then(|address| Url::parse(address).ok());
        let meant = meant.filter(|url| url.path().trim_end_matches('/') == ours.path());
        let moved = Moved { from: origin(meant.as_ref().unwrap_or(&ours)), to: origin(&ours) };
        let policy = "/ui_extension/content_security_policy/connect-src";
        for place in ["/constants", policy] {
            if let Some(value) = manifest.pointer_mut(place) {
                moved.apply(value);
            }
        }
        Ok(Self { manifest, file, views, moved })
    }

    pub(super) fn manifest(&self) -> &Value {
        &self.manifest
    }

    /// One list of the manifest's content security policy.
    pub(super) fn sources(&self, list: &str) -> Vec<String> {
        let list = &self.manifest["ui_extension"]["content_security_policy"][list];
        let sources = list.as_array().into_iter().flatten().filter_map(Value::as_str);
        // What is not one address would say something else in a header.
        sources
            .filter(|source| source.is_ascii() && !source.contains([';', ',', ' ', '\r', '\n', '\t']))
            .map(str::to_owned)
            .collect()
    }
}

impl Moved {
    fn apply(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(rest) = text.strip_prefix(&self.from)
                    && (rest.is_empty() || rest.starts_with('/'))
                {
                    *text = format!("{}{rest}", self.to);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.apply(field)),
            _ => {}
        }
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn served(manifest: &Value) -> Served {
        let built =
            json!({ "manifest": manifest, "file": "stripe-app.dev.json", "views": "src/views" }).to_string();
        Served::parse(built.as_bytes(), "http://localhost:4000/api/oauth").unwrap()
    }

    fn app(connect: &[&str]) -> Value {
        json!({
            "id": "com.example.app",
            "constants": { "API_BASE": "http://localhost:3333/api/oauth", "HELP": "https://help.example" },
            "ui_extension": { "content_security_policy": { "connect-src": connect } },
        })
    }

    #[test]
    fn the_back_end_moves_and_nothing_else() {
        let served = served(&app(&[
            "http://localhost:3333/api/oauth/",
            "http://localhost:33334/x/",
            "https://a.example/b",
        ]));
        assert_eq!(
            served.manifest["constants"],
            json!({ "API_BASE": "http://localhost:4000/api/oauth", "HELP": "https://help.example" })
        );
        assert_eq!(
            served.sources("connect-src"),
            ["http://localhost:4000/api/oauth/", "http://localhost:33334/x/", "https://a.example/b"]
        );
        assert_eq!(served.moved.from, "http://localhost:3333");
        assert_eq!(served.moved.to, "http://localhost:4000");
    }

    #[test]
    fn another_back_end_stays_where_it_is() {
        let mut manifest = app(&["https://a.example/api/"]);
        manifest["constants"]["API_BASE"] = json!("https://a.example/api");
        let served = served(&manifest);
        assert_eq!(served.manifest["constants"]["API_BASE"], "https://a.example/api");
        assert_eq!(served.sources("connect-src"), ["https://a.example/api/"]);
        assert_eq!(served.moved.from, served.moved.to);
    }

    #[test]
    fn a_missing_entry_stays_missing() {
        assert!(served(&app(&[])).sources("connect-src").is_empty());
        assert!(served(&json!({})).sources("connect-src").is_empty());
    }

    #[test]
    fn an_entry_cannot_say_anything_else_in_the_header() {
        let served = served(&app(&["http://a.example/; script-src *", "https://a.example/b"]));
        assert_eq!(served.sources("connect-src"), ["https://a.example/b"]);
    }

    #[test]
    fn a_local_manifest_goes_before_the_others() {
        let app = std::env::temp_dir().join(format!("manifests-{}", std::process::id()));
        std::fs::create_dir_all(&app).unwrap();
        assert_eq!(name_in(&app), "stripe-app.json");
        for name in ["stripe-app.yaml", "stripe-app.json", "stripe-app.dev.json"] {
            std::fs::write(app.join(name), "").unwrap();
            assert_eq!(name_in(&app), name);
        }
        std::fs::remove_dir_all(app).unwrap();
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        assert!(Served::parse(b"{", "http://localhost:4000/").is_err());
        assert_eq!(
            app_id(br#"{"manifest":{"id":"com.example.app"},"file":"","views":""}"#).unwrap(),
            "com.example.app"
        );
    }
}
