//! Real OAuth servers, as processes on loopback.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How we are registered at each. Reserved characters must survive every encoding.
pub const CLIENT_ID: &str = "real:app";
/// Must not appear in any log.
pub const CLIENT_SECRET: &str = "PLANTED s3cr+t/ %:&=x";
/// A world's gateway has a different port each time; tests direct the browser from here to there.
pub const API_HOST: &str = "https://app.example.com";
/// Where the functions answer, at that host.
pub const CALLBACK: &str = "https://app.example.com/api/oauth/";
/// Seconds that access tokens live.
pub const LIFETIME: u64 = 600;

/// Where `sandbox/tests/install-packages` installs them, unless the variable `REAL_SERVERS` says otherwise.
pub const INSTALLED: &str = "target/real-servers";

/// Which server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From npm.
    OidcProvider,
    /// From `PyPI`.
    DjangoOauthToolkit,
}

/// A running server. It ends when this value is dropped, or, if this process is killed, when its standard input closes.
pub struct Server {
    /// Which one.
    pub kind: Kind,
    /// Such as `http://127.0.0.1:4711`.
    pub origin: String,
    child: Child,
}

impl Kind {
    /// The name of its package.
    pub fn name(self) -> &'static str {
        match self {
            Self::OidcProvider => "oidc-provider",
            Self::DjangoOauthToolkit => "django-oauth-toolkit",
        }
    }

    /// Installs it into this project, unless it is already there. If it cannot, it says what it needs.
    pub fn install(self) -> bool {
        if std::env::var_os("REAL_SERVERS").is_some() {
            return true;
        }
        let mut install = Command::new(workspace().join("sandbox/tests/install-packages"));
        let status = install
            .args([&format!("sandbox/tests/real/{}", self.name()), INSTALLED])
            .current_dir(workspace())
            .status();
        status.is_ok_and(|status| status.success())
    }

    fn command(self, installed: &Path) -> Command {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real").join(self.name());
        match self {
            Self::OidcProvider => {
                let mut node = Command::new("node");
                node.arg(source.join("server.mjs")).current_dir(installed);
                node
            }
            Self::DjangoOauthToolkit => {
                let mut python = Command::new(installed.join("bin/python"));
                python.arg("-B").arg(source.join("server.py"));
                python
            }
        }
    }
}

impl Server {
    /// Starts it on any free port.
    pub fn start(kind: Kind) -> Self {
        let folder = std::env::var_os("REAL_SERVERS").unwrap_or_else(|| INSTALLED.into());
        // Below the project's folder, unless it is an absolute path.
        let installed = workspace().join(folder).join(kind.name());
        let log = installed.with_extension("log");
        let mut child = kind
            .command(&installed)
            .env("PORT", "0")
            .env("REDIRECT_URI", format!("{CALLBACK}authorize"))
            .env("CLIENT_ID", CLIENT_ID)
            .env("CLIENT_SECRET", CLIENT_SECRET)
            .env("LIFETIME", LIFETIME.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(append_to(&log))
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", kind.name()));
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        let origin = line.strip_prefix("ready ").map(|origin| origin.trim().to_owned());
        let origin = origin.unwrap_or_else(|| panic!("{read:?}: {} tells why", log.display()));
        Self { kind, origin, child }
    }

    /// The token endpoint.
    pub fn token_url(&self) -> String {
        self.at("/token", "/o/token/")
    }

    /// The userinfo endpoint.
    pub fn userinfo_url(&self) -> String {
        self.at("/me", "/o/userinfo/")
    }

    /// RFC 9207, which the toolkit does not support.
    pub fn issuer(&self) -> Option<&str> {
        (self.kind == Kind::OidcProvider).then_some(&self.origin)
    }

    /// The issuer of its metadata (`OpenID` Connect Discovery section 3).
    pub fn discovery_issuer(&self) -> String {
        self.at("", "/o")
    }

    /// The settings for this server.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let scopes = match self.kind {
            // It issues refresh tokens only with this scope, and only if consent is asked for.
            Kind::OidcProvider => "openid email profile offline_access",
            Kind::DjangoOauthToolkit => "openid email profile",
        };
        let mut settings = vec![
            ("API_HOST_URL", API_HOST.to_owned()),
            ("THIRD_PARTY_AUTHORIZE_URL", self.at("/auth?prompt=consent", "/o/authorize/")),
            ("THIRD_PARTY_TOKEN_URL", self.token_url()),
            ("THIRD_PARTY_USERINFO_URL", self.userinfo_url()),
            ("THIRD_PARTY_REVOKE_URL", self.at("/token/revocation", "/o/revoke_token/")),
            ("THIRD_PARTY_ISSUER", self.issuer().unwrap_or_default().to_owned()),
            ("THIRD_PARTY_SCOPES", scopes.to_owned()),
            ("THIRD_PARTY_CLIENT_SECRET_PARAMETER", String::new()),
            ("THIRD_PARTY_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ];
        settings.extend(authenticating_by("client_secret_post"));
        settings
    }

    fn at(&self, oidc_provider: &str, django_oauth_toolkit: &str) -> String {
        let path = match self.kind {
            Kind::OidcProvider => oidc_provider,
            Kind::DjangoOauthToolkit => django_oauth_toolkit,
        };
        format!("{}{path}", self.origin)
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each authentication method has its own client.
pub fn authenticating_by(method: &str) -> [(&'static str, String); 2] {
    let id = format!("{CLIENT_ID}/{method}");
    [("THIRD_PARTY_CLIENT_ID", id), ("THIRD_PARTY_CLIENT_AUTH", method.to_owned())]
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may already have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn append_to(log: &Path) -> File {
    let file = OpenOptions::new().create(true).append(true).open(log);
    file.unwrap_or_else(|error| panic!("{}: {error}", log.display()))
}
