//! Signatures that were made for something else, long ago, or by somebody else.

use lambda_http::http::Method;
use sandbox::provider::Person;
use sandbox::testing::app::{Answer, App};
use sandbox::testing::rig::{NOW, Rig};

use super::{Attacks, told};

const INVALID: &str = "refused: 400 signature_invalid";

pub async fn run(attacks: &mut Attacks<'_>) {
    for purpose in ["login", "complete", "userinfo", "logout"] {
        for (endpoint, own) in
            [("login", "login"), ("authorize", "complete"), ("userinfo", "userinfo"), ("logout", "logout")]
        {
            if purpose == own {
                continue;
            }
            let case = format!("signature: made for {purpose}, replayed at {endpoint}");
            attacks
                .play(&case, INVALID, async {
                    let rig = Rig::session_bound().await;
                    let app = rig.app();
                    app.link(Person::Ada).await;
                    told(&envelope(&app, endpoint, app.envelope(purpose, &[])).await)
                })
                .await;
        }
    }
    attacks
        .play("signature: of a GET, which names no purpose, replayed in a POST", INVALID, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let payload = format!(r#"{{"user_id":"{}","account_id":"{}"}}"#, app.user, app.account);
            told(&body(&app, &app.default_signature(), &payload).await)
        })
        .await;
    for (age, expected) in [(300, "succeeded"), (301, "refused: 400 signature_expired")] {
        let case = format!("signature: replayed after {age} s");
        attacks
            .play(&case, expected, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                let captured = app.envelope("userinfo", &[]);
                rig.clock.advance(age);
                told(&envelope(&app, "userinfo", captured).await)
            })
            .await;
    }
    for (lead, expected) in [(60, "succeeded"), (61, "refused: 400 signature_expired")] {
        attacks
            .play(&format!("signature: made {lead} s ahead"), expected, async {
                let rig = Rig::session_bound().await;
                let (app, ahead) = (rig.app(), Rig::session_bound().await);
                app.link(Person::Ada).await;
                ahead.clock.advance(lead);
                let payload = app.payload("userinfo", &[]);
                told(&body(&app, &ahead.world.stripe.sign(&payload), &payload).await)
            })
            .await;
    }
    forged(attacks).await;
}

async fn forged(attacks: &mut Attacks<'_>) {
    let case = "signature: of mallory, in ada's name";
    attacks
        .play(case, INVALID, async {
            let rig = Rig::session_bound().await;
            let (mallory, ada) = (App::new(&rig, "usr_mallory", "acct_alpine"), rig.app());
            ada.link(Person::Ada).await;
            let payload = mallory.payload("userinfo", &[]);
            let signature = rig.world.stripe.sign(&payload);
            told(&body(&mallory, &signature, &ada.payload("userinfo", &[])).await)
        })
        .await;
    let case = "signature: right, with a header that names another user";
    attacks
        .play(case, INVALID, async {
            let rig = Rig::session_bound().await;
            let (mallory, ada) = (App::new(&rig, "usr_mallory", "acct_alpine"), rig.app());
            ada.link(Person::Ada).await;
            let signature = mallory.default_signature();
            let headers = [
                ("stripe-signature", signature.as_str()),
                ("stripe-user-id", ada.user),
                ("stripe-account-id", ada.account),
            ];
            told(&mallory.send(Method::GET, "userinfo", &headers, "").await)
        })
        .await;
    let cases = [
        ("a right MAC with another time", INVALID, Forgery::Time(NOW + 1)),
        ("a right MAC under v0", INVALID, Forgery::Scheme("v0")),
        ("two times, the right one first", INVALID, Forgery::Prefix("t=1800000000,")),
        ("made by the secret of another app", INVALID, Forgery::OtherApp),
        ("beside a v1 of another secret, as while one is rolled", "succeeded", Forgery::Beside),
    ];
    for (name, expected, forgery) in cases {
        attacks
            .play(&format!("signature: {name}"), expected, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                let payload = app.payload("userinfo", &[]);
                let right = rig.world.stripe.sign(&payload);
                let forged = match forgery {
                    Forgery::Time(time) => right.replace(&NOW.to_string(), &time.to_string()),
                    Forgery::Scheme(scheme) => right.replace("v1", scheme),
                    Forgery::Prefix(prefix) => format!("{prefix}{right}"),
                    Forgery::Beside => right.replace(",v1=", &format!(",v1={},v1=", "0".repeat(64))),
                    Forgery::OtherApp => {
                        let other = Rig::marked("PLANTED-too", sandbox::Options::default()).await;
                        other.world.stripe.sign(&payload)
                    }
                };
                told(&body(&app, &forged, &payload).await)
            })
            .await;
    }
}

enum Forgery {
    Time(u64),
    Scheme(&'static str),
    Prefix(&'static str),
    OtherApp,
    Beside,
}

async fn envelope(app: &App<'_>, endpoint: &str, envelope: String) -> Answer {
    app.send(Method::POST, endpoint, &[("content-type", "text/plain")], envelope).await
}

async fn body(app: &App<'_>, signature: &str, payload: &str) -> Answer {
    let headers = [("stripe-signature", signature), ("content-type", "application/json")];
    app.send(Method::POST, "userinfo", &headers, payload.to_owned()).await
}
