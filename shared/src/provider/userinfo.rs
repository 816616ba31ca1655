use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderMap, HeaderValue};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::description::{Emails, UrlTemplate, Userinfo};
use super::{Provider, endpoint, headers, no_answer, outage};
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::settings::Settings;

/// The userinfo endpoint (OpenID Connect Core section 5.3), or whatever the provider has in its place.
pub struct UserinfoEndpoint {
    url: UrlTemplate,
    headers: HeaderMap,
    described: Userinfo,
    email_verified: EmailPolicy,
    with_profile: bool,
    http: Http,
}

/// What `EMAIL_VERIFIED` asks of a linked account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EmailPolicy {
    /// The provider must give an address, and say that it is verified.
    Require,
    /// The provider must not say that it is not.
    Allow,
    /// Whatever the provider says.
    Ignore,
}

/// Who is linked, as the app is told.
#[derive(Debug, Serialize)]
pub struct LinkedUser {
    /// The provider's own id of the user.
    pub id: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the provider verified the address; none when it does not say.
    pub email_verified: Option<bool>,
    /// Display name.
    pub name: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// What was kept of the provider's callback, say the company that was chosen.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub callback: BTreeMap<String, String>,
    /// The provider's own document, with `USERINFO=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Value>,
}

impl UserinfoEndpoint {
    /// Reads `THIRD_PARTY_USERINFO_URL`, `EMAIL_VERIFIED` and `USERINFO`.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, http: &Http) -> Option<Self> {
        let email_verified = settings.choice(
            "EMAIL_VERIFIED",
            &[
                ("require", EmailPolicy::Require),
                ("allow", EmailPolicy::Allow),
                ("ignore", EmailPolicy::Ignore),
            ],
        );
        let with_profile = settings.choice("USERINFO", &[("minimal", false), ("full", true)]);
        let described = provider.description.as_ref()?.userinfo.clone();
        let url = endpoint(settings, "THIRD_PARTY_USERINFO_URL", described.url.as_ref(), "oauth/whoami");
        Some(Self {
            url: url?,
            headers: headers(&described.headers),
            described,
            email_verified: email_verified?,
            with_profile: with_profile?,
            http: http.clone(),
        })
    }

    /// Asks whose access token this is, and applies the e-mail policy. The user is told with what was `kept` of the
    /// callback.
    ///
    /// # Errors
    /// `reconnect_required` when the access token is no longer taken, `email_unverified`, `rate_limited`,
    /// `provider_error` or `provider_unavailable`.
    pub async fn read(
        &self,
        access_token: &SecretString,
        kept: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> Result<LinkedUser, Error> {
        let url = self.url.fill("", access_token).ok_or(Error::Internal)?;
        let mut request = self.http.request(self.described.method.clone(), url).headers(self.headers.clone());
        if let Some(body) = &self.described.body {
            request = request.json(body);
        }
        if !self.url.holds_token() {
            request = self.with_token(request, access_token);
        }
        let reply = self.http.send("provider.userinfo", request, deadline).await.map_err(no_answer)?;
        let mut user = self.linked_user(&reply).inspect_err(|error| {
            tracing::warn!(status = reply.status.as_u16(), code = error.code(), "no userinfo");
        })?;
        if let Some(emails) = &self.described.emails {
            let request = self.http.get(emails.url.clone()).headers(self.headers.clone());
            let request = self.with_token(request, access_token);
            let reply = self.http.send("provider.userinfo", request, deadline).await.map_err(no_answer)?;
            emails.complete(&mut user, &reply)?;
        }
        self.admit(user, access_token, kept)
    }

    /// Applies the e-mail policy.
    fn admit(
        &self,
        mut user: LinkedUser,
        access_token: &SecretString,
        kept: &BTreeMap<String, String>,
    ) -> Result<LinkedUser, Error> {
        if let Some(profile) = &mut user.profile {
            conceal(profile, access_token);
        }
        if !self.email_verified.admits(&user) {
            return Err(Error::EmailUnverified);
        }
        user.callback.clone_from(kept);
        Ok(user)
    }

    fn with_token(&self, request: RequestBuilder, token: &SecretString) -> RequestBuilder {
        match &self.described.token_header {
            None => request.bearer_auth(token.expose_secret()),
            Some(name) => match HeaderValue::from_str(token.expose_secret()) {
                Ok(mut value) => {
                    value.set_sensitive(true);
                    request.header(name, value)
                }
                Err(_) => request.header(name, token.expose_secret()),
            },
        }
    }

    fn linked_user(&self, reply: &Reply) -> Result<LinkedUser, Error> {
        check(reply)?;
        let document = reply.json().ok_or(Error::ProviderError)?;
        let fields = &self.described.fields;
        match fields.refusal.of(&document).as_deref() {
            // RFC 6750 section 3.1.
            Some("invalid_token") => return Err(Error::ReconnectRequired),
            Some("temporarily_unavailable") => return Err(Error::ProviderUnavailable),
            Some(_) => return Err(Error::ProviderError),
            None if !reply.status.is_success() => return Err(Error::ProviderError),
            None => {}
        }
        let id = self.identifier(&document, reply).ok_or(Error::ProviderError)?;
        Ok(LinkedUser {
            id,
            email: fields.email.text(&document),
            email_verified: fields.email_verified.find(&document).map(truth),
            name: fields.name.text(&document),
            picture: fields.picture.text(&document),
            callback: BTreeMap::new(),
            profile: self.with_profile.then_some(document),
        })
    }

    /// Ids are strings at most providers and numbers at some.
    fn identifier(&self, document: &Value, reply: &Reply) -> Option<String> {
        match self.described.fields.id.find(document)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(_) => whole_number(self.described.fields.id.find_raw(reply.text()?)?.get()),
            _ => None,
        }
    }
}

#[cfg(feature = "fuzzing")]
impl UserinfoEndpoint {
    /// Reads answers to [`UserinfoEndpoint::read`] that nobody gave; the second where there is a list of e-mail
    /// addresses.
    pub fn read_replies(
        &self,
        reply: &Reply,
        emails: &Reply,
        access_token: &SecretString,
    ) -> Result<LinkedUser, Error> {
        let mut user = self.linked_user(reply)?;
        if let Some(list) = &self.described.emails {
            list.complete(&mut user, emails)?;
        }
        self.admit(user, access_token, &BTreeMap::new())
    }
}

impl Emails {
    /// Takes the address that the user is known by, or else the primary one, from the list. Where the list is
    /// not to be had, whether the address is verified stays unknown.
    fn complete(&self, user: &mut LinkedUser, reply: &Reply) -> Result<(), Error> {
        check(reply)?;
        let Some(Value::Array(entries)) = reply.json().filter(|_| reply.status.is_success()) else {
            tracing::warn!(status = reply.status.as_u16(), "no list of e-mail addresses");
            return Ok(());
        };
        let is_users = |entry: &&Value| match &user.email {
            Some(known) => self.email.text(entry).as_ref() == Some(known),
            None => self.primary.find(entry).is_some_and(truth),
        };
        if let Some(entry) = entries.iter().find(is_users) {
            user.email = self.email.text(entry);
            user.email_verified = self.verified.find(entry).map(truth);
        }
        Ok(())
    }
}

/// Takes the access token out of a document that repeats it.
fn conceal(document: &mut Value, token: &SecretString) {
    match document {
        Value::String(text) if text == token.expose_secret() => *document = Value::Null,
        Value::Array(list) => list.iter_mut().for_each(|value| conceal(value, token)),
        Value::Object(object) => object.values_mut().for_each(|value| conceal(value, token)),
        _ => {}
    }
}

/// Outages, and a token that is no longer taken.
fn check(reply: &Reply) -> Result<(), Error> {
    match outage(reply) {
        Some(outage) => Err(outage),
        None if reply.status == StatusCode::UNAUTHORIZED => Err(Error::ReconnectRequired),
        None => Ok(()),
    }
}

impl EmailPolicy {
    fn admits(self, user: &LinkedUser) -> bool {
        match self {
            Self::Require => {
                let has_address = user.email.as_deref().is_some_and(|address| !address.trim().is_empty());
                has_address && user.email_verified == Some(true)
            }
            Self::Allow => user.email_verified != Some(false),
            Self::Ignore => true,
        }
    }
}

/// A number as an id, with all its digits as written. `1e3` and `1000.0` are the number 1000 in other spellings, so
/// they give the same id. A fraction is not an id, nor is a float so large that it stands for several numbers.
fn whole_number(written: &str) -> Option<String> {
    const EXACT_BELOW: f64 = 9_007_199_254_740_992.0; // 2^53
    if written.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
        return Some(written.to_owned());
    }
    let number: f64 = written.parse().ok()?;
    (number.fract() == 0.0 && number.abs() < EXACT_BELOW).then(|| format!("{number:.0}"))
}

/// A flag is a boolean by the standard, and a string or a number at some providers; anything else is no.
fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true") || text == "1",
        Value::Number(number) => number.as_u64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Timeouts;

    fn endpoint(more: &[(&'static str, &str)]) -> UserinfoEndpoint {
        let base = [("THIRD_PARTY_URL_BASE", "https://third-party.com")];
        let http = Http::new(Timeouts::default());
        let mut settings = Settings::of(&[&base[..], more].concat());
        let provider = Provider::from_settings(&mut settings);
        UserinfoEndpoint::from_settings(&mut settings, &provider, &http).unwrap()
    }

    #[test]
    fn the_article_s_address_is_the_default() {
        let url = endpoint(&[]).url.fill("", &"t".into()).unwrap();
        assert_eq!(url.as_str(), "https://third-party.com/oauth/whoami");
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
    fn an_id_that_is_a_number_keeps_its_digits() {
        for (id, expected) in [
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", Some("18446744073709551616")),
            ("-9223372036854775809", Some("-9223372036854775809")),
            ("340282366920938463463374607431768211457", Some("340282366920938463463374607431768211457")),
            // The same number, however a provider writes it.
            ("1000.0", Some("1000")),
            ("1e3", Some("1000")),
            ("9007199254740991.0", Some("9007199254740991")),
            // A float this large stands for several numbers.
            ("9007199254740993.0", None),
            ("1e300", None),
            ("1.5", None),
        ] {
            let told = endpoint(&[]).linked_user(&Reply::of(200, &format!(r#"{{"sub":null,"id": {id} }}"#)));
            let told = told.map(|user| user.id).map_err(|error| error.code());
            assert_eq!(told, expected.map(str::to_owned).ok_or("provider_error"), "{id}");
        }
    }

    #[test]
    fn the_policy_decides() {
        for (policy, yes, no, unknown, yes_without_address) in [
            ("require", true, false, false, false),
            ("allow", true, false, true, true),
            ("ignore", true, true, true, true),
        ] {
            let endpoint = endpoint(&[("EMAIL_VERIFIED", policy)]);
            let admits = |body: &str| {
                endpoint.email_verified.admits(&endpoint.linked_user(&Reply::of(200, body)).unwrap())
            };
            assert_eq!(admits(r#"{"id":1,"email":"a@example.com","email_verified":true}"#), yes, "{policy}");
            assert_eq!(admits(r#"{"id":1,"email":"a@example.com","email_verified":false}"#), no, "{policy}");
            assert_eq!(admits(r#"{"id":1,"email":"a@example.com"}"#), unknown, "{policy}");
            for address in
                ["", r#","email":null"#, r#","email":"""#, r#","email":" ""#, r#","email":["a@example.com"]"#]
            {
                let body = format!(r#"{{"id":1,"email_verified":true{address}}}"#);
                assert_eq!(admits(&body), yes_without_address, "{policy} {body}");
            }
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
