//! SSM Parameter Store: one call to `GetParameters`
//! (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>).
//!
//! AWS's own crate signs the request and our own client carries it: the whole SDK would cost this one call a
//! good part of every binary and of every cold start (`docs/performance.md`). Lambda puts region and credentials
//! into the environment, so nothing is looked for anywhere else.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::Environment;
use crate::http::{Deadline, Failure, Http, Reply, Request};

/// Twice this is well under the 10 s that INIT may take.
const ATTEMPT: Duration = Duration::from_secs(3);
const TRIES: u32 = 2;

const TARGET: &str = "AmazonSSM.GetParameters";
const CONTENT: &str = "application/x-amz-json-1.1";

/// Where a partition has a domain of its own, by the beginning of its regions' names.
const DOMAINS: [(&str, &str); 2] = [("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu")];

/// Reads parameters from SSM.
#[derive(Clone, Debug)]
pub(super) struct ParameterStore {
    http: Http,
}

/// The answer; it has no `Debug`, for its values are secrets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParametersResponse {
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    value: SecretString,
}

/// AWS's own code and message; they name the missing permission.
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default, rename = "__type")]
    code: String,
    #[serde(default, alias = "Message")]
    message: String,
}

impl ParameterStore {
    /// Calls SSM over `http`.
    pub(super) fn new(http: Http) -> Self {
        Self { http }
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
        let body = json!({ "Names": names.collect::<Vec<_>>(), "WithDecryption": true }).to_string();
        let reply = self.ask(environment, &body).await?;
        if !reply.status.is_success() {
            let Refusal { code, message } = refusal(&reply);
            return Err(format!("SSM answered {} {code}: {message}", reply.status.as_u16()));
        }
        let answer: GetParametersResponse = reply.object().ok_or("SSM gave an answer that cannot be read")?;
        Ok(answer.parameters.into_iter().map(|Parameter { name, value }| (name, value)).collect())
    }

    async fn ask(&self, environment: &Environment, body: &str) -> Result<Reply, String> {
        let mut tries = 1;
        loop {
            let request = signed(environment, body, SystemTime::now())?;
            let outcome = self.http.send("ssm.get_parameters", request, Deadline::after(ATTEMPT)).await;
            if tries == TRIES || !is_worth_another_try(&outcome) {
                return outcome.map_err(|failure| {
                    match failure {
                        Failure::NotConnected => "SSM could not be reached",
                        Failure::Lost => "SSM did not answer in time",
                        Failure::TooLong => "SSM gave an answer that has no end",
                    }
                    .to_owned()
                });
            }
            tries += 1;
        }
    }
}

/// The rule of AWS's libraries, as far as a call goes that only reads.
fn is_worth_another_try(outcome: &Result<Reply, Failure>) -> bool {
    match outcome {
        Ok(reply) => {
            reply.status.is_server_error()
                || reply.status == StatusCode::TOO_MANY_REQUESTS
                || refusal(reply).code.contains("Throttling")
        }
        Err(failure) => *failure != Failure::TooLong,
    }
}

fn refusal(reply: &Reply) -> Refusal {
    reply.object().unwrap_or_default()
}

/// A `GetParameters` request, signed as of `now` by Signature Version 4.
fn signed(environment: &Environment, body: &str, now: SystemTime) -> Result<Request, String> {
    let variable = |name: &str| environment.get(name).ok_or_else(|| format!("{name} is not set"));
    let region = variable("AWS_REGION")?;
    let identity = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ssm")
        .time(now)
        .settings(SigningSettings::default());
    let signed = || {
        let address: Url = endpoint(environment, region).parse().ok()?;
        let headers = [("content-type", CONTENT), ("x-amz-target", TARGET)];
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", address.as_str(), headers.into_iter(), signable).ok()?;
        let (instructions, _) = sign(signable, &parameters.build().ok()?.into()).ok()?.into_parts();
        let request = Request::post(address)
            .header(CONTENT_TYPE, HeaderValue::from_static(CONTENT))
            .header(HeaderName::from_static("x-amz-target"), HeaderValue::from_static(TARGET))
            .body(body.to_owned());
        instructions.headers().try_fold(request, |request, (name, value)| {
            Some(request.header(name.parse().ok()?, value.parse().ok()?))
        })
    };
    signed().ok_or_else(|| "SSM cannot be asked: AWS_REGION or AWS_ENDPOINT_URL_SSM is wrong".to_owned())
}

fn endpoint(environment: &Environment, region: &str) -> String {
    let set = environment.get("AWS_ENDPOINT_URL_SSM").or_else(|| environment.get("AWS_ENDPOINT_URL"));
    set.map_or_else(
        || {
            let own = DOMAINS.iter().find(|(prefix, _)| region.starts_with(prefix));
            format!("https://ssm.{region}.{}/", own.map_or("amazonaws.com", |(_, domain)| domain))
        },
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn the_signature_is_that_of_botocore() {
        let environment = Environment::from_iter([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "session/token+="),
        ]);
        let body = r#"{"Names":["/app/a","/app/b"],"WithDecryption":true}"#;
        let request = signed(&environment, body, UNIX_EPOCH + Duration::from_secs(1_440_938_161)).unwrap();
        assert_eq!(request.url.as_str(), "https://ssm.eu-central-1.amazonaws.com/");
        assert_eq!(request.body, body);
        for (name, expected) in [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "AmazonSSM.GetParameters"),
            ("x-amz-date", "20150830T123601Z"),
            ("x-amz-security-token", "session/token+="),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/ssm/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
                 Signature=6ceb8727e348700929d719a8f75f28e9ae1f777c111dc224bf2b70b3dd943ac4",
            ),
        ] {
            assert_eq!(request.headers[name], expected);
        }
    }

    #[test]
    fn partitions_have_their_own_domains() {
        for (region, host) in [
            ("us-gov-west-1", "ssm.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "ssm.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "ssm.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(endpoint(&Environment::default(), region), format!("https://{host}/"));
        }
        let set =
            Environment::from_iter([("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_SSM", "http://b")]);
        assert_eq!(endpoint(&set, "us-east-1"), "http://b");
    }
}
