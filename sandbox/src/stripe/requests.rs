//! The parameters of each operation.

use shared::UnixSeconds;

use super::error::StripeError;
use super::parameters::{Parameters, invalid_integer};
use super::secrets::{NewSecret, Scope};

/// A hundred Julian years.
const FARTHEST_EXPIRY: u64 = 100 * 36_525 * 864;

/// A secret to create or replace.
pub(super) struct Set {
    pub(super) secret: NewSecret,
    pub(super) scope: Scope,
    pub(super) expand: bool,
}

impl Set {
    pub(super) fn parse(parameters: &mut Parameters, now: UnixSeconds) -> Result<Self, StripeError> {
        let expires_at = parameters.integer("expires_at")?;
        Ok(Self {
            secret: NewSecret {
                name: parameters.required("name")?,
                payload: parameters.required("payload")?,
                expires_at: expires_at.map(|at| expiry(at, now)).transpose()?,
            },
            scope: parameters.scope()?,
            expand: parameters.expands("payload"),
        })
    }
}

fn expiry(at: i64, now: UnixSeconds) -> Result<UnixSeconds, StripeError> {
    let refused = |rule: &str| invalid_integer(format!("Invalid timestamp: {rule}"), "expires_at");
    match u64::try_from(at) {
        Ok(at) if at > now.saturating_add(FARTHEST_EXPIRY) => {
            Err(refused("can be no more than 100 years in the future"))
        }
        Ok(at) if at >= now => Ok(at),
        _ => Err(refused("must not be in the past")),
    }
}

/// A secret to look up, or to delete.
pub(super) struct Find {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) expand: bool,
}

impl Find {
    pub(super) fn parse(parameters: &mut Parameters) -> Result<Self, StripeError> {
        Ok(Self {
            name: parameters.required("name")?,
            scope: parameters.scope()?,
            expand: parameters.expands("payload"),
        })
    }
}

/// A page to list.
pub(super) struct List {
    pub(super) scope: Scope,
    pub(super) limit: usize,
    pub(super) cursor: Option<Cursor>,
    pub(super) expand: bool,
}

/// The id of the secret at the edge of the page, which is not on it.
pub(super) enum Cursor {
    StartingAfter(String),
    EndingBefore(String),
}

impl List {
    pub(super) fn parse(parameters: &mut Parameters) -> Result<Self, StripeError> {
        let after = parameters.optional("starting_after")?;
        let before = parameters.optional("ending_before")?;
        Ok(Self {
            scope: parameters.scope()?,
            limit: limit(parameters.integer("limit")?.unwrap_or(10))?,
            cursor: match (after, before) {
                (None, None) => None,
                (Some(id), None) => Some(Cursor::StartingAfter(id)),
                (None, Some(id)) => Some(Cursor::EndingBefore(id)),
                (Some(_), Some(_)) => {
                    return Err(StripeError::invalid(
                        "Received both starting_after and ending_before parameters. Please pass in only one.",
                    )
                    .code("parameters_exclusive"));
                }
            },
            expand: parameters.expands("data.payload"),
        })
    }
}

fn limit(limit: i64) -> Result<usize, StripeError> {
    let bound = match usize::try_from(limit) {
        Ok(within @ 1..=100) => return Ok(within),
        Ok(101..) => "less than or equal to 100",
        _ => "greater than or equal to 1",
    };
    let message = format!("This value must be {bound} (it currently is '{limit}').");
    Err(invalid_integer(message, "limit"))
}
