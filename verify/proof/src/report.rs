//! What was tried, what should come of it, and what did.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sandbox::testing::rig::take_log;

/// In every secret of a proof, as it is and, of the sealing key, in base64. Nothing may ever say one.
const PLANTED: [&str; 2] = ["PLANTED", "UExBTlRFRF"];

/// One case.
pub struct Row {
    /// The module that ran it.
    pub suite: &'static str,
    /// Like `session_bound: attack 1, …`.
    pub case: String,
    /// What should come of it.
    pub expected: String,
    /// What did.
    pub seen: String,
}

impl Row {
    /// Whether what was seen is what was expected.
    pub fn ok(&self) -> bool {
        self.seen == self.expected
    }
}

/// Prints every row as it comes, and keeps it for the summary. All of it goes into a log too.
pub struct Report {
    rows: Vec<Row>,
    not_run: Vec<String>,
    said: String,
    log: File,
    /// Of the functions' log, looked at so far.
    lines: usize,
    /// Planted secrets in them.
    told: usize,
}

impl Report {
    /// Begins a log at this path.
    pub fn begin(log: &Path) -> io::Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self {
            rows: Vec::new(),
            not_run: Vec::new(),
            said: String::new(),
            log: File::create(log)?,
            lines: 0,
            told: 0,
        })
    }

    /// Takes one case.
    pub fn row(&mut self, row: Row) {
        let Row { suite, case, expected, seen } = &row;
        if row.ok() {
            self.say(&format!("ok   {suite}: {case}: {seen}"));
        } else {
            self.say(&format!("NOT  {suite}: {case}: {seen}, expected: {expected}"));
        }
        self.rows.push(row);
    }

    /// Something this machine cannot run.
    pub fn not_run(&mut self, what: &str) {
        self.say(&format!("!! not run: {what}"));
        self.not_run.push(what.to_owned());
    }

    /// A line of progress, or of figures.
    pub fn say(&mut self, line: &str) {
        // A closed pipe or a full disk is no reason to stop.
        let _ = writeln!(io::stdout(), "{line}");
        let _ = writeln!(self.log, "{line}");
        self.said.push_str(line);
        self.said.push('\n');
    }

    /// Looks for planted secrets in what the functions logged since the last look, and returns it. A long run does
    /// so now and then, and lets it go.
    pub fn scan_log(&mut self) -> String {
        let log = take_log();
        self.lines += log.lines().count();
        self.told += told(&log);
        log
    }

    /// Looks for planted secrets in everything said and logged, prints the summary, and tells whether all is as
    /// expected. Answers, their headers and addresses included, are looked at as they come: `App::send` fails then.
    pub fn finish(mut self) -> bool {
        let log = self.scan_log();
        let _ = writeln!(self.log, "{log}");
        let in_output = told(&self.said);
        self.say(&format!("scanned {} log lines and {} of output", self.lines, self.said.lines().count()));
        self.row(Row {
            suite: "secrets",
            case: "no planted secret in a log line or in this output".to_owned(),
            expected: "0 told".to_owned(),
            seen: format!("{} told", self.told + in_output),
        });

        let mut suites = BTreeMap::<_, (usize, usize)>::new();
        for row in &self.rows {
            let (cases, wrong) = suites.entry(row.suite).or_default();
            *cases += 1;
            *wrong += usize::from(!row.ok());
        }
        self.say(&format!("\n{:<14}{:>8}{:>14}{:>6}", "suite", "cases", "as expected", "not"));
        for (suite, (cases, wrong)) in &suites {
            self.say(&format!("{suite:<14}{cases:>8}{:>14}{wrong:>6}", cases - wrong));
        }
        for what in std::mem::take(&mut self.not_run) {
            self.say(&format!("!! NOT RUN: {what}"));
        }
        self.rows.iter().all(Row::ok)
    }
}

fn told(text: &str) -> usize {
    PLANTED.iter().map(|secret| text.matches(secret).count()).sum()
}
