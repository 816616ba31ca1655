use serde_json::json;

use crate::manners::manner::{ACCESS, Body, Client, Manner, REFRESH, Reply, form, hinted, revoke, user};

#[expect(clippy::too_many_lines, reason = "a table")]
pub fn rows() -> Vec<Manner> {
    vec![
        Manner {
            name: "freshbooks",
            authorize: "auth.freshbooks.com/oauth/authorize",
            scope: ("scope", "user:profile:read"),
            token: "api.freshbooks.com/auth/oauth/token",
            refresh: Some("api.freshbooks.com/auth/oauth/token"),
            refresh_extras: &[("redirect_uri", "*")],
            whoami: ("GET", "api.freshbooks.com/auth/api/v1/users/me"),
            profile: json!({ "response": {
                "id": "ada", "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
            } }),
            user: user(None, Some("Ada"), None),
            revocations: vec![revoke(
                "POST",
                "api.freshbooks.com/auth/oauth/revoke",
                Client::Post,
                None,
                Body::Json(json!({ "token": REFRESH })),
            )],
            ..Manner::default()
        },
        Manner {
            name: "github",
            authorize: "github.com/login/oauth/authorize",
            scope: ("scope", "read:user user:email"),
            callback: &[("iss", "https://github.com/login/oauth")],
            token: "github.com/login/oauth/access_token",
            refresh: Some("github.com/login/oauth/access_token"),
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 28800, "scope": "read:user,user:email" }),
            expires_in: Some(28800),
            rejected: Reply(200, json!({ "error": "bad_verification_code" })),
            rejected_refresh: Some(Reply(200, json!({ "error": "bad_refresh_token" }))),
            whoami: ("GET", "api.github.com/user"),
            profile: json!({ "id": "ada", "login": "ada1815", "name": null, "email": null, "avatar_url": "https://x/ada" }),
            emails: Some((
                "api.github.com/user/emails",
                json!([
                    { "email": "other@example.com", "primary": false, "verified": false },
                    { "email": "ada@example.com", "primary": true, "verified": true },
                ]),
            )),
            user: user(Some(true), Some("ada1815"), Some("https://x/ada")),
            revocations: vec![revoke(
                "DELETE",
                "api.github.com/applications/sandbox-client/token",
                Client::BasicRaw,
                None,
                Body::Json(json!({ "access_token": ACCESS })),
            )],
            revoked: Reply(204, json!(null)),
            ..Manner::default()
        },
        Manner {
            name: "gitlab",
            authorize: "gitlab.com/oauth/authorize",
            scope: ("scope", "openid email profile"),
            token: "gitlab.com/oauth/token",
            refresh: Some("gitlab.com/oauth/token"),
            whoami: ("GET", "gitlab.com/oauth/userinfo"),
            revocations: vec![revoke(
                "POST",
                "gitlab.com/oauth/revoke",
                Client::Post,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "google",
            authorize: "accounts.google.com/o/oauth2/v2/auth",
            authorize_extras: &[("access_type", "offline"), ("prompt", "consent")],
            callback: &[("iss", "https://accounts.google.com")],
            token: "oauth2.googleapis.com/token",
            refresh: Some("oauth2.googleapis.com/token"),
            whoami: ("GET", "openidconnect.googleapis.com/v1/userinfo"),
            revocations: vec![revoke(
                "POST",
                "oauth2.googleapis.com/revoke",
                Client::Nobody,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "hubspot",
            authorize: "app.hubspot.com/oauth/authorize",
            scope: ("scope", "oauth"),
            token: "api.hubapi.com/oauth/2026-03/token",
            refresh: Some("api.hubapi.com/oauth/2026-03/token"),
            rejected: Reply(400, json!({ "status": "BAD_AUTH_CODE", "error": null, "message": "no" })),
            rejected_refresh: Some(Reply(
                400,
                json!({ "status": "BAD_REFRESH_TOKEN", "error": "invalid_grant", "message": "no" }),
            )),
            whoami: ("POST", "api.hubapi.com/oauth/2026-03/token/introspect"),
            whoami_body: form(&[("token", "{token}"), ("token_type_hint", "access_token")]),
            whoami_client: Client::Post,
            profile: json!({
                "active": true, "token": ACCESS, "user": "ada@example.com", "user_id": "ada", "hub_id": 7,
            }),
            stale: Reply(200, json!({ "active": false })),
            user: user(None, Some("ada@example.com"), None),
            ..Manner::default()
        },
        Manner {
            name: "intercom",
            authorize: "app.intercom.com/oauth",
            scope: ("scope", ""),
            token: "api.intercom.io/auth/eagle/token",
            granted: json!({ "token": ACCESS, "access_token": ACCESS, "token_type": "Bearer" }),
            expires_in: None,
            whoami: ("GET", "api.intercom.io/me"),
            profile: json!({
                "type": "admin", "id": "ada", "name": "Ada", "email": "ada@example.com", "email_verified": true,
                "avatar": { "image_url": "https://x/ada" },
            }),
            ..Manner::default()
        },
        Manner {
            name: "klaviyo",
            authorize: "www.klaviyo.com/oauth/authorize",
            scope: ("scope", "accounts:read"),
            token: "a.klaviyo.com/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("a.klaviyo.com/oauth/token"),
            whoami: ("GET", "a.klaviyo.com/api/accounts/"),
            whoami_headers: &[("revision", "2026-10-15")],
            profile: json!({ "data": [{ "type": "account", "id": "ada", "attributes": {
                "contact_information": { "organization_name": "Ada" },
            } }] }),
            user: {
                let mut user = user(None, Some("Ada"), None);
                user["email"] = json!(null);
                user
            },
            revocations: vec![revoke("POST", "a.klaviyo.com/oauth/revoke", Client::BasicRaw, None, hinted())],
            ..Manner::default()
        },
        Manner {
            name: "linear",
            authorize: "linear.app/oauth/authorize",
            scope: ("scope", "read"),
            authorize_extras: &[("prompt", "consent")],
            token: "api.linear.app/oauth/token",
            refresh: Some("api.linear.app/oauth/token"),
            whoami: ("POST", "api.linear.app/graphql"),
            whoami_body: Body::Json(json!({ "query": "{ viewer { id name email avatarUrl } }" })),
            profile: json!({ "data": { "viewer": {
                "id": "ada", "name": "Ada", "email": "ada@example.com", "avatarUrl": "https://x/ada",
            } } }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            revocations: vec![revoke(
                "POST",
                "api.linear.app/oauth/revoke",
                Client::Nobody,
                Some(ACCESS),
                Body::None,
            )],
            ..Manner::default()
        },
        Manner {
            name: "linkedin",
            authorize: "www.linkedin.com/oauth/v2/authorization",
            scope: ("scope", "openid profile email"),
            pkce: false,
            token: "www.linkedin.com/oauth/v2/accessToken",
            refresh: Some("www.linkedin.com/oauth/v2/accessToken"),
            whoami: ("GET", "api.linkedin.com/v2/userinfo"),
            revocations: vec![revoke(
                "POST",
                "www.linkedin.com/oauth/v2/revoke",
                Client::Post,
                None,
                form(&[("token", ACCESS)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "mailchimp",
            authorize: "login.mailchimp.com/oauth2/authorize",
            scope: ("scope", ""),
            pkce: false,
            token: "login.mailchimp.com/oauth2/token",
            granted: json!({ "access_token": ACCESS, "expires_in": 0, "scope": null }),
            expires_in: None,
            whoami: ("GET", "login.mailchimp.com/oauth2/metadata"),
            profile: json!({ "dc": "us6", "accountname": "Ada", "login": { "login_id": "ada", "email": "ada@example.com" } }),
            user: user(None, Some("Ada"), None),
            ..Manner::default()
        },
        Manner {
            name: "monday",
            authorize: "auth.monday.com/oauth2/authorize",
            scope: ("scope", "me:read"),
            pkce: false,
            token: "auth.monday.com/oauth2/token",
            granted: json!({ "access_token": ACCESS, "token_type": "Bearer", "scope": "me:read" }),
            expires_in: None,
            whoami: ("POST", "api.monday.com/v2"),
            whoami_body: Body::Json(json!({ "query": "{ me { id name email is_verified photo_thumb } }" })),
            token_header: Some("authorization"),
            profile: json!({ "data": { "me": {
                "id": "ada", "name": "Ada", "email": "ada@example.com", "is_verified": true,
                "photo_thumb": "https://x/ada",
            } } }),
            ..Manner::default()
        },
    ]
}
