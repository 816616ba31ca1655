//! Medians, and tables of them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::Problem;
use crate::measure::{Start, Warm};
use crate::subject::Subject;

const MEGABYTE: f64 = 1_000_000.0;
const KIBIBYTES_IN_MEBIBYTE: f64 = 1024.0;

/// All samples of all functions.
pub struct Figures([Samples; Subject::ALL.len()]);

/// All samples of one function.
#[derive(Default)]
pub struct Samples {
    /// Bytes of the binary.
    size: u32,
    /// Bytes of the upload.
    zipped: u32,
    /// Cold starts, in the order of the rounds.
    pub starts: Vec<Start>,
    /// Passes of warm calls.
    pub warm: Vec<Warm>,
}

impl Figures {
    /// The sizes of the binaries, and no samples yet.
    pub fn new(binaries: &Path) -> Result<Self, Problem> {
        let mut figures = Self(Default::default());
        for subject in Subject::ALL {
            let binary = std::fs::read(binaries.join(subject.name()))?;
            let mut zip = DeflateEncoder::new(Vec::new(), Compression::best());
            zip.write_all(&binary)?;
            let samples = figures.of(subject);
            samples.size = u32::try_from(binary.len())?;
            samples.zipped = u32::try_from(zip.finish()?.len())?;
        }
        Ok(figures)
    }

    /// The samples of one function.
    pub fn of(&mut self, subject: Subject) -> &mut Samples {
        &mut self.0[subject as usize]
    }

    /// The tables, aligned for a terminal or in Markdown.
    pub fn tables(&self, markdown: bool) -> String {
        let rows = || Subject::ALL.into_iter().zip(&self.0);
        let bare = &self.0[Subject::Bare as usize];
        let card = &self.0[Subject::Card as usize];
        let cold = rows().map(|(subject, samples)| {
            let starts = &samples.starts;
            vec![
                subject.name().to_owned(),
                milliseconds(starts.iter().map(|start| start.ready)),
                times(starts, &bare.starts, |start| start.ready),
                times(starts, &card.starts, |start| start.ready),
                milliseconds(starts.iter().map(|start| start.answered)),
                times(starts, &bare.starts, |start| start.answered),
                milliseconds(starts.iter().map(|start| start.ready_cpu)),
                milliseconds(starts.iter().map(|start| start.answered_cpu)),
            ]
        });
        let warm = rows().map(|(subject, samples)| {
            let warm = &samples.warm;
            vec![
                subject.name().to_owned(),
                microseconds(warm.iter().map(|warm| percentile(&warm.calls, 50))),
                microseconds(warm.iter().map(|warm| percentile(&warm.calls, 99))),
                microseconds(warm.iter().map(|warm| warm.cpu)),
                Spread::of(warm.iter().map(|warm| f64::from(warm.peak) / KIBIBYTES_IN_MEBIBYTE)).show(1),
                format!("{:.2}", f64::from(samples.size) / MEGABYTE),
                format!("{:.2}", f64::from(samples.zipped) / MEGABYTE),
            ]
        });
        let cold_head = [
            "cold start",
            "ready, ms",
            "× bare",
            "× card",
            "first answer, ms",
            "× bare",
            "CPU to ready, ms",
            "CPU to answer, ms",
        ];
        let warm_head =
            ["warm", "p50, µs", "p99, µs", "CPU a call, µs", "peak memory, MiB", "binary, MB", "zipped, MB"];
        table(&cold_head, &cold.collect::<Vec<_>>(), markdown)
            + "\n"
            + &table(&warm_head, &warm.collect::<Vec<_>>(), markdown)
    }
}

/// The median of several samples, with the least and the greatest.
struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

impl Spread {
    fn of(samples: impl Iterator<Item = f64>) -> Self {
        let mut samples: Vec<_> = samples.collect();
        samples.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| samples.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(samples.len() / 2), least: at(0), greatest: at(samples.len().saturating_sub(1)) }
    }

    fn show(&self, digits: usize) -> String {
        let Self { median, least, greatest } = self;
        format!("{median:.digits$} ({least:.digits$}..{greatest:.digits$})")
    }
}

fn milliseconds(samples: impl Iterator<Item = Duration>) -> String {
    Spread::of(samples.map(|sample| sample.as_secs_f64() * 1e3)).show(2)
}

fn microseconds(samples: impl Iterator<Item = Duration>) -> String {
    Spread::of(samples.map(|sample| sample.as_secs_f64() * 1e6)).show(0)
}

/// The median ratio to what the baseline took in the same round.
fn times(samples: &[Start], bare: &[Start], what: impl Fn(&Start) -> Duration) -> String {
    let ratios =
        samples.iter().zip(bare).map(|(one, bare)| what(one).as_secs_f64() / what(bare).as_secs_f64());
    format!("{:.2}", Spread::of(ratios).median)
}

/// The percentile of sorted samples.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn table(head: &[&str], rows: &[Vec<String>], markdown: bool) -> String {
    let head: Vec<_> = head.iter().map(|&cell| cell.to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let line = |cells: &[String]| {
        let cells = cells.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
        let cells = cells.collect::<Vec<_>>();
        if markdown { format!("| {} |", cells.join(" | ")) } else { cells.join("  ") }
    };
    let mut text = line(&head);
    if markdown {
        let _ = write!(text, "\n|{}", " --- |".repeat(head.len()));
    }
    for row in rows {
        let _ = write!(text, "\n{}", line(row));
    }
    text + "\n"
}
