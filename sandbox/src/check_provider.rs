//! `cargo run -- check-provider`: what can be seen of a provider without a person.
//!
//! It sends made-up codes and tokens the way the functions do, and reports what the functions would make of the answers.
//! A table of it can be shown to anyone: it has no secret, and no query of an address.

mod authorization;
mod report;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use shared::http::Timeouts;
use shared::provider::{
    AuthorizationEndpoint, Kept, RedirectionEndpoint, RevocationEndpoint, TokenEndpoint, UserinfoEndpoint,
};
use shared::settings::Source;
use shared::{
    AuthorizationCode, Clock, Deadline, Environment, Error, Http, LoadError, PkceVerifier, Provider, Settings,
};

use crate::real_provider::{Client, RealProvider};
pub use report::{Finding, Report, Row};
use witness::{Secrets, Witness};

/// Where `cargo run` has the functions answer.
const API_HOST_URL: &str = "http://localhost:3333";
/// As short as the functions' own gets (docs/providers/description.md).
pub const STATE_LENGTH: usize = 250;
/// Not a code, token or secret of anyone.
const MADE_UP: &str = "made-up-for-check-provider";
/// RFC 7636 section 4.1 wants 43 characters at least.
const MADE_UP_VERIFIER: &str = "made-up-for-check-provider-made-up-for-check-provider";

/// More patient than the functions, to tell slow from silent.
const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(5), attempt: Duration::from_secs(10), ..Timeouts::DEFAULT };

/// Why there is no report.
#[derive(Debug)]
pub enum NotChecked {
    /// The functions would not start with these settings.
    Settings(LoadError),
    /// The functions' `state` is longer than the description says the provider takes.
    State,
    /// Nothing answers: what was found about each host.
    Unreachable(Vec<String>),
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(f),
            Self::State => f.write_str("No sign-in can begin: authorization.state_limit is too low."),
            Self::Unreachable(hosts) => write!(
                f,
                "The provider cannot be reached: {}. Is this machine online? The functions use no proxy, so neither \
                 does this.",
                hosts.join("; ")
            ),
        }
    }
}

impl std::error::Error for NotChecked {}

impl From<LoadError> for NotChecked {
    fn from(error: LoadError) -> Self {
        Self::Settings(error)
    }
}

/// Asks the provider everything that it answers without a person.
///
/// # Errors
/// [`NotChecked`].
pub async fn check(provider: &RealProvider) -> Result<Report, NotChecked> {
    let check = Check::of(provider);
    // Also lists every problem of the settings at once.
    let endpoints = check.endpoints(&Witness::new(Secrets::default())).await?;
    let (authorization, exchange, refresh, userinfo, revocation) = tokio::try_join!(
        authorization::rows(&check, &endpoints),
        check.exchange(),
        check.refresh(),
        check.userinfo(),
        check.revocation(),
    )?;
    let rows: Vec<_> = authorization.into_iter().chain([exchange, refresh, userinfo, revocation]).collect();
    let hosts: BTreeSet<_> = rows.iter().filter_map(|row| row.host.clone()).collect();
    let mut resolved = Vec::new();
    for host in hosts {
        resolved.push(Row::of_host(host).await);
    }
    if !rows.iter().any(Row::is_answered) {
        let problems = resolved.into_iter().map(Row::into_problem);
        return Err(NotChecked::Unreachable(problems.collect()));
    }
    Ok(Report {
        provider: provider.name.clone(),
        settings: provider.to_settings().into_keys().collect(),
        rows: resolved.into_iter().chain(rows).collect(),
    })
}

/// How to ask the provider.
struct Check {
    settings: BTreeMap<String, String>,
    client: Client,
    /// Whether the client is not made up.
    is_registered: bool,
}

/// The provider's endpoints, as the functions have them.
struct Endpoints {
    authorization: AuthorizationEndpoint,
    redirection: RedirectionEndpoint,
    token: TokenEndpoint,
    userinfo: UserinfoEndpoint,
    revocation: RevocationEndpoint,
}

impl Endpoints {
    fn from_settings(settings: &mut Settings, http: &Http) -> Option<Self> {
        let provider = Provider::from_settings(settings);
        let authorization = AuthorizationEndpoint::from_settings(settings, &provider);
        let redirection = RedirectionEndpoint::from_settings(settings, &provider);
        let token = TokenEndpoint::from_settings(settings, &provider, http);
        let userinfo = UserinfoEndpoint::from_settings(settings, &provider, http);
        let revocation = RevocationEndpoint::from_settings(settings, &provider, http);
        Some(Self {
            authorization: authorization?,
            redirection: redirection?,
            token: token?,
            userinfo: userinfo?,
            revocation: revocation?,
        })
    }
}

impl Check {
    fn of(provider: &RealProvider) -> Self {
        let made_up = || Client { id: MADE_UP.to_owned(), secret: MADE_UP.into() };
        let mut settings = provider.to_settings();
        settings.entry("API_HOST_URL".to_owned()).or_insert_with(|| API_HOST_URL.to_owned());
        Self {
            settings,
            client: provider.client.clone().unwrap_or_else(made_up),
            is_registered: provider.client.is_some(),
        }
    }

    /// The endpoints, with their calls seen by `witness`.
    async fn endpoints(&self, witness: &Witness) -> Result<Endpoints, LoadError> {
        self.endpoints_with(&[], witness).await
    }

    /// The same, with other settings.
    async fn endpoints_with(
        &self,
        changes: &[(&str, &str)],
        witness: &Witness,
    ) -> Result<Endpoints, LoadError> {
        let mut settings = self.settings.clone();
        settings.insert("THIRD_PARTY_CLIENT_ID".to_owned(), self.client.id.clone());
        settings
            .insert("THIRD_PARTY_CLIENT_SECRET".to_owned(), self.client.secret.expose_secret().to_owned());
        settings.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let http = Http::new(TIMEOUTS).watched_by(witness.watcher());
        let source = Source::new(Environment::from_iter(settings), &http, Clock::system());
        source.load(|settings| Endpoints::from_settings(settings, &http)).await
    }

    fn witness(&self) -> Witness {
        let secrets = if self.is_registered { Secrets::of(&self.client) } else { Secrets::default() };
        Witness::new(secrets)
    }

    async fn exchange(&self) -> Result<Row, NotChecked> {
        let witness = self.witness();
        let endpoint = self.endpoints(&witness).await?.token;
        let code = AuthorizationCode::from(MADE_UP);
        let verifier = PkceVerifier::from(MADE_UP_VERIFIER.to_owned());
        let granted = endpoint.exchange(&code, &verifier, &BTreeMap::new(), deadline()).await;
        let finding = self.refusal(granted.err(), &Error::CodeRejected);
        Ok(witness.row("exchange of a made-up code", finding))
    }

    async fn refresh(&self) -> Result<Row, NotChecked> {
        let witness = self.witness();
        let endpoint = self.endpoints(&witness).await?.token;
        let granted = endpoint.refresh(&made_up_token(), &BTreeMap::new(), deadline()).await;
        let finding = self.refusal(granted.err().map(Error::from), &Error::ReconnectRequired);
        Ok(witness.row("refresh with a made-up token", finding))
    }

    /// What it means that the token endpoint answered like this, if a made-up code or token should be refused with
    /// `expected`.
    fn refusal(&self, refused: Option<Error>, expected: &Error) -> Finding {
        match refused {
            None => Finding::No("it granted tokens".to_owned()),
            Some(error) if error.code() == expected.code() => Finding::Yes(format!("`{}`", error.code())),
            Some(Error::ClientMisconfigured) if !self.is_registered => {
                Finding::Yes("the made-up client is refused".to_owned())
            }
            Some(Error::RateLimited(seconds)) => {
                Finding::Unclear(format!("`rate_limited`: try again in {seconds} s"))
            }
            Some(error) => Finding::No(format!("`{}`, not `{}`", error.code(), expected.code())),
        }
    }

    async fn userinfo(&self) -> Result<Row, NotChecked> {
        let witness = self.witness();
        let endpoint = self.endpoints(&witness).await?.userinfo;
        let nothing = BTreeMap::new();
        let kept = Kept { callback: &nothing, granted: &nothing };
        let told = endpoint.read(&made_up_token(), kept, deadline()).await;
        let finding = self.refusal(told.err(), &Error::ReconnectRequired);
        Ok(witness.row("userinfo for a made-up token", finding))
    }

    async fn revocation(&self) -> Result<Row, NotChecked> {
        let witness = self.witness();
        let endpoint = self.endpoints(&witness).await?.revocation;
        let token = made_up_token();
        let is_revoked = endpoint.revoke(&token, Some(&token), &BTreeMap::new(), deadline()).await;
        let finding = match witness.status() {
            _ if is_revoked => Finding::Yes("it answers".to_owned()),
            // RFC 7009 section 2.2 wants a 200, but many refuse what they do not know.
            Some(400 | 403) => Finding::Yes("it answers, and refuses the token".to_owned()),
            Some(401) => Finding::Unclear("it refuses the token, or the client".to_owned()),
            Some(200) => Finding::Yes("it answers, with a refusal".to_owned()),
            Some(_) => Finding::No("no revocation endpoint answers".to_owned()),
            None => Finding::Yes("none is described".to_owned()),
        };
        Ok(witness.row("revocation of a made-up token", finding))
    }
}

fn made_up_token() -> SecretString {
    MADE_UP.into()
}

fn deadline() -> Deadline {
    Deadline::after(TIMEOUTS.request)
}
