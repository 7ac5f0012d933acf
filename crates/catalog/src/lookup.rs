//! Names in place of ids: finding them in arguments, choosing the entry they name, putting the id in.

use serde_json::{Map, Value};

use crate::model::{Lookup, Parameter};

/// What a name turned out to mean.
pub(crate) enum Choice {
    /// One entry has it.
    One(String),
    /// None has it; these exist.
    None(Vec<String>),
    /// Several have it; these, with their ids.
    Several(Vec<String>),
}

/// The names in `value` that are not ids.
pub(crate) fn names_in(parameter: &Parameter, lookup: &Lookup, value: &Value) -> Vec<String> {
    let candidates: Vec<&str> = match value {
        Value::Object(members) if parameter.spread.is_some() => members.keys().map(String::as_str).collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    };
    candidates
        .into_iter()
        .filter(|text| !text.trim().is_empty() && !is_id(lookup, text))
        .map(str::to_owned)
        .collect()
}

/// Close's ids are opaque, but all have a prefix of lower-case letters and a long tail.
fn is_id(lookup: &Lookup, text: &str) -> bool {
    const SHORTEST_TAIL: usize = 20;
    text.starts_with(&lookup.prefix)
        || text.split_once('_').is_some_and(|(prefix, tail)| {
            prefix.chars().all(|letter| letter.is_ascii_lowercase())
                && tail.len() >= SHORTEST_TAIL
                && tail.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
}

pub(crate) fn choose(lookup: &Lookup, entries: &[Value], name: &str) -> Choice {
    let wanted = name.trim().to_lowercase();
    let found: Vec<&Value> = entries
        .iter()
        .filter(|entry| lookup.matches.iter().any(|members| text_of(entry, members).to_lowercase() == wanted))
        .collect();
    match found.as_slice() {
        [entry] => match entry.get("id").and_then(Value::as_str) {
            Some(id) => Choice::One(id.to_owned()),
            None => Choice::None(describe_all(lookup, entries, false)),
        },
        [] => Choice::None(describe_all(lookup, entries, false)),
        several => {
            let several: Vec<Value> = several.iter().map(|entry| (*entry).clone()).collect();
            Choice::Several(describe_all(lookup, &several, true))
        }
    }
}

/// Whether an object has a member under this id already.
pub(crate) fn is_taken(parameter: &Parameter, value: &Value, id: &str) -> bool {
    parameter.spread.is_some() && value.get(id).is_some()
}

pub(crate) fn replace(parameter: &Parameter, value: &mut Value, name: &str, id: &str) {
    match value {
        Value::String(text) => id.clone_into(text),
        Value::Array(items) => {
            for item in items.iter_mut().filter(|item| item.as_str() == Some(name)) {
                *item = Value::String(id.to_owned());
            }
        }
        Value::Object(members) if parameter.spread.is_some() => {
            let renamed: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .map(|(member, value)| if member == name { (id.to_owned(), value) } else { (member, value) })
                .collect();
            *members = renamed;
        }
        _ => {}
    }
}

fn describe_all(lookup: &Lookup, entries: &[Value], with_id: bool) -> Vec<String> {
    entries
        .iter()
        .map(|entry| {
            let mut members =
                lookup.show.iter().map(|member| text_of(entry, member)).filter(|text| !text.is_empty());
            let mut shown = members.next().unwrap_or_default();
            let rest: Vec<String> = members.collect();
            if !rest.is_empty() {
                shown = format!("{shown} ({})", rest.join(" "));
            }
            match entry.get("id").and_then(Value::as_str) {
                Some(id) if with_id => format!("{shown} = {id}"),
                _ => shown,
            }
        })
        .collect()
}

/// The text of a member, or of several joined with a space (`first_name+last_name`).
fn text_of(entry: &Value, members: &str) -> String {
    let texts: Vec<&str> =
        members.split('+').filter_map(|member| entry.get(member).and_then(Value::as_str)).collect();
    texts.join(" ")
}
