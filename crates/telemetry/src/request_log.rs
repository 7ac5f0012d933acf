//! Where requests that have been answered wait until the line of each is written.
//!
//! Writing a line takes as long as everything else that is known of a request together, and a client that asks again at
//! once would wait for the line of its last request. A task of its own writes them, many at a time. Promises that each
//! request leaves its line whatever becomes of the task, with the time at which it was answered; that `flush` leaves
//! none waiting; and that a queue which grows too long slows requests down instead of growing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use crate::observe::Exchange;

/// So many requests may wait.
const QUEUE: usize = 4_096;
/// So many lines are written before somebody else may have the thread.
const MOST_AT_ONCE: usize = 128;
/// How long the task rests when it has written what there was. To wake it costs the request that does it more than the
/// queue saves, and whatever it interrupts as well.
const REST: Duration = Duration::from_millis(50);

/// Writes the lines of requests behind them. Clones share one queue.
#[derive(Clone, Debug)]
pub struct RequestLog {
    queue: mpsc::Sender<Entry>,
    /// Ends the rest.
    hurry: Arc<Notify>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every entry is the large one")]
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
        let (queue, receiver) = mpsc::channel(QUEUE);
        let hurry = Arc::new(Notify::new());
        tokio::spawn(write(receiver, Arc::clone(&hurry)));
        Self { queue, hurry }
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
            self.hurry.notify_one();
            // An error says that the task has ended, and left nothing behind.
            let _ = written.await;
        }
    }
}

async fn write(mut receiver: mpsc::Receiver<Entry>, hurry: Arc<Notify>) {
    let mut entries = Vec::with_capacity(MOST_AT_ONCE);
    loop {
        let count = receiver.recv_many(&mut entries, MOST_AT_ONCE).await;
        if count == 0 {
            return;
        }
        for entry in entries.drain(..) {
            match entry {
                Entry::Answered(exchange) => drop(exchange),
                // Whether anybody still waits for it is their business.
                Entry::Flush(done) => drop(done.send(())),
            }
        }
        if count < MOST_AT_ONCE {
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                () = hurry.notified() => {}
            }
        } else {
            tokio::task::yield_now().await;
        }
    }
}
