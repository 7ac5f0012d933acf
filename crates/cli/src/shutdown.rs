//! When to stop: Ctrl-C, or the signal with which systems end programs.

use tokio::signal;

/// Begins to listen for the signals at once, so that none is lost between now and the waiting. The future
/// ends with the first.
#[cfg(unix)]
pub(crate) fn requested() -> impl Future<Output = ()> {
    use signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        if let (Ok(mut interrupt), Ok(mut terminate)) = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        } else {
            // Nothing can be heard: the program is ended from outside.
            std::future::pending::<()>().await;
        }
    }
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn requested() {
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
