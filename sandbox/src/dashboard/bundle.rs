//! Builds the Stripe App and the page around it with Node.js, when there is something to build.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{manifest, reach};

/// The oldest Node.js that runs the build.
const NODE: u32 = 20;

/// A Stripe App, and where its bundle goes.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The app's folder.
    pub app: PathBuf,
    /// The manifest's name in it.
    pub manifest: String,
    /// Where the bundle goes.
    pub out: PathBuf,
}

/// Why there is no bundle.
#[derive(Debug)]
pub enum Problem {
    /// No Node.js, or an old one, whose version is told.
    Node(Option<String>),
    /// No app in the folder.
    NoApp(PathBuf),
    /// A command failed, and has said why.
    Failed(String),
    /// Files are not to be read.
    Files(io::Error),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(None) => write!(f, "there is no Node.js on this machine; {NODE} or newer is needed"),
            Self::Node(Some(found)) => write!(f, "Node.js is {found}; {NODE} or newer is needed"),
            Self::NoApp(manifest) => write!(f, "there is no {}", manifest.display()),
            Self::Failed(command) => write!(f, "`{command}` failed, see above"),
            Self::Files(error) => write!(f, "files are not to be read: {error}"),
        }
    }
}

impl std::error::Error for Problem {}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

/// `built.json`, which the build writes last.
#[derive(Deserialize)]
struct Built {
    app: PathBuf,
    manifest: String,
    watched: bool,
    /// When the oldest of the builds began whose outcome is there.
    began_ms: u64,
    /// What is wrong with the app. The page shows it.
    errors: Vec<IgnoredAny>,
}

impl Bundle {
    /// Builds what is older than its sources, with what npm has to install for that into folders of this repository.
    /// Tells each step on standard output. What is wrong with the app is no failure: the page shows it.
    ///
    /// # Errors
    /// When there is no app, no Node.js, or something fails.
    pub fn build(&self) -> Result<(), Problem> {
        self.install()?;
        if !self.is_fresh()? {
            println!("  building the Dashboard into {} …", self.out.display());
            run(&mut self.build_command(), "node build.mjs")?;
        }
        Ok(())
    }

    /// Like [`Bundle::build`], and builds anew whenever a source changes, as long as the watcher lives. Returns when
    /// the first build has ended: who opens the page now sees that one.
    ///
    /// # Errors
    /// As [`Bundle::build`].
    pub fn watch(&self) -> Result<Watcher, Problem> {
        self.install()?;
        println!("  building the Dashboard into {} …", self.out.display());
        let stamp = self.stamp();
        if stamp.exists() {
            fs::remove_file(&stamp)?;
        }
        let mut watcher = Watcher(self.build_command().arg("--watch").stdin(Stdio::piped()).spawn()?);
        while !stamp.exists() {
            if watcher.0.try_wait()?.is_some() {
                return Err(Problem::Failed("node build.mjs --watch".to_owned()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(watcher)
    }

    fn install(&self) -> Result<(), Problem> {
        if !self.app.join(&self.manifest).is_file() {
            return Err(Problem::NoApp(self.app.join(&self.manifest)));
        }
        node_is_new_enough(node_version().as_deref())?;
        // Nobody has asked us to install anything into the folder of another app.
        for folder in std::iter::once(host_package()).chain(self.companion()) {
            if is_older(&folder.join("node_modules/.package-lock.json"), &folder.join("package-lock.json")) {
                println!("  npm ci in {} …", folder.display());
                let quietly = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
                run(Command::new("npm").args(quietly).current_dir(folder), "npm ci")?;
            }
        }
        Ok(())
    }

    /// The package that the app is in, if it is the companion app or one of its examples.
    fn companion(&self) -> Option<PathBuf> {
        let package = host_package().join("../../app").canonicalize().ok()?;
        self.app.starts_with(&package).then_some(package)
    }

    /// The app's id, by its manifest.
    #[must_use]
    pub fn app_id(&self) -> Option<String> {
        manifest::app_id(&fs::read(self.out.join("manifest.json")).ok()?)
    }

    /// The hosts beyond this machine that the app may reach, by its manifest.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let manifest = fs::read(self.out.join("manifest.json")).ok();
        let built: Option<Value> = manifest.and_then(|text| serde_json::from_slice(&text).ok());
        reach::hosts(&built.unwrap_or_default()["manifest"])
    }

    fn build_command(&self) -> Command {
        let mut command = Command::new("node");
        command.arg(host_package().join("build.mjs"));
        command.arg("--app").arg(&self.app);
        command.arg("--manifest").arg(&self.manifest);
        command.arg("--out").arg(&self.out);
        command
    }

    fn stamp(&self) -> PathBuf {
        self.out.join("built.json")
    }

    fn is_fresh(&self) -> io::Result<bool> {
        let Some(built) =
            fs::read(self.stamp()).ok().and_then(|text| serde_json::from_slice::<Built>(&text).ok())
        else {
            return Ok(false);
        };
        // A watched bundle makes its page ask for news, so it is not one to serve without a watcher. What was wrong
        // may be right by now without a newer source: say, packages were installed.
        if built.app != self.app
            || built.manifest != self.manifest
            || built.watched
            || !built.errors.is_empty()
        {
            return Ok(false);
        }
        let package = host_package();
        let mut newest = modified(&self.app.join(&self.manifest))?;
        let app = self.companion().unwrap_or_else(|| self.app.clone());
        for source in [&app, &package, &package.join("../src/dashboard/common")] {
            newest = newest.max(newest_below(source)?);
        }
        // What was edited while the build ran may not be in it.
        Ok(newest < SystemTime::UNIX_EPOCH + Duration::from_millis(built.began_ms))
    }
}

/// A build that goes on. It ends when this is dropped, and also when the process dies: its standard input closes.
#[derive(Debug)]
pub struct Watcher(Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        // It ends its bundler first, which would outlive it.
        drop(self.0.stdin.take());
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < patience {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn host_package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboard")
}

fn node_version() -> Option<String> {
    let output = Command::new("node").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn node_is_new_enough(version: Option<&str>) -> Result<(), Problem> {
    let major = version.and_then(|text| text.strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(Problem::Node(version.map(str::to_owned))),
    }
}

fn run(command: &mut Command, name: &str) -> Result<(), Problem> {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Problem::Failed(name.to_owned())),
    }
}

/// Whether `made` is absent, or older than `from`. Nothing is made from an absent file.
fn is_older(made: &Path, from: &Path) -> bool {
    match (modified(made), modified(from)) {
        (_, Err(_)) => false,
        (Err(_), Ok(_)) => true,
        (Ok(made), Ok(from)) => made < from,
    }
}

fn modified(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}

/// The last change below a folder. Its own time tells of files that have gone.
fn newest_below(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = modified(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == "node_modules" {
            continue;
        }
        newest = newest.max(if entry.file_type()?.is_dir() {
            newest_below(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        });
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_has_to_be_there_and_not_old() {
        for fine in ["v20.0.0", "v22.11.0", "v104.1.2"] {
            assert!(node_is_new_enough(Some(fine)).is_ok(), "{fine}");
        }
        for not in [None, Some("v18.20.1"), Some("20.0.0"), Some("")] {
            assert!(node_is_new_enough(not).is_err(), "{not:?}");
        }
    }

    #[test]
    fn an_app_that_is_not_there_is_told_before_anything_runs() {
        let bundle = Bundle {
            app: PathBuf::from("/nowhere"),
            manifest: "stripe-app.json".to_owned(),
            out: PathBuf::from("/nowhere/out"),
        };
        let problem = bundle.build().unwrap_err();
        assert_eq!(problem.to_string(), "there is no /nowhere/stripe-app.json");
    }

    #[test]
    fn the_examples_are_parts_of_the_companion_app() {
        let ours = host_package().join("../../app").canonicalize().unwrap();
        let package_of = |app: PathBuf| {
            Bundle { app, manifest: "stripe-app.json".to_owned(), out: PathBuf::new() }.companion()
        };
        for app in [ours.clone(), ours.join("examples/two-providers")] {
            assert_eq!(package_of(app), Some(ours.clone()));
        }
        assert_eq!(package_of(host_package().join("e2e/fixture")), None);
    }

    #[test]
    fn what_was_edited_while_the_build_ran_is_built_again() {
        let folder = std::env::temp_dir().join(format!("bundle-fresh-{}", std::process::id()));
        let [app, out] = ["app", "out"].map(|name| folder.join(name));
        let bundle = Bundle { app, manifest: "m.json".to_owned(), out };
        fs::create_dir_all(&bundle.app).unwrap();
        fs::create_dir_all(&bundle.out).unwrap();
        // Later than the sources of the page.
        let edited_ms = 9_000_000_000_001;
        let edited = SystemTime::UNIX_EPOCH + Duration::from_millis(edited_ms);
        fs::File::create(bundle.app.join("m.json")).unwrap().set_modified(edited).unwrap();
        let fresh = |began_ms: u64, errors: &str| {
            let app = serde_json::to_string(&bundle.app).unwrap();
            let built = format!(
                r#"{{"app":{app},"manifest":"m.json","watched":false,"began_ms":{began_ms},"errors":{errors}}}"#
            );
            fs::write(bundle.stamp(), built).unwrap();
            fs::File::open(bundle.stamp()).unwrap().set_modified(edited + Duration::from_secs(9)).unwrap();
            bundle.is_fresh().unwrap()
        };
        assert!(!fresh(edited_ms - 1, "[]"), "begun before the edit, and ended after it");
        assert!(fresh(edited_ms + 1, "[]"));
        assert!(!fresh(edited_ms + 1, r#"[{"text":"broken"}]"#));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_was_made_before_its_source_changed_is_old() {
        let folder = std::env::temp_dir().join(format!("bundle-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        let [made, from] = ["made", "from"].map(|name| folder.join(name));
        let at = |file: &Path, seconds| {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs::File::create(file).unwrap().set_modified(time).unwrap();
            time
        };
        assert!(!is_older(&made, &from), "nothing to make it from");
        at(&from, 2_000);
        assert!(is_older(&made, &from), "absent");
        at(&made, 1_000);
        assert!(is_older(&made, &from));
        at(&made, 3_000);
        assert!(!is_older(&made, &from));

        let future = at(&folder.join("from"), 9_000_000_000);
        at(&folder.join("node_modules/ignored"), 9_500_000_000);
        assert_eq!(newest_below(&folder).unwrap(), future);
        fs::remove_dir_all(folder).unwrap();
    }
}
