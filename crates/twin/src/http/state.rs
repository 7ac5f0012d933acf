//! What all requests of one twin share.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::faults::Faults;
use super::limits::Limiter;
use super::recorder::Recorder;
use crate::generator;
use crate::oauth::Grants;
use crate::options::TwinOptions;
use crate::store::{Clock, World};

/// Everything a running twin holds.
#[derive(Debug)]
pub(crate) struct Shared {
    world: RwLock<World>,
    /// Apps, codes and tokens.
    pub(crate) grants: Grants,
    /// The one clock.
    pub(crate) clock: Clock,
    /// Faults to act out.
    pub(crate) faults: Faults,
    /// The last requests.
    pub(crate) recorder: Recorder,
    /// Who asked how often.
    pub(crate) limiter: Limiter,
    seed: u64,
    leads: usize,
}

impl Shared {
    /// A twin's state at its start, with its demo data.
    pub(crate) fn new(options: &TwinOptions) -> Self {
        Self {
            world: RwLock::new(populated(options.clock.clone(), options.seed, options.leads)),
            grants: Grants::new(options.clock.clone(), options.access_token_lifetime, options.seed),
            clock: options.clock.clone(),
            faults: Faults::default(),
            recorder: Recorder::default(),
            limiter: Limiter::new(options.rate_limit, options.clock.clone()),
            seed: options.seed,
            leads: options.leads,
        }
    }

    /// The world, for reading. Never hold it across an `.await`.
    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, for changing. Never hold it across an `.await`.
    pub(crate) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the demo data; apps and tokens stay.
    pub(crate) fn reset(&self) {
        let fresh = populated(self.clock.clone(), self.seed, self.leads);
        *self.world_mut() = fresh;
        self.faults.clear();
        self.recorder.clear();
    }
}

fn populated(clock: Clock, seed: u64, leads: usize) -> World {
    let mut world = World::new(clock, seed);
    generator::populate(&mut world, seed, leads);
    world
}
