use secrecy::ExposeSecret;
use url::Url;

use super::ConfidentialClient;
use crate::http::{Deadline, Http};
use crate::settings::Settings;
use crate::tokens::TokenSet;

/// The revocation endpoint (RFC 7009), where the provider has one.
pub struct RevocationEndpoint(Option<(Url, ConfidentialClient)>);

impl RevocationEndpoint {
    /// The secrets read when a revocation endpoint is set.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        if settings.optional("THIRD_PARTY_REVOKE_URL").is_none() {
            return Some(Self(None));
        }
        let url = settings.optional_url("THIRD_PARTY_REVOKE_URL");
        let client = ConfidentialClient::from_settings(settings, http);
        Some(Self(Some((url?, client?))))
    }

    /// Revokes the grant behind a token set, and says whether the provider did. The refresh token goes
    /// first: revoking it ends the access tokens as well (RFC 7009 section 2.1).
    pub async fn revoke(&self, tokens: &TokenSet, deadline: Deadline) -> bool {
        let Some((url, client)) = &self.0 else {
            return false;
        };
        let form = match &tokens.refresh_token {
            Some(token) => vec![("token", token.expose_secret()), ("token_type_hint", "refresh_token")],
            None => vec![("token", tokens.access_token.expose_secret()), ("token_type_hint", "access_token")],
        };
        let outcome = client.post(url, form, deadline).await;
        let revoked = outcome.as_ref().is_ok_and(|reply| reply.status.is_success());
        if !revoked {
            let status = outcome.map(|reply| reply.status.as_u16()).ok();
            tracing::warn!(status, "the provider did not revoke the tokens");
        }
        revoked
    }
}
