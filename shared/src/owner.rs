//! Whose link it is, and who may make and end it.

use serde::{Deserialize, Serialize};

use crate::stripe_user::StripeUser;

/// Whose link it is. Sealed by its number: see [`Sealed`](crate::sealed::Sealed) before you add one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// A Stripe user's.
    #[default]
    User,
    /// The whole Stripe account's: every member uses it.
    Account,
}

/// A Stripe user who may make and end the link: their own, or their account's.
///
/// It exists only after the signature, and for an account's link the role in it, were verified: it comes from
/// [`LinkScope`](crate::link_scope::LinkScope).
pub struct Linker {
    user: StripeUser,
    owner: Owner,
}

impl Linker {
    /// Only for the place that has the proof.
    pub(crate) fn verified(user: StripeUser, owner: Owner) -> Self {
        Self { user, owner }
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> &StripeUser {
        &self.user
    }

    /// Whose link they may make and end.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.owner
    }
}
