//! `call`: makes one declared call to the provider's API for the linked user.

use serde::Deserialize;
use shared::lambda::Function;
use shared::provider::{CallRequest, Calls, Kept};
use shared::signed_request::Verifier;
use shared::{AccessTokens, Error, Http, Invocation, LinkScope, Provider, Response, Settings, response};

/// The `call` function.
pub struct Call {
    verifier: Verifier,
    tokens: AccessTokens,
    calls: Calls,
}

/// What the payload of a call that writes may carry besides it.
#[derive(Deserialize)]
struct Write {
    /// The same for every try of one write.
    id: Option<String>,
}

impl Function for Call {
    const ENDPOINTS: &'static [&'static str] = &["call"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let verifier = Verifier::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let scope = LinkScope::from_settings(settings);
        let tokens = AccessTokens::from_settings(settings, &provider, http);
        let calls = Calls::from_settings(settings, &provider, scope?.owner());
        Some(Self { verifier: verifier?, tokens: tokens?, calls: calls? })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let answer = match invocation.method().as_str() {
            "POST" => self.call(invocation).await,
            _ => Err(Error::MethodNotAllowed("POST")),
        };
        answer.unwrap_or_else(|error| error.to_json(&invocation.request_id))
    }
}

impl Call {
    async fn call(&self, invocation: &Invocation) -> Result<Response, Error> {
        let (signed, request) = self.verifier.extract_with_request(invocation, "call")?;
        let request = CallRequest::parse(&request)?;
        let call = self.calls.find(&request.call)?;
        call.admit(&signed)?;
        if !call.only_reads() {
            signed.require_recent(invocation.now)?;
        }
        let Write { id } = signed.payload()?;
        let fill = |kept: Kept<'_>| self.calls.fill(call, &request, kept, id.as_deref());
        let reply = self.tokens.call(&signed.user, fill, invocation).await?;
        Ok(response::ok(&call.answer(&reply)))
    }
}
