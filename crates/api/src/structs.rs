//! JSON as protobuf has it: `google.protobuf.Struct`, where every number is a double.
//!
//! Promises that a whole number that went through a Struct is a whole number again: Close refuses `10.0` where it
//! wants `10`.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as ProtoValue};
use serde_json::{Map, Number, Value};

/// Doubles have no gaps between whole numbers up to here.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A Struct as JSON. What is not a number in JSON (infinity, not-a-number) becomes null.
pub(crate) fn to_json(given: Struct) -> Value {
    Value::Object(given.fields.into_iter().map(|(name, value)| (name, value_to_json(value))).collect())
}

fn value_to_json(value: ProtoValue) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::NumberValue(number)) => number_to_json(number),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::BoolValue(flag)) => Value::Bool(flag),
        Some(Kind::StructValue(inner)) => to_json(inner),
        Some(Kind::ListValue(list)) => Value::Array(list.values.into_iter().map(value_to_json).collect()),
    }
}

fn number_to_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
        let whole = number as i64;
        return Value::Number(whole.into());
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// The whole numbers of JSON that went through a Struct, as whole numbers.
pub(crate) fn with_whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64().map_or(Value::Null, number_to_json),
        Value::Array(items) => Value::Array(items.into_iter().map(with_whole_numbers).collect()),
        Value::Object(members) => {
            let whole = |(name, member)| (name, with_whole_numbers(member));
            Value::Object(members.into_iter().map(whole).collect())
        }
        other => other,
    }
}

/// JSON as a Struct; see [`object`].
pub(crate) fn to_struct(value: Value) -> Struct {
    members_to_struct(object(value))
}

/// The members of what a Struct can hold. What is no object becomes the member `value` of one; null becomes an empty
/// one.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

fn members_to_struct(members: Map<String, Value>) -> Struct {
    Struct { fields: members.into_iter().map(|(name, value)| (name, json_to_value(value))).collect() }
}

fn json_to_value(value: Value) -> ProtoValue {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(flag),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.into_iter().map(json_to_value).collect() })
        }
        Value::Object(members) => Kind::StructValue(members_to_struct(members)),
    };
    ProtoValue { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_stay_whole() {
        let given = json!({"_limit": 10, "value": 1_200_000, "part": 0.5, "big": 1e300, "deep": [[-3]]});
        let back = to_json(to_struct(given.clone()));
        assert_eq!(back, given);
        assert!(back["_limit"].is_i64() && back["deep"][0][0].is_i64());
    }

    #[test]
    fn what_is_no_object_is_wrapped() {
        assert_eq!(to_json(to_struct(json!([1, 2]))), json!({"value": [1, 2]}));
        assert_eq!(to_json(to_struct(Value::Null)), json!({}));
    }

    proptest::proptest! {
        #[test]
        fn texts_and_names_survive(name: String, text: String) {
            let given = json!({name: {"inner": [text, null, true]}});
            assert_eq!(to_json(to_struct(given.clone())), given);
        }
    }
}
