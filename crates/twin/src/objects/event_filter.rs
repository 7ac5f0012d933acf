//! The filters a webhook subscription puts on events: `extra_filter` and `event_filter`.
//!
//! A filter is a small tree of JSON objects, told apart by `type` (documented). [`parse`] reads one or says what is
//! wrong with it in the nesting of Close's field errors; [`EventFilter::holds`] never fails: what is not there is
//! null, and a condition on the wrong kind of value does not hold.

use serde_json::{Value, json};

use crate::resource::{NOT_A_CHOICE, REQUIRED, wrong_type};
use crate::store::Object;

/// Deepest nesting of a filter (chosen).
const DEEPEST: usize = 32;

/// A condition on a value, at first the whole event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EventFilter {
    /// Is this value.
    Equals(Value),
    /// Is another value.
    NotEquals(Value),
    /// Is null, or is not there.
    IsNull,
    /// Is there and not null.
    NonNull,
    /// A list with this item, a text with this part, or an object with this member.
    Contains(Value),
    /// All hold.
    And(Vec<EventFilter>),
    /// One holds.
    Or(Vec<EventFilter>),
    /// Does not hold.
    Not(Box<EventFilter>),
    /// Holds for a member of an object.
    FieldAccessor(String, Box<EventFilter>),
    /// Holds for one item of a list.
    AnyArrayValue(Box<EventFilter>),
}

impl EventFilter {
    /// Whether `value` meets the condition.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Equals(wanted) => same(value, wanted),
            Self::NotEquals(wanted) => !same(value, wanted),
            Self::IsNull => value.is_null(),
            Self::NonNull => !value.is_null(),
            Self::Contains(wanted) => match (value, wanted) {
                (Value::Array(items), wanted) => items.iter().any(|item| same(item, wanted)),
                (Value::String(text), Value::String(part)) => text.contains(part),
                (Value::Object(members), Value::String(name)) => members.contains_key(name),
                _ => false,
            },
            Self::And(filters) => filters.iter().all(|filter| filter.holds(value)),
            Self::Or(filters) => filters.iter().any(|filter| filter.holds(value)),
            Self::Not(filter) => !filter.holds(value),
            Self::FieldAccessor(name, filter) => filter.holds(value.get(name).unwrap_or(&Value::Null)),
            Self::AnyArrayValue(filter) => {
                value.as_array().is_some_and(|items| items.iter().any(|item| filter.holds(item)))
            }
        }
    }
}

/// Equal as JSON; numbers by their value, so that `1` is `1.0`.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || ((one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// Reads a filter, or says what is wrong with it.
pub(crate) fn parse(written: &Value) -> Result<EventFilter, Value> {
    parse_at(written, DEEPEST)
}

fn parse_at(written: &Value, depth: usize) -> Result<EventFilter, Value> {
    let members = written.as_object().ok_or_else(|| wrong_type("dict"))?;
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("Filters can be nested at most {DEEPEST} deep.").into());
    };
    let kind = match members.get("type") {
        None | Some(Value::Null) => return Err(at("type", REQUIRED.into())),
        Some(kind) => kind.as_str().ok_or_else(|| at("type", wrong_type("str")))?,
    };
    let value = || members.get("value").cloned().ok_or_else(|| at("value", REQUIRED.into()));
    let inner = || {
        let inner = present(members, "filter")?;
        parse_at(inner, depth).map(Box::new).map_err(|error| at("filter", error))
    };
    Ok(match kind {
        "equals" => EventFilter::Equals(value()?),
        "not_equals" => EventFilter::NotEquals(value()?),
        "is_null" => EventFilter::IsNull,
        "non_null" => EventFilter::NonNull,
        "contains" => EventFilter::Contains(value()?),
        "and" => EventFilter::And(several(members, depth)?),
        "or" => EventFilter::Or(several(members, depth)?),
        "not" => EventFilter::Not(inner()?),
        "field_accessor" => {
            let field = present(members, "field")?.as_str().ok_or_else(|| at("field", wrong_type("str")))?;
            EventFilter::FieldAccessor(field.to_owned(), inner()?)
        }
        "any_array_value" => EventFilter::AnyArrayValue(inner()?),
        _ => return Err(at("type", NOT_A_CHOICE.into())),
    })
}

fn several(members: &Object, depth: usize) -> Result<Vec<EventFilter>, Value> {
    let items = present(members, "filters")?.as_array().ok_or_else(|| at("filters", wrong_type("list")))?;
    let mut filters = Vec::with_capacity(items.len());
    for (position, item) in items.iter().enumerate() {
        let wrong = |error| at("filters", json!({"errors": {position.to_string(): error}}));
        filters.push(parse_at(item, depth).map_err(wrong)?);
    }
    Ok(filters)
}

fn present<'m>(members: &'m Object, name: &str) -> Result<&'m Value, Value> {
    members.get(name).filter(|value| !value.is_null()).ok_or_else(|| at(name, REQUIRED.into()))
}

fn at(name: &str, error: Value) -> Value {
    json!({"field-errors": {name: error}})
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A filter as a subscriber would write it.
    fn written(filter: &EventFilter) -> Value {
        let all = |filters: &[EventFilter]| filters.iter().map(written).collect::<Vec<_>>();
        match filter {
            EventFilter::Equals(value) => json!({"type": "equals", "value": value}),
            EventFilter::NotEquals(value) => json!({"type": "not_equals", "value": value}),
            EventFilter::IsNull => json!({"type": "is_null"}),
            EventFilter::NonNull => json!({"type": "non_null"}),
            EventFilter::Contains(value) => json!({"type": "contains", "value": value}),
            EventFilter::And(filters) => json!({"type": "and", "filters": all(filters)}),
            EventFilter::Or(filters) => json!({"type": "or", "filters": all(filters)}),
            EventFilter::Not(filter) => json!({"type": "not", "filter": written(filter)}),
            EventFilter::FieldAccessor(field, filter) => {
                json!({"type": "field_accessor", "field": field, "filter": written(filter)})
            }
            EventFilter::AnyArrayValue(filter) => {
                json!({"type": "any_array_value", "filter": written(filter)})
            }
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            "[a-zé\"]{0,6}".prop_map(Value::from),
        ];
        plain.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn filters() -> impl Strategy<Value = EventFilter> {
        let plain = prop_oneof![
            values().prop_map(EventFilter::Equals),
            values().prop_map(EventFilter::NotEquals),
            values().prop_map(EventFilter::Contains),
            Just(EventFilter::IsNull),
            Just(EventFilter::NonNull),
        ];
        plain.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(EventFilter::And),
                prop::collection::vec(inner.clone(), 0..4).prop_map(EventFilter::Or),
                inner.clone().prop_map(|filter| EventFilter::Not(Box::new(filter))),
                ("[a-c]", inner.clone())
                    .prop_map(|(name, filter)| EventFilter::FieldAccessor(name, Box::new(filter))),
                inner.prop_map(|filter| EventFilter::AnyArrayValue(Box::new(filter))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(filter in filters()) {
            prop_assert_eq!(parse(&written(&filter)), Ok(filter));
        }

        #[test]
        fn whatever_comes_is_read_or_refused(value in values()) {
            drop(parse(&value));
        }

        #[test]
        fn conditions_obey_logic(one in filters(), other in filters(), value in values()) {
            let (first, second) = (one.holds(&value), other.holds(&value));
            let not = |filter: EventFilter| EventFilter::Not(Box::new(filter));
            prop_assert_eq!(not(one.clone()).holds(&value), !first);
            prop_assert_eq!(EventFilter::And(vec![one.clone(), other.clone()]).holds(&value), first && second);
            prop_assert_eq!(EventFilter::Or(vec![one.clone(), other.clone()]).holds(&value), first || second);
            let list = json!([value.clone()]);
            prop_assert_eq!(EventFilter::AnyArrayValue(Box::new(one.clone())).holds(&list), first);
            let object = json!({"a": value.clone()});
            prop_assert_eq!(EventFilter::FieldAccessor("a".to_owned(), Box::new(one)).holds(&object), first);
            prop_assert!(EventFilter::Equals(value.clone()).holds(&value));
            prop_assert!(EventFilter::Contains(value.clone()).holds(&list));
            prop_assert!(!EventFilter::NotEquals(value.clone()).holds(&value));
            prop_assert_ne!(EventFilter::IsNull.holds(&value), EventFilter::NonNull.holds(&value));
        }
    }

    #[test]
    fn only_when_the_status_changed() {
        let filter = json!({
            "type": "field_accessor",
            "field": "changed_fields",
            "filter": {"type": "contains", "value": "status_id"},
        });
        let filter = parse(&filter).unwrap();
        assert!(filter.holds(&json!({"changed_fields": ["date_updated", "status_id"]})));
        assert!(!filter.holds(&json!({"changed_fields": ["name"]})));
        assert!(!filter.holds(&json!({})));
    }

    #[test]
    fn a_mistake_is_shown_where_it_is() {
        let filter = json!({"type": "and", "filters": [{"type": "is_null"}, {"type": "like", "value": "x"}]});
        let expected =
            json!({"field-errors": {"filters": {"errors": {"1": {"field-errors": {"type": NOT_A_CHOICE}}}}}});
        assert_eq!(parse(&filter), Err(expected));
        assert_eq!(parse(&json!({"type": "equals"})), Err(at("value", REQUIRED.into())));
        let deep =
            (0..40).fold(json!({"type": "is_null"}), |inner, _| json!({"type": "not", "filter": inner}));
        assert!(parse(&deep).is_err());
    }
}
