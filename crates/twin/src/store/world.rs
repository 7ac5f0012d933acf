//! Every object of every organization, with the indexes that keep lists from scanning everything.
//!
//! A world stores plain JSON objects. It keeps them findable by id, by organization and kind, by lead and kind, each
//! in order of creation, and by the values of some members. It checks nothing and has no side effects: rules live in
//! `objects`, and the machinery that applies them in `resource`. Reading goes through a [`Reader`].

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::{Map, Value};

use super::clock::Clock;
use super::dates::parse_moment;
use super::events::EventLog;
use super::ids;
use super::index::{Indexes, Place};
use super::kind::Kind;
use super::reader::{Reader, Scratch};
use super::record::{Kept, Record};

/// A JSON object: how everything is spoken.
pub(crate) type Object = Map<String, Value>;

/// The state of the twin.
#[derive(Clone, Debug)]
pub(crate) struct World {
    clock: Clock,
    random: SmallRng,
    /// By number of arrival. Numbers are never used again, so a removed object leaves a hole.
    slots: Vec<Option<Slot>>,
    numbers: HashMap<Box<str>, u32>,
    indexes: Indexes,
    /// Numbers of what was stored, changed or removed since [`World::take_changes`]; `None` while nobody keeps them.
    changes: Option<BTreeSet<u32>>,
    /// The event log.
    pub(crate) events: EventLog,
}

/// What became of an object: how it is kept now, or nothing if it is gone.
pub(super) struct Change {
    pub(super) number: u32,
    pub(super) now: Option<(Kind, Arc<str>)>,
}

#[derive(Clone, Debug)]
struct Slot {
    kind: Kind,
    /// Microseconds since 1970.
    created: i64,
    kept: Kept,
}

impl World {
    /// An empty world whose ids come from `seed`.
    pub(crate) fn new(clock: Clock, seed: u64) -> Self {
        Self {
            clock,
            random: SmallRng::seed_from_u64(seed),
            slots: Vec::new(),
            numbers: HashMap::new(),
            indexes: Indexes::default(),
            changes: None,
            events: EventLog::default(),
        }
    }

    /// Reads this world, unpacking into `scratch`.
    pub(crate) fn reader<'w>(&'w self, scratch: &'w Scratch) -> Reader<'w> {
        Reader::new(self, scratch)
    }

    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The seeded generator behind ids; whatever draws from it stays reproducible.
    pub(crate) fn random(&mut self) -> &mut SmallRng {
        &mut self.random
    }

    /// A new id such as `lead_…`; `prefix` comes without the underscore.
    pub(crate) fn mint(&mut self, prefix: &str) -> String {
        loop {
            let id = ids::mint(&mut self.random, prefix);
            if !self.numbers.contains_key(id.as_str()) {
                return id;
            }
        }
    }

    /// Stores an object as it is: no checks, no defaults, no side effects. It must have an `id`; `organization_id`,
    /// `lead_id` and `date_created` decide where it is found. An object with the same id is replaced.
    pub(crate) fn insert(&mut self, kind: Kind, object: Object) {
        let id = text(&object, "id").expect("every stored object has an id").to_owned();
        self.remove(&id);
        let number = u32::try_from(self.slots.len()).expect("fewer than four billion objects");
        self.place(number, kind, id, object);
        self.touch(number);
    }

    /// Stores an object under the number of arrival it had before.
    pub(super) fn restore(&mut self, number: u32, kind: Kind, object: Object) {
        let id = text(&object, "id").unwrap_or_default().to_owned();
        self.place(number, kind, id, object);
    }

    fn place(&mut self, number: u32, kind: Kind, id: String, object: Object) {
        let created = created(&object);
        self.indexes.insert(kind, &object, (created, number));
        let position = number as usize;
        if self.slots.len() <= position {
            self.slots.resize_with(position + 1, || None);
        }
        self.slots[position] = Some(Slot { kind, created, kept: Kept::new(kind, object) });
        self.numbers.insert(id.into(), number);
    }

    /// Begins to note what changes, so that it can be kept elsewhere.
    pub(super) fn note_changes(&mut self) {
        self.changes.get_or_insert_default();
    }

    /// What changed since this was last asked.
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        let Some(changes) = &mut self.changes else { return Vec::new() };
        let numbers = std::mem::take(changes);
        numbers.into_iter().map(|number| self.state_of(number)).collect()
    }

    /// Everything there is, by number of arrival.
    pub(super) fn everything(&self) -> impl Iterator<Item = Change> {
        let numbers = 0..u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        numbers.map(|number| self.state_of(number)).filter(|change| change.now.is_some())
    }

    fn state_of(&self, number: u32) -> Change {
        Change { number, now: self.kept(number).map(|(kind, kept)| (kind, kept.text())) }
    }

    fn touch(&mut self, number: u32) {
        if let Some(changes) = &mut self.changes {
            changes.insert(number);
        }
    }

    /// Begins another sequence of random choices; ids drawn before are not drawn again.
    pub(super) fn reseed(&mut self, seed: u64) {
        self.random = SmallRng::seed_from_u64(seed);
    }

    /// Replaces the members of a stored object, which keeps its place in the order of creation. Does nothing when
    /// there is no such object.
    pub(crate) fn replace(&mut self, id: &str, object: Object) {
        let Some(number) = self.number(id) else { return };
        let Some(slot) = self.slots[number as usize].as_mut() else { return };
        let place: Place = (slot.created, number);
        self.indexes.remove(slot.kind, &slot.kept.object(), place);
        self.indexes.insert(slot.kind, &object, place);
        slot.kept = Kept::new(slot.kind, object);
        self.touch(number);
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Record> {
        let number = self.numbers.remove(id)?;
        let slot = self.slots[number as usize].take()?;
        let object = slot.kept.object();
        self.indexes.remove(slot.kind, &object, (slot.created, number));
        self.touch(number);
        Some(Record { kind: slot.kind, object })
    }

    /// The number of arrival of the object with this id.
    pub(super) fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// How the object with this number of arrival is kept.
    pub(super) fn kept(&self, number: u32) -> Option<(Kind, &Kept)> {
        let slot = self.slots.get(number as usize)?.as_ref()?;
        Some((slot.kind, &slot.kept))
    }

    /// The orders and indexes.
    pub(super) fn indexes(&self) -> &Indexes {
        &self.indexes
    }
}

/// When an object says it was made, in microseconds since 1970.
fn created(object: &Object) -> i64 {
    let written = text(object, "date_created").or_else(|| text(object, "created_at"));
    written.and_then(parse_moment).unwrap_or(Timestamp::UNIX_EPOCH).as_microsecond()
}

/// A member of an object, if it is a string.
pub(crate) fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::super::index::{Created, Shelf};
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("not an object") };
        object
    }

    #[test]
    fn children_move_with_their_lead_and_keep_their_order() {
        let mut world = World::new(Clock::fixed(Timestamp::UNIX_EPOCH), 1);
        for (id, created) in [("acti_b", "2024-02-01"), ("acti_a", "2024-01-01")] {
            let note =
                json!({"id": id, "organization_id": "orga_1", "lead_id": "lead_1", "date_created": created});
            world.insert(Kind::Note, object(note));
        }
        let ids = |world: &World, lead: &str| -> Vec<String> {
            world
                .reader(&Scratch::default())
                .children_of(lead, Kind::Note)
                .filter_map(|note| text(note, "id"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(ids(&world, "lead_1"), ["acti_a", "acti_b"]);

        let scratch = Scratch::default();
        let mut moved = world.reader(&scratch).get("acti_a").unwrap().object.clone();
        moved.insert("lead_id".to_owned(), json!("lead_2"));
        world.replace("acti_a", moved);
        assert_eq!(ids(&world, "lead_1"), ["acti_b"]);
        assert_eq!(ids(&world, "lead_2"), ["acti_a"]);
        assert_eq!(world.reader(&scratch).shelf("orga_1", Shelf::Activities).count(), 2);

        world.remove("acti_a");
        assert_eq!(ids(&world, "lead_2"), Vec::<String>::new());
        assert_eq!(world.reader(&scratch).count(Kind::Note), 1);
    }

    #[test]
    fn values_are_found_as_long_as_they_are_held() {
        let mut world = World::new(Clock::fixed(Timestamp::UNIX_EPOCH), 1);
        let contact = |id: &str, addresses: &[&str]| {
            let rows: Vec<Value> = addresses.iter().map(|email| json!({ "email": email })).collect();
            object(
                json!({"id": id, "organization_id": "orga_1", "emails": rows, "date_created": "2024-01-01"}),
            )
        };
        world.insert(Kind::Contact, contact("cont_1", &["Ann@example.com", "ann@example.com"]));
        world.insert(Kind::Contact, contact("cont_2", &["ann@example.com", "bob@example.com"]));
        let found = |world: &World, email: &str| {
            let scratch = Scratch::default();
            let reader = world.reader(&scratch);
            let found = reader.holding("orga_1", Kind::Contact, "emails", email);
            let ids = found.filter_map(|number| text(&reader.at(number)?.object, "id").map(str::to_owned));
            ids.collect::<Vec<_>>()
        };
        assert_eq!(found(&world, "ANN@example.com"), ["cont_1", "cont_2"]);
        world.replace("cont_2", contact("cont_2", &["bob@example.com"]));
        assert_eq!(found(&world, "ann@example.com"), ["cont_1"]);
        world.remove("cont_1");
        assert_eq!(found(&world, "ann@example.com"), Vec::<String>::new());
        assert_eq!(found(&world, "bob@example.com"), ["cont_2"]);
        let scratch = Scratch::default();
        let reader = world.reader(&scratch);
        let none = Created { from: 2, to: 1 };
        assert_eq!(reader.numbers("orga_1", Shelf::Of(Kind::Contact), none).count(), 0);
    }
}
