//! A rehearsal: calls whose writes are planned instead of sent.
//!
//! Promises that the plan lists every write in the order in which it was asked for, with the request that a
//! live call would have sent. It does not decide what may be planned; the call path does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latch_catalog::Kind;
use serde::Serialize;

use crate::PlannedRequest;

/// One rehearsal. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    plan: Vec<PlannedWrite>,
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
    /// The request, without the credential.
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

    /// Nothing is ever left half-changed under the lock, so that what a panicked holder left is sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
