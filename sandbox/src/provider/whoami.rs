//! The userinfo endpoint, called as in the article: who does the access token belong to?

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Person, Provider};

const NO_STORE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");
const CHALLENGE: &str = "Bearer realm=\"sandbox provider\", error=\"invalid_token\"";

/// `GET /oauth/whoami`
pub(super) async fn whoami(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    match owner(&provider, &headers) {
        Some(person) => ([NO_STORE], Json(person.profile())).into_response(),
        None => refusal(),
    }
}

/// Whose access token the request has, if it is valid now.
pub(super) fn owner(provider: &Provider, headers: &HeaderMap) -> Option<Person> {
    let now = provider.0.clock.now();
    bearer(headers).and_then(|token| provider.grants().owner(token, now))
}

/// The response to a request without a valid access token (RFC 6750 section 3).
pub(super) fn refusal() -> Response {
    (StatusCode::UNAUTHORIZED, [NO_STORE, (header::WWW_AUTHENTICATE, CHALLENGE)]).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::{World, get, json, with_bearer};

    #[tokio::test]
    async fn the_owner_of_the_token_is_told() {
        let world = World::new();
        let ada = world.sign_in(Person::Ada).await;
        let grace = world.sign_in(Person::Grace).await;

        let ada = json(world.send(with_bearer(get("/oauth/whoami"), &ada.access_token)).await).await;
        assert_eq!(ada["sub"], "person_ada");
        assert_eq!(ada["email"], "ada@example.com");
        assert_eq!(ada["email_verified"], true);
        assert_eq!(ada["name"], "Ada Lovelace");
        assert!(ada["picture"].as_str().unwrap().starts_with("data:image/svg+xml,"));

        let grace = json(world.send(with_bearer(get("/oauth/whoami"), &grace.access_token)).await).await;
        assert_eq!(grace["sub"], "person_grace");
        assert_eq!(grace["email_verified"], false);
    }

    #[tokio::test]
    async fn everybody_of_a_crowd_is_somebody_else() {
        let world = World::new();
        for (number, sub) in [(1, "person_0000000001"), (10, "person_0000000010")] {
            let tokens = world.sign_in(Person::Numbered(number)).await;
            assert!(tokens.refresh_token.contains(&format!(".{sub}.")), "{}", tokens.refresh_token);
            let told = json(world.send(with_bearer(get("/oauth/whoami"), &tokens.access_token)).await).await;
            assert_eq!(told["sub"], sub);
        }
    }

    #[tokio::test]
    async fn missing_wrong_expired_and_revoked_tokens_are_refused() {
        let world = World::new();
        let expired = world.sign_in(Person::Ada).await;
        world.clock.advance(3600);
        let revoked = world.sign_in(Person::Ada).await;
        world.provider.revoke_all();
        let requests = [
            get("/oauth/whoami"),
            with_bearer(get("/oauth/whoami"), "at_unknown"),
            with_bearer(get("/oauth/whoami"), &revoked.refresh_token),
            with_bearer(get("/oauth/whoami"), &expired.access_token),
            with_bearer(get("/oauth/whoami"), &revoked.access_token),
        ];
        for request in requests {
            let response = world.send(request).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], CHALLENGE);
        }
    }
}
