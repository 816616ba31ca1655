//! What a provider's requests and responses look like; by default, as in the RFCs and `OpenID` Connect.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded;

/// Reserved characters must survive wherever a token can appear.
pub const ACCESS: &str = "at_PLANTED+/1";
pub const REFRESH: &str = "rt_PLANTED+/1";
const NEW_ACCESS: &str = "at_PLANTED+/2";

pub const CODE: &str = "code_PLANTED";
pub const WRONG: &str = "wrong_PLANTED";

/// How the client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Nobody,
    Post,
    Basic,
    BasicRaw,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    None,
    Form(BTreeMap<String, String>),
    Json(Value),
}

/// A request, without what all requests have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub method: String,
    /// The host and the path.
    pub path: String,
    pub client: Client,
    /// The bearer token, or the one in the provider's own header.
    pub token: Option<String>,
    /// Whether the provider-specific headers are present.
    pub has_headers: bool,
    pub body: Body,
}

/// Status and body; a text is sent as it is, anything else as JSON.
#[derive(Clone, Debug)]
pub struct Reply(pub u16, pub Value);

/// One row of the table.
pub struct Manner {
    pub name: &'static str,
    pub tenant: Option<&'static str>,
    pub authorize: &'static str,
    /// The scopes' parameter and value.
    pub scope: (&'static str, &'static str),
    pub authorize_extras: &'static [(&'static str, &'static str)],
    pub pkce: bool,
    /// The callback's parameters in addition to code and state.
    pub callback: &'static [(&'static str, &'static str)],
    pub token: &'static str,
    pub client: Client,
    /// Bodies are JSON instead of forms.
    pub is_json: bool,
    pub token_extras: &'static [(&'static str, &'static str)],
    /// Where tokens are refreshed; `None` if there are no refresh tokens.
    pub refresh: Option<&'static str>,
    pub refresh_extras: &'static [(&'static str, &'static str)],
    /// Headers of every call.
    pub headers: &'static [(&'static str, &'static str)],
    pub granted: Value,
    /// The lifetime in seconds that the functions must read.
    pub expires_in: Option<u64>,
    pub rejected: Reply,
    /// If refresh tokens are rejected in other words.
    pub rejected_refresh: Option<Reply>,
    pub whoami: (&'static str, &'static str),
    /// A form may have `{token}` as a value.
    pub whoami_body: Body,
    pub whoami_client: Client,
    /// Headers of the userinfo request alone.
    pub whoami_headers: &'static [(&'static str, &'static str)],
    pub token_header: Option<&'static str>,
    pub token_scheme: &'static str,
    pub profile: Value,
    /// The response to an access token that has expired.
    pub stale: Reply,
    pub stale_headers: &'static [(&'static str, &'static str)],
    pub emails: Option<(&'static str, Value)>,
    /// The linked user, as the app must see it.
    pub user: Value,
    /// The revocations, in order.
    pub revocations: Vec<Call>,
    pub revoked: Reply,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            name: "",
            tenant: None,
            authorize: "",
            scope: ("scope", "openid email profile"),
            authorize_extras: &[],
            pkce: true,
            callback: &[],
            token: "",
            client: Client::Post,
            is_json: false,
            token_extras: &[],
            refresh: None,
            refresh_extras: &[],
            headers: &[],
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600, "token_type": "bearer" }),
            expires_in: Some(3600),
            rejected: Reply(400, json!({ "error": "invalid_grant" })),
            rejected_refresh: None,
            whoami: ("GET", ""),
            whoami_body: Body::None,
            whoami_client: Client::Nobody,
            whoami_headers: &[],
            token_header: None,
            token_scheme: "Bearer",
            profile: json!({ "sub": "ada", "email": "ada@example.com", "email_verified": true, "name": "Ada", "picture": "https://x/ada" }),
            stale: Reply(401, json!({})),
            stale_headers: &[],
            emails: None,
            user: user(Some(true), Some("Ada"), Some("https://x/ada")),
            revocations: Vec::new(),
            revoked: Reply(200, Value::Null),
        }
    }
}

/// Ada, as the functions must read her from every provider's response.
pub fn user(email_verified: Option<bool>, name: Option<&str>, picture: Option<&str>) -> Value {
    json!({
        "id": "ada",
        "email": "ada@example.com",
        "email_verified": email_verified,
        "name": name,
        "picture": picture,
    })
}

/// The same user, with what is kept from the token response.
pub fn with_granted(mut user: Value, granted: Value) -> Value {
    user["granted"] = granted;
    user
}

/// A revocation.
pub fn revoke(method: &str, path: &str, client: Client, token: Option<&str>, body: Body) -> Call {
    let (method, path, token) = (method.to_owned(), path.to_owned(), token.map(str::to_owned));
    Call { method, path, client, token, has_headers: true, body }
}

pub fn form(pairs: &[(&str, &str)]) -> Body {
    Body::Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// The refresh token with its hint, as in RFC 7009.
pub fn hinted() -> Body {
    form(&[("token", REFRESH), ("token_type_hint", "refresh_token")])
}

impl Manner {
    /// Every correct call and its response.
    pub fn calls(&self) -> Vec<(Call, Reply)> {
        let mut calls = vec![
            (self.exchange(CODE), Reply(200, self.granted.clone())),
            (self.exchange(WRONG), self.rejected.clone()),
            (self.whoami(ACCESS), Reply(200, self.profile.clone())),
            (self.whoami(NEW_ACCESS), Reply(200, self.profile.clone())),
        ];
        if let Some(path) = self.refresh {
            let refreshed = json!({ "access_token": NEW_ACCESS, "expires_in": 60, "ok": true });
            calls.push((self.refreshed(path, REFRESH), Reply(200, refreshed.clone())));
            calls.push((self.refreshed(path, self.given_refresh_token()), Reply(200, refreshed)));
            calls.push((self.refreshed(path, WRONG), self.rejected_refresh()));
        }
        if let Some((path, list)) = &self.emails {
            for token in [ACCESS, NEW_ACCESS] {
                let call = Call { path: (*path).to_owned(), ..self.whoami(token) };
                calls.push((call, Reply(200, list.clone())));
            }
        }
        calls.extend(self.revocations.iter().map(|call| (call.clone(), self.revoked.clone())));
        calls
    }

    fn whoami(&self, token: &str) -> Call {
        let (method, path) = self.whoami;
        let encoded: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let body = match &self.whoami_body {
            Body::Form(form) => Body::Form(
                form.iter().map(|(name, value)| (name.clone(), value.replace("{token}", token))).collect(),
            ),
            other => other.clone(),
        };
        let is_in_header = !path.contains("{token}") && body == self.whoami_body;
        Call {
            method: method.to_owned(),
            path: path.replace("{token}", &encoded),
            client: self.whoami_client,
            token: is_in_header.then(|| token.to_owned()),
            has_headers: true,
            body,
        }
    }

    /// The response to the access token that has ended, if that is what this call holds.
    pub fn after_the_token(&self, call: &Call) -> Option<&Reply> {
        (*call == self.whoami(ACCESS)).then_some(&self.stale)
    }

    /// The provider-specific headers of a call.
    pub fn headers_at(&self, path: &str) -> impl Iterator<Item = &(&'static str, &'static str)> {
        let whoami = if path == self.whoami.1 { self.whoami_headers } else { &[] };
        self.headers.iter().chain(whoami)
    }

    /// The response to this call once the user has ended the grant, if it changes.
    pub fn after_the_grant(&self, call: &Call) -> Option<Reply> {
        let refresh = self.refresh.map(|path| self.refreshed(path, self.given_refresh_token()));
        if Some(call) == refresh.as_ref() {
            Some(self.rejected_refresh())
        } else if *call == self.whoami(NEW_ACCESS) {
            Some(self.stale.clone())
        } else {
            self.after_the_token(call).cloned()
        }
    }

    fn given_refresh_token(&self) -> &str {
        self.granted["refresh_token"].as_str().unwrap_or(REFRESH)
    }

    fn exchange(&self, code: &str) -> Call {
        let mut body = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "*")];
        if self.pkce {
            body.push(("code_verifier", "*"));
        }
        self.at_token(self.token, body, self.token_extras)
    }

    fn refreshed(&self, path: &str, token: &str) -> Call {
        let body = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        self.at_token(path, body, self.refresh_extras)
    }

    fn rejected_refresh(&self) -> Reply {
        self.rejected_refresh.as_ref().unwrap_or(&self.rejected).clone()
    }

    fn at_token(
        &self,
        path: &str,
        mut body: Vec<(&str, &str)>,
        extras: &[(&'static str, &'static str)],
    ) -> Call {
        body.extend(extras);
        let body = if self.is_json { Body::Json(body.into_iter().collect()) } else { form(&body) };
        Call {
            method: "POST".to_owned(),
            path: path.to_owned(),
            client: self.client,
            token: None,
            has_headers: true,
            body,
        }
    }
}
