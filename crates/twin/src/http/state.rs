//! What all requests of one twin share.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::faults::Faults;
use super::files::Files;
use super::limits::Limiter;
use super::recorder::Recorder;
use crate::agenda::Agenda;
use crate::delivery::{Outbox, WebhookLimits};
use crate::generator;
use crate::oauth::Grants;
use crate::options::TwinOptions;
use crate::store::{Clock, Keeper, KeepingError, World};

/// Everything a running twin holds.
#[derive(Debug)]
pub(crate) struct Shared {
    world: RwLock<World>,
    keeper: Option<Keeper>,
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
    /// The bytes of files.
    pub(crate) files: Files,
    /// Events on their way to webhooks.
    pub(crate) outbox: Arc<Outbox>,
    /// What is going to happen by itself.
    pub(crate) agenda: Agenda,
    /// What deliveries are held to.
    pub(crate) webhook_limits: WebhookLimits,
    event_capacity: usize,
    /// Most custom fields that one request may select.
    pub(crate) max_custom_selectors: usize,
    seed: u64,
    leads: usize,
    activities: usize,
}

impl Shared {
    /// A twin's state at its start: what its folder keeps, or the demo data.
    pub(crate) fn new(options: &TwinOptions) -> Result<Self, KeepingError> {
        let demo = || populated(options.clock.clone(), options.seed, options.leads, options.activities);
        let keeper = options.data.as_deref().map(Keeper::open).transpose()?;
        let world = match &keeper {
            None => demo(),
            Some(keeper) => match keeper.load(options.clock.clone(), options.seed)? {
                Some(world) => world,
                None => {
                    let mut world = demo();
                    keeper.replace(&mut world)?;
                    world
                }
            },
        };
        let shared = Self {
            world: RwLock::new(world),
            keeper,
            grants: Grants::new(options.clock.clone(), options.access_token_lifetime, options.seed),
            clock: options.clock.clone(),
            faults: Faults::default(),
            recorder: Recorder::default(),
            limiter: Limiter::new(options.rate_limit, options.clock.clone()),
            files: Files::default(),
            outbox: Arc::new(Outbox::new(options.webhooks)),
            agenda: Agenda::default(),
            webhook_limits: options.webhooks,
            event_capacity: options.event_capacity,
            max_custom_selectors: options.max_custom_selectors,
            seed: options.seed,
            leads: options.leads,
            activities: options.activities,
        };
        shared.equip(&mut shared.world_mut());
        shared.agenda.read(&shared);
        Ok(shared)
    }

    /// Moves the clock forward, and lets happen what happens by then.
    pub(crate) fn advance_clock(&self, duration: Duration) {
        self.clock.advance(duration);
        self.agenda.keep_up(self);
    }

    /// Gives a world what all worlds of this twin share.
    fn equip(&self, world: &mut World) {
        world.events.set_capacity(self.event_capacity);
        world.events.outbox = Arc::clone(&self.outbox);
    }

    /// The world, for reading. Never hold it across an `.await`.
    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, for changing. Never hold it across an `.await`.
    pub(crate) fn world_mut(&self) -> Changing<'_> {
        let world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        Changing { world, keeper: self.keeper.as_ref() }
    }

    /// Puts another world in place of the one there is. Events of the old one that wait for webhooks are forgotten.
    pub(crate) fn replace_world(&self, mut world: World) -> Result<(), KeepingError> {
        self.equip(&mut world);
        let mut place = self.world.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = &self.keeper {
            keeper.replace(&mut world)?;
        }
        *place = world;
        self.outbox.empty();
        drop(place);
        self.agenda.read(self);
        self.clock.nudge();
        Ok(())
    }

    /// Back to the demo data; apps and tokens stay.
    pub(crate) fn reset(&self) -> Result<(), KeepingError> {
        self.replace_world(populated(self.clock.clone(), self.seed, self.leads, self.activities))?;
        self.faults.clear();
        self.recorder.clear();
        self.files.clear();
        self.outbox.clear();
        Ok(())
    }
}

/// The world while it is being changed. What changed is kept before anybody else may look.
pub(crate) struct Changing<'s> {
    world: RwLockWriteGuard<'s, World>,
    keeper: Option<&'s Keeper>,
}

impl Changing<'_> {
    /// Ends the change; when this succeeds it survives whatever happens.
    pub(crate) fn keep(mut self) -> Result<(), KeepingError> {
        self.keeper.map_or(Ok(()), |keeper| keeper.keep(&mut self.world))
    }
}

impl Deref for Changing<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Changing<'_> {
    /// Changes nobody asked to keep are kept all the same; after [`Changing::keep`] there are none.
    fn drop(&mut self) {
        if let Some(Err(error)) = self.keeper.map(|keeper| keeper.keep(&mut self.world)) {
            tracing::error!(%error, "a change could not be kept");
        }
    }
}

fn populated(clock: Clock, seed: u64, leads: usize, activities: usize) -> World {
    let mut world = World::new(clock, seed);
    generator::populate(&mut world, seed, leads, activities);
    world
}
