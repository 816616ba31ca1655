//! Roles that Stripe has signed, by each comparison that it may make before it does.

use sandbox::stripe::{Role, RoleComparison, RoleKind};
use url::Url;

use crate::rig::Rig;

/// The status of a sign-out with these roles, if Stripe signs them for a member.
async fn unlink(rig: &Rig, roles: &str) -> Option<u16> {
    let app = rig.member().with_roles(roles);
    let signing = format!("{}/v1/apps/app_embedded_backend_signature", rig.world.addresses.stripe);
    let mut address: Url = signing.parse().unwrap();
    address.query_pairs_mut().append_pair("payload", &app.payload("logout", &[]));
    let signed = rig.reply_to(rig.http.get(address)).await.status;
    if signed.is_success() { Some(app.logout().await.status.as_u16()) } else { None }
}

#[tokio::test]
async fn a_role_that_stripe_does_not_compare_whole_opens_nothing() {
    let rig = Rig::of_the_account().await;
    let called_administrator =
        Role { id: "role_1".to_owned(), kind: RoleKind::Custom, name: "Administrator".to_owned() };
    rig.world
        .stripe
        .set_roles("usr_grace", vec![Role::built_in("view_only", "View only"), called_administrator]);
    // The answers where Stripe compares whole roles, ids alone, and names alone.
    for (claim, answers) in [
        (r#"[{"id":"view_only","type":"builtIn","name":"View only"}]"#, [Some(403); 3]),
        (r#"[{"id":"role_1","type":"custom","name":"Administrator"}]"#, [Some(403); 3]),
        (r#"[{"id":"admin","type":"builtIn","name":"View only"}]"#, [None, None, Some(403)]),
        (r#"[{"id":"view_only","type":"builtIn","name":"Administrator"}]"#, [None, Some(403), Some(403)]),
        // The one that no back end can tell: were it names alone, a custom role called Administrator would do.
        (r#"[{"id":"admin","type":"builtIn","name":"Administrator"}]"#, [None, None, Some(200)]),
    ] {
        for (comparison, answer) in
            [RoleComparison::Whole, RoleComparison::Id, RoleComparison::Name].into_iter().zip(answers)
        {
            rig.world.stripe.compare_roles_by(comparison);
            assert_eq!(unlink(&rig, claim).await, answer, "{comparison:?}: {claim}");
        }
    }
}
