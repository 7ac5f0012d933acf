//! The demo data.

use crate::store::World;

/// Fills an empty world.
pub(crate) fn populate(_world: &mut World, _seed: u64, _leads: usize) {}
