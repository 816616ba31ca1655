use secrecy::{ExposeSecret, SecretString};

use super::modes::{Modes, without_key};
use crate::error::Error;
use crate::settings::Settings;
use crate::stripe_user::Mode;

/// The app owner's API keys, one per mode; their prefixes show the mode.
pub struct ApiKeys {
    /// The mode of `STRIPE_API_KEY`, used for requests that sign no mode.
    default: Option<Mode>,
    live: Option<SecretString>,
    test: Option<SecretString>,
    sandbox: Option<SecretString>,
}

impl ApiKeys {
    /// The settings read here.
    pub const SECRETS: [&'static str; 4] =
        ["STRIPE_API_KEY", "STRIPE_API_KEY_LIVE", "STRIPE_API_KEY_TEST", "STRIPE_API_KEY_SANDBOX"];

    /// Reads `STRIPE_API_KEY` and its three variants by mode; at least one is required. If `STRIPE_MODES` is
    /// set, it must match them.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        let told = Modes::from_settings(settings);
        let are_faulty = |settings: &Settings| Self::SECRETS.iter().any(|name| settings.has_problem(name));
        let [plain, live, test, sandbox] = Self::SECRETS.map(|name| settings.optional_secret(name));
        if [&plain, &live, &test, &sandbox].into_iter().all(Option::is_none) {
            if !are_faulty(settings) {
                settings.required_secret("STRIPE_API_KEY");
            }
            return None;
        }
        let mut keys = Self {
            default: None,
            live: checked(settings, "STRIPE_API_KEY_LIVE", live, &["live"]),
            test: checked(settings, "STRIPE_API_KEY_TEST", test, &["test"]),
            sandbox: checked(settings, "STRIPE_API_KEY_SANDBOX", sandbox, &["test"]),
        };
        if let Some(key) = checked(settings, "STRIPE_API_KEY", plain, &["live", "test"]) {
            let is_live = is_for(&key, "live");
            let (mode, slot) =
                if is_live { (Mode::Live, &mut keys.live) } else { (Mode::Test, &mut keys.test) };
            keys.default = Some(mode);
            // If both are set, the more specific name wins.
            slot.get_or_insert(key);
        }
        let modes = keys.modes();
        if told.is_some_and(|told| told != modes) && !are_faulty(settings) {
            settings.problem("STRIPE_MODES", &format!("must be {modes}, to match the API keys"));
        }
        Some(keys)
    }

    fn modes(&self) -> Modes {
        let keys = [(Mode::Live, &self.live), (Mode::Test, &self.test), (Mode::Sandbox, &self.sandbox)];
        let signed = keys.into_iter().filter(|(_, key)| key.is_some()).map(|(mode, _)| Some(mode));
        signed.chain(self.default.is_some().then_some(None)).collect()
    }

    pub(super) fn mode_of(&self, said: Option<Mode>) -> Result<Mode, Error> {
        said.or(self.default).ok_or_else(|| without_key(None))
    }

    pub(super) fn of(&self, said: Option<Mode>) -> Result<&SecretString, Error> {
        let mode = self.mode_of(said)?;
        let key = match mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
            Mode::Sandbox => &self.sandbox,
        };
        key.as_ref().ok_or_else(|| without_key(Some(mode)))
    }
}

fn checked(
    settings: &mut Settings,
    name: &str,
    key: Option<SecretString>,
    modes: &[&str],
) -> Option<SecretString> {
    let key = key?;
    let printable = key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    if printable && modes.iter().any(|mode| is_for(&key, mode)) {
        return Some(key);
    }
    let prefixes: Vec<_> = modes.iter().map(|mode| format!("sk_{mode}_… or rk_{mode}_…")).collect();
    settings.problem(name, &format!("must be a Stripe API key: {}", prefixes.join(", ")));
    None
}

/// Secret keys and restricted keys carry their mode in their prefix.
fn is_for(key: &SecretString, mode: &str) -> bool {
    ["sk", "rk"].iter().any(|kind| {
        let rest = key.expose_secret().strip_prefix(&format!("{kind}_{mode}_"));
        rest.is_some_and(|rest| !rest.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(values: &[(&'static str, &str)]) -> Result<ApiKeys, String> {
        let mut settings = Settings::of(values);
        let keys = ApiKeys::from_settings(&mut settings);
        keys.filter(|_| settings.problems().is_empty()).ok_or_else(|| settings.problems().join("; "))
    }

    fn key_for(keys: &ApiKeys, mode: Option<Mode>) -> Result<String, &'static str> {
        keys.of(mode).map(|key| key.expose_secret().to_owned()).map_err(|error| error.code())
    }

    #[test]
    fn the_plain_key_serves_the_mode_of_its_prefix_and_requests_without_a_mode() {
        let keys = keys(&[("STRIPE_API_KEY", "rk_test_1")]).ok().unwrap();
        assert_eq!(key_for(&keys, None), Ok("rk_test_1".to_owned()));
        assert_eq!(key_for(&keys, Some(Mode::Test)), Ok("rk_test_1".to_owned()));
        assert_eq!(key_for(&keys, Some(Mode::Live)), Err("client_misconfigured"));
        assert_eq!(key_for(&keys, Some(Mode::Sandbox)), Err("client_misconfigured"));
    }

    #[test]
    fn each_mode_has_its_key() {
        let keys = keys(&[
            ("STRIPE_API_KEY", "sk_live_1"),
            ("STRIPE_API_KEY_TEST", "sk_test_2"),
            ("STRIPE_API_KEY_SANDBOX", "sk_test_3"),
        ]);
        let keys = keys.ok().unwrap();
        assert_eq!(key_for(&keys, None), Ok("sk_live_1".to_owned()));
        assert_eq!(key_for(&keys, Some(Mode::Live)), Ok("sk_live_1".to_owned()));
        assert_eq!(key_for(&keys, Some(Mode::Test)), Ok("sk_test_2".to_owned()));
        assert_eq!(key_for(&keys, Some(Mode::Sandbox)), Ok("sk_test_3".to_owned()));
    }

    #[test]
    fn without_the_plain_key_a_request_must_sign_its_mode() {
        let keys = keys(&[("STRIPE_API_KEY_TEST", "sk_test_2")]).ok().unwrap();
        assert_eq!(key_for(&keys, None), Err("bad_request"));
        assert_eq!(key_for(&keys, Some(Mode::Test)), Ok("sk_test_2".to_owned()));
    }

    #[test]
    fn stripe_modes_must_say_what_the_keys_are_for() {
        let some = [("STRIPE_API_KEY", "sk_live_1"), ("STRIPE_API_KEY_SANDBOX", "sk_test_3")];
        let with = |modes| {
            keys(&[&some[..], &[("STRIPE_MODES", modes)]].concat()).map(|keys| keys.modes().to_string())
        };
        assert_eq!(with("sandbox,live,default"), Ok("default,live,sandbox".to_owned()));
        for modes in ["default,live", "live,sandbox", "default,test,sandbox", "default,live,test,sandbox"] {
            let problem = with(modes).unwrap_err();
            assert!(problem.starts_with("STRIPE_MODES must be default,live,sandbox"), "{modes}: {problem}");
        }
        // A wrong key is the only problem reported.
        let problem =
            keys(&[("STRIPE_API_KEY", "pk_test_1"), ("STRIPE_MODES", "default,test")]).err().unwrap();
        assert!(!problem.contains("STRIPE_MODES"), "{problem}");
    }

    #[test]
    fn keys_of_the_wrong_kind_fail_the_start_by_name() {
        for (name, value) in [
            ("STRIPE_API_KEY", "pk_test_1"),
            ("STRIPE_API_KEY", "sk_test_"),
            ("STRIPE_API_KEY", "absec_1"),
            ("STRIPE_API_KEY", "sk_test_1\n"),
            ("STRIPE_API_KEY_LIVE", "sk_test_1"),
            ("STRIPE_API_KEY_TEST", "sk_live_1"),
            ("STRIPE_API_KEY_SANDBOX", "rk_live_1"),
        ] {
            let problem = keys(&[(name, value)]).err().unwrap();
            assert!(problem.starts_with(name), "{name}={value}: {problem}");
            // A bare prefix is also part of the advice.
            assert!(!problem.contains(value) || value == "sk_test_", "{problem}");
        }
        assert!(keys(&[]).err().unwrap().starts_with("STRIPE_API_KEY "));
    }
}
