//! The order of what was found.

use std::cmp::Ordering;

use serde_json::Value;

use super::ast::Sort;
use super::fields;
use super::subject::Subject;
use super::{Place, place};
use crate::query;
use crate::resource::View;
use crate::store::{Key, Placed};

/// Sorts objects by these keys; what is equal keeps its order, and what has no value comes last whichever way.
pub(super) fn sort(view: View<'_>, keys: &[Sort], numbers: &mut [u32]) {
    if !keys.is_empty() {
        numbers.sort_by_cached_key(|number| placed(view, keys, &values(view, keys, *number)));
    }
}

/// The values an object is sorted by.
pub(super) fn values(view: View<'_>, keys: &[Sort], number: u32) -> Vec<Value> {
    let value = |key: &Sort| {
        view.aside(|view| {
            let record = view.world.at(number)?;
            Some(fields::value(view, &key.field, Subject::Record(record)))
        })
    };
    keys.iter().map(|key| value(key).unwrap_or_default()).collect()
}

/// How many of these sorted objects do not come behind one with these values and this place, whether or not that is
/// still among them.
pub(super) fn up_to(view: View<'_>, keys: &[Sort], numbers: &[u32], last: &[Value], at: Place) -> usize {
    let last = placed(view, keys, last);
    numbers.partition_point(|number| match placed(view, keys, &values(view, keys, *number)).cmp(&last) {
        Ordering::Less => true,
        Ordering::Equal => place(view, *number) >= at,
        Ordering::Greater => false,
    })
}

fn placed(view: View<'_>, keys: &[Sort], values: &[Value]) -> Vec<Placed> {
    let pairs = keys.iter().zip(values);
    pairs.map(|(sort, value)| Placed { key: key(view, value), descending: sort.descending }).collect()
}

/// A value as something to sort by; of a list, its first.
fn key(view: View<'_>, value: &Value) -> Option<Key> {
    match value {
        Value::Bool(flag) => Some(Key::Number(f64::from(u8::from(*flag)))),
        Value::Number(number) => number.as_f64().map(Key::Number),
        #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit")]
        Value::String(text) => Some(match query::moment_of(text, view.caller.offset) {
            Some(moment) => Key::Number(moment.as_microsecond() as f64),
            None => Key::Text(text.to_lowercase()),
        }),
        Value::Array(values) => values.iter().find_map(|value| key(view, value)),
        Value::Null | Value::Object(_) => None,
    }
}
