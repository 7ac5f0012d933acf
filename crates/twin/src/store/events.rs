//! The event log: what happened, newest last, bounded.

use std::collections::VecDeque;

use super::world::{Object, text};

/// Most events kept; older ones are forgotten first. Close keeps thirty days (documented).
const CAPACITY: usize = 20_000;

/// Events in order of `date_updated`.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    events: VecDeque<Object>,
}

impl EventLog {
    /// Adds the newest event.
    pub(crate) fn push(&mut self, event: Object) {
        if self.events.len() == CAPACITY {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// All events, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Object> {
        self.events.iter().rev()
    }

    /// One event.
    pub(crate) fn get(&self, id: &str) -> Option<&Object> {
        self.events.iter().rev().find(|event| text(event, "id") == Some(id))
    }
}
