//! How much one API client may have under way at once, so that none takes the room of all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what each client has under way. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Concurrency {
    most: usize,
    under_way: Arc<Mutex<HashMap<String, usize>>>,
}

/// The right to do one thing; given back when dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    client: String,
    concurrency: Concurrency,
}

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
        match counts.get_mut(client) {
            Some(count) if *count >= self.most => return None,
            Some(count) => *count += 1,
            None => {
                counts.insert(client.to_owned(), 1);
            }
        }
        Some(Admission { client: client.to_owned(), concurrency: self.clone() })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut counts = self.concurrency.counts();
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
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
        assert_eq!(concurrency.counts().len(), 1, "who has nothing under way is forgotten");
    }
}
