//! Where the parts of an HTTP/2 connection run: counted, so that a shutdown can wait for them, and ended with
//! everything else.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Runs the requests of HTTP/2 connections.
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    pub(crate) tasks: TaskTracker,
    pub(crate) cut: CancellationToken,
}

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        let cut = self.cut.clone();
        self.tasks.spawn(async move { cut.run_until_cancelled(future).await.map(drop) });
    }
}
