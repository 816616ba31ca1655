//! A small API, to be called with an access token: contacts, and what goes wrong with APIs.

use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::whoami::{owner, refusal};
use super::{Provider, lock};

/// Id, name and address of each contact.
const CONTACTS: [(&str, &str, &str); 5] = [
    ("c-1", "Charles Babbage", "charles@example.com"),
    ("c-2", "Mary Somerville", "mary@example.com"),
    ("c-3", "Jenny Rosen", "jenny.rosen@example.com"),
    ("c-4", "Annabella Byron", "annabella@example.com"),
    ("c-5", "Augustus De Morgan", "augustus@example.com"),
];

/// A note that somebody made.
pub(super) struct Note {
    /// Their `Idempotency-Key`.
    key: Option<String>,
    content: Value,
}

/// The API below `/api`.
pub(super) fn router(provider: &Provider) -> Router<Provider> {
    Router::new()
        .route("/api/contacts", get(list))
        .route("/api/contacts/search", post(search))
        .route("/api/contacts/{id}", get(contact))
        .route("/api/notes", post(note))
        .route("/api/graphql", post(graphql))
        .route("/api/slow", get(slow))
        .route("/api/status/{status}", any(status))
        .route("/api/echo", any(echo))
        .route_layer(middleware::from_fn_with_state(provider.clone(), require_token))
}

async fn require_token(State(provider): State<Provider>, request: Request, next: Next) -> Response {
    if owner(&provider, request.headers()).is_some() { next.run(request).await } else { refusal() }
}

#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
    /// The last contact of the page before.
    after: Option<String>,
}

/// `GET /api/contacts?limit=&after=`
async fn list(Query(Page { limit, after }): Query<Page>) -> Response {
    let begin = match after.as_deref() {
        None => 0,
        Some(after) => match CONTACTS.iter().position(|(id, ..)| *id == after) {
            Some(last) => last + 1,
            None => return error(StatusCode::BAD_REQUEST, "unknown_cursor"),
        },
    };
    let end = CONTACTS.len().min(begin + limit.unwrap_or(2).clamp(1, 100));
    let results = CONTACTS[begin..end].iter().map(document).collect::<Vec<_>>();
    let paging = (end < CONTACTS.len()).then(|| json!({ "next": { "after": CONTACTS[end - 1].0 } }));
    Json(json!({ "results": results, "paging": paging })).into_response()
}

/// `GET /api/contacts/{id}`
async fn contact(Path(id): Path<String>) -> Response {
    match find(&id) {
        Some(contact) => ([(header::ETAG, format!("\"{id}\""))], Json(contact)).into_response(),
        None => error(StatusCode::NOT_FOUND, "unknown_contact"),
    }
}

#[derive(Deserialize)]
struct Search {
    email: String,
}

/// `POST /api/contacts/search`, with `{"email"}`
async fn search(Json(Search { email }): Json<Search>) -> Json<Value> {
    let results = CONTACTS.iter().filter(|(.., address)| *address == email).map(document);
    Json(json!({ "results": results.collect::<Vec<_>>() }))
}

/// `POST /api/notes`, with any JSON. A key that was used before stands for the note that was made with it.
async fn note(State(provider): State<Provider>, headers: HeaderMap, Json(content): Json<Value>) -> Response {
    let key = headers.get("idempotency-key").and_then(|key| Some(key.to_str().ok()?.to_owned()));
    let mut notes = lock(&provider.0.notes);
    let made = notes.iter().position(|note| key.is_some() && note.key == key);
    let index = made.unwrap_or_else(|| {
        notes.push(Note { key, content });
        notes.len() - 1
    });
    let note = json!({ "id": format!("n-{}", index + 1), "content": notes[index].content });
    (StatusCode::CREATED, Json(note)).into_response()
}

#[derive(Deserialize)]
struct GraphQl {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

/// `POST /api/graphql`: knows one field, `contact(id: $id)`.
async fn graphql(Json(GraphQl { query, variables }): Json<GraphQl>) -> Json<Value> {
    if !query.contains("contact(id: $id)") {
        return Json(json!({ "errors": [{ "message": "unknown field" }] }));
    }
    let id = variables.get("id").and_then(Value::as_str);
    Json(json!({ "data": { "contact": id.and_then(find) } }))
}

/// `GET /api/slow`: answers after three seconds, which is too long for a test.
async fn slow() -> Json<Value> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    Json(json!({ "slow": true }))
}

/// `/api/status/{status}`: answers with this status.
async fn status(Path(status): Path<u16>) -> Response {
    match StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 200) {
        Some(StatusCode::TOO_MANY_REQUESTS) => {
            ([(header::RETRY_AFTER, "7")], error(StatusCode::TOO_MANY_REQUESTS, "slow_down")).into_response()
        }
        Some(status) => error(status, "as_asked"),
        None => error(StatusCode::BAD_REQUEST, "unknown_status"),
    }
}

/// `/api/echo`: repeats the request's headers, the token's too, as a careless API may.
async fn echo(headers: HeaderMap) -> Json<Value> {
    let headers = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    Json(headers.map(|(name, value)| (name.to_owned(), Value::from(value))).collect())
}

fn find(id: &str) -> Option<Value> {
    CONTACTS.iter().find(|(known, ..)| *known == id).map(document)
}

fn document((id, name, email): &(&str, &str, &str)) -> Value {
    json!({ "id": id, "properties": { "name": name, "email": email } })
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "status": "error", "category": code }))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::provider::Person;
    use crate::provider::testing::{World, get, json, with_bearer};

    #[tokio::test]
    async fn contacts_come_in_pages() {
        let world = World::new();
        let ada = world.sign_in(Person::Ada).await;
        let mut ids = Vec::new();
        let mut path = "/api/contacts?limit=2".to_owned();
        loop {
            let page = json(world.send(with_bearer(get(&path), &ada.access_token)).await).await;
            ids.extend(
                page["results"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()),
            );
            let Some(after) = page["paging"]["next"]["after"].as_str() else { break };
            path = format!("/api/contacts?limit=2&after={after}");
        }
        assert_eq!(ids, ["c-1", "c-2", "c-3", "c-4", "c-5"]);
    }

    #[tokio::test]
    async fn a_key_makes_one_note() {
        let world = World::new();
        let ada = world.sign_in(Person::Ada).await;
        let note = async |key: Option<&str>| {
            let request = Request::post("/api/notes").header(header::CONTENT_TYPE, "application/json");
            let request =
                key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
            let request = request.body(Body::from(r#"{"a":1}"#)).unwrap();
            json(world.send(with_bearer(request, &ada.access_token)).await).await["id"].clone()
        };
        let mut ids = Vec::new();
        for key in [Some("a"), None, None, Some("b"), Some("a")] {
            ids.push(note(key).await);
        }
        assert_eq!(ids, ["n-1", "n-2", "n-3", "n-4", "n-1"]);
    }

    #[tokio::test]
    async fn it_needs_a_token() {
        let world = World::new();
        let response = world.send(get("/api/contacts")).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let ada = world.sign_in(Person::Ada).await;
        for (path, status) in [
            ("/api/contacts/c-3", 200),
            ("/api/contacts/c-9", 404),
            ("/api/status/403", 403),
            ("/api/status/429", 429),
            ("/api/status/99", 400),
            ("/api/echo", 200),
        ] {
            let response = world.send(with_bearer(get(path), &ada.access_token)).await;
            assert_eq!(response.status(), status, "{path}");
        }
    }
}
