//! REST's JSON as the messages of the definitions, and back.
//!
//! Promises that what a caller wrote and the definitions do not know is named, and nothing is done. Names are
//! those of the definitions (`connected_account`), enumerations are words, moments are RFC 3339, a Struct is plain
//! JSON in which whole numbers stay whole.

use latch_gateway::ErrorClass;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions,
};
use serde_json::{Map, Value};

use crate::service::Failure;
use crate::structs::with_whole_numbers;

/// A message from JSON, in bytes.
pub(super) fn message(kind: MessageDescriptor, given: Value) -> Result<Vec<u8>, Failure> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let read = DynamicMessage::deserialize_with_options(kind, given, &options);
    let message = read.map_err(|error| {
        let message = format!("the request does not fit: {error}; nothing was done");
        Failure::new(ErrorClass::InvalidArguments, message)
    })?;
    Ok(prost::Message::encode_to_vec(&message))
}

/// A message as JSON. Members that are empty are there, so that programs need not ask.
pub(super) fn json(kind: MessageDescriptor, bytes: &[u8]) -> Result<Value, Failure> {
    let internal = || Failure::new(ErrorClass::Internal, "the answer cannot be written");
    let message = DynamicMessage::decode(kind, bytes).map_err(|_| internal())?;
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let value = message.serialize_with_options(serde_json::value::Serializer, &options);
    value.map(with_whole_numbers).map_err(|_| internal())
}

/// The members that a query stands for: `filter.provider=…` is a member of a member, a name that comes again is
/// another entry of a list.
pub(super) fn query(kind: &MessageDescriptor, text: &str) -> Result<Map<String, Value>, Failure> {
    let mut members = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        put(kind, &mut members, &name, &name, &value)?;
    }
    Ok(members)
}

/// Puts the value of one name into its place.
fn put(
    kind: &MessageDescriptor,
    members: &mut Map<String, Value>,
    whole: &str,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let known = kind.get_field_by_name(first).or_else(|| kind.get_field_by_json_name(first));
    let Some(field) = known.filter(|field| !field.is_map()) else {
        let names: Vec<String> = kind.fields().map(|field| field.name().to_owned()).collect();
        let description = format!("is not a parameter here; there are {}", names.join(", "));
        return Err(Failure::invalid(&shown(whole), description, "unknown"));
    };
    let member = members.entry(field.name().to_owned());
    match (field.kind(), rest) {
        (Kind::Message(inner), Some(rest)) if !field.is_list() && !is_well_known(&inner) => {
            let entry = member.or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner_members) = entry else { return Ok(()) };
            put(&inner, inner_members, whole, rest, text)
        }
        (_, None) => {
            let value = scalar(&field, whole, text)?;
            if field.is_list() {
                if let Value::Array(entries) = member.or_insert_with(|| Value::Array(Vec::new())) {
                    entries.push(value);
                }
            } else {
                members.insert(field.name().to_owned(), value);
            }
            Ok(())
        }
        (_, Some(_)) => Err(Failure::invalid(&shown(whole), "has no members", "unknown")),
    }
}

fn is_well_known(kind: &MessageDescriptor) -> bool {
    kind.full_name().starts_with("google.protobuf.")
}

/// A value of the query in the type of its field.
fn scalar(field: &FieldDescriptor, whole: &str, text: &str) -> Result<Value, Failure> {
    let wrong = |must_be: &str| Failure::invalid(&shown(whole), format!("must be {must_be}"), "type");
    let flag = |text: &str| match text {
        "true" | "1" => Ok(Value::Bool(true)),
        "false" | "0" => Ok(Value::Bool(false)),
        _ => Err(wrong("true or false")),
    };
    match field.kind() {
        Kind::String | Kind::Enum(_) => Ok(Value::String(text.to_owned())),
        Kind::Bool => flag(text),
        Kind::Uint32 => {
            text.parse::<u32>().map(Value::from).map_err(|_| wrong("a whole number that is not negative"))
        }
        Kind::Message(inner) if inner.full_name() == "google.protobuf.BoolValue" => flag(text),
        Kind::Message(inner) if inner.full_name() == "google.protobuf.StringValue" => {
            Ok(Value::String(text.to_owned()))
        }
        _ => Err(wrong("given in parts, as in filter.provider=CLOSE")),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::DESCRIPTORS;

    fn kind(name: &str) -> MessageDescriptor {
        DESCRIPTORS.get_message_by_name(name).unwrap()
    }

    #[test]
    fn a_query_is_a_message_with_lists_and_members_of_members() {
        let list = kind("scalekit.v1.tools.ListToolsRequest");
        let found =
            query(&list, "filter.tool_name=a&filter.tool_name=b&filter.summary=true&page_size=7&pageToken=x");
        assert_eq!(
            Value::Object(found.unwrap()),
            json!({"filter": {"tool_name": ["a", "b"], "summary": true}, "page_size": 7, "page_token": "x"})
        );
        for (text, said) in [
            ("nonsense=1", "nonsense is not a parameter here; there are filter, page_size, page_token"),
            ("page_size=-1", "page_size must be a whole number"),
            ("filter=x", "filter must be given in parts"),
            ("page_size.x=1", "page_size.x has no members"),
            ("filter.summary=perhaps", "filter.summary must be true or false"),
        ] {
            let failure = query(&list, text).unwrap_err();
            assert!(failure.error.message.contains(said), "{}", failure.error.message);
        }
    }

    #[test]
    fn what_is_written_comes_back() {
        let account = kind("scalekit.v1.connected_accounts.ConnectedAccount");
        let given = json!({"identifier": "ann", "status": "ACTIVE", "updated_at": "2026-03-02T09:00:00Z", "api_config": {"n": 3}});
        let back = json(account.clone(), &message(account.clone(), given).unwrap()).unwrap();
        assert_eq!(back["status"], "ACTIVE");
        assert_eq!(back["updated_at"], "2026-03-02T09:00:00Z");
        assert_eq!(back["api_config"]["n"].to_string(), "3");
        let failure = message(account, json!({"identifer": "ann"})).unwrap_err();
        assert!(failure.error.message.contains("identifer"), "{}", failure.error.message);
    }

    proptest::proptest! {
        #[test]
        fn no_query_breaks_it(text: String) {
            let _ = query(&kind("scalekit.v1.tools.ListToolsRequest"), &text);
        }
    }
}
