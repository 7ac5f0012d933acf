//! What was found a moment ago.
//!
//! A map with a time and a bound, read many times for each time that it is written. Promises that nothing is given out
//! after its time, and that no more is held than was said: when it is full of what is still good, all of it is
//! forgotten.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// Remembers some things for some time.
pub(crate) struct Memory<K, T> {
    lasts: Duration,
    most: usize,
    known: RwLock<HashMap<K, (Instant, T)>>,
}

impl<K: Hash + Eq, T: Clone> Memory<K, T> {
    /// Remembers at most so many things for so long.
    pub(crate) fn new(lasts: Duration, most: usize) -> Self {
        Self { lasts, most, known: RwLock::default() }
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<T>
    where
        K: Borrow<Q>,
    {
        let known = self.read();
        let (since, found) = known.get(key)?;
        (since.elapsed() < self.lasts).then(|| found.clone())
    }

    pub(crate) fn insert(&self, key: K, found: T) {
        let mut known = self.write();
        if known.len() >= self.most && !known.contains_key(&key) {
            known.retain(|_, (since, _)| since.elapsed() < self.lasts);
            if known.len() >= self.most {
                known.clear();
            }
        }
        known.insert(key, (Instant::now(), found));
    }

    pub(crate) fn clear(&self) {
        self.write().clear();
    }

    // Nothing panics while it is held.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<K, (Instant, T)>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<K, (Instant, T)>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn what_was_found_is_known_until_its_time_is_over() {
        let memory = Memory::new(LONG, 10);
        memory.insert("a".to_owned(), 1);
        assert_eq!((memory.get("a"), memory.get("b")), (Some(1), None));
        memory.clear();
        assert_eq!(memory.get("a"), None);
        let forgetful = Memory::new(Duration::ZERO, 10);
        forgetful.insert("a".to_owned(), 1);
        assert_eq!(forgetful.get("a"), None);
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let memory = Memory::new(LONG, 3);
        for number in 0..100 {
            memory.insert(number, number);
            assert!(memory.read().len() <= 3);
            assert_eq!(memory.get(&number), Some(number), "the newest is known");
        }
        let forgetful = Memory::new(Duration::ZERO, 3);
        (0..100).for_each(|number| forgetful.insert(number, number));
        assert!(forgetful.read().len() <= 3);
    }
}
