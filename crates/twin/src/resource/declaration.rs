//! What is said about a resource, and what is said about an operation that belongs to none.

use http::Method;

use super::custom::CustomScope;
use super::field::Field;
use super::filter::Filter;
use super::session::Session;
use super::view::View;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::FieldErrors;
use crate::store::{DateStyle, Kind, Object, Record};

/// A kind of object with its path and all its rules.
pub(crate) struct Resource {
    /// What it is in the store.
    pub(crate) kind: Kind,
    /// Whether answers show its id and organization. Events always do.
    pub(crate) shows_id: bool,
    /// Whether it names its organization.
    pub(crate) shows_organization: bool,
    /// Path below `/api/v1/`, for example `activity/call`.
    pub(crate) path: &'static str,
    /// Other paths that still answer.
    pub(crate) also_at: &'static [&'static str],
    /// Prefix of new ids, without the underscore.
    pub(crate) prefix: &'static str,
    /// The name of Close's class, which stands in the text of a 404.
    pub(crate) model: &'static str,
    /// What may be done with it.
    pub(crate) methods: Methods,
    /// How it says when and by whom it was made and changed.
    pub(crate) audit: Audit,
    /// Whether POST answers 201 with `Location`, as newer resources do, or 200.
    pub(crate) answers_created: bool,
    /// How DELETE answers.
    pub(crate) deleted: Deleted,
    /// Members it shares with its relatives, answered first.
    pub(crate) base: &'static [Field],
    /// Its own members in the order they are answered.
    pub(crate) fields: &'static [Field],
    /// Whether and which custom fields it has.
    pub(crate) custom: Option<CustomScope>,
    /// How it is listed.
    pub(crate) list: ListRules,
    /// Name in events; objects without one cause none. Events that Close does not document are not written.
    pub(crate) event: Option<&'static str>,
    /// Name in events where it depends on the object.
    pub(crate) event_of: Option<fn(&Object) -> String>,
    /// Permission a role must grant for creating and changing.
    pub(crate) permission: Option<&'static str>,
    /// What is special about it.
    pub(crate) hooks: Hooks,
}

impl Resource {
    /// What most resources have in common; declarations change what differs.
    pub(crate) const fn new(
        kind: Kind,
        path: &'static str,
        prefix: &'static str,
        model: &'static str,
    ) -> Self {
        Self {
            kind,
            shows_id: true,
            shows_organization: true,
            path,
            also_at: &[],
            prefix,
            model,
            methods: Methods::ALL,
            audit: Audit::Named,
            answers_created: false,
            deleted: Deleted::EmptyObject,
            base: &[],
            fields: &[],
            custom: None,
            list: ListRules::NEWEST_FIRST,
            event: None,
            event_of: None,
            permission: None,
            hooks: Hooks::NONE,
        }
    }

    /// All members in the order they are answered.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.base.iter().chain(self.fields)
    }
}

/// Which methods a resource answers.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each method")]
pub(crate) struct Methods {
    pub(crate) list: bool,
    pub(crate) create: bool,
    pub(crate) fetch: bool,
    pub(crate) update: bool,
    pub(crate) delete: bool,
}

impl Methods {
    /// Everything.
    pub(crate) const ALL: Self = Self { list: true, create: true, fetch: true, update: true, delete: true };
    /// Listing and fetching.
    pub(crate) const READ: Self =
        Self { list: true, create: false, fetch: true, update: false, delete: false };
    /// Listing, fetching and deleting.
    pub(crate) const READ_DELETE: Self = Self { delete: true, ..Self::READ };
    /// Nothing under its own path: other operations show it.
    pub(crate) const NONE: Self = Self { list: false, fetch: false, ..Self::READ };
}

/// The members that say when and by whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audit {
    /// `created_by`, `updated_by` with their names, `date_created`, `date_updated`: leads, opportunities, activities.
    Named,
    /// The same without names.
    Plain,
    /// Without names, in naive time.
    Naive,
    /// `created_by_id`, `updated_by_id` and naive dates: sequences.
    Sequence,
    /// Only naive dates.
    NaiveDates,
    /// Only dates.
    Dates,
    /// `created_at`, `created_by`, `updated_at`, `updated_by`.
    At,
    /// `created_at`, `created_by_id`, `updated_at`, `updated_by_id`: playbooks.
    AtIds,
    /// Only `created_at` and `updated_at`.
    AtDates,
    /// Nothing.
    None,
}

impl Audit {
    /// How dates are written.
    pub(crate) fn style(self) -> DateStyle {
        match self {
            Self::Naive | Self::Sequence | Self::NaiveDates => DateStyle::Naive,
            Self::At | Self::AtIds | Self::AtDates => DateStyle::OffsetFull,
            _ => DateStyle::Offset,
        }
    }

    /// Names of the members for the actors of creation and change.
    pub(crate) fn actors(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Named | Self::Plain | Self::Naive | Self::At => Some(("created_by", "updated_by")),
            Self::Sequence | Self::AtIds => Some(("created_by_id", "updated_by_id")),
            _ => None,
        }
    }

    /// Names of the members for the moments of creation and change.
    pub(crate) fn moments(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::None => None,
            Self::At | Self::AtIds | Self::AtDates => Some(("created_at", "updated_at")),
            _ => Some(("date_created", "date_updated")),
        }
    }
}

/// How DELETE answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// 200 with `{}`.
    EmptyObject,
    /// 204.
    NoContent,
}

/// How a resource is listed.
#[derive(Clone, Copy)]
pub(crate) struct ListRules {
    /// Parameters that narrow the list.
    pub(crate) filters: &'static [Filter],
    /// Other parameters that the functions below read.
    pub(crate) reads: &'static [&'static str],
    /// Names `_order_by` understands; others are ignored.
    pub(crate) orders: &'static [&'static str],
    /// The order without `_order_by`.
    pub(crate) order: Order,
    /// Largest `_limit`: the framework's 100 unless a client in use is known to ask for more, which is then the
    /// largest that is known to be accepted (the true ceilings are not published).
    pub(crate) max_limit: usize,
    /// Largest `_skip`.
    pub(crate) max_skip: usize,
    /// Whether the list counts all matches.
    pub(crate) total: bool,
    /// Whether the list says if there is more.
    pub(crate) has_more: bool,
    /// Refuses combinations of parameters before anything is read.
    pub(crate) check: fn(View<'_>, &Parameters) -> Result<(), Refusal>,
    /// Ids in order, when something other than an index decides what is listed.
    pub(crate) select: Option<Select>,
    /// A condition beyond the filters.
    pub(crate) keep: Option<fn(View<'_>, &Record, &Parameters) -> bool>,
    /// Members added to the envelope, worked out over all matches, given by their numbers of arrival.
    pub(crate) summary: Option<fn(View<'_>, &[u32]) -> Object>,
}

/// Finds ids in order; `None` leaves it to the indexes.
pub(crate) type Select = fn(View<'_>, &Parameters) -> Result<Option<Vec<String>>, Refusal>;

impl ListRules {
    /// Newest first, pages of at most 100.
    pub(crate) const NEWEST_FIRST: Self = Self {
        filters: &[],
        reads: &[],
        orders: &[],
        order: Order::NewestFirst,
        max_limit: 100,
        max_skip: 250_000,
        total: false,
        has_more: true,
        check: |_, _| Ok(()),
        select: None,
        keep: None,
        summary: None,
    };
    /// Oldest first.
    pub(crate) const OLDEST_FIRST: Self = Self { order: Order::OldestFirst, ..Self::NEWEST_FIRST };
}

/// The order of a list without `_order_by`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    NewestFirst,
    OldestFirst,
    /// By id, as Close's status lists were recorded.
    Id,
    /// By a member, ascending; null comes last.
    By(&'static str),
}

/// What is special about a resource. Each runs after the general rules.
#[derive(Clone, Copy)]
pub(crate) struct Hooks {
    /// Checks and completes an object about to be created or changed; adds to the draft's errors.
    pub(crate) prepare: fn(&mut Session<'_>, &mut Draft<'_>),
    /// Completes a new object just before it is stored, when nothing can be refused any more.
    pub(crate) storing: fn(&mut Session<'_>, &mut Object),
    /// Completes a changed object just before it is stored, when nothing can be refused any more: before, after.
    pub(crate) changing: fn(&mut Session<'_>, &Object, &mut Object),
    /// Side effects of a new object.
    pub(crate) created: fn(&mut Session<'_>, &Object),
    /// Side effects of a change: before, after.
    pub(crate) updated: fn(&mut Session<'_>, &Object, &Object),
    /// Refuses a deletion.
    pub(crate) may_delete: fn(View<'_>, &Object) -> Result<(), Refusal>,
    /// Carries a deletion on to what belongs to the object, just before that goes.
    pub(crate) deleting: fn(&mut Session<'_>, &Object),
}

impl Hooks {
    /// Nothing special.
    pub(crate) const NONE: Self = Self {
        prepare: |_, _| {},
        storing: |_, _| {},
        changing: |_, _, _| {},
        created: |_, _| {},
        updated: |_, _, _| {},
        may_delete: |_, _| Ok(()),
        deleting: |_, _| {},
    };
}

/// An object on its way into the store.
pub(crate) struct Draft<'d> {
    /// What it will be; a row inside another object is nothing by itself.
    pub(crate) kind: Option<Kind>,
    /// What the caller sent.
    pub(crate) input: &'d Object,
    /// The object before a change; `None` for a new one.
    pub(crate) old: Option<&'d Object>,
    /// The object as it will be stored.
    pub(crate) object: Object,
    /// What is wrong with it.
    pub(crate) errors: FieldErrors,
    /// Why it is refused as a whole, whatever its fields hold.
    pub(crate) refusal: Option<Refusal>,
}

impl Draft<'_> {
    /// Refuses the object as a whole.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }

    /// Whether the caller sent this member.
    pub(crate) fn given(&self, name: &str) -> bool {
        self.input.contains_key(name)
    }
}

/// An operation that is not the listing, fetching, creating, changing or deleting of a resource.
pub(crate) struct Action {
    /// Its method.
    pub(crate) method: Method,
    /// Its path below `/api/v1/`; `{}` stands for any one segment.
    pub(crate) path: &'static str,
    /// What it does.
    pub(crate) run: Run,
}

/// What an action does; the strings are the segments that `{}` stood for.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    Read(fn(View<'_>, &Call, &[&str]) -> Result<Answer, Refusal>),
    Write(fn(&mut Session<'_>, &Call, &[&str]) -> Result<Answer, Refusal>),
    /// Writes what the path alone says; a body is not needed.
    Touch(fn(&mut Session<'_>, &Call, &[&str]) -> Result<Answer, Refusal>),
}
