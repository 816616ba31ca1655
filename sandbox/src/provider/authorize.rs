//! The authorization endpoint (RFC 6749 section 3.1): who may ask, and where the answer goes.

use std::fmt;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::grants::Consent;
use super::params::Params;
use super::{Decision, Provider, page, pkce};

/// A valid request for a person's consent.
struct AuthorizationRequest {
    callback: Callback,
    scope: String,
    code_challenge: String,
}

/// Where the answer goes, and what it must repeat.
struct Callback {
    redirect_uri: String,
    state: Option<String>,
    issuer: String,
}

/// Why there is no consent page.
enum Rejection {
    /// It is not certain that the client sent this: a redirect could help an attacker.
    Page(&'static str),
    /// The client gets this error.
    Callback(Callback, &'static str),
}

/// An authorization URL that the provider answers with an error page instead of a redirect.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidAuthorizationUrl(&'static str);

impl fmt::Display for InvalidAuthorizationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidAuthorizationUrl {}

impl Callback {
    fn location(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.redirect_uri, query.finish())
    }
}

impl Provider {
    /// Opens the authorization URL and presses a button, as a person's browser does.
    ///
    /// Returns where the browser is sent, with a code or an error.
    pub fn decide(
        &self,
        authorization_url: &str,
        decision: impl Into<Decision>,
    ) -> Result<String, InvalidAuthorizationUrl> {
        let endpoint = format!("{}/oauth?", self.0.config.issuer);
        let query = authorization_url
            .strip_prefix(&endpoint)
            .ok_or(InvalidAuthorizationUrl("this URL leads elsewhere"))?;
        match self.validated(&Params::parse(query.as_bytes())) {
            Ok(request) => Ok(self.answer(request, decision.into())),
            Err(Rejection::Callback(callback, error)) => Ok(callback.location("error", error)),
            Err(Rejection::Page(why)) => Err(InvalidAuthorizationUrl(why)),
        }
    }

    fn validated(&self, params: &Params) -> Result<AuthorizationRequest, Rejection> {
        let config = &self.0.config;
        if params.get("client_id") != Some(&config.client_id) {
            return Err(Rejection::Page("This client_id is not registered here."));
        }
        let redirect_uri = params
            .get("redirect_uri")
            .filter(|asked| config.redirect_uris.iter().any(|registered| registered == asked))
            .ok_or(Rejection::Page("This redirect_uri is not registered for the client."))?;
        let callback = Callback {
            redirect_uri: redirect_uri.to_owned(),
            state: params.get("state").map(str::to_owned),
            issuer: config.issuer.clone(),
        };
        match code_challenge(params) {
            Err(error) => Err(Rejection::Callback(callback, error)),
            Ok(code_challenge) => Ok(AuthorizationRequest {
                callback,
                scope: params.get("scope").unwrap_or("openid email profile").to_owned(),
                code_challenge: code_challenge.to_owned(),
            }),
        }
    }

    fn answer(&self, request: AuthorizationRequest, decision: Decision) -> String {
        let Decision::Allow(person) = decision else {
            return request.callback.location("error", "access_denied");
        };
        let consent = Consent {
            person,
            scope: request.scope,
            redirect_uri: request.callback.redirect_uri.clone(),
            code_challenge: request.code_challenge,
        };
        let code = self.grants().issue_code(consent, self.0.clock.now());
        request.callback.location("code", &code)
    }
}

/// The challenge of a request for a code, or the error code for the client.
fn code_challenge(params: &Params) -> Result<&str, &'static str> {
    if params.repeated() {
        return Err("invalid_request");
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err("unsupported_response_type"),
        None => return Err("invalid_request"),
    }
    params
        .get("code_challenge")
        .filter(|challenge| pkce::is_challenge(challenge))
        .filter(|_| params.get("code_challenge_method") == Some("S256"))
        .ok_or("invalid_request")
}

/// `GET /oauth`
pub(super) async fn page(State(provider): State<Provider>, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    match provider.validated(&params) {
        Ok(_) => page::consent(&params),
        Err(rejection) => rejection.into_response(),
    }
}

/// `POST /oauth/decision`
pub(super) async fn decision(State(provider): State<Provider>, body: Bytes) -> Response {
    let params = Params::parse(&body);
    let request = match provider.validated(&params) {
        Ok(request) => request,
        Err(rejection) => return rejection.into_response(),
    };
    match params.get("person").and_then(Decision::from_field) {
        Some(decision) => see_other(&provider.answer(request, decision)),
        None => page::error("Nobody here goes by that name."),
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::Page(why) => page::error(why),
            Self::Callback(callback, error) => see_other(&callback.location("error", error)),
        }
    }
}

fn see_other(location: &str) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (headers, Redirect::to(location)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::provider::Person;
    use crate::provider::testing::*;

    async fn opened(world: &World, changes: &[(&str, &str)]) -> Response {
        let url = authorization_url(changes);
        world.send(get(url.strip_prefix(ISSUER).unwrap())).await
    }

    async fn pressed(world: &World, changes: &[(&str, &str)]) -> Response {
        world.send(post("/oauth/decision", &authorization_params(changes))).await
    }

    fn location(response: &Response) -> &str {
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        response.headers()[header::LOCATION].to_str().unwrap()
    }

    #[tokio::test]
    async fn a_wrong_client_or_redirect_uri_is_never_redirected() {
        let world = World::new();
        let slash = format!("{REDIRECT_URI}/");
        let wrong = [
            [("client_id", "other")],
            [("client_id", "")],
            [("redirect_uri", "https://attacker.example")],
            [("redirect_uri", &slash)],
            [("redirect_uri", "")],
        ];
        for changes in wrong {
            assert_eq!(opened(&world, &changes).await.status(), StatusCode::BAD_REQUEST, "{changes:?}");
            let allowed = [changes[0], ("person", "ada")];
            assert_eq!(pressed(&world, &allowed).await.status(), StatusCode::BAD_REQUEST, "{changes:?}");
            assert!(world.provider.decide(&authorization_url(&changes), Person::Ada).is_err());
        }
    }

    #[tokio::test]
    async fn a_repeated_redirect_uri_is_never_redirected() {
        let url = format!("{}&redirect_uri=https://attacker.example", authorization_url(&[]));
        let world = World::new();
        let response = world.send(get(url.strip_prefix(ISSUER).unwrap())).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn other_mistakes_are_told_to_the_client() {
        let world = World::new();
        let wrong = [
            (("response_type", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge", "short"), "invalid_request"),
            (("code_challenge_method", ""), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
        ];
        for (change, error) in wrong {
            let expected =
                format!("{REDIRECT_URI}?error={error}&state=st%26te&iss=https%3A%2F%2Fprovider.example");
            assert_eq!(location(&opened(&world, &[change]).await), expected, "{change:?}");
            let allowed = [change, ("person", "ada")];
            assert_eq!(location(&pressed(&world, &allowed).await), expected, "{change:?}");
            assert_eq!(world.decide(&[change], Person::Ada), expected, "{change:?}");
        }
    }

    #[test]
    fn a_repeated_state_is_refused_and_not_repeated() {
        let world = World::new();
        let url = format!("{}&state=other", authorization_url(&[]));
        let location = world.provider.decide(&url, Person::Ada).unwrap();
        assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_request"));
        assert_eq!(parameter(&location, "state"), None);
    }

    #[tokio::test]
    async fn allowing_leads_back_with_code_state_and_issuer() {
        let world = World::new();
        let response = pressed(&world, &[("person", "grace")]).await;
        let location = location(&response);
        assert!(location.starts_with(&format!("{REDIRECT_URI}?code=code_")));
        assert_eq!(parameter(location, "state").as_deref(), Some("st&te"));
        assert_eq!(parameter(location, "iss").as_deref(), Some(ISSUER));
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(world.provider.live_grants(), 0, "nothing is granted before the exchange");
    }

    #[tokio::test]
    async fn refusing_leads_back_with_access_denied() {
        let world = World::new();
        let expected =
            format!("{REDIRECT_URI}?error=access_denied&state=st%26te&iss=https%3A%2F%2Fprovider.example");
        let response = pressed(&world, &[("person", "refuse")]).await;
        assert_eq!(location(&response), expected);
        assert_eq!(world.decide(&[], Decision::Refuse), expected);
    }

    #[tokio::test]
    async fn a_decision_of_nobody_is_refused() {
        let world = World::new();
        assert_eq!(pressed(&world, &[("person", "eve")]).await.status(), StatusCode::BAD_REQUEST);
        assert_eq!(pressed(&world, &[]).await.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn state_and_scope_may_be_left_out() {
        let world = World::new();
        let location = world.decide(&[("state", ""), ("scope", "")], Person::Ada);
        assert!(parameter(&location, "code").is_some());
        assert_eq!(parameter(&location, "state"), None);
    }

    #[test]
    fn the_authorization_url_must_lead_here() {
        let world = World::new();
        let elsewhere = authorization_url(&[]).replace("provider", "other");
        assert!(world.provider.decide(&elsewhere, Person::Ada).is_err());
    }
}
