//! Which objects can match at all, found by an index instead of a scan.
//!
//! The answer may hold too many objects, never too few: every candidate is still asked. What the world keeps an index
//! for is said by `Kind::indexed`; a new one there is used here without a change.

use std::collections::BTreeSet;

use super::ast::{Condition, FieldRef, Node, Test};
use super::evaluate::{is_address, is_whole_address};
use super::types::{ObjectType, What};
use crate::resource::View;
use crate::store::{Kind, Shelf, text};

/// Numbers of arrival of the only objects of a kind for which the node can hold; `None` when only a scan can tell.
pub(super) fn candidates(view: View<'_>, kind: Kind, node: &Node) -> Option<BTreeSet<u32>> {
    if node.negated {
        return None;
    }
    match &node.test {
        Test::All(nodes) => {
            nodes.iter().filter_map(|node| candidates(view, kind, node)).min_by_key(BTreeSet::len)
        }
        Test::Any(nodes) => {
            let each: Option<Vec<_>> = nodes.iter().map(|node| candidates(view, kind, node)).collect();
            each.map(|each| each.into_iter().flatten().collect())
        }
        Test::Id(id) => Some(view.world.number(id).into_iter().collect()),
        Test::Field { field: FieldRef::Regular { object_type, name }, condition } => {
            let values = values(view, condition)?;
            (object_type.kind() == Some(kind)).then(|| by_member(view, kind, name, &values)).flatten()
        }
        Test::Related { related, query, .. } => by_related(view, kind, related, query),
        _ => None,
    }
}

/// The values a condition allows, if there are only some.
fn values(view: View<'_>, condition: &Condition) -> Option<Vec<String>> {
    match condition {
        Condition::Term(values) => Some(values.clone()),
        Condition::Reference { ids, .. } => {
            Some(ids.iter().flat_map(|id| view.users_of(id)).chain(ids.iter().cloned()).collect())
        }
        Condition::CurrentUser => Some(vec![view.caller.user_id.clone()]),
        _ => None,
    }
}

/// The objects of a kind whose member holds one of these values.
fn by_member(view: View<'_>, kind: Kind, name: &str, values: &[String]) -> Option<BTreeSet<u32>> {
    let organization = view.caller.organization_id.as_str();
    match name {
        "id" => Some(values.iter().filter_map(|id| view.world.number(id)).collect()),
        "lead_id" if kind != Kind::Lead => {
            let seen = values.iter().filter(|id| view.find(Kind::Lead, id).is_some());
            let children =
                seen.flat_map(|id| view.world.numbers(id, Shelf::Of(kind), crate::store::Created::EVER));
            Some(children.collect())
        }
        name if kind.is_indexed_by(name) => {
            let found = values.iter().flat_map(|value| view.world.holding(organization, kind, name, value));
            Some(found.collect())
        }
        _ => None,
    }
}

/// The objects of a kind that have a related one among the few that can match.
fn by_related(view: View<'_>, kind: Kind, related: &ObjectType, query: &Node) -> Option<BTreeSet<u32>> {
    match related.what {
        What::Row { list, owner, .. } if owner == kind => by_row(view, kind, list, query),
        What::Object { kind: other, .. } if kind == Kind::Lead => {
            let hanging = candidates(view, other, query)?;
            let leads = hanging.into_iter().filter_map(|number| {
                view.aside(|view| {
                    let record = view.world.at(number).filter(|record| view.record_is_visible(record))?;
                    view.world.number(text(&record.object, "lead_id")?)
                })
            });
            Some(leads.collect())
        }
        _ => None,
    }
}

/// The objects of a kind with a row that holds one of the values asked for.
fn by_row(view: View<'_>, kind: Kind, list: &'static str, query: &Node) -> Option<BTreeSet<u32>> {
    if query.negated {
        return None;
    }
    match &query.test {
        Test::All(nodes) => {
            nodes.iter().filter_map(|node| by_row(view, kind, list, node)).min_by_key(BTreeSet::len)
        }
        Test::Field { field: field @ FieldRef::Regular { object_type, name }, condition } => {
            let indexed = kind.indexed().iter().any(|(member, path)| *member == list && path == name);
            let rows = matches!(object_type.what, What::Row { list: other, .. } if other == list);
            if !(indexed && rows) {
                return None;
            }
            let values = match condition {
                Condition::Text(words) if is_address(field) && is_whole_address(words) => {
                    vec![words.value.trim().to_owned()]
                }
                condition => values(view, condition)?,
            };
            by_member(view, kind, list, &values)
        }
        _ => None,
    }
}
