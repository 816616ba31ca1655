use lambda_http::http::Method;
use lambda_http::http::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::reader::Object;
use super::tenant::Tenant;
use super::url_template::TOKEN;
use super::{ClientAuthentication, Parameters, Pointers, ProtectedResource, UrlTemplate};

/// The userinfo request (OpenID Connect Core section 5.3), or the provider's equivalent.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Userinfo {
    pub url: Option<UrlTemplate>,
    pub method: Method,
    pub headers: HeaderMap,
    pub content: Content,
    pub resource: ProtectedResource,
    pub fields: UserinfoFields,
    pub emails: Option<Emails>,
}

/// What the request sends.
#[derive(Clone, Debug)]
pub(in crate::provider) enum Content {
    /// Nothing.
    None,
    /// This JSON.
    Json(Value),
    /// A form; [`TOKEN`] as a value is replaced by the access token, which is then not sent in a header.
    Form { fields: Parameters, authentication: ClientAuthentication },
}

/// Where the userinfo response has each field.
#[derive(Clone, Debug)]
pub(in crate::provider) struct UserinfoFields {
    pub id: Pointers,
    pub email: Pointers,
    pub email_verified: Pointers,
    pub name: Pointers,
    pub picture: Pointers,
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
        let content = Content::read(object);
        let resource = ProtectedResource::read(object);
        let is_elsewhere = content.holds_token() || url.as_ref().is_some_and(UrlTemplate::holds_token);
        if is_elsewhere && resource.has_own_header() {
            object.problem(
                "token_header",
                "and token_scheme cannot be used with {token} in the url or the form",
            );
        }
        let post = ("POST", &Method::POST);
        let get = ("GET", &Method::GET);
        let methods = if matches!(content, Content::Form { .. }) { vec![post] } else { vec![get, post] };
        Self {
            url,
            method: object.method(&methods),
            headers: object.headers("headers"),
            content,
            resource,
            fields: UserinfoFields {
                id: object.pointers("id", &["/sub", "/id"]),
                email: object.pointers("email", &["/email"]),
                email_verified: object.pointers("email_verified", &["/email_verified"]),
                name: object.pointers("name", &["/name"]),
                picture: object.pointers("picture", &["/picture"]),
            },
            emails: object.object("emails", |emails| Emails::read(emails, tenant)).flatten(),
        }
    }
}

impl Content {
    fn read(object: &mut Object<'_>) -> Self {
        let fields = object.pairs("form");
        let authentication = ClientAuthentication::read(object);
        let json = object.value("body");
        if !fields.is_empty() && json.is_some() {
            object.problem("body", "cannot be used together with form");
        }
        if fields.is_empty() && authentication.is_some() {
            object.problem("client_authentication", "is only for a form");
        }
        match json {
            _ if !fields.is_empty() => {
                Self::Form { fields, authentication: authentication.unwrap_or(ClientAuthentication::None) }
            }
            Some(json) => Self::Json(json),
            None => Self::None,
        }
    }

    /// Whether the access token goes into the body.
    pub(in crate::provider) fn holds_token(&self) -> bool {
        matches!(self, Self::Form { fields, .. } if fields.iter().any(|(_, value)| value == TOKEN))
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
