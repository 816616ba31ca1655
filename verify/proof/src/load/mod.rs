//! An hour's worth of mixed traffic from many users in a few minutes, with occasional faults.
//!
//! The hour is cut into shifts, half a day apart: by then, every access token has expired and is refreshed. Every answer
//! must fit what is known of the user (`link.rs`); a fault excuses only the answer to the request whose own call it hit.
//! `docs/load.md` has the last figures.

mod link;
mod memory;
mod rush;
mod tally;
mod trouble;
mod user;

use std::cell::{Cell, RefCell};
use std::time::Instant;

use fastrand::Rng;
use futures_util::future::join_all;
use sandbox::Options;
use sandbox::testing::app::CALLS;
use sandbox::testing::back_end::BackEnd;
use sandbox::testing::rig::{PLANTED, Rig};
use shared::Owner;
use shared::http::Timeouts;

use crate::report::{Report, Row};
use link::{LINKED, UNLINKED};
use rush::Rush;
use tally::Tally;
use trouble::Trouble;
use user::User;

/// How many requests run at once.
const AT_ONCE: usize = 40;
/// The length of the hour, in seconds of the functions' clock, which is moved forward.
const HOUR: usize = 3600;
const SHIFTS: usize = 8;
/// The time between two shifts, in seconds. Two make the day for which Stripe remembers idempotency keys.
const PAUSE: u64 = 12 * 3600;
/// How much the process may grow after the first quarter, in KiB. In the same process, the provider remembers every token
/// it ever issued (about 400 bytes for a refresh), and this suite every latency (16 bytes). Functions that leaked 250
/// bytes for each of the other 150,000 requests would fail.
const GROWTH: u64 = 32 * 1024;

/// What every shift uses.
struct Stage<'a> {
    rig: &'a Rig,
    /// An instance of `token`; those behind the gateway are the world's.
    back_end: BackEnd,
    rush: Rush,
    tally: RefCell<Tally>,
    pace: Pace,
}

/// Runs the traffic; then everyone opens the app once more, without faults.
pub async fn run(report: &mut Report, requests: usize, users: u32, seed: u64, owner: Owner) {
    let calls = Some(CALLS.into());
    let rig = match owner {
        Owner::User => Rig::with(Options { calls, ..Options::default() }).await,
        Owner::Account => {
            let (settings, timeouts) = (vec![("LINK_SCOPE", "account".to_owned())], Timeouts::DEFAULT);
            Rig::timed(Options { marker: PLANTED, timeouts, settings, calls, ..Options::default() }).await
        }
    };
    let begun = Instant::now();
    let mut people: Vec<User> = (0..users.max(1)).map(|number| User::new(number, owner)).collect();
    let tally = RefCell::new(Tally::for_requests(requests));
    let pace = Pace { requests, seconds: Cell::default() };
    let stage = Stage { rig: &rig, back_end: rig.back_end().await, rush: Rush::of(&rig).await, tally, pace };
    let mut resident = Vec::new();
    for shift in 0..SHIFTS {
        if let Some(user) = people.iter_mut().find(|user| user.link == LINKED) {
            report.row(Row {
                suite: "load",
                case: format!("fifty back ends and fifty functions at once, before shift {}", shift + 1),
                expected: rush::ONCE.to_owned(),
                seen: user.is_rushed(&stage, shift).await,
            });
        }
        play(&stage, &mut people, shift, seed, report).await;
        report.scan_log();
        let now = memory::resident();
        if shift % (SHIFTS / 4) == SHIFTS / 4 - 1 {
            resident.extend(now);
        }
        report.say(&format!(
            "load: shift {} of {SHIFTS}: {} requests, {} refreshes, {} s, {} MiB",
            shift + 1,
            stage.tally.borrow().requests(),
            stage.tally.borrow().refreshed,
            begun.elapsed().as_secs(),
            now.unwrap_or_default() / 1024,
        ));
        rig.clock.advance(PAUSE);
    }

    let count = |link| people.iter().filter(|user| user.link == link).count();
    let (linked, unlinked) = (count(LINKED), count(UNLINKED));
    let doubtful = people.len() - linked - unlinked;
    report.say(&format!("load: at the end {linked} are linked, {unlinked} are not, {doubtful} are in doubt"));
    let mut lost = 0;
    for user in &mut people {
        let was_linked = user.link == LINKED;
        let is_linked = user.opens_the_app(&stage).await;
        lost += usize::from(was_linked && !is_linked);
    }
    let tally = stage.tally.into_inner();
    let often = if tally.refreshed > people.len() { "more than once a user" } else { "hardly ever" };
    report.row(Row {
        suite: "load",
        case: "tokens ended and were refreshed".to_owned(),
        expected: "more than once a user".to_owned(),
        seen: often.to_owned(),
    });
    conclude(report, tally, lost, &resident);
}

/// Moves the clock with the requests.
struct Pace {
    requests: usize,
    seconds: Cell<u64>,
}

impl Pace {
    /// How many seconds have passed since the last call.
    fn ticks(&self, answered: usize) -> u64 {
        let now = (answered * HOUR / self.requests.max(1)) as u64;
        now - self.seconds.replace(now)
    }
}

/// One shift: each worker has its own users, so that a user's answers come in order.
async fn play(stage: &Stage<'_>, people: &mut [User], shift: usize, seed: u64, report: &mut Report) {
    let report = RefCell::new(report);
    let until = stage.pace.requests * (shift + 1) / SHIFTS;
    let share = people.len().div_ceil(AT_ONCE);
    let workers = people.chunks_mut(share).zip(0..).map(|(people, worker)| {
        let report = &report;
        async move {
            let mut rng = Rng::with_seed(
                seed.wrapping_mul(1 << 32) + u64::try_from(shift * 1000 + worker).unwrap_or_default(),
            );
            loop {
                let answered = stage.tally.borrow().requests();
                let seconds = stage.pace.ticks(answered);
                if seconds > 0 {
                    stage.rig.clock.advance(seconds);
                    report.borrow_mut().scan_log();
                }
                if answered >= until {
                    return;
                }
                let chosen = rng.usize(..people.len());
                people[chosen].act(stage, &mut rng, shift).await;
            }
        }
    });
    join_all(workers).await;
}

/// Prints the figures, and compares them with what is expected.
fn conclude(report: &mut Report, mut tally: Tally, lost: usize, resident: &[u64]) {
    report.say(&tally.figures());
    for wrong in tally.first_wrong() {
        report.say(&format!("load: NOT in the model: {wrong}"));
    }
    report.say(&format!(
        "load: had to link again: {} after a lost reply to a refresh, {} after a sign-out cut short",
        tally.lost_refreshes, tally.half_sign_outs
    ));
    let mut row = |case: &str, expected: &str, seen: String| {
        report.row(Row { suite: "load", case: case.to_owned(), expected: expected.to_owned(), seen });
    };
    row("answers that the user's link and fault do not explain", "0", tally.wrong.len().to_string());
    row("answers about someone else's account", "0", tally.crossed.to_string());
    row("linked, never signed out, and not linked at the end", "0", lost.to_string());
    row(
        "calls and kinds of fault that did not meet",
        "none",
        match Trouble::missing(&tally.faults) {
            missing if missing.is_empty() => "none".to_owned(),
            missing => missing.join(", "),
        },
    );
    let [quarter, .., end] = resident else {
        return report.not_run("the memory check (it needs Linux)");
    };
    let figures: Vec<_> = resident.iter().map(|kib| format!("{} MiB", kib / 1024)).collect();
    report.say(&format!("load: resident at 25, 50, 75, 100 %: {}", figures.join(", ")));
    let grown = end.saturating_sub(*quarter);
    let flat = format!("by less than {} MiB", GROWTH / 1024);
    report.row(Row {
        suite: "load",
        case: "memory grew after the first quarter".to_owned(),
        seen: if grown < GROWTH { flat.clone() } else { format!("by {} MiB", grown / 1024) },
        expected: flat,
    });
}
