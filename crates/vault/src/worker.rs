//! Work in the background: started, stopped, and waited for in one way.

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::vault::Vault;

/// A worker in the background. It stops when this is dropped.
#[derive(Debug)]
pub struct WorkerHandle {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl WorkerHandle {
    /// Stops the worker and returns when what it had begun is finished.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It ends by itself; if it panicked or its runtime went away, it has ended too.
        let _ = self.task.await;
    }

    /// Lets the worker go on until the vault is closed.
    pub fn until_closed(self) {
        let _ = self.stop.disarm();
    }
}

impl Vault {
    /// Starts `run`, which is told when to stop: by the handle, or because the vault is closed.
    pub(crate) fn spawn_worker<W>(&self, run: impl FnOnce(Self, CancellationToken) -> W) -> WorkerHandle
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let stop = self.inner.stop.child_token();
        let task = self.inner.tasks.spawn(run(self.clone(), stop.clone()));
        WorkerHandle { stop: stop.drop_guard(), task }
    }
}
