//! SSM Parameter Store by the AWS SDK, over our own HTTP client.
//!
//! The SDK is used without `aws-config`: Lambda puts region and credentials into the environment, and
//! looking for profile files and instance metadata costs start time. Our client brings its TLS roots
//! along and shares its set-up with every other call we make.

use std::collections::HashMap;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::timeout::TimeoutConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Region};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use futures_util::FutureExt;
use secrecy::SecretString;

use super::Environment;

/// INIT may take 10 s in all; the SDK itself would wait for ever.
const TOTAL: Duration = Duration::from_secs(6);
const ATTEMPT: Duration = Duration::from_secs(3);

/// Reads parameters from SSM.
#[derive(Clone, Debug)]
pub(super) struct ParameterStore {
    http: SharedHttpClient,
}

impl ParameterStore {
    /// Calls SSM over `client`.
    pub(super) fn new(client: reqwest::Client) -> Self {
        let connector = SharedHttpConnector::new(Connector(client));
        Self { http: http_client_fn(move |_, _| connector.clone()) }
    }

    /// Reads `names` in one `GetParameters` call, decrypted. Names that SSM does not know are left out.
    ///
    /// # Errors
    /// The reason, for the log.
    pub(super) async fn get(
        &self,
        environment: &Environment,
        names: impl Iterator<Item = &String>,
    ) -> Result<HashMap<String, SecretString>, String> {
        let client = aws_sdk_ssm::Client::from_conf(self.config(environment)?);
        let answer = client
            .get_parameters()
            .set_names(Some(names.cloned().collect()))
            .with_decryption(true)
            .send()
            // The SDK's future is a deep type; every future around it would be, too.
            .boxed()
            .await
            .map_err(|error| reason(&error))?;
        let parameters = answer.parameters.unwrap_or_default();
        Ok(parameters
            .into_iter()
            .filter_map(|parameter| Some((parameter.name?, parameter.value?.into())))
            .collect())
    }

    fn config(&self, environment: &Environment) -> Result<aws_sdk_ssm::Config, String> {
        let variable =
            |name: &str| environment.get(name).map(str::to_owned).ok_or_else(|| format!("{name} is not set"));
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID")?,
            variable("AWS_SECRET_ACCESS_KEY")?,
            environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "environment",
        );
        let mut config = aws_sdk_ssm::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(variable("AWS_REGION")?))
            .credentials_provider(credentials)
            .http_client(self.http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(
                TimeoutConfig::builder().operation_timeout(TOTAL).operation_attempt_timeout(ATTEMPT).build(),
            );
        if let Some(endpoint) =
            environment.get("AWS_ENDPOINT_URL_SSM").or_else(|| environment.get("AWS_ENDPOINT_URL"))
        {
            config = config.endpoint_url(endpoint);
        }
        Ok(config.build())
    }
}

/// AWS's own code and message where there is one (they name the missing permission). Never the SDK's
/// `Debug` text: it holds raw answers, and so decrypted values.
fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(refusal) => format!(
            "SSM answered {}: {}",
            refusal.err().code().unwrap_or("an error without a code"),
            refusal.err().message().unwrap_or("no message")
        ),
        SdkError::TimeoutError(_) => "SSM did not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "SSM could not be reached".to_owned(),
        SdkError::ResponseError(_) => "SSM gave an answer that cannot be read".to_owned(),
        _ => "the call to SSM could not be made".to_owned(),
    }
}

/// The SDK's HTTP layer, on reqwest.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move { carry(&client, request).await })
    }
}

async fn carry(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?
        .map(|body| body.bytes().map(<[u8]>::to_vec).unwrap_or_default());
    let request = reqwest::Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
    let response = client.execute(request).await.map_err(connector_error)?;

    let mut answer = lambda_http::http::Response::new(());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    let body = response.bytes().await.map_err(connector_error)?;
    HttpResponse::try_from(answer.map(|()| SdkBody::from(body.to_vec())))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
