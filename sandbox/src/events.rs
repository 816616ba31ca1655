//! Renews the events in `events/`, whose signatures and sealed tokens expire within minutes.
//!
//! The stand-ins for Stripe and the provider supply what a Dashboard would get from them: signatures, and a code for
//! each event that has a state in its place.

use std::path::Path;
use std::time::Duration;
use std::{fmt, fs, io};

use axum::http::header::{CONTENT_TYPE, LOCATION};
use serde_json::Value;
use shared::http::{Reply, RequestBuilder};
use shared::provider::AuthorizationEndpoint;
use shared::sealed::{CodeToken, SealingKeys, StateToken};
use shared::{Deadline, Http, Provider, Settings, UnixSeconds};
use url::{Url, form_urlencoded};

/// How long a renewed token of an event is valid.
const LIFETIME: u64 = 600;

/// Signs and seals events again.
pub struct Renewal {
    stripe: Url,
    keys: SealingKeys,
    authorization: AuthorizationEndpoint,
    http: Http,
    now: UnixSeconds,
}

/// Why an event was not renewed.
#[derive(Debug)]
pub struct NotRenewed(String);

impl fmt::Display for NotRenewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotRenewed {}

impl From<io::Error> for NotRenewed {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl Renewal {
    /// Reads the addresses of the sandbox's Stripe and provider, and the keys its functions seal with.
    pub fn from_settings(settings: &mut Settings, http: &Http, now: UnixSeconds) -> Option<Self> {
        let stripe = settings.required_url("STRIPE_API_BASE");
        let keys = SealingKeys::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let authorization = AuthorizationEndpoint::from_settings(settings, &provider);
        Some(Self { stripe: stripe?, keys: keys?, authorization: authorization?, http: http.clone(), now })
    }

    /// Renews every `<from>/<function>/<case>.json` into `<to>/<function>/<case>.json`, and counts them.
    ///
    /// # Errors
    /// If files cannot be read or written, or the sandbox does not answer.
    pub async fn renew_all(&self, from: &Path, to: &Path) -> Result<usize, NotRenewed> {
        let mut count = 0;
        for function in fs::read_dir(from)? {
            let function = function?;
            if !function.file_type()?.is_dir() {
                continue;
            }
            let folder = to.join(function.file_name());
            fs::create_dir_all(&folder)?;
            for case in fs::read_dir(function.path())? {
                let case = case?;
                let text = fs::read_to_string(case.path())?;
                let mut event: Value = serde_json::from_str(&text).map_err(io::Error::from)?;
                self.renew(&mut event).await?;
                let text = serde_json::to_string_pretty(&event).map_err(io::Error::from)?;
                fs::write(folder.join(case.file_name()), text)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Renews one event, in either payload format; whatever is not signed or sealed stays as it is.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn renew(&self, event: &mut Value) -> Result<(), NotRenewed> {
        let signs = event["headers"].get("stripe-signature").is_some();
        if let Some(body) = event["body"].as_str().map(str::to_owned) {
            let (body, signature) = self.body(&body).await?;
            event["body"] = body.into();
            if signs {
                set(event, "headers", "multiValueHeaders", "stripe-signature", &signature);
            }
        } else if signs {
            let id = |name: &str| event["headers"][name].as_str().unwrap_or_default();
            let payload = default_payload(id("stripe-user-id"), id("stripe-account-id"));
            let signature = self.sign(&payload).await?;
            set(event, "headers", "multiValueHeaders", "stripe-signature", &signature);
        }
        if let Some(query) = event["rawQueryString"].as_str().map(str::to_owned) {
            let mut renewed = form_urlencoded::Serializer::new(String::new());
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                let value = if name == "state" { self.state(&value).await? } else { value.into_owned() };
                renewed.append_pair(&name, &value);
            }
            event["rawQueryString"] = renewed.finish().into();
        }
        if let Some(state) = event["queryStringParameters"]["state"].as_str().map(str::to_owned) {
            let state = self.state(&state).await?;
            set(event, "queryStringParameters", "multiValueQueryStringParameters", "state", &state);
        }
        Ok(())
    }

    /// The body, and the signature over it or over the payload inside it.
    async fn body(&self, body: &str) -> Result<(String, String), NotRenewed> {
        let Ok(mut envelope) = serde_json::from_str::<Value>(body) else {
            return Ok((body.to_owned(), String::new()));
        };
        let Some(payload) = envelope["payload"].as_str() else {
            let payload = self.payload(body).await?;
            let signature = self.sign(&payload).await?;
            return Ok((payload, signature));
        };
        let payload = self.payload(payload).await?;
        let signature = self.sign(&payload).await?;
        envelope["signature"] = signature.clone().into();
        envelope["payload"] = payload.into();
        Ok((envelope.to_string(), signature))
    }

    /// Seals the code in a payload again; the other bytes stay as they are.
    async fn payload(&self, payload: &str) -> Result<String, NotRenewed> {
        let fields: Value = serde_json::from_str(payload).unwrap_or_default();
        let Some(old) = fields["code"].as_str() else {
            return Ok(payload.to_owned());
        };
        let context = self.authorization.registration().context();
        let (token, key) = if let Ok((mut token, key)) = self.keys.open::<CodeToken>(old, &context) {
            token.expires_at = self.now + LIFETIME;
            (token, key)
        } else if let Ok((state, key)) = self.keys.open::<StateToken>(old, &context) {
            (self.come_back(state).await?, key)
        } else {
            return Ok(payload.to_owned());
        };
        let new = key.seal(&token, &context).map_err(|_| NotRenewed("no random bytes".to_owned()))?;
        Ok(payload.replace(old, &new))
    }

    /// Takes a state to the provider and returns with a code, sealed as `GET /authorize` seals it.
    async fn come_back(&self, state: StateToken) -> Result<CodeToken, NotRenewed> {
        let challenge = state.session.as_ref().map(|session| session.challenge.clone()).unwrap_or_default();
        let mut decision = self
            .authorization
            .request("", &challenge, &state.id)
            .map_err(|error| NotRenewed(error.code().to_owned()))?;
        let form = format!("{}&person=ada", decision.query().unwrap_or_default());
        decision.set_query(None);
        decision.set_path(&format!("{}/decision", decision.path()));
        let request =
            self.http.post(decision).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let reply = self.send(request, "the provider").await?;
        let callback =
            reply.headers.get(LOCATION).and_then(|callback| Url::parse(callback.to_str().ok()?).ok());
        let code = callback.and_then(|callback| {
            callback.query_pairs().find_map(|(name, value)| (name == "code").then(|| value.into_owned()))
        });
        let code = code.ok_or_else(|| NotRenewed("the provider returned no code".to_owned()))?;
        Ok(CodeToken::new(state, challenge, code.as_str().into(), [].into(), self.now))
    }

    /// Either the article's signed JSON or a sealed state.
    async fn state(&self, state: &str) -> Result<String, NotRenewed> {
        if let Ok(mut signed) = serde_json::from_str::<Value>(state) {
            let id = |name: &str| signed[name].as_str().unwrap_or_default();
            let payload = default_payload(id("userId"), id("accountId"));
            signed["signature"] = self.sign(&payload).await?.into();
            return Ok(signed.to_string());
        }
        let context = self.authorization.registration().context();
        let Ok((mut token, key)) = self.keys.open::<StateToken>(state, &context) else {
            return Ok(state.to_owned());
        };
        token.expires_at = self.now + LIFETIME;
        key.seal(&token, &context).map_err(|_| NotRenewed("no random bytes".to_owned()))
    }

    async fn sign(&self, payload: &str) -> Result<String, NotRenewed> {
        let mut address = self.stripe.clone();
        address.set_path("v1/apps/app_embedded_backend_signature");
        address.query_pairs_mut().append_pair("payload", payload);
        let answer: Option<Value> = self.send(self.http.get(address), "Stripe").await?.json();
        let signature = answer.as_ref().and_then(|answer| answer["signature"].as_str());
        signature.map(str::to_owned).ok_or_else(|| NotRenewed("Stripe returned no signature".to_owned()))
    }

    async fn send(&self, request: RequestBuilder, whom: &str) -> Result<Reply, NotRenewed> {
        let reply = self.http.send("sandbox.sign", request, Deadline::after(Duration::from_secs(5))).await;
        reply.map_err(|_| NotRenewed(format!("{whom} does not answer: start cargo run -- --stand-ins-only")))
    }
}

/// REST APIs send headers and queries twice.
fn set(event: &mut Value, once: &str, multi: &str, name: &str, value: &str) {
    event[once][name] = value.into();
    if event.get(multi).is_some() {
        event[multi][name] = [value].as_slice().into();
    }
}

fn default_payload(user: &str, account: &str) -> String {
    format!(r#"{{"user_id":"{user}","account_id":"{account}"}}"#)
}
