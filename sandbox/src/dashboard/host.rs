//! Serves the built host page and the frame that the app's code runs in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::manifest::Served;
use super::{BackEnd, DashboardConfig, page, reach};

#[derive(Clone)]
struct Host(Arc<Shared>);

struct Shared {
    bundle: PathBuf,
    back_ends: Vec<BackEnd>,
    stripe_url: String,
    offline: bool,
}

/// The page at every address that browsers start at or come back to, its bundle, and the frame.
///
/// Files are read anew for each request: somebody may be building.
pub(super) fn router(config: &DashboardConfig, bundle: PathBuf, offline: bool) -> Router {
    let host = Host(Arc::new(Shared {
        bundle,
        back_ends: std::iter::once(&config.back_end).chain(&config.further).cloned().collect(),
        stripe_url: config.stripe_url.clone(),
        offline,
    }));
    Router::new()
        .route("/", get(index))
        .route("/apps-oauth/{app_id}", get(index))
        .route("/test/apps-oauth/{app_id}", get(index))
        .route("/frame", get(frame))
        .route("/manifest.json", get(manifest))
        .route("/bundle/{file}", get(file))
        .with_state(host)
}

impl Host {
    fn read(&self, file: &str) -> Result<Vec<u8>, Missing> {
        std::fs::read(self.0.bundle.join(file)).map_err(|error| Missing(format!("{file}: {error}")))
    }

    /// By which a page tells whether it shows the latest build.
    fn build_id(&self) -> Result<String, Missing> {
        #[derive(Deserialize)]
        struct Built {
            id: String,
        }
        let built: Built = serde_json::from_slice(&self.read("built.json")?)
            .map_err(|error| Missing(format!("built.json: {error}")))?;
        Ok(built.id)
    }

    fn manifest(&self) -> Result<Served, Missing> {
        Served::parse(&self.read("manifest.json")?, &self.0.back_ends).map_err(Missing)
    }

    /// What one list of the manifest's policy allows here.
    fn sources(&self, list: &str) -> Result<Vec<String>, Missing> {
        let mut sources = self.manifest()?.sources(list);
        sources.retain(|source| !self.0.offline || reach::is_here(source));
        Ok(sources)
    }
}

/// A part of the bundle that is not there, or not readable.
struct Missing(String);

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        let hint = "The Dashboard's bundle is not complete. See what its build says.";
        (StatusCode::NOT_FOUND, format!("{}\n{hint}", self.0)).into_response()
    }
}

async fn index(State(host): State<Host>) -> Result<impl IntoResponse, Missing> {
    // What the page loads after this is of this build or of a later one, and then it sees that there is a later one.
    let html = include_str!("host/page.html").replace("{{build}}", &host.build_id()?);
    let mut images = vec!["'self'".to_owned(), "data:".to_owned()];
    images.extend(host.sources("image-src")?);
    let further = format!("frame-src 'self'; img-src {}", images.join(" "));
    Ok(page(html, &[&host.0.stripe_url], &further))
}

/// The app's code gets an origin of its own and reaches what its manifest says: as in Stripe's Dashboard, a
/// missing entry fails, and here it fails before anybody has deployed.
async fn frame(State(host): State<Host>) -> Result<impl IntoResponse, Missing> {
    let sources = host.sources("connect-src")?;
    let connect = if sources.is_empty() { "'none'".to_owned() } else { sources.join(" ") };
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src {connect}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-scripts"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((headers, Html(include_str!("host/frame.html"))))
}

/// The manifest, and what becomes of it here.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    served: Served,
    hosts: Vec<String>,
    offline: bool,
}

async fn manifest(State(host): State<Host>) -> Result<impl IntoResponse, Missing> {
    let served = host.manifest()?;
    Ok(axum::Json(Told { hosts: reach::hosts(served.manifest()), served, offline: host.0.offline }))
}

async fn file(
    State(host): State<Host>,
    UrlPath(name): UrlPath<String>,
) -> Result<impl IntoResponse, Missing> {
    let content_type = content_type(&name).ok_or_else(|| Missing(format!("{name}: not a part")))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if content_type == SCRIPT {
        // The frame has no origin, and the browser tells what scripts throw to whom it lets read them. Scripts can be
        // run from anywhere, so this gives nothing away; their maps hold the sources.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    Ok((headers, host.read(&name)?))
}

const SCRIPT: &str = "text/javascript";

/// Only flat names of the kinds a bundle has.
fn content_type(name: &str) -> Option<&'static str> {
    if name.contains(['/', '\\']) {
        return None;
    }
    match Path::new(name).extension()?.to_str()? {
        "js" => Some(SCRIPT),
        "css" => Some("text/css"),
        "json" | "map" => Some("application/json"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    /// A bundle in a folder of its own, gone with the test.
    struct Bundle(PathBuf);

    impl Bundle {
        fn new(name: &str, manifest: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("dashboard-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            for (file, text) in
                [("built.json", r#"{"id":"b1"}"#), ("host.js", "code"), ("manifest.json", manifest)]
            {
                fs::write(folder.join(file), text).unwrap();
            }
            Self(folder)
        }

        async fn get(&self, path: &str) -> Response {
            self.served(path, false).await
        }

        async fn served(&self, path: &str, offline: bool) -> Response {
            let config = DashboardConfig {
                back_end: BackEnd {
                    api_base: "http://localhost:4000/api/oauth".to_owned(),
                    link_scope: "user".to_owned(),
                },
                further: Vec::new(),
                members: Vec::new(),
                stripe_url: "http://localhost:4002".to_owned(),
                real_provider: None,
                app_id: "com.example.app".to_owned(),
                flow: "session_bound",
            };
            let request = Request::get(path).body(Body::empty()).unwrap();
            router(&config, self.0.clone(), offline).oneshot(request).await.unwrap()
        }
    }

    impl Drop for Bundle {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn policy(response: &Response) -> &str {
        response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
    }

    const ALLOWED: &str = r#"{"file":"m.json","views":"src/views","manifest":{"constants":{"API_BASE":"http://localhost:3333/api/oauth"},
        "ui_extension":{"content_security_policy":{"connect-src":["http://localhost:3333/api/oauth/"]}}}}"#;

    #[tokio::test]
    async fn the_frame_reaches_what_the_manifest_says_and_nothing_else() {
        let bundle = Bundle::new("allowed", ALLOWED);
        let response = bundle.get("/frame").await;
        assert_eq!(
            policy(&response),
            "default-src 'none'; script-src 'self'; connect-src http://localhost:4000/api/oauth/; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
        );

        let nothing = Bundle::new("nothing", r#"{"file":"m.json","views":"src/views","manifest":{}}"#);
        let response = nothing.get("/frame").await;
        assert!(policy(&response).contains("connect-src 'none'"));
    }

    #[tokio::test]
    async fn offline_nothing_beyond_this_machine_is_reached() {
        let bundle = Bundle::new(
            "offline",
            r#"{"file":"m.json","views":"src/views","manifest":{"ui_extension":{"content_security_policy":{
                "connect-src":["https://a.example/x/","http://127.0.0.1:9000/y/"],
                "image-src":["https://b.example/z/"]}}}}"#,
        );
        assert!(
            policy(&bundle.get("/frame").await)
                .contains("connect-src https://a.example/x/ http://127.0.0.1:9000/y/;")
        );
        assert!(policy(&bundle.get("/").await).contains("img-src 'self' data: https://b.example/z/;"));
        assert!(
            policy(&bundle.served("/frame", true).await).contains("connect-src http://127.0.0.1:9000/y/;")
        );
        assert!(policy(&bundle.served("/", true).await).contains("img-src 'self' data:;"));
    }

    #[tokio::test]
    async fn the_page_may_ask_stripe_for_signatures_and_not_the_back_end() {
        let bundle = Bundle::new("page", ALLOWED);
        for path in ["/", "/apps-oauth/com.example.app?code=K", "/test/apps-oauth/x"] {
            let response = bundle.get(path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert!(policy(&response).contains("connect-src 'self' http://localhost:4002;"));
            let html = to_bytes(response.into_body(), 10_000).await.unwrap();
            let html = std::str::from_utf8(&html).unwrap();
            assert!(html.contains(r#"<meta name="build" content="b1">"#), "{html}");
        }
    }

    #[tokio::test]
    async fn only_parts_of_the_bundle_are_served() {
        let bundle = Bundle::new("parts", ALLOWED);
        let response = bundle.get("/bundle/host.js").await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let sources = bundle.get("/bundle/built.json").await;
        assert!(!sources.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "code");
        for path in ["/bundle/absent.js", "/bundle/..%2Fsecret.json", "/bundle/host.html"] {
            assert_eq!(bundle.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
