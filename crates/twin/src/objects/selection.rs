//! What a structured query selects for something that works on many objects: bulk actions, exports.

use std::collections::HashSet;

use serde_json::Value;

use crate::filtering::{self, Search};
use crate::resource::{Draft, REQUIRED, View};
use crate::store::{Kind, Object, Shelf, text};

/// What is selected, and what of it is worked on.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// How many leads are concerned.
    pub(crate) leads: usize,
    /// Numbers of the objects to work on, in the order of the query.
    pub(crate) numbers: Vec<u32>,
}

/// Checks the `s_query` and `sort` of a draft, and that there is a query where one is needed.
pub(crate) fn check(draft: &mut Draft<'_>, needed: bool) {
    match draft.object.get("s_query").filter(|query| !query.is_null()) {
        None if needed => draft.errors.add("s_query", REQUIRED),
        None => {}
        Some(query) => {
            if let Err(error) = filtering::parse(query) {
                draft.errors.add("s_query", error.to_string());
            }
        }
    }
    let sort = draft.object.get("sort").filter(|sort| !sort.is_null()).map(filtering::parse_sort);
    if let Some(Err(error)) = sort {
        draft.errors.add("sort", error.to_string());
    }
}

/// The kind of object that the `s_query` of an object asks for.
pub(crate) fn subject(asker: &Object) -> Kind {
    let node = asker.get("s_query").and_then(|query| filtering::parse(query).ok());
    node.map_or(Kind::Lead, |node| filtering::subject(&node))
}

/// Finds what an object with `s_query`, `sort` and `results_limit` selects: objects of the kind its query asks for, or
/// what of the kind wanted belongs to them. Without a query that is everything of the kind.
pub(crate) fn select(view: View<'_>, asker: &Object, wanted: Kind) -> Selection {
    let everything = serde_json::json!({"type": "match_all"});
    let query = asker.get("s_query").filter(|query| query.is_object());
    let Ok(node) = filtering::parse(query.unwrap_or(&everything)) else { return Selection::default() };
    let sort = asker.get("sort").and_then(|sort| filtering::parse_sort(sort).ok()).unwrap_or_default();
    let limit =
        asker.get("results_limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let kind = filtering::subject(&node);
    let found = filtering::find(view, Search { sort: &sort, limit, ..Search::new(kind, &node) });
    let mut leads = HashSet::new();
    let mut seen = HashSet::new();
    let mut numbers = Vec::new();
    for number in found {
        view.aside(|view| {
            let Some(record) = view.world.at(number) else { return };
            let member = if record.kind == Kind::Lead { "id" } else { "lead_id" };
            let Some(lead) = text(&record.object, member) else { return };
            leads.extend(view.world.number(lead));
            let mut add = |number: u32| {
                if seen.insert(number) {
                    numbers.push(number);
                }
            };
            if record.kind == wanted {
                add(number);
            } else if wanted == Kind::Lead {
                view.world.number(lead).into_iter().for_each(add);
            } else {
                let own = record.object.get("id").filter(|_| record.kind != Kind::Lead);
                for child in view.world.numbers(lead, Shelf::Of(wanted), crate::store::Created::EVER) {
                    let belongs = own.is_none()
                        || view.world.at(child).is_some_and(|child| child.object.get("contact_id") == own);
                    if belongs {
                        add(child);
                    }
                }
            }
        });
    }
    Selection { leads: leads.len(), numbers }
}

/// The ids behind numbers of arrival.
pub(crate) fn ids(view: View<'_>, numbers: &[u32]) -> Vec<String> {
    let id = |number: &u32| view.aside(|view| text(&view.world.at(*number)?.object, "id").map(str::to_owned));
    numbers.iter().filter_map(id).collect()
}
