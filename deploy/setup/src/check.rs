//! Checks the values as the functions would.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use shared::http::Timeouts;
use shared::sealed::SealingKeys;
use shared::secret_store::ApiKeys;
use shared::settings::Source;
use shared::signed_request::Verifier;
use shared::{Clock, Environment, Http, LoadError, Settings};

/// Secrets by their names as settings.
pub type Values = BTreeMap<&'static str, SecretString>;

/// Reads the values as the functions do, and returns every problem, by name and without values.
pub async fn check(values: &Values) -> Result<(), String> {
    // As for local work: SSM is not called for values in the environment.
    let environment: Environment =
        values.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
    let http = Http::new(Timeouts::default());
    let read = |settings: &mut Settings| {
        for name in values.keys() {
            match *name {
                "STRIPE_APP_SECRET" => drop(Verifier::from_settings(settings)),
                "SEALING_KEY" => drop(SealingKeys::from_settings(settings)),
                name if ApiKeys::SECRETS.contains(&name) => drop(ApiKeys::from_settings(settings)),
                name => drop(settings.required_secret(name)),
            }
        }
        Some(())
    };
    Source::new(environment, &http, Clock::system()).load(read).await.map_err(|error| match error {
        LoadError::Invalid(problems) => problems.join("\n"),
        LoadError::Unavailable(reason) => reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn problems(values: &[(&'static str, &str)]) -> String {
        let values = values.iter().map(|&(name, value)| (name, value.to_owned().into())).collect();
        check(&values).await.err().unwrap_or_default()
    }

    #[tokio::test]
    async fn every_wrong_value_is_named_and_none_is_told() {
        let problems = problems(&[
            ("STRIPE_APP_SECRET", "whsec_PLANTED"),
            ("STRIPE_API_KEY", "pk_live_PLANTED"),
            ("STRIPE_API_KEY_LIVE", "sk_test_PLANTED"),
            ("STRIPE_API_KEY_TEST", "sk_live_PLANTED"),
            ("STRIPE_API_KEY_SANDBOX", "rk_live_PLANTED"),
            ("THIRD_PARTY_CLIENT_SECRET", " "),
            ("SEALING_KEY", "PLANTED"),
        ])
        .await;
        let named: Vec<_> = problems.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(named.len(), 7, "{problems}");
        for name in &crate::SECRETS {
            assert!(named.contains(name), "{name} in: {problems}");
        }
        assert!(!problems.contains("PLANTED"), "{problems}");
    }

    #[tokio::test]
    async fn stray_blanks_and_line_breaks_are_refused_in_every_secret() {
        for &name in &crate::SECRETS {
            for stray in ["x ", " x", "x\n", "x\r", "x\ny"] {
                let problems = problems(&[(name, stray)]).await;
                assert!(problems.starts_with(&format!("{name} ")), "{name} {stray:?}: {problems}");
                assert!(problems.ends_with(": store it without"), "{name} {stray:?}: {problems}");
            }
        }
    }

    #[tokio::test]
    async fn right_values_need_not_be_all() {
        assert_eq!(problems(&[("STRIPE_API_KEY_TEST", "rk_test_PLANTED")]).await, "");
        assert_eq!(problems(&[("STRIPE_APP_SECRET", "absec_NEW,absec_OLD")]).await, "");
        assert_eq!(problems(&[("THIRD_PARTY_CLIENT_SECRET", "any thing, at = all")]).await, "");
    }
}
