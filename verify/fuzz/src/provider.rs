//! Made-up answers from every provider with a preset.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use shared::http::Reply;
use shared::{Http, Provider, Settings};

use crate::part;

/// A part of the back end for each provider, by the preset's name; `custom` has no preset.
pub struct ByProvider<T>(BTreeMap<String, T>);

impl<T> ByProvider<T> {
    /// Builds them all.
    pub fn new(more: &[(&str, &str)], read: impl Fn(&mut Settings, &Provider, &Http) -> Option<T>) -> Self {
        let read = |settings: &mut Settings, http: &Http| {
            let provider = Provider::from_settings(settings);
            read(settings, &provider, http)
        };
        let presets = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../providers"));
        let files = fs::read_dir(presets).expect("the presets").flatten().map(|file| file.path());
        let build = |file: &Path| {
            let name = file.file_stem()?.to_str()?.to_owned();
            let preset: Value = serde_json::from_str(&fs::read_to_string(file).ok()?).expect("JSON");
            let tenant = preset["tenant"]["example"].as_str().unwrap_or_default();
            let settings = [&[("PROVIDER", &*name), ("THIRD_PARTY_TENANT", tenant)], more].concat();
            let built = part(&settings, &read);
            Some((name, built))
        };
        let mut parts: BTreeMap<_, _> = files.filter_map(|file| build(&file)).collect();
        let custom = [&[("THIRD_PARTY_URL_BASE", "https://provider.example.com")], more].concat();
        parts.insert("custom".to_owned(), part(&custom, &read));
        Self(parts)
    }

    /// Reads `<provider> <status> <Retry-After>`, a line break, and the body: whose answer, and the answer.
    #[must_use]
    pub fn read(&self, text: &[u8]) -> Option<(&T, Reply)> {
        let end = text.iter().position(|byte| *byte == b'\n')?;
        let mut words = std::str::from_utf8(&text[..end]).ok()?.split(' ');
        let (provider, status) = (self.0.get(words.next()?)?, words.next()?.parse().ok()?);
        let mut reply = (200..600).contains(&status).then(|| Reply::of(status, &text[end + 1..]))?;
        if let Some(value) = words.next().and_then(|word| word.parse().ok()) {
            reply.headers.insert("retry-after", value);
        }
        Some((provider, reply))
    }
}
