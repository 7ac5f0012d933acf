//! `POST /data/search/`: what a body asks for, and the answer (behaviour.md 7.2).

use serde_json::{Value, json};

use super::cursor::{Cursor, digest};
use crate::filtering::{self, Node, ObjectType, Search, Sort};
use crate::http::Refusal;
use crate::objects::resource_of;
use crate::resource::{Detail, FieldErrors, Projection, REQUIRED, View, render};
use crate::store::{Object, Record};

/// Page size without `_limit` (chosen).
const DEFAULT_LIMIT: usize = 100;
/// Largest `_limit` (chosen: the largest seen in clients of Close).
const MAX_LIMIT: usize = 200;
/// Most objects that can be paged through with one query (documented).
const MOST_OBJECTS: usize = 10_000;

/// A search that was understood.
struct Request<'b> {
    node: Node,
    types: Vec<&'static ObjectType>,
    sort: Vec<Sort>,
    fields: Option<&'b Object>,
    limit: usize,
    results_limit: Option<usize>,
    counts: bool,
    digest: u64,
    cursor: Option<Cursor>,
}

/// Answers a search.
pub(crate) fn answer(view: View<'_>, body: &Object) -> Result<Value, Refusal> {
    let request = read(view, body)?;
    let Found { before, rest, total } = found(view, &request);
    let most = request.results_limit.unwrap_or(usize::MAX).min(MOST_OBJECTS);
    let page = &rest[..rest.len().min(request.limit).min(most.saturating_sub(before))];
    let shown_so_far = before + page.len();
    let data: Vec<Value> = page
        .iter()
        .filter_map(|number| view.world.at(*number))
        .map(|record| shown(view, &request, record))
        .collect();
    let more = rest.len() > page.len() && shown_so_far < most;
    let cursor = page.last().filter(|_| more).map(|last| {
        let cursor = Cursor {
            digest: request.digest,
            shown: shown_so_far,
            last: filtering::place(view, *last),
            values: filtering::sort_values(view, &request.sort, *last),
        };
        cursor.write(view.now())
    });
    let mut answer = Object::new();
    answer.insert("data".to_owned(), data.into());
    answer.insert("cursor".to_owned(), json!(cursor));
    if request.counts {
        let limited = total.min(request.results_limit.unwrap_or(usize::MAX));
        answer.insert("count".to_owned(), json!({"limited": limited, "total": total}));
    }
    Ok(answer.into())
}

fn read<'b>(view: View<'_>, body: &'b Object) -> Result<Request<'b>, Refusal> {
    let query = body.get("query").filter(|query| !query.is_null());
    let query = query.ok_or_else(|| Refusal::field("query", REQUIRED))?;
    let node = filtering::parse(query).map_err(|error| error.refusal("query"))?;
    let types: Vec<_> = node.object_types().into_iter().filter(|wanted| wanted.kind().is_some()).collect();
    if types.is_empty() {
        let names: Vec<&str> = filtering::object_types().map(|known| known.name).collect();
        let message = format!(
            "The query does not say what to search for. Put it into an \"and\" together with a node such as \
             {{\"type\": \"object_type\", \"object_type\": \"lead\"}}. Allowed are {}.",
            names.join(", ")
        );
        return Err(Refusal::field("query", message));
    }
    let null = Value::Null;
    let sort =
        filtering::parse_sort(body.get("sort").unwrap_or(&null)).map_err(|error| error.refusal("sort"))?;
    let mut errors = FieldErrors::default();
    let fields = fields(body, &mut errors);
    let limit = count(body, "_limit", &mut errors);
    if limit.is_some_and(|limit| limit > MAX_LIMIT) {
        errors.add("_limit", format!("The limit is larger than the maximum (max_limit = {MAX_LIMIT})."));
    }
    let results_limit = count(body, "results_limit", &mut errors);
    let counts = match body.get("include_counts") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            errors.add("include_counts", "Value must be of bool type.");
            false
        }
    };
    let who = json!([view.caller.organization_id, view.caller.user_id]);
    let digest = digest(&[&who, query, body.get("sort").unwrap_or(&null), &json!(results_limit)]);
    let cursor = match body.get("cursor") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => match Cursor::read(text, digest, view.now()) {
            Ok(cursor) => Some(cursor),
            Err(problem) => {
                errors.add("cursor", problem);
                None
            }
        },
        Some(_) => {
            errors.add("cursor", super::cursor::UNREADABLE);
            None
        }
    };
    errors.into_result()?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    Ok(Request { node, types, sort, fields, limit, results_limit, counts, digest, cursor })
}

/// `_fields`: lists of names by type of object.
fn fields<'b>(body: &'b Object, errors: &mut FieldErrors) -> Option<&'b Object> {
    let by_type = match body.get("_fields") {
        None | Some(Value::Null) => return None,
        Some(Value::Object(by_type)) => by_type,
        Some(_) => {
            errors.add("_fields", "Value must be of dict type, for example {\"lead\": [\"id\", \"name\"]}.");
            return None;
        }
    };
    for (name, list) in by_type {
        let names = list.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        if !names {
            errors.add(&format!("_fields.{name}"), "Value must be a list of names of fields.");
        } else if filtering::object_type(name).is_none_or(|known| known.kind().is_none()) {
            let known: Vec<&str> = filtering::object_types().map(|known| known.name).collect();
            let message = format!("There is no object type \"{name}\". Allowed are {}.", known.join(", "));
            errors.add(&format!("_fields.{name}"), message);
        }
    }
    Some(by_type)
}

/// A whole number that is not negative; null is none.
fn count(body: &Object, name: &str, errors: &mut FieldErrors) -> Option<usize> {
    let value = body.get(name).filter(|value| !value.is_null())?;
    let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
    if number.is_none() {
        errors.add(name, "Value must be a non-negative integer.");
    }
    number
}

/// What a query finds, from the beginning of a page on.
struct Found {
    /// How many objects stand before the page.
    before: usize,
    /// The page, and what follows it as far as it must be known.
    rest: Vec<u32>,
    /// How many objects there are in all; only meaningful when they were asked for.
    total: usize,
}

fn found(view: View<'_>, request: &Request<'_>) -> Found {
    let cursor = request.cursor.as_ref();
    let before = cursor.map_or(0, |cursor| cursor.shown);
    // Newest first, the index leads to the page, and nothing behind it is read.
    let direct = !request.counts && request.sort.is_empty();
    let limit = direct.then(|| request.limit.saturating_add(1));
    let last = cursor.map(|cursor| cursor.last).filter(|_| direct);
    let kinds = request.types.iter().filter_map(|object_type| object_type.kind());
    let mut all: Vec<u32> = kinds
        .flat_map(|kind| {
            filtering::find(view, Search { limit, before: last, ..Search::new(kind, &request.node) })
        })
        .collect();
    if request.types.len() > 1 {
        all.sort_unstable();
        all.dedup();
        all = filtering::newest_first(view, all);
    }
    if direct {
        return Found { before, rest: all, total: 0 };
    }
    filtering::sort(view, &request.sort, &mut all);
    let total = all.len();
    let start =
        cursor.map_or(0, |cursor| filtering::up_to(view, &request.sort, &all, &cursor.values, cursor.last));
    Found { before, rest: all.split_off(start), total }
}

/// One result: its type first, then what was asked for, without wishes only its id.
fn shown(view: View<'_>, request: &Request<'_>, record: &Record) -> Value {
    let found_as = request.types.iter().find(|wanted| wanted.holds(record)).copied();
    let name =
        found_as.or_else(|| filtering::of_kind(record.kind)).map_or("", |object_type| object_type.name);
    let asked = request.fields.and_then(|by_type| by_type.get(name)).and_then(Value::as_array);
    let names: Vec<String> = match asked {
        Some(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => vec!["id".to_owned()],
    };
    let wanted =
        if names.iter().any(|name| name == "_all") { Projection::All } else { Projection::Only(names) };
    let mut result = Object::new();
    result.insert("__object_type".to_owned(), name.into());
    result.extend(render(view, resource_of(record.kind), &record.object, Detail::Listed, &wanted));
    result.into()
}
