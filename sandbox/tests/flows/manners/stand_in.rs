//! A provider that accepts its requests in one form only, and complains about any other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::manner::{Body, Call, Client, Manner, Reply};
use super::redirected;

/// The running stand-in of one provider. Its paths begin with the host they stand for.
pub struct StandIn {
    pub origin: String,
    memory: Arc<Memory>,
}

struct Memory {
    manner: Manner,
    calls: Vec<(Call, Reply)>,
    client: (String, String),
    attempt: Mutex<Attempt>,
    token_ended: AtomicBool,
    grants_ended: AtomicBool,
    heard: Mutex<Vec<Call>>,
    complaints: Mutex<Vec<String>>,
}

/// What the last authorization request contained.
#[derive(Default)]
struct Attempt {
    redirect_uri: String,
    challenge: Option<String>,
}

impl StandIn {
    pub async fn start(manner: Manner, client_id: &str, client_secret: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let memory = Arc::new(Memory {
            calls: manner.calls(),
            manner,
            client: (client_id.to_owned(), client_secret.to_owned()),
            attempt: Mutex::default(),
            token_ended: AtomicBool::new(false),
            grants_ended: AtomicBool::new(false),
            heard: Mutex::default(),
            complaints: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&memory));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, memory }
    }

    /// The user consents: checks the request, and returns the parameters of the callback.
    pub fn consent(&self, authorization_url: &str, redirect_uri: &str, code: &str) -> String {
        let manner = &self.memory.manner;
        let url = Url::parse(authorization_url).unwrap();
        let address = authorization_url.split('?').next().unwrap();
        assert_eq!(address, format!("{}/{}", self.origin, manner.authorize), "{}", manner.name);
        let mut asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked.len(), url.query_pairs().count(), "a parameter is repeated");
        let state = asked.remove("state").unwrap();
        let challenge = asked.remove("code_challenge");
        assert_eq!(challenge.is_some(), manner.pkce, "{}: PKCE", manner.name);
        let is_openid = manner.scope.1.contains("openid");
        assert_eq!(asked.remove("nonce").is_some(), is_openid, "{}: nonce", manner.name);
        let mut expected = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", self.memory.client.0.as_str()),
            ("redirect_uri", redirect_uri),
        ]);
        expected.extend(manner.pkce.then_some(("code_challenge_method", "S256")));
        expected.extend(Some(manner.scope).filter(|(_, scope)| !scope.is_empty()));
        expected.extend(manner.authorize_extras.iter().copied());
        let asked: BTreeMap<_, _> =
            asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(asked, expected, "{}", manner.name);
        *self.memory.attempt.lock().unwrap() = Attempt { redirect_uri: redirect_uri.to_owned(), challenge };
        let mut callback = form_urlencoded::Serializer::new(String::new());
        callback.append_pair("code", code).append_pair("state", &state);
        for (name, value) in manner.callback {
            // An issuer is a name, not an address to call.
            let value = if *name == "iss" { (*value).to_owned() } else { redirected(value, &self.origin) };
            callback.append_pair(name, &value);
        }
        callback.finish()
    }

    /// From now on, the first access token is not accepted.
    pub fn end_token(&self) {
        self.memory.token_ended.store(true, Ordering::Relaxed);
    }

    /// Ends what was ended no longer.
    pub fn restore_grants(&self) {
        self.memory.grants_ended.store(false, Ordering::Relaxed);
    }

    /// From now on, neither access tokens nor refresh tokens are accepted.
    pub fn end_grants(&self) {
        self.memory.grants_ended.store(true, Ordering::Relaxed);
    }

    /// The last `count` calls.
    pub fn heard_last(&self, count: usize) -> Vec<Call> {
        let heard = self.memory.heard.lock().unwrap();
        heard[heard.len() - count..].to_vec()
    }

    /// Every deviation from the provider's form.
    pub fn complaints(&self) -> Vec<String> {
        self.memory.complaints.lock().unwrap().clone()
    }
}

async fn answer(State(memory): State<Arc<Memory>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.to_string().trim_start_matches('/').to_owned();
    let heard = memory.understand(parts.method.as_str(), path, &parts.headers, &body);
    let heard = match heard {
        Ok(heard) => heard,
        Err(complaint) => return memory.complain(complaint),
    };
    let Some((call, reply)) = memory.calls.iter().find(|(call, _)| *call == heard) else {
        return memory.complain(format!("unexpected call: {heard:?}"));
    };
    memory.heard.lock().unwrap().push(call.clone());
    let (token_ended, grants_ended) =
        (memory.token_ended.load(Ordering::Relaxed), memory.grants_ended.load(Ordering::Relaxed));
    let ended = match (grants_ended, token_ended) {
        (true, _) => memory.manner.after_the_grant(call),
        (false, true) => memory.manner.after_the_token(call).cloned(),
        (false, false) => None,
    };
    let more = ended.as_ref().map_or(&[][..], |_| memory.manner.stale_headers);
    let Reply(status, body) = ended.as_ref().unwrap_or(reply);
    let (content_type, body) = match body {
        Value::String(text) => ("text/html", text.clone()),
        json => ("application/json", json.to_string()),
    };
    let mut response = (StatusCode::from_u16(*status).unwrap(), body).into_response();
    for (name, value) in [("content-type", content_type)].iter().chain(more) {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    response
}

impl Memory {
    fn complain(&self, complaint: String) -> Response {
        self.complaints.lock().unwrap().push(complaint);
        StatusCode::BAD_REQUEST.into_response()
    }

    /// The request in the terms of the table, with client authentication checked and removed.
    fn understand(
        &self,
        method: &str,
        path: String,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Call, String> {
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        if header("accept") != "application/json" || !header("user-agent").starts_with("stripe-app-oauth/") {
            return Err(format!("{path}: Accept or User-Agent is wrong"));
        }
        if method == "POST" && header("content-length").is_empty() {
            return Err(format!("{path}: no Content-Length"));
        }
        let mut body = match header("content-type") {
            "" if body.is_empty() => Body::None,
            "application/x-www-form-urlencoded" => {
                Body::Form(form_urlencoded::parse(body).into_owned().collect())
            }
            "application/json" => Body::Json(serde_json::from_slice(body).unwrap()),
            other => return Err(format!("{path}: a body of type {other:?}")),
        };
        let client = self.client(header("authorization"), &mut body)?;
        self.check_attempt(&mut body)?;
        let scheme = format!("{} ", self.manner.token_scheme);
        let bearer = header("authorization").strip_prefix(&scheme);
        let has_headers = self.manner.headers_at(&path).all(|(name, value)| header(name) == *value);
        let own = self.manner.token_header.map(header).filter(|token| !token.is_empty());
        Ok(Call {
            method: method.to_owned(),
            path,
            client,
            token: if self.manner.token_header.is_some() { own } else { bearer }.map(str::to_owned),
            has_headers,
            body,
        })
    }

    /// Checks values that differ between attempts; the table has a `*` for them.
    fn check_attempt(&self, body: &mut Body) -> Result<(), String> {
        let attempt = self.attempt.lock().unwrap();
        let challenge = |verifier: &str| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let check = |name: &str, value: &mut String| match name {
            "redirect_uri" if *value != attempt.redirect_uri => Err("a wrong redirect_uri".to_owned()),
            "code_verifier" if Some(challenge(value)) != attempt.challenge => {
                Err("a wrong verifier".to_owned())
            }
            "redirect_uri" | "code_verifier" => {
                "*".clone_into(value);
                Ok(())
            }
            _ => Ok(()),
        };
        match body {
            Body::Form(form) => form.iter_mut().try_for_each(|(name, value)| check(name, value)),
            Body::Json(Value::Object(json)) => json.iter_mut().try_for_each(|(name, value)| match value {
                Value::String(text) => check(name, text),
                _ => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    fn client(&self, authorization: &str, body: &mut Body) -> Result<Client, String> {
        let (id, secret) = &self.client;
        let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let basic =
            |id: &str, secret: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
        if authorization == basic(id, secret) {
            return Ok(Client::BasicRaw);
        }
        if authorization == basic(&form(id), &form(secret)) {
            return Ok(Client::Basic);
        }
        if authorization.starts_with("Basic ") {
            return Err("Basic with a wrong secret".to_owned());
        }
        let (told_id, told_secret) = match body {
            Body::None => (None, None),
            Body::Form(form) => (form.remove("client_id"), form.remove("client_secret")),
            Body::Json(Value::Object(json)) => {
                let mut take = |name| json.remove(name)?.as_str().map(str::to_owned);
                (take("client_id"), take("client_secret"))
            }
            Body::Json(_) => return Err("a JSON body that is not an object".to_owned()),
        };
        match (told_id, told_secret) {
            (None, None) => Ok(Client::Nobody),
            (Some(told_id), Some(told_secret)) if told_id == *id && told_secret == *secret => {
                Ok(Client::Post)
            }
            _ => Err("a wrong client in the body".to_owned()),
        }
    }
}
