//! JSON Schemas of fields, bodies and answers.
//!
//! A body's schema says what a caller is documented to send; the twin itself is more lenient (it ignores members it
//! does not know, and those that cannot be written). An answer's schema says no more than what is declared.

use serde_json::{Value, json};

use super::examples::Examples;
use crate::resource::{Compare, Field, FieldKind, Resource, Show, Write};
use crate::store::Object;

/// The body of an error.
pub(super) fn refusal() -> Value {
    json!({
        "type": "object",
        "properties": {
            "error": { "type": ["string", "object"] },
            "errors": { "type": "array", "items": { "type": "string" } },
            "field-errors": { "type": "object" },
        },
        "anyOf": [{ "required": ["error"] }, { "required": ["errors"] }],
    })
}

/// What may be sent to create an object, or to change one, when nothing is required.
pub(super) fn body(
    known: Examples<'_>,
    fields: impl Iterator<Item = &'static Field>,
    creating: bool,
) -> Value {
    let mut properties = Object::new();
    let mut required = Vec::new();
    for field in fields {
        let writable = match field.write {
            Write::Never => false,
            Write::OnCreate => creating,
            Write::Always => true,
        };
        if !writable {
            continue;
        }
        properties.insert(field.name.to_owned(), sent(known, field));
        if field.is_required(creating) {
            required.push(field.name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// An object as it is answered.
pub(super) fn answered(resource: &Resource) -> Value {
    let mut properties = Object::new();
    properties.insert("id".to_owned(), json!({ "type": "string" }));
    properties.insert("organization_id".to_owned(), json!({ "type": ["string", "null"] }));
    for field in resource.all_fields().filter(|field| field.show != Show::Hidden) {
        properties.insert(field.name.to_owned(), json!({}));
    }
    let audit = resource.audit;
    for name in audit.actors().into_iter().chain(audit.moments()).flat_map(<[&str; 2]>::from) {
        properties.insert(name.to_owned(), json!({ "type": ["string", "null"] }));
    }
    json!({ "type": "object", "properties": properties })
}

/// A page of a list.
pub(super) fn page(resource: &Resource) -> Value {
    let rules = &resource.list;
    let mut properties = Object::new();
    properties.insert("data".to_owned(), json!({ "type": "array", "items": answered(resource) }));
    let mut required = vec!["data"];
    for (name, there, kind) in
        [("has_more", rules.has_more, "boolean"), ("total_results", rules.total, "integer")]
    {
        if there {
            properties.insert(name.to_owned(), json!({ "type": kind }));
            required.push(name);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A filter's value; the comma-separated lists of `__in` are text.
pub(super) fn filter(compare: Compare) -> Value {
    match compare {
        Compare::Exactly | Compare::Users | Compare::Entries => json!({ "type": "string" }),
        Compare::Moments => json!({ "type": "string", "format": "date-time" }),
        Compare::Days => json!({ "type": "string", "format": "date" }),
        Compare::Flags => json!({ "type": "boolean" }),
        Compare::Numbers => json!({ "type": "number" }),
    }
}

fn sent(known: Examples<'_>, field: &Field) -> Value {
    let mut schema = kind(known, &field.kind);
    if field.is_required(true) && schema["type"] == "string" {
        schema["minLength"] = 1.into();
    }
    if field.nullable { nullable(schema) } else { schema }
}

fn nullable(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(Value::String(name)) => {
            schema["type"] = json!([name, "null"]);
            if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                words.push(Value::Null);
            }
            schema
        }
        _ => schema,
    }
}

fn kind(known: Examples<'_>, kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text(0) => json!({ "type": "string" }),
        FieldKind::Text(most) => json!({ "type": "string", "maxLength": most }),
        FieldKind::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Moment(_) => json!({ "type": "string", "format": "date-time" }),
        FieldKind::DateOrMoment => {
            json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] })
        }
        FieldKind::Choice(words) => json!({ "type": "string", "enum": words }),
        FieldKind::Reference(kinds) => {
            json!({ "type": "string", "examples": known.of_kinds(kinds) })
        }
        FieldKind::Email => json!({ "type": "string", "format": "email", "maxLength": 254 }),
        FieldKind::Phone => json!({ "type": "string", "examples": ["+16505551234"] }),
        FieldKind::Url => json!({ "type": "string", "format": "uri" }),
        FieldKind::List(item) => json!({ "type": "array", "items": self::kind(known, item) }),
        FieldKind::Rows(fields) => json!({ "type": "array", "items": body(known, fields.iter(), true) }),
        FieldKind::Free => json!({ "type": "object" }),
        FieldKind::FreeList => json!({ "type": "array" }),
        // A function decides.
        FieldKind::Any | FieldKind::Checked(_) => json!({}),
    }
}
