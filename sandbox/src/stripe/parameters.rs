//! Form parameters, checked as strictly as Stripe does: unknown ones are refused.

use std::collections::BTreeMap;

use super::error::StripeError;
use super::secrets::Scope;

/// The maximum length of a string parameter, in characters.
const LONGEST: usize = 5000;

/// The parameters of a call that have not been taken yet.
#[derive(Default)]
pub(super) struct Parameters {
    /// If a parameter is repeated, the last one counts.
    values: BTreeMap<String, String>,
    expand: Vec<String>,
}

impl FromIterator<(String, String)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut parameters = Self::default();
        for (name, value) in pairs {
            if is_expand(&name) {
                parameters.expand.push(value);
            } else {
                parameters.values.insert(name, value);
            }
        }
        parameters
    }
}

/// `expand[]`, or `expand[0]`.
fn is_expand(name: &str) -> bool {
    name.strip_prefix("expand[")
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Parameters {
    /// Lets `parse` take what it knows, and refuses the rest.
    pub(super) fn consume<P>(
        mut self,
        parse: impl FnOnce(&mut Self) -> Result<P, StripeError>,
    ) -> Result<P, StripeError> {
        let parsed = parse(&mut self)?;
        if let Some(name) = self.values.keys().next() {
            return Err(StripeError::invalid(format!("Received unknown parameter: {name}"))
                .code("parameter_unknown")
                .param(name));
        }
        match self.expand.first() {
            Some(property) => {
                Err(StripeError::invalid(format!("This property cannot be expanded ({property})."))
                    .param("expand"))
            }
            None => Ok(parsed),
        }
    }

    /// Takes a string that may be absent, but not empty.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<String>, StripeError> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        if value.is_empty() {
            return Err(StripeError::invalid(format!(
                "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a \
                 parameter; however '{name}' cannot be unset. You should remove '{name}' from your request \
                 or supply a non-empty value."
            ))
            .code("parameter_invalid_empty")
            .param(name));
        }
        if value.chars().count() > LONGEST {
            return Err(StripeError::invalid(format!(
                "Invalid string: must be at most {LONGEST} characters"
            ))
            .param(name));
        }
        Ok(Some(value))
    }

    /// Takes a string that is required.
    pub(super) fn required(&mut self, name: &str) -> Result<String, StripeError> {
        self.optional(name)?.ok_or_else(|| StripeError::missing(name))
    }

    /// Takes an integer.
    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, StripeError> {
        self.optional(name)?
            .map(|value| {
                value.parse().map_err(|_| invalid_integer(format!("Invalid integer: {value}"), name))
            })
            .transpose()
    }

    /// Takes `scope[type]` and the `scope[user]` that goes with it.
    pub(super) fn scope(&mut self) -> Result<Scope, StripeError> {
        let scope = self.required("scope[type]")?;
        match (scope.as_str(), self.optional("scope[user]")?) {
            ("account", None) => Ok(Scope::Account),
            ("user", Some(user)) => Ok(Scope::User(user)),
            ("user", None) => Err(StripeError::missing("scope[user]")),
            ("account", Some(_)) => {
                Err(StripeError::invalid("You may only specify scope[user] when scope[type] is user.")
                    .param("scope[user]"))
            }
            // Stripe documents no code for a bad enum value, and sends none.
            _ => Err(StripeError::invalid("Invalid scope[type]: must be one of account or user")
                .param("scope[type]")),
        }
    }

    /// Takes `expand[]=property`.
    pub(super) fn expands(&mut self, property: &str) -> bool {
        let asked = self.expand.len();
        self.expand.retain(|expand| expand != property);
        self.expand.len() < asked
    }
}

/// A number that is malformed or out of range.
pub(super) fn invalid_integer(message: String, param: &str) -> StripeError {
    StripeError::invalid(message).code("parameter_invalid_integer").param(param)
}
