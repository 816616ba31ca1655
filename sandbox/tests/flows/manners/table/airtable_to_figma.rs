use serde_json::json;

use crate::manners::manner::{
    ACCESS, Body, Client, Manner, REFRESH, Reply, form, hinted, revoke, user, with_granted,
};

#[expect(clippy::too_many_lines, reason = "a table")]
pub fn rows() -> Vec<Manner> {
    vec![
        Manner {
            name: "airtable",
            authorize: "airtable.com/oauth2/v1/authorize",
            scope: ("scope", "user.email:read"),
            token: "airtable.com/oauth2/v1/token",
            client: Client::BasicRaw,
            refresh: Some("airtable.com/oauth2/v1/token"),
            whoami: ("GET", "api.airtable.com/v0/meta/whoami"),
            profile: json!({ "id": "ada", "email": "ada@example.com" }),
            user: user(None, None, None),
            ..Manner::default()
        },
        Manner {
            name: "asana",
            authorize: "app.asana.com/-/oauth_authorize",
            scope: ("scope", "default"),
            token: "app.asana.com/-/oauth_token",
            refresh: Some("app.asana.com/-/oauth_token"),
            whoami: ("GET", "app.asana.com/api/1.0/users/me"),
            profile: json!({ "data": {
                "gid": "ada", "email": "ada@example.com", "name": "Ada",
                "photo": { "image_128x128": "https://x/ada" },
            } }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            revocations: vec![revoke(
                "POST",
                "app.asana.com/-/oauth_revoke",
                Client::Post,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "atlassian",
            authorize: "auth.atlassian.com/authorize",
            scope: ("scope", "read:me offline_access"),
            authorize_extras: &[("audience", "api.atlassian.com"), ("prompt", "consent")],
            token: "auth.atlassian.com/oauth/token",
            refresh: Some("auth.atlassian.com/oauth/token"),
            whoami: ("GET", "api.atlassian.com/me"),
            profile: json!({ "account_id": "ada", "email": "ada@example.com", "name": "Ada", "picture": "https://x/ada" }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            ..Manner::default()
        },
        Manner {
            name: "attio",
            authorize: "app.attio.com/authorize",
            scope: ("scope", ""),
            token: "app.attio.com/oauth/token",
            granted: json!({ "access_token": ACCESS, "token_type": "Bearer" }),
            expires_in: None,
            whoami: ("GET", "api.attio.com/v2/self"),
            profile: json!({
                "active": true, "sub": "the workspace", "authorized_by_workspace_member_id": "ada",
                "workspace_name": "Ada", "workspace_logo_url": "https://x/ada",
            }),
            stale: Reply(200, json!({ "active": false })),
            user: {
                let mut user = user(None, Some("Ada"), Some("https://x/ada"));
                user["email"] = json!(null);
                user
            },
            ..Manner::default()
        },
        Manner {
            name: "auth0",
            tenant: Some("acme.eu.auth0.com"),
            authorize: "acme.eu.auth0.com/authorize",
            scope: ("scope", "openid email profile offline_access"),
            token: "acme.eu.auth0.com/oauth/token",
            refresh: Some("acme.eu.auth0.com/oauth/token"),
            whoami: ("GET", "acme.eu.auth0.com/userinfo"),
            revocations: vec![revoke("POST", "acme.eu.auth0.com/oauth/revoke", Client::Post, None, hinted())],
            ..Manner::default()
        },
        Manner {
            name: "calendly",
            authorize: "auth.calendly.com/oauth/authorize",
            scope: ("scope", ""),
            token: "auth.calendly.com/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("auth.calendly.com/oauth/token"),
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 7200, "owner": "https://api.calendly.com/users/ada" }),
            expires_in: Some(7200),
            whoami: ("GET", "api.calendly.com/users/me"),
            profile: json!({ "resource": {
                "uri": "ada", "name": "Ada", "email": "ada@example.com", "avatar_url": "https://x/ada",
            } }),
            user: with_granted(
                user(None, Some("Ada"), Some("https://x/ada")),
                json!({ "owner": "https://api.calendly.com/users/ada" }),
            ),
            revocations: vec![revoke(
                "POST",
                "auth.calendly.com/oauth/revoke",
                Client::Post,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "discord",
            authorize: "discord.com/api/oauth2/authorize",
            scope: ("scope", "identify email"),
            token: "discord.com/api/oauth2/token",
            refresh: Some("discord.com/api/oauth2/token"),
            whoami: ("GET", "discord.com/api/users/@me"),
            profile: json!({
                "id": "ada", "email": "ada@example.com", "verified": true,
                "username": "ada1815", "global_name": "Ada", "avatar": "0123",
            }),
            user: user(Some(true), Some("Ada"), None),
            revocations: vec![revoke(
                "POST",
                "discord.com/api/oauth2/token/revoke",
                Client::Post,
                None,
                hinted(),
            )],
            ..Manner::default()
        },
        Manner {
            name: "docusign",
            tenant: Some("account-d.docusign.com"),
            authorize: "account-d.docusign.com/oauth/auth",
            scope: ("scope", "signature extended"),
            token: "account-d.docusign.com/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("account-d.docusign.com/oauth/token"),
            whoami: ("GET", "account-d.docusign.com/oauth/userinfo"),
            profile: json!({ "sub": "ada", "name": "Ada", "email": "ada@example.com", "accounts": [{ "account_id": "1" }] }),
            user: user(None, Some("Ada"), None),
            ..Manner::default()
        },
        Manner {
            name: "dropbox",
            authorize: "www.dropbox.com/oauth2/authorize",
            scope: ("scope", "account_info.read"),
            authorize_extras: &[("token_access_type", "offline")],
            token: "api.dropboxapi.com/oauth2/token",
            refresh: Some("api.dropboxapi.com/oauth2/token"),
            whoami: ("POST", "api.dropboxapi.com/2/users/get_current_account"),
            profile: json!({
                "account_id": "ada", "email": "ada@example.com", "email_verified": true,
                "name": { "display_name": "Ada" }, "profile_photo_url": "https://x/ada",
            }),
            revocations: vec![revoke(
                "POST",
                "api.dropboxapi.com/2/auth/token/revoke",
                Client::Nobody,
                Some(ACCESS),
                Body::None,
            )],
            ..Manner::default()
        },
        Manner {
            name: "entra",
            tenant: Some("contoso.onmicrosoft.com"),
            authorize: "login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize",
            scope: ("scope", "openid email profile offline_access"),
            authorize_extras: &[("response_mode", "query")],
            token: "login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
            refresh: Some("login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token"),
            // Too long for one secret.
            granted: json!({ "access_token": ACCESS, "refresh_token": "r".repeat(7000), "expires_in": 4000 }),
            expires_in: Some(4000),
            whoami: ("GET", "graph.microsoft.com/oidc/userinfo"),
            profile: json!({ "sub": "ada", "email": "ada@example.com", "name": "Ada", "picture": "https://x/ada" }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            ..Manner::default()
        },
        Manner {
            name: "figma",
            authorize: "www.figma.com/oauth",
            scope: ("scope", "current_user:read"),
            token: "api.figma.com/v1/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("api.figma.com/v1/oauth/refresh"),
            whoami: ("GET", "api.figma.com/v1/me"),
            profile: json!({ "id": "ada", "email": "ada@example.com", "handle": "Ada", "img_url": "https://x/ada" }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            ..Manner::default()
        },
    ]
}
