//! JSON Schemas of arguments.
//!
//! Promises schemas that every model client takes: flat, closed, with `properties` and `required` always
//! there, and without `$ref`, `$defs`, `anyOf`, `oneOf` or lists of types.

use serde_json::{Map, Value, json};

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;
use crate::model::{Parameter, ValueType};
use crate::names::Vocabulary;
use crate::values::published_values;

pub(crate) fn of(address: Address<'_>) -> Value {
    let vocabulary = address.vocabulary;
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in &address.tool.parameters {
        let name = published_name(vocabulary, parameter);
        if is_required(vocabulary, parameter) {
            required.push(name);
        }
        properties.insert(name.to_owned(), Value::Object(property(address, parameter)));
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn property(address: Address<'_>, parameter: &Parameter) -> Map<String, Value> {
    let vocabulary = address.vocabulary;
    let mut schema = Map::new();
    let as_text = parameter.as_text && vocabulary == Vocabulary::AgentKit;
    let value_type = if as_text { ValueType::String } else { parameter.value_type };
    schema.insert("type".to_owned(), json!(value_type.as_str()));
    let mut description = address.catalog.spell(vocabulary, &parameter.description);
    if as_text {
        description.push_str(" Give it as a string that holds the JSON; a plain JSON value is accepted too.");
    }
    schema.insert("description".to_owned(), json!(description));
    match value_type {
        ValueType::String if !as_text => {
            let values = published_values(parameter);
            if !values.is_empty() {
                schema.insert("enum".to_owned(), json!(values));
            }
            if let Some(most) = parameter.maximum {
                schema.insert("maxLength".to_owned(), json!(most));
            }
            if is_required(vocabulary, parameter) {
                schema.insert("minLength".to_owned(), json!(1));
            }
        }
        ValueType::Integer | ValueType::Number => {
            if let Some(least) = parameter.minimum {
                schema.insert("minimum".to_owned(), json!(least));
            }
            // What is lowered rather than refused must not be refused by the client.
            if let Some(most) = parameter.maximum.filter(|_| !parameter.clamp) {
                schema.insert("maximum".to_owned(), json!(most));
            }
        }
        ValueType::Array => {
            schema.insert("items".to_owned(), parameter.items.clone().unwrap_or_else(|| json!({})));
        }
        ValueType::Object => {
            if let Some(members) = &parameter.properties {
                schema.insert("properties".to_owned(), members.clone());
            }
        }
        ValueType::String | ValueType::Boolean => {}
    }
    if let Some(default) = default_of(vocabulary, parameter) {
        schema.insert("default".to_owned(), default.clone());
    }
    schema
}

/// What an absent parameter amounts to in a vocabulary.
pub(crate) fn default_of(vocabulary: Vocabulary, parameter: &Parameter) -> Option<&Value> {
    match (vocabulary, &parameter.function_default) {
        (Vocabulary::Function, Some(default)) => Some(default),
        _ => parameter.default.as_ref(),
    }
}
