//! Several deployments in one scope, kept apart by `LINK_NAME`, and the ten secrets they share.

use axum::http::StatusCode;
use sandbox::provider::Person;
use sandbox::testing::rig::logged;
use sandbox::traffic::Exchange;

use crate::app::App;
use crate::rig::Rig;

const ANOTHER_KEY: [(&str, &str); 2] =
    [("SEALING_KEY_PARAMETER", ""), ("SEALING_KEY", "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=")];

/// Fills the scope until it has room for this many more secrets.
fn leave_room_for(app: &App<'_>, free: usize) {
    for number in app.stored().len()..10 - free {
        app.put(&format!("of another app {number}"), "x");
    }
    assert_eq!(app.stored().len(), 10 - free);
}

#[tokio::test]
async fn two_deployments_side_by_side_never_touch_each_others_secrets() {
    let rig = Rig::session_bound().await;
    rig.world.provider.pad_tokens(6000);
    let second = rig.deploy(&[("LINK_NAME", "crm")]).await;
    second.provider.pad_tokens(2400);
    let (one, two) = (rig.app(), rig.app().at(&second));
    assert_eq!(one.link(Person::Ada).await.json()["id"], "person_ada");
    assert_eq!(two.userinfo().await.error(), (401, "not_connected".to_owned()));
    assert_eq!(two.link(Person::Numbered(7)).await.json()["id"], "person_0000000007");

    rig.clock.advance(3600);
    assert_eq!(one.userinfo().await.json()["id"], "person_ada");
    assert_eq!(two.userinfo().await.json()["id"], "person_0000000007");
    let of = |name: &str| one.stored().into_iter().filter(|secret| secret.contains(name)).collect::<Vec<_>>();
    let left = of("crm");
    assert_eq!((of("access_token").len(), left.len()), (5, 3), "with a lease each: {:?}", one.stored());
    assert_eq!(one.logout().await.status, StatusCode::OK);
    assert_eq!(one.stored(), left);
    assert_eq!(two.userinfo().await.json()["id"], "person_0000000007");
    assert_eq!(two.logout().await.status, StatusCode::OK);
    assert!(one.stored().is_empty(), "{:?}", one.stored());
    assert_eq!((rig.world.provider.live_grants(), second.provider.live_grants()), (0, 0));
}

#[tokio::test]
async fn a_set_copied_to_another_name_does_not_open() {
    let rig = Rig::session_bound().await;
    let same_provider = ("THIRD_PARTY_URL_BASE", rig.world.addresses.provider.as_str());
    let second = rig.deploy(&[("LINK_NAME", "crm"), same_provider]).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    app.put("crm", &app.secret("access_token").unwrap());
    assert_eq!(app.at(&second).userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
}

/// As when two apps of one owner share a Secret Store, and nobody has set `LINK_NAME`.
#[tokio::test]
async fn the_same_name_with_another_key_is_told_in_the_log_and_in_the_answer() {
    let rig = Rig::session_bound().await;
    let second = rig.deploy(&ANOTHER_KEY).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let answer = app.at(&second).userinfo().await;
    assert_eq!(answer.error(), (401, "reconnect_required".to_owned()));
    assert!(answer.body.contains("LINK_NAME"), "{}", answer.body);
    assert!(logged().contains("does another deployment use this LINK_NAME?"));
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
}

/// What a link takes, from its first sign-in to a new one, by the number of its parts.
#[tokio::test]
async fn a_link_finds_room_in_as_many_secrets_as_the_manual_says() {
    for (padding, parts, most) in [(0, 0, 3), (2400, 1, 5), (4200, 2, 7), (6000, 3, 9)] {
        let rig = Rig::session_bound().await;
        rig.world.provider.pad_tokens(padding);
        let app = rig.app();
        leave_room_for(&app, most);
        for _ in 0..2 {
            assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
            rig.clock.advance(3600);
            assert_eq!(app.userinfo().await.status, StatusCode::OK);
        }
        assert_eq!(app.stored().len(), 10 - most + 1 + parts + 1, "set and lease: {:?}", app.stored());
        let exchanges = rig.world.traffic.watch().0;
        let is_list = |it: &&Exchange| it.method == "GET" && it.path == "/v1/apps/secrets";
        assert_eq!(exchanges.iter().filter(is_list).count(), 0, "{parts} parts: nobody had to make room");
    }
}

#[tokio::test]
async fn a_sign_in_that_finds_no_room_is_refused_before_its_code_is_used() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    leave_room_for(&app, 0);
    assert_eq!(app.link(Person::Ada).await.error(), (500, "client_misconfigured".to_owned()));
    assert!(logged().contains("scope is full"));
    assert_eq!((rig.world.provider.calls("/token"), rig.world.provider.live_grants()), (0, 0));
}

#[tokio::test]
async fn a_link_takes_the_last_secret_from_its_own_lease() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    leave_room_for(&app, 1);
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    assert!(app.stored().contains(&"access_token".to_owned()));
    // A refresh cannot take its lease, so nothing is refreshed, and nothing is lost.
    rig.clock.advance(3600);
    assert_eq!(app.userinfo().await.error(), (500, "client_misconfigured".to_owned()));
    assert_eq!((rig.world.provider.calls("/token"), rig.world.provider.live_grants()), (1, 1));
}

/// A set that grows to need a part finds room where its lease was.
#[tokio::test]
async fn a_rotated_token_takes_the_place_of_its_lease() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    leave_room_for(&app, 1);
    rig.world.provider.pad_tokens(2400);
    rig.clock.advance(3600);
    assert_eq!(app.userinfo().await.status, StatusCode::OK, "{:?}", app.stored());
    assert_eq!(app.stored().iter().filter(|name| name.starts_with("access_token.")).count(), 1);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn leases_end_after_a_day() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.clock.advance(3600);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(app.stored(), ["access_token", "refresh_lease.access_token"]);
    rig.clock.advance(24 * 60 * 60 + 1);
    assert_eq!(app.stored(), ["access_token"]);
}
