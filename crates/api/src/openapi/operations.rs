//! Routes as operations: where each value comes from and what is answered.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::others;
use super::schemas::{Schemas, Way, comment};
use crate::protocol::DESCRIPTORS;
use crate::rest::routes::{Body, Route};

/// How often each call was named: a call with several routes has several names.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, u32>);

impl Names {
    fn next(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name}{count}") }
    }
}

pub(super) fn of(route: &Route, schemas: &mut Schemas, names: &mut Names) -> Option<Value> {
    let (service_name, method_name) = route.call.rsplit_once('.')?;
    let service = DESCRIPTORS.get_service_by_name(service_name)?;
    let method = service.methods().find(|candidate| candidate.name() == method_name)?;
    let input = method.input();
    let in_path: Vec<&str> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.split_once('}').map(|(name, _)| name))
        .collect();
    let mut parameters: Vec<Value> = in_path
        .iter()
        .filter_map(|name| {
            let mut schema = schemas.field(&input.get_field_by_name(name)?, Way::In);
            // A part of a path cannot be empty, and holds no slash.
            schema["minLength"] = 1.into();
            Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
        })
        .collect();
    let mut operation = json!({
        "operationId": names.next(method_name),
        "summary": comment(service.parent_file(), method.path())?,
        "tags": [tag(route.path)],
    });
    match route.body {
        Body::None => query(&input, "", &in_path, schemas, &mut parameters),
        Body::Whole => {
            let schema = schemas.message(&input, Way::In, &in_path);
            let required = schema.get("required").is_some();
            operation["requestBody"] = body(schema, required);
        }
        Body::Field(name) => {
            if let Kind::Message(message) = input.get_field_by_name(name)?.kind() {
                operation["requestBody"] = body(schemas.reference(&message, Way::In), true);
            }
        }
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    let answer = match method.output() {
        empty if empty.full_name() == "google.protobuf.Empty" => json!({"type": "object"}),
        output => schemas.reference(&output, Way::Out),
    };
    operation["responses"] = responses(route, answer);
    Some(operation)
}

fn body(schema: Value, required: bool) -> Value {
    json!({"required": required, "content": {"application/json": {"schema": schema}}})
}

fn responses(route: &Route, schema: Value) -> Value {
    let success = json!({"description": "It worked.", "content": {"application/json": {"schema": schema}}});
    let mut responses = Map::new();
    if route.call.ends_with(".GetOrCreateConnectedAccount") {
        responses.insert("201".to_owned(), success.clone());
    }
    responses.insert(route.status.to_string(), success);
    responses.insert("default".to_owned(), others::error_reference());
    Value::Object(responses)
}

/// The fields of a message as parameters of a query; members of members are joined with dots.
fn query(
    message: &MessageDescriptor,
    prefix: &str,
    without: &[&str],
    schemas: &mut Schemas,
    parameters: &mut Vec<Value>,
) {
    for field in message.fields() {
        if prefix.is_empty() && without.contains(&field.name()) || field.is_map() {
            continue;
        }
        let name = format!("{prefix}{}", field.name());
        if let Some(inner) = inner_of(&field) {
            query(&inner, &format!("{name}."), without, schemas, parameters);
            continue;
        }
        let schema = schemas.field(&field, Way::In);
        let required = prefix.is_empty() && is_required(&schema, &field);
        parameters.push(json!({"name": name, "in": "query", "required": required, "schema": schema}));
    }
}

fn is_required(schema: &Value, field: &FieldDescriptor) -> bool {
    !field.supports_presence() && schema["minLength"].as_u64().is_some_and(|least| least > 0)
}

/// The message of a field that a query gives in parts.
fn inner_of(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(inner) if !inner.full_name().starts_with("google.protobuf.") => Some(inner),
        _ => None,
    }
}

fn tag(path: &str) -> &'static str {
    if path.contains("/connected_accounts") {
        "Connected accounts"
    } else if path.contains("/connections") {
        "Connections"
    } else {
        "Tools"
    }
}
