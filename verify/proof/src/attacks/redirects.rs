//! What a browser can be made to send us, and where it can be sent: mix-up, repeated parameters, header injection, open
//! redirects, framing.

use lambda_http::http::Method;
use sandbox::provider::Person;
use sandbox::testing::app::{Answer, App, parts};
use sandbox::testing::rig::Rig;

use super::{Attacks, shown, told};

const EVIL: &str = "https://evil.example.com";
const BREAK: &str = "\r\nSet-Cookie: evil=1\r\nLocation: https://evil.example.com\r\n\r\n<script>";

pub async fn run(attacks: &mut Attacks<'_>) {
    mix_up(attacks).await;
    repeated(attacks).await;
    injected(attacks).await;
    elsewhere(attacks).await;
    framed(attacks).await;
}

/// RFC 9207: one provider's code, sent to us as if it were another's.
async fn mix_up(attacks: &mut Attacks<'_>) {
    for name in ["another issuer", "no issuer", "the issuer and a slash", "the issuer in capitals"] {
        attacks
            .play(&format!("mix-up: {name}"), "refused: 400 state_invalid", async {
                let rig = Rig::session_bound().await;
                let state = state(&rig.app()).await;
                let right = &rig.world.addresses.provider;
                let iss = match name {
                    "another issuer" => format!("&iss={EVIL}"),
                    "no issuer" => String::new(),
                    "the issuer and a slash" => format!("&iss={right}/"),
                    _ => format!("&iss={}", right.to_uppercase()),
                };
                shown(&rig.app().get(&format!("authorize?code=x&state={state}{iss}")).await)
            })
            .await;
    }
}

/// RFC 6749 section 3.1: parameters must not be repeated.
async fn repeated(attacks: &mut Attacks<'_>) {
    for (name, more) in [
        ("code", "&code=y".to_owned()),
        ("state", "&state=y".to_owned()),
        ("error", "&error=x&error=y".to_owned()),
        ("iss", format!("&iss={EVIL}")),
    ] {
        attacks
            .play(&format!("parameter pollution: {name} twice"), "refused: 400 bad_request", async {
                let rig = Rig::session_bound().await;
                let state = state(&rig.app()).await;
                let iss = &rig.world.addresses.provider;
                let callback = format!("authorize?code=x&state={state}&iss={iss}{more}");
                shown(&rig.app().get(&callback).await)
            })
            .await;
    }
}

/// Line breaks in everything that is returned in a `Location`.
async fn injected(attacks: &mut Attacks<'_>) {
    let intact = "refused: one Location, to the Dashboard";
    attacks
        .play("header injection: by the Dashboard's state", intact, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let challenge = "c".repeat(43);
            let begun = app.post("login", "login", &[("state", BREAK), ("challenge", &challenge)]).await;
            let begun = begun.json()["authorization_url"].as_str().unwrap_or_default().to_owned();
            location(&rig, &app.get(&app.at_provider(&begun, Person::Ada)).await)
        })
        .await;
    for parameter in ["code", "error"] {
        attacks
            .play(&format!("header injection: by the provider's {parameter}"), intact, async {
                let rig = Rig::session_bound().await;
                let state = state(&rig.app()).await;
                let value: String = url::form_urlencoded::byte_serialize(BREAK.as_bytes()).collect();
                let iss = &rig.world.addresses.provider;
                let callback = format!("authorize?{parameter}={value}&state={state}&iss={iss}");
                location(&rig, &rig.app().get(&callback).await)
            })
            .await;
    }
}

/// Our own URL, and where we send browsers, come only from the settings.
async fn elsewhere(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "open redirect: by parameters of the callback",
            "refused: one Location, to the Dashboard",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let callback = app.at_provider(&app.begin().await.authorization_url, Person::Ada);
                let more = format!("&redirect_uri={EVIL}&return_to={EVIL}&next={EVIL}&shop={EVIL}");
                location(&rig, &app.get(&format!("{callback}{more}")).await)
            },
        )
        .await;
    let hosts = [
        ("x-forwarded-host", "evil.example.com"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example.com"),
        ("origin", EVIL),
        ("referer", EVIL),
    ];
    attacks
        .play("open redirect: by headers of the callback", "refused: one Location, to the Dashboard", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let callback = app.at_provider(&app.begin().await.authorization_url, Person::Ada);
            location(&rig, &app.send(Method::GET, &callback, &hosts, "").await)
        })
        .await;
    attacks
        .play(
            "open redirect: by headers of login, into redirect_uri",
            "refused: redirect_uri is ours",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let challenge = "c".repeat(43);
                let signed = app
                    .envelope("login", &[("state", "S"), ("challenge", &challenge), ("redirect_uri", EVIL)]);
                let headers = [&hosts[..], &[("content-type", "text/plain")]].concat();
                let begun = app.send(Method::POST, "login", &headers, signed).await.json();
                let (page, request) = parts(begun["authorization_url"].as_str().unwrap_or_default());
                let ours = format!("{}/api/oauth/authorize", rig.world.addresses.gateway);
                let is_ours =
                    page.starts_with(&rig.world.addresses.provider) && request["redirect_uri"] == ours;
                if is_ours {
                    "refused: redirect_uri is ours".to_owned()
                } else {
                    format!("succeeded: {begun}")
                }
            },
        )
        .await;
    attacks
        .play(
            "open redirect: a state that does not open leads nowhere",
            "refused: 400 state_invalid",
            async {
                let rig = Rig::session_bound().await;
                let iss = &rig.world.addresses.provider;
                shown(&rig.app().get(&format!("authorize?code=x&state={EVIL}&iss={iss}")).await)
            },
        )
        .await;
    attacks
        .play(
            "downgrade: the article's login link, where its flow is off",
            "refused: 404 flow_disabled",
            async {
                let rig = Rig::session_bound().await;
                shown(&rig.app().get(&rig.app().login_address()).await)
            },
        )
        .await;
    attacks
        .play("downgrade: a signed login, where its flow is off", "refused: 404 flow_disabled", async {
            let rig = Rig::direct().await;
            told(&rig.app().post("login", "login", &[("state", "S"), ("challenge", &"c".repeat(43))]).await)
        })
        .await;
}

/// Our pages in another site's frame, and answers read by another site with the user's cookies.
async fn framed(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "clickjacking: a page of ours in a frame",
            "refused: no frame, no script, no store, no referrer",
            async {
                let rig = Rig::session_bound().await;
                let answer = rig.app().get("authorize?code=x&state=x").await;
                let header = |name: &str| {
                    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
                };
                let policy = header("content-security-policy");
                let strict = policy.contains("default-src 'none'")
                    && policy.contains("frame-ancestors 'none'")
                    && header("cache-control") == "no-store"
                    && header("referrer-policy") == "no-referrer";
                if strict {
                    "refused: no frame, no script, no store, no referrer".to_owned()
                } else {
                    format!("succeeded: {:?}", answer.headers)
                }
            },
        )
        .await;
    attacks
        .play("page injection: the provider's words on a page of ours", "refused: 401 access_denied", async {
            let rig = Rig::direct().await;
            let app = rig.app();
            let state = app.get(&app.login_address()).await.redirect().1["state"].clone();
            let iss = &rig.world.addresses.provider;
            let words = "error=access_denied&error_description=%3Cscript%3Eevil()%3C/script%3E&error_uri=https://evil.example.com";
            let answer = app.get(&format!("authorize?{words}&state={state}&iss={iss}")).await;
            if answer.body.contains("evil") { "succeeded: the page repeats them".to_owned() } else { shown(&answer) }
        })
        .await;
    attacks
        .play("CORS: another site reads with the user's credentials", "refused: no credentials", async {
            let rig = Rig::session_bound().await;
            let answer = rig.app().send(Method::GET, "userinfo", &[("origin", EVIL)], "").await;
            let allowed = answer.headers.contains_key("access-control-allow-credentials");
            if allowed { "succeeded" } else { "refused: no credentials" }.to_owned()
        })
        .await;
}

async fn state(app: &App<'_>) -> String {
    parts(&app.begin().await.authorization_url).1["state"].clone()
}

/// Where the browser is sent.
fn location(rig: &Rig, answer: &Answer) -> String {
    let locations = answer.headers.get_all("location").iter().count();
    let set_cookie = answer.headers.contains_key("set-cookie");
    let (address, _) = answer.redirect();
    if locations == 1 && !set_cookie && address.starts_with(&format!("{}/", rig.world.addresses.dashboard)) {
        "refused: one Location, to the Dashboard".to_owned()
    } else {
        format!("succeeded: {:?}", answer.headers)
    }
}
