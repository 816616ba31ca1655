//! Signatures that were made for something else, or long ago.

use reqwest::Method;
use sandbox::testing::app::{Answer, App};
use sandbox::testing::rig::Rig;

use super::{Attacks, told};

pub async fn run(attacks: &mut Attacks<'_>) {
    for (purpose, endpoint) in [("userinfo", "logout"), ("logout", "userinfo"), ("login", "authorize")] {
        let case = format!("signature: made for {purpose}, replayed at {endpoint}");
        attacks
            .play(&case, "refused: 400 signature_invalid", async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                told(&replay(&app, endpoint, app.envelope(purpose, &[])).await)
            })
            .await;
    }
    for (age, expected) in [(300, "refused: 401 not_connected"), (301, "refused: 400 signature_expired")] {
        let case = format!("signature: replayed after {age} s");
        attacks
            .play(&case, expected, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let captured = app.envelope("userinfo", &[]);
                rig.clock.advance(age);
                told(&replay(&app, "userinfo", captured).await)
            })
            .await;
    }
}

async fn replay(app: &App<'_>, endpoint: &str, envelope: String) -> Answer {
    app.send(Method::POST, endpoint, &[("content-type", "text/plain")], envelope).await
}
