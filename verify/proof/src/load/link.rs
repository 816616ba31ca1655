//! What may be true of a user's link, according to all answers so far.

use super::trouble::Trouble;

/// After a fault, several states are possible, until an answer settles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    linked: bool,
    unlinked: bool,
    /// Tokens are stored that the provider no longer accepts.
    spent: Option<Spent>,
}

/// Why stored tokens may be useless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// The provider has refreshed them, but its answer was lost: nobody has the new ones.
    RefreshLost,
    /// A sign-out got no further than the provider.
    SignedOut,
}

pub const LINKED: Link = Link { linked: true, unlinked: false, spent: None };
pub const UNLINKED: Link = Link { linked: false, unlinked: true, spent: None };

pub const OWN: &str = "200 own account";
/// The provider's API answered, but not with the contact.
pub const NO_CONTACT: &str = "200 no contact";
pub const REVOKED: &str = "200 revoked";
pub const NOT_REVOKED: &str = "200 not revoked";
pub const RECONNECT: &str = "401 reconnect_required";
const NOT_CONNECTED: &str = "401 not_connected";

impl Link {
    /// Whether only one state is possible.
    pub fn is_sure(self) -> bool {
        self == LINKED || self == UNLINKED
    }

    /// Why the user may have to link again.
    pub fn spent(self) -> Option<Spent> {
        self.spent
    }

    /// Whether this answer to `userinfo` or a call is possible; learns from it.
    pub fn userinfo(&mut self, told: &str, trouble: Option<&Trouble>) -> bool {
        match told {
            OWN if self.linked => *self = LINKED,
            NOT_CONNECTED if self.unlinked => *self = UNLINKED,
            // Tokens under a minute old are not refreshed, so it is not known yet that their grant has ended.
            RECONNECT if self.spent == Some(Spent::SignedOut) => (self.linked, self.unlinked) = (false, true),
            // Tokens whose grant has ended are deleted.
            RECONNECT if self.spent.is_some() => *self = UNLINKED,
            _ => {
                if self.linked && trouble.is_some_and(Trouble::may_lose_tokens) {
                    self.spent = Some(Spent::RefreshLost);
                }
                return trouble.is_some_and(|trouble| trouble.excuses(told));
            }
        }
        true
    }

    /// The same for another back end, whose token nobody has tried at the provider: after a sign-out that was cut short
    /// it proves nothing.
    pub fn token(&mut self, told: &str, trouble: Option<&Trouble>) -> bool {
        (told == OWN && self.spent == Some(Spent::SignedOut)) || self.userinfo(told, trouble)
    }

    /// The same for a whole link. One that fails leaves what was there before, or was made nevertheless.
    pub fn link(&mut self, told: &str, trouble: Option<&Trouble>) -> bool {
        if told == OWN {
            *self = LINKED;
            return true;
        }
        self.linked = true;
        trouble.is_some_and(|trouble| trouble.excuses(told))
    }

    /// The same for `logout`. One that fails may have got to any point.
    pub fn logout(&mut self, told: &str, trouble: Option<&Trouble>) -> bool {
        let was = *self;
        if told == REVOKED || told == NOT_REVOKED {
            *self = UNLINKED;
            let had_tokens = was.linked || was.spent.is_some();
            return if told == REVOKED { had_tokens } else { was.unlinked || trouble.is_some() };
        }
        *self = Link { unlinked: true, spent: was.spent.or(was.linked.then_some(Spent::SignedOut)), ..was };
        trouble.is_some_and(|trouble| trouble.excuses(told))
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::super::user::Action;
    use super::*;

    /// Any fault that an action can meet and that has this property.
    fn trouble(action: Action, is: impl Fn(&Trouble) -> bool) -> Trouble {
        let mut rng = Rng::with_seed(1);
        std::iter::repeat_with(|| Trouble::any(&mut rng, action, true)).find(is).expect("one")
    }

    #[test]
    fn without_a_fault_only_the_truth_may_be_told() {
        for (link, right, wrong) in [(LINKED, OWN, NOT_CONNECTED), (UNLINKED, NOT_CONNECTED, OWN)] {
            assert!(link.clone().userinfo(right, None));
            for wrong in [wrong, RECONNECT, "503 provider_unavailable", "200 another's account"] {
                assert!(!link.clone().userinfo(wrong, None), "{link:?} {wrong}");
            }
        }
        assert!(!LINKED.clone().logout(NOT_REVOKED, None) && !UNLINKED.clone().logout(REVOKED, None));
        assert!(!LINKED.clone().link("401 code_rejected", None));
    }

    #[test]
    fn only_a_lost_reply_to_a_refresh_explains_a_reconnect() {
        let mut link = LINKED;
        let harmless = trouble(Action::Userinfo, |trouble| trouble.name == "/token: 503");
        assert!(link.userinfo("503 provider_unavailable", Some(&harmless)));
        assert_eq!(link, LINKED);
        let lost = trouble(Action::Userinfo, |trouble| trouble.name == "/token: reply lost");
        assert!(link.userinfo("503 provider_unavailable", Some(&lost)));
        assert_eq!(link.spent(), Some(Spent::RefreshLost));
        assert!(link.userinfo(RECONNECT, None));
        assert_eq!(link, UNLINKED);
    }

    #[test]
    fn a_sign_out_cut_short_explains_reconnects_until_one_settles_it() {
        let mut link = LINKED;
        let lost = trouble(Action::Logout, |trouble| trouble.name == "/v1/apps/secrets/delete: 503");
        assert!(link.logout("503 secret_store_unavailable", Some(&lost)));
        assert!(link.userinfo(RECONNECT, None) && link.userinfo(RECONNECT, None));
        assert!(link.userinfo(NOT_CONNECTED, None));
        assert!(!link.userinfo(RECONNECT, None));
    }

    #[test]
    fn a_token_that_nobody_tried_settles_no_sign_out() {
        let mut link = LINKED;
        let lost = trouble(Action::Logout, |trouble| trouble.name == "/v1/apps/secrets/delete: 503");
        assert!(link.logout("503 secret_store_unavailable", Some(&lost)));
        assert!(link.token(OWN, None) && link.userinfo(RECONNECT, None) && link.token(OWN, None));
        assert!(LINKED.clone().token(OWN, None) && !UNLINKED.clone().token(OWN, None));
    }

    #[test]
    fn a_fault_excuses_what_it_can_cause() {
        let of_stripe = trouble(Action::Userinfo, |trouble| trouble.name == "/v1/apps/secrets/find: hung up");
        assert!(LINKED.clone().userinfo("503 secret_store_unavailable", Some(&of_stripe)));
        for told in ["503 provider_unavailable", NOT_CONNECTED, RECONNECT] {
            assert!(!LINKED.clone().userinfo(told, Some(&of_stripe)), "{told}");
        }
    }
}
