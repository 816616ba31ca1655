//! Takes each mitigation out, one at a time, and plays the attack it stands against: it must then succeed.
//!
//! Works on a copy of the sources below `target/mutations`, which is built once and then again for each change.

mod table;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use crate::report::{Report, Row};
use table::{MUTATIONS, Mutation};

/// Plays every mutation whose mitigation's name contains `only`.
pub fn run(report: &mut Report, only: &str) -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let copy = Copy::of(&workspace)?;
    report.say("building the copy in target/mutations; the first time takes minutes");
    let built = copy.cargo(&["build"])?;
    if !built.status.success() {
        report.say(&String::from_utf8_lossy(&built.stderr));
        report.not_run("the mutations (the copy does not build)");
        return Ok(());
    }
    for mutation in MUTATIONS.iter().filter(|mutation| mutation.without.contains(only)) {
        let begun = Instant::now();
        let seen = copy.play(mutation)?;
        report.say(&format!("{} s", begun.elapsed().as_secs()));
        report.row(Row {
            suite: "mutations",
            case: format!("without {}: {}", mutation.without, mutation.attack),
            expected: mutation.then.to_owned(),
            seen: if seen.contains(mutation.then) { mutation.then.to_owned() } else { seen },
        });
    }
    Ok(())
}

/// The sources that git knows or would take, with their times, so that what was built stays built.
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
            // Deleted, and not yet committed.
            let Ok(from_file) = File::open(&from) else { continue };
            fs::create_dir_all(to.parent().unwrap_or(&sources))?;
            fs::copy(&from, &to)?;
            File::options().append(true).open(&to)?.set_modified(from_file.metadata()?.modified()?)?;
        }
        Ok(Self { sources, workspace: workspace.to_owned() })
    }

    /// What the attack comes to without the mitigation.
    fn play(&self, mutation: &Mutation) -> io::Result<String> {
        let file = self.sources.join(mutation.file);
        let original = fs::read_to_string(&file).unwrap_or_default();
        let found = original.matches(mutation.find).count();
        if found != 1 {
            return Ok(format!(
                "the change no longer applies: its text is {found} times in {}",
                mutation.file
            ));
        }
        fs::write(&file, original.replace(mutation.find, mutation.replace))?;
        let played = self.cargo(&["run", "--", "attacks", mutation.attack]);
        fs::write(&file, original)?;
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
        Command::new(env!("CARGO"))
            .args(command)
            .args(["--quiet", "--package", "proof"])
            .args(rest)
            .current_dir(&self.sources)
            .env("CARGO_TARGET_DIR", self.workspace.join("target/mutations/build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("REAL_SERVERS", self.workspace.join(sandbox::testing::servers::INSTALLED))
            .output()
    }
}

/// Why, in the compiler's words.
fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter(|line| line.starts_with("error")).take(3).collect::<Vec<_>>().join("; ")
}
