//! Builds.

use std::process::Command;

/// Cargo, as if from a shell. What it tells the programs it runs of their own package would reach the build scripts,
/// and have some of them begin anew each time.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}
