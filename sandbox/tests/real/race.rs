//! Many functions, no shared memory, one expired token: one refresh, and nobody is logged out.

use std::time::Instant;

use axum::http::StatusCode;
use lambda_http::Context;
use shared::settings::Environment;
use tokio::net::TcpListener;

use crate::app::App;
use crate::bench::Bench;
use crate::servers::{Kind, LIFETIME};

const WORKERS: usize = 50;

pub async fn fifty_workers_refresh_once(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.linked().await;
    bench.rig.clock.advance(LIFETIME + 1);
    race(&bench, &app, "race").await;
}

pub async fn fifty_workers_refresh_once_when_the_winner_is_killed(kind: Kind) {
    let bench = Bench::start(kind).await;
    let app = bench.linked().await;
    bench.rig.clock.advance(LIFETIME + 1);

    // The winner holds the lease, and is killed before its refresh is carried out.
    let void = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = bench.rig.world.settings.clone();
    settings.insert("THIRD_PARTY_TOKEN_URL".to_owned(), format!("http://{}", void.local_addr().unwrap()));
    let winner = bench.rig.worker_in(&Environment::from_iter(settings)).await;
    let event = app.userinfo_event();
    let winner = tokio::spawn(async move { winner.answer(&event, Context::default()).await });
    let refresh = void.accept().await.unwrap();
    winner.abort();
    assert!(winner.await.unwrap_err().is_cancelled());
    drop(refresh);

    race(&bench, &app, "race, the winner killed").await;
}

async fn race(bench: &Bench, app: &App<'_>, what: &str) {
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push((bench.rig.worker().await, app.userinfo_event()));
    }
    let begun = Instant::now();
    let tasks: Vec<_> = workers
        .into_iter()
        .map(|(worker, event)| tokio::spawn(async move { worker.answer(&event, Context::default()).await }))
        .collect();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status_code, 200, "{}", answer.body);
    }
    let took = begun.elapsed().as_millis();
    let refreshes = bench.calls("refresh_token").await;
    println!("{}: {what}: {WORKERS} workers, {refreshes} refresh, {took} ms", bench.server.kind.name());
    assert_eq!(refreshes, 1);

    assert!(bench.takes(&bench.tokens(app).await.access_token).await, "the new access token works");
    bench.rig.clock.advance(LIFETIME + 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "the new refresh token works");
}
