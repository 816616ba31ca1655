use std::collections::BTreeMap;

use lambda_http::http::header::HeaderMap;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::client::{Caller, Encoding};
use super::description::{ClientAuthentication, Content, DataCenter, Emails, TOKEN, UrlTemplate, Userinfo};
use super::{Kept, Provider, endpoint, headers, located, no_answer};
use crate::error::Error;
use crate::http::{Deadline, Http, Reply};
use crate::settings::Settings;

/// The userinfo endpoint (OpenID Connect Core section 5.3), or the provider's equivalent.
pub struct UserinfoEndpoint {
    url: UrlTemplate,
    headers: HeaderMap,
    described: Userinfo,
    caller: Caller,
    data_center: Option<DataCenter>,
    email_verified: EmailPolicy,
    with_profile: bool,
    http: Http,
}

/// What `EMAIL_VERIFIED` requires of a linked account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EmailPolicy {
    /// The provider must give an address and say that it is verified.
    Require,
    /// The provider must not say that it is unverified.
    Allow,
    /// Whatever the provider says is accepted.
    Ignore,
}

/// The linked user, as reported to the app.
#[derive(Debug, Serialize)]
pub struct LinkedUser {
    /// The provider's own id of the user.
    pub id: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the provider verified the address; `None` if it does not say.
    pub email_verified: Option<bool>,
    /// Display name.
    pub name: Option<String>,
    /// URL of a picture.
    pub picture: Option<String>,
    /// The parameters kept from the provider's callback, such as the company that the user chose.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub callback: BTreeMap<String, String>,
    /// The fields kept from the token response, such as the address of the user's instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub granted: BTreeMap<String, String>,
    /// The provider's whole document, with `USERINFO=full`.
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
        let authentication = match described.content {
            Content::Form { authentication, .. } => authentication,
            Content::None | Content::Json(_) => ClientAuthentication::None,
        };
        let caller = Caller::from_settings(settings, provider, authentication);
        Some(Self {
            url: url?,
            headers: headers(&described.headers),
            described,
            caller: caller?,
            data_center: provider.data_center(),
            email_verified: email_verified?,
            with_profile: with_profile?,
            http: http.clone(),
        })
    }

    /// How many calls [`UserinfoEndpoint::read`] makes: a list of addresses costs another one.
    #[must_use]
    pub fn calls(&self) -> u32 {
        1 + u32::from(self.described.emails.is_some())
    }

    /// Asks the provider whose access token this is, and applies the e-mail policy. The result includes what
    /// was `kept`.
    ///
    /// # Errors
    /// `reconnect_required` if the access token is no longer accepted, `email_unverified`, `rate_limited`,
    /// `provider_error` or `provider_unavailable`.
    pub async fn read(
        &self,
        access_token: &SecretString,
        kept: Kept<'_>,
        deadline: Deadline,
    ) -> Result<LinkedUser, Error> {
        let url = self.url.fill("", access_token).ok_or(Error::Internal)?;
        let url = located(self.data_center.as_ref(), url, kept.callback);
        let request = self.http.request(self.described.method.clone(), url).headers(self.headers.clone());
        let request = self.complete(request, access_token);
        let reply = self.http.send("provider.userinfo", request, deadline).await.map_err(no_answer)?;
        let mut user = self.linked_user(&reply).inspect_err(|error| {
            tracing::warn!(status = reply.status.as_u16(), code = error.code(), "no userinfo");
        })?;
        if let Some(emails) = &self.described.emails {
            let request = self.http.get(emails.url.clone()).headers(self.headers.clone());
            let request = self.described.resource.authorize(request, access_token);
            let reply = self.http.send("provider.userinfo", request, deadline).await.map_err(no_answer)?;
            self.complete_emails(emails, &mut user, &reply)?;
        }
        self.admit(user, access_token, kept)
    }

    /// Adds the body and the access token.
    fn complete(&self, request: RequestBuilder, access_token: &SecretString) -> RequestBuilder {
        let content = &self.described.content;
        let request = match content {
            Content::None => request,
            Content::Json(json) => request.json(json),
            Content::Form { fields, .. } => {
                let token = access_token.expose_secret();
                let filled = fields.iter().map(|(name, value)| {
                    (name.as_str(), if value == TOKEN { token } else { value.as_str() })
                });
                let mut parameters = filled.collect();
                let request = self.caller.authenticate(request, &mut parameters);
                Encoding::Form.write(request, &parameters)
            }
        };
        if self.url.holds_token() || content.holds_token() {
            return request;
        }
        self.described.resource.authorize(request, access_token)
    }

    /// Takes the address that is already known, or else the primary one, from the list. If there is no list,
    /// it stays unknown whether the address is verified.
    fn complete_emails(&self, emails: &Emails, user: &mut LinkedUser, reply: &Reply) -> Result<(), Error> {
        let document = reply.json();
        self.described.resource.check(reply, document.as_ref())?;
        let Some(Value::Array(entries)) = document.filter(|_| reply.status.is_success()) else {
            tracing::warn!(status = reply.status.as_u16(), "no list of e-mail addresses");
            return Ok(());
        };
        let is_users = |entry: &&Value| match &user.email {
            Some(known) => emails.email.text(entry).as_ref() == Some(known),
            None => emails.primary.find(entry).is_some_and(truth),
        };
        if let Some(entry) = entries.iter().find(is_users) {
            user.email = emails.email.text(entry);
            user.email_verified = emails.verified.find(entry).map(truth);
        }
        Ok(())
    }

    /// Applies the e-mail policy.
    fn admit(
        &self,
        mut user: LinkedUser,
        access_token: &SecretString,
        kept: Kept<'_>,
    ) -> Result<LinkedUser, Error> {
        if let Some(profile) = &mut user.profile {
            conceal(profile, access_token);
        }
        if !self.email_verified.admits(&user) {
            return Err(Error::EmailUnverified);
        }
        user.callback.clone_from(kept.callback);
        user.granted.clone_from(kept.granted);
        Ok(user)
    }

    fn linked_user(&self, reply: &Reply) -> Result<LinkedUser, Error> {
        let document = reply.json();
        let code = self.described.resource.check(reply, document.as_ref())?;
        let document = document.filter(|_| code.is_none() && reply.status.is_success());
        let document = document.ok_or(Error::ProviderError)?;
        let fields = &self.described.fields;
        let id = self.identifier(&document, reply).ok_or(Error::ProviderError)?;
        Ok(LinkedUser {
            id,
            email: fields.email.text(&document),
            email_verified: fields.email_verified.find(&document).map(truth),
            name: fields.name.text(&document),
            picture: fields.picture.text(&document),
            callback: BTreeMap::new(),
            granted: BTreeMap::new(),
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
    /// Reads made-up responses to [`UserinfoEndpoint::read`]; the second, if there is a list of e-mail
    /// addresses.
    pub fn read_replies(
        &self,
        reply: &Reply,
        emails: &Reply,
        access_token: &SecretString,
    ) -> Result<LinkedUser, Error> {
        let mut user = self.linked_user(reply)?;
        if let Some(list) = &self.described.emails {
            self.complete_emails(list, &mut user, emails)?;
        }
        let none = BTreeMap::new();
        self.admit(user, access_token, Kept { callback: &none, granted: &none })
    }
}

/// Removes the access token from a document that repeats it.
fn conceal(document: &mut Value, token: &SecretString) {
    match document {
        Value::String(text) if text == token.expose_secret() => *document = Value::Null,
        Value::Array(list) => list.iter_mut().for_each(|value| conceal(value, token)),
        Value::Object(object) => object.values_mut().for_each(|value| conceal(value, token)),
        _ => {}
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

/// A number as an id, with all its digits as written. `1e3` and `1000.0` are other spellings of the number
/// 1000, so they give the same id. A fraction is not an id, nor is a float so large that it stands for
/// several numbers.
fn whole_number(written: &str) -> Option<String> {
    const EXACT_BELOW: f64 = 9_007_199_254_740_992.0; // 2^53
    if written.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
        return Some(written.to_owned());
    }
    let number: f64 = written.parse().ok()?;
    (number.fract() == 0.0 && number.abs() < EXACT_BELOW).then(|| format!("{number:.0}"))
}

/// A flag is a boolean by the standard, and a string or a number at some providers; anything else is false.
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
    fn only_the_known_fields_are_returned_unless_all_are_requested() {
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
    fn each_refusal_or_outage_has_its_error_code() {
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
