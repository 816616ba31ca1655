//! The plain page: does what the companion app does, without the app.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;

use super::{DashboardConfig, PageResponse, page};

/// The page at every address that browsers start at or come back to, and its files.
pub(super) fn router(config: &DashboardConfig) -> Router {
    let page = plain_page(config);
    Router::new()
        .route("/", get(page.clone()))
        .route("/apps-oauth/{app_id}", get(page.clone()))
        .route("/test/apps-oauth/{app_id}", get(page))
        .route("/page.css", get(file("text/css", STYLES)))
        .route("/page.js", get(script(include_str!("plain/page.js"))))
        .route("/link.js", get(script(include_str!("plain/link.js"))))
        .route("/panels.js", get(script(include_str!("common/panels.js"))))
}

const STYLES: &str = concat!(
    include_str!("common/base.css"),
    include_str!("common/panels.css"),
    include_str!("plain/page.css"),
);

fn plain_page(config: &DashboardConfig) -> PageResponse {
    let reach = match config.real_provider {
        None => "everything here runs on your machine",
        Some(_) => "everything here but the provider runs on your machine",
    };
    let html = include_str!("plain/page.html").replace("{{reach}}", reach);
    let html = html.replace("{{panels}}", include_str!("common/panels.html"));
    page(html, &[&config.back_end.api_base, &config.stripe_url], "img-src 'self' data:")
}

type File = ([(HeaderName, &'static str); 2], &'static str);

fn script(text: &'static str) -> File {
    file("text/javascript", text)
}

fn file(content_type: &'static str, text: &'static str) -> File {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")];
    (headers, text)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use shared::Clock;
    use tower::ServiceExt;

    use super::super::{BackEnd, DashboardConfig, Page, router};
    use super::*;
    use crate::faults::Faults;
    use crate::stripe::members;
    use crate::traffic::Traffic;

    async fn get(path: &str) -> Response {
        let config = DashboardConfig {
            back_end: BackEnd {
                api_base: "http://localhost:3333/api/oauth".to_owned(),
                link_scope: "user".to_owned(),
            },
            further: Vec::new(),
            members: members(),
            stripe_url: "http://localhost:3334".to_owned(),
            real_provider: None,
            app_id: "com.example.app".to_owned(),
            flow: "session_bound",
        };
        let router = router(config, Page::Plain, Traffic::new(Clock::system()), Faults::default());
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
        assert!(html.contains("id=\"exchanges\""), "the panels stand in it");
        for forbidden in ["<style", "style=", "onclick=", "http://", "https://", "{{"] {
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
            ("/panels.js", "text/javascript"),
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
        assert_eq!(config["link_scope"], "user");
        let administrator = r#"{"id":"admin","type":"builtIn","name":"Administrator"}"#;
        assert_eq!(
            config["members"][0]["roles"][0],
            serde_json::from_str::<serde_json::Value>(administrator).unwrap()
        );
    }
}
