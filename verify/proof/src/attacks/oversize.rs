//! Too much of everything. Each request is answered at once, and the next honest one works.

use lambda_http::http::Method;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::testing::app::{Answer, App, parts};
use sandbox::testing::rig::Rig;

use super::{Attacks, shown, told};

const BAD: &str = "refused: 400 bad_request";

pub async fn run(attacks: &mut Attacks<'_>) {
    requests(attacks).await;
    callbacks(attacks).await;
    answers(attacks).await;
}

type Headers = Vec<(&'static str, String)>;
type Build = fn(&App<'_>) -> (Method, Headers, Vec<u8>);

async fn requests(attacks: &mut Attacks<'_>) {
    let cases: [(&str, &str, Build); 6] = [
        ("a signature header of 5 KB", "refused: 400 signature_invalid", |app| {
            let long = format!("{},v1={}", app.default_signature(), "a".repeat(5000));
            (Method::GET, signed(app, long), Vec::new())
        }),
        ("a signature header of 60 KB with 900 v1", "refused: 400 signature_invalid", |app| {
            let long =
                format!("{}{}", app.default_signature(), format!(",v1={}", "a".repeat(64)).repeat(900));
            (Method::GET, signed(app, long), Vec::new())
        }),
        ("a user id of 10 KB", "refused: 400 signature_invalid", |app| {
            let mut headers = signed(app, app.default_signature());
            headers[1].1 = format!("usr_{}", "a".repeat(10_000));
            (Method::GET, headers, Vec::new())
        }),
        ("a body of 8 KB and a byte", BAD, |_| (Method::POST, text(), vec![b'x'; 8 * 1024 + 1])),
        ("a body of 9 MB", BAD, |_| (Method::POST, text(), vec![b'x'; 9 * 1024 * 1024])),
        ("a body of 8000 open brackets", BAD, |_| (Method::POST, text(), vec![b'['; 8000])),
    ];
    for (name, expected, request) in cases {
        attacks
            .play(&format!("oversize: {name}"), expected, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let (method, headers, body) = request(&app);
                let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                then_works(&app, told(&app.send(method, "userinfo", &headers, body).await)).await
            })
            .await;
    }
    attacks
        .play("oversize: 4000 nested arrays in a signed payload", "refused: 400 bad_request", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let payload = format!(
                r#"{{"purpose":"userinfo","x":{}{},"user_id":"usr_ada","account_id":"acct_alpine"}}"#,
                "[".repeat(4000),
                "]".repeat(4000)
            );
            let signature = rig.world.stripe.sign(&payload);
            let headers = [("stripe-signature", signature.as_str()), ("content-type", "application/json")];
            then_works(&app, told(&app.send(Method::POST, "userinfo", &headers, payload.clone()).await)).await
        })
        .await;
    attacks
        .play("oversize: a valid request, padded with blanks to 8 KB and a byte", BAD, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let padded = format!("{:1$}", app.envelope("userinfo", &[]), 8 * 1024 + 1);
            let headers = [("content-type", "text/plain")];
            then_works(&app, told(&app.send(Method::POST, "userinfo", &headers, padded).await)).await
        })
        .await;
    attacks
        .play("oversize: a Dashboard state of 513 characters", BAD, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let fields = [("state", "s".repeat(513)), ("challenge", "c".repeat(43))];
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            then_works(&app, told(&app.post("login", "login", &fields).await)).await
        })
        .await;
    attacks
        .play("oversize: a code of ours of 6000 characters", "refused: 400 state_invalid", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            then_works(&app, told(&app.complete(&"A".repeat(6000), &"v".repeat(43)).await)).await
        })
        .await;
}

async fn callbacks(attacks: &mut Attacks<'_>) {
    for (parameter, length) in
        [("state", 2049), ("code", 4097), ("error", 513), ("iss", 513), ("code", 60_000)]
    {
        attacks
            .play(&format!("oversize: a callback's {parameter} of {length} characters"), BAD, async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let state = parts(&app.begin().await.authorization_url).1["state"].clone();
                let iss = rig.world.addresses.provider.clone();
                let mut given = vec![("code", "x".to_owned()), ("state", state), ("iss", iss)];
                given.retain(|(name, _)| *name != parameter);
                given.push((parameter, "x".repeat(length)));
                let query: Vec<_> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
                then_works(&app, shown(&app.get(&format!("authorize?{}", query.join("&"))).await)).await
            })
            .await;
    }
    attacks
        .play("oversize: a callback with 3000 parameters", "refused: 400 bad_request", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let query = "x=y&".repeat(3000);
            then_works(&app, shown(&app.get(&format!("authorize?{query}")).await)).await
        })
        .await;
}

/// Answers from others.
async fn answers(attacks: &mut Attacks<'_>) {
    let user = r#"{"sub":"person_ada","email":"ada@example.com","email_verified":true}"#;
    for (name, party, path, right, expected) in [
        (
            "the provider's token answer",
            Party::Provider,
            "/token",
            r#"{"access_token":"at_PLANTED"}"#,
            "refused: 502 provider_error",
        ),
        ("the provider's user", Party::Provider, "/oauth/whoami", user, "refused: 502 provider_error"),
        (
            "the Secret Store's answer",
            Party::Stripe,
            "/v1/apps/secrets/find",
            r#"{"payload":"x"}"#,
            "refused: 503 secret_store_unavailable",
        ),
    ] {
        for (form, body) in [
            ("right, but 300 KB", format!("{}{}", right, " ".repeat(300_000))),
            ("100,000 open brackets", "[".repeat(100_000)),
        ] {
            attacks
                .play(&format!("oversize: {name}, {form}"), expected, async {
                    let rig = Rig::session_bound().await;
                    let app = rig.app();
                    rig.world.faults.always(party, path, Fault::body(200, &body));
                    let answer = app.link(Person::Ada).await;
                    rig.world.faults.clear();
                    then_works(&app, told(&answer)).await
                })
                .await;
        }
    }
    attacks
        .play("oversize: an access token of 60,000 characters", "refused: 502 provider_error", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            rig.world.provider.pad_tokens(60_000);
            let answer = app.link(Person::Ada).await;
            rig.world.provider.pad_tokens(0);
            then_works(&app, told(&answer)).await
        })
        .await;
}

fn text() -> Headers {
    vec![("content-type", "text/plain".to_owned())]
}

fn signed(app: &App<'_>, signature: String) -> Headers {
    vec![
        ("stripe-signature", signature),
        ("stripe-user-id", app.user.to_owned()),
        ("stripe-account-id", app.account.to_owned()),
    ]
}

/// The answer, if an honest link works afterwards.
async fn then_works(app: &App<'_>, told: String) -> String {
    let linked: Answer = app.link(Person::Ada).await;
    if linked.status.is_success() {
        told
    } else {
        format!("{told}, and then nothing works: {}", linked.status)
    }
}
