//! Direct invocations (`lambda:InvokeFunction`): IAM has decided who may send the event, which is the caller's own JSON.

use std::ops::Deref;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::invocation::Timing;
use crate::json;
use crate::log::record;
use crate::owner::Scope;
use crate::stripe_user::{Mode, is_account_id, is_user_id};

/// The longest event we accept, in bytes.
const LONGEST_EVENT: usize = 8 * 1024;
/// The longest label of a caller, in bytes.
const LONGEST_LABEL: usize = 64;

/// An event that was not sent through the gateway, with its timing. It exists only in a function that
/// [`run_directly`](crate::lambda::run_directly) runs, which has no route: it is the proof that IAM let the caller in.
pub struct DirectInvocation {
    event: String,
    timing: Timing,
    /// Lambda's id for this invocation, included in every answer.
    pub request_id: String,
}

impl Deref for DirectInvocation {
    type Target = Timing;

    fn deref(&self) -> &Timing {
        &self.timing
    }
}

impl DirectInvocation {
    /// Only for the place that gets events from no gateway.
    pub(crate) fn new(event: &str, timing: Timing, request_id: String) -> Self {
        Self { event: event.to_owned(), timing, request_id }
    }

    /// The event, as an object of this form; `expected` says which it is.
    ///
    /// # Errors
    /// `bad_request` if it is not.
    pub fn read<T: DeserializeOwned>(&self, expected: &'static str) -> Result<T, Error> {
        if self.event.len() > LONGEST_EVENT {
            return Err(Error::BadRequest("The event is too long: at most 8 KiB."));
        }
        json::object(self.event.as_bytes()).ok_or(Error::BadRequest(expected))
    }

    /// Notes in the log what the caller calls itself; IAM tells us no principal.
    ///
    /// # Errors
    /// `bad_request` if it could not be told from the rest of a log.
    pub fn note_caller(&self, label: &str) -> Result<(), Error> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        if label.is_empty() || label.len() > LONGEST_LABEL || !label.bytes().all(is_plain) {
            return Err(Error::BadRequest(
                "caller must be a label of 1 to 64 letters, digits and ._:/- without blanks.",
            ));
        }
        record::called_by(label);
        Ok(())
    }
}

/// The owner of a link, named by a caller that IAM let in: no signature proves it.
///
/// It is made from a [`DirectInvocation`],
///
/// ```
/// fn name(invocation: &shared::DirectInvocation) -> Result<shared::NamedOwner, shared::Error> {
///     shared::NamedOwner::by(invocation, "acct_1".to_owned(), None, shared::Mode::Live)
/// }
/// ```
///
/// so a function behind the gateway cannot make one:
///
/// ```compile_fail
/// fn name(invocation: &shared::Invocation) -> Result<shared::NamedOwner, shared::Error> {
///     shared::NamedOwner::by(invocation, "acct_1".to_owned(), None, shared::Mode::Live)
/// }
/// ```
pub struct NamedOwner {
    account: String,
    user: Option<String>,
    mode: Mode,
}

impl NamedOwner {
    /// The account, or one user of it, that this invocation names.
    ///
    /// # Errors
    /// `bad_request` if Stripe has no such ids.
    pub fn by(
        _: &DirectInvocation,
        account: String,
        user: Option<String>,
        mode: Mode,
    ) -> Result<Self, Error> {
        if !is_account_id(&account) {
            return Err(Error::BadRequest("account_id must be an account's id: acct_…"));
        }
        if user.as_ref().is_some_and(|user| !is_user_id(user)) {
            return Err(Error::BadRequest("user_id must be a Dashboard user's id: usr_…"));
        }
        let owner = Self { account, user, mode };
        record::about_scope(owner.scope());
        Ok(owner)
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { account: &self.account, user: self.user.as_deref(), mode: Some(self.mode) }
    }
}
