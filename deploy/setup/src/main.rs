//! Puts the secrets into SSM Parameter Store, and rolls them. It prints names and versions, never a value.
//!
//! Before anything is written, each value is checked by the code that reads it in the functions.

mod check;
mod input;
mod parameters;
mod put;
mod roll;
mod status;

use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use parameters::Parameters;

/// Every secret of the back end, by the name of its setting.
const SECRETS: [&str; 7] = [
    "STRIPE_APP_SECRET",
    "STRIPE_API_KEY",
    "STRIPE_API_KEY_LIVE",
    "STRIPE_API_KEY_TEST",
    "STRIPE_API_KEY_SANDBOX",
    "SEALING_KEY",
    "THIRD_PARTY_CLIENT_SECRET",
];

/// Puts the back end's secrets into SSM Parameter Store, and rolls them.
#[derive(Parser)]
#[command(name = "setup", bin_name = "cargo run --bin setup --")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum Command {
    /// Asks for the secrets, or reads lines NAME=value, and writes them; generates the sealing key
    Put {
        /// Replace what is there without asking. The sealing key is never replaced: roll it
        #[arg(long)]
        overwrite: bool,
    },
    /// Shows which secrets there are, and whether the functions can read them
    Status,
    /// Starts changing a secret to a new value
    Roll {
        #[arg(value_parser = one_of(&SECRETS))]
        secret: &'static str,
    },
    /// Makes the sealing key that was rolled in the one that seals, at least seven minutes later, when every function knows it
    Promote {
        #[arg(value_parser = one_of(&["SEALING_KEY"]))]
        secret: &'static str,
        /// Do not wait: sign-ins may fail until every function knows the key
        #[arg(long)]
        now: bool,
    },
    /// Finishes the change: drops the old value
    Finish {
        #[arg(value_parser = one_of(&["STRIPE_APP_SECRET", "SEALING_KEY"]))]
        secret: &'static str,
        /// Drop the old sealing key without asking
        #[arg(long)]
        yes: bool,
    },
}

/// Where the secrets are.
#[derive(Args)]
struct Place {
    /// `SecretsPath` of the deployment
    #[arg(long, global = true, default_value = "/stripe-app-oauth")]
    path: String,
    /// KMS key to encrypt with, if it is not the account's default key for SSM
    #[arg(long, global = true)]
    key_id: Option<String>,
    /// AWS region, if the profile has none or a different one
    #[arg(long, global = true)]
    region: Option<String>,
    /// AWS profile
    #[arg(long, global = true)]
    profile: Option<String>,
}

fn one_of(names: &'static [&'static str]) -> impl TypedValueParser<Value = &'static str> {
    let known = move |given: String| names.iter().copied().find(|name| *name == given);
    PossibleValuesParser::new(names).try_map(move |given| known(given).ok_or("not one of them"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(Arguments { command, place }: Arguments) -> Result<(), String> {
    let parameters = Parameters::at(place).await?;
    match command {
        Command::Put { overwrite } => put::put(&parameters, overwrite).await,
        Command::Status => status::status(&parameters).await,
        Command::Roll { secret } => roll::roll(&parameters, secret).await,
        Command::Promote { secret, now } => roll::promote(&parameters, secret, now).await,
        Command::Finish { secret, yes } => roll::finish(&parameters, secret, yes).await,
    }
}
