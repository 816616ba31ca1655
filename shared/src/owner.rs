//! Whose link it is, and who may make and end it.

use serde::{Deserialize, Serialize};

use crate::stripe_user::{Mode, StripeUser};

/// Whose link it is. Sealed by its number: see [`Sealed`](crate::sealed::Sealed) before you add one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// A Stripe user's.
    #[default]
    User,
    /// The whole Stripe account's: every member uses it.
    Account,
}

/// Where a link is kept: the scope of the Secret Store, and which of the account's data it is about.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The account, `acct_…`.
    pub account: &'a str,
    /// The user, `usr_…`; `None` for the account's scope.
    pub user: Option<&'a str>,
    /// The mode, if it was said.
    pub mode: Option<Mode>,
}

impl<'a> Scope<'a> {
    /// The scope of this user, or of their account.
    #[must_use]
    pub fn of(user: &'a StripeUser, owner: Owner) -> Self {
        let own = match owner {
            Owner::User => Some(user.user()),
            Owner::Account => None,
        };
        Self { account: user.account(), user: own, mode: user.mode() }
    }
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
