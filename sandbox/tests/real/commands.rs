//! The commands for a provider that is not the sandbox's own: `discover`, `--provider … --env …`, `check-provider`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use axum::http::StatusCode;
use sandbox::Party;
use sandbox::testing::rig::assert_silent;
use serde_json::json;

use crate::bench::{Bench, refresh_token};
use crate::servers::{API_HOST, CLIENT_ID, CLIENT_SECRET, Kind, LIFETIME, Server};

pub async fn a_discovered_description_links_refreshes_and_signs_out(kind: Kind) {
    let server = Server::start(kind);
    let files = Files::of(&server);
    let bench = Bench::of_file(server, &files.env(CLIENT_SECRET)).await;
    let app = bench.linked().await;
    let old = bench.tokens(&app).await;

    bench.rig.clock.advance(LIFETIME);
    let user = app.userinfo().await;
    assert_eq!((user.status, &user.json()["email"]), (StatusCode::OK, &json!("alice@example.com")));
    assert_eq!(bench.calls("refresh_token").await, 1);
    let tokens = bench.tokens(&app).await;
    assert_ne!(refresh_token(&tokens), refresh_token(&old));

    assert_eq!(app.logout().await.json(), json!({ "revoked": true }));
    assert!(!bench.takes(&tokens.access_token).await, "revoked");

    // The list shows where the functions really went; `assert_silent` looks for the client's secret.
    let (seen, _) = bench.rig.world.traffic.watch();
    let at_provider = seen.iter().filter(|exchange| exchange.to == Party::Provider);
    let at_provider: Vec<_> = at_provider
        .map(|it| (it.from, it.host.as_deref(), it.method.as_str(), it.path.as_str(), it.status))
        .collect();
    let call = |method, path| ("back end", Some("127.0.0.1"), method, path, 200);
    let (token, userinfo) = (call("POST", "token"), call("GET", "userinfo"));
    assert_eq!(at_provider, [token, userinfo, token, userinfo, call("POST", "revoke")]);
    let list = serde_json::to_string(&seen).unwrap();
    assert_silent("the list", &list);
    bench.assert_unseen("the list", &list);
}

pub async fn what_needs_no_person_is_checked(kind: Kind) {
    let server = Server::start(kind);
    let files = Files::of(&server);
    let checked = check(&files.env(CLIENT_SECRET)).await;
    println!("{}", checked.table);
    assert!(checked.is_success, "{checked:?}");
    checked.says("host | 127.0.0.1", "resolves | yes");
    checked.says("authorization |", "a page for the person");
    checked.says("`prompt=none`", "`error=login_required` | yes: client and redirect URI are known");
    // The toolkit asks for a sign-in before it looks at the client.
    let unknown = match kind {
        Kind::OidcProvider => "400 text/html | yes: refused",
        Kind::DjangoOauthToolkit => "unclear: not refused before somebody signs in",
    };
    checked.says("for an unknown client", unknown);
    checked.says("for another redirect URI", unknown);
    checked.says("exchange of a made-up code", "yes: `code_rejected`");
    checked.says("refresh with a made-up token", "yes: `reconnect_required`");
    checked.says("userinfo for a made-up token", "yes: `reconnect_required`");
    checked.says("revocation of a made-up token", "yes: it answers");
}

pub async fn a_client_that_is_not_registered_is_seen(kind: Kind) {
    let server = Server::start(kind);
    let files = Files::of(&server);
    let wrong = check(&files.env("PLANTED, but wrong")).await;
    assert!(!wrong.is_success, "{wrong:?}");
    wrong.says("exchange of a made-up code", "**no**: `client_misconfigured`, not `code_rejected`");
    wrong.says("`prompt=none`", "yes: client and redirect URI are known");

    let none =
        check(&files.write("none.env", &format!("PROVIDER_FILE={}\n", files.description.display()))).await;
    assert!(none.is_success, "{none:?}");
    none.says("exchange of a made-up code", "yes: the made-up client is refused");

    let elsewhere =
        fs::read_to_string(files.env(CLIENT_SECRET)).unwrap().replace(API_HOST, "https://other.example.com");
    let elsewhere = check(&files.write("elsewhere.env", &elsewhere)).await;
    assert!(!elsewhere.is_success, "{elsewhere:?}");
    elsewhere.says("`prompt=none`", "**no**: client or redirect URI is refused");
}

/// A description made by `discover`, and files for `--env`, in a folder of this test.
struct Files {
    folder: PathBuf,
    description: PathBuf,
}

impl Files {
    fn of(server: &Server) -> Self {
        let port = server.origin.rsplit(':').next().unwrap();
        let folder = std::env::temp_dir().join(format!("commands-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let discovered = run(&["discover", &server.discovery_issuer()]);
        assert!(discovered.status.success(), "{discovered:?}");
        let description = folder.join("discovered.json");
        fs::write(&description, discovered.stdout).unwrap();
        Self { folder, description }
    }

    fn env(&self, secret: &str) -> PathBuf {
        let description = self.description.display();
        self.write(
            "real.env",
            &format!(
                "# Of the tests\nPROVIDER_FILE={description}\nAPI_HOST_URL={API_HOST}\n\
                 THIRD_PARTY_CLIENT_ID={CLIENT_ID}/client_secret_post\nTHIRD_PARTY_CLIENT_SECRET=\"{secret}\"\n"
            ),
        )
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // The machine clears its own temporary files at some time.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What `check-provider` printed.
#[derive(Debug)]
struct Checked {
    is_success: bool,
    table: String,
}

impl Checked {
    /// One row has the one and, after it, the other.
    fn says(&self, step: &str, rest: &str) {
        let mut rows = self.table.lines().filter_map(|row| row.split_once(step));
        assert!(rows.any(|(_, after)| after.contains(rest)), "{step} … {rest}: {}", self.table);
    }
}

async fn check(env: &Path) -> Checked {
    let env = env.to_str().unwrap().to_owned();
    let check = move || run(&["check-provider", "custom", "--env", &env]);
    let output = tokio::task::spawn_blocking(check).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (table, problems) = (text(output.stdout), text(output.stderr));
    assert_silent("check-provider", &format!("{table}{problems}"));
    Checked { is_success: output.status.success(), table }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sandbox")).args(arguments).output().expect("the command runs")
}
