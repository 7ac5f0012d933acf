//! Deliveries that go wrong on purpose: Close promises neither order nor uniqueness.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// How deliveries of webhooks are disturbed, event by event. Probabilities lie between 0 and 1; the default disturbs
/// nothing. The same seed and the same changes give the same disturbance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryFaults {
    /// Where the choices begin.
    pub seed: u64,
    /// Probability that an event comes later than the event after it. Without a next one it comes after five seconds
    /// of the twin's clock.
    pub reorder: f64,
    /// Probability that an event comes twice.
    pub repeat: f64,
    /// Probability that an event never comes.
    pub drop: f64,
}

/// What is to happen to one event on its way to one subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) held: bool,
    pub(super) repeated: bool,
    pub(super) dropped: bool,
}

/// The faults in force, and where their choices have got to.
#[derive(Debug)]
pub(super) struct Dice {
    faults: DeliveryFaults,
    random: SmallRng,
}

impl Dice {
    pub(super) fn new(faults: DeliveryFaults) -> Self {
        Self { faults, random: SmallRng::seed_from_u64(faults.seed) }
    }

    /// The fate of the next event.
    pub(super) fn roll(&mut self) -> Fate {
        let mut happens = |probability: f64| self.random.random::<f64>() < probability;
        Fate {
            held: happens(self.faults.reorder),
            repeated: happens(self.faults.repeat),
            dropped: happens(self.faults.drop),
        }
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new(DeliveryFaults::default())
    }
}
