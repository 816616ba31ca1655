//! `userinfo`: tells the app which user is linked, if any.

use shared::lambda::Function;
use shared::provider::UserinfoEndpoint;
use shared::signed_request::Verifier;
use shared::{AccessTokens, Error, Http, Invocation, Provider, Response, Settings, response};

/// The `userinfo` function.
pub struct Userinfo {
    verifier: Verifier,
    tokens: AccessTokens,
    endpoint: UserinfoEndpoint,
}

impl Function for Userinfo {
    const ENDPOINTS: &'static [&'static str] = &["userinfo"];

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let verifier = Verifier::from_settings(settings);
        let provider = Provider::from_settings(settings);
        let tokens = AccessTokens::from_settings(settings, &provider, http);
        let endpoint = UserinfoEndpoint::from_settings(settings, &provider, http);
        Some(Self { verifier: verifier?, tokens: tokens?, endpoint: endpoint? })
    }

    async fn handle(&self, invocation: &Invocation) -> Response {
        let answer = match invocation.method().as_str() {
            "GET" | "POST" => self.linked_user(invocation).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        };
        answer.unwrap_or_else(|error| error.to_json(&invocation.request_id))
    }
}

impl Userinfo {
    async fn linked_user(&self, invocation: &Invocation) -> Result<Response, Error> {
        let signed = self.verifier.extract(invocation, "userinfo")?;
        let answer = self
            .tokens
            .with(&signed.user, invocation, |tokens| async move {
                let user =
                    self.endpoint.read(&tokens.access_token, tokens.kept(), invocation.deadline).await?;
                // A subject is stable and never reassigned (OpenID Connect Core section 5.3.2).
                match &tokens.subject {
                    Some(subject) if *subject != user.id => Err(Error::IdentityChanged),
                    _ => Ok(tokens.answer(user)),
                }
            })
            .await?;
        Ok(response::ok(&answer))
    }
}
