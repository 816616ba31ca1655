//! Generates a provider description from `OpenID` Connect Discovery 1.0. The back end itself never uses Discovery: an
//! answer that changes overnight must not change whom it trusts.

use std::fmt;
use std::time::Duration;

use axum::http::header::ACCEPT;
use serde_json::{Value, json};
use shared::http::Failure;
use shared::{Deadline, Http};
use url::Url;

/// Why there is no description, for a person to read.
#[derive(Debug, PartialEq, Eq)]
pub struct NotDiscovered(String);

impl fmt::Display for NotDiscovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotDiscovered {}

/// Requests an issuer's metadata (Discovery section 4), and describes it. Some providers name their revocation endpoint
/// only in the metadata of RFC 8414, so that is asked for, too.
///
/// # Errors
/// If the issuer returns no metadata, or another issuer's.
pub async fn discover(http: &Http, issuer: &str) -> Result<Value, NotDiscovered> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url: Url = address.parse().map_err(|_| {
        NotDiscovered(format!("{issuer} is not an address. An issuer is written as https://id.example.com"))
    })?;
    let mut description = describe(issuer, &metadata(http, url.clone()).await?)?;
    if description["revocation"].is_null()
        && let Some(address) = server_metadata(&url)
        && let Ok(metadata) = metadata(http, address.clone()).await
        && metadata["issuer"] == description["issuer"]
        && let Some(revocation) = metadata["revocation_endpoint"].as_str()
    {
        description["revocation"] = json!({ "url": revocation });
        description["sources"] = json!([url.as_str(), address.as_str()]);
    }
    Ok(description)
}

/// Where RFC 8414 section 3.1 has the metadata of the issuer whose `OpenID` metadata is at `url`: its path comes last.
fn server_metadata(url: &Url) -> Option<Url> {
    let path = url.path().strip_suffix("/.well-known/openid-configuration")?;
    url.join(&format!("/.well-known/oauth-authorization-server{path}")).ok()
}

async fn metadata(http: &Http, url: Url) -> Result<Value, NotDiscovered> {
    let address = url.to_string();
    let request = http.get(url).header(ACCEPT, "application/json");
    let reply = http.send("issuer.discover", request, Deadline::after(Duration::from_secs(10))).await;
    let reply = reply.map_err(|failure| {
        NotDiscovered(match failure {
            Failure::NotConnected => format!("{address} cannot be reached"),
            Failure::Lost => format!("{address} did not answer in time, or the connection broke"),
            Failure::Malformed => format!("{address} cannot be called"),
            Failure::TooLong => format!("{address} answered with far more than metadata"),
        })
    })?;
    let metadata = reply.json().filter(|metadata| metadata.is_object() && reply.status.is_success());
    metadata.ok_or_else(|| {
        NotDiscovered(format!("{address} answered {}, without OpenID Connect metadata", reply.status))
    })
}

/// The description of an issuer with this metadata (Discovery section 3, RFC 8414 section 2).
fn describe(issuer: &str, metadata: &Value) -> Result<Value, NotDiscovered> {
    let text = |name: &str| metadata[name].as_str();
    let lists =
        |name: &str, word: &str| metadata[name].as_array().is_some_and(|list| list.contains(&json!(word)));
    // Discovery section 4.3.
    let told = text("issuer").unwrap_or_default();
    if told.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(NotDiscovered(match told {
            "" => "the metadata does not name its issuer".to_owned(),
            _ => format!("the metadata is that of another issuer, {told}"),
        }));
    }
    let required =
        |name: &str| text(name).ok_or_else(|| NotDiscovered(format!("the metadata has no {name}")));
    let scopes = ["openid", "email", "profile", "offline_access"];
    let scopes: Vec<_> = scopes.into_iter().filter(|scope| lists("scopes_supported", scope)).collect();
    let takes_consent =
        metadata["prompt_values_supported"].is_null() || lists("prompt_values_supported", "consent");
    // If the metadata lists no method, it is Basic (Discovery section 3).
    let posts = lists("token_endpoint_auth_methods_supported", "client_secret_post");
    let mut description = json!({
        "name": told,
        "sources": [format!("{}/.well-known/openid-configuration", told.trim_end_matches('/'))],
        "unverified": ["token.rotation: not in the metadata"],
        "issuer": told,
        "issuer_required": metadata["authorization_response_iss_parameter_supported"] == true,
        "client_authentication": if posts { "client_secret_post" } else { "client_secret_basic" },
        "authorization": {
            "url": required("authorization_endpoint")?,
            "scopes": if scopes.is_empty() { vec!["openid"] } else { scopes },
            "pkce": lists("code_challenge_methods_supported", "S256"),
        },
        "token": { "url": required("token_endpoint")? },
        "userinfo": { "url": required("userinfo_endpoint")? },
    });
    // Without it, a provider must ignore the scope (OpenID Connect Core section 11).
    if lists("scopes_supported", "offline_access") && takes_consent {
        description["authorization"]["parameters"] = json!({ "prompt": "consent" });
    }
    if let Some(url) = text("revocation_endpoint") {
        description["revocation"] = json!({ "url": url });
    }
    Ok(description)
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing::get};
    use lambda_http::Context;
    use shared::Clock;
    use shared::Environment;
    use shared::http::Timeouts;
    use shared::lambda::Lambda;

    use super::*;
    use crate::ports::Listener;

    fn metadata(issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/me"),
            "revocation_endpoint": format!("{issuer}/revoke"),
            "scopes_supported": ["openid", "address", "email"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    #[test]
    fn what_the_metadata_tells_is_described() {
        let issuer = "https://id.example.com";
        let description = describe("https://id.example.com/", &metadata(issuer)).unwrap();
        assert_eq!(description["issuer"], issuer);
        assert_eq!(description["issuer_required"], true);
        assert_eq!(description["client_authentication"], "client_secret_basic");
        assert_eq!(description["authorization"]["scopes"], json!(["openid", "email"]));
        assert_eq!(description["authorization"]["pkce"], true);
        assert_eq!(description["revocation"]["url"], "https://id.example.com/revoke");
        assert!(description["authorization"]["parameters"].is_null());
    }

    #[test]
    fn consent_is_asked_for_where_refresh_tokens_need_it() {
        let issuer = "https://id.example.com";
        let mut offline = metadata(issuer);
        offline["scopes_supported"] = json!(["openid", "offline_access"]);
        let parameters =
            |metadata: &Value| describe(issuer, metadata).unwrap()["authorization"]["parameters"].clone();
        assert_eq!(parameters(&offline), json!({ "prompt": "consent" }));
        offline["prompt_values_supported"] = json!(["none", "login"]);
        assert!(parameters(&offline).is_null());
    }

    #[tokio::test]
    async fn a_revocation_endpoint_may_be_in_the_metadata_of_rfc_8414_only() {
        let listener = Listener::bind(0).await.unwrap();
        let (issuer, other) = (format!("{}/tenant", listener.url()), format!("{}/other", listener.url()));
        let answer = |path: String, metadata: Value| (path, get(async || Json(metadata)));
        let without = |issuer: &str| {
            let mut metadata = metadata(issuer);
            metadata["revocation_endpoint"].take();
            metadata
        };
        let router = [
            answer("/tenant/.well-known/openid-configuration".to_owned(), without(&issuer)),
            answer("/.well-known/oauth-authorization-server/tenant".to_owned(), metadata(&issuer)),
            answer("/other/.well-known/openid-configuration".to_owned(), without(&other)),
            answer(
                "/.well-known/oauth-authorization-server/other".to_owned(),
                metadata("https://evil.example"),
            ),
        ];
        listener
            .serve(&router.into_iter().fold(Router::new(), |router, (path, get)| router.route(&path, get)));
        let http = Http::new(Timeouts::default());
        let description = discover(&http, &issuer).await.unwrap();
        assert_eq!(description["revocation"]["url"], format!("{issuer}/revoke"));
        assert_eq!(description["sources"].as_array().map(Vec::len), Some(2));
        assert!(discover(&http, &other).await.unwrap()["revocation"].is_null(), "another issuer's");
    }

    #[test]
    fn another_issuer_and_missing_endpoints_are_refused() {
        let other = describe("https://id.example.com", &metadata("https://evil.example"));
        assert!(other.unwrap_err().to_string().contains("evil.example"));
        let bare = describe("https://id.example.com", &json!({ "issuer": "https://id.example.com" }));
        assert!(bare.unwrap_err().to_string().contains("authorization_endpoint"));
    }

    #[tokio::test]
    async fn what_is_printed_is_a_file_the_functions_take() {
        let listener = Listener::bind(0).await.unwrap();
        let issuer = listener.url();
        let answer = metadata(&issuer);
        let router = Router::new().route("/.well-known/openid-configuration", get(async || Json(answer)));
        listener.serve(&router);
        let http = Http::new(Timeouts::default());
        let description = discover(&http, &issuer).await.unwrap();
        assert!(discover(&http, &format!("{issuer}/other")).await.is_err());

        let file = std::env::temp_dir().join(format!("discovered-{}.json", std::process::id()));
        std::fs::write(&file, format!("{description:#}")).unwrap();
        let environment = Environment::from_iter([
            ("PROVIDER_FILE", file.to_str().unwrap()),
            ("STRIPE_APP_SECRET", "absec_x"),
            ("SEALING_KEY", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
            ("THIRD_PARTY_CLIENT_ID", "client"),
            ("API_HOST_URL", "https://api.example.com"),
        ]);
        let lambda = Lambda::<login::Login>::start(environment, Clock::system(), Timeouts::default()).await;
        std::fs::remove_file(file).unwrap();
        let answer = lambda.unwrap().answer("{}", Context::default()).await;
        assert_eq!(answer.status_code, 400, "the function lives");
    }
}
