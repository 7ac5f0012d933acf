//! The event log: what happened, newest last, bounded.

use std::collections::VecDeque;

use super::world::{Object, text};

/// Most events kept; older ones are forgotten first. Close keeps thirty days (documented).
const CAPACITY: usize = 20_000;

/// Events in order of `date_updated`.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    events: VecDeque<Object>,
    /// Position of the oldest event that is kept; the others follow.
    first: u64,
    /// Position up to which somebody else keeps them, and of the oldest they keep.
    kept: (u64, u64),
}

impl EventLog {
    /// Adds the newest event.
    pub(crate) fn push(&mut self, event: Object) {
        if self.events.len() == CAPACITY {
            self.events.pop_front();
            self.first += 1;
        }
        self.events.push_back(event);
    }

    /// Puts back an event that was kept; events come oldest first.
    pub(super) fn restore(&mut self, position: u64, event: Object) {
        if self.events.is_empty() {
            self.first = position;
        }
        self.push(event);
        self.kept = (self.first, position + 1);
    }

    /// What was added (`Some`) and forgotten (`None`) since this was last asked, by position.
    pub(super) fn take_news(&mut self) -> Vec<(u64, Option<Object>)> {
        let (oldest, next) = self.kept;
        self.kept = (self.first, self.first + self.events.len() as u64);
        let forgotten = (oldest..self.first.min(next)).map(|position| (position, None));
        let added = self.oldest_first().filter(|(position, _)| *position >= next);
        forgotten.chain(added.map(|(position, event)| (position, Some(event.clone())))).collect()
    }

    /// All events with their positions, oldest first.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = (u64, &Object)> {
        (self.first..).zip(&self.events)
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
