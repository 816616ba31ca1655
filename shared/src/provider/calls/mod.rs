//! The calls that the app may make to the provider's API, declared in a file: `CALLS_FILE`.
//!
//! The app names a call and gives values. Host, path and headers are the file's; a value stays in its place, because
//! its type allows nothing that could end it, or because it is encoded.

mod answer;
mod base;
mod body;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod page;
mod parameter;
mod path;
mod pick;
mod places;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::http::Method;
use lambda_http::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, COOKIE, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue,
    IF_MATCH, LOCATION, SET_COOKIE, TE, TRANSFER_ENCODING, UPGRADE, WWW_AUTHENTICATE,
};
use serde_json::Value;
use url::Url;

use super::description::{Description, Object, Problems};
use super::{Kept, Provider, headers};
use crate::error::Error;
use crate::http::{Http, RequestBuilder};
use crate::link_scope::LinkRoles;
use crate::log::record;
use crate::owner::Owner;
use crate::settings::Settings;
use crate::signed_request::SignedRequest;
use base::Base;
use body::Body;
use parameter::{Parameter, Type};
use path::Path;
use pick::Pick;
use places::Places;
use text::{Place, Text};
use values::Values;

pub use answer::CallAnswer;
pub use values::CallRequest;

/// What is wrong with a header that the connection, or we, are in charge of.
const NOT_A_CALL_S: &str = "cannot be a header of a call";
/// A constant one would make all writes the same to the provider.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The place for the JSON that the app sends, which no parameter can have.
const BODY: &str = "body";

/// The declared calls.
#[derive(Debug)]
pub struct Calls {
    base: Base,
    /// The header in which the provider takes a key that makes a repeated write harmless.
    idempotency_header: Option<HeaderName>,
    declared: BTreeMap<String, Call>,
}

/// One declared call.
#[derive(Debug)]
pub struct Call {
    method: Method,
    only_reads: bool,
    path: Path,
    query: Vec<(String, Text)>,
    headers: HeaderMap,
    if_match: Option<Text>,
    body: Option<Body>,
    parameters: BTreeMap<String, Declared>,
    /// The names of what it needs of the link.
    kept: BTreeSet<String>,
    takes_body: bool,
    pick: Option<Pick>,
    answer_headers: Vec<HeaderName>,
    /// The roles of which its caller needs one, if not everybody may make it.
    roles: Option<LinkRoles>,
}

/// What all calls of a file have to fit.
struct Surroundings<'a> {
    owner: Owner,
    /// The header that holds the access token.
    token_header: &'a HeaderName,
    /// The names of what links keep.
    keepable: BTreeSet<String>,
}

/// The query of a call, and the parameters that are declared in it.
#[derive(Default)]
struct DeclaredQuery {
    texts: Vec<(String, Text)>,
    parameters: Vec<(String, Declared)>,
}

/// A parameter, and whether every request must have it.
#[derive(Debug)]
struct Declared {
    parameter: Parameter,
    is_required: bool,
}

/// A call with its values filled in. It has no `Debug`: the values are a user's data.
pub struct FilledCall {
    method: Method,
    only_reads: bool,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

impl Calls {
    /// Reads the file that `CALLS_FILE` names, for links of this owner.
    pub fn from_settings(settings: &mut Settings, provider: &Provider, owner: Owner) -> Option<Self> {
        let file = settings.required("CALLS_FILE")?;
        let text = std::fs::read_to_string(&file)
            .map_err(|error| settings.problem("CALLS_FILE", &format!("cannot be read: {}", error.kind())))
            .ok()?;
        Self::read(&file, &text, provider.description.as_ref()?, owner)
            .map_err(|problems| {
                for (what, why) in problems {
                    settings.problem(&what, &why);
                }
            })
            .ok()
    }

    /// Reads a file. The error lists every mistake in it, by key and reason.
    fn read(
        file: &str,
        text: &str,
        description: &Description,
        owner: Owner,
    ) -> Result<Self, Vec<(String, String)>> {
        let mut problems = Problems::default();
        let calls =
            Object::read(file, text, &mut problems, |object| Self::from_object(object, description, owner));
        match (calls.flatten(), problems.into_vec()) {
            (Some(calls), problems) if problems.is_empty() => Ok(calls),
            (_, problems) => Err(problems),
        }
    }

    fn from_object(object: &mut Object<'_>, description: &Description, owner: Owner) -> Option<Self> {
        // For human readers and their editors only.
        object.text("$schema");
        object.texts("sources");
        object.text("read");
        object.texts("unverified");
        object.texts("scopes");
        let surroundings =
            Surroundings { owner, token_header: description.api.header(), keepable: description.keepable() };
        let base = Base::read(object, description);
        let idempotency_header = object.header_name("idempotency_header");
        if idempotency_header.as_ref().is_some_and(|header| surroundings.reserve(header)) {
            object.problem("idempotency_header", NOT_A_CALL_S);
        }
        object.require("calls");
        let declared = object.object_or_empty("calls", |calls| {
            let read = calls.names().into_iter().map(|name| {
                if !is_call_name(&name) {
                    calls.problem(
                        &name,
                        "must be a name of letters, digits, dots, - and _, such as contacts.list",
                    );
                }
                let call = calls.object_or_empty(&name, |call| Call::read(call, &surroundings));
                Some((name, call?))
            });
            read.flatten().collect()
        });
        Some(Self { base: base?, idempotency_header, declared })
    }

    /// The call of this name, which the request's line in the log then has.
    ///
    /// # Errors
    /// `unknown_call`.
    pub fn find(&self, name: &str) -> Result<&Call, Error> {
        let (name, call) = self.declared.get_key_value(name).ok_or(Error::UnknownCall)?;
        record::asked_for(name);
        Ok(call)
    }

    /// Fills in a call. `id` is what makes a repeated write harmless, if the app gave one.
    ///
    /// # Errors
    /// `bad_request` for a value that is missing, unknown or of another type; `reconnect_required` if the link lacks
    /// what the call needs.
    pub fn fill(
        &self,
        call: &Call,
        request: &CallRequest,
        kept: Kept<'_>,
        id: Option<&str>,
    ) -> Result<FilledCall, Error> {
        let values = &Values::check(call, request, kept)?;
        let path = call.path.fill(values).ok_or(Error::Internal)?;
        let mut url = self.base.join(&path, kept)?;
        let query = call.query.iter().filter_map(|(name, text)| Some((name, text.fill(values)?)));
        let query = query.collect::<Vec<_>>();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut headers = headers(&call.headers);
        let body = match &call.body {
            Some(body) => {
                let content_type = HeaderValue::from_static(body.content_type());
                headers.entry(CONTENT_TYPE).or_insert(content_type);
                Some(body.fill(values).ok_or(Error::Internal)?)
            }
            None => None,
        };
        if let Some(tag) = call.if_match.as_ref().and_then(|tag| tag.fill(values)) {
            let unfit = Error::BadRequest("If-Match must be text without control characters.");
            headers.insert(IF_MATCH, HeaderValue::try_from(tag).map_err(|_| unfit)?);
        }
        if let Some(name) = self.idempotency_header.as_ref().filter(|_| !call.only_reads) {
            let id =
                id.filter(|id| Type::Id.check(id).is_some()).and_then(|id| HeaderValue::try_from(id).ok());
            let id = id
                .ok_or(Error::BadRequest("A call that writes needs an id: letters, digits and ._~- only."))?;
            headers.insert(name, id);
        }
        Ok(FilledCall { method: call.method.clone(), only_reads: call.only_reads, url, headers, body })
    }
}

#[cfg(feature = "fuzzing")]
impl Calls {
    /// Reads a made-up file, as [`Calls::from_settings`] does.
    pub fn read_text(
        text: &str,
        provider: &Provider,
        owner: Owner,
    ) -> Option<Result<Self, Vec<(String, String)>>> {
        Some(Self::read("calls.json", text, provider.description.as_ref()?, owner))
    }
}

impl Call {
    fn read(object: &mut Object<'_>, surroundings: &Surroundings<'_>) -> Option<Self> {
        let mut parameters = object.object_or_empty("parameters", read_parameters);
        let path = read_path(object, &mut parameters);
        let mut places = Places {
            parameters: &parameters,
            keepable: &surroundings.keepable,
            used: BTreeSet::new(),
            kept: BTreeSet::new(),
            takes_body: false,
        };
        let method = object.method(&[
            ("GET", &Method::GET),
            ("POST", &Method::POST),
            ("PUT", &Method::PUT),
            ("PATCH", &Method::PATCH),
            ("DELETE", &Method::DELETE),
        ]);
        let reads = object.flag("reads", false);
        if reads && method != Method::POST {
            object.problem("reads", "is only for POST");
        }
        let taken = path.iter().flat_map(Path::places).try_for_each(|place| places.take_within(place));
        if let Err(why) = taken {
            object.problem("path", &why);
        }
        let query = object.object_or_empty("query", |query| read_query(query, &mut places));
        let (headers, if_match) = read_headers(object, &mut places, surroundings);
        let body = Body::read(object, &mut places);
        if body.is_some() && method == Method::GET {
            object.problem("method", "must be another for a call with a body");
        }
        let Places { used, kept, takes_body, .. } = places;
        for name in parameters.keys().filter(|name| !used.contains(*name)) {
            object.problem(&format!("parameters.{name}"), "is used nowhere in this call");
        }
        let pick = object.object("pick", Pick::read);
        let answer_headers = read_answer_headers(object);
        let roles = read_roles(object, surroundings.owner);
        Some(Self {
            only_reads: reads || method == Method::GET,
            method,
            path: path?,
            query: query.texts,
            headers,
            if_match,
            body,
            parameters: parameters.into_iter().chain(query.parameters).collect(),
            kept,
            takes_body,
            pick,
            answer_headers,
            roles,
        })
    }

    /// Whether the call changes nothing at the provider, so that it can be repeated.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.only_reads
    }

    /// Whether the signer may make this call.
    ///
    /// # Errors
    /// `role_required`.
    pub fn admit(&self, signed: &SignedRequest) -> Result<(), Error> {
        match &self.roles {
            Some(roles) if !roles.include_one_of(signed.roles()) => Err(Error::RoleRequired),
            _ => Ok(()),
        }
    }
}

impl Declared {
    const AN_ID: Self = Self { parameter: Parameter::Typed(Type::Id), is_required: true };

    /// Reads a parameter's keys: its type, and `required`.
    fn read(object: &mut Object<'_>, is_required: bool) -> Self {
        Self { is_required: object.flag("required", is_required), parameter: Parameter::read(object) }
    }
}

impl Surroundings<'_> {
    /// Whether calls may not set this header.
    fn reserve(&self, header: &HeaderName) -> bool {
        const RESERVED: [HeaderName; 8] =
            [AUTHORIZATION, CONNECTION, COOKIE, FORWARDED, HOST, TE, TRANSFER_ENCODING, UPGRADE];
        let name = header.as_str();
        RESERVED.contains(header)
            || header == self.token_header
            || name.starts_with("proxy-")
            || name.starts_with("x-forwarded-")
    }
}

impl FilledCall {
    /// Whether it changes nothing at the provider, so that it can be repeated.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.only_reads
    }

    /// The request, without an access token.
    pub fn request(self, http: &Http) -> RequestBuilder {
        let request = http.request(self.method, self.url).headers(self.headers);
        match self.body {
            Some(body) => request.body(body),
            None => request,
        }
    }
}

impl Description {
    /// The names of what links of this provider keep.
    fn keepable(&self) -> BTreeSet<String> {
        let granted = self.token.fields.kept.iter().map(|field| field.name().to_owned());
        granted.chain(self.authorization.callback_parameters.iter().cloned()).collect()
    }
}

fn read_parameters(object: &mut Object<'_>) -> BTreeMap<String, Declared> {
    let parameters = object.names().into_iter().map(|name| {
        if !text::is_name(&name) || name == BODY {
            object.problem(&name, "must be a name of letters, digits and _, and not body");
        }
        let declared = object.object_or_empty(&name, |parameter| Declared::read(parameter, true));
        (name, declared)
    });
    parameters.collect()
}

/// Reads the path. A place in it that is not among the parameters is an id.
fn read_path(object: &mut Object<'_>, parameters: &mut BTreeMap<String, Declared>) -> Option<Path> {
    let text = object.required_text("path")?;
    let path = Path::parse(&text).map_err(|why| object.problem("path", why)).ok()?;
    for place in path.places() {
        if let Place::Parameter(name) = place
            && name != BODY
        {
            parameters.entry(name.clone()).or_insert(Declared::AN_ID);
        }
    }
    Some(path)
}

/// Reads texts and, of the same name as what they fill in, parameters. Those may be left out of a request, and then are
/// left out of the query. As no place names them, they can have the names that the provider gives them, like `page[size]`.
fn read_query(object: &mut Object<'_>, places: &mut Places<'_>) -> DeclaredQuery {
    let mut query = DeclaredQuery::default();
    for name in object.names() {
        if name.is_empty() || name.contains(char::is_control) {
            object.problem(&name, "must be a name, without control characters");
        }
        if let Some(declared) = object.object_if(&name, |parameter| Declared::read(parameter, false)) {
            if places.parameters.contains_key(&name) {
                object.problem(&name, "is in path or parameters, too: keep one of them");
            }
            query.texts.push((name.clone(), Text::place(name.clone())));
            query.parameters.push((name, declared));
        } else if let Some(text) = object.text(&name) {
            match read_text(&text, places) {
                Ok(text) => query.texts.push((name, text)),
                Err(why) => object.problem(&name, &why),
            }
        }
    }
    query
}

/// Reads constant headers, and `If-Match`, which may be a parameter: whoever changes something says which version they
/// have seen.
fn read_headers(
    object: &mut Object<'_>,
    places: &mut Places<'_>,
    surroundings: &Surroundings<'_>,
) -> (HeaderMap, Option<Text>) {
    let mut headers = HeaderMap::new();
    let mut if_match = None;
    for (name, value) in object.pairs("headers") {
        let Some((header, constant)) = object.header("headers", &name, value.clone()) else { continue };
        let key = format!("headers.{name}");
        if surroundings.reserve(&header) || header == IDEMPOTENCY_KEY {
            object.problem(&key, NOT_A_CALL_S);
        } else if header != IF_MATCH {
            headers.insert(header, constant);
        } else {
            match read_text(&value, places) {
                Ok(text) => if_match = Some(text),
                Err(why) => object.problem(&key, &why),
            }
        }
    }
    (headers, if_match)
}

/// Parses a text with places.
fn read_text(text: &str, places: &mut Places<'_>) -> Result<Text, String> {
    let text = Text::parse(text)?;
    places.take_all_of(&text)?;
    Ok(text)
}

fn read_answer_headers(object: &mut Object<'_>) -> Vec<HeaderName> {
    const NOT_THE_APP_S: [HeaderName; 3] = [LOCATION, SET_COOKIE, WWW_AUTHENTICATE];
    let names = object.texts("answer_headers");
    let headers = names.iter().map(|name| HeaderName::try_from(name).ok());
    let headers = headers.map(|header| header.filter(|header| !NOT_THE_APP_S.contains(header)));
    headers.collect::<Option<_>>().unwrap_or_else(|| {
        object.problem(
            "answer_headers",
            "must be names of HTTP headers, and not Location, Set-Cookie or WWW-Authenticate",
        );
        Vec::new()
    })
}

/// Reads the roles of a call with an account's link, which must say who may make it.
fn read_roles(object: &mut Object<'_>, owner: Owner) -> Option<LinkRoles> {
    let why = match (owner, object.value("roles")) {
        (Owner::User, None) => return None,
        (Owner::User, Some(_)) => "is only for links of the account (LINK_SCOPE=account)",
        (Owner::Account, None) => "is missing: a list of roles, or \"any\"",
        (Owner::Account, Some(Value::String(any))) if any == "any" => return None,
        (Owner::Account, Some(roles)) => {
            let roles = serde_json::from_value::<Vec<String>>(roles).ok().filter(|roles| !roles.is_empty());
            match roles.and_then(|roles| LinkRoles::parse(&roles)) {
                Some(roles) => return Some(roles),
                None => {
                    "must be \"any\" or a list of built-in roles of Stripe as id:name, like admin:Administrator"
                }
            }
        }
    };
    object.problem("roles", why);
    None
}

fn is_call_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
