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
}

/// The function that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Authorize,
    Userinfo,
    Logout,
}

impl Function {
    /// The name of its binary, and the last segment of its route.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
        }
    }

    /// The purpose its requests are signed for.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Authorize => "complete",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
        }
    }
}

impl Call {
    pub const ALL: [Self; 10] = [
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
        }
    }

    /// The party that answers it.
    pub fn party(self) -> Party {
        match self {
            Self::Settings => Party::Ssm,
            Self::Find | Self::LinkLease | Self::Set | Self::RefreshLease | Self::Delete => Party::Stripe,
            Self::Exchange | Self::Refresh | Self::Userinfo | Self::Revoke => Party::Provider,
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
            Self::Settings | Self::Find | Self::Exchange | Self::Userinfo | Self::Revoke => None,
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
            Self::Find => path == "/v1/apps/secrets/find",
            Self::LinkLease => path == "/v1/apps/secrets" && says("name=link_lease.access_token"),
            Self::Set => path == "/v1/apps/secrets" && says("name=access_token"),
            Self::RefreshLease => path == "/v1/apps/secrets" && says("name=refresh_lease.access_token"),
            Self::Delete => path == "/v1/apps/secrets/delete" && says("name=access_token"),
            Self::Exchange => path == "/token" && says("grant_type=authorization_code"),
            Self::Refresh => path == "/token" && says("grant_type=refresh_token"),
            Self::Userinfo => path == "/oauth/whoami",
            Self::Revoke => path == "/revoke",
        }
    }
}
