use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{endpoint, no_answer, outage};
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::settings::Settings;

/// The userinfo endpoint (OpenID Connect Core section 5.3), or whatever the provider has in its place.
pub struct UserinfoEndpoint {
    url: Url,
    email_verified: EmailPolicy,
    with_profile: bool,
    http: Http,
}

/// What `EMAIL_VERIFIED` asks of a linked account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EmailPolicy {
    /// The provider must say that the address is verified.
    Require,
    /// The provider must not say that it is not.
    Allow,
    /// Whatever the provider says.
    Ignore,
}

/// Who is linked, as the app is told.
#[derive(Debug, Serialize)]
pub struct LinkedUser {
    /// The provider's own id of the user: `sub`, or `id`.
    pub id: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the provider verified the address; none when it does not say.
    pub email_verified: Option<bool>,
    /// Display name.
    pub name: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// The provider's own document, with `USERINFO=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Value>,
}

impl UserinfoEndpoint {
    /// Reads `THIRD_PARTY_USERINFO_URL` or `THIRD_PARTY_URL_BASE`, `EMAIL_VERIFIED` and `USERINFO`.
    pub fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let url = endpoint(settings, "THIRD_PARTY_USERINFO_URL", "oauth/whoami");
        let email_verified = settings.choice(
            "EMAIL_VERIFIED",
            &[
                ("require", EmailPolicy::Require),
                ("allow", EmailPolicy::Allow),
                ("ignore", EmailPolicy::Ignore),
            ],
        );
        let with_profile = settings.choice("USERINFO", &[("minimal", false), ("full", true)]);
        Some(Self {
            url: url?,
            email_verified: email_verified?,
            with_profile: with_profile?,
            http: http.clone(),
        })
    }

    /// Asks who an access token belongs to, and holds the answer against the e-mail policy.
    ///
    /// # Errors
    /// `reconnect_required` when the token is no longer taken, `email_unverified`, `rate_limited`,
    /// `provider_error` or `provider_unavailable`.
    pub async fn read(&self, access_token: &SecretString, deadline: Deadline) -> Result<LinkedUser, Error> {
        let request = self.http.client().get(self.url.clone()).header(ACCEPT, "application/json");
        let request = request.bearer_auth(access_token.expose_secret());
        let reply = self.http.send(request, deadline).await.map_err(no_answer)?;
        let user = self.linked_user(&reply).inspect_err(|error| {
            tracing::warn!(status = reply.status.as_u16(), code = error.code(), "no userinfo");
        })?;
        if !self.email_verified.allows(user.email_verified) {
            return Err(Error::EmailUnverified);
        }
        Ok(user)
    }

    fn linked_user(&self, reply: &Reply) -> Result<LinkedUser, Error> {
        if let Some(outage) = outage(reply) {
            return Err(outage);
        }
        if reply.status == StatusCode::UNAUTHORIZED {
            return Err(Error::ReconnectRequired);
        }
        let document: Value =
            reply.json().filter(|_| reply.status.is_success()).ok_or(Error::ProviderError)?;
        let id = ["sub", "id"]
            .into_iter()
            .find_map(|claim| identifier(&document[claim]))
            .ok_or(Error::ProviderError)?;
        let text = |claim: &str| document[claim].as_str().map(str::to_owned);
        Ok(LinkedUser {
            id,
            email: text("email"),
            email_verified: truth(&document["email_verified"]),
            name: text("name"),
            picture: text("picture"),
            profile: self.with_profile.then_some(document),
        })
    }
}

impl EmailPolicy {
    fn allows(self, verified: Option<bool>) -> bool {
        match self {
            Self::Require => verified == Some(true),
            Self::Allow => verified != Some(false),
            Self::Ignore => true,
        }
    }
}

/// Ids are strings at most providers and numbers at some.
fn identifier(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A flag is a boolean by the standard, and a string or a number at some providers; absent is unknown, and
/// anything else is no.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => Some(text.eq_ignore_ascii_case("true") || text == "1"),
        Value::Number(number) => Some(number.as_u64() == Some(1)),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Timeouts;

    fn endpoint(more: &[(&'static str, &str)]) -> UserinfoEndpoint {
        let base = [("THIRD_PARTY_URL_BASE", "https://third-party.com")];
        let http = Http::new(Timeouts::default());
        UserinfoEndpoint::from_settings(&mut Settings::of(&[&base[..], more].concat()), &http).unwrap()
    }

    #[test]
    fn the_article_s_address_is_the_default() {
        assert_eq!(endpoint(&[]).url.as_str(), "https://third-party.com/oauth/whoami");
    }

    #[test]
    fn only_the_known_fields_are_told_unless_all_are_asked_for() {
        let body = r#"{"sub":"1","email":"a@example.com","email_verified":true,"phone":"planted"}"#;
        let told = |endpoint: UserinfoEndpoint| {
            serde_json::to_value(endpoint.linked_user(&Reply::of(200, body)).unwrap()).unwrap()
        };
        assert_eq!(
            told(endpoint(&[])),
            serde_json::json!({"id":"1","email":"a@example.com","email_verified":true,"name":null,"picture":null})
        );
        assert_eq!(told(endpoint(&[("USERINFO", "full")]))["profile"]["phone"], "planted");
    }

    #[test]
    fn flags_and_ids_are_read_in_every_spelling() {
        for (value, expected) in [
            ("true", Some(true)),
            (r#""true""#, Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            (r#""false""#, Some(false)),
            ("0", Some(false)),
            ("[]", Some(false)),
            ("null", None),
        ] {
            let user = endpoint(&[])
                .linked_user(&Reply::of(200, &format!(r#"{{"id":7,"email_verified":{value}}}"#)));
            let user = user.unwrap();
            assert_eq!((user.id.as_str(), user.email_verified), ("7", expected), "{value}");
        }
    }

    #[test]
    fn the_policy_decides() {
        for (policy, yes, no, unknown) in [
            (EmailPolicy::Require, true, false, false),
            (EmailPolicy::Allow, true, false, true),
            (EmailPolicy::Ignore, true, true, true),
        ] {
            assert_eq!(
                (policy.allows(Some(true)), policy.allows(Some(false)), policy.allows(None)),
                (yes, no, unknown),
                "{policy:?}"
            );
        }
    }

    #[test]
    fn refusals_and_outages_are_told_apart() {
        for (status, body, expected) in [
            (401, "", "reconnect_required"),
            (403, "", "provider_error"),
            (404, "", "provider_error"),
            (429, "", "rate_limited"),
            (500, "", "provider_unavailable"),
            (200, "<html>", "provider_error"),
            (200, "[]", "provider_error"),
            (200, "{}", "provider_error"),
            (200, r#"{"sub":""}"#, "provider_error"),
            (204, "", "provider_error"),
            (301, "", "provider_error"),
        ] {
            let refused = endpoint(&[]).linked_user(&Reply::of(status, body)).unwrap_err();
            assert_eq!(refused.code(), expected, "{status} {body}");
        }
    }
}
