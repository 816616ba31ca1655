//! `stripe_roles` of a signed payload: roles that Stripe found the user to hold before it signed. The list proves
//! that they hold these, not that they hold no others (<https://docs.stripe.com/stripe-apps/build-backend>).

use serde_json::{Map, Value};

use crate::error::Error;

/// More roles than anybody has.
const MOST_ROLES: usize = 32;
/// In bytes; Stripe's longest has under fifty.
const LONGEST_FIELD: usize = 255;

/// An entry of `stripe_roles`. It has no fields that are not text.
pub(crate) struct Role {
    /// `builtIn` or `custom`.
    pub(crate) r#type: Option<String>,
    /// Stripe's id of a built-in role, like `admin`.
    pub(crate) id: Option<String>,
    /// What the Dashboard calls it, like `Administrator`.
    pub(crate) name: Option<String>,
}

impl Role {
    /// Reads a list of roles; none is claimed without one.
    ///
    /// # Errors
    /// `bad_request` if the list, or a field of a role, is longer than Stripe's ever are.
    pub(super) fn read_all(claimed: Option<Vec<Map<String, Value>>>) -> Result<Vec<Self>, Error> {
        let claimed = claimed.unwrap_or_default();
        let roles = claimed.iter().map(Self::read).collect::<Option<Vec<_>>>();
        roles
            .filter(|roles| roles.len() <= MOST_ROLES)
            .ok_or(Error::BadRequest("stripe_roles is longer than Stripe's lists of roles are."))
    }

    fn read(entry: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| match entry.get(name).and_then(Value::as_str) {
            Some(text) if text.len() > LONGEST_FIELD => None,
            text => Some(text.map(str::to_owned)),
        };
        Some(Self { r#type: text("type")?, id: text("id")?, name: text("name")? })
    }
}
