//! The last deliveries, for tests and people that ask what was really sent.

use std::collections::VecDeque;

use serde::Serialize;

/// Most deliveries remembered; older ones are forgotten first.
const CAPACITY: usize = 1000;

/// One attempt to tell one subscription of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedDelivery {
    /// The webhook subscription.
    pub subscription_id: String,
    /// The event.
    pub event_id: String,
    /// The event's `object_type`, for example `lead`.
    pub object_type: String,
    /// The event's `action`, for example `created`.
    pub action: String,
    /// Where it was sent; empty when a fault dropped it before.
    pub url: String,
    /// 1 for the first attempt; 0 when a fault dropped it before.
    pub attempt: u32,
    /// When the attempt ended, by the twin's clock: `2024-03-05T14:07:31.482Z`.
    pub at: String,
    /// Status of the receiver's answer, if it gave one.
    pub status: Option<u16>,
    /// Why the attempt failed; absent when it did not.
    pub error: Option<String>,
}

/// A ring of deliveries.
#[derive(Debug, Default)]
pub(super) struct Ledger(VecDeque<RecordedDelivery>);

impl Ledger {
    /// Remembers the newest delivery.
    pub(super) fn push(&mut self, delivery: RecordedDelivery) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(delivery);
    }

    /// All remembered deliveries, oldest first.
    pub(super) fn all(&self) -> Vec<RecordedDelivery> {
        self.0.iter().cloned().collect()
    }
}
