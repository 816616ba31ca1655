//! The companion app and the user's browser, as far as needed to create events.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sandbox::World;
use sandbox::provider::Person;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::http::header::CONTENT_TYPE;
use shared::http::{Reply, RequestBuilder};
use shared::{Deadline, Http};
use url::Url;

use crate::Problem;
use crate::measure::PATIENCE;

/// The account of all users.
pub const ACCOUNT: &str = "acct_alpine";

/// The app in the Dashboard of one user.
pub struct App<'a> {
    pub world: &'a World,
    pub http: &'a Http,
    pub user: String,
}

/// A login that has reached the code for the Dashboard.
struct Attempt {
    code: String,
    verifier: String,
}

impl App<'_> {
    /// An event for `endpoint`, with the fields that the app signs.
    pub fn event(&self, endpoint: &str, fields: &Value) -> Result<String, Problem> {
        let mut event: Value = serde_json::from_str(include_str!("../../../events/userinfo/post.json"))?;
        let path = format!("/api/oauth/{endpoint}");
        event["rawPath"] = path.as_str().into();
        event["requestContext"]["http"]["path"] = path.into();
        event["body"] = self.envelope(fields).into();
        Ok(event.to_string())
    }

    pub fn login_event(&self) -> Result<String, Problem> {
        self.event("login", &Self::login_fields(&random()?))
    }

    pub async fn authorize_event(&self) -> Result<String, Problem> {
        self.event("authorize", &Self::completion(&self.attempt().await?))
    }

    /// Links the user.
    pub async fn link(&self) -> Result<(), Problem> {
        let attempt = self.attempt().await?;
        let answer = self.post("authorize", &Self::completion(&attempt)).await?;
        if answer["id"] == "person_ada" { Ok(()) } else { Err(format!("no link: {answer}").into()) }
    }

    fn login_fields(verifier: &str) -> Value {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        json!({ "purpose": "login", "state": "state-of-the-dashboard", "challenge": challenge })
    }

    fn completion(Attempt { code, verifier }: &Attempt) -> Value {
        json!({ "purpose": "complete", "code": code, "verifier": verifier })
    }

    /// To the provider and back, through the functions behind the gateway.
    async fn attempt(&self) -> Result<Attempt, Problem> {
        let verifier = random()?;
        let begun = self.post("login", &Self::login_fields(&verifier)).await?;
        let address = begun["authorization_url"].as_str().ok_or("login gave no address")?;
        let callback =
            self.world.provider.decide(address, Person::Ada).map_err(|_| "the provider refused")?;
        let answer = self.send(self.http.get(callback.parse()?)).await?;
        let location = answer.headers.get("location").ok_or("the callback led nowhere")?;
        let code = Url::parse(location.to_str()?)?
            .query_pairs()
            .find_map(|(name, value)| (name == "code").then(|| value.into_owned()));
        Ok(Attempt { code: code.ok_or("the callback gave no code")?, verifier })
    }

    async fn post(&self, endpoint: &str, fields: &Value) -> Result<Value, Problem> {
        let address = format!("{}/api/oauth/{endpoint}", self.world.addresses.gateway);
        let request = self.http.post(address.parse()?).header(CONTENT_TYPE, "text/plain");
        let answer = self.send(request.body(self.envelope(fields))).await?;
        answer.json().ok_or_else(|| "the answer is not JSON".into())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, Problem> {
        let answer = self.http.send("bench", request, Deadline::after(PATIENCE)).await;
        answer.map_err(|failure| format!("there is no answer: {failure:?}").into())
    }

    /// The app's fields first, then the ids, as Stripe signs them.
    fn envelope(&self, fields: &Value) -> String {
        let mut payload = fields.clone();
        payload["mode"] = "test".into();
        payload["user_id"] = self.user.as_str().into();
        payload["account_id"] = ACCOUNT.into();
        let payload = payload.to_string();
        let signature = self.world.stripe.sign(&payload);
        json!({ "payload": payload, "signature": signature }).to_string()
    }
}

fn random() -> Result<String, Problem> {
    let bytes = shared::sealed::random::<32>().map_err(|_| "no random bytes")?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
