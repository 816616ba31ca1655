//! Tokens too long for one secret.

use axum::http::StatusCode;
use sandbox::faults::Fault;
use sandbox::provider::Person;
use sandbox::{Options, Party};
use serde_json::json;

use crate::rig::Rig;

/// Makes codes and tokens of this many characters. Codes have to fit into a URL.
async fn long_tokens(characters: usize) -> Rig {
    let rig = Rig::session_bound().await;
    rig.world.provider.pad_tokens(characters);
    rig
}

#[tokio::test]
async fn long_tokens_are_split_and_come_back_whole() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    assert_eq!(app.stored().len(), 4, "16 kB of sealed text: {:?}", app.stored());
    assert_eq!(app.userinfo().await.status, StatusCode::OK);

    // A new link goes into its own slot and removes the old parts.
    let old = app.stored();
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    assert_eq!(app.stored().len(), 4);
    let kept = app.stored().into_iter().filter(|name| old.contains(name)).collect::<Vec<_>>();
    assert_eq!(kept, ["access_token"]);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);

    assert_eq!(app.logout().await.json(), json!({ "revoked": true }));
    assert!(app.stored().is_empty());
}

/// What today's code has stored, bound to user, account, mode, provider, client and link: later code must
/// open it. If this fails, an upgrade would sign everyone out: fix the code, not the text.
#[tokio::test]
async fn a_set_that_an_earlier_version_stored_is_a_link() {
    let rig = Rig::session_bound().await;
    let app = rig.app();
    rig.world.stripe.put(shared::Mode::Test, app.account, app.user, "access_token", STORED);
    let ada = json!({ "sub": "person_ada", "email": "ada@example.com", "email_verified": true });
    rig.world.faults.once(Party::Provider, "/oauth/whoami", Fault::body(200, &ada.to_string()));
    assert_eq!(app.userinfo().await.json()["id"], "person_ada");
}

const STORED: &str = "AVBwoKmjXe8g9oUGrvWBeS2VW8R8_1pSpkF_WPtmL1k5yicmEAG9hSSuiwaEndkC-ducUm4YMn54-icWArhWBEoFEFba3ufoN_ths_YYdSQwRBLFxu9QznJE1gtr6_XIo1NvgnYltRWE-dRzlIMuoqsLOf77qdM-V5lnxuS8ZfP3wgk2Q8ZNg2HZW1Pt3VRNVzshJoIOqqheOwIsqcwF4LFFkqFvlx5cTadfma6L0Q73q_pc661My9_u-JWVcJynd6vYPSW6bM7USi9d0H6BctIqqW6EIvyE0gJLOeWHZPgK_s_IgHPUz1IYdyk";

#[tokio::test]
async fn a_short_set_after_a_long_one_leaves_no_parts() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    rig.world.provider.pad_tokens(0);
    app.link(Person::Ada).await;
    assert_eq!(app.stored(), ["access_token"]);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_write_that_fails_half_way_leaves_the_old_set() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    let old = app.link(Person::Ada).await.json();
    // Three parts and the head: the fourth write is the head's.
    for fine in 0..4 {
        // The first write is the lease's.
        for _ in 0..=fine {
            rig.world.faults.once(Party::Stripe, "/v1/apps/secrets", Fault::DelayMs(1));
        }
        rig.world.faults.always(Party::Stripe, "/v1/apps/secrets", Fault::status(500));
        assert_eq!(app.link(Person::Ada).await.error(), (503, "secret_store_unavailable".to_owned()));
        rig.world.faults.clear();
        assert_eq!(app.userinfo().await.json(), old, "after {fine} writes");
    }
    app.link(Person::Ada).await;
    assert_eq!(app.stored().len(), 4, "half-written parts are overwritten or gone: {:?}", app.stored());
}

#[tokio::test]
async fn a_set_with_a_damaged_part_requires_a_new_sign_in() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let part = app.stored().into_iter().find(|name| name.ends_with(".2")).unwrap();
    rig.world.stripe.put(shared::Mode::Test, app.account, app.user, &part, "x");
    assert_eq!(app.userinfo().await.error(), (401, "reconnect_required".to_owned()));
    assert_eq!(app.logout().await.json(), json!({ "revoked": false }));
    assert!(app.stored().is_empty());
}

/// Functions that died have left parts behind, and Stripe rejects an eleventh secret.
#[tokio::test]
async fn leftovers_are_deleted_to_make_room() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    let left = ["access_token.00000001.1", "access_token.00000001.2", "link_lease.access_token"];
    for name in
        left.into_iter().chain(["access_token.00000002.1", "access_token.00000002.2", "of another app"])
    {
        rig.world.stripe.put(shared::Mode::Test, app.account, app.user, name, "x");
    }
    assert_eq!(app.stored().len(), 10);
    rig.clock.advance(3600);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    let stored = app.stored();
    assert_eq!(stored.len(), 6, "head, parts, lease, and what is not ours: {stored:?}");
    assert!(stored.contains(&"of another app".to_owned()), "{stored:?}");
    rig.clock.advance(3600);
    assert_eq!(app.userinfo().await.status, StatusCode::OK);
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn rotated_tokens_are_not_lost_for_lack_of_room() {
    let rig = long_tokens(6000).await;
    let app = rig.app();
    app.link(Person::Ada).await;
    // With a refresh lease, these make ten.
    for number in 0..5 {
        let name = format!("of another app {number}");
        rig.world.stripe.put(shared::Mode::Test, app.account, app.user, &name, "x");
    }
    for refreshes in 2..5 {
        rig.clock.advance(3600);
        assert_eq!(app.userinfo().await.status, StatusCode::OK, "{:?}", app.stored());
        assert_eq!(rig.world.provider.calls("/token"), refreshes);
    }
    assert_eq!(rig.world.provider.live_grants(), 1);
}

#[tokio::test]
async fn tokens_that_no_scope_can_hold_are_refused_and_revoked() {
    let rig = long_tokens(12_000).await;
    let app = rig.app();
    assert_eq!(app.link(Person::Ada).await.error(), (502, "provider_error".to_owned()));
    assert!(app.stored().is_empty());
    assert_eq!(rig.world.provider.live_grants(), 0);
}

#[tokio::test]
async fn the_plain_format_has_room_for_one_secret() {
    let rig =
        Rig::with(Options { settings: vec![("TOKEN_FORMAT", "plain".to_owned())], ..Options::default() })
            .await;
    let app = rig.app();
    rig.world.provider.pad_tokens(6000);
    assert_eq!(app.link(Person::Ada).await.error(), (502, "provider_error".to_owned()));
    rig.world.provider.pad_tokens(4000);
    assert_eq!(app.link(Person::Ada).await.status, StatusCode::OK);
    assert_eq!(app.stored(), ["access_token"]);
}
