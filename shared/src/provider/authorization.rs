use url::Url;

use super::description::{Parameters, QUERY, RESPONSE_MODE};
use super::{Provider, Registration, endpoint, nonce};
use crate::error::Error;
use crate::sealed::LinkId;
use crate::settings::Settings;

/// The authorization endpoint (RFC 6749 section 3.1), where the user's browser is sent.
pub struct AuthorizationEndpoint {
    url: Url,
    /// The parameter's name and value.
    scopes: Option<(String, String)>,
    is_openid: bool,
    parameters: Parameters,
    pkce: bool,
    state_limit: Option<usize>,
    registration: Registration,
}

impl AuthorizationEndpoint {
    /// Reads `THIRD_PARTY_AUTHORIZE_URL`, `THIRD_PARTY_SCOPES` and the registration.
    pub fn from_settings(settings: &mut Settings, provider: &Provider) -> Option<Self> {
        let registration = Registration::from_settings(settings, provider);
        let described = &provider.description.as_ref()?.authorization;
        let url = endpoint(settings, "THIRD_PARTY_AUTHORIZE_URL", described.url.as_ref(), "oauth");
        let is_served =
            |url: &Url| url.query_pairs().all(|(name, value)| name != RESPONSE_MODE || value == QUERY);
        if !url.as_ref().is_none_or(is_served) {
            settings
                .problem("THIRD_PARTY_AUTHORIZE_URL", "must not ask for a response_mode other than query");
        }
        let scopes = match settings.optional("THIRD_PARTY_SCOPES") {
            Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
            None => described.scopes.clone(),
        };
        Some(Self {
            url: url?,
            is_openid: scopes.iter().any(|scope| scope == "openid"),
            scopes: (!scopes.is_empty())
                .then(|| (described.scope_parameter.clone(), scopes.join(&described.scope_separator))),
            parameters: described.parameters.clone(),
            pkce: described.pkce,
            state_limit: described.state_limit,
            registration: registration?,
        })
    }

    /// Our registration at the provider.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The authorization request (RFC 6749 section 4.1.1) with PKCE (RFC 7636 section 4.3) if the provider
    /// supports it, and a nonce if OpenID Connect is requested.
    ///
    /// # Errors
    /// `client_misconfigured` if the provider is known not to take a `state` of this length.
    pub fn request(&self, state: &str, challenge: &str, link: &LinkId) -> Result<Url, Error> {
        if let Some(limit) = self.state_limit.filter(|limit| state.len() > *limit) {
            tracing::error!(
                length = state.len(),
                limit,
                "our state is longer than this provider takes: see docs/providers/description.md, state_limit"
            );
            return Err(Error::ClientMisconfigured);
        }
        let mut url = self.url.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.registration.client_id)
                .append_pair("redirect_uri", self.registration.redirect_uri.as_str());
            if let Some((name, scopes)) = &self.scopes {
                query.append_pair(name, scopes);
            }
            if self.is_openid {
                query.append_pair("nonce", &nonce::of(link));
            }
            query.extend_pairs(&self.parameters).append_pair("state", state);
            if self.pkce {
                query.append_pair("code_challenge", challenge).append_pair("code_challenge_method", "S256");
            }
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(more: &[(&'static str, &str)]) -> Option<AuthorizationEndpoint> {
        let base = [("THIRD_PARTY_CLIENT_ID", "client"), ("API_HOST_URL", "https://api.example.com/prod/")];
        let mut settings = Settings::of(&[&base[..], more].concat());
        let provider = Provider::from_settings(&mut settings);
        AuthorizationEndpoint::from_settings(&mut settings, &provider)
    }

    #[test]
    fn the_request_is_that_of_rfc_6749_with_pkce() {
        let endpoint = endpoint(&[("THIRD_PARTY_URL_BASE", "https://third-party.com")]).unwrap();
        assert_eq!(
            endpoint.request("T", "C", &[0; 16]).unwrap().as_str(),
            "https://third-party.com/oauth?response_type=code&client_id=client\
             &redirect_uri=https%3A%2F%2Fapi.example.com%2Fprod%2Fapi%2Foauth%2Fauthorize\
             &state=T&code_challenge=C&code_challenge_method=S256"
        );
    }

    #[test]
    fn parameters_in_the_url_are_kept_and_openid_gets_a_nonce() {
        let endpoint = endpoint(&[
            ("THIRD_PARTY_AUTHORIZE_URL", "https://id.example.com/authorize?prompt=consent"),
            ("THIRD_PARTY_SCOPES", "openid email"),
        ])
        .unwrap();
        let request = endpoint.request("T", "C", &[0; 16]).unwrap();
        assert!(
            request
                .as_str()
                .starts_with("https://id.example.com/authorize?prompt=consent&response_type=code&")
        );
        let query: std::collections::HashMap<_, _> = request.query_pairs().collect();
        assert_eq!(query["scope"], "openid email");
        assert_eq!(query["nonce"], nonce::of(&[0; 16]));
    }

    #[test]
    fn a_url_is_required() {
        assert!(endpoint(&[]).is_none());
    }
}
