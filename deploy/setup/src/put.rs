//! Writes the secrets the first time, and those that are added later.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretString;
use shared::sealed::random;

use crate::SECRETS;
use crate::check::check;
use crate::input;
use crate::parameters::{Parameters, Write};

/// Writes the given values: all of them, or none if one is wrong.
pub async fn put(parameters: &Parameters, overwrite: bool) -> Result<(), String> {
    let stored = parameters.all().await?;
    let version = |name: &str| stored.get(name).map(|stored| stored.version);
    let mut asked = Vec::new();
    for &name in &SECRETS {
        // It is generated.
        if name == "SEALING_KEY" && input::is_terminal() {
            continue;
        }
        let kept = version(name).map(|version| format!("; blank keeps version {version}"));
        asked.push((name, about(name).to_owned() + &kept.unwrap_or_default()));
    }
    let mut values = input::read(&asked)?;
    if version("SEALING_KEY").is_none() && !values.contains_key("SEALING_KEY") {
        values.insert("SEALING_KEY", sealing_key()?);
    }
    check(&values).await?;

    if version("SEALING_KEY").is_some() && values.contains_key("SEALING_KEY") {
        return Err(
            "SEALING_KEY exists, and a different one would unlink every user: roll it. Nothing was written."
                .to_owned(),
        );
    }
    let replaced: Vec<_> = values.keys().copied().filter(|name| version(name).is_some()).collect();
    if !replaced.is_empty() && !overwrite {
        let replaced = replaced.join(", ");
        if !input::confirm(&format!("Replace {replaced}?"))? {
            return Err(format!("{replaced}: there already; --overwrite replaces. Nothing was written."));
        }
    }
    for (&name, value) in &values {
        let write = if version(name).is_some() { Write::Replace } else { Write::Create };
        let version = parameters.put(name, value, write).await?;
        println!("{name}: written, version {version}");
    }
    Ok(())
}

/// 32 random bytes, in the form the functions need.
pub fn sealing_key() -> Result<SecretString, String> {
    let bytes: [u8; 32] = random().map_err(|_| "the system returned no random bytes".to_owned())?;
    Ok(BASE64_STANDARD.encode(bytes).into())
}

/// What to answer when asked for a secret.
pub fn about(name: &str) -> &'static str {
    match name {
        "STRIPE_APP_SECRET" => "the app's signing secret, absec_…",
        "STRIPE_API_KEY" => "the app owner's API key, sk_… or rk_…",
        "STRIPE_API_KEY_LIVE" => "another for live mode, or blank",
        "STRIPE_API_KEY_TEST" => "another for test mode, or blank",
        "STRIPE_API_KEY_SANDBOX" => "another for sandboxes, or blank",
        "THIRD_PARTY_CLIENT_SECRET" => "our client secret at the provider",
        _ => "32 random bytes in base64",
    }
}
