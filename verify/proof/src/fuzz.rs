//! Runs the targets in `verify/fuzz/` for some seconds each, starting from the inputs of earlier runs.
//! `docs/fuzzing.md` says more.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

use crate::report::{Report, Row};

/// Where everything is built and written, below the workspace.
const BUILT: &str = "target/fuzz";
/// The limit for one input, in seconds: most take a thousandth of one.
const LONGEST: u32 = 10;
/// The limit for the whole process, in MB: four times what one uses. A leak of a few hundred bytes per input exceeds it
/// within a minute or two.
const MOST_MEMORY: u32 = 256;

/// Builds every target and runs each for this many seconds, as many at once as there are processors.
pub fn run(report: &mut Report, seconds: u32) -> io::Result<()> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if Command::new(&compiler).arg("--version").output().is_err() {
        report.not_run(&format!("the fuzz targets (libFuzzer needs a C++ compiler, {compiler})"));
        return Ok(());
    }
    report.say(&format!("building the fuzz targets in {BUILT}; the first time takes minutes"));
    let built = build()?;
    let seen = if built { "built" } else { "not built" };
    report.row(row("the targets build".to_owned(), "built", seen.to_owned()));
    if !built {
        return Ok(());
    }
    let fuzz = Fuzz::new()?;
    for several in fuzz.targets()?.chunks(available_parallelism()?.get()) {
        report.say(&format!("fuzz: {} for {seconds} s", several.join(" and ")));
        let running: Vec<_> =
            several.iter().map(|target| fuzz.start(target, seconds)).collect::<io::Result<_>>()?;
        for (target, mut process) in several.iter().zip(running) {
            let ended = process.wait()?;
            let told = fs::read_to_string(fuzz.log(target))?;
            match figures(&told).filter(|_| ended.success()) {
                Some(figures) => {
                    report.row(row(format!("{target}: {figures}"), EXPECTED, EXPECTED.to_owned()));
                }
                None => report.row(row(target.clone(), EXPECTED, fuzz.finding(target, &told))),
            }
        }
    }
    Ok(())
}

/// Whether all targets build.
pub fn build() -> io::Result<bool> {
    Ok(Fuzz::new()?.cargo("build").args(["--bins"]).status()?.success())
}

const EXPECTED: &str = "no crash, hang or growth";

fn row(case: String, expected: &str, seen: String) -> Row {
    Row { suite: "fuzz", case, expected: expected.to_owned(), seen }
}

struct Fuzz {
    workspace: PathBuf,
}

impl Fuzz {
    fn new() -> io::Result<Self> {
        Ok(Self { workspace: Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()? })
    }

    fn targets(&self) -> io::Result<Vec<String>> {
        let files = fs::read_dir(self.workspace.join("verify/fuzz/fuzz_targets"))?.flatten();
        let name = |file: fs::DirEntry| Some(file.path().file_stem()?.to_str()?.to_owned());
        let mut targets: Vec<_> = files.filter_map(name).collect();
        targets.sort();
        Ok(targets)
    }

    /// Runs in the folder whose `.cargo/config.toml` turns on coverage; flags from the environment would override it.
    fn cargo(&self, command: &str) -> Command {
        let mut cargo = sandbox::testing::cargo::cargo();
        cargo
            .args([command, "--release", "--locked", "--target-dir"])
            .arg(self.workspace.join(BUILT))
            .current_dir(self.workspace.join("verify/fuzz"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo
    }

    fn start(&self, target: &str, seconds: u32) -> io::Result<Child> {
        let found = self.workspace.join(BUILT).join("corpus").join(target);
        fs::create_dir_all(&found)?;
        self.cargo("run")
            .args(["--bin", target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={LONGEST}"))
            .arg(format!("-rss_limit_mb={MOST_MEMORY}"))
            .arg(format!("-artifact_prefix={}-", self.workspace.join(BUILT).join(target).display()))
            .arg("-print_final_stats=1")
            // New inputs go into the first folder.
            .args([found, self.workspace.join("verify/fuzz/corpus").join(target)])
            .stdout(Stdio::null())
            .stderr(File::create(self.log(target))?)
            .spawn()
    }

    fn log(&self, target: &str) -> PathBuf {
        self.workspace.join(BUILT).join(format!("{target}.log"))
    }

    /// What stopped it, the input that did, and how to replay it.
    fn finding(&self, target: &str, told: &str) -> String {
        let after = |mark: &str| told.lines().find_map(|line| Some(line.split_once(mark)?.1));
        let what = after("SUMMARY: libFuzzer: ").unwrap_or("ended without statistics");
        match after("Test unit written to ") {
            Some(input) => {
                format!("{what}; again: (cd verify/fuzz && cargo run --release --bin {target} -- {input})")
            }
            None => format!("{what}; see {}", self.log(target).display()),
        }
    }
}

/// What libFuzzer counted, if it finished.
fn figures(told: &str) -> Option<String> {
    let words: Vec<_> = told.lines().find(|line| line.contains("\tDONE "))?.split_whitespace().collect();
    let of = |name: &str| words.iter().skip_while(|word| **word != name).nth(1).copied();
    let stat = |name: &str| told.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let inputs = of("corp:")?.split('/').next()?;
    Some(format!(
        "{} executions, {} of the code's edges, {inputs} inputs kept, at most {} MB",
        stat("stat::number_of_executed_units:")?,
        of("cov:")?,
        stat("stat::peak_rss_mb:")?,
    ))
}
