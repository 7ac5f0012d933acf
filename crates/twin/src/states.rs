//! Named states: worlds a test can go back to.
//!
//! Two are always there: [`DEMO`] and [`EMPTY`]. Others are whatever the world was when somebody gave it a name. A
//! state holds objects and events; apps, tokens and the clock are not part of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::generator;
use crate::lever_error::LeverError;
use crate::options::TwinOptions;
use crate::store::{Clock, Kind, Scratch, World, text};

/// The state a twin starts in: the demo data.
pub const DEMO: &str = "demo";
/// The organizations of the demo data with their people, keys and settings, and nothing they work on: no leads.
pub const EMPTY: &str = "empty";

/// Most states that are kept beside the two; each is a whole world in memory.
const MOST_STATES: usize = 32;
/// Most characters of a name.
const LONGEST_NAME: usize = 100;

/// What an empty world does not have. Activities go besides.
const WORK: &[Kind] = &[
    Kind::Lead,
    Kind::Contact,
    Kind::Opportunity,
    Kind::Task,
    Kind::Comment,
    Kind::CommentThread,
    Kind::SequenceSubscription,
    Kind::CustomObject,
    Kind::BulkEmail,
    Kind::BulkEdit,
    Kind::BulkDelete,
    Kind::BulkSequenceSubscription,
    Kind::Export,
    Kind::Webhook,
];

/// The states of one twin.
#[derive(Debug)]
pub(crate) struct States {
    clock: Clock,
    seed: u64,
    leads: usize,
    activities: usize,
    saved: Mutex<BTreeMap<String, World>>,
}

impl States {
    /// No state but the two that are always there.
    pub(crate) fn new(options: &TwinOptions) -> Self {
        Self {
            clock: options.clock.clone(),
            seed: options.seed,
            leads: options.leads,
            activities: options.activities,
            saved: Mutex::default(),
        }
    }

    /// The demo data, told from today.
    pub(crate) fn demo(&self) -> World {
        self.populated(self.leads, self.activities)
    }

    /// The world of a state.
    pub(crate) fn get(&self, name: &str) -> Result<World, LeverError> {
        match name {
            DEMO => Ok(self.demo()),
            EMPTY => Ok(emptied(self.populated(0, 0))),
            _ => {
                let saved = self.saved().get(name).cloned();
                saved.ok_or_else(|| {
                    let known = self.names().join(", ");
                    LeverError::new(format!("No state is called {name:?}; there are {known}."))
                })
            }
        }
    }

    /// Keeps a world under a name, in place of what had that name before.
    pub(crate) fn save(&self, name: &str, world: World) -> Result<(), LeverError> {
        if name == DEMO || name == EMPTY {
            return Err(LeverError::new(format!(
                "The state {name:?} is always the same; choose another name."
            )));
        }
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(LeverError::new(format!("A name of a state has 1 to {LONGEST_NAME} characters.")));
        }
        let mut saved = self.saved();
        if saved.len() >= MOST_STATES && !saved.contains_key(name) {
            return Err(LeverError::new(format!(
                "There are {MOST_STATES} states already; forget one first."
            )));
        }
        saved.insert(name.to_owned(), world);
        Ok(())
    }

    /// Forgets a state. Answers whether there was one.
    pub(crate) fn forget(&self, name: &str) -> bool {
        self.saved().remove(name).is_some()
    }

    /// The names of all states.
    pub(crate) fn names(&self) -> Vec<String> {
        [DEMO, EMPTY].map(str::to_owned).into_iter().chain(self.saved().keys().cloned()).collect()
    }

    fn populated(&self, leads: usize, activities: usize) -> World {
        let mut world = World::new(self.clock.clone(), self.seed);
        generator::populate(&mut world, self.seed, leads, activities);
        world
    }

    fn saved(&self) -> MutexGuard<'_, BTreeMap<String, World>> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn emptied(mut world: World) -> World {
    let ids: Vec<String> = {
        let scratch = Scratch::default();
        let reader = world.reader(&scratch);
        let organizations =
            reader.everyone(Kind::Organization).filter_map(|organization| text(organization, "id"));
        let of_kind = |organization| {
            let kinds = WORK.iter().chain(Kind::ACTIVITIES);
            kinds.flat_map(move |kind| reader.collection(organization, *kind))
        };
        organizations.flat_map(of_kind).filter_map(|object| text(object, "id")).map(str::to_owned).collect()
    };
    for id in ids {
        world.remove(&id);
    }
    world
}
