//! What was read a moment ago, so that a busy server does not read it again for every call.
//!
//! Promises that a change made by this process is seen by the next reader: whatever was read before the change
//! counts no more. A change made by another program is seen once the time to remember is over. Sealed values stay
//! sealed here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{AccountRecord, ConnectionRecord};
use crate::memory::Memory;

/// At most so many answers of each kind are remembered.
const MOST: usize = 1_000;

/// Answers by what was asked, each with the number of changes there had been.
type Answers<T> = Memory<String, (u64, Arc<T>)>;

/// The answers of a store.
pub(crate) struct Recent {
    /// Goes up with every change. An answer counts only at the number it was asked at.
    changes: AtomicU64,
    accounts: Option<Answers<Vec<AccountRecord>>>,
    connections: Option<Answers<ConnectionRecord>>,
}

impl Recent {
    /// Remembers for so long; zero remembers nothing.
    pub(super) fn new(remember_for: Duration) -> Self {
        let remembers = !remember_for.is_zero();
        Self {
            changes: AtomicU64::new(0),
            accounts: remembers.then(|| Memory::new(remember_for, MOST)),
            connections: remembers.then(|| Memory::new(remember_for, MOST)),
        }
    }

    /// Something was changed: to be called after it was committed.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Accounts as they were found a moment ago, or as `read` finds them now.
    pub(super) async fn accounts<E, R: Future<Output = Result<Vec<AccountRecord>, E>>>(
        &self,
        key: impl FnOnce() -> String,
        read: impl FnOnce() -> R,
    ) -> Result<Option<Arc<Vec<AccountRecord>>>, E> {
        let read = || async { Ok(Some(read().await?).filter(|found| !found.is_empty())) };
        self.remembered(self.accounts.as_ref(), key, read).await
    }

    /// The same for a connection.
    pub(super) async fn connection<E, R: Future<Output = Result<Option<ConnectionRecord>, E>>>(
        &self,
        key: impl FnOnce() -> String,
        read: impl FnOnce() -> R,
    ) -> Result<Option<Arc<ConnectionRecord>>, E> {
        self.remembered(self.connections.as_ref(), key, read).await
    }

    /// What is not there is not remembered: another program may be making it.
    async fn remembered<T: Send + Sync + 'static, E, R: Future<Output = Result<Option<T>, E>>>(
        &self,
        answers: Option<&Answers<T>>,
        key: impl FnOnce() -> String,
        read: impl FnOnce() -> R,
    ) -> Result<Option<Arc<T>>, E> {
        // Boxed where it is needed, so that what is remembered costs no room for the reading.
        let Some(answers) = answers else { return Ok(Box::pin(read()).await?.map(Arc::new)) };
        let (key, now) = (key(), self.changes.load(Ordering::Acquire));
        if let Some((at, known)) = answers.get(&key)
            && at == now
        {
            return Ok(Some(known));
        }
        let found = Box::pin(read()).await?.map(Arc::new);
        if let Some(found) = &found {
            answers.insert(key, (now, Arc::clone(found)));
        }
        Ok(found)
    }
}

impl std::fmt::Debug for Recent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recent").field("changes", &self.changes).finish_non_exhaustive()
    }
}
