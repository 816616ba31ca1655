//! The Dashboard: one page that does what the companion app does, and shows what happens behind it.

mod control;
mod events;

use axum::http::{HeaderName, header};
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use url::Url;

use crate::faults::Faults;
use crate::traffic::Traffic;

/// What the page has to know.
#[derive(Clone, Debug, Serialize)]
pub struct DashboardConfig {
    /// The back end with its prefix, as `http://localhost:3333/api/oauth`.
    pub api_base: String,
    /// Stripe's API, which signs for the page.
    pub stripe_url: String,
    /// The OAuth provider.
    pub provider_url: String,
    /// The Stripe App's id, part of the address that browsers come back to.
    pub app_id: String,
    /// `session_bound` or `direct`.
    pub flow: &'static str,
}

/// The page, the list of exchanges it shows, and the control of faults.
pub fn router(config: DashboardConfig, traffic: Traffic, faults: Faults) -> Router {
    let page = page(&config);
    Router::new()
        .route("/", get(page.clone()))
        .route("/apps-oauth/{app_id}", get(page.clone()))
        .route("/test/apps-oauth/{app_id}", get(page))
        .route("/page.css", get(file("text/css", include_str!("page.css"))))
        .route("/page.js", get(script(include_str!("page.js"))))
        .route("/link.js", get(script(include_str!("link.js"))))
        .route("/traffic.js", get(script(include_str!("traffic.js"))))
        .route("/config.json", get(Json(config)))
        .route("/traffic", get(events::traffic).with_state(traffic))
        .route("/faults", get(control::waiting).post(control::plan).delete(control::clear).with_state(faults))
}

type File = ([(HeaderName, &'static str); 2], &'static str);

fn script(text: &'static str) -> File {
    file("text/javascript", text)
}

fn file(content_type: &'static str, text: &'static str) -> File {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")];
    (headers, text)
}

fn page(config: &DashboardConfig) -> ([(HeaderName, String); 3], Html<&'static str>) {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, content_security_policy(config)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        // The page's address holds the code when a browser comes back.
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, Html(include_str!("page.html")))
}

fn content_security_policy(config: &DashboardConfig) -> String {
    let called: Vec<_> = [&config.api_base, &config.stripe_url]
        .into_iter()
        .filter_map(|address| Url::parse(address).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {}; \
         img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
        called.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use shared::Clock;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> Response {
        let config = DashboardConfig {
            api_base: "http://localhost:3333/api/oauth".to_owned(),
            stripe_url: "http://localhost:3334".to_owned(),
            provider_url: "http://localhost:3335".to_owned(),
            app_id: "com.example.app".to_owned(),
            flow: "session_bound",
        };
        let router = router(config, Traffic::new(Clock::system()), Faults::default());
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap()
    }

    async fn text(response: Response) -> String {
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(bytes.into()).unwrap()
    }

    #[tokio::test]
    async fn the_page_is_where_browsers_start_and_come_back_to() {
        for path in ["/", "/apps-oauth/com.example.app?code=K&state=S", "/test/apps-oauth/com.example.app"] {
            let response = get(path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let headers = response.headers();
            assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(
                headers[header::CONTENT_SECURITY_POLICY],
                "default-src 'none'; script-src 'self'; style-src 'self'; \
                 connect-src 'self' http://localhost:3333 http://localhost:3334; \
                 img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
            );
        }
    }

    #[tokio::test]
    async fn the_page_keeps_to_its_own_policy() {
        let html = text(get("/").await).await;
        for forbidden in ["<style", "style=", "onclick=", "http://", "https://"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert_eq!(html.matches("<script").count(), html.matches("<script type=\"module\" src=").count());
    }

    #[tokio::test]
    async fn scripts_and_styles_say_what_they_are() {
        for (path, content_type) in [
            ("/page.css", "text/css"),
            ("/page.js", "text/javascript"),
            ("/link.js", "text/javascript"),
            ("/traffic.js", "text/javascript"),
        ] {
            let response = get(path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
        }
    }

    #[tokio::test]
    async fn the_page_can_ask_for_its_config() {
        let response = get("/config.json").await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let config: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(config["api_base"], "http://localhost:3333/api/oauth");
        assert_eq!(config["flow"], "session_bound");
    }
}
