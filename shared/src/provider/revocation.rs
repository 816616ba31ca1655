use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::http::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::client::Caller;
use super::description::{self, DataCenter, Revoked, TokenPlace, UrlTemplate};
use super::error_code::ErrorCode;
use super::{Provider, endpoint, headers, located, outage};
use crate::http::{Deadline, Http, Reply};
use crate::log::record;
use crate::settings::Settings;

/// The revocation endpoint (RFC 7009), or the provider's equivalent, if it has one.
pub struct RevocationEndpoint(Option<Revocation>);

struct Revocation {
    url: UrlTemplate,
    headers: HeaderMap,
    described: description::Revocation,
    client_id: String,
    caller: Caller,
    data_center: Option<DataCenter>,
    http: Http,
}

/// A token to revoke, and its type (RFC 7009 section 2.1).
type Revocable<'a> = (&'static str, &'a SecretString);

impl RevocationEndpoint {
    /// Reads `THIRD_PARTY_REVOKE_URL`, and the client's secret if the endpoint requires it.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let described = provider.description.as_ref()?.revocation.clone();
        let is_set = described.url.is_some() || settings.optional("THIRD_PARTY_REVOKE_URL").is_some();
        if described.shared || !is_set {
            return Some(Self(None));
        }
        let url = endpoint(settings, "THIRD_PARTY_REVOKE_URL", described.url.as_ref(), "revoke");
        let caller = Caller::from_settings(settings, provider, described.authentication);
        Some(Self(Some(Revocation {
            url: url?,
            headers: headers(&described.headers),
            described,
            client_id: provider.client_id.clone()?,
            caller: caller?,
            data_center: provider.data_center(),
            http: http.clone(),
        })))
    }

    /// Revokes the grant behind these tokens, which came with this `callback`; returns whether the provider
    /// did. The refresh token goes first: revoking it ends the access tokens as well (RFC 7009 section 2.1).
    pub async fn revoke(
        &self,
        access_token: &SecretString,
        refresh_token: Option<&SecretString>,
        callback: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> bool {
        let Some(revocation) = &self.0 else {
            return false;
        };
        let mut revoked = true;
        for token in revocation.described.tokens.among(access_token, refresh_token) {
            revoked &= revocation.revoke(token, callback, deadline).await;
        }
        revoked
    }
}

impl Revoked {
    fn among<'a>(self, access: &'a SecretString, refresh: Option<&'a SecretString>) -> Vec<Revocable<'a>> {
        let access = ("access_token", access);
        match (self, refresh.map(|token| ("refresh_token", token))) {
            (Self::Refresh, Some(refresh)) => vec![refresh],
            (Self::Both, Some(refresh)) => vec![refresh, access],
            (Self::Access, _) | (_, None) => vec![access],
        }
    }
}

impl Revocation {
    async fn revoke(
        &self,
        (token_type, token): Revocable<'_>,
        callback: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> bool {
        let Some(url) = self.url.fill(&self.client_id, token) else {
            return false; // Descriptions are checked when they are read.
        };
        let url = located(self.data_center.as_ref(), url, callback);
        let mut request = self.http.request(self.described.method.clone(), url).headers(self.headers.clone());
        let mut parameters = Vec::new();
        match &self.described.place {
            TokenPlace::Body { field, hint, .. } => {
                parameters.push((field.as_str(), token.expose_secret()));
                parameters.extend(hint.then_some(("token_type_hint", token_type)));
            }
            TokenPlace::Bearer => request = request.bearer_auth(token.expose_secret()),
            TokenPlace::Path => {}
        }
        request = self.caller.authenticate(request, &mut parameters);
        if let TokenPlace::Body { encoding, .. } = self.described.place {
            request = encoding.write(request, &parameters);
        }
        let reply = self.http.send("provider.revoke", request, deadline).await;
        let revoked = reply.as_ref().is_ok_and(|reply| self.is_revoked(reply));
        if !revoked {
            let status = reply.map(|reply| reply.status.as_u16()).ok();
            tracing::warn!(status, "the provider did not revoke the tokens");
        }
        revoked
    }

    fn is_revoked(&self, reply: &Reply) -> bool {
        let refusal = self.described.refusal.of(reply, reply.json().as_ref());
        if outage(reply, refusal).is_some() {
            return false;
        }
        if refusal == Some(ErrorCode::InvalidClient) || reply.status == StatusCode::UNAUTHORIZED {
            record::doubt_secrets();
        }
        refusal.is_none() && reply.status.is_success()
    }
}
