use std::collections::BTreeMap;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};
use url::form_urlencoded;

use super::places::Places;
use super::read_text;
use super::text::{Place, Text};
use super::values::Values;
use crate::provider::description::Object;

/// What a call sends.
#[derive(Debug)]
pub(super) enum Body {
    Json(Template),
    /// Names and values, in this order.
    Form(Vec<(String, Text)>),
}

/// JSON with places. Only a whole string is one, so braces in a GraphQL document stay as they are.
#[derive(Debug)]
pub(super) enum Template {
    Constant(Value),
    Place(Place),
    /// The app's own JSON.
    Own,
    List(Vec<Template>),
    Object(BTreeMap<String, Template>),
}

impl Body {
    /// Reads the keys `body` and `form`.
    pub(super) fn read(object: &mut Object<'_>, places: &mut Places<'_>) -> Option<Self> {
        let json = object.value("body").map(|json| Template::read(json, places));
        let form = object.value("form").map(|form| read_form(form, places));
        match (json, form) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                object.problem("form", "cannot be used together with body");
                None
            }
            (Some(Ok(template)), None) => {
                if let Template::Place(place) = &template
                    && places.declared(place).is_some_and(|declared| !declared.is_required)
                {
                    object.problem("body", "must not be a parameter that a request may leave out");
                }
                Some(Self::Json(template))
            }
            (None, Some(Ok(pairs))) => Some(Self::Form(pairs)),
            (Some(Err(why)), None) => {
                object.problem("body", &why);
                None
            }
            (None, Some(Err(why))) => {
                object.problem("form", &why);
                None
            }
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }

    /// The body with its places filled. What has a place without a value is left out: a pair of a form, a member of an
    /// object, an element of a list. `None` if that is all.
    pub(super) fn fill(&self, values: &Values<'_>) -> Option<String> {
        match self {
            Self::Json(template) => serde_json::to_string(&Filled { template, values }).ok(),
            Self::Form(pairs) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs.iter().filter_map(|(name, text)| Some((name, text.fill(values)?))));
                Some(form.finish())
            }
        }
    }
}

impl Template {
    fn read(json: Value, places: &mut Places<'_>) -> Result<Self, String> {
        Ok(match json {
            Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
                Some("body") => {
                    places.takes_body = true;
                    Self::Own
                }
                Some(inner) => match Place::parse(inner) {
                    Some(place) => {
                        places.take(&place)?;
                        Self::Place(place)
                    }
                    None => Self::Constant(text.into()),
                },
                None => Self::Constant(text.into()),
            },
            Value::Array(list) => {
                Self::List(list.into_iter().map(|json| Self::read(json, places)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let members =
                    members.into_iter().map(|(name, json)| Self::read(json, places).map(|it| (name, it)));
                Self::Object(members.collect::<Result<_, String>>()?)
            }
            Value::Number(number) if is_rounded(&number) => {
                return Err("has a number of too many digits, which would be rounded".to_owned());
            }
            constant => Self::Constant(constant),
        })
    }
}

/// Whether this was parsed as a float that may stand for several whole numbers.
fn is_rounded(number: &Number) -> bool {
    const FIRST: f64 = 9_007_199_254_740_992.0;
    number.is_f64() && number.as_f64().is_none_or(|number| number.abs() >= FIRST)
}

fn read_form(form: Value, places: &mut Places<'_>) -> Result<Vec<(String, Text)>, String> {
    let pairs: Vec<(String, String)> = serde_json::from_value(form)
        .map_err(|_| "must be a list of names and texts, such as [[\"to\", \"{phone}\"]]")?;
    pairs.into_iter().map(|(name, text)| read_text(&text, places).map(|text| (name, text))).collect()
}

/// A template and the values for its places, to be serialized.
struct Filled<'a> {
    template: &'a Template,
    values: &'a Values<'a>,
}

impl Values<'_> {
    /// Whether a template is a place that there is no value for.
    fn lack(&self, template: &Template) -> bool {
        matches!(template, Template::Place(place) if self.at(place).is_none())
    }
}

impl Serialize for Filled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { template, values } = *self;
        let filled = |template| (!values.lack(template)).then_some(Filled { template, values });
        let missing = || S::Error::custom("there is no value for a place");
        match template {
            Template::Constant(json) => json.serialize(serializer),
            Template::Place(place) => values.at(place).ok_or_else(missing)?.serialize(serializer),
            Template::Own => values.body.ok_or_else(missing)?.serialize(serializer),
            Template::List(list) => serializer.collect_seq(list.iter().filter_map(filled)),
            Template::Object(members) => {
                serializer.collect_map(members.iter().filter_map(|(name, it)| Some((name, filled(it)?))))
            }
        }
    }
}
