//! The flows against OAuth servers that others wrote. `./test` installs them and runs these tests.

mod client;
mod commands;
mod link;
mod race;
mod refresh;

use sandbox::testing::{app, bench, servers, token_proxy};

/// Runs each of these tests on each server, which the test starts for itself.
macro_rules! on_each_server {
    ($($file:ident: $($(#[$attribute:meta])* $test:ident),+;)+) => {
        mod oidc_provider {
            $($($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs the server: sandbox/tests/install-packages"]
            async fn $test() {
                crate::$file::$test(crate::servers::Kind::OidcProvider).await;
            })+)+
        }
        mod django_oauth_toolkit {
            $($($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs the server: sandbox/tests/install-packages"]
            async fn $test() {
                crate::$file::$test(crate::servers::Kind::DjangoOauthToolkit).await;
            })+)+
        }
    };
}

on_each_server! {
    link:
        a_user_links_an_account_and_unlinks_it,
        the_articles_client_signs_in_and_out,
        a_refusal_goes_back_to_the_session_that_began,
        an_unverified_address_is_refused_before_storing,
        the_same_code_again_answers_the_link,
        the_same_code_twice_at_once_makes_one_link,
        a_code_injected_into_another_attempt_is_rejected,
        the_issuer_is_required_where_it_is_sent;
    client:
        both_ways_to_authenticate_take_reserved_characters,
        a_wrong_client_secret_is_the_operators_to_mend;
    refresh:
        tokens_are_refreshed_in_time_and_rotate,
        an_old_refresh_token_used_by_a_thief_ends_the_link,
        a_thief_who_refreshes_first_ends_the_link;
    race:
        fifty_workers_refresh_once,
        fifty_workers_refresh_once_when_the_winner_is_killed,
        a_slow_winner_is_waited_for;
    commands:
        a_discovered_description_links_refreshes_and_signs_out,
        what_needs_no_person_is_checked,
        a_client_that_is_not_registered_is_seen;
}
