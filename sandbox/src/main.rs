//! `cargo run`: the whole product on one machine, without any accounts.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sandbox::dashboard::bundle::{Bundle, Watcher};
use sandbox::dashboard::{BackEnd, Page, manifest_in};
use sandbox::env_file::{self, NotRead};
use sandbox::events::Renewal;
use sandbox::real_provider::{RealProvider, Unusable};
use sandbox::world::Addresses;
use sandbox::{Options, World, check_provider, discovery, settings};
use shared::http::Timeouts;
use shared::settings::Source;
use shared::{Clock, Environment, Http, LinkFlow, Settings};

/// The stand-ins' settings, for `cargo lambda watch --env-file`.
const ENV_FILE: &str = ".env.sandbox";

/// Runs the back end among simulated parties: Dashboard, Stripe API, OAuth provider, SSM, API Gateway.
#[derive(Parser)]
#[command(name = "sandbox", bin_name = "cargo run --")]
struct Arguments {
    /// How a link is finished.
    #[arg(long, value_enum, default_value_t = Flow::SessionBound)]
    flow: Flow,
    /// Whose a link is: each user's own, or one of the whole account, made by an administrator.
    #[arg(long, value_enum, default_value_t = Scope::User)]
    link_scope: Scope,
    /// How many providers the app links to, each by a back end of its own. With 2 the app is app/examples/two-providers,
    /// and --link-scope is for the first.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    providers: u8,
    /// The gateway's port; the other parties use the next ones. Ports in use are skipped (not with --provider).
    #[arg(long, default_value_t = 3333)]
    port: u16,
    /// Leave the functions to `cargo lambda watch`, and write .env.sandbox for it.
    #[arg(long, conflicts_with = "providers")]
    stand_ins_only: bool,
    /// Use a real provider: a preset's name, or custom.
    #[arg(long, requires = "env", conflicts_with_all = ["stand_ins_only", "providers"], value_name = "PROVIDER")]
    provider: Option<String>,
    /// The file with the client's id and secret, and what else the provider needs (docs/providers/trying.md).
    #[arg(long, requires = "provider", value_name = "FILE")]
    env: Option<PathBuf>,
    #[command(flatten)]
    page: PageArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What the Dashboard shows.
#[derive(Args)]
struct PageArguments {
    /// Show the plain Dashboard page, which needs no Node.js, instead of the Stripe App itself.
    #[arg(long)]
    plain: bool,
    /// Rebuild the Stripe App whenever its sources change; the page reloads by itself.
    #[arg(long, conflicts_with = "plain")]
    watch: bool,
    /// Keep the Stripe App from reaching anything beyond this machine, whatever its manifest allows.
    #[arg(long, conflicts_with = "plain")]
    offline: bool,
    /// The Stripe App's folder [default: app/ of this repository, or with two providers app/examples/two-providers].
    #[arg(long)]
    app: Option<PathBuf>,
    /// The manifest in it [default: the first of stripe-app.dev.json, stripe-app.json and stripe-app.yaml].
    #[arg(long)]
    manifest: Option<String>,
    /// Where the built Dashboard goes [default: target/dashboard].
    #[arg(long)]
    bundle: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Signs the files of events/ again, into target/events/, for `cargo lambda invoke`. The stand-ins must be running.
    Events,
    /// Prints a provider description (docs/providers) generated from OpenID Connect Discovery, to check and keep.
    Discover {
        /// The issuer, such as <https://id.example.com>
        issuer: String,
    },
    /// Prints a table of what can be seen of a real provider without a person, to paste into an issue.
    CheckProvider {
        /// A preset's name, or custom.
        provider: String,
        /// The file with the client's id and secret, and what else the provider needs [default: a made-up client].
        #[arg(long, value_name = "FILE")]
        env: Option<PathBuf>,
    },
    /// Prints what each function reads, as JSON: deploy/tests compares template.yaml with it.
    Settings,
}

#[derive(Clone, Copy, ValueEnum)]
enum Flow {
    #[value(name = "session_bound")]
    SessionBound,
    #[value(name = "direct")]
    Direct,
}

#[derive(Clone, Copy, ValueEnum)]
enum Scope {
    User,
    Account,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    match &arguments.command {
        Some(Command::Discover { issuer }) => {
            let description = discovery::discover(&Http::new(Timeouts::default()), issuer).await?;
            println!("{description:#}");
            return Ok(());
        }
        Some(Command::Events) => return renew_events().await,
        Some(Command::CheckProvider { provider, env }) => return check(provider, env.as_deref()).await,
        Some(Command::Settings) => {
            let needs = settings::needs(&workspace().join("providers")).await?;
            println!("{}", serde_json::to_string_pretty(&needs)?);
            return Ok(());
        }
        None => {}
    }
    let real_provider = match (&arguments.provider, &arguments.env) {
        (Some(provider), Some(file)) => Some(registered_at(provider, file)?),
        _ => None,
    };
    let Dashboard { page, app_id, hosts, watcher: _watcher } =
        if arguments.page.plain { Dashboard::default() } else { build_dashboard(&arguments)? };
    let scope = match arguments.link_scope {
        Scope::User => "user",
        Scope::Account => "account",
    };
    // With a real provider, the file to use is named in --env, and used as it is.
    let calls = app_folder(&arguments).join("calls.json");
    let calls = Some(calls).filter(|file| real_provider.is_none() && file.is_file());
    let options = Options {
        flow: match arguments.flow {
            Flow::SessionBound => LinkFlow::SessionBound,
            Flow::Direct => LinkFlow::Direct,
        },
        port: arguments.port,
        stand_ins_only: arguments.stand_ins_only,
        real_provider,
        calls,
        page,
        further: usize::from(arguments.providers - 1),
        settings: app_id
            .map(|id| ("STRIPE_APP_ID", id))
            .into_iter()
            .chain([("LINK_SCOPE", scope.to_owned())])
            .collect(),
        ..Options::default()
    };
    shared::log::start(&Environment::of_process());
    let flow = options.flow;
    let world = World::start(options).await?;
    if arguments.stand_ins_only {
        write_env_file(&world)?;
        println!("{}", stand_ins_banner(&world.addresses));
    } else {
        println!("{}", banner(&world, arguments.provider.as_deref(), flow, &hosts));
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The provider of this name, with the client in the file.
fn registered_at(provider: &str, file: &Path) -> Result<RealProvider, String> {
    let read = RealProvider::read(provider, file).and_then(|provider| match provider.client {
        Some(_) => Ok(provider),
        None => Err(Unusable::Missing("THIRD_PARTY_CLIENT_ID")),
    });
    read.map_err(|error| format!("{} {error}", file.display()))
}

async fn check(provider: &str, env: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let provider = match env {
        None => RealProvider::without_client(provider),
        Some(file) => {
            RealProvider::read(provider, file).map_err(|error| format!("{} {error}", file.display()))?
        }
    };
    let report = Box::pin(check_provider::check(&provider)).await?;
    println!("{report}");
    if report.is_as_described() { Ok(()) } else { Err("The provider is not as described.".into()) }
}

/// The page to serve, and what runs alongside it.
#[derive(Default)]
struct Dashboard {
    page: Page,
    app_id: Option<String>,
    /// What the app may reach beyond this machine.
    hosts: Vec<String>,
    /// Rebuilds until it is dropped.
    watcher: Option<Watcher>,
}

fn app_folder(Arguments { page: arguments, providers, .. }: &Arguments) -> PathBuf {
    let usual = if *providers == 1 { "app" } else { "app/examples/two-providers" };
    arguments.app.clone().unwrap_or_else(|| workspace().join(usual))
}

fn build_dashboard(arguments: &Arguments) -> std::io::Result<Dashboard> {
    let app = app_folder(arguments);
    let arguments = &arguments.page;
    let manifest = arguments.manifest.clone().unwrap_or_else(|| manifest_in(&app).to_owned());
    let out = arguments.bundle.clone().unwrap_or_else(|| workspace().join("target/dashboard"));
    let bundle = Bundle {
        // Normalised, to compare with the last build.
        app: app.canonicalize().unwrap_or(app),
        manifest,
        out: std::path::absolute(out)?,
    };
    let built = if arguments.watch { bundle.watch().map(Some) } else { bundle.build().map(|()| None) };
    match built {
        Ok(watcher) => Ok(Dashboard {
            app_id: bundle.app_id(),
            hosts: if arguments.offline { Vec::new() } else { bundle.hosts() },
            page: Page::Host { bundle: bundle.out, offline: arguments.offline },
            watcher,
        }),
        Err(problem) => {
            eprintln!(
                "\n  !! The Stripe App cannot be shown: {problem}.\n  \
                 !! The Dashboard shows a plain page that makes the same requests. (--plain asks for it.)"
            );
            Ok(Dashboard::default())
        }
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

async fn renew_events() -> Result<(), Box<dyn Error>> {
    let http = Http::new(Timeouts::default());
    let read = |settings: &mut Settings| Renewal::from_settings(settings, &http, Clock::system().now());
    let renewal = Source::new(read_env_file()?, &http, Clock::system()).load(read).await;
    let renewal = renewal.map_err(|error| format!("{error}. Are the stand-ins running?"))?;
    let workspace = workspace();
    let count = renewal.renew_all(&workspace.join("events"), &workspace.join("target/events")).await?;
    println!("{count} events signed, in target/events; valid for five minutes.");
    Ok(())
}

fn read_env_file() -> Result<Environment, String> {
    match env_file::read(Path::new(ENV_FILE)) {
        Ok(settings) => Ok(settings.into_iter().collect()),
        Err(NotRead::File(_)) => {
            Err(format!("There is no {ENV_FILE}: first run cargo run -- --stand-ins-only"))
        }
        Err(error) => Err(format!("{ENV_FILE} {error}")),
    }
}

fn write_env_file(world: &World) -> std::io::Result<()> {
    let lines: Vec<_> = world.settings.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    std::fs::write(ENV_FILE, lines.join("\n") + "\n")
}

fn banner(world: &World, real_provider: Option<&str>, flow: LinkFlow, hosts: &[String]) -> String {
    let flow = flow.word();
    let Addresses { gateway, stripe, provider, ssm, dashboard } = &world.addresses;
    let further = world
        .further
        .iter()
        .map(|BackEnd { api_base, .. }| format!("\n  gateway   {api_base}   the same, for another provider"));
    let further: String = further.collect();
    let mut leaves = Vec::new();
    leaves.extend(real_provider.map(|name| format!("The provider is the real one, {name}.")));
    if !hosts.is_empty() {
        leaves.push(format!("The app may reach {} (not with --offline).", hosts.join(", ")));
    }
    if leaves.is_empty() {
        leaves.push("Nothing here leaves this machine.".to_owned());
    }
    let leaves = leaves.join(" ");
    let provider = real_provider.map_or_else(
        || provider.clone(),
        |name| {
            let host = world.settings.get("API_HOST_URL").unwrap_or(gateway);
            format!("{name}: register {host}/api/oauth/authorize there as the redirect URI")
        },
    );
    format!(
        "
  stripe-app-oauth sandbox, {flow} flow. {leaves}

  Open    {dashboard}   the Dashboard (not Stripe's): click \"Sign in\"

  gateway   {gateway}/api/oauth   the functions{further}
  Stripe    {stripe}
  provider  {provider}
  SSM       {ssm}

  Ctrl-C ends it."
    )
}

fn stand_ins_banner(addresses: &Addresses) -> String {
    let Addresses { gateway, stripe, provider, ssm, dashboard } = addresses;
    let port = gateway.rsplit(':').next().unwrap_or_default();
    format!(
        "
  stripe-app-oauth stand-ins. Settings are in {ENV_FILE}. In another terminal:

  cargo lambda watch -A 127.0.0.1 -P {port} --env-file {ENV_FILE}

  Then open {dashboard}

  Stripe    {stripe}
  provider  {provider}
  SSM       {ssm}

  Ctrl-C ends it."
    )
}
