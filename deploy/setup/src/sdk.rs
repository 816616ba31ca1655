//! The AWS SDK over reqwest, so that this command needs no second TLS library.

use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// Carries the SDK's requests over `client`.
pub fn http_client(client: reqwest::Client) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(client));
    http_client_fn(move |_, _| connector.clone())
}

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

    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(connector_error)?;
    let mut answer = HttpResponse::new(status.into(), SdkBody::from(body.to_vec()));
    for (name, value) in &headers {
        let value = value.to_str().map_err(|error| ConnectorError::other(error.into(), None))?;
        answer.headers_mut().append(name.to_string(), value.to_owned());
    }
    Ok(answer)
}

fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

/// AWS's own code and message where there is one (they name the missing permission). Never the SDK's
/// `Debug` text: it holds raw answers, and so decrypted values.
pub fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
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
