use std::collections::BTreeMap;

use lambda_http::http::HeaderName;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Call;
use super::pick::Picked;
use crate::http::Reply;

/// What the app gets of the provider's response.
#[derive(Serialize)]
pub struct CallAnswer<'a> {
    /// The provider's status.
    status: u16,
    /// Those of the response's headers that the call declares.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'a str, String>,
    /// JSON, or what was picked from it; `null` if the response is not JSON, or a failure to pick from.
    body: Option<Picked<'a>>,
}

impl Call {
    /// What the app gets of a response.
    #[must_use]
    pub fn answer<'a>(&'a self, reply: &'a Reply) -> CallAnswer<'a> {
        let document = reply.text().and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
        let body = match &self.pick {
            None => document.map(|document| Picked::Value(Some(document))),
            Some(pick) => document.filter(|_| reply.status.is_success()).map(|document| pick.of(document)),
        };
        let headers = self.answer_headers.iter().filter_map(|name| Some((name.as_str(), all(name, reply)?)));
        CallAnswer { status: reply.status.as_u16(), headers: headers.collect(), body }
    }
}

/// The values of a header as one (RFC 9110 section 5.3): `Link` may be there several times.
fn all(name: &HeaderName, reply: &Reply) -> Option<String> {
    let values = reply.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let values = values.collect::<Vec<_>>();
    (!values.is_empty()).then(|| values.join(", "))
}
