use std::collections::HashSet;
use std::fmt;

use crate::error::Error;
use crate::settings::Settings;
use crate::stripe_user::{Mode, StripeUser};

/// The modes that have API keys; `None` stands for requests that sign no mode.
///
/// `login` has no access to the keys, so it relies on `STRIPE_MODES`: a user whose link cannot be stored
/// should learn this before consenting at the provider, not after. Functions that read the keys check the
/// setting against them.
#[derive(Debug, PartialEq, Eq)]
pub struct Modes(HashSet<Option<Mode>>);

/// Their names in `STRIPE_MODES`.
const WORDS: [(&str, Option<Mode>); 4] = [
    ("default", None),
    ("live", Some(Mode::Live)),
    ("test", Some(Mode::Test)),
    ("sandbox", Some(Mode::Sandbox)),
];

impl Modes {
    /// Reads `STRIPE_MODES`, words separated by commas. `None` if it is not set, as in local development: a
    /// missing key is then found only where it is needed.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        let told = settings.optional("STRIPE_MODES")?;
        let mode = |word| WORDS.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode);
        let modes = told.split(',').map(mode).collect::<Option<_>>();
        if modes.is_none() {
            settings.problem(
                "STRIPE_MODES",
                "must be a list of default, live, test, sandbox, separated by commas",
            );
        }
        modes.map(Self)
    }

    /// Rejects a request whose mode has no API key, as the functions that need the key do.
    ///
    /// # Errors
    /// `client_misconfigured`; `bad_request` if the request signs no mode but needs one.
    pub fn require(&self, user: &StripeUser) -> Result<(), Error> {
        if self.0.contains(&user.mode()) { Ok(()) } else { Err(without_key(user.mode())) }
    }
}

impl FromIterator<Option<Mode>> for Modes {
    fn from_iter<I: IntoIterator<Item = Option<Mode>>>(modes: I) -> Self {
        Self(modes.into_iter().collect())
    }
}

/// Their names in `STRIPE_MODES`.
impl fmt::Display for Modes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = WORDS.iter().filter(|(_, mode)| self.0.contains(mode)).map(|(word, _)| *word);
        f.write_str(&words.collect::<Vec<_>>().join(","))
    }
}

/// The error of a request whose mode has no API key.
pub(super) fn without_key(mode: Option<Mode>) -> Error {
    match mode {
        Some(mode) => {
            tracing::error!(%mode, "there is no STRIPE_API_KEY for this mode");
            Error::ClientMisconfigured
        }
        None => Error::BadRequest("Sign a mode with this request: live or test."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(words: &str) -> Result<Option<Modes>, String> {
        let mut settings = Settings::of(&[("STRIPE_MODES", words)]);
        let modes = Modes::from_settings(&mut settings);
        if settings.problems().is_empty() { Ok(modes) } else { Err(settings.problems().join("; ")) }
    }

    #[test]
    fn only_named_modes_are_served() {
        let modes = modes("test,default,test").unwrap().unwrap();
        assert_eq!(modes.to_string(), "default,test");
        for (mode, expected) in [
            (None, Ok(())),
            (Some(Mode::Test), Ok(())),
            (Some(Mode::Live), Err("client_misconfigured")),
            (Some(Mode::Sandbox), Err("client_misconfigured")),
        ] {
            let user = StripeUser::verified("acct_1".to_owned(), "usr_1".to_owned(), mode);
            assert_eq!(modes.require(&user).map_err(|error| error.code()), expected, "{mode:?}");
        }
    }

    #[test]
    fn unknown_modes_fail_the_start_by_name() {
        assert_eq!(modes(""), Ok(None));
        for words in ["prod", "live,", "live, test", "Live", "live;test"] {
            assert!(modes(words).unwrap_err().starts_with("STRIPE_MODES must be"), "{words}");
        }
    }
}
