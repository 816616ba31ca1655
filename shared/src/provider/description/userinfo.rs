use lambda_http::http::Method;
use lambda_http::http::header::{HeaderMap, HeaderName};
use serde_json::Value;
use url::Url;

use super::reader::Object;
use super::tenant::Tenant;
use super::url_template::TOKEN;
use super::{Pointers, Refusal, UrlTemplate};

/// The userinfo request (OpenID Connect Core section 5.3), or the provider's equivalent.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Userinfo {
    pub url: Option<UrlTemplate>,
    pub method: Method,
    pub headers: HeaderMap,
    /// Sent as JSON.
    pub body: Option<Value>,
    /// Carries the token instead of `Authorization: Bearer`.
    pub token_header: Option<HeaderName>,
    pub fields: UserinfoFields,
    pub emails: Option<Emails>,
}

/// Where the userinfo response has each field.
#[derive(Clone, Debug)]
pub(in crate::provider) struct UserinfoFields {
    pub id: Pointers,
    pub email: Pointers,
    pub email_verified: Pointers,
    pub name: Pointers,
    pub picture: Pointers,
    pub refusal: Refusal,
}

/// A second request, for a list of e-mail addresses: some providers say only there which are verified.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Emails {
    pub url: Url,
    pub email: Pointers,
    pub primary: Pointers,
    pub verified: Pointers,
}

impl Userinfo {
    pub(super) fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Self {
        let url = object.url_template("url", &[TOKEN], tenant);
        let token_header = object.header_name("token_header");
        if token_header.is_some() && url.as_ref().is_some_and(UrlTemplate::holds_token) {
            object.problem("token_header", "cannot be used with {token} in the url");
        }
        Self {
            url,
            method: object.method(&[("GET", &Method::GET), ("POST", &Method::POST)]),
            headers: object.headers("headers"),
            body: object.value("body"),
            token_header,
            fields: UserinfoFields {
                id: object.pointers("id", &["/sub", "/id"]),
                email: object.pointers("email", &["/email"]),
                email_verified: object.pointers("email_verified", &["/email_verified"]),
                name: object.pointers("name", &["/name"]),
                picture: object.pointers("picture", &["/picture"]),
                refusal: object.object_or_empty("refusal", Refusal::read),
            },
            emails: object.object("emails", |emails| Emails::read(emails, tenant)).flatten(),
        }
    }
}

impl Emails {
    fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Option<Self> {
        object.require("url");
        let url = object.url("url", tenant);
        let email = object.pointers("email", &["/email"]);
        let primary = object.pointers("primary", &["/primary"]);
        let verified = object.pointers("verified", &["/verified"]);
        Some(Self { url: url?, email, primary, verified })
    }
}
