//! The exchanges as Server-Sent Events: first what was kept, then what happens.

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

use crate::traffic::Traffic;

/// `GET /traffic`
pub(super) async fn traffic(
    State(traffic): State<Traffic>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let (kept, live) = traffic.watch();
    // A page that lags behind misses some, and goes on.
    let live = BroadcastStream::new(live).filter_map(Result::ok);
    let events = tokio_stream::iter(kept).chain(live).map(|exchange| Event::default().json_data(exchange));
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, BodyDataStream};
    use axum::http::{Request, header};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use shared::Clock;
    use tower::ServiceExt;

    use super::*;
    use crate::Party;
    use crate::traffic::record;

    async fn happens(traffic: &Traffic, path: &str) {
        let recorder = from_fn_with_state((traffic.clone(), Party::Provider), record);
        let router = Router::new().route("/{*path}", get("something")).layer(recorder);
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap();
    }

    async fn watch(traffic: &Traffic) -> BodyDataStream {
        let router = Router::new().route("/traffic", get(super::traffic));
        let request = Request::get("/traffic").body(Body::empty()).unwrap();
        let response = router.with_state(traffic.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        response.into_body().into_data_stream()
    }

    async fn next(events: &mut BodyDataStream) -> serde_json::Value {
        let event = events.next().await.unwrap().unwrap();
        let event = std::str::from_utf8(&event).unwrap().to_owned();
        serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_was_kept_comes_first_and_then_what_happens() {
        let traffic = Traffic::new(Clock::system());
        happens(&traffic, "/kept?code=secret").await;
        let mut events = watch(&traffic).await;
        happens(&traffic, "/live").await;

        let kept = next(&mut events).await;
        assert_eq!(kept["number"], 1);
        assert_eq!(kept["to"], "provider");
        assert_eq!(kept["path"], "/kept");
        assert_eq!(kept["parameters"], serde_json::json!(["code"]));
        assert_eq!(next(&mut events).await["path"], "/live");
    }

    #[tokio::test]
    async fn a_page_that_lags_behind_goes_on() {
        let traffic = Traffic::new(Clock::system());
        let mut events = watch(&traffic).await;
        for _ in 0..300 {
            happens(&traffic, "/many").await;
        }
        let first = next(&mut events).await;
        assert!(first["number"].as_u64().unwrap() > 1, "the oldest are lost");
    }
}
