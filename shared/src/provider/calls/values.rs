use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Call;
use super::parameter::{Checked, Type};
use super::text::{Place, is_name};
use crate::error::Error;
use crate::json;
use crate::provider::Kept;

/// The longest JSON that a call may send as it is, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// What the app asks for: a call by its name, and values. It has no `Debug`: the values are a user's data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRequest {
    /// The name of the call.
    pub call: String,
    /// Values by the names of parameters.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// JSON for a call that sends the app's own.
    body: Option<Box<RawValue>>,
}

impl CallRequest {
    /// Parses `{"call","parameters"?,"body"?}`.
    ///
    /// # Errors
    /// `bad_request` if it is anything else, has a key twice, or has a body of over 64 KiB.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let request: Self = json::object(text.as_bytes())
            .filter(|_| json::has_distinct_keys(text.as_bytes()))
            .ok_or(Error::BadRequest(
                "request must be the JSON {\"call\",\"parameters\",\"body\"}, each key once.",
            ))?;
        match &request.body {
            Some(body) if body.get().len() > LONGEST_BODY => {
                Err(Error::BadRequest("The body of the call is too long: at most 64 KiB."))
            }
            _ => Ok(request),
        }
    }
}

/// Values for all places of a call, each checked.
pub(super) struct Values<'a> {
    parameters: BTreeMap<&'a str, Checked<'a>>,
    kept: BTreeMap<&'a str, Checked<'a>>,
    /// The app's own JSON.
    pub(super) body: Option<&'a RawValue>,
}

impl<'a> Values<'a> {
    /// The values of a request and of a link for this call.
    pub(super) fn check(call: &'a Call, request: &'a CallRequest, kept: Kept<'a>) -> Result<Self, Error> {
        if let Some(name) = request.parameters.keys().find(|name| !call.parameters.contains_key(*name)) {
            return Err(if is_name(name) {
                Error::BadParameter { name: name.clone(), must: "is not one of this call" }
            } else {
                Error::BadRequest("The request has a parameter whose name is not valid.")
            });
        }
        match (call.takes_body, &request.body) {
            (true, None) => return Err(Error::BadRequest("This call needs a body.")),
            (false, Some(_)) => return Err(Error::BadRequest("This call takes no body.")),
            _ => {}
        }
        let mut parameters = BTreeMap::new();
        for (name, declared) in &call.parameters {
            let refuse = |must| Error::BadParameter { name: name.clone(), must };
            match request.parameters.get(name) {
                Some(value) => {
                    let value = declared.parameter.check(value);
                    let value = value.ok_or_else(|| refuse(declared.parameter.rule()))?;
                    parameters.insert(name.as_str(), value);
                }
                None if declared.is_required => return Err(refuse("is missing")),
                None => {}
            }
        }
        let kept = call.kept.iter().map(|name| of_link(name, kept).map(|value| (name.as_str(), value)));
        Ok(Self { parameters, kept: kept.collect::<Result<_, Error>>()?, body: request.body.as_deref() })
    }

    /// The value for a place; `None` if it is an optional parameter's, and the app gave none.
    pub(super) fn at(&self, place: &Place) -> Option<Checked<'a>> {
        match place {
            Place::Parameter(name) => self.parameters.get(name.as_str()).copied(),
            Place::Kept(name) => self.kept.get(name.as_str()).copied(),
        }
    }
}

/// What the link keeps under a name. What came with the callback passed through the user's browser, so it must be
/// an id, as the app's own values.
fn of_link<'a>(name: &str, kept: Kept<'a>) -> Result<Checked<'a>, Error> {
    let value = kept.granted.get(name).or_else(|| kept.callback.get(name)).ok_or_else(|| {
        tracing::warn!(name, "the link was made before this was kept");
        Error::ReconnectRequired
    })?;
    Type::Id.check(value).ok_or_else(|| {
        tracing::error!(name, "what is kept with the link is no id, and cannot be part of a call");
        Error::ClientMisconfigured
    })
}
