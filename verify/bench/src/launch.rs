//! Starts a program and records when: this program, as its own child, prints the clock and its CPU time, and
//! then executes the other.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use crate::Problem;

/// The first argument that makes this program a launcher.
pub const ARGUMENT: &str = "launch";

/// The moment just before a program was executed.
#[derive(Clone, Copy, Debug)]
pub struct Launch {
    /// By the system's clock.
    pub at: SystemTime,
    /// The CPU time the process had used by then.
    pub cpu: Duration,
}

/// The command that launches `program`.
pub fn command(program: &Path) -> Result<Command, Problem> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ARGUMENT).arg(program);
    Ok(command)
}

/// Becomes `program`, or returns why it could not.
pub fn become_program(program: &OsString) -> Problem {
    let cpu = match clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID) {
        Ok(time) => Duration::from(time),
        Err(error) => return error.into(),
    };
    let mut command = Command::new(program);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    println!("{} {}", now.as_nanos(), cpu.as_nanos());
    command.exec().into()
}

impl Launch {
    /// Reads what the launcher printed as the first line of the process's log.
    pub fn read(log: &str) -> Option<Self> {
        let (at, cpu) = log.lines().next()?.split_once(' ')?;
        let nanoseconds = |text: &str| Some(Duration::from_nanos(text.parse().ok()?));
        Some(Self { at: UNIX_EPOCH + nanoseconds(at)?, cpu: nanoseconds(cpu)? })
    }
}
