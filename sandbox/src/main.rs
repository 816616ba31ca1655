//! `cargo run`: the whole product on one machine, without any accounts.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sandbox::dashboard::Page;
use sandbox::dashboard::bundle::{Bundle, Watcher};
use sandbox::dashboard::manifest_in;
use sandbox::events::Renewal;
use sandbox::world::Addresses;
use sandbox::{Options, World, discovery, settings};
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
    /// The gateway's port; the other parties use the next ones. Ports in use are skipped.
    #[arg(long, default_value_t = 3333)]
    port: u16,
    /// Leave the functions to `cargo lambda watch`, and write .env.sandbox for it.
    #[arg(long)]
    stand_ins_only: bool,
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
    /// The Stripe App's folder [default: app/ of this repository].
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
        Some(Command::Settings) => {
            let needs = settings::needs(&workspace().join("providers")).await?;
            println!("{}", serde_json::to_string_pretty(&needs)?);
            return Ok(());
        }
        None => {}
    }
    let Dashboard { page, app_id, hosts, watcher: _watcher } =
        if arguments.page.plain { Dashboard::default() } else { build_dashboard(&arguments.page)? };
    let options = Options {
        flow: match arguments.flow {
            Flow::SessionBound => LinkFlow::SessionBound,
            Flow::Direct => LinkFlow::Direct,
        },
        port: arguments.port,
        stand_ins_only: arguments.stand_ins_only,
        page,
        settings: app_id.map(|id| ("STRIPE_APP_ID", id)).into_iter().collect(),
        ..Options::default()
    };
    shared::log::start(&Environment::of_process());
    let flow = options.flow;
    let world = World::start(options).await?;
    if arguments.stand_ins_only {
        write_env_file(&world)?;
        println!("{}", stand_ins_banner(&world.addresses));
    } else {
        println!("{}", banner(&world.addresses, flow, &hosts));
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
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

fn build_dashboard(arguments: &PageArguments) -> std::io::Result<Dashboard> {
    let workspace = workspace();
    let or = |path: &Option<PathBuf>, usual: &str| path.clone().unwrap_or_else(|| workspace.join(usual));
    let app = or(&arguments.app, "app");
    let manifest = arguments.manifest.clone().unwrap_or_else(|| manifest_in(&app).to_owned());
    let bundle = Bundle {
        // Normalised, to compare with the last build.
        app: app.canonicalize().unwrap_or(app),
        manifest,
        out: std::path::absolute(or(&arguments.bundle, "target/dashboard"))?,
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
    let text = std::fs::read_to_string(ENV_FILE)
        .map_err(|_| format!("There is no {ENV_FILE}: first run cargo run -- --stand-ins-only"))?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect())
}

fn write_env_file(world: &World) -> std::io::Result<()> {
    let lines: Vec<_> = world.settings.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    std::fs::write(ENV_FILE, lines.join("\n") + "\n")
}

fn banner(addresses: &Addresses, flow: LinkFlow, hosts: &[String]) -> String {
    let flow = flow.word();
    let Addresses { gateway, stripe, provider, ssm, dashboard } = addresses;
    let leaves = if hosts.is_empty() {
        "Nothing here leaves this machine.".to_owned()
    } else {
        format!("The app may reach {} (not with --offline).", hosts.join(", "))
    };
    format!(
        "
  stripe-app-oauth sandbox, {flow} flow. {leaves}

  Open    {dashboard}   the Dashboard (not Stripe's): click \"Sign in\"

  gateway   {gateway}/api/oauth   the four functions
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
