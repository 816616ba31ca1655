//! Links of the account: made and ended by administrators, used by every member.

use axum::http::StatusCode;
use lambda_http::Context;
use sandbox::faults::{Fault, Planned};
use sandbox::provider::Person;
use sandbox::testing::app::ADMINISTRATOR;
use sandbox::testing::rig::logged;
use sandbox::{Options, Party};
use serde_json::json;
use shared::Mode;

use crate::app::{Answer, App, parts};
use crate::rig::{NOW, Rig};

const ROLE_REQUIRED: &str = "role_required";
const LIFETIME: u64 = 3600;
/// Another account at the provider.
const OTHER: Person = Person::Numbered(7);
/// Tokens of this many characters: a set in one secret, one split in two, and one in four.
const SIZES: [usize; 3] = [0, 2000, 6000];

fn refused(code: &str) -> (u16, String) {
    let status = match code {
        "identity_changed" | "role_required" | "identity_mismatch" => 403,
        "not_connected" | "reconnect_required" => 401,
        _ => 400,
    };
    (status, code.to_owned())
}

/// Another administrator of the account.
fn eve(rig: &Rig) -> App<'_> {
    App::new(rig, "usr_eve", "acct_alpine").with_roles(ADMINISTRATOR)
}

#[tokio::test]
async fn an_administrator_links_once_and_every_member_uses_it() {
    for characters in SIZES {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        let (ada, grace) = (rig.administrator(), rig.member());
        assert_eq!(grace.userinfo().await.error(), refused("not_connected"));
        let linked = ada.link(Person::Ada).await;
        let expected = json!({
            "id": "person_ada", "email": "ada@example.com", "scope": "account", "linked_by": "usr_ada",
            "linked_at": NOW,
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(linked.json()[name], *value, "{name}");
        }
        rig.clock.advance(LIFETIME);
        // A member's request refreshes the token, which stays Ada's link.
        assert_eq!(grace.userinfo().await.json(), linked.json());
        assert_eq!(rig.world.provider.calls("/token"), 2);
        assert_eq!(grace.get_signed("userinfo").await.json(), linked.json(), "the article's form");
        assert!(rig.world.stripe.names(Mode::Test, "acct_alpine", "usr_ada").is_empty());
        let elsewhere = App::new(&rig, "usr_ada", "acct_birch");
        assert_eq!(elsewhere.userinfo().await.error(), refused("not_connected"));

        assert_eq!(ada.logout().await.json(), json!({ "revoked": true }));
        assert_eq!(grace.userinfo().await.error(), refused("not_connected"));
        assert!(ada.stored().is_empty(), "{:?}", ada.stored());
    }
}

#[tokio::test]
async fn whose_link_it_is_is_not_told_of_a_users_own() {
    let rig = Rig::session_bound().await;
    rig.app().link(Person::Ada).await;
    let told = rig.app().userinfo().await.json();
    assert!(["scope", "linked_by", "linked_at"].iter().all(|name| told[name].is_null()), "{told}");
}

#[tokio::test]
async fn a_member_neither_links_nor_unlinks_by_any_door() {
    let rig = Rig::of_the_account().await;
    let (ada, grace) = (rig.administrator(), rig.member());
    ada.link(Person::Ada).await;
    let challenge = "c".repeat(43);
    let login = [("state", "S"), ("challenge", challenge.as_str())];
    assert_eq!(grace.post("login", "login", &login).await.error(), refused(ROLE_REQUIRED));
    assert_eq!(grace.post("authorize", "complete", &[]).await.error(), refused(ROLE_REQUIRED));
    assert_eq!(grace.logout().await.error(), refused(ROLE_REQUIRED));
    assert_eq!(grace.get_signed("logout").await.error(), refused(ROLE_REQUIRED));
    // This form has no roles, whoever signs.
    assert_eq!(ada.get_signed("logout").await.error(), refused(ROLE_REQUIRED));
    assert_eq!(ada.get(&ada.login_address()).await.page(), (404, "flow_disabled".to_owned()));
    assert_eq!(grace.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn a_role_must_fit_in_type_id_and_name_at_the_top_of_the_payload() {
    let rig = Rig::of_the_account().await;
    for roles in [
        r#"[{"id":"admin","type":"builtIn","name":"View only"}]"#,
        r#"[{"id":"view_only","type":"builtIn","name":"Administrator"}]"#,
        r#"[{"id":"admin","type":"custom","name":"Administrator"}]"#,
        r#"[{"id":"admin","name":"Administrator"}]"#,
        r#"[{"type":"builtIn","name":"Administrator"}]"#,
        r#"[{"id":"admin","type":"builtIn"}]"#,
        "[]",
        "null",
        r#"[],"other":{"stripe_roles":[{"id":"admin","type":"builtIn","name":"Administrator"}]}"#,
    ] {
        let answer = rig.member().with_roles(roles).logout().await;
        assert_eq!(answer.error(), refused(ROLE_REQUIRED), "{roles}");
    }
    for roles in [
        r#"[],"stripe_roles":[{"id":"admin","type":"builtIn","name":"Administrator"}]"#,
        r#"[{"id":"view_only","id":"admin","type":"builtIn","name":"Administrator"}]"#,
        r#"[["builtIn","admin","Administrator"]]"#,
    ] {
        assert_eq!(rig.member().with_roles(roles).logout().await.error(), refused("bad_request"), "{roles}");
    }
    assert!(logged().contains("a role does not fit an allowed one in both id and name"));
    let several = r#"[{"id":"view_only","type":"builtIn","name":"View only"},
        {"name":"Super Administrator","more":[1],"type":"builtIn","id":"super_admin"}]"#;
    assert_eq!(rig.member().with_roles(several).logout().await.json(), json!({ "revoked": false }));
}

#[tokio::test]
async fn a_role_that_was_lost_since_the_login_exchanges_nothing() {
    let rig = Rig::of_the_account().await;
    let ada = rig.administrator();
    let begun = ada.begin().await;
    let code = ada.code(&begun, Person::Ada).await;
    assert_eq!(rig.app().complete(&code, &begun.verifier).await.error(), refused(ROLE_REQUIRED));
    assert_eq!((rig.world.provider.calls("/token"), ada.stored().len()), (0, 0));
    // Another administrator cannot finish it either.
    assert_eq!(eve(&rig).complete(&code, &begun.verifier).await.error(), refused("identity_mismatch"));
    assert_eq!(ada.complete(&code, &begun.verifier).await.status, StatusCode::OK);
}

#[tokio::test]
async fn t_and_k_of_the_other_kind_of_owner_are_not_taken() {
    let (users, accounts) = (Rig::session_bound().await, Rig::of_the_account().await);
    // Both back ends have one key, one client and, for this, one redirect URI.
    let host = ("API_HOST_URL", users.world.addresses.gateway.as_str());
    let same_host = accounts.deploy(&[host]).await;
    let own = (users.administrator(), users.world.addresses.provider.as_str());
    let for_all =
        (accounts.administrator().at(&same_host), same_host.environment.get("THIRD_PARTY_ISSUER").unwrap());
    for (from, to) in [(&own, &for_all), (&for_all, &own)] {
        let begun = from.0.begin().await;
        let state = &parts(&begun.authorization_url).1["state"];
        let callback = |issuer: &str| format!("authorize?code=x&state={state}&iss={issuer}");
        assert_eq!(to.0.get(&callback(to.1)).await.page(), refused("state_invalid"));
        let (_, back) = from.0.get(&callback(from.1)).await.redirect();
        let finished = to.0.complete(&back["code"], &begun.verifier).await;
        assert_eq!(finished.error(), refused("state_invalid"));
    }
}

#[tokio::test]
async fn a_link_is_replaced_only_by_one_of_the_same_subject() {
    for characters in SIZES {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        let ada = rig.administrator();
        ada.link(Person::Ada).await;
        let before = ada.stored();
        assert_eq!(eve(&rig).link(OTHER).await.error(), refused("identity_changed"));
        assert_eq!(ada.stored(), before);
        assert_eq!(rig.world.provider.live_grants(), 1, "the new tokens are revoked");
        assert_eq!(rig.member().userinfo().await.json()["id"], "person_ada");

        rig.clock.advance(60);
        let again = eve(&rig).link(Person::Ada).await.json();
        assert_eq!(
            (again["linked_by"].as_str(), again["linked_at"].as_u64()),
            (Some("usr_eve"), Some(NOW + 60))
        );
        assert_eq!(rig.member().userinfo().await.json(), again);

        ada.logout().await;
        assert_eq!(eve(&rig).link(OTHER).await.status, StatusCode::OK);
        assert_eq!(rig.member().userinfo().await.json()["id"], "person_0000000007");
    }
}

/// Both look, find nothing, and store. One of them then finds the other's, even if the lease of the second is taken so
/// late that the first has no reason to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_who_link_at_once_one_is_refused() {
    for (characters, is_late) in SIZES.into_iter().flat_map(|size| [(size, false), (size, true)]) {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        let (ada, eve) = (rig.administrator(), eve(&rig));
        let (one, other) = (ada.begin().await, eve.begin().await);
        let codes = (ada.code(&one, Person::Ada).await, eve.code(&other, OTHER).await);
        // Whoever stores first takes so long that the other has looked.
        let (lease, set) = if is_late { (1000, 1500) } else { (0, 500) };
        for (about, times, delay) in [("name=link_lease", 1, lease), ("name=access_token&", 2, set)] {
            rig.world.faults.plan(Planned {
                party: Party::Stripe,
                path: "/v1/apps/secrets".to_owned(),
                fault: Fault::DelayMs(delay),
                times,
                about: about.to_owned(),
            });
        }
        let answers =
            tokio::join!(ada.complete(&codes.0, &one.verifier), eve.complete(&codes.1, &other.verifier));
        let good = [&answers.0, &answers.1].into_iter().filter(|answer| answer.status.is_success());
        let good = good.map(Answer::json).collect::<Vec<_>>();
        let [kept] = good.as_slice() else { panic!("{characters}: {answers:?}") };
        let lost = if answers.0.status.is_success() { &answers.1 } else { &answers.0 };
        assert_eq!(lost.error(), refused("identity_changed"), "{characters}");
        assert_eq!(rig.member().userinfo().await.json(), *kept);
        assert_eq!(rig.world.provider.live_grants(), 1, "{characters}");
        let parts = ada.stored().len() - 1;
        assert_eq!(parts, [0, 1, 3][SIZES.iter().position(|size| *size == characters).unwrap()]);
    }
}

/// The set is looked for before the code is used, before it is stored, and after.
#[tokio::test]
async fn an_outage_of_a_look_revokes_what_is_not_stored_and_nothing_else() {
    for (fine, status, grants) in [(0, 503, 0), (1, 503, 0), (2, 200, 1)] {
        let rig = Rig::of_the_account().await;
        let ada = rig.administrator();
        let begun = ada.begin().await;
        let code = ada.code(&begun, Person::Ada).await;
        for (times, fault) in [(fine, Fault::DelayMs(1)), (u32::MAX, Fault::status(500))] {
            rig.world.faults.plan(Planned {
                party: Party::Stripe,
                path: "/v1/apps/secrets/find".to_owned(),
                fault,
                times,
                about: "name=access_token".to_owned(),
            });
        }
        assert_eq!(ada.complete(&code, &begun.verifier).await.status, status, "after {fine} looks");
        rig.world.faults.clear();
        assert_eq!(rig.world.provider.live_grants(), grants, "after {fine} looks");
        let linked = rig.member().userinfo().await.status;
        assert_eq!(linked.is_success(), status == 200, "after {fine} looks");
    }
}

/// A mark that a function left, or that a member has restored, delays the next link and does not prevent it.
#[tokio::test]
async fn the_lease_of_an_administrator_who_never_finishes_is_waited_for_only_for_a_while() {
    let rig = Rig::of_the_account().await;
    rig.world.faults.always(Party::Stripe, "/v1/apps/secrets/delete", Fault::status(500));
    assert_eq!(rig.administrator().link(Person::Ada).await.status, StatusCode::OK);
    rig.world.faults.clear();
    assert_eq!(rig.administrator().stored(), ["link_lease.access_token", "access_token"]);
    assert_eq!(eve(&rig).link(Person::Ada).await.json()["linked_by"], "usr_eve");
    assert_eq!(rig.administrator().stored(), ["access_token"]);
}

#[tokio::test]
async fn what_a_member_writes_into_the_scope_ends_the_link_at_most() {
    for characters in SIZES {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        let (ada, grace) = (rig.administrator(), rig.member());
        ada.link(Person::Ada).await;
        let old = grace.stored().into_iter().map(|name| (name.clone(), grace.secret(&name).unwrap()));
        let old = old.collect::<Vec<_>>();

        // A lease that was planted is none.
        rig.clock.advance(LIFETIME);
        grace.put("refresh_lease.access_token", "planted");
        grace.put("link_lease.access_token", "planted");
        assert_eq!(grace.userinfo().await.status, StatusCode::OK);
        assert_eq!(rig.world.provider.calls("/token"), 2);

        // Overwritten: nothing opens, and an administrator can link again.
        grace.put("access_token", "planted");
        assert_eq!(grace.userinfo().await.error(), refused("reconnect_required"));
        assert_eq!(ada.link(Person::Ada).await.status, StatusCode::OK);

        // Restored: the refresh token was used, so the provider ends the grant it came from. The lease of that refresh
        // is over.
        for (name, payload) in &old {
            grace.put(name, payload);
        }
        rig.clock.advance(60);
        assert_eq!(grace.userinfo().await.error(), refused("reconnect_required"));
    }
}

#[tokio::test]
async fn a_set_opens_in_no_other_scope_account_or_mode() {
    let rig = Rig::of_the_account().await;
    let users = Rig::session_bound().await;
    let host = rig.world.addresses.provider.as_str();
    let same_provider = users.deploy(&[("THIRD_PARTY_URL_BASE", host)]).await;
    rig.administrator().link(Person::Ada).await;
    let set = rig.administrator().secret("access_token").unwrap();

    let own = users.app().at(&same_provider);
    own.put("access_token", &set);
    assert_eq!(own.userinfo().await.error(), refused("reconnect_required"));
    let elsewhere = App::new(&rig, "usr_ada", "acct_birch");
    elsewhere.put("access_token", &set);
    assert_eq!(elsewhere.userinfo().await.error(), refused("reconnect_required"));
    let mut live = rig.member();
    live.mode = "live";
    rig.world.stripe.put(Mode::Live, live.account, live.scope(), "access_token", &set);
    assert_eq!(live.userinfo().await.error(), refused("reconnect_required"));

    users.app().link(Person::Ada).await;
    let sealed = users.app().secret("access_token").unwrap();
    elsewhere.put("access_token", &sealed);
    assert_eq!(elsewhere.userinfo().await.error(), refused("reconnect_required"));
}

#[tokio::test]
async fn an_administrator_who_unlinks_while_a_link_is_stored_is_not_undone() {
    let rig = Rig::of_the_account().await;
    let ada = rig.administrator();
    let begun = ada.begin().await;
    let code = ada.code(&begun, Person::Ada).await;
    // The read after the write comes late.
    for name in ["name=access_token"; 2] {
        rig.world.faults.plan(Planned {
            party: Party::Stripe,
            path: "/v1/apps/secrets/find".to_owned(),
            fault: Fault::DelayMs(1),
            times: 1,
            about: name.to_owned(),
        });
    }
    rig.world.faults.plan(Planned {
        party: Party::Stripe,
        path: "/v1/apps/secrets/find".to_owned(),
        fault: Fault::DelayMs(500),
        times: 1,
        about: "name=access_token".to_owned(),
    });
    let unlink = async {
        while !ada.stored().contains(&"access_token".to_owned()) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let world = &rig.world.stripe;
        world.remove(Mode::Test, ada.account, ada.scope(), "access_token");
    };
    let (answer, ()) = tokio::join!(ada.complete(&code, &begun.verifier), unlink);
    assert_eq!(answer.error(), refused("not_connected"));
    assert_eq!(rig.world.provider.live_grants(), 0);
}

#[tokio::test]
async fn settings_that_open_a_door_without_roles_stop_the_start() {
    for (name, value) in [("LINK_FLOW", "direct"), ("TOKEN_FORMAT", "plain"), ("USERINFO", "full")] {
        let settings = vec![("LINK_SCOPE", "account".to_owned()), (name, value.to_owned())];
        let world = sandbox::World::start(Options { port: 0, settings, ..Options::default() }).await;
        let problem = world.err().expect("no start").to_string();
        assert!(problem.contains(&format!("{name} cannot be {value} with LINK_SCOPE=account")), "{problem}");
    }
}

/// Whoever signs, the lease is the account's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_workers_of_five_members_refresh_once() {
    for characters in [0, 6000] {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        rig.administrator().link(Person::Ada).await;
        rig.clock.advance(LIFETIME + 1);
        let members = ["usr_ada", "usr_grace", "usr_eve", "usr_joan", "usr_mary"];
        let mut tasks = Vec::new();
        for number in 0..50 {
            let event = App::new(&rig, members[number % 5], "acct_alpine").userinfo_event();
            let worker = rig.worker().await;
            tasks.push(tokio::spawn(async move { worker.answer(&event, Context::default()).await }));
        }
        for task in tasks {
            let answer = task.await.unwrap();
            assert_eq!(answer.status_code, 200, "{}", answer.body);
        }
        assert_eq!(rig.world.provider.calls("/token"), 2, "the link, and one refresh");
        assert_eq!(rig.world.provider.live_grants(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_who_read_while_an_administrator_unlinks_do_not_undo_it() {
    for characters in SIZES {
        let rig = Rig::of_the_account().await;
        rig.world.provider.pad_tokens(characters);
        let ada = rig.administrator();
        ada.link(Person::Ada).await;
        rig.clock.advance(LIFETIME + 1);
        let mut readers = Vec::new();
        for _ in 0..10 {
            let (worker, event) = (rig.worker().await, rig.member().userinfo_event());
            readers.push(tokio::spawn(async move { worker.answer(&event, Context::default()).await }));
        }
        assert_eq!(ada.logout().await.status, StatusCode::OK);
        for reader in readers {
            let answer = reader.await.unwrap();
            let is_expected = answer.status_code == 200
                || ["not_connected", "reconnect_required", "provider_unavailable"]
                    .iter()
                    .any(|code| answer.body.contains(code));
            assert!(is_expected, "{}", answer.body);
        }
        assert_eq!(rig.member().userinfo().await.error(), refused("not_connected"), "{characters}");
        assert_eq!(rig.world.provider.live_grants(), 0, "{characters}");
    }
}
