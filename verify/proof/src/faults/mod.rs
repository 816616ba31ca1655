//! Every upstream call with every way it can fail, using the functions' real binaries behind the Lambda Runtime API.
//!
//! The fault lasts until there is an answer; then it ends, and the same process must continue. `docs/faults.md` is what
//! was seen.

mod call;
mod certificates;
mod events;
mod expected;
mod page;
mod proxy;
mod stage;

use std::path::Path;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use shared::Owner;

use crate::report::{Report, Row};
use call::Call;
use expected::{FAULTS, expected};
use stage::Stage;

pub use stage::binaries;

/// How many run at once: most of the time, they wait for something that does not come.
const AT_ONCE: usize = 60;

/// Runs the whole matrix, with links of users and of accounts, and compares the page with the first, or writes the page.
pub async fn run(report: &mut Report, built: Option<&Path>, write: bool) {
    for owner in [Owner::User, Owner::Account] {
        let stage = match Stage::set(built, owner).await {
            Ok(stage) => stage,
            Err(why) => {
                let (case, expected) = ("the functions can be started".to_owned(), "yes".to_owned());
                return report.row(Row { suite: "faults", case, expected, seen: why.to_string() });
            }
        };
        if owner == Owner::User {
            events::run(report, &stage).await;
        }
        let matrix = play(report, &stage, owner).await;
        if owner == Owner::User {
            report.row(matrix.hold_against_page(write));
        }
    }
}

async fn play(report: &mut Report, stage: &Stage, owner: Owner) -> page::Matrix {
    let begun = Instant::now();
    let cells = Call::ALL.iter().flat_map(|call| FAULTS.map(|(name, fault)| (*call, name, fault)));
    let cells: Vec<_> = cells.enumerate().collect();
    let count = cells.len();
    let playing = cells.into_iter().map(|(number, (call, name, fault))| async move {
        (number, call, name, fault, stage.play(number, call, fault).await)
    });
    let mut playing = stream::iter(playing).buffer_unordered(AT_ONCE);
    let mut played = Vec::with_capacity(count);
    while let Some(cell) = playing.next().await {
        played.push(cell);
        if played.len() % 20 == 0 {
            report.say(&format!("faults: {} of {count}", played.len()));
        }
    }
    played.sort_by_key(|(number, ..)| *number);

    let mut matrix = page::Matrix::default();
    for (_, call, name, fault, outcome) in played {
        let should = expected(call, fault);
        report.row(Row {
            suite: "faults",
            case: match owner {
                Owner::User => format!("{}, {name}", call.name()),
                Owner::Account => format!("{}, {name}, with a link of the account", call.name()),
            },
            expected: format!("{}; then {}", should.answer, should.after),
            seen: format!("{}; then {}", outcome.answer, outcome.after),
        });
        matrix.add(call, name, outcome);
    }
    report.say(&format!("faults: {count} cells in {} s", begun.elapsed().as_secs()));
    matrix
}
