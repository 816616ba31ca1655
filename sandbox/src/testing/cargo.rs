//! Running cargo.

use std::process::Command;

/// Cargo, as if started from a shell. The variables it sets for the programs it runs would reach the build scripts, and
/// make some of them run again each time.
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
