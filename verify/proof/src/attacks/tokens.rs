//! Sealed tokens that were changed, swapped, or made elsewhere: T, the `state`, and K, the `code`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sandbox::Options;
use sandbox::provider::Person;
use sandbox::testing::app::{App, Begun, parts};
use sandbox::testing::rig::Rig;
use shared::{LinkFlow, Mode};

use super::{Attacks, shown, take_any_code, told};

const INVALID: &str = "refused: 400 state_invalid";
const EXPIRED: &str = "refused: 400 state_expired";
const MISMATCH: &str = "refused: 403 identity_mismatch";

pub async fn run(attacks: &mut Attacks<'_>) {
    changed(attacks).await;
    of_elsewhere(attacks).await;
    late(attacks).await;
    of_others(attacks).await;
    stored(attacks).await;
}

type Change = fn(&mut Vec<u8>);

/// What can be done to a token without the key.
const CHANGES: [(&str, Change); 6] = [
    ("cut by a byte", |bytes| bytes.truncate(bytes.len() - 1)),
    ("cut to its header", |bytes| bytes.truncate(14)),
    ("of another version", |bytes| bytes[0] ^= 2),
    ("of another key's id", |bytes| bytes[1] ^= 1),
    ("of another nonce", |bytes| bytes[2] ^= 1),
    ("with a bit flipped inside", |bytes| bytes[20] ^= 1),
];

async fn changed(attacks: &mut Attacks<'_>) {
    for (name, change) in CHANGES {
        attacks
            .play(&format!("state: {name}"), INVALID, async {
                let rig = Rig::session_bound().await;
                let state = tampered(&state(&rig.app().begin().await), change);
                callback(&rig, &state).await
            })
            .await;
        attacks
            .play(&format!("code: {name}"), INVALID, async {
                let rig = Rig::session_bound().await;
                let (code, begun) = code(&rig).await;
                told(&rig.app().complete(&tampered(&code, change), &begun.verifier).await)
            })
            .await;
    }
    attacks
        .play("state: a code in its place", INVALID, async {
            let rig = Rig::session_bound().await;
            let (code, _) = code(&rig).await;
            callback(&rig, &code).await
        })
        .await;
    attacks
        .play(
            "code: a state in its place, with a Dashboard state made to be read as a code",
            INVALID,
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                // 43 bytes: where a code has its challenge, the state has the length of this; then come `ab` as a code,
                // nothing kept, and the user as owner.
                let crafted = format!("\u{2}ab\0\0{}", "x".repeat(38));
                let fields = [("state", crafted.as_str()), ("challenge", &"c".repeat(43))];
                let begun = app.post("login", "login", &fields).await.json();
                let state = parts(begun["authorization_url"].as_str().unwrap_or_default()).1["state"].clone();
                told(&app.complete(&state, &"v".repeat(43)).await)
            },
        )
        .await;
    attacks
        .play("code: the user's own stored tokens in its place", INVALID, async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let sealed = sealed(&rig, &app);
            told(&app.complete(&sealed, &"v".repeat(43)).await)
        })
        .await;
}

/// Tokens of another deployment that differs in one thing.
async fn of_elsewhere(attacks: &mut Attacks<'_>) {
    for (name, marker, setting) in [
        ("another sealing key", "PLANTED-too", None),
        ("another client id", "PLANTED", Some(("THIRD_PARTY_CLIENT_ID", "another-client"))),
        ("another redirect URI", "PLANTED", Some(("API_HOST_URL", "https://staging.example.com"))),
    ] {
        let other = async |rig: &Rig| {
            let mut settings = vec![("API_HOST_URL", rig.world.addresses.gateway.clone())];
            settings.extend(setting.map(|(name, value)| (name, value.to_owned())));
            Rig::marked(marker, Options { settings, ..Options::default() }).await
        };
        attacks
            .play(&format!("state: of {name}"), INVALID, async {
                let rig = Rig::session_bound().await;
                let begun = other(&rig).await.app().begin().await;
                callback(&rig, &state(&begun)).await
            })
            .await;
        attacks
            .play(&format!("code: of {name}"), INVALID, async {
                let rig = Rig::session_bound().await;
                let other = other(&rig).await;
                let (code, begun) = code(&other).await;
                told(&rig.app().complete(&code, &begun.verifier).await)
            })
            .await;
    }
    for (name, here, there) in [
        ("session_bound", LinkFlow::SessionBound, LinkFlow::Direct),
        ("direct", LinkFlow::Direct, LinkFlow::SessionBound),
    ] {
        attacks
            .play(&format!("state: of the other flow, in {name}"), INVALID, async {
                let rig = Rig::with(Options { flow: here, ..Options::default() }).await;
                let settings = vec![("API_HOST_URL", rig.world.addresses.gateway.clone())];
                let other = Rig::with(Options { flow: there, settings, ..Options::default() }).await;
                let state = match there {
                    LinkFlow::SessionBound => state(&other.app().begin().await),
                    LinkFlow::Direct => {
                        other.app().get(&other.app().login_address()).await.redirect().1["state"].clone()
                    }
                };
                callback(&rig, &state).await
            })
            .await;
    }
}

async fn late(attacks: &mut Attacks<'_>) {
    for (age, expected) in [(600, "succeeded"), (601, EXPIRED)] {
        attacks
            .play(&format!("state: {age} s old"), expected, async {
                let rig = Rig::session_bound().await;
                let state = state(&rig.app().begin().await);
                rig.clock.advance(age);
                callback(&rig, &state).await
            })
            .await;
    }
    for (age, expected) in [(180, "succeeded"), (181, EXPIRED)] {
        attacks
            .play(&format!("code: {age} s old"), expected, async {
                let rig = Rig::session_bound().await;
                take_any_code(&rig);
                let (code, begun) = code(&rig).await;
                rig.clock.advance(age);
                told(&rig.app().complete(&code, &begun.verifier).await)
            })
            .await;
    }
}

async fn of_others(attacks: &mut Attacks<'_>) {
    for (name, user, account, mode) in [
        ("another user", "usr_eve", "acct_alpine", "test"),
        ("the same user in another account", "usr_ada", "acct_birch", "test"),
        ("the same user in live mode", "usr_ada", "acct_alpine", "live"),
    ] {
        attacks
            .play(&format!("code: finished by {name}"), MISMATCH, async {
                let rig = Rig::session_bound().await;
                let begun = rig.app().begin().await;
                let code = rig.app().code(&begun, Person::Ada).await;
                let mut other = App::new(&rig, user, account);
                other.mode = mode;
                told(&other.complete(&code, &begun.verifier).await)
            })
            .await;
    }
    attacks
        .play("code: finished without its verifier, at a provider without PKCE", MISMATCH, async {
            let rig = Rig::session_bound().await;
            take_any_code(&rig);
            let (code, _) = code(&rig).await;
            told(&rig.app().complete(&code, &"v".repeat(43)).await)
        })
        .await;
}

/// A Dashboard user can read and write the secrets in their scope.
async fn stored(attacks: &mut Attacks<'_>) {
    for (name, user, account) in [
        ("another user", "usr_eve", "acct_alpine"),
        ("the same user in another account", "usr_ada", "acct_birch"),
    ] {
        attacks
            .play(&format!("stored tokens: copied to {name}"), "refused: 401 reconnect_required", async {
                let rig = Rig::session_bound().await;
                let (ada, thief) = (rig.app(), App::new(&rig, user, account));
                ada.link(Person::Ada).await;
                let copied = sealed(&rig, &ada);
                rig.world.stripe.put(Mode::Test, thief.account, thief.user, "access_token", &copied);
                told(&thief.userinfo().await)
            })
            .await;
    }
    attacks
        .play("stored tokens: carried to another mode", "refused: 401 reconnect_required", async {
            let rig = Rig::session_bound().await;
            let mut app = rig.app();
            app.link(Person::Ada).await;
            let carried = sealed(&rig, &app);
            app.mode = "live";
            rig.world.stripe.put(Mode::Live, app.account, app.user, "access_token", &carried);
            told(&app.userinfo().await)
        })
        .await;
    attacks
        .play("stored tokens: read by the UI extension", "refused: no token in what is stored", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            app.link(Person::Ada).await;
            let sealed = sealed(&rig, &app);
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(&sealed).unwrap_or_default();
            let readable = sealed.contains("PLANTED") || bytes.windows(7).any(|window| window == b"PLANTED");
            if readable { "succeeded" } else { "refused: no token in what is stored" }.to_owned()
        })
        .await;
}

fn state(begun: &Begun) -> String {
    parts(&begun.authorization_url).1["state"].clone()
}

/// K for the app's user, from a callback with a made-up code: the provider has not been called yet.
async fn code(rig: &Rig) -> (String, Begun) {
    let begun = rig.app().begin().await;
    let callback = format!("authorize?code=x&state={}&iss={}", state(&begun), rig.world.addresses.provider);
    let code = rig.app().get(&callback).await.redirect().1["code"].clone();
    (code, begun)
}

/// A callback with this state, from the right provider.
async fn callback(rig: &Rig, state: &str) -> String {
    let iss = &rig.world.addresses.provider;
    shown(&rig.app().get(&format!("authorize?code=x&state={state}&iss={iss}")).await)
}

fn tampered(token: &str, change: Change) -> String {
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(token).expect("base64url");
    change(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn sealed(rig: &Rig, app: &App<'_>) -> String {
    rig.world.stripe.payload(Mode::Test, app.account, app.user, "access_token").expect("stored tokens")
}
