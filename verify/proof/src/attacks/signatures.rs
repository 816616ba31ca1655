//! Signatures that were made for something else, long ago, or by someone else.

use lambda_http::Context;
use lambda_http::http::Method;
use sandbox::provider::Person;
use sandbox::testing::app::{Answer, App};
use sandbox::testing::rig::{NOW, Rig};
use serde_json::{Value, json};

use super::{Attacks, shown, told};

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
    arrays(attacks).await;
    twice(attacks).await;
}

/// What should be an object, sent as an array of the values that the object would have.
async fn arrays(attacks: &mut Attacks<'_>) {
    const REFUSED: &str = "refused: 400 bad_request";
    attacks
        .play("signature: over a payload that is an array", REFUSED, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let payload = json!([app.user, app.account, "userinfo", "test", false, []]).to_string();
            told(&body(&app, &rig.world.stripe.sign(&payload), &payload).await)
        })
        .await;
    attacks
        .play("signature: in an envelope that is an array", REFUSED, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let payload = app.payload("userinfo", &[]);
            let array = json!([payload, rig.world.stripe.sign(&payload), null]).to_string();
            told(&envelope(&app, "userinfo", array).await)
        })
        .await;
    attacks
        .play("signature: in a state of the direct flow that is an array", REFUSED, async {
            let rig = Rig::direct().await;
            let app = rig.app();
            let array = json!([app.user, app.account, app.default_signature()]).to_string();
            let query: String = url::form_urlencoded::byte_serialize(array.as_bytes()).collect();
            shown(&app.get(&format!("login?state={query}")).await)
        })
        .await;
}

/// Whatever is in front of a function may use the first of two headers; a function must not use the last.
async fn twice(attacks: &mut Attacks<'_>) {
    for repeated in ["stripe-signature", "stripe-user-id", "stripe-account-id"] {
        for format in ["an HTTP API", "a REST API"] {
            let case =
                format!("signature: right, with another {repeated} before its own, by way of {format}");
            // Boxed: a whole function makes a large future.
            attacks
                .play(
                    &case,
                    INVALID,
                    Box::pin(async {
                        let rig = Rig::session_bound().await;
                        let app = rig.app();
                        app.link(Person::Ada).await;
                        let signature = app.default_signature();
                        let right = [
                            ("stripe-signature", signature.as_str()),
                            ("stripe-user-id", app.user),
                            ("stripe-account-id", app.account),
                        ];
                        if format == "an HTTP API" {
                            let headers = [&[(repeated, "another")][..], &right].concat();
                            return told(&app.send(Method::GET, "userinfo", &headers, "").await);
                        }
                        // The last one, and all of them.
                        let event = include_str!("../../../../events/userinfo/get-rest.json");
                        let mut event: Value = serde_json::from_str(event).unwrap_or_default();
                        for (name, value) in right {
                            let all = if name == repeated { vec!["another", value] } else { vec![value] };
                            event["headers"][name] = value.into();
                            event["multiValueHeaders"][name] = all.into();
                        }
                        let answer = rig.worker().await.answer(&event.to_string(), Context::default()).await;
                        let error: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                        match error["error"]["code"].as_str() {
                            Some(code) => format!("refused: {} {code}", answer.status_code),
                            None => "succeeded".to_owned(),
                        }
                    }),
                )
                .await;
        }
    }
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
        ("next to a v1 of another secret, as while one is being rolled", "succeeded", Forgery::Beside),
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
