//! Other paths that end like one of ours. Rules that limit, watch or block a route must not have to consider them.

use lambda_http::http::StatusCode;
use sandbox::testing::rig::Rig;

use super::{Attacks, told};

pub async fn run(attacks: &mut Attacks<'_>) {
    let challenge = "c".repeat(43);
    let fields = [("state", "S"), ("challenge", challenge.as_str())];
    for endpoint in ["x/login", "a/b/login", "/login", "login/", "x%2Flogin", "%6Cogin", "x/api/oauth/login"]
    {
        attacks
            .play(
                &format!("path: a signed login at /api/oauth/{endpoint}"),
                "refused: 404 not_found",
                async {
                    let rig = Rig::session_bound().await;
                    let app = rig.app();
                    let honest = app.post("login", "login", &fields).await;
                    assert_eq!(honest.status, StatusCode::OK, "it is accepted at its own path");
                    told(&app.post(endpoint, "login", &fields).await)
                },
            )
            .await;
    }
}
