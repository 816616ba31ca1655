use url::Url;

use super::Provider;
use crate::settings::Settings;

/// What was registered in the provider's console: who we are, and where it sends the browser back.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The provider's name, as in `PROVIDER`.
    pub provider: &'static str,
    /// `client_id` (RFC 6749 section 2.2).
    pub client_id: String,
    /// `redirect_uri` (RFC 6749 section 3.1.2), built from settings and never from a request.
    pub redirect_uri: Url,
}

impl Registration {
    /// Reads `API_HOST_URL`.
    pub(super) fn from_settings(settings: &mut Settings, provider: &Provider) -> Option<Self> {
        let host = settings.required_url("API_HOST_URL");
        let mut redirect_uri = host?;
        redirect_uri.set_query(None);
        redirect_uri.path_segments_mut().ok()?.pop_if_empty().extend(["api", "oauth", "authorize"]);
        Some(Self { provider: provider.name?, client_id: provider.client_id.clone()?, redirect_uri })
    }

    /// What the sealed tokens of a link attempt are bound to: they open under no other registration.
    #[must_use]
    pub fn context(&self) -> [&str; 3] {
        [self.provider, &self.client_id, self.redirect_uri.as_str()]
    }
}
