//! Fifty back ends and fifty functions of the app, at once, with one expired token.

use futures_util::future::join_all;
use lambda_http::Context;
use sandbox::functions::Instance;
use sandbox::testing::app::App;
use sandbox::testing::back_end::BackEnd;
use sandbox::testing::rig::Rig;

const EACH: usize = 50;

/// What is expected of them.
pub const ONCE: &str = "1 refresh, 50 tokens alike, 50 answers; 0 more for tokens that are handed in at once";

/// The functions, each an instance of its own.
pub struct Rush {
    back_ends: Vec<BackEnd>,
    workers: Vec<Box<dyn Instance>>,
}

impl Rush {
    pub async fn of(rig: &Rig) -> Self {
        let (mut back_ends, mut workers) = (Vec::new(), Vec::new());
        for _ in 0..EACH {
            back_ends.push(rig.back_end().await);
            workers.push(Box::new(rig.worker().await) as Box<dyn Instance>);
        }
        Self { back_ends, workers }
    }

    /// All ask for this link; then each back end hands in what it got.
    pub async fn play(&self, rig: &Rig, app: &App<'_>) -> String {
        let before = rig.world.provider.calls("/token");
        let (event, named) = (app.userinfo_event(), app.token_event());
        let asked = join_all(self.back_ends.iter().map(|back_end| back_end.ask(&named)));
        let answered = join_all(self.workers.iter().map(|worker| worker.answer(&event, Context::default())));
        let (tokens, answers) = tokio::join!(asked, answered);
        let refreshes = rig.world.provider.calls("/token") - before;
        let first = &tokens[0].0["access_token"];
        let alike = tokens
            .iter()
            .filter(|answer| answer.code() == "ok" && answer.0["access_token"] == *first)
            .count();
        let good = answers.iter().filter(|answer| answer.status_code == 200).count();

        let refused = app.token_event_after(first.as_str().unwrap_or_default());
        join_all(self.back_ends.iter().map(|back_end| back_end.ask(&refused))).await;
        let more = rig.world.provider.calls("/token") - before - refreshes;
        format!(
            "{refreshes} refresh, {alike} tokens alike, {good} answers; {more} more for tokens that are handed in at once"
        )
    }
}
