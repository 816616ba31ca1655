//! The secrets in SSM Parameter Store, by their names as settings.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::primitives::DateTime;
use aws_sdk_ssm::types::ParameterType;
use secrecy::{ExposeSecret, SecretString};
use shared::http::{Http, Timeouts};
use shared::settings::ssm;

use crate::{Place, SECRETS};

/// The parameters below one path.
pub struct Parameters {
    client: Client,
    path: String,
    key_id: Option<String>,
}

/// A secret as it is stored.
pub struct Stored {
    pub value: SecretString,
    pub version: i64,
    /// When this version was written.
    pub modified: Option<DateTime>,
}

/// Whether a parameter may already exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Create,
    Replace,
}

impl Parameters {
    /// Finds credentials and region like the AWS command line.
    pub async fn at(place: Place) -> Result<Self, String> {
        let Place { path, key_id, region, profile } = place;
        if !path.starts_with('/') || path.ends_with('/') {
            return Err("--path must be like /stripe-app-oauth".to_owned());
        }
        let client = http_client().map_err(|error| format!("no HTTP client: {error}"))?;
        let http = Http::over(client, Timeouts::default());
        let mut loader =
            aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(ssm::http_client(http));
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err("There is no AWS region: give --region, or set AWS_REGION.".to_owned());
        }
        Ok(Self { client: Client::new(&config), path, key_id })
    }

    /// Every secret that exists.
    pub async fn all(&self) -> Result<BTreeMap<&'static str, Stored>, String> {
        let parameters = SECRETS.iter().map(|name| self.parameter(name)).collect();
        let mut found = self.get(parameters).await?;
        let stored = |&name: &&'static str| Some((name, found.remove(&self.parameter(name))?));
        Ok(SECRETS.iter().filter_map(stored).collect())
    }

    /// One secret.
    pub async fn one(&self, name: &str) -> Result<Stored, String> {
        let parameter = self.parameter(name);
        let stored = self.get(vec![parameter.clone()]).await?.remove(&parameter);
        stored
            .ok_or_else(|| format!("{name} does not exist: there is no parameter {parameter}. Put it first."))
    }

    /// A secret's previous value, if SSM still has it; it keeps a hundred versions.
    pub async fn before(&self, name: &str, stored: &Stored) -> Result<Option<SecretString>, String> {
        let parameter = self.parameter(name);
        let previous = stored.version - 1;
        let found = self.get(vec![format!("{parameter}:{previous}")]).await?.remove(&parameter);
        Ok(found.filter(|found| found.version == previous).map(|found| found.value))
    }

    /// Writes a secret, and returns its new version.
    pub async fn put(&self, name: &str, value: &SecretString, write: Write) -> Result<i64, String> {
        let request = self
            .client
            .put_parameter()
            .name(self.parameter(name))
            .r#type(ParameterType::SecureString)
            .value(value.expose_secret())
            .set_key_id(self.key_id.clone())
            .overwrite(write == Write::Replace);
        match request.send().await {
            Ok(answer) => Ok(answer.version),
            // A refusal may repeat the value it refuses.
            Err(error) => {
                let reason = reason(&error).replace(value.expose_secret(), "…");
                Err(format!("{name} could not be written: {reason}"))
            }
        }
    }

    async fn get(&self, names: Vec<String>) -> Result<BTreeMap<String, Stored>, String> {
        let request = self.client.get_parameters().set_names(Some(names)).with_decryption(true);
        let answer = request.send().await.map_err(|error| reason(&error))?;
        let stored = answer.parameters.unwrap_or_default().into_iter().filter_map(|parameter| {
            let (version, modified) = (parameter.version, parameter.last_modified_date);
            Some((parameter.name?, Stored { value: parameter.value?.into(), version, modified }))
        });
        Ok(stored.collect())
    }

    fn parameter(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }
}

/// Unlike the functions' client, it uses the machine's proxies and certificates.
fn http_client() -> reqwest::Result<reqwest::Client> {
    // If a provider is already installed in this process, it stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).build()
}

/// The reason as the functions log it; if no call was made, for lack of credentials, say, the causes as well.
fn reason<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> String {
    let mut reason = ssm::reason(error);
    if matches!(error, SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_)) {
        for cause in std::iter::successors(error.source(), |cause| (*cause).source()) {
            reason = format!("{reason}: {cause}");
        }
    }
    reason
}
