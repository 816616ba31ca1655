//! What was tried, the expected outcome, and the actual one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sandbox::testing::rig::take_log;

/// Part of every secret of a proof: as text, and in the sealing key as base64. Neither may ever appear anywhere.
const PLANTED: [&str; 2] = ["PLANTED", "UExBTlRFRF"];

/// One case.
pub struct Row {
    /// The module that ran it.
    pub suite: &'static str,
    /// Such as `session_bound 1: …`.
    pub case: String,
    /// The expected outcome.
    pub expected: String,
    /// The actual outcome.
    pub seen: String,
}

impl Row {
    /// Whether the outcome is as expected.
    pub fn ok(&self) -> bool {
        self.seen == self.expected
    }
}

/// Prints every row as it comes, and keeps it for the summary. Everything also goes into a log.
pub struct Report {
    rows: Vec<Row>,
    not_run: Vec<String>,
    said: String,
    log: File,
    /// How many lines of the functions' log were checked so far.
    lines: usize,
    /// Planted secrets in them.
    told: usize,
}

impl Report {
    /// Starts a log at this path.
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

    /// Adds a case.
    pub fn row(&mut self, row: Row) {
        let Row { suite, case, expected, seen } = &row;
        if row.ok() {
            self.say(&format!("ok   {suite}: {case}: {seen}"));
        } else {
            self.say(&format!("NOT  {suite}: {case}: {seen}, expected: {expected}"));
        }
        self.rows.push(row);
    }

    /// Notes something this machine cannot run.
    pub fn not_run(&mut self, what: &str) {
        self.say(&format!("!! not run: {what}"));
        self.not_run.push(what.to_owned());
    }

    /// Prints a line of progress or figures.
    pub fn say(&mut self, line: &str) {
        // A closed pipe or a full disk is no reason to stop.
        let _ = writeln!(io::stdout(), "{line}");
        let _ = writeln!(self.log, "{line}");
        self.said.push_str(line);
        self.said.push('\n');
    }

    /// Checks what the functions logged since the last call for planted secrets, and returns it. Long runs do so from time
    /// to time, and discard it.
    pub fn scan_log(&mut self) -> String {
        let log = take_log();
        self.lines += log.lines().count();
        self.told += told(&log);
        log
    }

    /// Checks everything printed and logged for planted secrets, prints the summary, and returns whether everything is as
    /// expected. Answers, including their headers and URLs, are checked as they come: `App::send` panics then.
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
