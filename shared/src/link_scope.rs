//! Whose links this deployment makes, and who may make and end them: `LINK_SCOPE` and `LINK_ROLES`.

use crate::error::Error;
use crate::owner::{Linker, Owner};
use crate::settings::Settings;
use crate::signed_request::{Role, SignedRequest};
use crate::stripe_user::StripeUser;

/// Stripe's two roles of administrators, as its documentation and its SDK write them
/// (<https://docs.stripe.com/account/teams/roles>).
const ADMINISTRATORS: &str = "admin:Administrator,super_admin:Super Administrator";
/// Settings that would let someone without a role make a link, or read what it holds.
const SHUT: [(&str, &str); 3] = [("LINK_FLOW", "direct"), ("TOKEN_FORMAT", "plain"), ("USERINFO", "full")];

/// Whose links this deployment makes.
pub enum LinkScope {
    /// Every Stripe user's own.
    User,
    /// The account's, made and ended by members with one of these roles.
    Account(LinkRoles),
}

/// Built-in roles: a holder of one may make and end an account's link, or make a call that asks for it.
#[derive(Debug)]
pub struct LinkRoles(Vec<LinkRole>);

#[derive(Debug)]
struct LinkRole {
    id: String,
    name: String,
}

impl LinkScope {
    /// Reads `LINK_SCOPE` and `LINK_ROLES`. With account links, also checks that no setting opens a door that has
    /// no roles.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        let is_account = settings.choice("LINK_SCOPE", &[("user", false), ("account", true)]);
        let roles = LinkRoles::from_settings(settings);
        if !is_account? {
            return Some(Self::User);
        }
        for (name, value) in SHUT {
            if settings.optional(name).as_deref() == Some(value) {
                settings.problem(name, &format!("cannot be {value} with LINK_SCOPE=account"));
            }
        }
        roles.map(Self::Account)
    }

    /// Whose links they are.
    #[must_use]
    pub fn owner(&self) -> Owner {
        match self {
            Self::User => Owner::User,
            Self::Account(_) => Owner::Account,
        }
    }

    /// The signer, if they may make and end the link.
    ///
    /// # Errors
    /// `role_required`.
    pub fn linker(&self, signed: &SignedRequest) -> Result<Linker, Error> {
        match self {
            Self::Account(allowed) if !allowed.include_one_of(signed.roles()) => Err(Error::RoleRequired),
            scope => Ok(Linker::verified(signed.user.clone(), scope.owner())),
        }
    }

    /// A user who has signed no role, who may make and end only their own link.
    ///
    /// # Errors
    /// `role_required`.
    pub fn linker_without_role(&self, user: StripeUser) -> Result<Linker, Error> {
        match self {
            Self::User => Ok(Linker::verified(user, Owner::User)),
            Self::Account(_) => Err(Error::RoleRequired),
        }
    }
}

impl LinkRoles {
    /// Reads `LINK_ROLES`: `id:name`, separated by commas.
    fn from_settings(settings: &mut Settings) -> Option<Self> {
        let roles = settings.optional("LINK_ROLES").unwrap_or_else(|| ADMINISTRATORS.to_owned());
        let roles = roles.split(',').map(LinkRole::parse).collect::<Option<_>>().map(Self);
        if roles.is_none() {
            settings.problem(
                "LINK_ROLES",
                "must be built-in roles of Stripe as id:name, separated by commas, like admin:Administrator",
            );
        }
        roles
    }

    /// Reads the roles that a call asks for, each as in `LINK_ROLES`; `None` if one is not a role.
    pub(crate) fn parse(roles: &[String]) -> Option<Self> {
        roles.iter().map(|role| LinkRole::parse(role)).collect::<Option<_>>().map(Self)
    }

    /// It is not documented which of id and name Stripe compares with what a user holds before it signs, so both
    /// must fit. A custom role may have any name, so only built-in ones count.
    pub(crate) fn include_one_of(&self, signed: &[Role]) -> bool {
        let built_in = || signed.iter().filter(|role| role.r#type.as_deref() == Some("builtIn"));
        let fits = |role: &Role| self.0.iter().any(|allowed| allowed.has_id(role) && allowed.has_name(role));
        if built_in().any(fits) {
            return true;
        }
        for role in built_in().filter(|role| self.0.iter().any(|it| it.has_id(role) || it.has_name(role))) {
            tracing::warn!(
                id = role.id,
                name = role.name,
                "a role does not fit an allowed one in both id and name"
            );
        }
        false
    }
}

impl LinkRole {
    fn parse(text: &str) -> Option<Self> {
        let (id, name) = text.trim().split_once(':')?;
        let is_id = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let is_name = !name.is_empty() && name.trim() == name && !name.contains(char::is_control);
        (is_id && is_name).then(|| Self { id: id.to_owned(), name: name.to_owned() })
    }

    fn has_id(&self, role: &Role) -> bool {
        role.id.as_ref() == Some(&self.id)
    }

    fn has_name(&self, role: &Role) -> bool {
        role.name.as_ref() == Some(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(values: &[(&'static str, &str)]) -> Result<LinkScope, String> {
        let mut settings = Settings::of(values);
        let scope = LinkScope::from_settings(&mut settings);
        scope.filter(|_| settings.problems().is_empty()).ok_or_else(|| settings.problems().join("; "))
    }

    fn role(kind: &str, id: &str, name: &str) -> Role {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Role { r#type: some(kind), id: some(id), name: some(name) }
    }

    fn may_link(scope: &LinkScope, roles: &[Role]) -> bool {
        let LinkScope::Account(allowed) = scope else { panic!("links of users need no role") };
        allowed.include_one_of(roles)
    }

    #[test]
    fn type_id_and_name_must_all_fit() {
        let account = scope(&[("LINK_SCOPE", "account")]).ok().unwrap();
        for fitting in
            [role("builtIn", "admin", "Administrator"), role("builtIn", "super_admin", "Super Administrator")]
        {
            assert!(may_link(&account, &[role("builtIn", "view_only", "View only"), fitting]));
        }
        for (kind, id, name) in [
            ("custom", "admin", "Administrator"),
            ("", "admin", "Administrator"),
            ("builtin", "admin", "Administrator"),
            ("builtIn", "", "Administrator"),
            ("builtIn", "admin", ""),
            ("builtIn", "view_only", "Administrator"),
            ("builtIn", "admin", "View only"),
            ("builtIn", "admin", "Super Administrator"),
            ("builtIn", "Admin", "Administrator"),
            ("builtIn", "admin", "administrator"),
        ] {
            assert!(!may_link(&account, &[role(kind, id, name)]), "{kind} {id} {name}");
        }
        assert!(!may_link(&account, &[]));
        // Not a role made of two.
        let halves = [role("builtIn", "admin", "View only"), role("builtIn", "view_only", "Administrator")];
        assert!(!may_link(&account, &halves));
    }

    #[test]
    fn the_roles_can_be_set() {
        let roles = ("LINK_ROLES", "developer:Developer, iam_admin:IAM Admin");
        let account = scope(&[("LINK_SCOPE", "account"), roles]).ok().unwrap();
        assert!(may_link(&account, &[role("builtIn", "iam_admin", "IAM Admin")]));
        assert!(!may_link(&account, &[role("builtIn", "admin", "Administrator")]));
        for wrong in
            ["admin", "admin:", ":Administrator", "Admin:Administrator", "admin:Administrator,", "a:\u{7}"]
        {
            let problem = scope(&[("LINK_SCOPE", "account"), ("LINK_ROLES", wrong)]).err().unwrap();
            assert!(problem.starts_with("LINK_ROLES must be"), "{wrong}: {problem}");
        }
    }

    #[test]
    fn doors_without_roles_are_shut_by_name() {
        for (name, value) in SHUT {
            let problem = scope(&[("LINK_SCOPE", "account"), (name, value)]).err().unwrap();
            assert_eq!(problem, format!("{name} cannot be {value} with LINK_SCOPE=account"));
            assert!(scope(&[("LINK_SCOPE", "user"), (name, value)]).is_ok());
            assert!(scope(&[(name, value)]).is_ok());
        }
        assert!(scope(&[("LINK_SCOPE", "team")]).err().unwrap().starts_with("LINK_SCOPE must be one of"));
    }

    #[test]
    fn without_a_role_one_may_link_only_for_oneself() {
        let user = || StripeUser::verified("acct_1".to_owned(), "usr_1".to_owned(), None);
        assert!(
            LinkScope::User.linker_without_role(user()).is_ok_and(|linker| linker.owner() == Owner::User)
        );
        let account = scope(&[("LINK_SCOPE", "account")]).ok().unwrap();
        assert_eq!(account.linker_without_role(user()).err(), Some(Error::RoleRequired));
    }
}
