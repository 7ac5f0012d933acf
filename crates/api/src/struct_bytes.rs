//! JSON as the bytes of a `google.protobuf.Struct`, written while it is read.
//!
//! To make a Struct of a text and the Struct's bytes of that takes a call over gRPC longer than everything else: a map
//! for each object, and the length of all that is within worked out anew at each level. Here a text is gone over once.
//! Promises that a reader of the bytes finds what [`to_struct`](crate::structs::to_struct) says.

use std::fmt;

use latch_gateway::JsonText;
use prost::encoding::{encode_varint, encoded_len_varint};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::structs::object;

/// What stands in front of a field: its number, and how its end is found. Those of `google/protobuf/struct.proto`.
mod field {
    /// `Struct.fields`, an entry for each member.
    pub(super) const FIELDS: u8 = 1 << 3 | 2;
    /// The name in such an entry.
    pub(super) const KEY: u8 = 1 << 3 | 2;
    /// The value in such an entry.
    pub(super) const VALUE: u8 = 2 << 3 | 2;
    /// `ListValue.values`.
    pub(super) const VALUES: u8 = 1 << 3 | 2;
    /// The kinds of a `Value`.
    pub(super) const NULL: u8 = 1 << 3;
    pub(super) const NUMBER: u8 = 2 << 3 | 1;
    pub(super) const STRING: u8 = 3 << 3 | 2;
    pub(super) const BOOL: u8 = 4 << 3;
    pub(super) const STRUCT: u8 = 5 << 3 | 2;
    pub(super) const LIST: u8 = 6 << 3 | 2;
}

/// The Struct that says what the text says. What is no object becomes the member `value` of one; null becomes an
/// empty one. Fails if the text cannot be taken apart, which a [`JsonText`] promises not to happen.
pub(crate) fn of_text(text: &JsonText) -> serde_json::Result<Vec<u8>> {
    if !text.is_object() {
        return of_value(text.to_value());
    }
    // A number is longer than its digits, most names and texts only a little longer than they were.
    let mut bytes = Vec::with_capacity(text.as_str().len() * 5 / 4);
    serde_json::Deserializer::from_str(text.as_str()).deserialize_map(Members(&mut bytes))?;
    Ok(bytes)
}

/// The same for a value.
pub(crate) fn of_value(value: Value) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    object(value).deserialize_map(Members(&mut bytes))?;
    Ok(bytes)
}

fn text(bytes: &mut Vec<u8>, field: u8, text: &str) {
    bytes.push(field);
    encode_varint(text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

/// Begins a field whose length stands in front of it, and says where.
fn open(bytes: &mut Vec<u8>, field: u8) -> usize {
    // Nearly all lengths fit into one byte. Where one does not, what was written moves on.
    bytes.extend_from_slice(&[field, 0]);
    bytes.len() - 1
}

/// Ends a field whose length stands at `at`.
fn close(bytes: &mut Vec<u8>, at: usize) {
    let (start, end) = (at + 1, bytes.len());
    let length = (end - start) as u64;
    let room = encoded_len_varint(length);
    if room > 1 {
        bytes.resize(end + room - 1, 0);
        bytes.copy_within(start..end, at + room);
    }
    encode_varint(length, &mut &mut bytes[at..at + room]);
}

/// Writes a `Value` as this field.
struct Field<'a>(u8, &'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(field, bytes) = self;
        let at = open(bytes, field);
        deserializer.deserialize_any(Kind(bytes))?;
        close(bytes, at);
        Ok(())
    }
}

/// Writes what stands in a `Value`.
struct Kind<'a>(&'a mut Vec<u8>);

impl<'de> Visitor<'de> for Kind<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.extend_from_slice(&[field::NULL, 0]);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.0.extend_from_slice(&[field::BOOL, u8::from(flag)]);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "every number of a Struct is a double")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "every number of a Struct is a double")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.push(field::NUMBER);
        self.0.extend_from_slice(&number.to_le_bytes());
        Ok(())
    }

    fn visit_str<E>(self, string: &str) -> Result<(), E> {
        text(self.0, field::STRING, string);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(bytes) = self;
        let at = open(bytes, field::LIST);
        while items.next_element_seed(Field(field::VALUES, bytes))?.is_some() {}
        close(bytes, at);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let Self(bytes) = self;
        let at = open(bytes, field::STRUCT);
        Members(bytes).visit_map(members)?;
        close(bytes, at);
        Ok(())
    }
}

/// Writes members as the fields of a `Struct`. A name that comes twice is written twice; readers keep the last.
struct Members<'a>(&'a mut Vec<u8>);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self(bytes) = self;
        while let Some(at) = members.next_key_seed(Entry(bytes))? {
            members.next_value_seed(Field(field::VALUE, bytes))?;
            close(bytes, at);
        }
        Ok(())
    }
}

/// Begins the entry of a member with its name, and says where the entry's length stands.
struct Entry<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Entry<'_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        let at = open(self.0, field::FIELDS);
        text(self.0, field::KEY, name);
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;
    use prost_types::Struct;
    use serde_json::{Map, Number, json};

    use super::*;
    use crate::structs::to_struct;

    fn read(bytes: &[u8]) -> Struct {
        Struct::decode(bytes).unwrap()
    }

    fn text(text: &str) -> JsonText {
        JsonText::new(text.to_owned()).unwrap()
    }

    #[test]
    fn what_is_no_object_is_wrapped() {
        assert_eq!(read(&of_text(&text(" [1, 2]")).unwrap()), to_struct(json!({"value": [1, 2]})));
        assert!(of_text(&text(" null\n")).unwrap().is_empty() && of_text(&text("{ }")).unwrap().is_empty());
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_counts() {
        let twice = of_text(&text(r#"{"a": {"b": 1}, "a": {"c": 2}}"#)).unwrap();
        assert_eq!(read(&twice), to_struct(json!({"a": {"c": 2}})));
    }

    #[test]
    fn lengths_of_every_size_are_right() {
        for size in [0, 1, 100, 120, 127, 128, 129, 16_370, 16_383, 16_384, 2_097_152] {
            let given = json!({"a": {"b": [["x".repeat(size)], size]}, "x".repeat(size): "behind"});
            let written = of_value(given.clone()).unwrap();
            assert_eq!(of_text(&text(&given.to_string())).unwrap(), written, "{size}");
            assert_eq!(read(&written), to_struct(given), "{size}");
        }
    }

    #[test]
    fn texts_may_be_nested_as_deep_as_the_reader_allows() {
        let deep = format!("{}{}", r#"{"a":"#.repeat(127) + "1", "}".repeat(127));
        // Too deep for this reader of messages, so only that it ends well is looked at.
        assert!(!of_text(&text(&deep)).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn a_text_and_a_value_become_the_struct_of_the_value(given in any_value()) {
            let expected = to_struct(given.clone());
            prop_assert_eq!(read(&of_text(&text(&given.to_string())).unwrap()), expected.clone());
            prop_assert_eq!(read(&of_value(given).unwrap()), expected);
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
            any::<String>().prop_map(Value::from),
            "x{100,200}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(Map::from_iter(members))),
            ]
        })
    }
}
