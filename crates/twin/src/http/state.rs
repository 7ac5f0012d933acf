//! What all requests of one twin share.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::SignedDuration;

use super::faults::Faults;
use super::files::Files;
use super::limits::Limiter;
use super::recorder::Recorder;
use crate::agenda::Agenda;
use crate::delivery::{Outbox, WebhookLimits};
use crate::lever_error::LeverError;
use crate::oauth::Grants;
use crate::options::{RateLimits, TokenLifetimes, TwinOptions};
use crate::states::States;
use crate::store::{Clock, Keeper, KeepingError, World};

/// Everything a running twin holds.
#[derive(Debug)]
pub(crate) struct Shared {
    world: RwLock<World>,
    keeper: Option<Arc<Keeper>>,
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
    /// Worlds by name, to go back to.
    pub(crate) states: States,
    /// How long a client may take to send a request.
    pub(crate) patience: Duration,
    /// The limits and lifetimes it began with.
    began_with: (RateLimits, TokenLifetimes),
}

impl Shared {
    /// A twin's state at its start: what its folder keeps, or the demo data.
    pub(crate) fn new(options: &TwinOptions) -> Result<Self, KeepingError> {
        let states = States::new(options);
        let keeper = options.data.as_deref().map(Keeper::open).transpose()?.map(Arc::new);
        let world = match &keeper {
            None => states.demo(),
            Some(keeper) => {
                if let Some(world) = keeper.load(options.clock.clone(), options.seed)? {
                    world
                } else {
                    let mut world = states.demo();
                    keeper.replace(&mut world)?;
                    world
                }
            }
        };
        let grants =
            Grants::new(options.clock.clone(), options.token_lifetimes, options.seed, keeper.clone())?;
        let shared = Self {
            world: RwLock::new(world),
            keeper,
            grants,
            clock: options.clock.clone(),
            faults: Faults::new(options.seed),
            recorder: Recorder::default(),
            limiter: Limiter::new(options.rate_limits.clone(), options.clock.clone()),
            files: Files::default(),
            outbox: Arc::new(Outbox::new(options.webhooks)),
            agenda: Agenda::default(),
            webhook_limits: options.webhooks,
            event_capacity: options.event_capacity,
            max_custom_selectors: options.max_custom_selectors,
            states,
            patience: options.patience,
            began_with: (options.rate_limits.clone(), options.token_lifetimes),
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

    /// Lets the clock go fast or, negative, slow, and lets happen what happens by then.
    pub(crate) fn skew_clock(&self, offset: SignedDuration) {
        self.clock.set_apart(offset);
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
        Changing { world, keeper: self.keeper.as_deref() }
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

    /// Back to a named state, and every lever back to where it was at the start. Apps, tokens and the time that was
    /// let pass stay.
    pub(crate) fn reset(&self, state: &str) -> Result<(), LeverError> {
        let world = self.states.get(state)?;
        self.replace_world(world)
            .map_err(|error| LeverError::new(format!("The state cannot be kept: {error}.")))?;
        let (limits, lifetimes) = &self.began_with;
        self.limiter.set(limits.clone());
        self.grants.set_lifetimes(*lifetimes);
        self.skew_clock(SignedDuration::ZERO);
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
