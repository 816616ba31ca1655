//! Measures the release binaries of the functions as Lambda runs them, next to a bare `lambda_http`
//! function from the same workspace and profile: `cargo run --release -p bench`.
//!
//! Every binary runs in its own process against the sandbox's Runtime API, Secret Store, provider and SSM;
//! every response is checked. `docs/performance.md` says what the figures mean.

mod app;
mod launch;
mod measure;
mod report;
mod subject;

use std::path::{Path, PathBuf};

use clap::Parser;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use sandbox::functions::{FUNCTIONS, TOKEN};
use sandbox::testing::app::CALLS;
use sandbox::testing::cargo::cargo;
use sandbox::tls::Authority;
use sandbox::{Options, World};
use shared::Http;
use shared::http::Timeouts;

use measure::Running;
use report::Figures;
use subject::{Events, Subject};

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// Measures the functions' release binaries, next to a bare one.
#[derive(Parser)]
#[command(bin_name = "cargo run --release -p bench --")]
struct Arguments {
    /// Cold starts of each function.
    #[arg(long, default_value_t = 25)]
    starts: u32,
    /// Warm calls of each function in each pass.
    #[arg(long, default_value_t = 300)]
    calls: u32,
    /// How often each function is called warm, each time in a new process.
    #[arg(long, default_value_t = 5)]
    passes: u32,
    /// Run Stripe, the provider and SSM without TLS.
    #[arg(long)]
    plain: bool,
    /// Print tables in Markdown.
    #[arg(long)]
    markdown: bool,
    /// Use the binaries in this folder instead of building them.
    #[arg(long)]
    binaries: Option<PathBuf>,
}

fn main() -> Result<(), Problem> {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == launch::ARGUMENT) {
        return Err(launch::become_program(&words.next().ok_or("launch what?")?));
    }
    let arguments = Arguments::parse();
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let binaries = match &arguments.binaries {
        Some(binaries) => binaries.clone(),
        None => build(&target)?,
    };
    share_one_cpu()?;
    let scratch = target.join("bench");
    copy(&binaries, &scratch)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&arguments, &scratch))
}

/// Makes the stand-ins and the functions, which inherit this, take turns on one CPU. On two, each message
/// would wake a sleeping CPU, and how long that takes depends on the machine's hypervisor.
fn share_one_cpu() -> Result<(), Problem> {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this)?;
    let mut one = CpuSet::new();
    // The last one, because the first often serves interrupts as well.
    one.set((0..CpuSet::count()).rfind(|&cpu| allowed.is_set(cpu) == Ok(true)).ok_or("no CPU")?)?;
    Ok(sched_setaffinity(this, &one)?)
}

/// Builds the functions as deployed, without the features that other packages enable in common dependencies.
fn build(target: &Path) -> Result<PathBuf, Problem> {
    let binaries = Subject::ALL.map(|subject| ["--bin", subject.name()]);
    let functions = FUNCTIONS.map(|function| function.name).into_iter().chain([TOKEN.name]);
    let functions = functions.map(|function| ["--package", function]).collect::<Vec<_>>();
    let status = cargo()
        .args(["build", "--release"])
        .args(["--package", "bare"])
        .args(functions.as_flattened())
        .args(binaries.as_flattened())
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if status.success() { Ok(target.join("release")) } else { Err("the functions do not build".into()) }
}

/// Copies the binaries: a file written by a linker is in the page cache page by page, an unpacked file that
/// has been read in larger pieces.
fn copy(binaries: &Path, scratch: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(scratch)?;
    for subject in Subject::ALL {
        std::fs::copy(binaries.join(subject.name()), scratch.join(subject.name()))?;
    }
    Ok(())
}

async fn run(arguments: &Arguments, scratch: &Path) -> Result<(), Problem> {
    let authority = if arguments.plain { None } else { Some(Authority::new(scratch)?) };
    let world =
        World::start(Options { port: 0, authority, calls: Some(CALLS.into()), ..Options::default() }).await?;
    let http = Http::new(Timeouts::default());
    let mut events = Events::new(&world, &http).await?;
    let mut figures = Figures::new(scratch)?;

    for round in 0..arguments.starts {
        progress("cold starts", round, arguments.starts);
        for subject in order(round) {
            let binary = scratch.join(subject.name());
            let (_, start) = Running::start(subject, &binary, &world, &mut events).await?;
            figures.of(subject).starts.push(start);
        }
    }
    for pass in 0..arguments.passes {
        progress("warm calls", pass, arguments.passes);
        for subject in order(pass) {
            let binary = scratch.join(subject.name());
            let (mut running, _) = Running::start(subject, &binary, &world, &mut events).await?;
            let warm = running.warm(arguments.calls, arguments.calls / 4, &mut events).await?;
            figures.of(subject).warm.push(warm);
        }
    }
    eprintln!("\r\x1b[K");
    println!("{}", figures.tables(arguments.markdown));
    Ok(())
}

/// The order of a round, reversed every other time, so that none always runs right after the same other one.
fn order(round: u32) -> [Subject; Subject::ALL.len()] {
    let mut order = Subject::ALL;
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

fn progress(what: &str, done: u32, all: u32) {
    eprint!("\r\x1b[K{what}: {done} of {all}");
}
