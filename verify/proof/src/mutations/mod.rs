//! Removes the mitigations one at a time, and runs the attack that each prevents: it must then succeed.
//!
//! Works on a copy of the sources below `target/mutations`, which is built completely once, and partly for each change.

mod table;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::testing::cargo::cargo;
use sandbox::testing::servers::{INSTALLED, Kind};

use crate::report::{Report, Row};
use table::{Change, MUTATIONS, Mutation};

/// Runs every mutation whose mitigation's name contains `only`.
pub fn run(report: &mut Report, only: &str) -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    if !Kind::OidcProvider.install() {
        report.not_run("the mutations (their attacks need oidc-provider, from npm)");
        return Ok(());
    }
    let copy = Copy::of(&workspace)?;
    report.say("building the copy in target/mutations; the first time takes minutes");
    let built = copy.cargo(&["build"])?;
    if !built.status.success() {
        report.say(&String::from_utf8_lossy(&built.stderr));
        report.not_run("the mutations (the copy does not build)");
        return Ok(());
    }
    for mutation in MUTATIONS.iter().filter(|mutation| mutation.without.contains(only)) {
        let seen = copy.play(mutation)?;
        report.row(Row {
            suite: "mutations",
            case: format!("without {}: {}", mutation.without, mutation.attack),
            expected: mutation.then.to_owned(),
            seen: if seen.contains(mutation.then) { mutation.then.to_owned() } else { seen },
        });
    }
    Ok(())
}

/// The sources that git tracks or would add. All are written again each time, so nothing built from a changed one stays.
struct Copy {
    sources: PathBuf,
    workspace: PathBuf,
}

impl Copy {
    fn of(workspace: &Path) -> io::Result<Self> {
        let sources = workspace.join("target/mutations/sources");
        if sources.exists() {
            fs::remove_dir_all(&sources)?;
        }
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(workspace)
            .output()?;
        for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
            let (from, to) = (workspace.join(name), sources.join(name));
            // Otherwise deleted, and not yet committed.
            if from.exists() {
                fs::create_dir_all(to.parent().unwrap_or(&sources))?;
                fs::copy(&from, &to)?;
            }
        }
        Ok(Self { sources, workspace: workspace.to_owned() })
    }

    /// The outcome of the attack without the mitigation.
    fn play(&self, mutation: &Mutation) -> io::Result<String> {
        let mut originals = Vec::new();
        for Change { file, find, replace } in mutation.changes {
            let path = self.sources.join(file);
            let source = fs::read_to_string(&path).unwrap_or_default();
            let found = source.matches(find).count();
            if found != 1 {
                restore(originals)?;
                return Ok(format!("no longer applies: {find:?} is {found} times in {file}"));
            }
            fs::write(&path, source.replace(find, replace))?;
            originals.push((path, source));
        }
        let played = self.cargo(&["run", "--", "attacks", mutation.attack]);
        restore(originals)?;
        let played = played?;
        let output = String::from_utf8_lossy(&played.stdout);
        let told = |mark: &str| {
            let head = format!("{mark} attacks: {}: ", mutation.attack);
            output.lines().find_map(|line| line.strip_prefix(&head)).map(str::to_owned)
        };
        Ok(match (told("NOT "), told("ok  ")) {
            (Some(seen), _) => seen.split(", expected: ").next().unwrap_or_default().to_owned(),
            (None, Some(seen)) => format!("nobody notices: {seen}"),
            (None, None) => format!("not played: {}", last_lines(&played)),
        })
    }

    fn cargo(&self, arguments: &[&str]) -> io::Result<Output> {
        let (command, rest) = arguments.split_at(1);
        cargo()
            .args(command)
            .args(["--quiet", "--package", "proof"])
            .args(rest)
            .current_dir(&self.sources)
            .env("CARGO_TARGET_DIR", self.workspace.join("target/mutations/build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("REAL_SERVERS", self.workspace.join(INSTALLED))
            .output()
    }
}

/// Reverts the last change first, because two may be in one file.
fn restore(originals: Vec<(PathBuf, String)>) -> io::Result<()> {
    originals.into_iter().rev().try_for_each(|(path, source)| fs::write(path, source))
}

/// The reason, in the compiler's words.
fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter(|line| line.starts_with("error")).take(3).collect::<Vec<_>>().join("; ")
}
