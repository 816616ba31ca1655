//! A provider that lies, and settings that would send our requests elsewhere (server-side request forgery).

use std::net::SocketAddr;

use sandbox::faults::{Fault, Reply};
use sandbox::provider::Person;
use sandbox::testing::rig::{PLANTED, Rig};
use sandbox::world::StartError;
use sandbox::{Options, Party, World};
use serde_json::json;
use tokio::net::TcpListener;

use super::{Attacks, shown, told};

pub(super) const STOPPED: &str = "refused: the function does not start";

pub async fn run(attacks: &mut Attacks<'_>) {
    tenants(attacks).await;
    addresses(attacks).await;
    redirects(attacks).await;
    servers(attacks).await;
}

/// `THIRD_PARTY_TENANT` becomes part of the provider's host.
async fn tenants(attacks: &mut Attacks<'_>) {
    for (provider, host) in [
        ("shopify", ".myshopify.com"),
        ("zendesk", ".zendesk.com"),
        ("okta", ".okta.com"),
        ("auth0", ".auth0.com"),
        ("salesforce", ".my.salesforce.com"),
        ("entra", ""),
    ] {
        for tenant in [
            format!("evil.example.com/{host}"),
            format!("evil.example.com#{host}"),
            format!("evil.example.com?{host}"),
            format!("evil.example.com\\{host}"),
            format!("acme@evil.example.com:443/{host}"),
            format!("evil.example.com%2f{host}"),
            format!("acme{host}.evil.example.com/x"),
            format!("ácme{host}"),
            format!("acme{host}\r\nHost: evil.example.com"),
            "../../latest/meta-data".to_owned(),
            "169.254.169.254/".to_owned(),
            "[::1]".to_owned(),
        ] {
            attacks
                .play(&format!("SSRF: {provider}, tenant {tenant:?}"), STOPPED, async {
                    // The sandbox's own URLs would override the preset's.
                    start(&[
                        ("PROVIDER", provider),
                        ("THIRD_PARTY_URL_BASE", ""),
                        ("THIRD_PARTY_TENANT", &tenant),
                    ])
                    .await
                })
                .await;
        }
    }
}

/// URLs that would send secrets in clear text, or to an unknown place.
async fn addresses(attacks: &mut Attacks<'_>) {
    for (name, address) in [
        ("THIRD_PARTY_TOKEN_URL", "http://provider.example.com/token"),
        ("THIRD_PARTY_TOKEN_URL", "http://169.254.169.254/latest"),
        ("THIRD_PARTY_TOKEN_URL", "file:///etc/passwd"),
        ("THIRD_PARTY_TOKEN_URL", "https://user:password@provider.example.com/token"),
        ("THIRD_PARTY_USERINFO_URL", "http://provider.example.com/me"),
        ("THIRD_PARTY_REVOKE_URL", "http://provider.example.com/revoke"),
        ("THIRD_PARTY_AUTHORIZE_URL", "javascript:alert(1)"),
        ("STRIPE_API_BASE", "http://stripe.example.com"),
        ("STRIPE_REDIRECT_URL", "javascript:alert(1)"),
        ("STRIPE_REDIRECT_URL", "http://dashboard.stripe.com/x"),
        ("API_HOST_URL", "http://api.example.com"),
    ] {
        attacks
            .play(&format!("SSRF: {name}={address}"), STOPPED, async { start(&[(name, address)]).await })
            .await;
    }
}

pub(super) async fn start(settings: &[(&'static str, &str)]) -> String {
    let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    match World::start(Options { port: 0, marker: PLANTED, settings, ..Options::default() }).await {
        Ok(_) => "succeeded: it started".to_owned(),
        Err(StartError::Settings(_)) => STOPPED.to_owned(),
        Err(other) => format!("the sandbox does not start: {other}"),
    }
}

/// A provider, or whoever took over one of its URLs, that redirects our requests: they contain our client's secret, codes
/// and tokens.
async fn redirects(attacks: &mut Attacks<'_>) {
    for (path, status, expected) in [
        ("/token", 302, "refused: 502 provider_error"),
        ("/token", 307, "refused: 502 provider_error"),
        ("/token", 308, "refused: 502 provider_error"),
        ("/oauth/whoami", 302, "refused: 502 provider_error"),
        ("/oauth/whoami", 307, "refused: 502 provider_error"),
        ("/revoke", 307, "refused: not confirmed"),
    ] {
        attacks
            .play(&format!("SSRF: the provider's {path} redirects by {status}"), expected, async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let elsewhere = listener.local_addr().expect("its address");
                let rig = Rig::session_bound().await;
                let app = rig.app();
                if path == "/revoke" {
                    app.link(Person::Ada).await;
                }
                rig.world.faults.always(Party::Provider, path, redirect(status, elsewhere));
                let heard = async { listener.accept().await.is_ok() };
                let answer = async {
                    if path == "/revoke" {
                        let revoked = app.logout().await.json()["revoked"] == true;
                        return if revoked { "succeeded" } else { "refused: not confirmed" }.to_owned();
                    }
                    told(&app.link(Person::Ada).await)
                };
                tokio::select! {
                    biased;
                    _ = heard => "succeeded: our request went elsewhere".to_owned(),
                    told = answer => told,
                }
            })
            .await;
    }
    attacks
        .play(
            "SSRF: Stripe's answer redirects, with our API key",
            "refused: 503 secret_store_unavailable",
            async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let elsewhere = listener.local_addr().expect("its address");
                let rig = Rig::session_bound().await;
                let app = rig.app();
                rig.world.faults.always(Party::Stripe, "/v1/apps/secrets/find", redirect(307, elsewhere));
                tokio::select! {
                    biased;
                    _ = listener.accept() => "succeeded: our request went elsewhere".to_owned(),
                    answer = app.userinfo() => told(&answer),
                }
            },
        )
        .await;
}

/// A callback passes through the user's browser, and may name any server as the one that has the user's account. Our
/// client's secret and the code would go there.
async fn servers(attacks: &mut Attacks<'_>) {
    attacks
        .play("SSRF: the callback names another server", "refused: 400 state_invalid", async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let elsewhere = listener.local_addr().expect("its address");
            let description = json!({
                "data_center": { "parameter": "accounts-server", "servers": ["https://accounts.example.com"] },
                "token": { "url": "https://accounts.example.com/token" },
            });
            let file = std::env::temp_dir().join(format!("servers-{}.json", std::process::id()));
            std::fs::write(&file, description.to_string()).expect("a file");
            let rig = Rig::set(&[("PROVIDER_FILE", &file.to_string_lossy())]).await;
            std::fs::remove_file(file).expect("the file");
            let app = rig.app();
            let begun = app.begin().await;
            let callback = app.at_provider(&begun.authorization_url, Person::Ada);
            let answer = app.get(&format!("{callback}&accounts-server=http://{elsewhere}")).await;
            if !answer.status.is_redirection() {
                return shown(&answer);
            }
            let (_, parameters) = answer.redirect();
            tokio::select! {
                biased;
                _ = listener.accept() => "succeeded: the code and our client's secret went elsewhere".to_owned(),
                answer = app.complete(&parameters["code"], &begun.verifier) => told(&answer),
            }
        })
        .await;
}

pub(super) fn redirect(status: u16, to: SocketAddr) -> Fault {
    let headers = vec![("location".to_owned(), format!("http://{to}/"))];
    Fault::Reply(Reply { status, content_type: "text/plain".to_owned(), headers, body: String::new() })
}
