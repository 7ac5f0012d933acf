//! When to stop: Ctrl-C, or the signal with which systems end programs. The first asks for a clean end, the
//! second for an end at once.

use tokio::signal;

use crate::console::Console;

/// The signals, from the moment this was made.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    heard: Option<(signal::unix::Signal, signal::unix::Signal)>,
}

impl Signals {
    /// Begins to listen at once, so that no signal is lost between now and the waiting.
    pub(crate) fn listen() -> Self {
        #[cfg(unix)]
        {
            use signal::unix::{SignalKind, signal};
            Self { heard: signal(SignalKind::interrupt()).ok().zip(signal(SignalKind::terminate()).ok()) }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Ends with the next signal.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some((interrupt, terminate)) = &mut self.heard {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        #[cfg(not(unix))]
        if signal::ctrl_c().await.is_ok() {
            return;
        }
        // Nothing can be heard: the program is ended from outside.
        std::future::pending::<()>().await;
    }

    /// Waits for the clean end, but no longer than until the next signal. What is dropped then is cut off.
    pub(crate) async fn or_at_once(&mut self, stopping: impl Future<Output = ()>, console: &Console) {
        tokio::select! {
            () = stopping => {}
            () = self.next() => console.talk("stopped at once; calls in flight were cut off"),
        }
    }
}
