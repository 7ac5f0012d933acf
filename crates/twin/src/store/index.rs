//! The orders and indexes of a world: who has what, in order of creation, and which objects hold a value.
//!
//! Nothing here knows members by itself: `Kind::indexed` names those worth an index. All places of an object are worked
//! out from the object alone, so that adding and removing it always touch the same ones.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use serde_json::Value;

use super::kind::Kind;
use super::world::{Object, text};

/// Position in the order of creation: microseconds since 1970, then number of arrival.
pub(super) type Place = (i64, u32);

/// One ordered index of an owner (an organization or a lead).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shelf {
    /// Objects of one kind.
    Of(Kind),
    /// Activities of all kinds.
    Activities,
}

impl Shelf {
    /// Whether objects of this kind stand on it.
    pub(crate) fn holds(self, kind: Kind) -> bool {
        match self {
            Self::Of(own) => own == kind,
            Self::Activities => kind.is_activity(),
        }
    }
}

/// Owner of what belongs to no organization: users, organizations and API keys.
pub(crate) const EVERYONE: &str = "";

/// All indexes.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes {
    /// By organization.
    shelves: HashMap<Box<str>, HashMap<Shelf, BTreeSet<Place>>>,
    /// What hangs on each lead. A lead has few children, so a sorted list beats a tree for each kind.
    children: HashMap<Box<str>, Vec<(Place, Kind)>>,
    /// By the value of a member.
    values: HashMap<Box<str>, HashMap<(Kind, &'static str), Values>>,
    /// How many objects of each kind there are.
    counts: HashMap<Kind, usize>,
}

/// Who holds which value.
type Values = HashMap<Box<str>, Holders>;

/// Objects that hold one value. Most e-mail addresses have one holder: a tree for each would cost more than the rest.
#[derive(Clone, Debug)]
enum Holders {
    One(Place),
    Many(BTreeSet<Place>),
}

impl Holders {
    fn insert(&mut self, place: Place) {
        match self {
            Self::One(only) if *only == place => {}
            Self::One(only) => *self = Self::Many(BTreeSet::from([*only, place])),
            Self::Many(places) => drop(places.insert(place)),
        }
    }

    /// Whether nothing is left.
    fn remove(&mut self, place: Place) -> bool {
        match self {
            Self::One(only) => *only == place,
            Self::Many(places) => {
                places.remove(&place);
                places.is_empty()
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(places) => places.len(),
        }
    }

    fn iter(&self) -> Box<dyn DoubleEndedIterator<Item = Place> + '_> {
        match self {
            Self::One(only) => Box::new(std::iter::once(*only)),
            Self::Many(places) => Box::new(places.iter().copied()),
        }
    }
}

/// The organization an object belongs to.
fn organization(kind: Kind, object: &Object) -> &str {
    match kind {
        Kind::User | Kind::Organization | Kind::ApiKey => EVERYONE,
        _ => text(object, "organization_id").unwrap_or(EVERYONE),
    }
}

impl Indexes {
    pub(super) fn insert(&mut self, kind: Kind, object: &Object, place: Place) {
        *self.counts.entry(kind).or_default() += 1;
        let owner = organization(kind, object);
        let shelves = entry(&mut self.shelves, owner);
        shelves.entry(Shelf::Of(kind)).or_default().insert(place);
        if kind.is_activity() {
            shelves.entry(Shelf::Activities).or_default().insert(place);
        }
        if let Some(lead) = text(object, "lead_id") {
            let children = entry(&mut self.children, lead);
            if let Err(position) = children.binary_search_by_key(&place, |(place, _)| *place) {
                children.insert(position, (place, kind));
            }
        }
        for (member, path) in kind.indexed() {
            for value in values(object, member, path) {
                let holders = entry(&mut self.values, owner).entry((kind, member)).or_default();
                match holders.get_mut(value.as_str()) {
                    Some(holders) => holders.insert(place),
                    None => drop(holders.insert(value.into(), Holders::One(place))),
                }
            }
        }
    }

    pub(super) fn remove(&mut self, kind: Kind, object: &Object, place: Place) {
        if let Some(count) = self.counts.get_mut(&kind) {
            *count -= 1;
        }
        let owner = organization(kind, object);
        if let Some(shelves) = self.shelves.get_mut(owner) {
            for shelf in [Shelf::Of(kind), Shelf::Activities] {
                if let Some(index) = shelves.get_mut(&shelf) {
                    index.remove(&place);
                }
            }
        }
        if let Some(lead) = text(object, "lead_id")
            && let Some(children) = self.children.get_mut(lead)
        {
            children.retain(|(other, _)| *other != place);
            if children.is_empty() {
                self.children.remove(lead);
            }
        }
        for (member, path) in kind.indexed() {
            let Some(holders) =
                self.values.get_mut(owner).and_then(|values| values.get_mut(&(kind, *member)))
            else {
                continue;
            };
            for value in values(object, member, path) {
                if holders.get_mut(value.as_str()).is_some_and(|holders| holders.remove(place)) {
                    holders.remove(value.as_str());
                }
            }
        }
    }

    /// How many objects of a kind exist in all organizations.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Numbers of the objects on one shelf of an organization or a lead, oldest first, created between two moments.
    pub(super) fn shelf<'i>(
        &'i self,
        owner: &str,
        which: Shelf,
        created: Created,
    ) -> Box<dyn DoubleEndedIterator<Item = u32> + 'i> {
        if let Some(shelves) = self.shelves.get(owner) {
            let Some(index) = shelves.get(&which) else { return Box::new(std::iter::empty()) };
            return Box::new(index.range(created.bounds()).map(|(_, number)| *number));
        }
        let children = self.children.get(owner).map_or(&[][..], Vec::as_slice);
        let fits = move |(place, kind): &&(Place, Kind)| which.holds(*kind) && created.contains(place.0);
        Box::new(children.iter().filter(fits).map(|((_, number), _)| *number))
    }

    /// How many objects stand on a shelf.
    pub(super) fn shelf_len(&self, owner: &str, which: Shelf) -> usize {
        if let Some(shelves) = self.shelves.get(owner) {
            return shelves.get(&which).map_or(0, BTreeSet::len);
        }
        let children = self.children.get(owner).map_or(&[][..], Vec::as_slice);
        children.iter().filter(|(_, kind)| which.holds(*kind)).count()
    }

    /// Numbers of the objects of a kind in an organization that hold a value, oldest first.
    pub(super) fn holding<'i>(
        &'i self,
        organization_id: &str,
        kind: Kind,
        member: &str,
        value: &str,
    ) -> Box<dyn DoubleEndedIterator<Item = u32> + 'i> {
        match self.holders(organization_id, kind, member, value) {
            Some(holders) => Box::new(holders.iter().map(|(_, number)| number)),
            None => Box::new(std::iter::empty()),
        }
    }

    /// How many objects of a kind in an organization hold a value.
    pub(super) fn holding_len(&self, organization_id: &str, kind: Kind, member: &str, value: &str) -> usize {
        self.holders(organization_id, kind, member, value).map_or(0, Holders::len)
    }

    fn holders(&self, organization_id: &str, kind: Kind, member: &str, value: &str) -> Option<&Holders> {
        let by_member = self.values.get(organization_id)?;
        let (name, _) = kind.indexed().iter().find(|(name, _)| *name == member)?;
        by_member.get(&(kind, *name))?.get(value.to_lowercase().as_str())
    }
}

/// A range of moments of creation, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Created {
    /// The first one that counts.
    pub(crate) from: i64,
    /// The last one that counts.
    pub(crate) to: i64,
}

impl Created {
    /// Whenever.
    pub(crate) const EVER: Self = Self { from: i64::MIN, to: i64::MAX };

    fn contains(self, micros: i64) -> bool {
        (self.from..=self.to).contains(&micros)
    }

    fn bounds(self) -> (Bound<Place>, Bound<Place>) {
        if self.from > self.to {
            // A range that ends before it begins holds nothing; a tree would refuse it.
            return (Bound::Included((i64::MAX, u32::MAX)), Bound::Excluded((i64::MAX, u32::MAX)));
        }
        (Bound::Included((self.from, 0)), Bound::Included((self.to, u32::MAX)))
    }
}

/// The entry of an owner, made when it is missing, without a copy of its name when it is there.
fn entry<'m, T: Default>(map: &'m mut HashMap<Box<str>, T>, owner: &str) -> &'m mut T {
    if !map.contains_key(owner) {
        map.insert(owner.into(), T::default());
    }
    map.get_mut(owner).expect("it was just made")
}

/// The values under which an object is found by a member: its own, or `path` of each entry of a list. Letters are
/// lower case, so that addresses are found however they are written.
fn values(object: &Object, member: &str, path: &str) -> Vec<String> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match object.get(member) {
        Some(Value::Array(entries)) => {
            let mut found: Vec<String> = entries.iter().filter_map(|entry| plain(entry.get(path)?)).collect();
            found.sort();
            found.dedup();
            found
        }
        Some(value) => plain(value).into_iter().collect(),
        None => Vec::new(),
    }
}
