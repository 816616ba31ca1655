//! Stripe's own libraries, each in a separate process that reads and writes lines of JSON.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::json;

use super::headers::{NOW, SECRET, payload};

/// Where they are installed.
const INSTALLED: &str = "target/verifiers";

/// A library's verdict on a header.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepts,
    /// With the error it has for this.
    Refuses,
    /// With a different kind of error.
    Breaks,
}

#[derive(Clone, Copy)]
pub enum Library {
    Node,
    Python,
}

impl Library {
    pub const ALL: [Self; 2] = [Self::Node, Self::Python];

    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "stripe-node",
            Self::Python => "stripe-python",
        }
    }

    /// Its verdict on each header, or why it cannot run.
    pub fn verdicts(self, headers: &[String]) -> Result<Vec<Verdict>, String> {
        self.install()?;
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (mut input, output) =
            (child.stdin.take().ok_or("no input")?, child.stdout.take().ok_or("no output")?);
        let questions: Vec<_> = headers
            .iter()
            .map(|header| {
                json!({ "header": header, "payload": payload(), "secret": SECRET, "now": NOW }).to_string()
            })
            .collect();
        // Written concurrently, because both pipes are small.
        let writer = std::thread::spawn(move || {
            questions.iter().try_for_each(|question| writeln!(input, "{question}"))
        });
        let verdicts = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .map_while(|line| serde_json::from_str(&line).ok())
            .collect();
        let _ = writer.join();
        child.wait().map_err(|error| error.to_string())?;
        Ok(verdicts)
    }

    fn install(self) -> Result<(), String> {
        let source = format!("verify/proof/verifiers/{}", self.name());
        let mut install = Command::new(workspace().join("sandbox/tests/install-packages"));
        match install.args([&source, INSTALLED]).current_dir(workspace()).status() {
            Ok(status) if status.success() => Ok(()),
            _ => Err("it could not be installed".to_owned()),
        }
    }

    fn command(self) -> Command {
        let (source, installed) = (
            workspace().join("verify/proof/verifiers").join(self.name()),
            workspace().join(INSTALLED).join(self.name()),
        );
        match self {
            Self::Node => {
                let mut node = Command::new("node");
                node.arg(source.join("verify.mjs")).current_dir(installed);
                node
            }
            Self::Python => {
                let mut python = Command::new(installed.join("bin/python"));
                python.arg("-B").arg(source.join("verify.py"));
                python
            }
        }
    }
}

fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    folder.canonicalize().unwrap_or(folder)
}
