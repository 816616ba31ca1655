//! A gate that keeps writes in progress for as long as a test needs.

use tokio::sync::watch;

#[derive(Default)]
struct Counts {
    holds: usize,
    waiting: usize,
}

/// Every write passes here after it is accepted and before it is carried out.
#[derive(Clone, Default)]
pub(super) struct WriteGate(watch::Sender<Counts>);

impl WriteGate {
    pub(super) fn hold(&self) -> HeldWrites {
        self.0.send_modify(|counts| counts.holds += 1);
        HeldWrites(self.clone())
    }

    /// Waits until nothing holds the gate.
    pub(super) async fn pass(&self) {
        self.0.send_modify(|counts| counts.waiting += 1);
        let _waiting = Waiting(self);
        // This fails only without a sender, and `self` is one.
        let _ = self.0.subscribe().wait_for(|counts| counts.holds == 0).await;
    }
}

/// Stops counting a write, also if its client hangs up.
struct Waiting<'a>(&'a WriteGate);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|counts| counts.waiting -= 1);
    }
}

/// Keeps writes in progress; they continue when it is dropped.
pub struct HeldWrites(WriteGate);

impl HeldWrites {
    /// Waits until at least this many writes are in progress.
    pub async fn reached(&self, writes: usize) {
        let mut counts = self.0.0.subscribe();
        let _ = counts.wait_for(|counts| counts.waiting >= writes).await;
    }
}

impl Drop for HeldWrites {
    fn drop(&mut self) {
        self.0.0.send_modify(|counts| counts.holds -= 1);
    }
}
