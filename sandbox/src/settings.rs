//! What each function reads, found by starting it: with each preset, and with everything it has asked for set by
//! itself. What is read only where two settings come together is not found, and then looks like one too many of the
//! template's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use authorize::Authorize;
use login::Login;
use logout::Logout;
use profile::Profile;
use serde::Serialize;
use serde_json::Value;
use shared::http::Timeouts;
use shared::lambda::{Function, Lambda};
use shared::settings::Environment;
use shared::{Clock, log, route};
use userinfo::Userinfo;

/// What one function needs of its deployment.
#[derive(Debug, Serialize)]
pub struct Needs {
    /// The paths it answers at.
    pub paths: Vec<String>,
    /// Settings, without those that Lambda itself makes.
    pub settings: BTreeSet<String>,
    /// Secrets; each is named by a setting of its own, `X_PARAMETER`.
    pub secrets: &'static [&'static str],
}

/// The needs of the four functions and of `examples/profile`, over every preset of `providers`.
///
/// # Errors
/// When the presets cannot be read.
pub async fn needs(providers: &Path) -> io::Result<BTreeMap<&'static str, Needs>> {
    let presets = presets(providers)?;
    Ok(BTreeMap::from([
        ("authorize", of::<Authorize>(&presets).await),
        ("login", of::<Login>(&presets).await),
        ("logout", of::<Logout>(&presets).await),
        ("profile", of::<Profile>(&presets).await),
        ("userinfo", of::<Userinfo>(&presets).await),
    ]))
}

type Variables = Vec<(String, String)>;

/// Each preset chosen, with a tenant where it has tenants.
fn presets(folder: &Path) -> io::Result<Vec<Variables>> {
    let mut presets = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?.path();
        let description: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let tenant = description["tenant"]["example"].as_str();
        let tenant = tenant.map(|tenant| ("THIRD_PARTY_TENANT".to_owned(), tenant.to_owned()));
        presets.push([("PROVIDER".to_owned(), name)].into_iter().chain(tenant).collect());
    }
    Ok(presets)
}

async fn of<F: Function>(presets: &[Variables]) -> Needs {
    let mut asked = asked_with::<F>(Vec::new()).await;
    for preset in presets {
        asked.extend(asked_with::<F>(preset.clone()).await);
    }
    let mut tried = BTreeSet::new();
    while let Some(name) = asked.iter().find(|name| !tried.contains(*name)).cloned() {
        // Most settings are an address or a word.
        for value in ["https://example.com", "example"] {
            asked.extend(asked_with::<F>(vec![(name.clone(), value.to_owned())]).await);
        }
        tried.insert(name);
    }
    let is_setting = |name: &String| {
        let secret = name.strip_suffix("_PARAMETER").unwrap_or(name);
        !F::SECRETS.contains(&secret) && !name.starts_with("AWS_")
    };
    Needs {
        paths: F::ENDPOINTS.iter().map(|endpoint| route::path(endpoint)).collect(),
        settings: asked.into_iter().filter(is_setting).collect(),
        secrets: F::SECRETS,
    }
}

/// What a start asks for, be it a good one or not. It logs as on Lambda, and has no way to AWS.
async fn asked_with<F: Function>(variables: Variables) -> BTreeSet<String> {
    let on_lambda = ("AWS_LAMBDA_LOG_FORMAT".to_owned(), "JSON".to_owned());
    let environment: Environment = [on_lambda].into_iter().chain(variables).collect();
    let _ = log::subscriber(&environment, io::sink);
    let _ = Lambda::<F>::start(environment.clone(), Clock::system(), Timeouts::default()).await;
    environment.asked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_read_only_beside_another_setting_is_found() {
        let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers");
        let needs = needs(&presets).await.unwrap();
        // Logout proves who it is only where something is to be revoked.
        assert!(needs["logout"].settings.contains("THIRD_PARTY_CLIENT_AUTH"));
        assert!(!needs["logout"].settings.contains("THIRD_PARTY_SCOPES"));
        assert_eq!(needs["login"].secrets, ["STRIPE_APP_SECRET", "SEALING_KEY"]);
        let names = needs.values().flat_map(|needs| &needs.settings);
        assert!(names.into_iter().all(|name| !name.starts_with("AWS_") && !name.ends_with("_PARAMETER")));
    }
}
