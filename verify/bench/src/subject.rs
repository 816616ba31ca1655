//! What is measured: each function with the request its user waits for.

use sandbox::World;
use serde_json::Value;
use shared::Http;

use crate::Problem;
use crate::app::App;

/// A function that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Answers `hello`.
    Bare,
    /// The same, with one call over TLS before it is ready and two for each event, by hand.
    Floor,
    /// `bare` with the functions' call to SSM, by `aws-sdk-ssm` over reqwest.
    Card,
    /// `POST /login`; calls nobody.
    Login,
    /// `POST /authorize`: makes a link. Secret Store, token endpoint, userinfo endpoint.
    Authorize,
    /// `POST /userinfo`: Secret Store, userinfo endpoint.
    Userinfo,
    /// `POST /logout`: Secret Store, revocation endpoint.
    Logout,
}

impl Subject {
    /// All, the one to compare with first.
    pub const ALL: [Self; 7] =
        [Self::Bare, Self::Floor, Self::Card, Self::Login, Self::Authorize, Self::Userinfo, Self::Logout];

    /// The binary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Floor => "floor",
            Self::Card => "card",
            Self::Login => "login",
            Self::Authorize => "authorize",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
        }
    }
}

/// Makes events, each for a user of its own unless users can share one.
pub struct Events<'a> {
    world: &'a World,
    http: &'a Http,
    count: u32,
}

impl<'a> Events<'a> {
    /// Links the user whose userinfo is asked for.
    pub async fn new(world: &'a World, http: &'a Http) -> Result<Self, Problem> {
        let events = Self { world, http, count: 0 };
        events.app("usr_linked".to_owned()).link().await?;
        Ok(events)
    }

    /// The next event for `subject`.
    pub async fn next(&mut self, subject: Subject) -> Result<String, Problem> {
        self.count += 1;
        let app = self.app(format!("usr_bench{}", self.count));
        match subject {
            Subject::Bare | Subject::Floor | Subject::Card | Subject::Login => app.login_event(),
            Subject::Authorize => app.authorize_event().await,
            Subject::Userinfo => self
                .app("usr_linked".to_owned())
                .event("userinfo", &serde_json::json!({ "purpose": "userinfo" })),
            Subject::Logout => {
                app.link().await?;
                app.event("logout", &serde_json::json!({ "purpose": "logout" }))
            }
        }
    }

    fn app(&self, user: String) -> App<'a> {
        App { world: self.world, http: self.http, user }
    }

    /// Whether `answer`, as API Gateway would get it, is the right one.
    pub fn is_right(&self, subject: Subject, answer: &str) -> bool {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let text = answer["body"].as_str().unwrap_or_default();
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        answer["statusCode"] == 200
            && match subject {
                Subject::Bare | Subject::Floor | Subject::Card => text == "hello",
                Subject::Login => body["authorization_url"]
                    .as_str()
                    .is_some_and(|address| address.starts_with(&self.world.addresses.provider)),
                Subject::Authorize | Subject::Userinfo => body["id"] == "person_ada",
                Subject::Logout => body["revoked"] == true,
            }
    }
}
