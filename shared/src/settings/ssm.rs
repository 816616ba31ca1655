//! SSM Parameter Store, read with the AWS SDK over our own HTTP client.
//!
//! `aws-config` is not used: Lambda puts region and credentials into the environment, and looking for
//! profiles or instance metadata would slow down the start. The SDK's `Debug` text is never logged, because
//! it holds decrypted values.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::timeout::TimeoutConfig;
use aws_sdk_ssm::config::{
    BehaviorVersion, Credentials, IdentityCache, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use secrecy::SecretString;
use url::Url;

use crate::environment::Environment;
use crate::http::{Deadline, Failure, Http};

/// How often and how long to try SSM.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    attempts: u32,
    attempt: Duration,
    total: Duration,
}

impl Patience {
    /// At a cold start, when many instances may call at once. INIT may take 10 s in all.
    pub(super) const AT_START: Self =
        Self { attempts: 5, attempt: Duration::from_secs(2), total: Duration::from_secs(8) };
    /// Before a request, which can be handled with the current settings.
    pub(super) const BEFORE_A_REQUEST: Self =
        Self { attempts: 1, attempt: Duration::from_secs(1), total: Duration::from_secs(1) };
}

/// Reads parameters, decrypted, in one `GetParameters` call
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>). The result has
/// each value under the name that was requested, in any form: name, `name:version`, `name:label` or ARN.
/// Unknown parameters are left out.
///
/// # Errors
/// The reason, for the log.
pub(super) async fn get_parameters(
    environment: &Environment,
    http: &Http,
    names: BTreeSet<&str>,
    patience: Patience,
) -> Result<HashMap<String, SecretString>, String> {
    let client = Client::from_conf(config(environment, http, patience)?);
    let names = names.into_iter().map(str::to_owned).collect();
    let request = client.get_parameters().set_names(Some(names)).with_decryption(true);
    let answer = request.send().await.map_err(|error| reason(&error))?;
    let mut values = HashMap::new();
    for parameter in answer.parameters.unwrap_or_default() {
        let Some(value) = parameter.value.map(SecretString::from) else { continue };
        let selector = parameter.selector.unwrap_or_default();
        for name in parameter.name.iter().chain(&parameter.arn) {
            values.insert(format!("{name}{selector}"), value.clone());
            // Emulators of SSM leave the selector out.
            values.insert(format!("{name}:{}", parameter.version), value.clone());
        }
    }
    // Parameters that SSM does not have are listed in a real answer, so an empty one is none.
    if values.is_empty() && answer.invalid_parameters.unwrap_or_default().is_empty() {
        return Err("SSM gave an answer that cannot be read".to_owned());
    }
    Ok(values)
}

fn config(environment: &Environment, http: &Http, patience: Patience) -> Result<Config, String> {
    let variable =
        |name: &str| environment.get(name).map(str::to_owned).ok_or_else(|| format!("{name} is not set"));
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(patience.total)
        .operation_attempt_timeout(patience.attempt)
        .build();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(credentials)
        .identity_cache(IdentityCache::no_cache())
        .http_client(http_client(http.clone()))
        .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts))
        .timeout_config(timeouts)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    // Without `aws-config`, the SDK does not read these itself.
    let is_true = |name| environment.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    config = config
        .use_fips(is_true("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"));
    let endpoint =
        ["AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL"].into_iter().find_map(|it| environment.get(it));
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint);
    }
    Ok(config.build())
}

/// An HTTP client for the SDK that sends its requests over `http`.
#[must_use]
pub fn http_client(http: Http) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(http));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(Http);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.0.clone();
        HttpConnectorFuture::new(async move { carry(&http, request).await })
    }
}

async fn carry(http: &Http, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|error| ConnectorError::user(error.into()))?;
    let request = http
        .request(head.method, url)
        .headers(head.headers)
        .body(body.bytes().map(<[u8]>::to_vec).unwrap_or_default());
    let reply =
        http.send("ssm", request, Deadline::after(http.timeouts().attempt)).await.map_err(|failure| {
            match failure {
                Failure::Lost => ConnectorError::timeout("no answer".into()),
                Failure::NotConnected => ConnectorError::io("no connection".into()),
                Failure::TooLong | Failure::Malformed => ConnectorError::other("no SSM answer".into(), None),
            }
        })?;
    let mut response = HttpResponse::new(reply.status.into(), SdkBody::from(reply.bytes()));
    for (name, value) in &reply.headers {
        let value = value.to_str().map_err(|error| ConnectorError::other(error.into(), None))?;
        response.headers_mut().append(name.to_string(), value.to_owned());
    }
    Ok(response)
}

/// The error in plain words, with AWS's code and message if there are any, because they name the missing
/// permission.
#[must_use]
pub fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(refusal) => format!(
            "SSM answered {}: {}",
            refusal.err().code().unwrap_or("an error without a code"),
            refusal.err().message().unwrap_or("no message")
        ),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "SSM did not answer in time".to_owned(),
        SdkError::TimeoutError(_) => "SSM did not answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_io() => "SSM could not be reached".to_owned(),
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            "SSM gave an answer that cannot be read".to_owned()
        }
        _ => "the call to SSM could not be made".to_owned(),
    }
}
