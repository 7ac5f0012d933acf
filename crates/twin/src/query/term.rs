//! The notion of an askable field: its names, what it holds, how it is read.

use std::fmt;

use serde_json::Value;

use super::facts::Scene;
use crate::store::{Kind, Object};

/// A kind of object conditions can be about.
pub(super) struct Entity {
    /// Its names in queries, as in `call(…)`.
    pub(super) names: &'static [&'static str],
    /// What it is in the store.
    pub(super) kind: Kind,
    /// How it is found below what it hangs on.
    pub(super) hangs: Hangs,
    /// The member by which its children name it.
    pub(super) link: &'static str,
    /// Its fields.
    pub(super) terms: &'static [Term],
    /// Kind of the definitions of its custom fields.
    pub(super) customs: Option<Kind>,
    /// What words are looked for in.
    pub(super) text: Text,
    /// What hangs on it.
    pub(super) children: &'static [&'static Entity],
}

impl Entity {
    pub(super) fn is_lead(&self) -> bool {
        self.kind == Kind::Lead
    }
}

/// How the children of an object are found.
#[derive(Clone, Copy)]
pub(super) enum Hangs {
    /// They are stored objects that name it.
    Stored,
    /// They are worked out from it.
    Worked(fn(Scene<'_>, &Object) -> Vec<Object>),
}

/// Where an object's words are.
#[derive(Clone, Copy)]
pub(super) enum Text {
    /// In these members.
    Members(&'static [&'static str]),
    /// Worked out.
    Work(fn(Scene<'_>, &Object) -> Vec<String>),
}

/// A field of an entity.
pub(super) struct Term {
    pub(super) names: &'static [&'static str],
    pub(super) holds: Holds,
    pub(super) read: Read,
}

/// What a field holds, which decides how it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text, which may contain the words asked for.
    Text,
    /// A label, id or address that is asked for as a whole, in any case.
    Exact,
    /// An id, which is asked for exactly.
    Id,
    Number,
    Moment,
    /// A stretch of time, asked whether a moment lies in it.
    Period,
    Flag,
}

/// How a field is read. Fields with several values match when one of them does.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// A member of the object.
    Member(&'static str),
    /// How many children of these kinds there are.
    Count(&'static [Kind]),
    /// Members of the object that a member refers to.
    Named(Kind, &'static str, &'static [&'static str]),
    /// A member of the rows of a list that every contact of a lead has.
    OfContacts(&'static str, &'static str),
    /// A member of the rows of a list of the object itself.
    Rows(&'static str, &'static str),
    Work(fn(Scene<'_>, &Object) -> Vec<Value>),
}

pub(super) const fn rows(
    names: &'static [&'static str],
    holds: Holds,
    list: &'static str,
    member: &'static str,
) -> Term {
    Term { names, holds, read: Read::Rows(list, member) }
}

pub(super) const fn id(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Id, read: Read::Member(member) }
}

pub(super) const fn named(
    names: &'static [&'static str],
    kind: Kind,
    reference: &'static str,
    members: &'static [&'static str],
) -> Term {
    Term { names, holds: Holds::Exact, read: Read::Named(kind, reference, members) }
}

pub(super) const fn of_contacts(
    names: &'static [&'static str],
    list: &'static str,
    member: &'static str,
) -> Term {
    Term { names, holds: Holds::Exact, read: Read::OfContacts(list, member) }
}

pub(super) const fn text(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Text, read: Read::Member(member) }
}

pub(super) const fn exact(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Exact, read: Read::Member(member) }
}

pub(super) const fn number(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Number, read: Read::Member(member) }
}

pub(super) const fn moment(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Moment, read: Read::Member(member) }
}

pub(super) const fn flag(names: &'static [&'static str], member: &'static str) -> Term {
    Term { names, holds: Holds::Flag, read: Read::Member(member) }
}

pub(super) const fn count(names: &'static [&'static str], kinds: &'static [Kind]) -> Term {
    Term { names, holds: Holds::Number, read: Read::Count(kinds) }
}

pub(super) const fn work(
    names: &'static [&'static str],
    holds: Holds,
    read: fn(Scene<'_>, &Object) -> Vec<Value>,
) -> Term {
    Term { names, holds, read: Read::Work(read) }
}

impl fmt::Debug for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.names[0])
    }
}

impl fmt::Debug for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.names[0])
    }
}
