//! URLs with placeholders: `{tenant}` is filled in when the description is read, `{token}` and `{client_id}`
//! on each call.

use secrecy::{ExposeSecret, SecretString};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::reader::Object;
use super::tenant::Tenant;
use crate::settings::is_allowed_address;

const TENANT: &str = "{tenant}";
/// The placeholder for the token.
pub(in crate::provider) const TOKEN: &str = "{token}";
/// The placeholder for the client's id.
pub(super) const CLIENT_ID: &str = "{client_id}";

/// A URL that is complete except for `{token}` and `{client_id}`.
#[derive(Clone, Debug)]
pub(in crate::provider) enum UrlTemplate {
    /// Without placeholders.
    Complete(Url),
    /// With placeholders.
    WithPlaces(String),
}

impl From<Url> for UrlTemplate {
    fn from(url: Url) -> Self {
        Self::Complete(url)
    }
}

impl UrlTemplate {
    /// Whether the token goes into the URL.
    pub(in crate::provider) fn holds_token(&self) -> bool {
        matches!(self, Self::WithPlaces(text) if text.contains(TOKEN))
    }

    /// The complete URL. `None` only for a template that was rejected when the description was read.
    pub(in crate::provider) fn fill(&self, client_id: &str, token: &SecretString) -> Option<Url> {
        match self {
            Self::Complete(url) => Some(url.clone()),
            Self::WithPlaces(text) => {
                let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let text = text.replace(CLIENT_ID, &encode(client_id));
                Url::parse(&text.replace(TOKEN, &encode(token.expose_secret()))).ok()
            }
        }
    }
}

impl Object<'_> {
    /// A URL with no placeholder but `{tenant}`.
    pub(in crate::provider) fn url(&mut self, key: &str, tenant: Option<&Tenant>) -> Option<Url> {
        match self.url_template(key, &[], tenant)? {
            UrlTemplate::Complete(url) => Some(url),
            UrlTemplate::WithPlaces(_) => None, // A problem has been noted.
        }
    }

    /// A URL that may also contain these placeholders.
    pub(super) fn url_template(
        &mut self,
        key: &str,
        places: &[&str],
        tenant: Option<&Tenant>,
    ) -> Option<UrlTemplate> {
        let text = self.text(key)?;
        match fill_tenant(&text, places, tenant) {
            Ok(template) => Some(template),
            Err(why) => {
                self.problem(key, why);
                None
            }
        }
    }
}

/// Fills in the tenant, and makes sure that the URL is still where the description wants it: a tenant is a
/// setting, which must not send tokens to another host.
fn fill_tenant(text: &str, places: &[&str], tenant: Option<&Tenant>) -> Result<UrlTemplate, &'static str> {
    let filled = tenant.map_or_else(|| text.to_owned(), |tenant| text.replace(TENANT, tenant.value()));
    if [TOKEN, CLIENT_ID].iter().any(|place| is_in_host(text, place)) {
        return Err("must not have {token} or {client_id} in its host");
    }
    let sample = places.iter().fold(filled.clone(), |sample, place| sample.replace(place, "x"));
    if sample.contains(TENANT) {
        return Err("has {tenant}, but there is no key \"tenant\" to define it");
    }
    if sample.contains(['{', '}']) {
        return Err("has a {placeholder} that is not allowed here");
    }
    let url = Url::parse(&sample).ok().filter(is_allowed_address);
    let url =
        url.ok_or("must be an https:// address (http:// only for localhost), without user or fragment")?;
    let host = url.host_str().unwrap_or_default();
    if is_in_host(text, TENANT) && !tenant.is_some_and(|tenant| tenant.may_be_at(host)) {
        return Err("with the tenant filled in must end in one of tenant.host_suffixes");
    }
    Ok(if sample == filled { UrlTemplate::Complete(url) } else { UrlTemplate::WithPlaces(filled) })
}

/// The parser decides what the host is, not the look of the text: `https:///{tenant}` has a host too.
fn is_in_host(text: &str, place: &str) -> bool {
    let others = [TENANT, TOKEN, CLIENT_ID].into_iter().filter(|other| *other != place);
    let text = others.fold(text.to_owned(), |text, other| text.replace(other, "x"));
    let host = |filled: &str| Some(Url::parse(&text.replace(place, filled)).ok()?.host_str()?.to_owned());
    text.contains(place) && host("a") != host("b")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_the_path_is_encoded() {
        let template = UrlTemplate::WithPlaces("https://example.com/{client_id}/token/{token}".to_owned());
        let filled = template.fill("a/b", &"x?y/../z".into()).unwrap();
        assert_eq!(filled.as_str(), "https://example.com/a%2Fb/token/x%3Fy%2F..%2Fz");
    }

    #[test]
    fn a_misplaced_placeholder_is_rejected() {
        for text in [
            "https://{tenant}.example.com/",
            "https://example.com/{tokens}",
            "https://{token}.example.com/",
            "http://example.com/",
            "example.com",
            "https://user@example.com/",
        ] {
            assert!(fill_tenant(text, &[TOKEN], None).is_err(), "{text}");
        }
        for text in ["https://{tenant}/", "https:///{tenant}/", "https:{tenant}/", "https:\\\\{tenant}/"] {
            assert!(is_in_host(text, TENANT), "{text}");
        }
        assert!(!is_in_host("https://example.com/{tenant}?{token}", TENANT));
        assert!(!is_in_host("https://placeholder.example.com/{token}", TOKEN));
        assert!(fill_tenant("https://example.com/{token}", &[TOKEN], None).is_ok());
        assert!(fill_tenant("https://example.com/{token}", &[], None).is_err());
    }
}
