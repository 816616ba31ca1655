//! What is measured: each function, with the request that its user waits for.

use sandbox::World;
use serde_json::{Value, json};
use shared::Http;

use crate::Problem;
use crate::app::{ACCOUNT, App};

/// The user whose account is linked throughout.
const LINKED: &str = "usr_linked";

/// A function that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Answers `hello`.
    Bare,
    /// `bare` with one hand-written call over TLS before it is ready, and two for each event.
    Floor,
    /// `bare` with the functions' call to SSM, made by `aws-sdk-ssm` over reqwest.
    Card,
    /// `POST /login`; makes no calls.
    Login,
    /// `POST /authorize`: makes a link. Secret Store, token endpoint, userinfo endpoint.
    Authorize,
    /// `POST /userinfo`: Secret Store, userinfo endpoint.
    Userinfo,
    /// `POST /logout`: Secret Store, revocation endpoint.
    Logout,
    /// `POST /call`: Secret Store, the provider's API.
    Call,
    /// A direct invocation of `token`: Secret Store.
    Token,
}

impl Subject {
    /// All subjects, beginning with the baseline.
    pub const ALL: [Self; 9] = [
        Self::Bare,
        Self::Floor,
        Self::Card,
        Self::Login,
        Self::Authorize,
        Self::Userinfo,
        Self::Logout,
        Self::Call,
        Self::Token,
    ];

    /// The binary's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Floor => "floor",
            Self::Card => "card",
            Self::Login => "login",
            Self::Authorize => "authorize",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
            Self::Call => "call",
            Self::Token => "token",
        }
    }
}

/// Creates events, each for its own user, unless they can share one.
pub struct Events<'a> {
    world: &'a World,
    http: &'a Http,
    count: u32,
}

impl<'a> Events<'a> {
    /// Links the user whose userinfo is requested.
    pub async fn new(world: &'a World, http: &'a Http) -> Result<Self, Problem> {
        let events = Self { world, http, count: 0 };
        events.app(LINKED.to_owned()).link().await?;
        Ok(events)
    }

    /// The next event for `subject`.
    pub async fn next(&mut self, subject: Subject) -> Result<String, Problem> {
        self.count += 1;
        let app = self.app(format!("usr_bench{}", self.count));
        match subject {
            Subject::Bare | Subject::Floor | Subject::Card | Subject::Login => app.login_event(),
            Subject::Authorize => app.authorize_event().await,
            Subject::Userinfo => {
                self.app(LINKED.to_owned()).event("userinfo", &json!({ "purpose": "userinfo" }))
            }
            Subject::Logout => {
                app.link().await?;
                app.event("logout", &json!({ "purpose": "logout" }))
            }
            Subject::Call => {
                let request = json!({ "call": "contacts.get", "parameters": { "id": "c-3" } });
                let fields = json!({ "purpose": "call", "request": request.to_string() });
                self.app(LINKED.to_owned()).event("call", &fields)
            }
            Subject::Token => {
                let event = json!({ "account_id": ACCOUNT, "user_id": LINKED, "mode": "test" });
                Ok(event.to_string())
            }
        }
    }

    fn app(&self, user: String) -> App<'a> {
        App { world: self.world, http: self.http, user }
    }

    /// Whether `answer`, as API Gateway or the invoker would get it, is correct.
    pub fn is_right(&self, subject: Subject, answer: &str) -> bool {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let text = answer["body"].as_str().unwrap_or_default();
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        let is_ok = answer["statusCode"] == 200;
        match subject {
            Subject::Bare | Subject::Floor | Subject::Card => is_ok && text == "hello",
            Subject::Login => {
                let address = body["authorization_url"].as_str();
                is_ok && address.is_some_and(|address| address.starts_with(&self.world.addresses.provider))
            }
            Subject::Authorize | Subject::Userinfo => is_ok && body["id"] == "person_ada",
            Subject::Logout => is_ok && body["revoked"] == true,
            Subject::Call => is_ok && body["body"]["name"] == "Jenny Rosen",
            Subject::Token => answer["subject"] == "person_ada",
        }
    }
}
