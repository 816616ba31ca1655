//! `docs/faults.md`, generated from what was seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::call::Call;
use super::expected::FAULTS;
use super::stage::Outcome;
use crate::report::Row;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faults.md");
/// The text above the tables.
const PREFACE: &str = include_str!("preface.md");

/// The outcome of every cell.
#[derive(Default)]
pub struct Matrix(BTreeMap<Call, BTreeMap<&'static str, Outcome>>);

impl Matrix {
    pub fn add(&mut self, call: Call, fault: &'static str, outcome: Outcome) {
        self.0.entry(call).or_default().insert(fault, outcome);
    }

    /// The row that says whether the committed page is what was seen. With `write`, writes the page.
    pub fn hold_against_page(&self, write: bool) -> Row {
        let page = self.page();
        if write && let Err(why) = fs::write(Path::new(PAGE), &page) {
            return row(&format!("it cannot be written: {why}"));
        }
        let committed = fs::read_to_string(PAGE).unwrap_or_default();
        row(if committed == page { SAME } else { "a different matrix; `-- faults --write` writes this one" })
    }

    fn page(&self) -> String {
        let mut page = PREFACE.to_owned();
        for (call, outcomes) in &self.0 {
            let _ = write!(
                page,
                "\n## {}\n\n| fault | answer | afterwards |\n| --- | --- | --- |\n",
                call.name()
            );
            // Faults with the same outcome share a line.
            let mut lines = Vec::<(Vec<&str>, &Outcome)>::new();
            for (name, _) in FAULTS {
                let Some(outcome) = outcomes.get(name) else { continue };
                match lines.iter_mut().find(|(_, known)| *known == outcome) {
                    Some((names, _)) => names.push(name),
                    None => lines.push((vec![name], outcome)),
                }
            }
            for (names, Outcome { answer, after }) in lines {
                let _ = writeln!(page, "| {} | `{answer}` | {after} |", names.join("; "));
            }
        }
        page
    }
}

const SAME: &str = "what was seen";

fn row(seen: &str) -> Row {
    Row {
        suite: "faults",
        case: "docs/faults.md".to_owned(),
        expected: SAME.to_owned(),
        seen: seen.to_owned(),
    }
}
