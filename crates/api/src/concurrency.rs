//! How much one API client may have under way at once, so that none takes the room of all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many clients are remembered while they have nothing under way.
const REMEMBERED: usize = 1_000;

/// Counts what each client has under way. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Concurrency {
    most: usize,
    under_way: Arc<Mutex<HashMap<String, Arc<AtomicUsize>>>>,
}

/// The right to do one thing; given back when dropped.
#[derive(Debug)]
pub(crate) struct Admission(Arc<AtomicUsize>);

impl Concurrency {
    /// At most `most` things of one client at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, under_way: Arc::default() }
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// The right to do one thing more; `None` if the client has too much under way.
    pub(crate) fn admit(&self, client: &str) -> Option<Admission> {
        let mut counts = self.counts();
        let count = if let Some(count) = counts.get(client) {
            Arc::clone(count)
        } else {
            if counts.len() >= REMEMBERED {
                counts.retain(|_, count| count.load(Ordering::Acquire) > 0);
            }
            Arc::clone(counts.entry(client.to_owned()).or_default())
        };
        // Only this raises it, and under the lock.
        if count.load(Ordering::Acquire) >= self.most {
            return None;
        }
        count.fetch_add(1, Ordering::AcqRel);
        Some(Admission(count))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Arc<AtomicUsize>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_at_its_limit_does_not_hold_up_another() {
        let concurrency = Concurrency::new(2);
        let first = concurrency.admit("a").expect("room");
        let _second = concurrency.admit("a").expect("room");
        assert!(concurrency.admit("a").is_none());
        assert!(concurrency.admit("b").is_some());
        drop(first);
        assert!(concurrency.admit("a").is_some());
    }

    #[test]
    fn who_has_nothing_under_way_is_forgotten_when_there_are_many() {
        let concurrency = Concurrency::new(1);
        let _busy = concurrency.admit("busy").expect("room");
        for number in 0..3 * REMEMBERED {
            assert!(concurrency.admit(&number.to_string()).is_some());
        }
        assert!(concurrency.counts().len() <= REMEMBERED);
        assert!(concurrency.admit("busy").is_none(), "whoever is at it is not forgotten");
    }
}
