//! All parties on one machine, connected to each other.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::{Router, middleware};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::ExposeSecret as _;
use shared::http::Timeouts;
use shared::{Clock, Environment, Http, LinkFlow, LoadError, Mode};

use crate::Party;
use crate::calls_file::CallsFile;
use crate::dashboard::{self, BackEnd, DashboardConfig, Page};
use crate::faults::{self, Faults};
use crate::gateway::{self, Gateway, Preflights};
use crate::ports::Listener;
use crate::provider::{Provider, ProviderConfig};
use crate::real_provider::{Client, RealProvider};
use crate::ssm::Ssm;
use crate::stripe::{self, StripeApi};
use crate::tls::Authority;
use crate::traffic::{self, Traffic};

/// The Stripe App's id, unless a manifest has another.
pub const APP_ID: &str = "com.example.sandbox";
/// Where the secrets are in SSM.
const PARAMETERS: &str = "/stripe-app-oauth/sandbox/";

/// How to set up a world.
pub struct Options {
    /// The link flow.
    pub flow: LinkFlow,
    /// The gateway's port; the others follow. 0 means any free ones.
    pub port: u16,
    /// Leave the gateway and its functions to another program, such as `cargo lambda watch`, at the same port.
    pub stand_ins_only: bool,
    /// A word contained in every generated secret, so that leaks can be found.
    pub marker: &'static str,
    /// Who answers a preflight.
    pub preflights: Preflights,
    /// A real provider for the functions to use; they then leave the sandbox's own alone. It sends browsers to one
    /// address only, so the gateway's port must be free.
    pub real_provider: Option<RealProvider>,
    /// The clock.
    pub clock: Clock,
    /// The back end's time-outs.
    pub timeouts: Timeouts,
    /// The calls that the app may make; they are made to the sandbox's own provider. Without a file there is no function
    /// `call`.
    pub calls: Option<PathBuf>,
    /// The Dashboard's page.
    pub page: Page,
    /// Further back ends, each with a provider of its own, for an app of several: they share Stripe with the first.
    pub further: usize,
    /// Puts TLS in front of Stripe, the provider and SSM.
    pub authority: Option<Authority>,
    /// Settings to add or replace; a blank value removes the setting.
    pub settings: Vec<(&'static str, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            flow: LinkFlow::SessionBound,
            port: 3333,
            stand_ins_only: false,
            marker: "sandbox",
            preflights: Preflights::default(),
            real_provider: None,
            clock: Clock::system(),
            timeouts: Timeouts::default(),
            calls: None,
            page: Page::default(),
            further: 0,
            authority: None,
            settings: Vec::new(),
        }
    }
}

/// A running world. It ends with the process, or with the runtime it was started on.
pub struct World {
    /// Where the parties are.
    pub addresses: Addresses,
    /// The back ends after the first.
    pub further: Vec<BackEnd>,
    /// What the functions were started with.
    pub environment: Environment,
    /// The same, to write to a file.
    pub settings: BTreeMap<String, String>,
    /// Stripe's API.
    pub stripe: StripeApi,
    /// The sandbox's own provider.
    pub provider: Provider,
    /// SSM Parameter Store.
    pub ssm: Ssm,
    /// Faults on demand.
    pub faults: Faults,
    /// Every request between the parties.
    pub traffic: Traffic,
    /// What `CALLS_FILE` names, here and at the further back ends, as long as they run.
    _calls_files: Vec<CallsFile>,
}

/// Origins, such as `http://localhost:3333`.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// API Gateway.
    pub gateway: String,
    /// Stripe's API.
    pub stripe: String,
    /// The sandbox's own provider.
    pub provider: String,
    /// SSM.
    pub ssm: String,
    /// The Dashboard.
    pub dashboard: String,
}

/// Why there is no world.
#[derive(Debug)]
pub enum StartError {
    /// No free port.
    Port(io::Error),
    /// The port to which a real provider sends browsers is not free.
    Callback(u16, io::Error),
    /// The calls file cannot be used.
    Calls(PathBuf, io::Error),
    /// The functions refuse the settings.
    Settings(LoadError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(error) => write!(f, "no free port on this machine: {error}"),
            Self::Callback(port, error) => write!(
                f,
                "port {port}, to which the provider sends browsers, cannot be used: {error}. End what uses it, or give \
                 another --port and register that address with the provider"
            ),
            Self::Calls(file, error) => write!(f, "{} cannot be used: {error}", file.display()),
            Self::Settings(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Port(error)
    }
}

impl World {
    /// Starts every party on loopback.
    ///
    /// # Errors
    /// If ports are taken, or the functions refuse the settings.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let ports = Ports::bind(&options).await?;
        let addresses = ports.addresses(&options);
        let secrets = Secrets::new(options.marker);
        let mut settings = settings(&options, &addresses);
        let mut calls_files = Vec::from_iter(declare_calls(&mut settings, &options, &addresses)?);
        let environment = Environment::from_iter(settings.clone());

        let faults = Faults::default();
        let traffic = Traffic::new(options.clock.clone());
        let stripe = StripeApi::new(
            secrets.api_keys.to_vec(),
            vec![secrets.app_secret.clone()],
            options.clock.clone(),
        );
        let provider = provider(&options, &secrets, &addresses);
        let client = options.real_provider.as_ref().and_then(|provider| provider.client.as_ref());
        let ssm = Ssm::new(secrets.parameters(client), options.clock.clone());

        let watched = |party, router: Router| {
            router
                .layer(middleware::from_fn_with_state((faults.clone(), party), faults::strike))
                .layer(middleware::from_fn_with_state((traffic.clone(), party), traffic::record))
        };
        ports.stripe.serve(&watched(Party::Stripe, stripe.router()));
        ports.provider.serve(&watched(Party::Provider, provider.router()));
        ports.ssm.serve(&watched(Party::Ssm, ssm.router()));
        let mut gateways: Vec<_> =
            ports.gateway.map(|listener| (listener, environment.clone())).into_iter().collect();
        let mut further = Vec::new();
        for (number, (listener, at_provider)) in (2..).zip(ports.further) {
            let there =
                Addresses { gateway: listener.url(), provider: at_provider.url(), ..addresses.clone() };
            let provider = self::provider(&options, &secrets, &there);
            at_provider.serve(&watched(Party::Provider, provider.router()));
            let mut settings = self::settings(&options, &there);
            // What keeps its links apart from the first one's, whose scope does not have to be its own.
            settings.insert("LINK_NAME".to_owned(), format!("link_{number}"));
            settings.remove("LINK_SCOPE");
            calls_files.extend(declare_calls(&mut settings, &options, &there)?);
            further.push(back_end(&there, &settings));
            gateways.push((listener, Environment::from_iter(settings)));
        }
        let config = DashboardConfig {
            back_end: back_end(&addresses, &settings),
            further: further.clone(),
            members: stripe::members(),
            stripe_url: addresses.stripe.clone(),
            real_provider: options.real_provider.as_ref().map(|provider| provider.name.clone()),
            app_id: settings.get("STRIPE_APP_ID").cloned().unwrap_or_default(),
            flow: match options.flow {
                LinkFlow::SessionBound => "session_bound",
                LinkFlow::Direct => "direct",
            },
        };
        ports.dashboard.serve(&dashboard::router(config, options.page, traffic.clone(), faults.clone()));
        for (listener, environment) in gateways {
            let mut http =
                Http::from_environment(&environment, options.timeouts).map_err(StartError::Settings)?;
            if options.real_provider.is_some() {
                let traffic = traffic.clone();
                http = http.watched_by(move |call| traffic.add_call(call));
            }
            // Boxed: the functions make a large future.
            let gateway = Box::pin(Gateway::start(&environment, options.clock.clone(), http)).await;
            let router = Arc::new(gateway.map_err(StartError::Settings)?).router();
            let struck = router
                .layer(middleware::from_fn_with_state((faults.clone(), Party::Gateway), faults::strike));
            let recorded = struck
                .layer(middleware::from_fn_with_state(options.preflights, gateway::cors))
                .layer(middleware::from_fn_with_state((traffic.clone(), Party::Gateway), traffic::record));
            listener.serve(&recorded);
        }
        Ok(Self {
            addresses,
            further,
            environment,
            settings,
            stripe,
            provider,
            ssm,
            faults,
            traffic,
            _calls_files: calls_files,
        })
    }
}

/// Sets `CALLS_FILE` to a copy of the calls file for the provider at these addresses.
fn declare_calls(
    settings: &mut BTreeMap<String, String>,
    options: &Options,
    addresses: &Addresses,
) -> Result<Option<CallsFile>, StartError> {
    let Some(original) = &options.calls else { return Ok(None) };
    let is_account = settings.get("LINK_SCOPE").is_some_and(|scope| scope == "account");
    let file = CallsFile::copy(original, &addresses.provider, is_account)
        .map_err(|error| StartError::Calls(original.clone(), error))?;
    settings.insert("CALLS_FILE".to_owned(), file.path().display().to_string());
    Ok(Some(file))
}

fn provider(options: &Options, secrets: &Secrets, addresses: &Addresses) -> Provider {
    let config = ProviderConfig {
        client_id: "sandbox-client".to_owned(),
        client_secret: secrets.client_secret.clone(),
        redirect_uris: vec![format!("{}/api/oauth/authorize", settings(options, addresses)["API_HOST_URL"])],
        issuer: addresses.provider.clone(),
    };
    Provider::new(config, options.clock.clone()).with_token_marker(options.marker)
}

/// What the Dashboard has to know of a back end.
fn back_end(addresses: &Addresses, settings: &BTreeMap<String, String>) -> BackEnd {
    BackEnd {
        api_base: format!("{}/api/oauth", addresses.gateway),
        link_scope: settings.get("LINK_SCOPE").map_or("user", String::as_str).to_owned(),
    }
}

struct Ports {
    gateway: Option<Listener>,
    stripe: Listener,
    provider: Listener,
    ssm: Listener,
    dashboard: Listener,
    /// Gateway and provider of each further back end.
    further: Vec<(Listener, Listener)>,
}

impl Ports {
    async fn bind(options: &Options) -> Result<Self, StartError> {
        let port = options.port;
        let gateway = match &options.real_provider {
            _ if options.stand_ins_only => None,
            None => Some(Listener::bind(port).await?),
            Some(_) => {
                let exactly = Listener::bind_exactly(port).await;
                Some(exactly.map_err(|error| StartError::Callback(port, error))?)
            }
        };
        // The ports after the gateway's; with 0, any.
        let next = |offset| if port == 0 { 0 } else { port.saturating_add(offset) };
        let authority = options.authority.as_ref();
        let mut ports = Self {
            gateway,
            dashboard: Listener::bind(next(1)).await?,
            stripe: Listener::bind(next(2)).await?.over_tls(authority),
            provider: Listener::bind(next(3)).await?.over_tls(authority),
            ssm: Listener::bind(next(4)).await?.over_tls(authority),
            further: Vec::new(),
        };
        for _ in 0..options.further {
            let gateway = Listener::bind(next(5)).await?;
            ports.further.push((gateway, Listener::bind(next(6)).await?.over_tls(authority)));
        }
        Ok(ports)
    }

    fn addresses(&self, options: &Options) -> Addresses {
        let elsewhere = || format!("http://localhost:{}", options.port);
        Addresses {
            gateway: self.gateway.as_ref().map_or_else(elsewhere, Listener::url),
            stripe: self.stripe.url(),
            provider: self.provider.url(),
            ssm: self.ssm.url(),
            dashboard: self.dashboard.url(),
        }
    }
}

/// Generated secrets, useless outside a sandbox.
struct Secrets {
    app_secret: String,
    api_keys: [(Mode, String); 3],
    client_secret: String,
    sealing_key: String,
}

impl Secrets {
    fn new(marker: &str) -> Self {
        let sealing_key: Vec<u8> = marker.bytes().cycle().take(32).collect();
        Self {
            app_secret: format!("absec_{marker}AppSecret"),
            api_keys: [
                (Mode::Test, format!("sk_test_{marker}TestKey")),
                (Mode::Live, format!("sk_live_{marker}LiveKey")),
                (Mode::Sandbox, format!("sk_test_{marker}SandboxKey")),
            ],
            // Reserved characters must survive every encoding.
            client_secret: format!("{marker} client:secret/+&="),
            sealing_key: BASE64_STANDARD.encode(sealing_key),
        }
    }

    /// What the functions find in SSM, with the secret of this client, if there is a real one.
    fn parameters(&self, client: Option<&Client>) -> BTreeMap<String, String> {
        let [test, live, sandbox] = &self.api_keys;
        let client_secret =
            client.map_or(self.client_secret.as_str(), |client| client.secret.expose_secret());
        let values = [&self.app_secret, &test.1, &live.1, &sandbox.1, client_secret, &self.sealing_key];
        let named = |(name, value): (&str, &str)| (format!("{PARAMETERS}{name}"), value.to_owned());
        SECRETS.into_iter().zip(values).map(named).collect()
    }
}

const SECRETS: [&str; 6] = [
    "STRIPE_APP_SECRET",
    "STRIPE_API_KEY",
    "STRIPE_API_KEY_LIVE",
    "STRIPE_API_KEY_SANDBOX",
    "THIRD_PARTY_CLIENT_SECRET",
    "SEALING_KEY",
];

fn settings(options: &Options, addresses: &Addresses) -> BTreeMap<String, String> {
    let plain = [
        ("API_HOST_URL", addresses.gateway.clone()),
        ("AWS_ACCESS_KEY_ID", "sandbox".to_owned()),
        ("AWS_ENDPOINT_URL_SSM", addresses.ssm.clone()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("LINK_FLOW", options.flow.word().to_owned()),
        ("STRIPE_API_BASE", addresses.stripe.clone()),
        ("STRIPE_APP_ID", APP_ID.to_owned()),
        ("STRIPE_DASHBOARD_BASE", addresses.dashboard.clone()),
        ("STRIPE_MODES", "default,live,test,sandbox".to_owned()),
    ];
    let certificate = options.authority.as_ref().map(|authority| {
        ("SSL_CERT_FILE".to_owned(), authority.certificate().to_string_lossy().into_owned())
    });
    let secrets = SECRETS.map(|name| (format!("{name}_PARAMETER"), format!("{PARAMETERS}{name}")));
    let plain = plain.into_iter().map(|(name, value)| (name.to_owned(), value));
    let provider = match &options.real_provider {
        None => own_provider(&addresses.provider),
        Some(provider) => provider.to_settings(),
    };
    let wished = options.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    plain.chain(certificate).chain(secrets).chain(provider).chain(wished).collect()
}

fn own_provider(origin: &str) -> BTreeMap<String, String> {
    let settings = [
        ("THIRD_PARTY_CLIENT_ID", "sandbox-client".to_owned()),
        ("THIRD_PARTY_ISSUER", origin.to_owned()),
        ("THIRD_PARTY_REVOKE_URL", format!("{origin}/revoke")),
        ("THIRD_PARTY_SCOPES", "openid email profile".to_owned()),
        ("THIRD_PARTY_URL_BASE", origin.to_owned()),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}
