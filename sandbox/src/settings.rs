//! The settings that each function reads, found by starting it with each preset, and with each variable it
//! has looked up set on its own. A setting that is read only if two others are set is not found; in the
//! template it then looks superfluous.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, fs, io};

use serde::Serialize;
use serde_json::Value;
use shared::http::Timeouts;
use shared::{Clock, Environment, Http, log, route};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::functions::{EXAMPLE, FUNCTIONS, Function, TOKEN};

/// What one function needs from its deployment.
#[derive(Debug, Serialize)]
pub struct Needs {
    /// The paths it serves.
    pub paths: Vec<String>,
    /// Settings, without those that Lambda itself provides.
    pub settings: BTreeSet<String>,
    /// Secrets; each is named by its own setting, `X_PARAMETER`.
    pub secrets: BTreeSet<String>,
}

/// The needs of the functions, of `token` and of `examples/profile`, over every preset of `providers`.
///
/// # Errors
/// If the presets cannot be read.
pub async fn needs(providers: &Path) -> io::Result<BTreeMap<&'static str, Needs>> {
    let presets = presets(providers)?;
    let mut needs = BTreeMap::new();
    for function in FUNCTIONS.into_iter().chain([EXAMPLE]) {
        needs.insert(function.name, of(&function, &presets).await);
    }
    needs.insert(TOKEN.name, of(&TOKEN, &presets).await);
    Ok(needs)
}

type Variables = Vec<(String, String)>;

/// The variables that select each preset, with a tenant if it has tenants.
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

async fn of<A>(function: &Function<A>, presets: &[Variables]) -> Needs {
    let mut asked = asked_with(function, Vec::new()).await;
    for preset in presets {
        asked.extend(asked_with(function, preset.clone()).await);
    }
    let mut tried = BTreeSet::new();
    while let Some(name) = asked.iter().find(|name| !tried.contains(*name)).cloned() {
        // Most settings are a URL or a word.
        for value in ["https://example.com", "example"] {
            asked.extend(asked_with(function, vec![(name.clone(), value.to_owned())]).await);
        }
        tried.insert(name);
    }
    let secrets = asked.iter().filter_map(|name| name.strip_suffix("_PARAMETER")).map(str::to_owned);
    let secrets: BTreeSet<_> = secrets.collect();
    let is_setting = |name: &String| {
        !secrets.contains(name.strip_suffix("_PARAMETER").unwrap_or(name)) && !name.starts_with("AWS_")
    };
    Needs {
        paths: function.endpoints.iter().map(|endpoint| route::path(endpoint)).collect(),
        settings: asked.into_iter().filter(is_setting).collect(),
        secrets,
    }
}

/// The variables that a start looks up, whether it succeeds or not. It logs as on Lambda, and cannot reach
/// AWS.
async fn asked_with<A>(function: &Function<A>, variables: Variables) -> BTreeSet<String> {
    let on_lambda = ("AWS_LAMBDA_LOG_FORMAT".to_owned(), "JSON".to_owned());
    let environment: Environment = [on_lambda].into_iter().chain(variables).collect();
    let lookups = Lookups::default();
    let start = async {
        let _ = log::subscriber(&environment, io::sink);
        if let Ok(http) = Http::from_environment(&environment, Timeouts::default()) {
            let _ = function.start(&environment, &Clock::system(), http).await;
        }
    };
    start.with_subscriber(lookups.clone()).await;
    let names = lookups.0.lock().unwrap_or_else(PoisonError::into_inner);
    names.clone()
}

/// Collects from the log which variables were looked up.
#[derive(Clone, Default)]
struct Lookups(Arc<Mutex<BTreeSet<String>>>);

impl Subscriber for Lookups {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "shared::environment"
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Name(&self.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Name<'a>(&'a Mutex<BTreeSet<String>>);

impl Visit for Name<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "name" {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settings_read_only_with_another_one_are_found() {
        let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers");
        let needs = needs(&presets).await.unwrap();
        // `logout` authenticates as a client only if there is something to revoke.
        assert!(needs["logout"].settings.contains("THIRD_PARTY_CLIENT_AUTH"));
        assert!(!needs["logout"].settings.contains("THIRD_PARTY_SCOPES"));
        assert_eq!(
            needs["login"].secrets,
            BTreeSet::from(["STRIPE_APP_SECRET", "SEALING_KEY"].map(str::to_owned))
        );
        // Whoever may invoke it is for IAM to say.
        assert!(!needs["token"].secrets.contains("STRIPE_APP_SECRET"));
        assert!(needs["token"].secrets.contains("SEALING_KEY") && needs["token"].paths.is_empty());
        let names = needs.values().flat_map(|needs| &needs.settings);
        assert!(names.into_iter().all(|name| !name.starts_with("AWS_") && !name.ends_with("_PARAMETER")));
    }
}
