//! Structured queries: the language of Advanced Filtering, which `POST /data/search/`, Smart Views, bulk actions and
//! exports share (behaviour.md 7.3).
//!
//! [`parse`] and [`parse_sort`] read JSON, and refuse what cannot be evaluated with the path of the node. [`find`]
//! finds the objects of a [`Search`], by an index where one can tell (`candidates`), and one object at a time
//! otherwise. How results are paged and shown is left to `search`.

mod ast;
mod candidates;
mod error;
mod evaluate;
mod fields;
mod moment;
mod order;
mod period;
mod place;
mod read;
mod smart;
mod subject;
#[cfg(test)]
mod tests;
mod types;
mod write;

pub(crate) use ast::{Node, Sort};
pub use error::FilteringError;
pub(crate) use period::period as relative_period;
pub(crate) use read::{parse, parse_sort};
pub(crate) use types::{ObjectType, named as object_type, objects as object_types, of_kind};

use serde_json::{Value, json};
use subject::Subject;

use crate::resource::View;
use crate::store::{Created, Kind, Object, Record, Shelf, parse_moment, text};

/// Where an object stands in the order of creation: microseconds since 1970, then number of arrival.
pub(crate) type Place = (i64, u32);

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Search<'q> {
    /// The kind of object.
    pub(crate) kind: Kind,
    /// What must hold.
    pub(crate) node: &'q Node,
    /// The order; without one, newest first.
    pub(crate) sort: &'q [Sort],
    /// How many are wanted at most.
    pub(crate) limit: Option<usize>,
    /// Only what was created before this place.
    pub(crate) before: Option<Place>,
}

impl<'q> Search<'q> {
    /// Everything of a kind for which a node holds, newest first.
    pub(crate) fn new(kind: Kind, node: &'q Node) -> Self {
        Self { kind, node, sort: &[], limit: None, before: None }
    }
}

/// Numbers of arrival of the objects found, in order. This is how every structured query is answered.
pub(crate) fn find(view: View<'_>, search: Search<'_>) -> Vec<u32> {
    let Search { kind, node, sort, limit, before } = search;
    let limit = limit.unwrap_or(usize::MAX);
    let fits = |number: &u32| {
        view.aside(|view| {
            let found = view.world.at(*number).filter(|record| record.kind == kind);
            found.is_some_and(|record| {
                view.record_is_visible(record) && evaluate::holds(view, node, Subject::Record(record))
            })
        })
    };
    let source: Box<dyn Iterator<Item = u32>> = if let Some(few) = candidates::candidates(view, kind, node) {
        Box::new(newest_first(view, few).into_iter())
    } else {
        let created = Created { to: before.map_or(i64::MAX, |(created, _)| created), ..Created::EVER };
        Box::new(view.world.numbers(&view.caller.organization_id, Shelf::Of(kind), created).rev())
    };
    let too_new = |number: &u32| before.is_some_and(|before| place(view, *number) >= before);
    let matching = source.skip_while(too_new).filter(fits);
    if sort.is_empty() {
        return matching.take(limit).collect();
    }
    let mut found: Vec<u32> = matching.collect();
    order::sort(view, sort, &mut found);
    found.truncate(limit);
    found
}

/// Puts objects in an order; what is equal keeps its place.
pub(crate) fn sort(view: View<'_>, keys: &[Sort], numbers: &mut [u32]) {
    order::sort(view, keys, numbers);
}

/// The values an object is sorted by.
pub(crate) fn sort_values(view: View<'_>, keys: &[Sort], number: u32) -> Vec<Value> {
    order::values(view, keys, number)
}

/// How many of these sorted objects do not come behind one that had these values and this place, whether or not that
/// is still among them.
pub(crate) fn up_to(view: View<'_>, keys: &[Sort], numbers: &[u32], last: &[Value], at: Place) -> usize {
    order::up_to(view, keys, numbers, last, at)
}

/// Puts objects in the order of lists.
pub(crate) fn newest_first(view: View<'_>, numbers: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    numbers.sort_by_cached_key(|number| std::cmp::Reverse(place(view, *number)));
    numbers
}

/// Where an object stands in the order of creation.
pub(crate) fn place(view: View<'_>, number: u32) -> Place {
    let created = view.aside(|view| {
        let object = &view.world.at(number)?.object;
        parse_moment(text(object, "date_created").or_else(|| text(object, "created_at"))?)
    });
    (created.map_or(0, jiff::Timestamp::as_microsecond), number)
}

/// The kind of object a query asks for: that of its `object_type` clause, else leads.
pub(crate) fn subject(node: &Node) -> Kind {
    node.object_types().into_iter().find_map(ObjectType::kind).unwrap_or(Kind::Lead)
}

/// The names of what is worked out for objects of a kind.
pub(crate) use smart::first_names as worked_out_names;

/// Everything that is worked out for a lead or a contact ("smart fields"), by its first name.
pub(crate) fn worked_out(view: View<'_>, record: &Record) -> Object {
    let mut all = Object::new();
    for name in smart::first_names(record.kind) {
        all.extend(smart::value(view, record, name).map(|value| (name.to_owned(), value)));
    }
    all
}

/// Reads a structured query, `{"query": …, "sort": […]}` as Smart Views hold it, and writes it again in its plainest
/// form. What it writes reads as the same query.
///
/// # Errors
///
/// What cannot be read, in which node, and what is allowed.
pub fn plain_search(search: &Value) -> Result<Value, FilteringError> {
    let node = parse(search.get("query").unwrap_or(&Value::Null))?;
    let sort = parse_sort(search.get("sort").unwrap_or(&Value::Null))?;
    let sort: Vec<Value> = sort.iter().map(Sort::to_json).collect();
    Ok(json!({"query": node.to_json(), "sort": sort}))
}
