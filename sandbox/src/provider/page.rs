//! What people see: the consent page and the error page, in one plain style, without scripts.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::params::Params;

const CONSENT: &str = include_str!("consent.html");
const ERROR: &str = include_str!("error.html");
const STYLE: &str = include_str!("page.css");

/// What the form sends to `/oauth/decision`, where it is validated again.
const CARRIED: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// The page that asks who signs in.
pub(super) fn consent(params: &Params) -> Response {
    let fields: Vec<_> = CARRIED
        .iter()
        .filter_map(|name| Some((name, params.get(name)?)))
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    // The fields come last: their contents are not ours, and must not be searched for placeholders.
    let html = CONSENT.replacen("{{style}}", STYLE, 1).replacen("{{fields}}", &fields.join("\n"), 1);
    respond(StatusCode::OK, html)
}

/// The page that says why there is no consent page.
pub(super) fn error(why: &str) -> Response {
    let html = ERROR.replacen("{{style}}", STYLE, 1).replacen("{{why}}", &escape(why), 1);
    respond(StatusCode::BAD_REQUEST, html)
}

fn respond(status: StatusCode, html: String) -> Response {
    // No form-action: browsers also apply it to the redirects after the form, and those leave this origin.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; frame-ancestors 'none'",
        BASE64_STANDARD.encode(Sha256::digest(STYLE))
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Person;
    use crate::provider::testing::{authorization_params, text};

    fn consent_to(changes: &[(&str, &str)]) -> Response {
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(authorization_params(changes))
            .finish();
        consent(&Params::parse(encoded.as_bytes()))
    }

    #[tokio::test]
    async fn the_pages_run_nothing_and_are_not_kept_or_framed() {
        for page in [consent_to(&[]), error("why")] {
            let headers = page.headers();
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("script-src") && !policy.contains("form-action"));
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
            let html = text(page).await;
            assert!(html.contains(&format!("<style>{STYLE}</style>")), "otherwise the hash is wrong");
            assert!(html.contains("not a real service") && !html.contains("{{"));
        }
    }

    #[tokio::test]
    async fn both_people_are_shown_as_they_are() {
        let html = text(consent_to(&[])).await;
        for person in [Person::Ada, Person::Grace] {
            let profile = person.profile();
            assert!(html.contains(&*profile.name) && html.contains(&*profile.email));
        }
        assert!(html.contains("E-mail not verified"));
        for button in ["ada", "grace", "refuse"] {
            assert!(html.contains(&format!("name=\"person\" value=\"{button}\"")));
        }
    }

    #[tokio::test]
    async fn the_request_is_carried_escaped() {
        let html = text(consent_to(&[("state", "\"><script>'{{fields}}"), ("other", "x")])).await;
        assert!(html.contains("name=\"state\" value=\"&quot;&gt;&lt;script&gt;&#39;{{fields}}\""));
        assert!(!html.contains("<script>") && !html.contains("name=\"other\""));
    }
}
