//! Attacks on a link of the account, by its members, and on links side by side.

use std::fmt::Write as _;

use sandbox::Party;
use sandbox::faults::{Fault, Planned};
use sandbox::provider::Person;
use sandbox::testing::app::{ADMINISTRATOR, App, parts};
use sandbox::testing::rig::Rig;
use shared::Mode;

use super::{Attacks, shown, told};

const ROLE: &str = "refused: 403 role_required";
const BAD: &str = "refused: 400 bad_request";
const RECONNECT: &str = "refused: 401 reconnect_required";
/// The lifetime of the provider's access tokens.
const LIFETIME: u64 = 3600;
/// Another account at the provider, which the attacker controls.
const ATTACKERS: Person = Person::Numbered(7);

pub async fn run(attacks: &mut Attacks<'_>) {
    doors(attacks).await;
    roles(attacks).await;
    owners(attacks).await;
    restored(attacks).await;
    leases(attacks).await;
    side_by_side(attacks).await;
}

/// The account's link, made by an administrator.
async fn linked() -> Rig {
    let rig = Rig::of_the_account().await;
    rig.administrator().link(Person::Ada).await;
    rig
}

/// A member tries every door.
async fn doors(attacks: &mut Attacks<'_>) {
    attacks
        .play("account: a member begins a link", ROLE, async {
            let challenge = "c".repeat(43);
            let login = [("state", "S"), ("challenge", challenge.as_str())];
            told(&Rig::of_the_account().await.member().post("login", "login", &login).await)
        })
        .await;
    attacks
        .play("account: a member unlinks", "refused: 403 role_required, still linked", async {
            let rig = linked().await;
            format!("{}{}", told(&rig.member().logout().await), after(&rig).await)
        })
        .await;
    attacks
        .play("account: a member unlinks in the article's form, which has no roles", ROLE, async {
            let rig = linked().await;
            let answer = rig.member().get_signed("logout").await;
            if answer.status.is_success() { "succeeded".to_owned() } else { told(&answer) }
        })
        .await;
    attacks
        .play("account: a member begins with the article's link", "refused: 404 flow_disabled", async {
            let rig = linked().await;
            shown(&rig.member().get(&rig.member().login_address()).await)
        })
        .await;
    attacks
        .play(
            "account: a role dropped between login and complete",
            "refused: 403 role_required, 0 exchanges",
            async {
                let rig = Rig::of_the_account().await;
                let ada = rig.administrator();
                let begun = ada.begin().await;
                let code = ada.code(&begun, Person::Ada).await;
                let answer = rig.app().complete(&code, &begun.verifier).await;
                format!("{}, {} exchanges", told(&answer), rig.world.provider.calls("/token"))
            },
        )
        .await;
    attacks
        .play(
            "account 5: an administrator's own link leaks, the attacker consents, the administrator returns",
            "succeeded: the app shows that person_0000000007 was linked by usr_ada; undone by sign-out",
            async {
                let rig = Rig::of_the_account().await;
                let ada = rig.administrator();
                let begun = ada.begin().await;
                let code = ada.code(&begun, ATTACKERS).await;
                let shown = ada.complete(&code, &begun.verifier).await;
                if !shown.status.is_success() {
                    return told(&shown);
                }
                let undone = ada.logout().await.status.is_success() && after(&rig).await == ", signed out";
                let (id, by) = (shown.json()["id"].clone(), shown.json()["linked_by"].clone());
                let (id, by) = (id.as_str().unwrap_or_default(), by.as_str().unwrap_or_default());
                let undone = if undone { "undone by sign-out" } else { "and stays linked" };
                format!("succeeded: the app shows that {id} was linked by {by}; {undone}")
            },
        )
        .await;
    attacks
        .play(
            "account 5b: the same, while another account is linked",
            "refused: 403 identity_changed, 1 grants left",
            async {
                let rig = linked().await;
                let answer = rig.administrator().link(ATTACKERS).await;
                format!("{}, {} grants left", told(&answer), rig.world.provider.live_grants())
            },
        )
        .await;
}

/// What is signed in place of a role.
async fn roles(attacks: &mut Attacks<'_>) {
    for (name, roles, expected) in [
        ("a forged id with a true name", r#"[{"id":"admin","type":"builtIn","name":"View only"}]"#, ROLE),
        (
            "a true id with a forged name",
            r#"[{"id":"view_only","type":"builtIn","name":"Administrator"}]"#,
            ROLE,
        ),
        (
            "a custom role named Administrator",
            r#"[{"id":"admin","type":"custom","name":"Administrator"}]"#,
            ROLE,
        ),
        ("without its type", r#"[{"id":"admin","name":"Administrator"}]"#, ROLE),
        (
            "two halves of one",
            r#"[{"id":"admin","type":"builtIn","name":"x"},{"id":"x","type":"builtIn","name":"Administrator"}]"#,
            ROLE,
        ),
        ("an empty list", "[]", ROLE),
        (
            "inside another field",
            r#"[],"x":{"stripe_roles":[{"id":"admin","type":"builtIn","name":"Administrator"}]}"#,
            ROLE,
        ),
        (
            "inside a role",
            r#"[{"id":"view_only","type":"builtIn","name":"View only","roles":[{"id":"admin","type":"builtIn","name":"Administrator"}]}]"#,
            ROLE,
        ),
        (
            "a second list",
            r#"[{"id":"view_only"}],"stripe_roles":[{"id":"admin","type":"builtIn","name":"Administrator"}]"#,
            BAD,
        ),
        (
            "a key twice in a role",
            r#"[{"id":"view_only","name":"View only","id":"admin","type":"builtIn","name":"Administrator"}]"#,
            BAD,
        ),
        ("an array in place of an object", r#"[["builtIn","admin","Administrator"]]"#, BAD),
        (
            "a text that is a list",
            r#""[{\"id\":\"admin\",\"type\":\"builtIn\",\"name\":\"Administrator\"}]""#,
            BAD,
        ),
    ] {
        attacks
            .play(&format!("role: {name}"), expected, async {
                let rig = linked().await;
                told(&rig.member().with_roles(roles).logout().await)
            })
            .await;
    }
    attacks
        .play(
            "role: the list of another user, under the attacker's name",
            "refused: 400 signature_invalid",
            async {
                let rig = linked().await;
                let envelope = rig.administrator().envelope("logout", &[]).replace("usr_ada", "usr_grace");
                let headers = [("content-type", "text/plain")];
                told(&rig.member().send(lambda_http::http::Method::POST, "logout", &headers, envelope).await)
            },
        )
        .await;
    attacks
        .play(
            "role: a signature 301 s old, of an administrator who is none any more",
            "refused: 400 signature_expired",
            async {
                let rig = linked().await;
                let envelope = rig.administrator().envelope("logout", &[]);
                rig.clock.advance(301);
                let headers = [("content-type", "text/plain")];
                told(&rig.app().send(lambda_http::http::Method::POST, "logout", &headers, envelope).await)
            },
        )
        .await;
}

/// What belongs to a user, used as the account's, and the reverse.
async fn owners(attacks: &mut Attacks<'_>) {
    for (name, to_account, is_code) in [
        ("a user's T, as the account's", true, false),
        ("a user's K, as the account's", true, true),
        ("the account's T, as a user's", false, false),
        ("the account's K, as a user's", false, true),
    ] {
        attacks
            .play(&format!("owner: {name}"), "refused: 400 state_invalid", async {
                let (users, accounts) = (Rig::session_bound().await, Rig::of_the_account().await);
                let host = ("API_HOST_URL", users.world.addresses.gateway.as_str());
                let accounts_too = accounts.deploy(&[host]).await;
                let own = (users.administrator(), users.world.addresses.provider.as_str());
                let issuer = accounts_too.environment.get("THIRD_PARTY_ISSUER").unwrap_or_default();
                let shared = (accounts.administrator().at(&accounts_too), issuer);
                let (from, to) = if to_account { (own, shared) } else { (shared, own) };
                let begun = from.0.begin().await;
                let callback =
                    format!("authorize?code=x&state={}", parts(&begun.authorization_url).1["state"]);
                if !is_code {
                    return shown(&to.0.get(&format!("{callback}&iss={}", to.1)).await);
                }
                let (_, back) = from.0.get(&format!("{callback}&iss={}", from.1)).await.redirect();
                told(&to.0.complete(&back["code"], &begun.verifier).await)
            })
            .await;
    }
    attacks
        .play("owner: a user's set, copied into the account's scope", RECONNECT, async {
            let (users, accounts) = (Rig::session_bound().await, Rig::of_the_account().await);
            let provider = users.world.addresses.provider.as_str();
            let same_provider = accounts.deploy(&[("THIRD_PARTY_URL_BASE", provider)]).await;
            users.app().link(Person::Ada).await;
            let member = accounts.member().at(&same_provider);
            member.put("access_token", &users.app().secret("access_token").unwrap_or_default());
            told(&member.userinfo().await)
        })
        .await;
    attacks
        .play("owner: the account's set, copied into a user's scope", RECONNECT, async {
            let (users, accounts) = (Rig::session_bound().await, linked().await);
            let provider = accounts.world.addresses.provider.as_str();
            let same_provider = users.deploy(&[("THIRD_PARTY_URL_BASE", provider)]).await;
            let ada = users.app().at(&same_provider);
            ada.put("access_token", &accounts.member().secret("access_token").unwrap_or_default());
            told(&ada.userinfo().await)
        })
        .await;
    attacks
        .play("owner: the account's set, copied to another account", RECONNECT, async {
            let rig = linked().await;
            let thief = App::new(&rig, "usr_eve", "acct_birch");
            thief.put("access_token", &rig.member().secret("access_token").unwrap_or_default());
            told(&thief.userinfo().await)
        })
        .await;
    attacks
        .play("owner: the account's set, carried to another mode", RECONNECT, async {
            let rig = linked().await;
            let set = rig.member().secret("access_token").unwrap_or_default();
            let mut live = rig.member();
            live.mode = "live";
            rig.world.stripe.put(Mode::Live, live.account, live.scope(), "access_token", &set);
            told(&live.userinfo().await)
        })
        .await;
}

/// A member's browser can read, restore, overwrite and delete what is in the account's scope.
async fn restored(attacks: &mut Attacks<'_>) {
    attacks
        .play("account: a set restored after unlinking, at a provider that revokes", RECONNECT, async {
            let rig = linked().await;
            let set = rig.member().secret("access_token").unwrap_or_default();
            rig.administrator().logout().await;
            rig.member().put("access_token", &set);
            rig.clock.advance(LIFETIME);
            told(&rig.member().userinfo().await)
        })
        .await;
    attacks
        .play(
            "account: a set restored after re-linking to another subject, at a provider that revokes",
            RECONNECT,
            async {
                let rig = linked().await;
                let set = rig.member().secret("access_token").unwrap_or_default();
                rig.administrator().logout().await;
                rig.administrator().link(ATTACKERS).await;
                rig.member().put("access_token", &set);
                rig.clock.advance(LIFETIME);
                told(&rig.member().userinfo().await)
            },
        )
        .await;
    attacks
        .play(
            "account: a set restored after unlinking, at a provider without revocation",
            "succeeded: and linked_at shows that it is the old link",
            async {
                let rig = Rig::set(&[("LINK_SCOPE", "account"), ("THIRD_PARTY_REVOKE_URL", "")]).await;
                rig.administrator().link(Person::Ada).await;
                let linked_at = rig.member().userinfo().await.json()["linked_at"].clone();
                let set = rig.member().secret("access_token").unwrap_or_default();
                rig.administrator().logout().await;
                rig.member().put("access_token", &set);
                rig.clock.advance(100);
                let answer = rig.member().userinfo().await;
                if answer.status.is_success() && answer.json()["linked_at"] == linked_at {
                    return "succeeded: and linked_at shows that it is the old link".to_owned();
                }
                told(&answer)
            },
        )
        .await;
    attacks
        .play("account: the set overwritten by a member", "refused: 401 reconnect_required", async {
            let rig = linked().await;
            rig.member().put("access_token", "planted");
            told(&rig.member().userinfo().await)
        })
        .await;
    attacks
        .play(
            "account: two administrators link different accounts at once",
            "refused: 403 identity_changed, 1 grants left",
            async {
                let rig = Rig::of_the_account().await;
                let (ada, eve) =
                    (rig.administrator(), App::new(&rig, "usr_eve", "acct_alpine").with_roles(ADMINISTRATOR));
                let (one, other) = (ada.begin().await, eve.begin().await);
                let codes = (ada.code(&one, Person::Ada).await, eve.code(&other, ATTACKERS).await);
                plan(&rig, "/v1/apps/secrets", "name=access_token&", 2, Fault::DelayMs(400));
                let answers = tokio::join!(
                    ada.complete(&codes.0, &one.verifier),
                    eve.complete(&codes.1, &other.verifier)
                );
                let mut seen = String::new();
                for answer in [answers.0, answers.1].iter().filter(|answer| !answer.status.is_success()) {
                    let _ = write!(seen, "{}, ", told(answer));
                }
                format!("{seen}{} grants left", rig.world.provider.live_grants())
            },
        )
        .await;
}

async fn leases(attacks: &mut Attacks<'_>) {
    let once = "refused: 1 refresh, still linked";
    for (name, planted) in [("planted", Some("planted")), ("deleted", None)] {
        attacks
            .play(&format!("account: a lease {name} by a member, while another refreshes"), once, async {
                let rig = linked().await;
                rig.clock.advance(LIFETIME);
                rig.world.faults.once(Party::Provider, "/token", Fault::DelayMs(600));
                let meddle = async {
                    let member = rig.member();
                    while !member.stored().contains(&"refresh_lease.access_token".to_owned()) {
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    }
                    let name = "refresh_lease.access_token";
                    match planted {
                        Some(planted) => member.put(name, planted),
                        None => rig.world.stripe.remove(Mode::Test, member.account, member.scope(), name),
                    }
                    member.userinfo().await
                };
                let ada = rig.app();
                tokio::join!(ada.userinfo(), meddle);
                format!("refused: {} refresh{}", rig.world.provider.calls("/token") - 1, after(&rig).await)
            })
            .await;
    }
    attacks
        .play("account: a lease of yesterday, replayed by a member", once, async {
            let rig = linked().await;
            rig.clock.advance(LIFETIME);
            rig.member().userinfo().await;
            let old = rig.member().secret("refresh_lease.access_token").unwrap_or_default();
            let refreshes = rig.world.provider.calls("/token");
            rig.clock.advance(LIFETIME);
            rig.member().put("refresh_lease.access_token", &old);
            let (ada, grace) = (rig.app(), rig.member());
            tokio::join!(ada.userinfo(), grace.userinfo());
            format!(
                "refused: {} refresh{}",
                rig.world.provider.calls("/token") - refreshes,
                after(&rig).await
            )
        })
        .await;
    attacks
        .play("race: twenty functions of two members with one expired token of the account", once, async {
            let rig = linked().await;
            rig.clock.advance(LIFETIME + 1);
            // All have asked for the lease before the first refresh is over.
            rig.world.faults.always(Party::Provider, "/token", Fault::DelayMs(400));
            let mut workers = Vec::new();
            for number in 0..20 {
                let app = if number % 2 == 0 { rig.app() } else { rig.member() };
                workers.push((rig.worker().await, app.userinfo_event()));
            }
            let answers =
                workers.iter().map(|(worker, event)| worker.answer(event, lambda_http::Context::default()));
            futures_util::future::join_all(answers).await;
            format!("refused: {} refresh{}", rig.world.provider.calls("/token") - 1, after(&rig).await)
        })
        .await;
}

/// Several deployments in one scope.
async fn side_by_side(attacks: &mut Attacks<'_>) {
    attacks
        .play("link name: a set copied to another one", RECONNECT, async {
            let rig = Rig::session_bound().await;
            let provider = rig.world.addresses.provider.as_str();
            let crm = rig.deploy(&[("LINK_NAME", "crm"), ("THIRD_PARTY_URL_BASE", provider)]).await;
            let app = rig.app();
            app.link(Person::Ada).await;
            app.put("crm", &app.secret("access_token").unwrap_or_default());
            told(&app.at(&crm).userinfo().await)
        })
        .await;
    attacks
        .play("client id: a set of another one", RECONNECT, async {
            let rig = Rig::session_bound().await;
            let provider = rig.world.addresses.provider.as_str();
            let other = [("THIRD_PARTY_CLIENT_ID", "other"), ("THIRD_PARTY_URL_BASE", provider)];
            let other = rig.deploy(&other).await;
            rig.app().link(Person::Ada).await;
            told(&rig.app().at(&other).userinfo().await)
        })
        .await;
}

/// Makes calls to Stripe fail.
fn plan(rig: &Rig, path: &str, about: &str, times: u32, fault: Fault) {
    let (path, about) = (path.to_owned(), about.to_owned());
    rig.world.faults.plan(Planned { party: Party::Stripe, path, fault, times, about });
}

async fn after(rig: &Rig) -> &'static str {
    if rig.member().userinfo().await.status.is_success() { ", still linked" } else { ", signed out" }
}
