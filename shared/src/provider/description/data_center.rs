use std::collections::BTreeMap;

use url::Url;

use super::reader::Object;
use crate::settings::is_allowed_address;

/// For a provider that says on the callback which of its servers has the user's account.
#[derive(Clone, Debug)]
pub(in crate::provider) struct DataCenter {
    /// The callback parameter that names the server.
    pub parameter: String,
    /// The servers it may name. A callback's word alone must not decide where tokens go.
    servers: Vec<String>,
}

impl DataCenter {
    pub(super) fn read(object: &mut Object<'_>) -> Option<Self> {
        let parameter = object.required_text("parameter");
        object.require("servers");
        let servers = object.texts("servers");
        let is_server = |text: &String| {
            let url = Url::parse(text).ok().filter(is_allowed_address);
            url.is_some_and(|url| url.query().is_none()) && !text.ends_with('/')
        };
        if !servers.iter().all(is_server) {
            object.problem(
                "servers",
                "must each be https:// and a host, such as \"https://accounts.example.com\"",
            );
        }
        Some(Self { parameter: parameter?, servers })
    }

    /// Whether the callback may name this server.
    pub(in crate::provider) fn has(&self, server: &str) -> bool {
        self.servers.iter().any(|known| known == server)
    }

    /// The same URL at the server that the callback named; unchanged if it named none, or is not about one of
    /// these servers.
    pub(in crate::provider) fn locate(&self, url: Url, callback: &BTreeMap<String, String>) -> Url {
        let chosen = callback.get(&self.parameter).filter(|chosen| self.has(chosen));
        let path = self.servers.iter().find_map(|server| {
            url.as_str().strip_prefix(server.as_str()).filter(|path| path.starts_with('/'))
        });
        let moved = chosen.zip(path).and_then(|(server, path)| Url::parse(&format!("{server}{path}")).ok());
        moved.unwrap_or(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listed_server_gets_the_call() {
        let center = DataCenter {
            parameter: "accounts-server".to_owned(),
            servers: ["https://accounts.zoho.com", "https://accounts.zoho.eu"].map(str::to_owned).to_vec(),
        };
        let located = |url: &str, named: Option<&str>| {
            let callback = named.map(|named| ("accounts-server".to_owned(), named.to_owned()));
            center.locate(url.parse().unwrap(), &callback.into_iter().collect()).to_string()
        };
        let token = "https://accounts.zoho.com/oauth/v2/token?x=1";
        assert_eq!(
            located(token, Some("https://accounts.zoho.eu")),
            "https://accounts.zoho.eu/oauth/v2/token?x=1"
        );
        for named in [None, Some("https://evil.example"), Some("https://accounts.zoho.eu/"), Some("")] {
            assert_eq!(located(token, named), token, "{named:?}");
        }
        for elsewhere in ["https://accounts.zoho.com.evil.example/", "https://example.com/"] {
            assert_eq!(located(elsewhere, Some("https://accounts.zoho.eu")), elsewhere);
        }
    }
}
