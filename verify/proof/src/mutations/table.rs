//! The mitigations: where each is, and the outcome of its attack without it.

/// A mitigation that is removed; or two, if either would be enough.
pub struct Mutation {
    pub without: &'static str,
    pub changes: &'static [Change],
    /// The full name of the case.
    pub attack: &'static str,
    /// Contained in the outcome of the attack.
    pub then: &'static str,
}

/// A text in a file, which must occur exactly once.
pub struct Change {
    pub file: &'static str,
    pub find: &'static str,
    pub replace: &'static str,
}

const SIGNED_REQUEST: &str = "shared/src/signed_request/mod.rs";
const SIGNATURE: &str = "shared/src/signed_request/signature.rs";
const SEALED: &str = "shared/src/sealed/mod.rs";
const STATE: &str = "shared/src/sealed/state.rs";
const CODE: &str = "shared/src/sealed/code.rs";
const CALLBACK: &str = "shared/src/provider/callback.rs";
const HTTP: &str = "shared/src/http/mod.rs";
const LOGIN: &str = "functions/login/src/lib.rs";
const AUTHORIZE: &str = "functions/authorize/src/lib.rs";
const LINK_SCOPE: &str = "shared/src/link_scope.rs";
const TOKENS: &str = "shared/src/tokens/mod.rs";
const MANAGED: &str = "shared/src/tokens/managed.rs";
const LEASE: &str = "shared/src/tokens/lease.rs";
const CALL: &str = "functions/call/src/lib.rs";
const PARAMETER: &str = "shared/src/provider/calls/parameter.rs";
const TOKEN: &str = "functions/token/src/lib.rs";
const ACCESS: &str = "shared/src/access/mod.rs";

pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        without: "matching the signature",
        changes: &[Change {
            file: SIGNATURE,
            find: "matches |= *signature == expected;",
            replace: "matches |= *signature == expected || true;",
        }],
        attack: "signature: right, with a header that names another user",
        then: "succeeded",
    },
    Mutation {
        without: "requiring a payload to be an object",
        changes: &[Change {
            file: "shared/src/json.rs",
            find: "json.trim_ascii_start().starts_with(b\"{\")",
            replace: "true",
        }],
        attack: "signature: over a payload that is an array",
        then: "succeeded",
    },
    Mutation {
        without: "requiring an envelope to be an object",
        changes: &[Change {
            file: "shared/src/json.rs",
            find: "json.trim_ascii_start().starts_with(b\"{\")",
            replace: "true",
        }],
        attack: "signature: in an envelope that is an array",
        then: "succeeded",
    },
    Mutation {
        without: "reading every value of a header in a REST API's event",
        changes: &[Change {
            file: "shared/src/lambda/event.rs",
            find: "event.headers.remove(name);",
            replace: "let _ = name;",
        }],
        attack: "signature: right, with another stripe-user-id before its own, by way of a REST API",
        then: "succeeded",
    },
    Mutation {
        without: "a signature's maximum age",
        changes: &[Change {
            file: SIGNATURE,
            find: "now.saturating_sub(header.seconds) > LONGEST_AGE",
            replace: "false",
        }],
        attack: "signature: replayed after 301 s",
        then: "succeeded",
    },
    Mutation {
        without: "a signature's maximum lead",
        changes: &[Change {
            file: SIGNATURE,
            find: "header.seconds.saturating_sub(now) > LONGEST_LEAD",
            replace: "false",
        }],
        attack: "signature: made 61 s ahead",
        then: "succeeded",
    },
    Mutation {
        without: "checking every v1",
        changes: &[Change {
            file: SIGNATURE,
            find: "\"v1\" => {",
            replace: "\"v1\" if versions > 0 => {}\n                \"v1\" => {",
        }],
        attack: "signature: next to a v1 of another secret, as while one is being rolled",
        then: "refused: 400 signature_invalid",
    },
    Mutation {
        without: "the purpose of a signature",
        changes: &[Change {
            file: SIGNED_REQUEST,
            find: "signed.purpose.as_deref() != Some(purpose)",
            replace: "false",
        }],
        attack: "signature: made for userinfo, replayed at logout",
        then: "succeeded",
    },
    Mutation {
        without: "a separate key for each kind of token",
        changes: &[Change { file: SEALED, find: "T::LABEL.as_bytes()", replace: "\"any\".as_bytes()" }],
        attack: "code: a state in its place, with a Dashboard state made to be read as a code",
        then: "refused: 403 identity_mismatch",
    },
    Mutation {
        without: "binding T and K to the registration",
        changes: &[Change {
            file: "shared/src/provider/registration.rs",
            find: "[self.provider, &self.client_id, self.redirect_uri.as_str()]",
            replace: "[\"\", \"\", \"\"]",
        }],
        attack: "code: of another client id",
        then: "refused: 401 code_rejected",
    },
    Mutation {
        without: "binding stored tokens to the user",
        changes: &[Change {
            file: "shared/src/tokens/mod.rs",
            find: "[Some(self.scope.account), self.scope.user]",
            replace: "[Some(self.scope.account), None]",
        }],
        attack: "stored tokens: copied to another user",
        then: "succeeded",
    },
    Mutation {
        without: "binding stored tokens to the mode",
        changes: &[Change {
            file: "shared/src/tokens/mod.rs",
            find: "self.mode.as_str(), self.store.provider",
            replace: "\"\", self.store.provider",
        }],
        attack: "stored tokens: carried to another mode",
        then: "succeeded",
    },
    Mutation {
        without: "the expiry of T",
        changes: &[Change { file: STATE, find: "now > self.expires_at", replace: "false" }],
        attack: "state: 601 s old",
        then: "succeeded",
    },
    Mutation {
        without: "the expiry of K",
        changes: &[Change { file: CODE, find: "now > self.expires_at", replace: "false" }],
        attack: "code: 181 s old",
        then: "succeeded",
    },
    Mutation {
        without: "comparing the signer with the user who started",
        changes: &[Change { file: CODE, find: "self.user != *linker.user() || ", replace: "" }],
        attack: "session_bound 3c: the same, and the verifier has leaked too",
        then: "succeeded: the attacker is linked to the account of the victim",
    },
    Mutation {
        without: "the signer's mode",
        changes: &[Change {
            file: CODE,
            find: "self.user != *linker.user() || ",
            replace: "self.user.account() != linker.user().account() || self.user.user() != linker.user().user() || ",
        }],
        attack: "code: finished by the same user in live mode",
        then: "succeeded",
    },
    Mutation {
        without: "checking the verifier against the challenge",
        changes: &[Change { file: CODE, find: " || self.challenge != verifier.challenge()", replace: "" }],
        attack: "code: finished without its verifier, at a provider without PKCE",
        then: "succeeded",
    },
    Mutation {
        without: "PKCE and the nonce of the direct flow",
        changes: &[
            Change { file: SEALED, find: "&[b\"pkce/v1\", link]", replace: "&[b\"pkce/v1\", &link[..0]]" },
            Change {
                file: "shared/src/provider/token.rs",
                find: "nonce != nonce::of(link)",
                replace: "nonce == nonce::of(link)",
            },
        ],
        attack: "direct 4: the victim's code, put into the attacker's own attempt",
        then: "succeeded: the attacker is linked to the account of the victim",
    },
    Mutation {
        without: "the nonce",
        changes: &[Change {
            file: "shared/src/provider/token.rs",
            find: "nonce != nonce::of(link)",
            replace: "nonce == nonce::of(link)",
        }],
        attack: "nonce: the ID token is of another attempt",
        then: "succeeded",
    },
    Mutation {
        without: "the issuer",
        changes: &[Change {
            file: CALLBACK,
            find: "endpoint.check_issuer(from)?;",
            replace: "let _ = from;",
        }],
        attack: "mix-up: another issuer",
        then: "succeeded",
    },
    Mutation {
        without: "the list of the provider's servers",
        changes: &[Change {
            file: "shared/src/provider/description/data_center.rs",
            find: "self.servers.iter().any(|known| known == server)",
            replace: "!server.is_empty()",
        }],
        attack: "SSRF: the callback names another server",
        then: "succeeded: the code and our client's secret went elsewhere",
    },
    Mutation {
        without: "refusing repeated parameters",
        changes: &[Change {
            file: "shared/src/invocation.rs",
            find: "Some([value]) if value.len() <= longest",
            replace: "Some([value, ..]) if value.len() <= longest",
        }],
        attack: "parameter pollution: code twice",
        then: "succeeded",
    },
    Mutation {
        without: "matching the whole path",
        changes: &[Change {
            file: "shared/src/route.rs",
            find: "path.split_once(PREFIX)?",
            replace: "path.rsplit_once('/')?",
        }],
        attack: "path: a signed login at /api/oauth/x/login",
        then: "succeeded",
    },
    Mutation {
        without: "checking which flow is on",
        changes: &[Change { file: LOGIN, find: "self.flow.require(LinkFlow::Direct)?;", replace: "" }],
        attack: "downgrade: the article's login link, where its flow is off",
        then: "succeeded",
    },
    Mutation {
        without: "checking which flow T was made for",
        changes: &[Change {
            file: AUTHORIZE,
            find: "(LinkFlow::Direct, None) =>",
            replace: "(LinkFlow::Direct, _) =>",
        }],
        attack: "state: of the other flow, in direct",
        then: "refused: 401 code_rejected",
    },
    Mutation {
        without: "a page's policy",
        changes: &[Change {
            file: "shared/src/response.rs",
            find: "default-src 'none'; frame-ancestors 'none'; ",
            replace: "",
        }],
        attack: "clickjacking: a page of ours in a frame",
        then: "succeeded",
    },
    Mutation {
        without: "the redirect policy",
        changes: &[Change {
            file: HTTP,
            find: ".redirect(Policy::none())",
            replace: r#".redirect(Policy::custom(|attempt| match attempt.previous()[0].path() {
                "/token" => attempt.follow(),
                _ => attempt.stop(),
            }))"#,
        }],
        attack: "SSRF: the provider's /token redirects by 307",
        then: "succeeded: our request went elsewhere",
    },
    Mutation {
        without: "a tenant's form, and its allowed hosts",
        changes: &[
            Change {
                file: "shared/src/provider/description/tenant.rs",
                find: "Self::Label => is_label(value),",
                replace: "Self::Label => !value.is_empty(),",
            },
            Change {
                file: "shared/src/provider/description/host_suffixes.rs",
                find: "host.len() > suffix.len() && host.ends_with(suffix)",
                replace: "host.len() < 1000 && !suffix.is_empty()",
            },
        ],
        attack: "SSRF: zendesk, tenant \"evil.example.com/.zendesk.com\"",
        then: "succeeded: it started",
    },
    Mutation {
        without: "https",
        changes: &[Change {
            file: "shared/src/settings/mod.rs",
            find: "(url.scheme() == \"http\" && is_loopback(url))",
            replace: "url.scheme() == \"http\"",
        }],
        attack: "SSRF: THIRD_PARTY_TOKEN_URL=http://provider.example.com/token",
        then: "succeeded: it started",
    },
    Mutation {
        without: "the maximum length of a body",
        changes: &[Change {
            file: "shared/src/invocation.rs",
            find: "body.len() > longest",
            replace: "false",
        }],
        attack: "oversize: a valid request, padded with blanks to 8 KB and a byte",
        then: "succeeded",
    },
    Mutation {
        without: "the maximum length of an answer",
        changes: &[Change {
            file: HTTP,
            find: "body.len() + chunk.len() > terms.longest_answer",
            replace: "false",
        }],
        attack: "oversize: the provider's user, right, but 300 KB",
        then: "succeeded",
    },
    Mutation {
        without: "requiring a verified address",
        changes: &[Change {
            file: "shared/src/provider/userinfo.rs",
            find: "!self.email_verified.admits(&user)",
            replace: "false",
        }],
        attack: "e-mail: EMAIL_VERIFIED=require, {…,\"email_verified\":false}",
        then: "succeeded",
    },
    Mutation {
        without: "comparing the subject",
        changes: &[Change {
            file: "functions/userinfo/src/lib.rs",
            find: "*subject != user.id",
            replace: "subject.is_empty()",
        }],
        attack: "identity: the provider returns another subject than the linked one",
        then: "succeeded",
    },
    Mutation {
        without: "revoking what was not stored",
        changes: &[Change { file: AUTHORIZE, find: "linked.is_err()", replace: "false" }],
        attack: "store down: a link is reported, or its tokens stay valid (session_bound)",
        then: "1 grants left",
    },
    Mutation {
        without: "revoking at sign-out",
        changes: &[Change {
            file: "functions/logout/src/lib.rs",
            find: "self.revocation.revoke(&set.access_token, refresh, &set.callback, invocation.deadline).await",
            replace: "{ let _ = refresh; true }",
        }],
        attack: "sign-out: the access token still works after it",
        then: "succeeded: 1 grants left",
    },
    Mutation {
        without: "the lease of a refresh",
        changes: &[Change {
            file: "shared/src/access/refresh.rs",
            find: "match claim {",
            replace: "match { let _ = claim; Claim::Won } {",
        }],
        attack: "race: twenty functions with one expired token",
        then: "signed out",
    },
    Mutation {
        without: "a lease's recorded end",
        changes: &[Change {
            file: "shared/src/access/refresh.rs",
            find: "let over = self.timing.clock.now() + self.over_after;",
            replace: "let over = 0;",
        }],
        attack: "race: two functions, and the one with the lease is slow",
        then: "signed out",
    },
    Mutation {
        without: "reading before storing refreshed tokens",
        changes: &[Change {
            file: "shared/src/access/refresh.rs",
            find: "match self.present(old).await {",
            replace: "match { let _ = self.present(old).await; Present::Same } {",
        }],
        attack: "race: a sign-out before refreshed tokens are stored",
        then: "401 reconnect_required",
    },
    Mutation {
        without: "checking an answer's status before its body",
        changes: &[Change {
            file: "shared/src/provider/token.rs",
            find: "        if let Some(outage) = outage(reply, refusal) {\n            return Err(NotGranted::Failed(outage));\n        }\n",
            replace: "",
        }],
        attack: "outage: of the provider, whose body says invalid_grant",
        then: "signed out",
    },
    Mutation {
        without: "reading the head again when parts do not match",
        changes: &[Change {
            file: "shared/src/tokens/mod.rs",
            find: "Some(present) if present.expose_secret() == head.expose_secret() => return",
            replace: "Some(_) => return",
        }],
        attack: "race: a reader between a split set's head and its parts",
        then: "refused: 401 reconnect_required",
    },
    Mutation {
        without: "a separate slot for each write of a split set",
        changes: &[Change {
            file: "shared/src/tokens/split.rs",
            find: "hex::encode(random::<{ SLOT / 2 }>()?)",
            replace: "hex::encode([0; SLOT / 2])",
        }],
        attack: "race: two who store a split set at once",
        then: "signed out",
    },
    Mutation {
        without: "remembering an attempt, and its lease",
        changes: &[
            Change { file: AUTHORIZE, find: "set.link == Some(grant.link)", replace: "false" },
            Change { file: AUTHORIZE, find: "link.claim_link(&grant.link).await?", replace: "Claim::Won" },
        ],
        attack: "race: the same code again, later",
        then: "another answer",
    },
    Mutation {
        without: "the lease of a link",
        changes: &[Change {
            file: AUTHORIZE,
            find: "link.claim_link(&grant.link).await?",
            replace: "Claim::Won",
        }],
        attack: "race: one code from three views at once",
        then: "3 exchange",
    },
    Mutation {
        without: "keeping a code secret",
        changes: &[Change {
            file: CODE,
            find: "Ok(&self.code)",
            replace: "{ tracing::error!(code = self.code.expose()); Ok(&self.code) }",
        }],
        attack: "session_bound 4: the victim's code, put into the attacker's own attempt",
        then: "the proof itself broke",
    },
    Mutation {
        without: "asking for a role, with links of the account",
        changes: &[Change {
            file: LINK_SCOPE,
            find: "!allowed.include_one_of(signed.roles())",
            replace: "allowed.include_one_of(signed.roles()) && false",
        }],
        attack: "account: a member unlinks",
        then: "succeeded, signed out",
    },
    Mutation {
        without: "asking for a role of the account at login",
        changes: &[Change {
            file: LOGIN,
            find: "self.scope.linker(&signed)?",
            replace: "LinkScope::User.linker(&signed)?",
        }],
        attack: "account: a member begins a link",
        then: "succeeded",
    },
    Mutation {
        without: "asking for a role of the account again, and the owner in K",
        changes: &[
            Change {
                file: AUTHORIZE,
                find: "self.scope.linker(&signed)?",
                replace: "LinkScope::User.linker(&signed)?",
            },
            Change { file: CODE, find: "self.owner != linker.owner()", replace: "false" },
        ],
        attack: "account: a role dropped between login and complete",
        then: "succeeded, 1 exchanges",
    },
    Mutation {
        without: "the type of a role in the account",
        changes: &[Change {
            file: LINK_SCOPE,
            find: "role.r#type.as_deref() == Some(\"builtIn\")",
            replace: "role.r#type.as_deref() != Some(\"\")",
        }],
        attack: "role: a custom role named Administrator",
        then: "succeeded",
    },
    Mutation {
        without: "the id of a role in the account",
        changes: &[Change {
            file: LINK_SCOPE,
            find: "role.id.as_ref() == Some(&self.id)",
            replace: "role.id.as_ref() != Some(&self.name)",
        }],
        attack: "role: a true id with a forged name",
        then: "succeeded",
    },
    Mutation {
        without: "the name of a role in the account",
        changes: &[Change {
            file: LINK_SCOPE,
            find: "role.name.as_ref() == Some(&self.name)",
            replace: "role.name.as_ref() != Some(&self.id)",
        }],
        attack: "role: a forged id with a true name",
        then: "succeeded",
    },
    Mutation {
        without: "refusing a key twice in a role of the account",
        changes: &[Change {
            file: SIGNED_REQUEST,
            find: ".filter(|_| json::has_distinct_keys(payload.as_bytes()))",
            replace: "",
        }],
        attack: "role: a key twice in a role",
        then: "succeeded",
    },
    Mutation {
        without: "the owner in T: a user or the account",
        changes: &[Change { file: AUTHORIZE, find: "state.owner != self.scope.owner()", replace: "false" }],
        attack: "owner: a user's T, as the account's",
        then: "succeeded",
    },
    Mutation {
        without: "the owner in K: a user or the account",
        changes: &[Change { file: CODE, find: "self.owner != linker.owner()", replace: "false" }],
        attack: "owner: a user's K, as the account's",
        then: "refused: 401 code_rejected",
    },
    Mutation {
        without: "binding the account's tokens to the account",
        changes: &[Change {
            file: TOKENS,
            find: "[Some(self.scope.account), self.scope.user]",
            replace: "[Some(\"\"), self.scope.user]",
        }],
        attack: "owner: the account's set, copied to another account",
        then: "succeeded",
    },
    Mutation {
        without: "comparing subjects when the account is linked anew",
        changes: &[Change {
            file: MANAGED,
            find: "is_some_and(|set| !set.is_of_subject(&new))",
            replace: "is_some_and(|_| false)",
        }],
        attack: "account 5b: the same, while another account is linked",
        then: "succeeded",
    },
    Mutation {
        without: "waiting for others who link the account, and reading back what was stored",
        changes: &[
            Change {
                file: LEASE,
                find: "self.await_turn(link, deadline.within(deadline.left() / 8)).await?;",
                replace: "",
            },
            Change {
                file: MANAGED,
                find: "self.await_turn(&new.link.unwrap_or_default(), turn).await?;",
                replace: "",
            },
            Change {
                file: MANAGED,
                find: "found.as_ref().is_ok_and(|set| set.link == new.link)",
                replace: "found.is_ok() || found.is_err()",
            },
        ],
        attack: "account: two administrators link different accounts at once",
        then: "2 grants left",
    },
    Mutation {
        without: "one lease for all requests that use the link of the account",
        changes: &[Change {
            file: LEASE,
            find: "for part in self.context() {",
            replace: "hash.update(format!(\"{:p}\", self.timing));\n        for part in self.context() {",
        }],
        attack: "race: twenty functions of two members with one expired token of the account",
        then: "signed out",
    },
    Mutation {
        without: "binding stored tokens to the client id",
        changes: &[Change {
            file: TOKENS,
            find: "&self.store.client_id, self.name()]",
            replace: "\"\", self.name()]",
        }],
        attack: "client id: a set of another one",
        then: "succeeded",
    },
    Mutation {
        without: "binding stored tokens to the link name",
        changes: &[Change {
            file: TOKENS,
            find: "&self.store.client_id, self.name()]",
            replace: "&self.store.client_id, \"\"]",
        }],
        attack: "link name: a set copied to another one",
        then: "succeeded",
    },
    Mutation {
        without: "refusing unknown fields in an event of token",
        changes: &[Change { file: TOKEN, find: "#[serde(deny_unknown_fields)]\n", replace: "" }],
        attack: "token: an event of API Gateway, with a link's owner named beside its own fields",
        then: "succeeded",
    },
    Mutation {
        without: "the least age of a token that a caller of token hands in",
        changes: &[Change { file: ACCESS, find: " && !stale.tokens.is_new(timing.now) {", replace: " {" }],
        attack: "token: a caller that hands in every token it gets, for three minutes",
        then: "180 refreshes",
    },
    Mutation {
        without: "comparing the token that a caller of token hands in",
        changes: &[Change {
            file: ACCESS,
            find: "refused.is_some_and(|refused| refused.is(&stale.tokens))",
            replace: "refused.is_some_and(|refused| refused.is(&stale.tokens) || true)",
        }],
        attack: "token: a refused token that is handed in again and again",
        then: "5 refreshes",
    },
    Mutation {
        without: "the purpose of a call's signature",
        changes: &[Change {
            file: SIGNED_REQUEST,
            find: "signed.purpose.as_deref() != Some(purpose)",
            replace: "false",
        }],
        attack: "call: a signature made for userinfo",
        then: "succeeded",
    },
    Mutation {
        without: "comparing the request of a call with the hash that was signed",
        changes: &[Change {
            file: SIGNED_REQUEST,
            find: "hex::encode(Sha256::digest(&request)) == hash",
            replace: "!hash.is_empty()",
        }],
        attack: "call: another request beside the hash of the one that was signed",
        then: "succeeded",
    },
    Mutation {
        without: "the age of a call that writes",
        changes: &[Change { file: CALL, find: "if !call.only_reads() {", replace: "if false {" }],
        attack: "call: a write replayed after 61 s",
        then: "succeeded",
    },
    Mutation {
        without: "the roles of a call",
        changes: &[Change { file: CALL, find: "call.admit(&signed)?;", replace: "" }],
        attack: "call: an administrator's, by a member with no role",
        then: "succeeded",
    },
    Mutation {
        without: "refusing a key twice in the request of a call",
        changes: &[Change {
            file: "shared/src/provider/calls/values.rs",
            find: ".filter(|_| json::has_distinct_keys(text.as_bytes()))",
            replace: "",
        }],
        attack: "call: a parameter twice",
        then: "succeeded",
    },
    Mutation {
        without: "refusing dots alone in a call, and comparing its URL with what the parser made of it",
        changes: &[
            Change {
                file: PARAMETER,
                find: "b\"._~-\".contains(&byte))\n        && !is_dots(text)",
                replace: "b\"._~-\".contains(&byte))",
            },
            Change {
                file: "shared/src/provider/calls/base.rs",
                find: "url.as_str() == text",
                replace: "url.as_str() != \"\"",
            },
        ],
        attack: "call: path \"..\"",
        then: "succeeded",
    },
    Mutation {
        without: "refusing quotes in an address of a call",
        changes: &[Change { file: PARAMETER, find: "b\".!#$&*+-=?^_~\"", replace: "b\"'.!#$&*+-=?^_~\"" }],
        attack: "call: literal email \"a'@example.com\"",
        then: "succeeded",
    },
    Mutation {
        without: "keeping text out of the paths of a call",
        changes: &[Change {
            file: PARAMETER,
            find: "!matches!(self, Self::Typed(Type::Text))",
            replace: "true",
        }],
        attack: "calls file: a text within a path",
        then: "succeeded: it started",
    },
    Mutation {
        without: "asking for the hosts of a field that is the base of a call",
        changes: &[Change {
            file: "shared/src/provider/calls/base.rs",
            find: " && field.holds_address()",
            replace: "",
        }],
        attack: "calls file: a base from a field without hosts",
        then: "succeeded: it started",
    },
    Mutation {
        without: "checking the address that is the base of a call",
        changes: &[Change {
            file: "shared/src/provider/description/kept.rs",
            find: "hosts.admit(host)",
            replace: "hosts.admit(host) || host == \"127.0.0.1\"",
        }],
        attack: "SSRF: the token answer names the API https://127.0.0.1",
        then: "503 provider_unavailable",
    },
    Mutation {
        without: "looking for the access token in the response to a call",
        changes: &[Change {
            file: ACCESS,
            find: "if repeats(&reply, tokens.access_token.expose_secret()) {",
            replace: "if false {",
        }],
        attack: "call: an API that repeats the access token",
        then: "the proof itself broke",
    },
];
