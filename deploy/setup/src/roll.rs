//! Rolling: from one value to the next while requests keep coming. docs/rolling-secrets.md has the procedures.
//!
//! Functions read their settings again once these are five minutes old, plus or minus one. So a parameter must change
//! seven minutes before the old value stops working, and every function must know a new sealing key before the first one
//! seals with it.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::check::{Values, check};
use crate::input;
use crate::parameters::{Parameters, Write};
use crate::put::{about, sealing_key};

/// Puts a new value next to the old one if the functions accept two, otherwise in its place.
pub async fn roll(parameters: &Parameters, name: &'static str) -> Result<(), String> {
    let stored = parameters.one(name).await?;
    let (rolled, next) = match name {
        "SEALING_KEY" => (
            behind(&stored.value, &sealing_key()?),
            "The new key opens, the old one seals. In seven minutes: promote SEALING_KEY",
        ),
        "STRIPE_APP_SECRET" => (
            before(&stored.value, &new_value(name)?)?,
            "Both are accepted. When the old one has expired at Stripe: finish STRIPE_APP_SECRET",
        ),
        _ => (new_value(name)?, "Keep the old one valid for another seven minutes."),
    };
    write(parameters, name, rolled).await?;
    println!("{next}");
    Ok(())
}

/// How long it may take until every function knows a new value: the longest that settings are used, and a minute if one
/// reading fails.
const KNOWN_AFTER: Duration = Duration::from_mins(7);

/// Makes the newest key the one that seals.
pub async fn promote(parameters: &Parameters, name: &'static str, now: bool) -> Result<(), String> {
    let stored = parameters.one(name).await?;
    let previous = parameters.before(name, &stored).await?;
    if !is_rolled(&stored.value, previous.as_ref()) {
        return Err(format!("{name} was not rolled last: there is no new key to promote."));
    }
    let modified = stored.modified.and_then(|time| SystemTime::try_from(time).ok());
    let wait = modified
        .map_or(KNOWN_AFTER, |modified| KNOWN_AFTER.saturating_sub(modified.elapsed().unwrap_or_default()));
    if !now && !wait.is_zero() {
        return Err(format!(
            "Some functions may not know the new key yet. Promote it in {} minutes. Nothing was written.",
            wait.as_secs().div_ceil(60)
        ));
    }
    write(parameters, name, last_first(&stored.value)).await?;
    println!(
        "The new key seals. What the old one sealed still opens; docs/rolling-secrets.md says when to finish."
    );
    Ok(())
}

/// Drops all values except the one in use.
pub async fn finish(parameters: &Parameters, name: &'static str, yes: bool) -> Result<(), String> {
    let stored = parameters.one(name).await?;
    let (current, old) = stored
        .value
        .expose_secret()
        .split_once(',')
        .ok_or_else(|| format!("{name} holds one value: there is nothing to finish."))?;
    if name == "SEALING_KEY" {
        let previous = parameters.before(name, &stored).await?;
        if is_rolled(&stored.value, previous.as_ref()) {
            return Err("The new SEALING_KEY does not seal yet: promote it first.".to_owned());
        }
        let question =
            "Users whose tokens have not been sealed again since then must sign in again. Drop the old key?";
        if !yes && !input::confirm(question)? {
            return Err("Nothing was written; --yes drops the old key without asking.".to_owned());
        }
    } else if old.contains(',') {
        return Err(format!("{name} holds more than two values: put the ones that should stay."));
    }
    write(parameters, name, current.into()).await
}

async fn write(parameters: &Parameters, name: &'static str, value: SecretString) -> Result<(), String> {
    let values = Values::from([(name, value)]);
    check(&values).await?;
    let version = parameters.put(name, &values[name], Write::Replace).await?;
    println!("{name}: written, version {version}");
    Ok(())
}

fn new_value(name: &'static str) -> Result<SecretString, String> {
    let mut values = input::read(&[(name, format!("the new one; {}", about(name)))])?;
    values.remove(name).ok_or_else(|| format!("{name}: no new value. Nothing was written."))
}

/// `new,old`: for a secret of which any value may match.
fn before(old: &SecretString, new: &SecretString) -> Result<SecretString, String> {
    let (old, new) = (old.expose_secret(), new.expose_secret());
    if old.contains(',') {
        return Err("Two are already accepted: finish the last change first. Nothing was written.".to_owned());
    }
    if old == new {
        return Err("This is the current value. Nothing was written.".to_owned());
    }
    Ok(format!("{new},{old}").into())
}

/// `old,new`: the new one is known but not used.
fn behind(old: &SecretString, new: &SecretString) -> SecretString {
    format!("{},{}", old.expose_secret(), new.expose_secret()).into()
}

/// Whether the last change to the keys was that one was put behind them.
fn is_rolled(keys: &SecretString, previous: Option<&SecretString>) -> bool {
    let Some(previous) = previous else { return false };
    keys.expose_secret()
        .strip_prefix(previous.expose_secret())
        .and_then(|rest| rest.strip_prefix(','))
        .is_some_and(|new| !new.contains(','))
}

fn last_first(keys: &SecretString) -> SecretString {
    let keys = keys.expose_secret();
    keys.rsplit_once(',').map_or_else(|| keys.to_owned(), |(others, last)| format!("{last},{others}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        text.into()
    }

    #[test]
    fn a_signing_secret_goes_before_the_one_it_replaces() {
        let rolled = before(&secret("old"), &secret("new")).unwrap();
        assert_eq!(rolled.expose_secret(), "new,old");
        assert!(before(&secret("old"), &secret("old")).is_err());
        assert!(before(&secret("b,a"), &secret("c")).is_err(), "a change is in progress");
    }

    #[test]
    fn a_sealing_key_is_known_before_it_seals_and_the_others_stay() {
        let rolled = behind(&secret("b,a"), &secret("c"));
        assert_eq!(rolled.expose_secret(), "b,a,c");
        assert_eq!(last_first(&rolled).expose_secret(), "c,b,a");
        assert_eq!(last_first(&secret("a")).expose_secret(), "a");
    }

    #[test]
    fn only_a_key_just_put_behind_is_to_be_promoted() {
        for (keys, previous, expected) in [
            ("a,b", Some("a"), true),
            ("b,a,c", Some("b,a"), true),
            ("b,a", Some("a,b"), false),
            ("ab", Some("a"), false),
            ("a,b,c", Some("a"), false),
            ("a,b", None, false),
        ] {
            let previous = previous.map(secret);
            assert_eq!(is_rolled(&secret(keys), previous.as_ref()), expected, "{keys}");
        }
    }
}
