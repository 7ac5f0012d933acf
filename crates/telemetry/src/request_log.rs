//! Where requests that have been answered wait until the line of each is written.
//!
//! Writing a line takes as long as everything else that is known of a request together, and a client that asks again at
//! once would wait for the line of its last request. A task of its own writes them, some at a time. Promises that each
//! request leaves its line whatever becomes of the task, in the order in which they were answered, a few milliseconds
//! later; that `flush` leaves none waiting; and that a queue which grows too long slows requests down instead of
//! growing.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::observe::Exchange;

/// So many requests may wait.
const QUEUE: usize = 1_024;
/// How long the task rests when it has written what there was: to wake it costs the request that does it more than the
/// queue saves.
const REST: Duration = Duration::from_millis(5);

/// Writes the lines of requests behind them. Clones share one queue.
#[derive(Clone, Debug)]
pub struct RequestLog {
    queue: mpsc::Sender<Entry>,
}

#[derive(Debug)]
enum Entry {
    /// Leaves its line when it is dropped.
    Answered(Exchange),
    Flush(oneshot::Sender<()>),
}

impl RequestLog {
    /// Starts the task, which ends with the last clone.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[must_use]
    pub fn start() -> Self {
        let (queue, mut receiver) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut entries = Vec::new();
            while receiver.recv_many(&mut entries, QUEUE).await > 0 {
                for entry in entries.drain(..) {
                    match entry {
                        Entry::Answered(exchange) => drop(exchange),
                        // Nobody waits for it any more, or somebody does.
                        Entry::Flush(done) => drop(done.send(())),
                    }
                }
                tokio::time::sleep(REST).await;
            }
        });
        Self { queue }
    }

    /// Takes a request that has been answered.
    pub(crate) fn answered(&self, exchange: Exchange) {
        // What finds no place is dropped at once, and leaves its line here.
        let _ = self.queue.try_send(Entry::Answered(exchange));
    }

    /// Waits until the lines of all requests answered so far are written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Entry::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }
}
