//! Every object of every organization, with the indexes that keep lists from scanning everything.
//!
//! A world stores plain JSON objects. It keeps them findable by id, by organization and kind, and by lead and kind,
//! each in order of creation. It checks nothing and has no side effects: rules live in `objects`, and the machinery
//! that applies them in `resource`.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::{Map, Value};

use super::clock::Clock;
use super::dates::parse_moment;
use super::events::EventLog;
use super::ids;
use super::kind::Kind;

/// A JSON object: how everything is stored and spoken.
pub(crate) type Object = Map<String, Value>;

/// A stored object and what the indexes know about it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its members.
    pub(crate) object: Object,
    place: Place,
}

/// Position in the order of creation: microseconds since 1970, then order of arrival.
type Place = (i64, u64);

/// One ordered index of an owner (an organization or a lead).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shelf {
    /// Objects of one kind.
    Of(Kind),
    /// Activities of all kinds.
    Activities,
}

/// The state of the twin.
#[derive(Debug)]
pub(crate) struct World {
    clock: Clock,
    random: SmallRng,
    records: HashMap<String, Record>,
    shelves: HashMap<String, HashMap<Shelf, BTreeMap<Place, String>>>,
    arrivals: u64,
    /// The event log.
    pub(crate) events: EventLog,
}

/// Owner of what belongs to no organization: users and organizations themselves.
const EVERYONE: &str = "";

impl World {
    /// An empty world whose ids come from `seed`.
    pub(crate) fn new(clock: Clock, seed: u64) -> Self {
        Self {
            clock,
            random: SmallRng::seed_from_u64(seed),
            records: HashMap::new(),
            shelves: HashMap::new(),
            arrivals: 0,
            events: EventLog::default(),
        }
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
            if !self.records.contains_key(&id) {
                return id;
            }
        }
    }

    /// Stores an object as it is: no checks, no defaults, no side effects. It must have an `id`; `organization_id`,
    /// `lead_id` and `date_created` decide where it is found. An object with the same id is replaced.
    pub(crate) fn insert(&mut self, kind: Kind, object: Object) {
        let id = text(&object, "id").expect("every stored object has an id").to_owned();
        self.remove(&id);
        self.arrivals += 1;
        let created = text(&object, "date_created").or_else(|| text(&object, "created_at"));
        let created = created.and_then(parse_moment).unwrap_or(Timestamp::UNIX_EPOCH).as_microsecond();
        let record = Record { kind, object, place: (created, self.arrivals) };
        self.shelve(&id, &record);
        self.records.insert(id, record);
    }

    /// Replaces the members of a stored object, which keeps its place in the order of creation. Does nothing when
    /// there is no such object.
    pub(crate) fn replace(&mut self, id: &str, object: Object) {
        if let Some(mut record) = self.remove(id) {
            record.object = object;
            self.shelve(id, &record);
            self.records.insert(id.to_owned(), record);
        }
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Record> {
        let record = self.records.remove(id)?;
        for owner in owners(&record) {
            let Some(shelves) = self.shelves.get_mut(owner) else { continue };
            for shelf in shelves_of(record.kind) {
                if let Some(index) = shelves.get_mut(&shelf) {
                    index.remove(&record.place);
                }
            }
        }
        Some(record)
    }

    /// The object with this id, whoever owns it.
    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// The members of the object with this id, if it is of this kind.
    pub(crate) fn object(&self, kind: Kind, id: &str) -> Option<&Object> {
        self.records.get(id).filter(|record| record.kind == kind).map(|record| &record.object)
    }

    /// What hangs on a lead, oldest first.
    pub(crate) fn children_of(&self, lead_id: &str, kind: Kind) -> impl DoubleEndedIterator<Item = &Object> {
        self.shelf(lead_id, Shelf::Of(kind)).map(|record| &record.object)
    }

    /// All objects of a kind in an organization, oldest first.
    pub(crate) fn collection(
        &self,
        organization_id: &str,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &Object> {
        self.shelf(organization_id, Shelf::Of(kind)).map(|record| &record.object)
    }

    /// Users or organizations, oldest first: the kinds that belong to no organization.
    pub(crate) fn everyone(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Object> {
        self.collection(EVERYONE, kind)
    }

    /// One index of an organization or a lead, oldest first.
    pub(crate) fn shelf(&self, owner: &str, which: Shelf) -> impl DoubleEndedIterator<Item = &Record> {
        let index = self.shelves.get(owner).and_then(|shelves| shelves.get(&which));
        index.into_iter().flat_map(BTreeMap::values).filter_map(|id| self.records.get(id))
    }

    /// How many objects an index holds.
    pub(crate) fn shelf_len(&self, owner: &str, which: Shelf) -> usize {
        self.shelves.get(owner).and_then(|shelves| shelves.get(&which)).map_or(0, BTreeMap::len)
    }

    /// How many objects of a kind exist in all organizations.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.records.values().filter(|record| record.kind == kind).count()
    }

    fn shelve(&mut self, id: &str, record: &Record) {
        for owner in owners(record) {
            let shelves = self.shelves.entry(owner.to_owned()).or_default();
            for shelf in shelves_of(record.kind) {
                shelves.entry(shelf).or_default().insert(record.place, id.to_owned());
            }
        }
    }
}

/// Who has an index with this object in it.
fn owners(record: &Record) -> impl Iterator<Item = &str> {
    let organization = match record.kind {
        Kind::User | Kind::Organization | Kind::ApiKey => EVERYONE,
        _ => text(&record.object, "organization_id").unwrap_or(EVERYONE),
    };
    [Some(organization), text(&record.object, "lead_id")].into_iter().flatten()
}

fn shelves_of(kind: Kind) -> impl Iterator<Item = Shelf> {
    [Some(Shelf::Of(kind)), kind.is_activity().then_some(Shelf::Activities)].into_iter().flatten()
}

/// A member of an object, if it is a string.
pub(crate) fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
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
                .children_of(lead, Kind::Note)
                .filter_map(|note| text(note, "id"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(ids(&world, "lead_1"), ["acti_a", "acti_b"]);

        let mut moved = world.get("acti_a").unwrap().object.clone();
        moved.insert("lead_id".to_owned(), json!("lead_2"));
        world.replace("acti_a", moved);
        assert_eq!(ids(&world, "lead_1"), ["acti_b"]);
        assert_eq!(ids(&world, "lead_2"), ["acti_a"]);
        assert_eq!(world.shelf("orga_1", Shelf::Activities).count(), 2);

        world.remove("acti_a");
        assert_eq!(ids(&world, "lead_2"), Vec::<String>::new());
        assert_eq!(world.count(Kind::Note), 1);
    }
}
