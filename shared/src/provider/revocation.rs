use lambda_http::http::header::HeaderMap;
use lambda_http::http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::client::ConfidentialClient;
use super::description::{Description, Refusal, RevocationAuthentication, Revoked, TokenPlace, UrlTemplate};
use super::{endpoint, headers, outage};
use crate::http::{Deadline, Http, Reply, Request};
use crate::settings::Settings;
use crate::tokens::TokenSet;

/// The revocation endpoint (RFC 7009), or what the provider has in its place, where it has one.
pub struct RevocationEndpoint(Option<Revocation>);

struct Revocation {
    url: UrlTemplate,
    method: Method,
    headers: HeaderMap,
    client_id: String,
    client: Option<ConfidentialClient>,
    tokens: Revoked,
    place: TokenPlace,
    refusal: Refusal,
    http: Http,
}

/// A token to revoke, and its type (RFC 7009 section 2.1).
type Victim<'a> = (&'static str, &'a SecretString);

impl RevocationEndpoint {
    /// Reads `THIRD_PARTY_REVOKE_URL` and the provider's description; where there is an endpoint, also the
    /// client's id and, where it is asked for, its secret.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let description = Description::from_settings(settings)?;
        let (described, authentication) = (description.revocation.clone(), description.authentication);
        let is_set = described.url.is_some() || settings.optional("THIRD_PARTY_REVOKE_URL").is_some();
        if described.shared || !is_set {
            return Some(Self(None));
        }
        let url = endpoint(settings, "THIRD_PARTY_REVOKE_URL", described.url, "revoke");
        let client_id = settings.required("THIRD_PARTY_CLIENT_ID");
        let client = match described.authentication {
            RevocationAuthentication::AsAtTokenEndpoint => {
                Some(ConfidentialClient::from_settings(settings, authentication)?)
            }
            RevocationAuthentication::Own(own) => {
                Some(ConfidentialClient::from_settings(settings, own)?.with(own))
            }
            RevocationAuthentication::None => None,
        };
        Some(Self(Some(Revocation {
            url: url?,
            method: described.method,
            headers: headers(described.headers),
            client_id: client_id?,
            client,
            tokens: described.tokens,
            place: described.place,
            refusal: described.refusal,
            http: http.clone(),
        })))
    }

    /// Revokes the grant behind a token set, and says whether the provider did. The refresh token goes
    /// first: revoking it ends the access tokens as well (RFC 7009 section 2.1).
    pub async fn revoke(&self, tokens: &TokenSet, deadline: Deadline) -> bool {
        let Some(revocation) = &self.0 else {
            return false;
        };
        let mut revoked = true;
        for victim in revocation.tokens.among(tokens) {
            revoked &= revocation.revoke(victim, deadline).await;
        }
        revoked
    }
}

impl Revoked {
    fn among(self, tokens: &TokenSet) -> Vec<Victim<'_>> {
        let access = ("access_token", &tokens.access_token);
        match (self, tokens.refresh_token.as_ref().map(|token| ("refresh_token", token))) {
            (Self::Refresh, Some(refresh)) => vec![refresh],
            (Self::Both, Some(refresh)) => vec![refresh, access],
            (Self::Access, _) | (_, None) => vec![access],
        }
    }
}

/// What the provider made of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Revoked,
    /// It takes the client's secret no longer.
    ClientRefused,
    NotRevoked,
}

impl Revocation {
    /// With the client's secret at hand, or with the one it was rolled to.
    async fn revoke(&self, victim: Victim<'_>, deadline: Deadline) -> bool {
        let Some(client) = &self.client else {
            return self.ask(victim, None, deadline).await == Outcome::Revoked;
        };
        let secret = client.secret().current();
        let mut outcome = self.ask(victim, Some((client, &secret)), deadline).await;
        if outcome == Outcome::ClientRefused
            && let Some(rolled) = client.secret().instead_of(&secret).await
        {
            outcome = self.ask(victim, Some((client, &rolled)), deadline).await;
        }
        outcome == Outcome::Revoked
    }

    async fn ask(
        &self,
        (token_type, token): Victim<'_>,
        client: Option<(&ConfidentialClient, &SecretString)>,
        deadline: Deadline,
    ) -> Outcome {
        let Some(url) = self.url.fill(&self.client_id, token) else {
            return Outcome::NotRevoked; // Descriptions are checked when they are read.
        };
        let mut request = Request::new(self.method.clone(), url).headers(self.headers.clone());
        let mut parameters = Vec::new();
        match &self.place {
            TokenPlace::Body { field, hint, .. } => {
                parameters.push((field.as_str(), token.expose_secret()));
                parameters.extend(hint.then_some(("token_type_hint", token_type)));
            }
            TokenPlace::Bearer => match request.bearer(token) {
                Ok(authorized) => request = authorized,
                Err(_) => return Outcome::NotRevoked,
            },
            TokenPlace::Path => {}
        }
        if let Some((client, secret)) = client {
            request = client.authenticate(secret, request, &mut parameters);
        }
        if let TokenPlace::Body { encoding, .. } = self.place {
            request = encoding.write(request, &parameters);
        }
        let reply = self.http.send("provider.revoke", request, deadline).await;
        let outcome = reply.as_ref().map_or(Outcome::NotRevoked, |reply| self.read(reply));
        if outcome != Outcome::Revoked {
            let status = reply.map(|reply| reply.status.as_u16()).ok();
            tracing::warn!(status, "the provider did not revoke the tokens");
        }
        outcome
    }

    fn read(&self, reply: &Reply) -> Outcome {
        if outage(reply).is_some() {
            return Outcome::NotRevoked;
        }
        let refusal = reply.json().and_then(|document| self.refusal.of(&document));
        match refusal.as_deref() {
            None if reply.status.is_success() => Outcome::Revoked,
            Some("invalid_client") => Outcome::ClientRefused,
            _ if reply.status == StatusCode::UNAUTHORIZED => Outcome::ClientRefused,
            _ => Outcome::NotRevoked,
        }
    }
}
