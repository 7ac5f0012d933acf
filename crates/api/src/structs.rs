//! JSON as protobuf has it: `google.protobuf.Struct`, where every number is a double.
//!
//! Promises that a whole number that went through a Struct is a whole number again: Close refuses `10.0` where it
//! wants `10`.

use std::collections::BTreeMap;
use std::fmt;

use latch_gateway::JsonText;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as ProtoValue};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
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

/// JSON as a Struct. What is no object becomes the member `value` of one; null becomes an empty one.
pub(crate) fn to_struct(value: Value) -> Struct {
    match value {
        Value::Object(members) => members_to_struct(members),
        Value::Null => Struct::default(),
        other => members_to_struct(Map::from_iter([("value".to_owned(), other)])),
    }
}

/// The same for a text, without making values in between.
pub(crate) fn text_to_struct(text: &JsonText) -> Struct {
    // It was read once without complaint, by the same reader.
    let kind = serde_json::from_str::<Read>(text.as_str()).map_or(Kind::NullValue(0), |read| read.0);
    match kind {
        Kind::StructValue(inner) => inner,
        Kind::NullValue(_) => Struct::default(),
        other => Struct { fields: [("value".to_owned(), ProtoValue { kind: Some(other) })].into() },
    }
}

/// A value as it is read from a text.
struct Read(Kind);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Read)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Kind;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::NullValue(0))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Kind, E> {
        Ok(Kind::BoolValue(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "every number of a Struct is a double")]
    fn visit_i64<E>(self, number: i64) -> Result<Kind, E> {
        Ok(Kind::NumberValue(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "every number of a Struct is a double")]
    fn visit_u64<E>(self, number: u64) -> Result<Kind, E> {
        Ok(Kind::NumberValue(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Kind, E> {
        Ok(Kind::NumberValue(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Kind, E> {
        Ok(Kind::StringValue(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut values = Vec::new();
        while let Some(Read(kind)) = items.next_element()? {
            values.push(ProtoValue { kind: Some(kind) });
        }
        Ok(Kind::ListValue(ListValue { values }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Kind, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, Read(kind))) = members.next_entry()? {
            fields.insert(name, ProtoValue { kind: Some(kind) });
        }
        Ok(Kind::StructValue(Struct { fields }))
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
        fn a_text_becomes_what_its_value_becomes(
            name: String, text: String, whole: i64, natural: u64, part: f64, flag: bool,
        ) {
            let part = Number::from_f64(part).map_or(Value::Null, Value::Number);
            let inner = json!([text, whole, natural, part, flag, {}, [], {&name: null, "deep": [{"x": 1.5}]}]);
            for given in [json!({name: inner, "twice": 2}), inner, json!(text), json!(1), json!(null)] {
                let read = text_to_struct(&JsonText::new(given.to_string()).unwrap());
                assert_eq!(read, to_struct(given));
            }
        }

        #[test]
        fn texts_and_names_survive(name: String, text: String) {
            let given = json!({name: {"inner": [text, null, true]}});
            assert_eq!(to_json(to_struct(given.clone())), given);
        }
    }
}
