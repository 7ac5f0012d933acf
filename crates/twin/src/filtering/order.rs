//! The order of what was found.

use std::cmp::Ordering;

use serde_json::Value;

use super::ast::Sort;
use super::fields;
use super::subject::Subject;
use super::{Place, place};
use crate::query;
use crate::resource::View;

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
    pairs.map(|(key, value)| Placed { value: Key::of(view, value), descending: key.descending }).collect()
}

/// A value to sort by.
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn of(view: View<'_>, value: &Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(Self::Number(f64::from(u8::from(*flag)))),
            Value::Number(number) => number.as_f64().map(Self::Number),
            #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit")]
            Value::String(text) => Some(match query::moment_of(text, view.caller.offset) {
                Some(moment) => Self::Number(moment.as_microsecond() as f64),
                None => Self::Text(text.to_lowercase()),
            }),
            Value::Array(values) => values.iter().find_map(|value| Self::of(view, value)),
            Value::Null | Value::Object(_) => None,
        }
    }
}

/// A value with its direction.
struct Placed {
    value: Option<Key>,
    descending: bool,
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = match (&self.value, &other.value) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Greater,
            (_, None) => return Ordering::Less,
            (Some(Key::Number(left)), Some(Key::Number(right))) => left.total_cmp(right),
            (Some(Key::Text(left)), Some(Key::Text(right))) => left.cmp(right),
            (Some(Key::Number(_)), _) => Ordering::Less,
            (Some(Key::Text(_)), _) => Ordering::Greater,
        };
        if self.descending { ordering.reverse() } else { ordering }
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Placed {}
