//! Every upstream call of the functions.

use sandbox::Party;

/// An upstream call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Settings,
    Find,
    LinkLease,
    Set,
    RefreshLease,
    Delete,
    Exchange,
    Refresh,
    Userinfo,
    Revoke,
    Api,
    TokenFind,
    TokenLease,
    TokenRefresh,
}

/// The function that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Authorize,
    Userinfo,
    Logout,
    Call,
    Token,
}

impl Function {
    /// The name of its binary, and the last segment of its route.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
            Self::Call => "call",
            Self::Token => "token",
        }
    }

    /// The purpose its requests are signed for; those to `token` are not signed.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Authorize => "complete",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
            Self::Call => "call",
            Self::Token => "",
        }
    }
}

impl Call {
    pub const ALL: [Self; 14] = [
        Self::Settings,
        Self::Find,
        Self::LinkLease,
        Self::Set,
        Self::RefreshLease,
        Self::Delete,
        Self::Exchange,
        Self::Refresh,
        Self::Userinfo,
        Self::Revoke,
        Self::Api,
        Self::TokenFind,
        Self::TokenLease,
        Self::TokenRefresh,
    ];

    /// Its name on the page and in the rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "SSM: get parameters",
            Self::Find => "Stripe: find",
            Self::LinkLease => "Stripe: lease of a link",
            Self::Set => "Stripe: set",
            Self::RefreshLease => "Stripe: lease of a refresh",
            Self::Delete => "Stripe: delete",
            Self::Exchange => "provider: exchange",
            Self::Refresh => "provider: refresh",
            Self::Userinfo => "provider: userinfo",
            Self::Revoke => "provider: revoke",
            Self::Api => "provider: API, for a declared call",
            Self::TokenFind => "Stripe: find, for another back end",
            Self::TokenLease => "Stripe: lease of a refresh, for another back end",
            Self::TokenRefresh => "provider: refresh, for another back end",
        }
    }

    /// The party that answers it.
    pub fn party(self) -> Party {
        match self {
            Self::Settings => Party::Ssm,
            Self::Find
            | Self::LinkLease
            | Self::Set
            | Self::RefreshLease
            | Self::Delete
            | Self::TokenFind
            | Self::TokenLease => Party::Stripe,
            Self::Exchange
            | Self::Refresh
            | Self::Userinfo
            | Self::Revoke
            | Self::Api
            | Self::TokenRefresh => Party::Provider,
        }
    }

    /// The function under test.
    pub fn function(self) -> Function {
        match self {
            Self::Settings | Self::Find | Self::RefreshLease | Self::Refresh | Self::Userinfo => {
                Function::Userinfo
            }
            Self::LinkLease | Self::Set | Self::Exchange => Function::Authorize,
            Self::Delete | Self::Revoke => Function::Logout,
            Self::Api => Function::Call,
            Self::TokenFind | Self::TokenLease | Self::TokenRefresh => Function::Token,
        }
    }

    /// The preceding call to the same party, and how often that is made.
    pub fn follows(self) -> Option<(Self, u32)> {
        match self {
            Self::LinkLease | Self::Delete => Some((Self::Find, 1)),
            // The refused access token may have been refreshed in the meantime.
            Self::RefreshLease => Some((Self::Find, 2)),
            Self::Set => Some((Self::LinkLease, 1)),
            Self::Refresh => Some((Self::Userinfo, 1)),
            // The caller says that its token was refused, so there is no call before these.
            Self::TokenLease => Some((Self::TokenFind, 1)),
            Self::Settings
            | Self::Find
            | Self::Exchange
            | Self::Userinfo
            | Self::Revoke
            | Self::Api
            | Self::TokenFind
            | Self::TokenRefresh => None,
        }
    }

    /// Whether this request is this call.
    pub fn is(self, request: &[u8]) -> bool {
        let request = String::from_utf8_lossy(request);
        let path = request.split([' ', '?']).nth(1).unwrap_or_default();
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let says = |parameter: &str| body.split('&').any(|pair| pair == parameter);
        match self {
            Self::Settings => path == "/",
            Self::Find | Self::TokenFind => path == "/v1/apps/secrets/find",
            Self::LinkLease => path == "/v1/apps/secrets" && says("name=link_lease.access_token"),
            Self::Set => path == "/v1/apps/secrets" && says("name=access_token"),
            Self::RefreshLease | Self::TokenLease => {
                path == "/v1/apps/secrets" && says("name=refresh_lease.access_token")
            }
            Self::Delete => path == "/v1/apps/secrets/delete" && says("name=access_token"),
            Self::Exchange => path == "/token" && says("grant_type=authorization_code"),
            Self::Refresh | Self::TokenRefresh => path == "/token" && says("grant_type=refresh_token"),
            Self::Userinfo => path == "/oauth/whoami",
            Self::Revoke => path == "/revoke",
            Self::Api => path == "/api/contacts/c-3",
        }
    }

    /// The same call, as `userinfo` makes it.
    pub fn of_userinfo(self) -> Self {
        match self {
            Self::TokenFind => Self::Find,
            Self::TokenLease => Self::RefreshLease,
            Self::TokenRefresh => Self::Refresh,
            own => own,
        }
    }
}
