use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::error::Error;
use crate::owner::{Linker, Owner};
use crate::pkce::PkceVerifier;
use crate::stripe_user::{Mode, StripeUser};
use crate::tokens::lease::{LinkLease, RefreshLease};
use crate::tokens::{AccountTokens, TokenSet};

const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const CONTEXT: [&str; 2] = ["client", "https://api.example.com/api/oauth/authorize"];
const NOW: u64 = 1_700_000_000;

fn keys(list: &str) -> SealingKeys {
    SealingKeys::parse(&SecretString::from(list)).expect("valid keys")
}

fn user(name: &str) -> StripeUser {
    StripeUser::verified("acct_1".to_owned(), name.to_owned(), Some(Mode::Test))
}

fn linker(user: StripeUser) -> Linker {
    Linker::verified(user, Owner::User)
}

fn state() -> StateToken {
    let session = Session { state: "s".repeat(160), challenge: "c".repeat(43) };
    StateToken::begin(&linker(user("usr_1")), Some(session), NOW).unwrap()
}

fn code() -> CodeToken {
    let challenge = PkceVerifier::from("verifier".to_owned()).challenge();
    CodeToken::new(state(), challenge, "planted-code".into(), BTreeMap::new(), NOW)
}

#[test]
fn what_was_sealed_opens_again() {
    let keys = keys(OLD);
    let sealed = keys.sealing().seal(&state(), &CONTEXT).unwrap();
    let (opened, _) = keys.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    assert!(opened.user == user("usr_1"));
    assert_eq!(opened.session.unwrap().state, "s".repeat(160));
}

#[test]
fn a_state_is_as_long_as_the_documentation_says() {
    const DOCUMENTATION: &str = include_str!("../../../docs/providers/description.md");
    for (dashboard, row) in [
        (None, "| none (`LINK_FLOW=direct`) |"),
        (Some(43), "| 43 characters |"),
        (Some(128), "| 128 characters |"),
        (Some(256), "| 256 characters |"),
    ] {
        let session =
            dashboard.map(|length| Session { state: "s".repeat(length), challenge: "c".repeat(43) });
        let (account, user) = ("acct_1Nv0FGQ9RKHgCVdK", "usr_QvZ3kX9mTfLw2a");
        let user = StripeUser::verified(account.to_owned(), user.to_owned(), Some(Mode::Test));
        let state = StateToken::begin(&linker(user), session, NOW).unwrap();
        let length = keys(OLD).sealing().seal(&state, &CONTEXT).unwrap().len();
        let row = format!("{row} {length} |");
        assert!(DOCUMENTATION.contains(&row), "{row}");
    }
}

#[test]
fn no_token_opens_as_another_kind_or_elsewhere() {
    let keys = keys(OLD);
    let sealed = keys.sealing().seal(&code(), &CONTEXT).unwrap();
    assert!(keys.open::<CodeToken>(&sealed, &CONTEXT).is_ok());
    assert!(keys.open::<StateToken>(&sealed, &CONTEXT).is_err());
    assert_eq!(keys.open::<CodeToken>(&sealed, &["other", CONTEXT[1]]).err(), Some(NotOpened::Invalid));
    assert!(keys.open::<CodeToken>(&sealed, &["clienthttps", &CONTEXT[1][5..]]).is_err());
    assert!(keys.open::<CodeToken>(&sealed, &[]).is_err());
}

#[test]
fn the_code_inside_cannot_be_read() {
    let sealed = keys(OLD).sealing().seal(&code(), &CONTEXT).unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
    assert!(!bytes.windows(12).any(|window| window == b"planted-code"));
}

#[test]
fn while_a_key_is_rolled_both_open_and_the_first_seals() {
    let by_old = keys(OLD).sealing().seal(&state(), &CONTEXT).unwrap();
    let both = keys(&format!("{NEW},{OLD}"));
    let by_both = both.sealing().seal(&state(), &CONTEXT).unwrap();
    assert!(both.open::<StateToken>(&by_old, &CONTEXT).is_ok());
    assert!(keys(NEW).open::<StateToken>(&by_both, &CONTEXT).is_ok());
    assert_eq!(keys(NEW).open::<StateToken>(&by_old, &CONTEXT).err(), Some(NotOpened::UnknownKey));
}

#[test]
fn the_pkce_verifier_is_the_same_for_whoever_opened_the_state() {
    let before = keys(OLD);
    let sealed = before.sealing().seal(&state(), &CONTEXT).unwrap();
    let (opened, _) = before.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    let verifier = before.sealing().pkce_verifier(&opened.id);
    assert_eq!(verifier.expose().len(), 43);

    let after = keys(&format!("{NEW},{OLD}"));
    let (opened, key) = after.open::<StateToken>(&sealed, &CONTEXT).unwrap();
    assert_eq!(key.pkce_verifier(&opened.id).expose(), verifier.expose());
    assert_ne!(after.sealing().pkce_verifier(&opened.id).expose(), verifier.expose());
}

#[test]
fn a_code_is_for_one_user_and_one_session_and_not_for_long() {
    let (code, verifier) = (code(), PkceVerifier::from("verifier".to_owned()));
    let redeem = |linker: &Linker, verifier: &PkceVerifier, now| {
        code.redeem(linker, verifier, now).map(|code| code.expose().to_owned())
    };
    let ours = linker(user("usr_1"));
    assert_eq!(redeem(&ours, &verifier, NOW + 180).unwrap(), "planted-code");
    let other_mode = StripeUser::verified("acct_1".to_owned(), "usr_1".to_owned(), Some(Mode::Live));
    let other_account = StripeUser::verified("acct_2".to_owned(), "usr_1".to_owned(), Some(Mode::Test));
    for other in [user("usr_2"), other_mode, other_account] {
        assert_eq!(redeem(&linker(other), &verifier, NOW), Err(Error::IdentityMismatch));
    }
    assert_eq!(redeem(&ours, &PkceVerifier::from("x".to_owned()), NOW), Err(Error::IdentityMismatch));
    let for_the_account = Linker::verified(user("usr_1"), Owner::Account);
    assert_eq!(redeem(&for_the_account, &verifier, NOW), Err(Error::StateInvalid));
    assert_eq!(redeem(&ours, &verifier, NOW + 181), Err(Error::StateExpired));
}

#[test]
fn a_state_is_not_for_long() {
    assert!(state().check_fresh(NOW + 600).is_ok());
    assert_eq!(state().check_fresh(NOW + 601), Err(Error::StateExpired));
}

#[test]
fn keys_that_cannot_be_right_stop_the_start() {
    let zeros = BASE64_STANDARD.encode([0; 32]);
    for wrong in ["", ",", "AQEB", "not base64", &zeros, &format!("{OLD},"), &format!("{OLD}{OLD}")] {
        assert!(SealingKeys::parse(&SecretString::from(wrong)).is_none(), "{wrong}");
    }
}

/// What the first version sealed; a later one must open it. Where one of these fails, what is stored at deployments that
/// are in use no longer opens, and their users are signed out: mend the code, not the text.
mod golden {
    use super::*;

    fn open<T: Sealed>(text: &str) -> T {
        keys(OLD).open::<T>(text, &CONTEXT).expect("what was sealed before opens").0
    }

    #[test]
    fn state() {
        let state: StateToken = open(STATE);
        assert_eq!((state.id, state.expires_at), ([7; 16], NOW + 600));
        assert!(state.user == user("usr_1"));
        let session = state.session.unwrap();
        assert_eq!((session.state, session.challenge), ("s".repeat(43), "c".repeat(43)));
        assert_eq!(state.owner, Owner::User);
    }

    #[test]
    fn code() {
        let code: CodeToken = open(CODE);
        assert_eq!((code.id, code.expires_at), ([7; 16], NOW + 180));
        assert_eq!(code.kept, kept());
        let verifier = PkceVerifier::from("verifier".to_owned());
        let redeemed = code.redeem(&linker(user("usr_1")), &verifier, NOW).unwrap();
        assert_eq!(redeemed.expose(), "planted-code");
    }

    #[test]
    fn user_tokens() {
        let set: TokenSet = open(USER_TOKENS);
        assert!(set.granted.is_empty(), "a later version added it");
        assert_eq!(set.access_token.expose_secret(), "planted-access");
        assert_eq!(set.refresh_token.as_ref().unwrap().expose_secret(), "planted-refresh");
        assert!(set.is_due(NOW + 3480) && !set.is_due(NOW + 3479));
        assert!(set.has_ended(NOW + 3600) && !set.has_ended(NOW + 3599));
        assert_eq!((set.scope.as_deref(), set.subject.as_deref()), (Some("openid email"), Some("person_1")));
        assert_eq!((set.generation, set.attempt, set.link), (3, 1, Some([7; 16])));
        assert_eq!(set.callback, kept());
        assert_eq!(set.issued_at, NOW);
        assert!(set.linked.is_none());
    }

    #[test]
    fn account_tokens() {
        let AccountTokens(set) = open(ACCOUNT_TOKENS);
        assert_eq!(set.access_token.expose_secret(), "planted-access");
        assert_eq!((set.generation, set.link, set.issued_at), (3, Some([7; 16]), NOW));
        let linked = set.linked.unwrap();
        assert_eq!((linked.by.as_str(), linked.at), ("usr_1", NOW));
        assert!(keys(OLD).open::<TokenSet>(ACCOUNT_TOKENS, &CONTEXT).is_err());
        assert!(keys(OLD).open::<AccountTokens>(USER_TOKENS, &CONTEXT).is_err());
    }

    #[test]
    fn state_and_code_of_an_account() {
        let state: StateToken = open(ACCOUNT_STATE);
        assert_eq!((state.id, state.owner), ([7; 16], Owner::Account));
        let code: CodeToken = open(ACCOUNT_CODE);
        let verifier = PkceVerifier::from("verifier".to_owned());
        let administrator = Linker::verified(user("usr_1"), Owner::Account);
        assert_eq!(code.redeem(&administrator, &verifier, NOW).unwrap().expose(), "planted-code");
        let own = code.redeem(&linker(user("usr_1")), &verifier, NOW);
        assert_eq!(own.err(), Some(Error::StateInvalid));
    }

    #[test]
    fn leases() {
        let lease: RefreshLease = open(REFRESH_LEASE);
        assert_eq!((lease.attempt, lease.over), (1, NOW + 33));
        let _: LinkLease = open(LINK_LEASE);
    }

    /// As `user_tokens`, but with fields that only a later version knows.
    #[derive(Serialize, serde::Deserialize)]
    struct Later {
        set: TokenSet,
        more: BTreeMap<String, String>,
        number: u64,
    }

    impl Sealed for Later {
        const LABEL: &'static str = TokenSet::LABEL;
    }

    #[test]
    fn a_field_that_is_added_signs_nobody_out() {
        let later: Later = open(USER_TOKENS);
        assert_eq!(later.set.subject.as_deref(), Some("person_1"));
        assert_eq!((later.more, later.number), (BTreeMap::new(), 0));
    }

    /// While a canary runs, and after a deployment was taken back.
    #[test]
    fn a_field_that_is_not_known_yet_signs_nobody_out() {
        let later = Later { set: open(USER_TOKENS), more: kept(), number: NOW };
        let sealed = keys(OLD).sealing().seal(&later, &CONTEXT).unwrap();
        assert_eq!(open::<TokenSet>(&sealed).subject.as_deref(), Some("person_1"));
    }

    #[test]
    fn a_version_to_come_does_not_open() {
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(USER_TOKENS).unwrap();
        bytes[0] = 2;
        let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        assert!(keys(OLD).open::<TokenSet>(&text, &CONTEXT).is_err());
    }

    fn kept() -> BTreeMap<String, String> {
        BTreeMap::from([("realmId".to_owned(), "42".to_owned())])
    }

    const STATE: &str = "AXhCK1tN6MLzMVICDt4MQ5RjxkH17LSGDssrBB0A8ycQ8oYMkThJGESmQm28Eq3-MhbMRtliZMGsKmY2stnmwq7vY8Tcgxx1f4qjY0vpYDl1acSyFFMiuZoeFGHrZUnuVXZiKZKZRPdwVFh6Z0xm6dwvF_C4rj6hE9doCgA0KsfG6bU8VpXaCLzXNvGRU1J2lYFYx9tc3ZFcfiNTXxs";
    const CODE: &str = "AXhCK1ukKj281pVglW0WMxjzoofdGeECiJdw_OtCmBjOumfiJ3BCg1x6QJ1ScmD5e3RXchKlZkWAeuIyHyGLGeA1UfFkXd97rIyhW5aI1WdMxfYca5Elij_5ai3DBsJNJtJrYnTUM9WKgVdMa5u4v01229t1gWl_ysDrF13fe9jIVlbiuphlrRSg";
    const USER_TOKENS: &str = "AXhCK1uDRV2Ji3vPcC53YX637EHqfJn_mbbNQnqLbx0WHHznHdpDYjn7oQN1_6NQJd1IurpeR3DjOwjflWcbwNMoIQy2dh0I39n5bKnU2mKbegOB2lylEQsh2FbYwHKvm13wErIMpJ9DTMLio0Am8cm4lBmLMwMiWuNa-XhRYdvGmgdQVTnsUw";
    const ACCOUNT_TOKENS: &str = "AXhCK1uzGH1Ak6u6y8MEzpiYG9TLWBA3jYq-Bbsmd2RAdBrQaGt3QR-Sn4AvlRFD10hY6Rrtr5BK3C5u005S_JjhTnb53rz3cLgYw29egi3oREcGRW7DjYTcE9OXCZxvXeBH5IrQKkJxkmWFZR1mvZSbSwK1pYuFkX7MrU8OQ_2fUJsoXarJax7yqroUQrKkz8PiIw";
    const ACCOUNT_STATE: &str = "AXhCK1tH6mNes3Fobsxh27n5i-Dn-1vAG-2lPZw6jUoWD4WtcWBhzs4XGiKD_tC8HQdPGdA9SPO6e0HbYbXWMnDbY8s2V0ifJP8Npsz24PPynuqUNi5ejNVmztlY_uikE4hDOxXqBEdL6E33KnlESo5FMuQ7xXtSJzGiiQ7_gbb-5dCi3RCdSu7CCPLMDubA5wEydWQD9QW55RwvSqJm";
    const ACCOUNT_CODE: &str = "AXhCK1vHET7X6e43EAoOf-kchKcCvLT0Q9-GgLZZoATgzBsXp6AG7pwgpRV9P8dWyhLNxSAVJ3S7gdZthJdiMYLT3ThsMRxs2SiCwoQFGtGdbDTKWlH0mMXsLmsUcDDXmqan0B__ERa777skfTjcGoPXhWuavu9QaCghgwK2JyPgZhY1evaeE0Gmtw";
    const REFRESH_LEASE: &str =
        "AXhCK1viR8Czs9NIqc8vSlb0CGUPs-nOM7PGVSzQ-hofXenFptXd0EK9wJTe1NJ39uEdonkI-3uV";
    const LINK_LEASE: &str = "AXhCK1udk4SQqVibX1zeSpFgSTT74RBr0w2ou1wpFy6_JZbju6ZHgq6FlR9vg-4C8w";
}

#[test]
fn the_id_of_a_key_is_four_bytes_so_that_a_rolled_key_is_noticed() {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(keys(OLD).sealing().seal(&state(), &CONTEXT).unwrap()).unwrap();
    // A key whose id had one byte only was mistaken for another in one case of 256.
    let ids =
        (0..=255u8).map(|seed| SealingKey::new(&[seed; 32]).id).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ids.len(), 256);
    assert!(ids.contains(&bytes[1..5]));
}

proptest! {
    #[test]
    fn a_token_changed_anywhere_does_not_open(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let keys = keys(OLD);
        let sealed = keys.sealing().seal(&state(), &CONTEXT).unwrap();
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(keys.open::<StateToken>(&BASE64_URL_SAFE_NO_PAD.encode(&bytes), &CONTEXT).is_err());
        bytes.truncate(at);
        prop_assert!(keys.open::<StateToken>(&BASE64_URL_SAFE_NO_PAD.encode(&bytes), &CONTEXT).is_err());
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", bytes in any::<Vec<u8>>()) {
        prop_assert!(keys(OLD).open::<StateToken>(&text, &[]).is_err());
        prop_assert!(keys(OLD).open::<CodeToken>(&BASE64_URL_SAFE_NO_PAD.encode(bytes), &[]).is_err());
    }
}
