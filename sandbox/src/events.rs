//! Renews the events of `events/`: their signatures and sealed tokens are good for minutes only.

use std::path::Path;
use std::{fs, io};

use serde_json::Value;
use shared::provider::Registration;
use shared::sealed::{CodeToken, SealingKeys, StateToken};
use shared::{Settings, UnixSeconds};
use url::form_urlencoded;

use crate::World;

/// A renewed token of an event may be used this long.
const LIFETIME: u64 = 600;

/// Signs and seals events anew, as of the world's clock.
pub struct Renewal<'a> {
    world: &'a World,
    keys: SealingKeys,
    registration: Registration,
    now: UnixSeconds,
}

impl<'a> Renewal<'a> {
    /// Reads what the functions of this world seal with.
    #[must_use]
    pub fn new(world: &'a World, settings: &mut Settings, now: UnixSeconds) -> Option<Self> {
        let keys = SealingKeys::from_settings(settings)?;
        let registration = Registration::from_settings(settings)?;
        Some(Self { world, keys, registration, now })
    }

    /// Renews every `<from>/<function>/<case>.json` into `<to>/<function>/<case>.json`, and counts them.
    ///
    /// # Errors
    /// When files cannot be read or written.
    pub fn renew_all(&self, from: &Path, to: &Path) -> io::Result<usize> {
        let mut count = 0;
        for function in fs::read_dir(from)? {
            let function = function?;
            let folder = to.join(function.file_name());
            fs::create_dir_all(&folder)?;
            for case in fs::read_dir(function.path())? {
                let case = case?;
                let mut event: Value = serde_json::from_str(&fs::read_to_string(case.path())?)?;
                self.renew(&mut event);
                fs::write(folder.join(case.file_name()), serde_json::to_string_pretty(&event)?)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Renews one event; what is not signed or sealed stays as it is.
    pub fn renew(&self, event: &mut Value) {
        if let Some(body) = event["body"].as_str().map(str::to_owned) {
            event["body"] = self.body(&body, &mut event["headers"]).into();
        } else if event["headers"].get("stripe-signature").is_some() {
            let id = |name: &str| event["headers"][name].as_str().unwrap_or_default();
            let payload = default_payload(id("stripe-user-id"), id("stripe-account-id"));
            event["headers"]["stripe-signature"] = self.world.stripe.sign(&payload).into();
        }
        if let Some(query) = event["rawQueryString"].as_str().map(str::to_owned) {
            event["rawQueryString"] = self.query(&query).into();
        }
    }

    fn body(&self, body: &str, headers: &mut Value) -> String {
        let Ok(mut envelope) = serde_json::from_str::<Value>(body) else {
            return body.to_owned();
        };
        if let Some(payload) = envelope["payload"].as_str().map(|payload| self.payload(payload)) {
            envelope["signature"] = self.world.stripe.sign(&payload).into();
            envelope["payload"] = payload.into();
            return envelope.to_string();
        }
        let payload = self.payload(body);
        if headers.get("stripe-signature").is_some() {
            headers["stripe-signature"] = self.world.stripe.sign(&payload).into();
        }
        payload
    }

    /// A sealed code in a payload is sealed anew; the rest keeps its bytes.
    fn payload(&self, payload: &str) -> String {
        let Ok(fields) = serde_json::from_str::<Value>(payload) else {
            return payload.to_owned();
        };
        let context = self.registration.context();
        let Some(old) = fields["code"].as_str() else {
            return payload.to_owned();
        };
        let Some((mut token, key)) = self.keys.open::<CodeToken>(old, &context) else {
            return payload.to_owned();
        };
        token.expires_at = self.now + LIFETIME;
        key.seal(&token, &context).map_or_else(|_| payload.to_owned(), |new| payload.replace(old, &new))
    }

    fn query(&self, query: &str) -> String {
        let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
            let value = if name == "state" { self.state(&value) } else { value.into_owned() };
            (name, value)
        });
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// Either the article's signed JSON, or a sealed state.
    fn state(&self, state: &str) -> String {
        if let Ok(mut signed) = serde_json::from_str::<Value>(state) {
            let id = |name: &str| signed[name].as_str().unwrap_or_default();
            let payload = default_payload(id("userId"), id("accountId"));
            signed["signature"] = self.world.stripe.sign(&payload).into();
            return signed.to_string();
        }
        let context = self.registration.context();
        let Some((mut token, key)) = self.keys.open::<StateToken>(state, &context) else {
            return state.to_owned();
        };
        token.expires_at = self.now + LIFETIME;
        key.seal(&token, &context).unwrap_or_else(|_| state.to_owned())
    }
}

fn default_payload(user: &str, account: &str) -> String {
    format!(r#"{{"user_id":"{user}","account_id":"{account}"}}"#)
}
