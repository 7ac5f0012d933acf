//! Reading a world: objects by id, by owner and by value.
//!
//! Packed objects are unpacked into a [`Scratch`] that lives as long as what reads them: one request, or one step of a
//! scan ([`Reader::aside`]), so that reading a million objects one after the other holds one at a time.

use jiff::Timestamp;
use typed_arena::Arena;

use super::index::{Created, EVERYONE, Shelf};
use super::kind::Kind;
use super::record::{Kept, Record, unpack};
use super::world::{Object, World};

/// Where unpacked objects stay until whoever reads them is done.
#[derive(Default)]
pub(crate) struct Scratch(Arena<Record>);

/// A world, and where to unpack what is read from it.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'w> {
    world: &'w World,
    scratch: &'w Scratch,
}

impl<'w> Reader<'w> {
    pub(super) fn new(world: &'w World, scratch: &'w Scratch) -> Self {
        Self { world, scratch }
    }

    /// Reads within `inside` only: what is unpacked there is dropped at its end.
    pub(crate) fn aside<T>(self, inside: impl FnOnce(Reader<'_>) -> T) -> T {
        inside(Reader { world: self.world, scratch: &Scratch::default() })
    }

    /// The world itself.
    pub(crate) fn world(self) -> &'w World {
        self.world
    }

    /// The current time.
    pub(crate) fn now(self) -> Timestamp {
        self.world.now()
    }

    /// The object with this id, whoever owns it.
    pub(crate) fn get(self, id: &str) -> Option<&'w Record> {
        self.world.number(id).and_then(|number| self.at(number))
    }

    /// The number of arrival of the object with this id.
    pub(crate) fn number(self, id: &str) -> Option<u32> {
        self.world.number(id)
    }

    /// The object with this number of arrival.
    pub(crate) fn at(self, number: u32) -> Option<&'w Record> {
        let (kind, kept) = self.world.kept(number)?;
        Some(match kept {
            Kept::Open(record) => record,
            Kept::Packed(text) => self.scratch.0.alloc(Record { kind, object: unpack(text) }),
        })
    }

    /// The members of the object with this id, if it is of this kind.
    pub(crate) fn object(self, kind: Kind, id: &str) -> Option<&'w Object> {
        let number = self.world.number(id)?;
        let (found, _) = self.world.kept(number)?;
        if found != kind {
            return None;
        }
        self.at(number).map(|record| &record.object)
    }

    /// What hangs on a lead, oldest first.
    pub(crate) fn children_of(
        self,
        lead_id: &str,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.shelf(lead_id, Shelf::Of(kind)).map(|record| &record.object)
    }

    /// All objects of a kind in an organization, oldest first.
    pub(crate) fn collection(
        self,
        organization_id: &str,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.shelf(organization_id, Shelf::Of(kind)).map(|record| &record.object)
    }

    /// Users, organizations or API keys, oldest first: the kinds that belong to no organization.
    pub(crate) fn everyone(self, kind: Kind) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.collection(EVERYONE, kind)
    }

    /// One index of an organization or a lead, oldest first.
    pub(crate) fn shelf(
        self,
        owner: &str,
        which: Shelf,
    ) -> impl DoubleEndedIterator<Item = &'w Record> + use<'w> {
        self.numbers(owner, which, Created::EVER).filter_map(move |number| self.at(number))
    }

    /// The numbers of what stands on one index of an organization or a lead, oldest first, without reading it.
    pub(crate) fn numbers(
        self,
        owner: &str,
        which: Shelf,
        created: Created,
    ) -> Box<dyn DoubleEndedIterator<Item = u32> + 'w> {
        self.world.indexes().shelf(owner, which, created)
    }

    /// How many objects an index holds.
    pub(crate) fn shelf_len(self, owner: &str, which: Shelf) -> usize {
        self.world.indexes().shelf_len(owner, which)
    }

    /// Numbers of the objects of a kind in an organization whose member holds this value, in any case; for lists, one
    /// of whose entries does. Oldest first. Only for members that are indexed.
    pub(crate) fn holding(
        self,
        organization_id: &str,
        kind: Kind,
        member: &str,
        value: &str,
    ) -> Box<dyn DoubleEndedIterator<Item = u32> + 'w> {
        self.world.indexes().holding(organization_id, kind, member, value)
    }

    /// How many those are.
    pub(crate) fn holding_len(self, organization_id: &str, kind: Kind, member: &str, value: &str) -> usize {
        self.world.indexes().holding_len(organization_id, kind, member, value)
    }

    /// How many objects of a kind exist in all organizations.
    pub(crate) fn count(self, kind: Kind) -> usize {
        self.world.indexes().count(kind)
    }
}
