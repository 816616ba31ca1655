use url::Url;

use super::reader::Object;
use super::tenant::Tenant;
use super::{Codes, Parameters};

/// How the response is returned (OAuth 2.0 Multiple Response Types section 2.1).
pub(in crate::provider) const RESPONSE_MODE: &str = "response_mode";
/// Its only value that we can serve.
pub(in crate::provider) const QUERY: &str = "query";

/// The authorization request (RFC 6749 section 4.1.1) and its response.
#[derive(Clone, Debug)]
pub(in crate::provider) struct Authorization {
    pub url: Option<Url>,
    pub scopes: Vec<String>,
    pub scope_separator: String,
    pub scope_parameter: String,
    pub parameters: Parameters,
    pub pkce: bool,
    /// Further response parameters to keep with the tokens.
    pub callback_parameters: Vec<String>,
    /// The provider's own error codes in the response.
    pub refusal_codes: Codes,
    /// The longest `state` that the provider takes, in characters.
    pub state_limit: Option<usize>,
}

impl Authorization {
    pub(super) fn read(object: &mut Object<'_>, tenant: Option<&Tenant>) -> Self {
        const REQUEST: [&str; 8] = [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
        ];
        const RESPONSE: [&str; 4] = ["code", "state", "error", "iss"];
        let callback_parameters = object.texts("callback_parameters");
        if callback_parameters.iter().any(|name| RESPONSE.contains(&name.as_str())) {
            object.problem("callback_parameters", "must not name code, state, error or iss");
        }
        let parameters = object.parameters("parameters", &REQUEST);
        if parameters.iter().any(|(name, value)| name == RESPONSE_MODE && value != QUERY) {
            object.problem("parameters.response_mode", "must be query: the callback is a GET request");
        }
        Self {
            url: object.url("url", tenant),
            scopes: object.texts("scopes"),
            scope_separator: object.text("scope_separator").unwrap_or_else(|| " ".to_owned()),
            scope_parameter: object.text("scope_parameter").unwrap_or_else(|| "scope".to_owned()),
            parameters,
            pkce: object.flag("pkce", true),
            callback_parameters,
            refusal_codes: object.object_or_empty("refusal", |refusal| refusal.codes("codes")),
            state_limit: object.count("state_limit"),
        }
    }
}
