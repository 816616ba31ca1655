use serde_json::json;

use crate::manners::manner::{
    ACCESS, Body, Client, Manner, REFRESH, Reply, form, hinted, revoke, user, with_granted,
};

#[expect(clippy::too_many_lines, reason = "a table")]
pub fn rows() -> Vec<Manner> {
    vec![
        Manner {
            name: "notion",
            authorize: "api.notion.com/v1/oauth/authorize",
            scope: ("scope", ""),
            authorize_extras: &[("owner", "user")],
            pkce: false,
            token: "api.notion.com/v1/oauth/token",
            client: Client::BasicRaw,
            is_json: true,
            headers: &[("notion-version", "2022-06-28")],
            refresh: Some("api.notion.com/v1/oauth/token"),
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "workspace_id": "w-1" }),
            expires_in: None,
            rejected_refresh: Some(Reply(
                400,
                json!({ "object": "error", "status": 400, "code": "invalid_grant" }),
            )),
            whoami: ("GET", "api.notion.com/v1/users/me"),
            profile: json!({ "object": "user", "id": "the bot", "bot": { "owner": { "user": {
                "id": "ada", "name": "Ada", "avatar_url": "https://x/ada", "person": { "email": "ada@example.com" },
            } } } }),
            user: with_granted(
                user(None, Some("Ada"), Some("https://x/ada")),
                json!({ "workspace_id": "w-1" }),
            ),
            revocations: vec![revoke(
                "POST",
                "api.notion.com/v1/oauth/revoke",
                Client::BasicRaw,
                None,
                Body::Json(json!({ "token": ACCESS })),
            )],
            ..Manner::default()
        },
        Manner {
            name: "okta",
            tenant: Some("acme.okta.com"),
            authorize: "acme.okta.com/oauth2/v1/authorize",
            scope: ("scope", "openid email profile offline_access"),
            token: "acme.okta.com/oauth2/v1/token",
            client: Client::Basic,
            refresh: Some("acme.okta.com/oauth2/v1/token"),
            whoami: ("GET", "acme.okta.com/oauth2/v1/userinfo"),
            profile: json!({ "sub": "ada", "email": "ada@example.com", "email_verified": "true", "name": "Ada" }),
            user: user(Some(true), Some("Ada"), None),
            revocations: vec![revoke(
                "POST",
                "acme.okta.com/oauth2/v1/revoke",
                Client::Basic,
                None,
                hinted(),
            )],
            ..Manner::default()
        },
        Manner {
            name: "pipedrive",
            authorize: "oauth.pipedrive.com/oauth/authorize",
            scope: ("scope", ""),
            pkce: false,
            token: "oauth.pipedrive.com/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("oauth.pipedrive.com/oauth/token"),
            granted: json!({
                "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3599,
                "api_domain": "https://acme.pipedrive.com",
            }),
            expires_in: Some(3599),
            whoami: ("GET", "api.pipedrive.com/users/me"),
            profile: json!({ "success": true, "data": {
                "id": "ada", "name": "Ada", "email": "ada@example.com", "icon_url": "https://x/ada",
            } }),
            user: with_granted(
                user(None, Some("Ada"), Some("https://x/ada")),
                json!({ "api_domain": "https://acme.pipedrive.com" }),
            ),
            revocations: vec![revoke(
                "POST",
                "oauth.pipedrive.com/oauth/revoke",
                Client::BasicRaw,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "quickbooks",
            authorize: "appcenter.intuit.com/connect/oauth2",
            scope: ("scope", "com.intuit.quickbooks.accounting openid email profile"),
            pkce: false,
            callback: &[("realmId", "9130347")],
            token: "oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
            client: Client::BasicRaw,
            refresh: Some("oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
            whoami: ("GET", "accounts.platform.intuit.com/v1/openid_connect/userinfo"),
            profile: json!({ "sub": "ada", "email": "ada@example.com", "emailVerified": true, "givenName": "Ada" }),
            user: {
                let mut user = user(Some(true), Some("Ada"), None);
                user["callback"] = json!({ "realmId": "9130347" });
                user
            },
            revocations: vec![revoke(
                "POST",
                "developer.api.intuit.com/v2/oauth2/tokens/revoke",
                Client::BasicRaw,
                None,
                Body::Json(json!({ "token": REFRESH })),
            )],
            ..Manner::default()
        },
        Manner {
            name: "salesforce",
            tenant: Some("acme.my.salesforce.com"),
            authorize: "acme.my.salesforce.com/services/oauth2/authorize",
            scope: ("scope", "openid email profile refresh_token"),
            authorize_extras: &[("prompt", "consent")],
            token: "acme.my.salesforce.com/services/oauth2/token",
            refresh: Some("acme.my.salesforce.com/services/oauth2/token"),
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "instance_url": "https://acme.my.salesforce.com" }),
            expires_in: None,
            whoami: ("GET", "acme.my.salesforce.com/services/oauth2/userinfo"),
            stale: Reply(403, json!("Bad_OAuth_Token")),
            user: with_granted(
                user(Some(true), Some("Ada"), Some("https://x/ada")),
                json!({ "instance_url": "https://acme.my.salesforce.com" }),
            ),
            revocations: vec![revoke(
                "POST",
                "acme.my.salesforce.com/services/oauth2/revoke",
                Client::Nobody,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "shopify",
            tenant: Some("acme"),
            authorize: "acme.myshopify.com/admin/oauth/authorize",
            scope: ("scope", ""),
            pkce: false,
            callback: &[("shop", "acme.myshopify.com"), ("hmac", "0123"), ("host", "x"), ("timestamp", "1")],
            token: "acme.myshopify.com/admin/oauth/access_token",
            token_extras: &[("expiring", "1")],
            refresh: Some("acme.myshopify.com/admin/oauth/access_token"),
            whoami: ("POST", "acme.myshopify.com/admin/api/2026-10/graphql.json"),
            whoami_body: Body::Json(json!({ "query": "{ shop { id name email } }" })),
            token_header: Some("x-shopify-access-token"),
            profile: json!({ "data": { "shop": { "id": "ada", "email": "ada@example.com", "name": "Ada" } } }),
            user: {
                let mut user = user(None, Some("Ada"), None);
                user["callback"] = json!({ "shop": "acme.myshopify.com" });
                user
            },
            ..Manner::default()
        },
        Manner {
            name: "slack",
            authorize: "slack.com/oauth/v2/authorize",
            scope: ("user_scope", "openid,email,profile"),
            pkce: false,
            token: "slack.com/api/oauth.v2.access",
            refresh: Some("slack.com/api/oauth.v2.access"),
            granted: json!({ "ok": true, "team": { "id": "T1" }, "authed_user": {
                "id": "U1", "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 43200,
            } }),
            expires_in: Some(43200),
            rejected: Reply(200, json!({ "ok": false, "error": "invalid_code" })),
            rejected_refresh: Some(Reply(200, json!({ "ok": false, "error": "invalid_refresh_token" }))),
            whoami: ("GET", "slack.com/api/openid.connect.userInfo"),
            profile: json!({ "ok": true, "sub": "ada", "email": "ada@example.com", "email_verified": true, "name": "Ada", "picture": "https://x/ada" }),
            stale: Reply(200, json!({ "ok": false, "error": "token_revoked" })),
            user: with_granted(
                user(Some(true), Some("Ada"), Some("https://x/ada")),
                json!({ "team_id": "T1" }),
            ),
            revocations: [REFRESH, ACCESS]
                .map(|token| {
                    revoke("POST", "slack.com/api/auth.revoke", Client::Nobody, Some(token), Body::None)
                })
                .into(),
            revoked: Reply(200, json!({ "ok": true, "revoked": true })),
            ..Manner::default()
        },
        Manner {
            name: "webflow",
            authorize: "webflow.com/oauth/authorize",
            scope: ("scope", "authorized_user:read"),
            token: "api.webflow.com/oauth/access_token",
            granted: json!({ "access_token": ACCESS, "token_type": "bearer", "scope": "authorized_user:read" }),
            expires_in: None,
            whoami: ("GET", "api.webflow.com/v2/token/authorized_by"),
            profile: json!({ "id": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace" }),
            user: user(None, Some("Ada"), None),
            revocations: vec![revoke(
                "POST",
                "webflow.com/oauth/revoke_authorization",
                Client::Post,
                None,
                Body::Json(json!({ "access_token": ACCESS })),
            )],
            ..Manner::default()
        },
        Manner {
            name: "xero",
            authorize: "login.xero.com/identity/connect/authorize",
            scope: ("scope", "openid email profile offline_access"),
            token: "identity.xero.com/connect/token",
            client: Client::Basic,
            refresh: Some("identity.xero.com/connect/token"),
            granted: json!({ "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 1800 }),
            expires_in: Some(1800),
            whoami: ("GET", "identity.xero.com/connect/userinfo"),
            profile: json!({ "sub": "ada", "email": "ada@example.com", "name": "Ada" }),
            user: user(None, Some("Ada"), None),
            revocations: vec![revoke(
                "POST",
                "identity.xero.com/connect/revocation",
                Client::Basic,
                None,
                hinted(),
            )],
            ..Manner::default()
        },
        Manner {
            name: "zendesk",
            tenant: Some("acme"),
            authorize: "acme.zendesk.com/oauth/authorizations/new",
            scope: ("scope", "read"),
            token: "acme.zendesk.com/oauth/tokens",
            token_extras: &[("expires_in", "1800")],
            refresh: Some("acme.zendesk.com/oauth/tokens"),
            refresh_extras: &[("expires_in", "1800")],
            whoami: ("GET", "acme.zendesk.com/api/v2/users/me"),
            profile: json!({ "user": {
                "id": "ada", "email": "ada@example.com", "verified": true, "name": "Ada",
                "photo": { "content_url": "https://x/ada" },
            } }),
            user: user(None, Some("Ada"), Some("https://x/ada")),
            revocations: vec![revoke(
                "DELETE",
                "acme.zendesk.com/api/v2/oauth/tokens/current.json",
                Client::Nobody,
                Some(ACCESS),
                Body::None,
            )],
            revoked: Reply(204, json!(null)),
            ..Manner::default()
        },
        Manner {
            name: "zoho",
            authorize: "accounts.zoho.com/oauth/v2/auth",
            scope: ("scope", "AaaServer.profile.READ"),
            authorize_extras: &[("access_type", "offline"), ("prompt", "consent")],
            callback: &[("location", "eu"), ("accounts-server", "https://accounts.zoho.eu")],
            token: "accounts.zoho.eu/oauth/v2/token",
            refresh: Some("accounts.zoho.eu/oauth/v2/token"),
            granted: json!({
                "access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600,
                "api_domain": "https://www.zohoapis.eu",
            }),
            rejected: Reply(200, json!({ "error": "invalid_code" })),
            whoami: ("GET", "accounts.zoho.eu/oauth/user/info"),
            token_scheme: "Zoho-oauthtoken",
            profile: json!({ "ZUID": "ada", "Email": "ada@example.com", "Display_Name": "Ada" }),
            user: {
                let granted = json!({ "api_domain": "https://www.zohoapis.eu" });
                let mut user = with_granted(user(None, Some("Ada"), None), granted);
                user["callback"] = json!({ "accounts-server": "https://accounts.zoho.eu" });
                user
            },
            revocations: vec![revoke(
                "POST",
                "accounts.zoho.eu/oauth/v2/token/revoke",
                Client::Nobody,
                None,
                form(&[("token", REFRESH)]),
            )],
            ..Manner::default()
        },
        Manner {
            name: "zoom",
            authorize: "zoom.us/oauth/authorize",
            scope: ("scope", ""),
            token: "zoom.us/oauth/token",
            client: Client::BasicRaw,
            refresh: Some("zoom.us/oauth/token"),
            whoami: ("GET", "api.zoom.us/v2/users/me"),
            profile: json!({ "id": "ada", "email": "ada@example.com", "verified": 1, "display_name": "Ada", "pic_url": "https://x/ada" }),
            revocations: vec![revoke(
                "POST",
                "zoom.us/oauth/revoke",
                Client::BasicRaw,
                None,
                form(&[("token", ACCESS)]),
            )],
            ..Manner::default()
        },
    ]
}
