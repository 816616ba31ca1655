//! Rotating refresh tokens, on servers that end the grant when an old one is used again.

use axum::http::StatusCode;

use crate::bench::{Bench, refresh_token};
use crate::servers::{Kind, LIFETIME};

pub async fn tokens_are_refreshed_in_time_and_rotate(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.linked().await;
    let mut old = bench.tokens(&app).await;
    bench.rig.clock.advance(LIFETIME - 121);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(bench.calls("refresh_token").await, 0, "not yet");
    bench.rig.clock.advance(1);
    for refreshes in 1..4 {
        for _ in 0..2 {
            assert_eq!(app.userinfo().await.status, StatusCode::OK);
        }
        assert_eq!(bench.calls("refresh_token").await, refreshes, "once");
        let new = bench.tokens(&app).await;
        assert_ne!(refresh_token(&new), refresh_token(&old));
        assert!(bench.takes(&new.access_token).await);
        old = new;
        bench.rig.clock.advance(LIFETIME);
    }
}

pub async fn an_old_refresh_token_used_by_a_thief_ends_the_link(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.linked().await;
    let old = bench.tokens(&app).await;
    bench.rig.clock.advance(LIFETIME);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(bench.refresh(&old).await.as_deref(), Some("invalid_grant"));
    bench.rig.clock.advance(60);
    has_ended(&bench).await;
}

pub async fn a_thief_who_refreshes_first_ends_the_link(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.linked().await;
    assert_eq!(bench.refresh(&bench.tokens(&app).await).await, None);
    bench.rig.clock.advance(LIFETIME);
    has_ended(&bench).await;
}

/// The user gets the reason once; after that, nothing is linked.
async fn has_ended(bench: &Bench) {
    let app = bench.rig.app();
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert!(app.stored().is_empty(), "{:?}", app.stored());
    assert_eq!(app.userinfo().await.error(), (401, "not_connected".to_owned()));
    bench.linked().await;
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "and links again");
}
