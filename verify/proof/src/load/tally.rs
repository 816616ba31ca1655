//! Which answers came, how often, how fast.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How many answers outside the model are listed individually.
const TOLD: usize = 20;

#[derive(Default)]
pub struct Tally {
    times: Vec<Duration>,
    answers: BTreeMap<String, usize>,
    /// Tokens that had expired, and were refreshed, judging by the answer.
    pub refreshed: usize,
    /// Faults that hit a call.
    pub faults: BTreeMap<String, usize>,
    /// Unexpected answers, and to what.
    pub wrong: Vec<String>,
    /// Answers with someone else's account.
    pub crossed: usize,
    /// `reconnect_required` after the reply to a refresh was lost.
    pub lost_refreshes: usize,
    /// The same after a sign-out that failed half-way.
    pub half_sign_outs: usize,
}

impl Tally {
    pub fn for_requests(requests: usize) -> Self {
        Self { times: Vec::with_capacity(requests), ..Self::default() }
    }

    /// How many requests were answered.
    pub fn requests(&self) -> usize {
        self.times.len()
    }

    pub fn answer(&mut self, begun: Instant, request: &str, told: &str) {
        self.times.push(begun.elapsed());
        *self.answers.entry(format!("{request}: {told}")).or_default() += 1;
    }

    /// The first unexpected answers, one per line.
    pub fn first_wrong(&self) -> impl Iterator<Item = &String> {
        self.wrong.iter().take(TOLD)
    }

    /// The figures, for people to read.
    pub fn figures(&mut self) -> String {
        self.times.sort_unstable();
        let last = self.times.len().saturating_sub(1);
        let at = |percent: usize| self.times.get(last * percent / 100).map_or(0.0, |time| ms(*time));
        let mut text = format!(
            "latency: p50 {:.1} ms, p99 {:.1} ms, longest {:.0} ms\nrefreshes: {}\n",
            at(50),
            at(99),
            at(100),
            self.refreshed
        );
        for (title, counts) in [("answers", &self.answers), ("faults", &self.faults)] {
            let _ = writeln!(text, "{title}: {}", counts.values().sum::<usize>());
            for (name, count) in counts {
                let _ = writeln!(text, "  {count:>8}  {name}");
            }
        }
        text
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
