//! A rehearsal: calls whose writes are planned instead of sent.
//!
//! Promises that the plan lists every write in the order in which it was asked for, with the request that a
//! live call would have sent. What the writes would have changed is kept in an overlay, so that later calls of
//! the same rehearsal can go on with it. What may be planned is decided in `policy`, how calls are rehearsed in
//! `rehearse`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latch_catalog::Kind;
use serde::Serialize;
use serde_json::Value;

use crate::PlannedRequest;
use crate::overlay::Overlay;

/// One rehearsal. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    plan: Vec<PlannedWrite>,
    overlay: Overlay,
    /// How many ids were made up, by prefix.
    made_up: HashMap<String, u32>,
}

/// A write that a live call would have made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedWrite {
    /// Its place in the plan, from 1.
    pub index: u32,
    /// The tool, in the vocabulary in which it was called.
    pub tool: String,
    /// Write or destructive.
    pub kind: Kind,
    /// The account's identifier.
    pub account: String,
    /// Whether the policy wants a person to approve it first.
    pub approval: bool,
    /// The request, without the credential. Ids with `dryrun` in them stand for ids that Close would give.
    pub request: PlannedRequest,
}

impl Rehearsal {
    /// A rehearsal in which nothing has been planned yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The writes planned so far, in order.
    pub fn plan(&self) -> Vec<PlannedWrite> {
        self.state().plan.clone()
    }

    /// Adds a write to the plan, under the next index.
    pub(crate) fn push(&self, mut write: PlannedWrite) {
        let mut state = self.state();
        write.index = u32::try_from(state.plan.len()).unwrap_or(u32::MAX).saturating_add(1);
        state.plan.push(write);
    }

    /// An id that cannot be one of Close's, and says so: `lead_dryrun0001`.
    pub(crate) fn make_up_id(&self, prefix: &str) -> String {
        let mut state = self.state();
        let count = state.made_up.entry(prefix.to_owned()).or_default();
        *count += 1;
        format!("{prefix}dryrun{count:04}")
    }

    /// Looks at or changes what the planned writes have changed.
    pub(crate) fn overlay<T>(&self, work: impl FnOnce(&mut Overlay) -> T) -> T {
        work(&mut self.state().overlay)
    }

    /// The objects made up for one collection of one account.
    pub(crate) fn imagined_in(&self, account: &str, collection: &str) -> Vec<Value> {
        self.overlay(|overlay| overlay.imagined_in(account, collection).cloned().collect())
    }

    /// Nothing is ever left half-changed under the lock, so that what a panicked holder left is sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
