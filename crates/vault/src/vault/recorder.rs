//! Writing the record of calls in groups.
//!
//! Each write to the database waits for the disk. A server that makes a thousand calls a second writes the records
//! of those that ended in the meantime together, and nobody waits for it. Promises that records are written in the
//! order in which the calls ended, that `close` writes all that wait, and that a queue which grows too long slows
//! calls down instead of losing any. What it cannot promise: whoever kills the process takes the records of its last
//! moments along.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Vault;
use crate::CallRecord;

/// So many records may wait.
const QUEUE: usize = 4_096;
/// How long records are gathered before they are written.
const GATHER: Duration = Duration::from_millis(25);
/// So many are written together.
const MOST_AT_ONCE: usize = 512;

/// Where records wait to be written.
pub(crate) struct Recorder {
    queue: std::sync::OnceLock<mpsc::Sender<CallRecord>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { queue: std::sync::OnceLock::new() }
    }
}

impl Vault {
    /// Records a call without waiting until it is stored: within moments, and at the latest by
    /// [`close`](Self::close). A record that cannot be stored is said in the log.
    pub async fn record_call_soon(&self, record: CallRecord) {
        let queue = self.inner.recorder.queue.get_or_init(|| self.start_recorder());
        if let Err(mpsc::error::SendError(record)) = queue.send(record).await
            && let Err(error) = Box::pin(self.record_call(&record)).await
        {
            tracing::error!(call.id = record.id, %error, "a call could not be recorded");
        }
    }

    fn start_recorder(&self) -> mpsc::Sender<CallRecord> {
        let (sender, mut receiver) = mpsc::channel::<CallRecord>(QUEUE);
        // Not the vault itself, which would keep the queue open that it waits to see closed.
        let inner = std::sync::Arc::clone(&self.inner);
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move {
            let mut group = Vec::new();
            loop {
                let count = tokio::select! {
                    count = receiver.recv_many(&mut group, MOST_AT_ONCE) => count,
                    () = stop.cancelled() => {
                        receiver.close();
                        receiver.recv_many(&mut group, MOST_AT_ONCE).await
                    }
                };
                if count == 0 {
                    return;
                }
                // Whatever ends in the meantime comes along. Nobody waits for it. Where more wait than go together,
                // waiting for more would set a bound to how many calls there can be.
                if group.len() < MOST_AT_ONCE {
                    tokio::select! {
                        () = tokio::time::sleep(GATHER) => {}
                        () = stop.cancelled() => {}
                    }
                }
                while group.len() < MOST_AT_ONCE
                    && let Ok(record) = receiver.try_recv()
                {
                    group.push(record);
                }
                if let Err(error) = inner.store.insert_calls(&group).await {
                    tracing::error!(%error, calls = group.len(), "calls could not be recorded");
                }
                group.clear();
            }
        });
        sender
    }
}
