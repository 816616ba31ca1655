//! The app's manifest as it is served: with the address where the back end really is.
//!
//! A manifest names a back end, and the sandbox's may have moved to another port. When what the manifest calls
//! `API_BASE` has our prefix for its path, it means ours: everything of its origin moves, and nothing else does, and
//! `LINK_SCOPE` becomes what ours has. An entry that is missing in `connect-src` stays missing, and an app with a back
//! end of its own keeps it. Where there are several, they are taken in the order of the names that the manifest gives
//! them, say `API_BASE_BOOKS` and `API_BASE_MAIL`.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::BackEnd;

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
    moved: Vec<Moved>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
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
    /// Reads the bundle's `manifest.json`, and moves the back ends to where they are.
    pub(super) fn parse(built: &[u8], back_ends: &[BackEnd]) -> Result<Self, String> {
        let Built { mut manifest, file, views } =
            serde_json::from_slice(built).map_err(|error| format!("manifest.json: {error}"))?;
        let mut moved = Vec::new();
        if let Some(constants) = manifest["constants"].as_object_mut() {
            let named = constants.iter().filter_map(|(name, value)| {
                let url = Url::parse(value.as_str()?).ok()?;
                Some((name.strip_prefix("API_BASE")?.to_owned(), url))
            });
            let mut named = named.collect::<Vec<_>>();
            named.sort();
            for ((ending, meant), BackEnd { api_base, link_scope }) in named.into_iter().zip(back_ends) {
                let ours = Url::parse(api_base).map_err(|error| format!("{api_base}: {error}"))?;
                if meant.path().trim_end_matches('/') == ours.path() {
                    constants.insert(format!("LINK_SCOPE{ending}"), link_scope.as_str().into());
                    moved.push(Moved { from: origin(&meant), to: origin(&ours) });
                }
            }
        }
        for place in ["/constants", "/ui_extension/content_security_policy/connect-src"] {
            if let Some(value) = manifest.pointer_mut(place) {
                relocate(&moved, value);
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

/// Moves every address in a value, once.
fn relocate(moved: &[Moved], value: &mut Value) {
    match value {
        Value::String(text) => {
            let there = moved.iter().find_map(|Moved { from, to }| {
                let rest = text.strip_prefix(from.as_str())?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
            });
            if let Some(there) = there {
                *text = there;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| relocate(moved, item)),
        Value::Object(fields) => fields.values_mut().for_each(|field| relocate(moved, field)),
        _ => {}
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
        Served::parse(
            built.as_bytes(),
            &[back_end("http://localhost:4000", "user"), back_end("http://localhost:3333", "account")],
        )
        .unwrap()
    }

    fn back_end(origin: &str, link_scope: &str) -> BackEnd {
        BackEnd { api_base: format!("{origin}/api/oauth"), link_scope: link_scope.to_owned() }
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
            json!({
                "API_BASE": "http://localhost:4000/api/oauth",
                "HELP": "https://help.example",
                "LINK_SCOPE": "user",
            })
        );
        assert_eq!(
            served.sources("connect-src"),
            ["http://localhost:4000/api/oauth/", "http://localhost:33334/x/", "https://a.example/b"]
        );
        let moved =
            Moved { from: "http://localhost:3333".to_owned(), to: "http://localhost:4000".to_owned() };
        assert_eq!(served.moved, [moved]);
    }

    #[test]
    fn several_back_ends_move_each_to_its_own_place() {
        let constants = json!({
            // The second is where the first goes, and the first where the second goes.
            "API_BASE_BOOKS": "http://localhost:3333/api/oauth",
            "API_BASE_MAIL": "http://localhost:4000/api/oauth/",
            "LINK_SCOPE_BOOKS": "account",
        });
        let policy = json!({ "connect-src": ["http://localhost:4000/api/oauth/", "http://localhost:3333/api/oauth/"] });
        let served = served(&json!({
            "constants": constants, "ui_extension": { "content_security_policy": policy }
        }));
        assert_eq!(
            served.manifest["constants"],
            json!({
                "API_BASE_BOOKS": "http://localhost:4000/api/oauth",
                "API_BASE_MAIL": "http://localhost:3333/api/oauth/",
                "LINK_SCOPE_BOOKS": "user",
                "LINK_SCOPE_MAIL": "account",
            })
        );
        assert_eq!(
            served.sources("connect-src"),
            ["http://localhost:3333/api/oauth/", "http://localhost:4000/api/oauth/"]
        );
    }

    #[test]
    fn another_back_end_stays_where_it_is() {
        let mut manifest = app(&["https://a.example/api/"]);
        manifest["constants"]["API_BASE"] = json!("https://a.example/api");
        let served = served(&manifest);
        assert_eq!(served.manifest["constants"]["API_BASE"], "https://a.example/api");
        assert_eq!(served.sources("connect-src"), ["https://a.example/api/"]);
        assert_eq!(served.manifest["constants"]["LINK_SCOPE"], Value::Null);
        assert!(served.moved.is_empty());
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
        assert!(Served::parse(b"{", &[]).is_err());
        assert_eq!(
            app_id(br#"{"manifest":{"id":"com.example.app"},"file":"","views":""}"#).unwrap(),
            "com.example.app"
        );
    }
}
