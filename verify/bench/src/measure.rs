//! Measures one start of one function.

use std::path::Path;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;
use sandbox::World;
use sandbox::runtime_api::{Answer, Instance, Outcome};
use tokio::time::timeout;

use crate::Problem;
use crate::launch::{self, Launch};
use crate::subject::{Events, Subject};

/// The time limit for any start or call.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running function.
pub struct Running {
    subject: Subject,
    instance: Instance,
    launch: Launch,
    /// CPU clock of the process, including its ended threads.
    cpu: ClockId,
}

/// Times of a cold start, from just before exec.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// To the first `/next`.
    pub ready: Duration,
    /// CPU time until then.
    pub ready_cpu: Duration,
    /// To the first response, without the pause between `/next` and the event.
    pub answered: Duration,
    /// CPU time until then.
    pub answered_cpu: Duration,
}

/// Times of calls to a warm function.
#[derive(Clone, Debug)]
pub struct Warm {
    /// Each call, from handing out the event to having read the response, sorted.
    pub calls: Vec<Duration>,
    /// Average CPU time of a call.
    pub cpu: Duration,
    /// Peak resident memory of the process (`VmHWM`), in KiB.
    pub peak: u32,
}

impl Running {
    /// Starts a function and makes one call.
    pub async fn start(
        subject: Subject,
        binary: &Path,
        world: &World,
        events: &mut Events<'_>,
    ) -> Result<(Self, Start), Problem> {
        let event = events.next(subject).await?;
        let mut instance = Instance::start(launch::command(binary)?, &world.settings).await?;
        let next = timeout(PATIENCE, instance.ready()).await??;
        let log = instance.log();
        let launch = Launch::read(&log).ok_or_else(|| format!("not launched: {log}"))?;
        let pid = Pid::from_raw(i32::try_from(instance.process_id())?);
        let mut running = Self { subject, instance, launch, cpu: clock_getcpuclockid(pid)? };
        let ready = next.duration_since(launch.at)?;
        let ready_cpu = running.cpu()?;
        let answered = ready + running.call(&event, events).await?;
        let answered_cpu = running.cpu()?;
        Ok((running, Start { ready, ready_cpu, answered, answered_cpu }))
    }

    /// Makes `calls` calls, one after the other, after `before` calls that do not count.
    pub async fn warm(&mut self, calls: u32, before: u32, events: &mut Events<'_>) -> Result<Warm, Problem> {
        for _ in 0..before {
            self.call(&events.next(self.subject).await?, events).await?;
        }
        let begin = self.cpu()?;
        let mut took = Vec::new();
        for _ in 0..calls {
            let event = events.next(self.subject).await?;
            took.push(self.call(&event, events).await?);
        }
        let cpu = self.cpu()?.saturating_sub(begin) / calls;
        took.sort_unstable();
        Ok(Warm { calls: took, cpu, peak: self.peak()? })
    }

    async fn call(&mut self, event: &str, events: &Events<'_>) -> Result<Duration, Problem> {
        let Answer { outcome, took } = timeout(PATIENCE, self.instance.invoke(event)).await??;
        match outcome {
            Outcome::Response(answer) if events.is_right(self.subject, &answer) => Ok(took),
            wrong => {
                Err(format!("{}: {wrong:?} is not the answer\n{}", self.subject.name(), self.instance.log())
                    .into())
            }
        }
    }

    fn cpu(&self) -> Result<Duration, Problem> {
        Ok(Duration::from(self.cpu.now()?).saturating_sub(self.launch.cpu))
    }

    fn peak(&self) -> Result<u32, Problem> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.instance.process_id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}
