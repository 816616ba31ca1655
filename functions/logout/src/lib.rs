//! `logout`: ends a link, at the provider if possible, and always in the Secret Store.

use serde::Serialize;
use shared::lambda::Function;
use shared::provider::RevocationEndpoint;
use shared::signed_request::Verifier;
use shared::tokens::TokenStore;
use shared::{Error, Http, Invocation, LinkScope, Provider, Response, Settings, response};

/// The `logout` function.
pub struct Logout {
    scope: LinkScope,
    verifier: Verifier,
    tokens: TokenStore,
    revocation: RevocationEndpoint,
}

#[derive(Serialize)]
struct LogoutResponse {
    /// Whether the provider confirmed the revocation.
    revoked: bool,
}

impl Function for Logout {
    const ENDPOINTS: &'static [&'static str] = &["logout"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let scope = LinkScope::from_settings(settings);
        let verifier = Verifier::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let tokens = TokenStore::from_settings(settings, &provider, http);
        let revocation = RevocationEndpoint::from_settings(settings, &provider, http);
        Some(Self { scope: scope?, verifier: verifier?, tokens: tokens?, revocation: revocation? })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let answer = match invocation.method().as_str() {
            "POST" => {
                self.end_link(invocation).await.map(|revoked| response::ok(&LogoutResponse { revoked }))
            }
            // The article's form.
            "GET" => self.end_link(invocation).await.map(|_| response::no_content()),
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        };
        answer.unwrap_or_else(|error| error.to_json(&invocation.request_id))
    }
}

impl Logout {
    /// Ends the link; returns whether the provider revoked the tokens. The secret is deleted even if it did
    /// not.
    async fn end_link(&self, invocation: &Invocation) -> Result<bool, Error> {
        let signed = self.verifier.extract(invocation, "logout")?;
        let linker = self.scope.linker(&signed)?;
        let link = self.tokens.managed_by(&linker, invocation)?;
        let Some(stored) = link.load().await? else {
            return Ok(false);
        };
        let revoked = match stored.tokens() {
            Ok(set) => {
                let refresh = set.refresh_token.as_ref();
                self.revocation.revoke(&set.access_token, refresh, &set.callback, invocation.deadline).await
            }
            Err(_) => false,
        };
        link.end(&stored).await?;
        Ok(revoked)
    }
}
