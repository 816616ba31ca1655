//! `cargo run -p proof`: shows why this product can be trusted with other people's tokens.
//!
//! Runs attacks and faults against the real functions, prints the outcome of each, and fails if one is not as
//! expected. `docs/threat-model.md` explains them.

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
use shared::Owner;

/// Everything that is printed, and everything that the functions log.
const LOG: &str = "target/proof/output.log";

/// How many headers the verifiers are compared on.
const HEADERS: usize = 30_000;

/// How many seconds CI runs each fuzz target.
const SECONDS: u32 = 10;

/// Runs attacks and faults against the real functions. Without a subcommand: everything that CI runs.
#[derive(Parser)]
#[command(name = "proof", bin_name = "cargo run -p proof --")]
struct Arguments {
    #[command(subcommand)]
    suite: Option<Suite>,
    /// The folder with the functions' binaries to run the faults on, instead of building them.
    #[arg(long, global = true)]
    binaries: Option<PathBuf>,
    /// Only build what the faults and the fuzzing need.
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
    /// Removes the mitigations one at a time: the attack must then succeed.
    Mutations {
        /// Only the mitigations whose name contains this.
        #[arg(default_value = "")]
        only: String,
    },
    /// Compares our signature verifier with Stripe's own libraries, on generated headers.
    Differential {
        /// How many headers.
        #[arg(long, default_value_t = HEADERS)]
        headers: usize,
        /// Another seed generates other headers.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Every fault of every upstream call, with the functions' binaries.
    Faults {
        /// Write what was seen to docs/faults.md.
        #[arg(long)]
        write: bool,
    },
    /// Everything that parses untrusted bytes, on inputs found by coverage.
    Fuzz {
        /// Seconds for each target.
        #[arg(long, default_value_t = 20)]
        seconds: u32,
    },
    /// Mixed traffic from many users, with occasional faults. CI does not run it.
    Load {
        /// How many requests, at least.
        #[arg(long, default_value_t = 200_000)]
        requests: usize,
        /// How many users, each with their own account at the provider.
        #[arg(long, default_value_t = 2000)]
        users: u32,
        /// Another seed generates another mix.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Every user's link is that of an account with five members.
        #[arg(long)]
        of_accounts: bool,
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
    // Boxed: a suite makes a large future.
    match arguments.suite {
        Some(Suite::Attacks { only }) => Box::pin(attacks::run(&mut report, &only)).await,
        Some(Suite::Mutations { only }) => mutations::run(&mut report, &only)?,
        Some(Suite::Differential { headers, seed }) => differential::run(&mut report, headers, seed).await,
        Some(Suite::Faults { write }) => Box::pin(faults::run(&mut report, binaries, write)).await,
        Some(Suite::Fuzz { seconds }) => fuzz::run(&mut report, seconds)?,
        Some(Suite::Load { requests, users, seed, of_accounts }) => {
            let owner = if of_accounts { Owner::Account } else { Owner::User };
            Box::pin(load::run(&mut report, requests, users, seed, owner)).await;
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
