//! The expected outcome of every fault of every call.

use super::call::{Call, Function};
use super::proxy::{Body, Fault, Reply};

/// The expected outcome of a cell.
pub struct Expected {
    /// Status and code.
    pub answer: &'static str,
    /// How it continues after the fault.
    pub after: &'static str,
}

/// Another back end has an access token.
pub const TOKEN: &str = "a token";
/// The linked user is returned.
pub const LINKED: &str = "linked as before";
/// The provider treats the used refresh token as stolen, so the user has to link again.
pub const SIGN_IN_AGAIN: &str = "asked to sign in again, which works";
/// Nothing was exchanged, so the code is still valid.
pub const SAME_CODE: &str = "linked as before; the same code works";
/// A code is sent only once.
pub const NEW_LINK: &str = "linked as before; a new link works";
/// Stored, although the answer that says so was lost.
pub const LINKED_ANEW: &str = "newly linked";
/// Nothing is stored any more, and a new link works.
pub const SIGNED_OUT: &str = "signed out; a new link works";

/// The faults, with their names on the page.
pub const FAULTS: [(&str, Fault); 20] = [
    ("refused", Fault::Refused),
    ("bad TLS", Fault::BadTls),
    ("reset before the head", Fault::ResetBeforeHead),
    ("reset after the head", Fault::ResetAfterHead),
    ("hang", Fault::Hang),
    ("slow drip", Fault::Drip),
    ("wrong length", Fault::WrongLength),
    ("200, garbage", reply(200, "\u{fffd}{[garbage")),
    ("200, HTML", html()),
    ("200, over-long", Fault::Reply(Reply { status: 200, headers: &[JSON], body: Body::Endless })),
    ("204", reply(204, "")),
    ("301", moved()),
    ("401", reply(401, "{}")),
    ("403, empty", reply(403, "")),
    ("404", reply(404, "{}")),
    ("409", reply(409, "{}")),
    ("429", reply(429, "{}")),
    ("429, Retry-After: 17", later()),
    ("500", reply(500, "{}")),
    ("503", reply(503, "{}")),
];

const JSON: (&str, &str) = ("content-type", "application/json");

const fn reply(status: u16, body: &'static str) -> Fault {
    Fault::Reply(Reply { status, headers: &[JSON], body: Body::Text(body) })
}

const fn html() -> Fault {
    let body = Body::Text("<html><body>PLANTED</body></html>");
    Fault::Reply(Reply { status: 200, headers: &[("content-type", "text/html")], body })
}

const fn moved() -> Fault {
    let headers = &[("location", "http://127.0.0.1:1/PLANTED")];
    Fault::Reply(Reply { status: 301, headers, body: Body::Text("") })
}

const fn later() -> Fault {
    Fault::Reply(Reply { status: 429, headers: &[JSON, ("retry-after", "17")], body: Body::Text("{}") })
}

/// The expectation of one cell. `token` answers with the same codes, without a status.
pub fn expected(call: Call, fault: Fault) -> Expected {
    if call.function() == Function::Token {
        let Expected { answer, after } = of_gateway(call.of_userinfo(), fault);
        let code = answer.split_once(' ').map_or(answer, |(_, code)| code);
        return Expected { answer: if code == "linked" { TOKEN } else { code }, after };
    }
    of_gateway(call, fault)
}

fn of_gateway(call: Call, fault: Fault) -> Expected {
    let status = match fault {
        Fault::Reply(reply) => Some(reply.status),
        _ => None,
    };
    let is_lost = matches!(fault, Fault::ResetAfterHead | Fault::Drip | Fault::WrongLength);
    let answer = match call {
        Call::Settings => "503 settings_unavailable",
        // When asked what it has stored, Stripe answers.
        Call::Set | Call::LinkLease | Call::RefreshLease if is_lost => "200 linked",
        Call::Find
        | Call::LinkLease
        | Call::Set
        | Call::RefreshLease
        | Call::Delete
        | Call::TokenFind
        | Call::TokenLease => stripe(status),
        Call::Userinfo | Call::Api if status == Some(401) => "401 reconnect_required",
        Call::Api => api(fault),
        Call::Exchange | Call::Refresh | Call::Userinfo | Call::TokenRefresh => provider(fault),
        Call::Revoke => match fault {
            // The provider's own answer has a head and no body.
            Fault::ResetAfterHead | Fault::Reply(Reply { status: 200..300, body: Body::Text(_), .. }) => {
                "200 revoked"
            }
            _ => "200 not revoked",
        },
    };
    let after = match call {
        Call::Refresh if is_lost => SIGN_IN_AGAIN,
        Call::Set | Call::LinkLease if is_lost => LINKED_ANEW,
        Call::LinkLease => SAME_CODE,
        Call::Settings
        | Call::Find
        | Call::RefreshLease
        | Call::Refresh
        | Call::Userinfo
        | Call::Api
        | Call::TokenFind
        | Call::TokenLease
        | Call::TokenRefresh => LINKED,
        Call::Set | Call::Exchange => NEW_LINK,
        Call::Delete | Call::Revoke => SIGNED_OUT,
    };
    Expected { answer, after }
}

fn stripe(status: Option<u16>) -> &'static str {
    match status {
        Some(401) => "500 client_misconfigured",
        Some(403) => "403 secret_store_denied",
        Some(429) => "429 rate_limited",
        _ => "503 secret_store_unavailable",
    }
}

/// What is no outage is an answer.
fn api(fault: Fault) -> &'static str {
    match fault {
        Fault::Reply(Reply { body: Body::Endless, .. }) => "502 provider_error",
        Fault::Reply(Reply { status: 200, .. }) => "200 with the provider's 200",
        Fault::Reply(Reply { status: 204, .. }) => "200 with the provider's 204",
        Fault::Reply(Reply { status: 301, .. }) => "200 with the provider's 301",
        Fault::Reply(Reply { status: 403, .. }) => "200 with the provider's 403",
        Fault::Reply(Reply { status: 404, .. }) => "200 with the provider's 404",
        Fault::Reply(Reply { status: 409, .. }) => "200 with the provider's 409",
        _ => provider(fault),
    }
}

fn provider(fault: Fault) -> &'static str {
    match fault {
        Fault::Reply(Reply { status: 401, .. }) => "500 client_misconfigured",
        Fault::Reply(Reply { status: 429, .. }) => "429 rate_limited",
        Fault::Reply(Reply { status: ..500, .. }) => "502 provider_error",
        _ => "503 provider_unavailable",
    }
}
