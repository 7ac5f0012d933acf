//! Structured queries: the `s_query` of Smart Views, bulk actions and exports.
//!
//! Nodes `and`, `or`, `object_type`, `match_all`, `id`, `text`, `field_condition` and `has_related` are evaluated
//! over the fields each object declares, a few counters, and custom fields. Anything else is refused.

mod fields;
mod node;
mod period;

use serde_json::Value;

pub(crate) use node::{Node, parse};
pub(crate) use period::period as relative_period;

use crate::resource::View;
use crate::store::{Kind, Object, Record, Shelf, parse_moment, text};
use node::{Condition, FieldRef, Test};

/// What a node is asked of: an object, or a row of a list inside one.
#[derive(Clone, Copy)]
enum Subject<'w> {
    Record(&'w Record),
    Row(&'static str, &'w Object),
}

/// The kind of object a query asks for: that of its `object_type` clause, else leads.
pub(crate) fn subject(query: &Value) -> Kind {
    let named = |node: &Value| {
        let clause = node.get("type").and_then(Value::as_str) == Some("object_type");
        node.get("object_type").and_then(Value::as_str).filter(|_| clause).and_then(fields::kind)
    };
    let parts = query.get("queries").and_then(Value::as_array).into_iter().flatten();
    named(query).or_else(|| parts.filter_map(named).next()).unwrap_or(Kind::Lead)
}

/// The records of a kind a node matches, newest first, at most `limit`.
pub(crate) fn select<'w>(view: View<'w>, node: &Node, kind: Kind, limit: Option<usize>) -> Vec<&'w Record> {
    let all = view.world.shelf(&view.caller.organization_id, Shelf::Of(kind)).rev();
    all.filter(|record| matches(view, node, Subject::Record(record)))
        .take(limit.unwrap_or(usize::MAX))
        .collect()
}

fn matches(view: View<'_>, node: &Node, subject: Subject<'_>) -> bool {
    let met = match &node.test {
        Test::All(nodes) => nodes.iter().all(|node| matches(view, node, subject)),
        Test::Any(nodes) => nodes.iter().any(|node| matches(view, node, subject)),
        Test::Everything => true,
        Test::ObjectType(name) => match subject {
            Subject::Record(record) => fields::kind(name) == Some(record.kind),
            Subject::Row(row, _) => row == name,
        },
        Test::Id(id) => object(subject).get("id").is_some_and(|own| own == id.as_str()),
        Test::Text { value, phrase } => says(&everything_said(view, subject), value, *phrase),
        Test::Field { field, condition } => {
            let value = field_value(view, field, subject);
            holds_for(view, condition, &value)
        }
        Test::Related { object_type, query } => {
            related(view, object_type, subject).into_iter().any(|other| matches(view, query, other))
        }
    };
    met != node.negated
}

fn object(subject: Subject<'_>) -> &Object {
    match subject {
        Subject::Record(record) => &record.object,
        Subject::Row(_, row) => row,
    }
}

fn field_value(view: View<'_>, field: &FieldRef, subject: Subject<'_>) -> Value {
    match (field, subject) {
        (FieldRef::Custom(id), subject) => {
            object(subject).get(&format!("custom.{id}")).cloned().unwrap_or(Value::Null)
        }
        (FieldRef::Regular { object_type, name }, Subject::Record(record)) => {
            if fields::kind(object_type) != Some(record.kind) {
                return Value::Null;
            }
            fields::value(view, record.kind, &record.object, name)
        }
        (FieldRef::Regular { object_type, name }, Subject::Row(row, object)) => {
            if object_type == row {
                object.get(name).cloned().unwrap_or(Value::Null)
            } else {
                Value::Null
            }
        }
    }
}

/// Whether a condition holds for a value; of a list, for any of its values.
fn holds_for(view: View<'_>, condition: &Condition, value: &Value) -> bool {
    if let Value::Array(values) = value {
        return match condition {
            Condition::Exists => !values.is_empty(),
            condition => values.iter().any(|value| holds_for(view, condition, value)),
        };
    }
    match condition {
        Condition::Boolean(wanted) => value.as_bool().unwrap_or(false) == *wanted,
        Condition::CurrentUser => value == &view.caller.user_id,
        Condition::Exists => !value.is_null() && value != "",
        Condition::Text { value: wanted, phrase } => {
            value.as_str().is_some_and(|said| says(said, wanted, *phrase))
        }
        Condition::Terms(terms) => {
            let own = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            terms.contains(&own)
        }
        Condition::Numbers { gt, gte, lt, lte } => value.as_f64().is_some_and(|number| {
            gt.is_none_or(|bound| number > bound)
                && gte.is_none_or(|bound| number >= bound)
                && lt.is_none_or(|bound| number < bound)
                && lte.is_none_or(|bound| number <= bound)
        }),
        Condition::Moments { from, before } => value.as_str().and_then(parse_moment).is_some_and(|instant| {
            let bound = |node: &Value| period::moment(node, view.now(), view.caller.offset);
            from.as_ref().and_then(bound).is_none_or(|bound| instant >= bound)
                && before.as_ref().and_then(bound).is_none_or(|bound| instant < bound)
        }),
    }
}

/// Whether a text contains a phrase, or all words of one in any order; case does not matter.
fn says(said: &str, wanted: &str, phrase: bool) -> bool {
    let (said, wanted) = (said.to_lowercase(), wanted.to_lowercase());
    if phrase {
        return said.contains(wanted.trim());
    }
    let words: Vec<&str> = said.split(|c: char| !c.is_alphanumeric()).collect();
    let mut asked = wanted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    asked.all(|word| words.contains(&word))
}

/// All text of an object; of a lead, also that of its contacts.
fn everything_said(view: View<'_>, subject: Subject<'_>) -> String {
    let mut said = String::new();
    let mut hear = |object: &Object| {
        for (name, value) in object {
            if !name.ends_with("id") && !name.starts_with("date_") {
                gather(value, &mut said);
            }
        }
    };
    hear(object(subject));
    if let Subject::Record(record) = subject
        && record.kind == Kind::Lead
    {
        view.children(text(&record.object, "id").unwrap_or_default(), Kind::Contact).for_each(hear);
    }
    said
}

fn gather(value: &Value, said: &mut String) {
    match value {
        Value::String(text) => {
            said.push_str(text);
            said.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, said)),
        Value::Object(object) => object.values().for_each(|value| gather(value, said)),
        _ => {}
    }
}

/// What belongs to a subject: the children of a lead, the rows of a list, or the lead or contact it hangs on.
fn related<'w>(view: View<'w>, object_type: &str, subject: Subject<'w>) -> Vec<Subject<'w>> {
    if let Some(list) = fields::row_list(object_type) {
        let rows = object(subject).get(list).and_then(Value::as_array).into_iter().flatten();
        let name = ROW_NAMES.iter().find(|name| **name == object_type).copied().unwrap_or_default();
        return rows.filter_map(Value::as_object).map(|row| Subject::Row(name, row)).collect();
    }
    let Some(kind) = fields::kind(object_type) else { return Vec::new() };
    let upward = match kind {
        Kind::Lead => text(object(subject), "lead_id"),
        Kind::Contact => text(object(subject), "contact_id"),
        _ => None,
    };
    if let Some(parent) = upward.and_then(|id| view.record(id)) {
        return vec![Subject::Record(parent)];
    }
    let Subject::Record(record) = subject else { return Vec::new() };
    let id = text(&record.object, "id").unwrap_or_default();
    let children = match record.kind {
        Kind::Lead => view.world.shelf(id, Shelf::Of(kind)).collect::<Vec<_>>(),
        Kind::Contact => {
            let lead = text(&record.object, "lead_id").unwrap_or_default();
            let siblings = view.world.shelf(lead, Shelf::Of(kind));
            siblings.filter(|other| text(&other.object, "contact_id") == Some(id)).collect()
        }
        _ => Vec::new(),
    };
    children.into_iter().map(Subject::Record).collect()
}

const ROW_NAMES: &[&str] = &["contact_email", "contact_phone", "contact_url", "address"];
