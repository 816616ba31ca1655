//! The members of the accounts, and whether they hold the roles that an app asks Stripe to confirm.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::StripeApi;
use super::error::StripeError;

/// A role as Stripe writes it, with its fields in the order in which Stripe is reported to sign them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Such as `admin`.
    pub id: String,
    /// Whose it is.
    #[serde(rename = "type")]
    pub kind: RoleKind,
    /// Such as `Administrator`.
    pub name: String,
}

/// Who made a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RoleKind {
    /// Stripe.
    BuiltIn,
    /// The account.
    Custom,
}

impl Role {
    /// A role of Stripe's.
    #[must_use]
    pub fn built_in(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), kind: RoleKind::BuiltIn, name: name.to_owned() }
    }
}

/// Somebody who signs in to the Dashboard.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// `usr_…`
    pub id: String,
    /// What the Dashboard calls them.
    pub name: String,
    /// In every account.
    pub roles: Vec<Role>,
}

/// By what Stripe tells whether somebody holds a role. It documents only that it checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RoleComparison {
    /// By `id`, `type` and `name`.
    #[default]
    Whole,
    /// By `id` alone.
    Id,
    /// By `name` alone.
    Name,
}

impl RoleComparison {
    fn fits(self, held: &Role, claimed: &Value) -> bool {
        let held = serde_json::json!(held);
        let fields: &[&str] = match self {
            Self::Whole => &["id", "type", "name"],
            Self::Id => &["id"],
            Self::Name => &["name"],
        };
        fields.iter().all(|field| claimed[field] == held[field])
    }
}

/// Who holds which roles.
pub(super) struct Roles {
    by_user: BTreeMap<String, Vec<Role>>,
    comparison: RoleComparison,
}

impl Default for Roles {
    fn default() -> Self {
        let by_user = members().into_iter().map(|member| (member.id, member.roles)).collect();
        Self { by_user, comparison: RoleComparison::default() }
    }
}

/// The people whom the Dashboard offers to be. Administrator and Developer are written as in Stripe's examples of roles
/// in extensions; "View only" is so in a list of roles of Stripe's, in others with another capital.
#[must_use]
pub fn members() -> Vec<Member> {
    let member =
        |id: &str, name: &str, role| Member { id: id.to_owned(), name: name.to_owned(), roles: vec![role] };
    vec![
        member("usr_ada1", "Ada", administrator()),
        member("usr_grace1", "Grace", Role::built_in("view_only", "View only")),
        member("usr_eve1", "Eve", Role::built_in("developer", "Developer")),
    ]
}

/// The role of everybody else: users are made by naming them.
fn administrator() -> Role {
    Role::built_in("admin", "Administrator")
}

impl StripeApi {
    /// From now on, a user holds just these roles.
    pub fn set_roles(&self, user: &str, roles: Vec<Role>) {
        self.roles().by_user.insert(user.to_owned(), roles);
    }

    /// From now on, tells roles apart by this.
    pub fn compare_roles_by(&self, comparison: RoleComparison) {
        self.roles().comparison = comparison;
    }

    /// Refuses `stripe_roles` of a payload that the user does not hold. Stripe documents `400` for it, and nothing of
    /// the message; that it may refuse an empty list is reported.
    pub(super) fn confirm_roles(&self, user: &str, claimed: &Value) -> Result<(), StripeError> {
        let refused =
            |why: &str| StripeError::invalid(format!("Invalid payload: stripe_roles {why}")).param("payload");
        let claimed = claimed.as_array().filter(|list| !list.is_empty());
        let claimed = claimed.ok_or_else(|| refused("must be a list of roles"))?;
        let roles = self.roles();
        let held = roles.by_user.get(user).cloned().unwrap_or_else(|| vec![administrator()]);
        let holds = |claim: &Value| held.iter().any(|role| roles.comparison.fits(role, claim));
        if claimed.iter().all(holds) {
            Ok(())
        } else {
            Err(refused("holds a role that the user does not have"))
        }
    }
}
