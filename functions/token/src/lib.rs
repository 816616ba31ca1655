//! `token`: hands a fresh access token to another back end of the operator's, which IAM lets invoke this function.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use shared::access::RefusedToken;
use shared::tokens::TokenSet;
use shared::{
    AccessTokens, DirectFunction, DirectInvocation, Error, Http, Mode, NamedOwner, Provider, Settings,
    UnixSeconds,
};

const EXPECTED: &str = "The event must be a JSON object with account_id, mode (live, test or sandbox), user_id if the \
                        link is a user's, if wanted refused_sha256 (64 lower-case hex digits) and caller, and nothing \
                        else.";

/// The `token` function.
pub struct Token {
    tokens: AccessTokens,
}

/// What a caller sends. Unknown fields are refused, so an HTTP event is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    account_id: String,
    user_id: Option<String>,
    mode: Mode,
    /// The access token that the provider no longer took.
    refused_sha256: Option<RefusedToken>,
    caller: Option<String>,
}

/// What a caller gets. There is no refresh token in it: using one in two places ends many a grant.
#[derive(Serialize)]
pub struct Granted {
    #[serde(serialize_with = "exposed")]
    access_token: SecretString,
    token_type: &'static str,
    expires_at: Option<UnixSeconds>,
    scope: Option<String>,
    subject: Option<String>,
    kept: Kept,
    request_id: String,
}

/// What is kept with the tokens, by where it came from.
#[derive(Serialize)]
struct Kept {
    callback: BTreeMap<String, String>,
    granted: BTreeMap<String, String>,
}

impl DirectFunction for Token {
    const NAME: &'static str = "token";
    type Answer = Granted;

    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let provider = Provider::from_settings(settings);
        Some(Self { tokens: AccessTokens::from_settings(settings, &provider, http)? })
    }

    async fn handle(&self, invocation: &DirectInvocation) -> Result<Granted, Error> {
        let Request { account_id, user_id, mode, refused_sha256, caller } = invocation.read(EXPECTED)?;
        if let Some(caller) = caller {
            invocation.note_caller(&caller)?;
        }
        let owner = NamedOwner::by(invocation, account_id, user_id, mode)?;
        let tokens = self.tokens.of_named(&owner, refused_sha256.as_ref(), invocation).await?;
        Ok(Granted::new(tokens, &invocation.request_id))
    }
}

impl Granted {
    fn new(tokens: TokenSet, request_id: &str) -> Self {
        Self {
            expires_at: tokens.expires_at(),
            access_token: tokens.access_token,
            token_type: "Bearer",
            scope: tokens.scope,
            subject: tokens.subject,
            kept: Kept { callback: tokens.callback, granted: tokens.granted },
            request_id: request_id.to_owned(),
        }
    }
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
