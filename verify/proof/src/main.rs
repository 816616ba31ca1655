//! `cargo run -p proof`: shows why this product may be trusted with other people's tokens.
//!
//! Plays attacks and faults against the real functions, prints what came of each, and fails when one is not as
//! expected. `docs/threat-model.md` says what each is about.

mod attacks;
mod differential;
mod faults;
mod fuzz;
mod load;
mod mutations;
mod report;
#[cfg(test)]
mod threat_model;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use report::Report;

/// All that is printed, and all that the functions log.
const LOG: &str = "target/proof/output.log";

/// Headers that the verifiers are compared over.
const HEADERS: usize = 30_000;

/// How long CI runs each fuzz target.
const SECONDS: u32 = 10;

/// Plays attacks and faults against the real functions. Without a name: all that CI runs.
#[derive(Parser)]
#[command(name = "proof", bin_name = "cargo run -p proof --")]
struct Arguments {
    #[command(subcommand)]
    suite: Option<Suite>,
    /// Where the functions' binaries are that the faults are played on, if they are not to be built.
    #[arg(long, global = true)]
    binaries: Option<PathBuf>,
    /// Only build what the faults and the fuzzing run.
    #[arg(long)]
    only_build: bool,
}

#[derive(Subcommand)]
enum Suite {
    /// Attacks on the flows, the tokens, the signatures and the inputs.
    Attacks {
        /// Only the cases whose name contains this.
        #[arg(default_value = "")]
        only: String,
    },
    /// Takes each mitigation out, one at a time: its attack must then succeed.
    Mutations {
        /// Only the mitigations whose name contains this.
        #[arg(default_value = "")]
        only: String,
    },
    /// Our verifier of signatures beside Stripe's own libraries, over made-up headers.
    Differential {
        /// How many.
        #[arg(long, default_value_t = HEADERS)]
        headers: usize,
        /// Another seed makes other headers.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Every upstream call times every fault, through the functions' binaries.
    Faults {
        /// Write what was seen to docs/faults.md.
        #[arg(long)]
        write: bool,
    },
    /// What reads strangers' bytes, over inputs that coverage leads to.
    Fuzz {
        /// For each target.
        #[arg(long, default_value_t = 20)]
        seconds: u32,
    },
    /// Mixed traffic of many users, with faults sprinkled in. CI does not run it.
    Load {
        /// How many, at least.
        #[arg(long, default_value_t = 200_000)]
        requests: usize,
        /// Each with an account of their own at the provider.
        #[arg(long, default_value_t = 2000)]
        users: u32,
        /// Another seed makes another mix.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let binaries = arguments.binaries.as_deref();
    if arguments.only_build {
        let built = faults::binaries(binaries).is_ok() && fuzz::build()?;
        return Ok(if built { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let mut report = Report::begin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(LOG))?;
    // Boxed: a suite is much for one future.
    match arguments.suite {
        Some(Suite::Attacks { only }) => Box::pin(attacks::run(&mut report, &only)).await,
        Some(Suite::Mutations { only }) => mutations::run(&mut report, &only)?,
        Some(Suite::Differential { headers, seed }) => differential::run(&mut report, headers, seed).await,
        Some(Suite::Faults { write }) => Box::pin(faults::run(&mut report, binaries, write)).await,
        Some(Suite::Fuzz { seconds }) => fuzz::run(&mut report, seconds)?,
        Some(Suite::Load { requests, users, seed }) => {
            Box::pin(load::run(&mut report, requests, users, seed)).await;
        }
        None => {
            Box::pin(attacks::run(&mut report, "")).await;
            differential::run(&mut report, HEADERS, 1).await;
            Box::pin(faults::run(&mut report, binaries, false)).await;
            fuzz::run(&mut report, SECONDS)?;
        }
    }
    Ok(if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
