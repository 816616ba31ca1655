//! What comes to `token` that is not a back end's request, and back ends that ask without end.

use futures_util::future::join_all;
use lambda_http::Context;
use sandbox::provider::Person;
use sandbox::testing::app::App;
use sandbox::testing::back_end::TokenAnswer;
use sandbox::testing::rig::Rig;
use serde_json::{Value, json};

use super::Attacks;

/// The lifetime of the provider's access tokens.
const LIFETIME: u64 = 3600;
const BAD: &str = "refused: bad_request";
const NOT_CONNECTED: &str = "refused: not_connected";

type Event = fn(&App<'_>) -> Value;

pub async fn run(attacks: &mut Attacks<'_>) {
    events(attacks).await;
    refreshes(attacks).await;
}

async fn events(attacks: &mut Attacks<'_>) {
    let cases: [(&str, &str, Event); 8] = [
        ("an event of API Gateway", BAD, http),
        ("an event of API Gateway, with a link's owner named in its body", BAD, |app| {
            let mut event = http(app);
            event["body"] = app.token_event().to_string().into();
            event
        }),
        ("an event of API Gateway, with a link's owner named beside its own fields", BAD, |app| {
            let (mut event, named) = (http(app), app.token_event());
            for name in ["account_id", "user_id", "mode"] {
                event[name] = named[name].clone();
            }
            event
        }),
        ("an array in place of an object", BAD, |app| json!([app.account, app.user, app.mode, null, null])),
        ("a label that would begin a line of the log", BAD, |app| {
            with(app, "caller", "job\n{\"level\":\"ERROR\"}")
        }),
        ("a user in another account", NOT_CONNECTED, |app| with(app, "account_id", "acct_birch")),
        ("a user in another mode", NOT_CONNECTED, |app| with(app, "mode", "live")),
        ("an account's id that is a user's", BAD, |app| with(app, "account_id", app.user)),
    ];
    for (name, expected, event) in cases {
        attacks
            .play(&format!("token: {name}"), expected, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                told(&rig.back_end().await.ask(&event(&app)).await)
            })
            .await;
    }
}

/// The reply to each refresh is the only copy of new tokens, and providers count them.
async fn refreshes(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "token: a caller that hands in every token it gets, for three minutes",
            "refused: 3 refreshes",
            async {
                let rig = Rig::session_bound().await;
                let (app, back_end) = (rig.app(), rig.back_end().await);
                app.link(Person::Ada).await;
                let mut token = back_end.ask(&app.token_event()).await.token();
                for _ in 0..180 {
                    rig.clock.advance(1);
                    token = back_end.ask(&app.token_event_after(&token)).await.token();
                }
                format!("refused: {} refreshes", refreshed(&rig))
            },
        )
        .await;
    attacks
        .play("token: a refused token that is handed in again and again", "refused: 1 refreshes", async {
            let rig = Rig::session_bound().await;
            let (app, back_end) = (rig.app(), rig.back_end().await);
            app.link(Person::Ada).await;
            let token = back_end.ask(&app.token_event()).await.token();
            for _ in 0..5 {
                rig.clock.advance(61);
                back_end.ask(&app.token_event_after(&token)).await;
            }
            format!("refused: {} refreshes", refreshed(&rig))
        })
        .await;
    attacks
        .play(
            "race: fifty back ends and fifty functions of the app with one expired token",
            "refused: 1 refreshes, 50 tokens alike, 50 answers",
            async {
                let rig = Rig::patient().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                let (mut back_ends, mut workers) = (Vec::new(), Vec::new());
                for _ in 0..50 {
                    back_ends.push(rig.back_end().await);
                    workers.push(rig.worker().await);
                }
                rig.clock.advance(LIFETIME + 1);
                let (event, named) = (app.userinfo_event(), app.token_event());
                let asked = join_all(back_ends.iter().map(|back_end| back_end.ask(&named)));
                let answered =
                    join_all(workers.iter().map(|worker| worker.answer(&event, Context::default())));
                let (tokens, answers) = tokio::join!(asked, answered);
                let first = tokens[0].token();
                let alike = tokens.iter().filter(|answer| answer.0["access_token"] == first.as_str()).count();
                let good = answers.iter().filter(|answer| answer.status_code == 200).count();
                format!("refused: {} refreshes, {alike} tokens alike, {good} answers", refreshed(&rig))
            },
        )
        .await;
}

fn http(app: &App<'_>) -> Value {
    serde_json::from_str(&app.userinfo_event()).unwrap_or_default()
}

fn with(app: &App<'_>, name: &str, value: &str) -> Value {
    let mut event = app.token_event();
    event[name] = value.into();
    event
}

/// How often, besides the exchange of a code.
fn refreshed(rig: &Rig) -> usize {
    rig.world.provider.calls("/token") - 1
}

fn told(answer: &TokenAnswer) -> String {
    match answer.code() {
        "ok" => "succeeded".to_owned(),
        code => format!("refused: {code}"),
    }
}
