//! One refresh of an account at a time in this process.
//!
//! Promises that those who wait behind a refresh that fails share its failure instead of repeating it one after
//! the other. It leaves other processes to the lease in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::AccountId;

/// From this size on, gates that nobody uses any more are removed before a new one is added.
const TIDY_FROM: usize = 256;

/// What the last refresh behind a gate came to, if it failed.
pub(crate) struct Failure {
    pub(super) at: Instant,
    pub(super) reason: String,
    pub(super) transient: bool,
}

type Gate = tokio::sync::Mutex<Option<Failure>>;

/// The gates in use.
#[derive(Default)]
pub(crate) struct Gates(Mutex<HashMap<AccountId, Weak<Gate>>>);

impl Gates {
    /// Waits until nobody else in this process works on the account's grant.
    pub(crate) async fn enter(&self, account: &AccountId) -> OwnedMutexGuard<Option<Failure>> {
        self.gate(account).lock_owned().await
    }

    fn gate(&self, account: &AccountId) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(account).and_then(Weak::upgrade) {
            return gate;
        }
        if gates.len() >= TIDY_FROM {
            gates.retain(|_, gate| gate.strong_count() > 0);
        }
        let gate = Arc::new(Gate::default());
        gates.insert(account.clone(), Arc::downgrade(&gate));
        gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_nobody_waits_at_do_not_pile_up() {
        let gates = Gates::default();
        for _ in 0..10_000 {
            drop(gates.gate(&AccountId::generate()));
        }
        assert!(gates.0.lock().unwrap().len() <= TIDY_FROM);
    }
}
