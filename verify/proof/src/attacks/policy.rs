//! Who may be linked, what happens to a link when something fails, and what is left behind.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sandbox::Party;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::testing::rig::Rig;

use super::{Attacks, take_any_code, told};

/// The lifetime of the provider's access tokens.
const LIFETIME: u64 = 3600;

pub async fn run(attacks: &mut Attacks<'_>) {
    email(attacks).await;
    identity(attacks).await;
    nonce(attacks).await;
    left_behind(attacks).await;
}

/// Someone registers at the provider with an address that is not theirs.
async fn email(attacks: &mut Attacks<'_>) {
    let unverified = "refused: 401 email_unverified";
    for (policy, flag, expected) in [
        ("require", r#","email_verified":false"#, unverified),
        ("require", r#","email_verified":"false""#, unverified),
        ("require", r#","email_verified":0"#, unverified),
        ("require", r#","email_verified":null"#, unverified),
        ("require", r#","email_verified":["true"]"#, unverified),
        ("require", "", unverified),
        ("require", r#","email_verified":true,"email":null"#, unverified),
        ("require", r#","email_verified":"true""#, "succeeded"),
        ("allow", r#","email_verified":false"#, unverified),
        ("allow", "", "succeeded"),
        ("ignore", r#","email_verified":false"#, "succeeded"),
    ] {
        attacks
            .play(&format!("e-mail: EMAIL_VERIFIED={policy}, {{…{flag}}}"), expected, async {
                let rig = Rig::set(&[("EMAIL_VERIFIED", policy)]).await;
                let app = rig.app();
                let profile = format!(r#"{{"sub":"person_ada","email":"ceo@example.com"{flag}}}"#);
                rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, &profile));
                let answer = told(&app.link(Person::Ada).await);
                let kept = (app.stored().len(), rig.world.provider.live_grants());
                match (answer.as_str(), kept) {
                    ("succeeded", (1, 1)) | (_, (0, 0)) => answer,
                    _ => format!("{answer}, yet {kept:?} secrets and grants are left"),
                }
            })
            .await;
    }
}

/// The tokens turn out to belong to another account.
async fn identity(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "identity: the provider returns another subject than the linked one",
            "refused: 403 identity_changed",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                let other = r#"{"sub":"somebody-else","email":"x@example.com","email_verified":true}"#;
                rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, other));
                told(&app.userinfo().await)
            },
        )
        .await;
    attacks
        .play("identity: the profile has tokens in it", "refused: five named fields", async {
            let rig = Rig::session_bound().await;
            let app = rig.app();
            let chatty =
                r#"{"sub":"person_ada","email":"ada@example.com","email_verified":true,"api_key":"PLANTED"}"#;
            rig.world.faults.always(Party::Provider, "/oauth/whoami", Fault::body(200, chatty));
            let linked = app.link(Person::Ada).await.json();
            let fields: Vec<_> = linked.as_object().into_iter().flat_map(|object| object.keys()).collect();
            let known = ["email", "email_verified", "id", "name", "picture"];
            let only = fields.iter().all(|field| known.contains(&field.as_str()));
            if only { "refused: five named fields".to_owned() } else { format!("succeeded: {fields:?}") }
        })
        .await;
}

/// Without PKCE, the nonce of OpenID Connect ties a code to its attempt.
async fn nonce(attacks: &mut Attacks<'_>) {
    attacks
        .play(
            "nonce: the ID token is of another attempt",
            "refused: 401 code_rejected, 1 token revoked",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                let id_token =
                    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(r#"{"nonce":"of-another"}"#));
                let granted = format!(
                    r#"{{"access_token":"at_PLANTED","token_type":"Bearer","id_token":"{id_token}"}}"#
                );
                rig.world.faults.always(Party::Provider, "/token", Fault::body(200, &granted));
                take_any_code(&rig);
                let answer = told(&app.link(Person::Ada).await);
                format!("{answer}, {} token revoked", rig.world.provider.calls("/revoke"))
            },
        )
        .await;
}

/// Tokens that nobody would ever revoke, and "you are signed in" although nothing was stored.
async fn left_behind(attacks: &mut Attacks<'_>) {
    for (name, direct) in [("session_bound", false), ("direct", true)] {
        let case = format!("store down: a link is reported, or its tokens stay valid ({name})");
        attacks
            .play(&case, "refused: 503 secret_store_unavailable, 0 grants left", async {
                let rig = if direct { Rig::direct().await } else { Rig::session_bound().await };
                let app = rig.app();
                let store_down = || {
                    // The lease is still granted.
                    rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::DelayMs(0));
                    rig.world.faults.always(Party::Stripe, "/v1/apps/secrets", Fault::status(503));
                };
                let answer = if direct {
                    let login = app.get(&app.login_address()).await;
                    let callback =
                        app.at_provider(login.headers["location"].to_str().unwrap_or_default(), Person::Ada);
                    store_down();
                    super::shown(&app.get(&callback).await)
                } else {
                    let begun = app.begin().await;
                    let code = app.code(&begun, Person::Ada).await;
                    store_down();
                    told(&app.complete(&code, &begun.verifier).await)
                };
                format!("{answer}, {} grants left", rig.world.provider.live_grants())
            })
            .await;
    }
    attacks
        .play(
            "sign-out: the access token still works after it",
            "refused: 0 grants left, nothing stored",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                app.logout().await;
                let (grants, stored) = (rig.world.provider.live_grants(), app.stored());
                if grants == 0 && stored.is_empty() {
                    "refused: 0 grants left, nothing stored".to_owned()
                } else {
                    format!("succeeded: {grants} grants left, {stored:?} stored")
                }
            },
        )
        .await;
    attacks
        .play(
            "outage: of the Secret Store, taken for a sign-out",
            "refused: 503 secret_store_unavailable",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.world.faults.always(Party::Stripe, "/v1/apps/secrets/find", Fault::status(503));
                told(&app.userinfo().await)
            },
        )
        .await;
    attacks
        .play(
            "outage: of the provider, taken for a sign-out",
            "refused: 503 provider_unavailable, still linked",
            async {
                let rig = Rig::session_bound().await;
                let app = rig.app();
                app.link(Person::Ada).await;
                rig.clock.advance(LIFETIME);
                rig.world.faults.always(Party::Provider, "/token", Fault::status(503));
                let answer = told(&app.userinfo().await);
                rig.world.faults.clear();
                let after = if app.userinfo().await.status.is_success() {
                    "still linked"
                } else {
                    "no longer linked"
                };
                format!("{answer}, {after}")
            },
        )
        .await;
    attacks
        .play("modes: a link in test mode answers in live mode", "refused: 401 not_connected", async {
            let rig = Rig::session_bound().await;
            let mut app = rig.app();
            app.link(Person::Ada).await;
            app.mode = "live";
            told(&app.userinfo().await)
        })
        .await;
}
