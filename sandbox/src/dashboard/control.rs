//! Lets people plan faults. Tests plan theirs in code.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::faults::{Faults, Planned, Waiting};

type Refusal = (StatusCode, Json<Value>);

/// `GET /faults`
pub(super) async fn waiting(State(faults): State<Faults>) -> Json<Waiting> {
    Json(faults.waiting())
}

/// `POST /faults`
pub(super) async fn plan(
    State(faults): State<Faults>,
    planned: Result<Json<Planned>, JsonRejection>,
) -> Result<Json<Waiting>, Refusal> {
    let Json(planned) = planned.map_err(|rejection| refusal(&rejection.body_text()))?;
    if planned.times == 0 {
        return Err(refusal("times must be at least 1"));
    }
    faults.plan(planned);
    Ok(Json(faults.waiting()))
}

/// `DELETE /faults`
pub(super) async fn clear(State(faults): State<Faults>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

fn refusal(message: &str) -> Refusal {
    let body = json!({ "error": { "code": "bad_request", "message": message } });
    (StatusCode::BAD_REQUEST, Json(body))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Method, Request, header};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn send(faults: &Faults, method: Method, body: &'static str) -> (StatusCode, Value) {
        let router =
            Router::new().route("/faults", get(waiting).post(plan).delete(clear)).with_state(faults.clone());
        let request = Request::builder()
            .method(method)
            .uri("/faults")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn faults_are_planned_told_and_cleared() {
        let faults = Faults::default();
        let hang_up = r#"{"party":"provider","path":"/token","fault":"hang_up","times":2}"#;
        let planned = send(&faults, Method::POST, hang_up).await;
        assert_eq!(planned, (StatusCode::OK, json!({ "calls": 2 })));
        let reply = r#"{"party":"stripe","path":"/v1/apps/secrets","fault":{"reply":{"status":503}}}"#;
        send(&faults, Method::POST, reply).await;
        let told = send(&faults, Method::GET, "").await;
        assert_eq!(told, (StatusCode::OK, json!({ "calls": 3 })));
        assert_eq!(send(&faults, Method::DELETE, "").await.0, StatusCode::NO_CONTENT);
        assert_eq!(send(&faults, Method::GET, "").await.1, json!({ "calls": 0 }));
    }

    #[tokio::test]
    async fn what_is_not_a_fault_is_refused_with_the_reason() {
        let faults = Faults::default();
        for (body, reason) in [
            ("{", "JSON"),
            ("{}", "missing field `party`"),
            (r#"{"party":"moon","path":"/","fault":"hang_up"}"#, "unknown variant `moon`"),
            (r#"{"party":"ssm","path":"/","fault":"explode"}"#, "unknown variant `explode`"),
            (r#"{"party":"ssm","path":"/","fault":"hang_up","times":0}"#, "at least 1"),
        ] {
            let (status, answer) = send(&faults, Method::POST, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
            assert_eq!(answer["error"]["code"], "bad_request");
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(message.contains(reason), "{message}");
        }
        assert_eq!(faults.waiting().calls, 0);
    }
}
