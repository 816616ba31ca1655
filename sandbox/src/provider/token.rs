//! The token endpoint (RFC 6749 section 3.2) and the revocation endpoint (RFC 7009).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;

use super::Provider;
use super::error::TokenError;
use super::grants::Redemption;

/// `POST /token`
pub(super) async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, TokenError> {
    let params = provider.authenticated(&headers, &body)?;
    let now = provider.0.clock.now();
    let tokens = match params.require("grant_type")? {
        "authorization_code" => {
            let presented = Redemption {
                code: params.require("code")?,
                redirect_uri: params.require("redirect_uri")?,
                code_verifier: params.require("code_verifier")?,
            };
            provider.grants().redeem(&presented, now)?
        }
        "refresh_token" => {
            let refresh_token = params.require("refresh_token")?;
            provider.grants().refresh(refresh_token, params.get("scope"), now)?
        }
        _ => return Err(TokenError::UnsupportedGrantType),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(tokens)))
}

/// `POST /revoke`
pub(super) async fn revoke(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(), TokenError> {
    let params = provider.authenticated(&headers, &body)?;
    let token = params.require("token")?;
    provider.grants().revoke(token);
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::provider::Person;
    use crate::provider::testing::{REDIRECT_URI, VERIFIER, World, json, post, with_client};

    fn exchange(code: &str) -> Vec<(&str, &str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ]
    }

    async fn error_of(world: &World, form: &[(&str, &str)]) -> (StatusCode, String) {
        let response = world.send(with_client(post("/token", form))).await;
        let status = response.status();
        (status, json(response).await["error"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn a_code_becomes_tokens() {
        let world = World::new();
        let code = world.code(Person::Ada);
        let response = world.send(with_client(post("/token", &exchange(&code)))).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let tokens = json(response).await;
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["expires_in"], 3600);
        assert_eq!(tokens["scope"], "openid email");
        assert!(tokens["access_token"].as_str().unwrap().starts_with("at_"));
        assert!(tokens["refresh_token"].as_str().unwrap().starts_with("rt_"));
        assert_eq!(world.provider.live_grants(), 1);
    }

    #[tokio::test]
    async fn every_parameter_of_the_exchange_is_required() {
        let world = World::new();
        let code = world.code(Person::Ada);
        for missing in 0..4 {
            let mut form = exchange(&code);
            form.remove(missing);
            let invalid_request = (StatusCode::BAD_REQUEST, "invalid_request".to_owned());
            assert_eq!(error_of(&world, &form).await, invalid_request);
        }
        assert_eq!(world.provider.live_grants(), 0);
    }

    #[tokio::test]
    async fn a_code_works_once() {
        let world = World::new();
        let code = world.code(Person::Ada);
        let tokens = world.redeem(&code).await;
        assert!(world.provider.is_live(&tokens.access_token));
        let invalid_grant = (StatusCode::BAD_REQUEST, "invalid_grant".to_owned());
        assert_eq!(error_of(&world, &exchange(&code)).await, invalid_grant);
        assert!(!world.provider.is_live(&tokens.access_token));
    }

    #[tokio::test]
    async fn codes_and_access_tokens_expire_by_the_clock() {
        let world = World::new();
        let code = world.code(Person::Ada);
        let tokens = world.sign_in(Person::Ada).await;
        world.clock.advance(60);
        assert_eq!(error_of(&world, &exchange(&code)).await.1, "invalid_grant");
        assert!(world.provider.is_live(&tokens.access_token));
        world.clock.advance(3540);
        assert!(!world.provider.is_live(&tokens.access_token));
    }

    #[tokio::test]
    async fn refresh_tokens_rotate() {
        let world = World::new();
        let tokens = world.sign_in(Person::Ada).await;
        let form = [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token)];
        let refreshed = json(world.send(with_client(post("/token", &form))).await).await;
        let access_token = refreshed["access_token"].as_str().unwrap();
        assert!(world.provider.is_live(access_token));
        assert_eq!(error_of(&world, &form).await.1, "invalid_grant");
        assert!(!world.provider.is_live(access_token));
    }

    #[tokio::test]
    async fn other_grant_types_are_refused() {
        let world = World::new();
        let form = [("grant_type", "password")];
        assert_eq!(error_of(&world, &form).await.1, "unsupported_grant_type");
    }

    #[tokio::test]
    async fn an_unknown_client_is_told_how_to_authenticate() {
        let world = World::new();
        for path in ["/token", "/revoke"] {
            let response = world.send(post(path, &[])).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert!(response.headers()[header::WWW_AUTHENTICATE].as_bytes().starts_with(b"Basic "));
            assert_eq!(json(response).await["error"], "invalid_client");
        }
    }

    #[tokio::test]
    async fn only_forms_are_read() {
        let world = World::new();
        let mut request = with_client(post("/token", &[]));
        let json_type = "application/json".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, json_type);
        assert_eq!(json(world.send(request).await).await["error"], "invalid_request");
    }

    #[tokio::test]
    async fn revocation_ends_the_grant_and_knows_no_unknown_token() {
        let world = World::new();
        let tokens = world.sign_in(Person::Ada).await;
        let unknown = world.send(with_client(post("/revoke", &[("token", "at_unknown")]))).await;
        assert_eq!(unknown.status(), StatusCode::OK);
        assert_eq!(world.provider.live_grants(), 1);
        let form = [("token", tokens.refresh_token.as_str()), ("token_type_hint", "refresh_token")];
        let revoked = world.send(with_client(post("/revoke", &form))).await;
        assert_eq!(revoked.status(), StatusCode::OK);
        assert_eq!(world.provider.live_grants(), 0);
        let nothing = world.send(with_client(post("/revoke", &[]))).await;
        assert_eq!(json(nothing).await["error"], "invalid_request");
    }
}
