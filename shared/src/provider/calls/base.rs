use url::Url;

use super::path::Path;
use crate::error::Error;
use crate::provider::Kept;
use crate::provider::description::{Description, KeptField, Object};

/// Where the provider's API is.
#[derive(Debug)]
pub(super) enum Base {
    /// Always here.
    Constant(Url),
    /// At an address that the provider gave with the tokens.
    Kept { field: KeptField, path: String },
}

impl Base {
    /// Reads the key `base`.
    pub(super) fn read(object: &mut Object<'_>, description: &Description) -> Option<Self> {
        object.require("base");
        let base = if let Some(kept) = object.text_after("base", "{kept.") {
            Self::kept(&kept, &description.token.fields.kept)
        } else {
            let url = object.url("base", description.tenant.as_ref())?;
            url.query().is_none().then_some(Self::Constant(url)).ok_or("must not have a query")
        };
        base.map_err(|why| object.problem("base", why)).ok()
    }

    /// Reads what follows `{kept.`. A callback's parameter is no candidate: it passed through the user's browser,
    /// and must not decide where tokens go.
    fn kept(text: &str, fields: &[KeptField]) -> Result<Self, &'static str> {
        let (name, path) = text.split_once('}').ok_or("must have a } after the name")?;
        let field = fields.iter().find(|field| field.name() == name && field.holds_address()).ok_or(
            "must name a field that the provider's description keeps from the token response with host_suffixes",
        )?;
        let path = path.trim_end_matches('/');
        if !path.is_empty() && Path::parse(path)?.places().next().is_some() {
            return Err("must have no other place");
        }
        Ok(Self::Kept { field: field.clone(), path: path.to_owned() })
    }

    /// The URL of a path below this base.
    ///
    /// # Errors
    /// `reconnect_required` if the link does not say where the API is.
    pub(super) fn join(&self, path: &str, kept: Kept<'_>) -> Result<Url, Error> {
        let (base, below) = match self {
            Self::Constant(url) => (url.clone(), ""),
            Self::Kept { field, path } => {
                let value = kept.granted.get(field.name()).filter(|value| field.is_address(value));
                let url = value.and_then(|value| Url::parse(value).ok()).ok_or_else(|| {
                    tracing::warn!(name = field.name(), "the link does not say where the provider's API is");
                    Error::ReconnectRequired
                })?;
                (url, path.as_str())
            }
        };
        let text = format!("{}{below}{path}", base.as_str().trim_end_matches('/'));
        // The parser must find nothing in it to resolve: the path is the declared one, segment by segment.
        Url::parse(&text).ok().filter(|url| url.as_str() == text).ok_or(Error::Internal)
    }
}
