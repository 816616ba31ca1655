//! Client authentication.

use axum::http::StatusCode;
use serde_json::json;

use crate::bench::Bench;
use crate::servers::{Kind, LIFETIME, authenticating_by};

pub async fn both_ways_to_authenticate_take_reserved_characters(kind: Kind) {
    let mut bench = Bench::start(kind).await;
    for method in ["client_secret_post", "client_secret_basic"] {
        bench.set(authenticating_by(method)).await;
        let app = bench.linked().await;
        bench.rig.clock.advance(LIFETIME);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{method}");
        assert_eq!(app.logout().await.json(), json!({ "revoked": true }), "{method}");
    }
    assert_eq!(bench.calls("refresh_token").await, 2);
}

pub async fn a_wrong_client_secret_is_the_operators_to_mend(kind: Kind) {
    let mut bench = Bench::start(kind).await;
    for method in ["client_secret_post", "client_secret_basic"] {
        let [id, authentication] = authenticating_by(method);
        let wrong = ("THIRD_PARTY_CLIENT_SECRET", "PLANTED, but wrong".to_owned());
        bench.set([id, authentication, wrong]).await;
        let app = bench.rig.app();
        let refused = bench.link(&app, "alice").await;
        assert_eq!(refused.error(), (500, "client_misconfigured".to_owned()), "{method}");
        assert!(app.stored().is_empty());
    }
}
