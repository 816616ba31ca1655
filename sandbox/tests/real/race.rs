//! Many functions without shared state, one expired token: one refresh, and nobody is signed out.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use lambda_http::Context;
use sandbox::Party;
use sandbox::faults::{Fault, Planned};
use shared::Environment;
use tokio::net::TcpListener;

use crate::app::App;
use crate::bench::Bench;
use crate::servers::{Kind, LIFETIME};
use crate::token_proxy::Change;

const WORKERS: usize = 50;
/// Seconds until the lease of a refresh is over, with the bench's time-outs.
const LEASE: u64 = 34;

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

    // Another function may try only once no live one could still be refreshing.
    bench.rig.clock.advance(LEASE);
    race(&bench, &app, "race, the winner killed").await;
}

/// The server takes more than a second to refresh, and Stripe stores nothing for a while. Some sets are split, some not.
pub async fn a_slow_winner_is_waited_for(kind: Kind) {
    // Sealed, scopes of these lengths make about 500, 6,000 and 18,000 characters.
    for (workers, scope) in [(2, 10), (WORKERS, 4200), (2, 13_000), (WORKERS, 13_000)] {
        let mut bench = Bench::start(kind).await;
        let delay = Duration::from_millis(1200);
        bench.change_tokens(Change { delay, scope }).await;
        let app = bench.linked().await;
        bench.rig.clock.advance(LIFETIME + 1);
        let fault = Fault::status(503);
        let (path, about) = ("/v1/apps/secrets".to_owned(), "name=access_token".to_owned());
        bench.rig.world.faults.plan(Planned { party: Party::Stripe, path, fault, times: u32::MAX, about });
        let faults = bench.rig.world.faults.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(7)).await;
            faults.clear();
        });
        let refreshes = run(&bench, &app, &format!("race, slow, a scope of {scope}"), workers).await;
        assert_eq!(refreshes, 1);
        bench.rig.clock.advance(LIFETIME + 1);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "the new refresh token works");
    }
}

async fn race(bench: &Bench, app: &App<'_>, what: &str) {
    assert_eq!(run(bench, app, what, WORKERS).await, 1);
    assert!(bench.takes(&bench.tokens(app).await.access_token).await, "the new access token works");
    bench.rig.clock.advance(LIFETIME + 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "the new refresh token works");
}

/// How often the server refreshed when this many functions asked at once; all must get an answer.
async fn run(bench: &Bench, app: &App<'_>, what: &str, count: usize) -> u64 {
    let mut workers = Vec::new();
    for _ in 0..count {
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
    println!("{}: {what}: {count} workers, {refreshes} refresh, {took} ms", bench.server.kind.name());
    refreshes
}
