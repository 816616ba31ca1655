//! Which secrets exist.

use secrecy::ExposeSecret;
use shared::secret_store::ApiKeys;

use crate::check::{Values, check};
use crate::parameters::Parameters;

/// Prints names, versions and how many values each holds; fails if the functions could not start with them.
pub async fn status(parameters: &Parameters) -> Result<(), String> {
    let stored = parameters.all().await?;
    for (name, stored) in &stored {
        let values = match (*name, stored.value.expose_secret().split(',').count()) {
            ("STRIPE_APP_SECRET" | "SEALING_KEY", count @ 2..) => format!(", {count} values"),
            _ => String::new(),
        };
        println!("{name}: version {}{values}", stored.version);
    }
    let mut missing = vec!["STRIPE_APP_SECRET", "SEALING_KEY", "THIRD_PARTY_CLIENT_SECRET"];
    missing.retain(|name| !stored.contains_key(name));
    if !ApiKeys::SECRETS.iter().any(|name| stored.contains_key(name)) {
        missing.push(ApiKeys::SECRETS[0]);
    }
    let values: Values = stored.into_iter().map(|(name, stored)| (name, stored.value)).collect();
    check(&values).await?;
    if missing.is_empty() { Ok(()) } else { Err(format!("{}: missing", missing.join(", "))) }
}
