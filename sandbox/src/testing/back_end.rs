//! A back end of the operator's, which invokes `token`.

use lambda_http::Context;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{Environment, Http};

use super::app::App;
use super::rig::{Rig, assert_silent};
use crate::functions::{Instance, TOKEN};
use crate::stripe::Scope;

/// An instance of `token`, as its invokers see it.
pub struct BackEnd(Box<dyn Instance<String>>);

/// What `token` answers.
pub struct TokenAnswer(pub Value);

impl Rig {
    /// Another instance of `token`, which shares no state with the others.
    pub async fn back_end(&self) -> BackEnd {
        self.back_end_in(&self.world.environment).await
    }

    /// The same, with an environment of its own.
    pub async fn back_end_in(&self, environment: &Environment) -> BackEnd {
        let http = Http::from_environment(environment, self.timeouts).expect("a client");
        BackEnd(TOKEN.start(environment, &self.clock.clock(), http).await.expect("a function"))
    }
}

impl BackEnd {
    /// Invokes it. A token is what it is for; nothing else of what it answers may contain a planted secret.
    pub async fn ask(&self, event: &impl Serialize) -> TokenAnswer {
        let mut context = Context::default();
        "request-1".clone_into(&mut context.request_id);
        let event = serde_json::to_string(event).expect("JSON");
        let answer = self.0.answer(&event, context).await;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let mut rest = answer.clone();
        rest["access_token"] = Value::Null;
        assert_silent("an answer", &rest.to_string());
        TokenAnswer(answer)
    }
}

impl TokenAnswer {
    /// The error's code, or `ok`.
    pub fn code(&self) -> &str {
        self.0["error"]["code"].as_str().unwrap_or("ok")
    }

    /// The access token.
    pub fn token(&self) -> String {
        let token = self.0["access_token"].as_str();
        token.unwrap_or_else(|| panic!("no token: {}", self.0["error"])).to_owned()
    }
}

impl App<'_> {
    /// What a back end sends for the link that this user has or shares.
    pub fn token_event(&self) -> Value {
        let mut event = json!({ "account_id": self.account, "mode": self.mode });
        if self.scope() != Scope::Account {
            event["user_id"] = self.user.into();
        }
        event
    }

    /// The same, after the provider refused this token.
    pub fn token_event_after(&self, refused: &str) -> Value {
        let mut event = self.token_event();
        event["refused_sha256"] = hex::encode(Sha256::digest(refused)).into();
        event
    }
}
