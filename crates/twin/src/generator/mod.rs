//! The demo data: a fixed part and a generated part.
//!
//! The fixed part (`fixtures`) is the organization Closer Inc with its settings, the lead Acme Rockets with one of
//! everything, and a second organization that proves that they do not see each other. It is there for every seed and
//! every number of leads, with the same ids.
//!
//! The generated part (`lead` and what it calls) makes as many further leads as asked for: companies and people of
//! many countries, with contacts, deals, conversations, tasks and follow-ups that tell one story each. The same seed
//! and number give the same ids and data, relative to the day the twin starts.

mod conversation;
mod deal;
mod fixtures;
mod lead;
mod names;
mod phrases;
mod regions;
mod task;
mod writer;

use rand::SeedableRng;
use rand::rngs::SmallRng;

use self::lead::Making;
use self::writer::Writer;
use crate::store::World;

/// Fills an empty world: the fixed part, then `leads` generated leads. Their conversations go on until there are at
/// least `activities` in all, as many with each lead.
pub(crate) fn populate(world: &mut World, seed: u64, leads: usize, activities: usize) {
    fixtures::write(world);
    let mut making = Making::new(Writer::new(world), SmallRng::seed_from_u64(seed));
    for position in 1..=leads {
        making.lead(activities.saturating_mul(position) / leads);
    }
}
