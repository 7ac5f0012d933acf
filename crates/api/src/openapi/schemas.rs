//! Messages of the definitions as JSON Schemas, with their limits and comments.

use std::collections::BTreeMap;

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor,
    Kind, MessageDescriptor, Value as Field,
};
use serde_json::{Map, Value, json};

/// Which way a message goes: requests take nothing that is not known, answers may grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    In,
    Out,
}

/// The schemas that are referred to.
pub(super) struct Schemas {
    rules: Option<ExtensionDescriptor>,
    done: BTreeMap<String, Value>,
}

impl Schemas {
    pub(super) fn new(pool: &DescriptorPool) -> Self {
        Self { rules: pool.get_extension_by_name("latch.v1.rules"), done: BTreeMap::new() }
    }

    /// All that were asked for, by name.
    pub(super) fn finish(self) -> Map<String, Value> {
        self.done.into_iter().collect()
    }

    /// A reference to a message's schema, which is made if need be.
    pub(super) fn reference(&mut self, message: &MessageDescriptor, way: Way) -> Value {
        let name = name_of(message.full_name());
        if !self.done.contains_key(&name) {
            // A message may hold itself: it is there before its fields are looked at.
            self.done.insert(name.clone(), Value::Null);
            let schema = self.message(message, way, &[]);
            self.done.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A message's schema without some of its fields.
    pub(super) fn message(&mut self, message: &MessageDescriptor, way: Way, without: &[&str]) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in message.fields() {
            let found = self.rules(&field);
            let rules = found.as_ref();
            let is_left_out = way == Way::In && flag(rules, "output_only");
            if is_left_out || without.contains(&field.name()) {
                continue;
            }
            if way == Way::In && (flag(rules, "required") || at_least_one(&field, rules)) {
                required.push(Value::from(field.name()));
            }
            properties.insert(field.name().to_owned(), self.field(&field, way));
        }
        let mut schema = json!({"type": "object"});
        if let Some(comment) = comment(message.parent_file(), message.path()) {
            schema["description"] = comment.into();
        }
        schema["properties"] = Value::Object(properties);
        if !required.is_empty() {
            schema["required"] = Value::Array(required);
        }
        if way == Way::In {
            schema["additionalProperties"] = false.into();
        }
        schema
    }

    /// A field's schema.
    pub(super) fn field(&mut self, field: &FieldDescriptor, way: Way) -> Value {
        let found = self.rules(field);
        let rules = found.as_ref();
        let mut schema = if field.is_map() {
            json!({"type": "object", "additionalProperties": {"type": "string"}})
        } else if field.is_list() {
            let mut item = self.one(field, way);
            texts(&mut item, rules, way, ["item_min_len", "item_max_len", "item_pattern"]);
            let mut list = json!({"type": "array", "items": item});
            if way == Way::In && number(rules, "max_items") > 0 {
                list["maxItems"] = number(rules, "max_items").into();
            }
            list
        } else {
            let mut one = self.one(field, way);
            texts(&mut one, rules, way, ["min_len", "max_len", "pattern"]);
            let most = number(rules, "lte").max(number(rules, "lt").saturating_sub(1));
            if way == Way::In && most > 0 {
                one["maximum"] = most.into();
            }
            one
        };
        if let (Some(comment), Value::Object(members)) =
            (comment(field.parent_message().parent_file(), field.path()), &mut schema)
        {
            members.insert("description".to_owned(), comment.into());
        }
        schema
    }

    fn one(&mut self, field: &FieldDescriptor, way: Way) -> Value {
        match field.kind() {
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Uint32 => json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
            Kind::Double | Kind::Float => json!({"type": "number"}),
            Kind::Enum(kind) => words(&kind),
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Struct" | "google.protobuf.Empty" => json!({"type": "object"}),
                "google.protobuf.Timestamp" => json!({"type": "string", "format": "date-time"}),
                "google.protobuf.BoolValue" => json!({"type": "boolean"}),
                "google.protobuf.StringValue" => json!({"type": "string"}),
                _ => self.reference(&message, way),
            },
            _ => json!({"type": "string"}),
        }
    }

    fn rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        let options = field.options();
        let found = options.get_extension(self.rules.as_ref()?);
        found.as_message().cloned()
    }
}

/// A list of names in which the last word of the definitions is enough to know what is meant.
fn name_of(full_name: &str) -> String {
    let name = full_name.rsplit('.').next().unwrap_or(full_name);
    if full_name.starts_with("latch.v1.") { format!("Latch{name}") } else { name.to_owned() }
}

fn words(kind: &EnumDescriptor) -> Value {
    let words: Vec<String> = kind.values().map(|value| value.name().to_owned()).collect();
    json!({"type": "string", "enum": words})
}

fn texts(schema: &mut Value, rules: Option<&DynamicMessage>, way: Way, names: [&str; 3]) {
    if way == Way::Out || schema["type"] != "string" {
        return;
    }
    let [min, max, pattern] = names;
    for (name, member) in [(min, "minLength"), (max, "maxLength")] {
        if number(rules, name) > 0 {
            schema[member] = number(rules, name).into();
        }
    }
    let required_and_unbounded = flag(rules, "required") && number(rules, min) == 0;
    if required_and_unbounded {
        schema["minLength"] = 1.into();
    }
    let prefix = text(rules, "prefix");
    if !text(rules, pattern).is_empty() {
        schema["pattern"] = text(rules, pattern).into();
    } else if !prefix.is_empty() {
        schema["pattern"] = format!("^({prefix}.*)?$").into();
    }
}

/// A text that must not be empty has to be there.
fn at_least_one(field: &FieldDescriptor, rules: Option<&DynamicMessage>) -> bool {
    !field.supports_presence() && !field.is_list() && number(rules, "min_len") > 0
}

fn flag(rules: Option<&DynamicMessage>, name: &str) -> bool {
    matches!(rules.and_then(|rules| rules.get_field_by_name(name)).as_deref(), Some(Field::Bool(true)))
}

fn number(rules: Option<&DynamicMessage>, name: &str) -> u32 {
    match rules.and_then(|rules| rules.get_field_by_name(name)).as_deref() {
        Some(Field::U32(number)) => *number,
        _ => 0,
    }
}

fn text(rules: Option<&DynamicMessage>, name: &str) -> String {
    match rules.and_then(|rules| rules.get_field_by_name(name)).as_deref() {
        Some(Field::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// The comment that stands before a part of a definition.
pub(super) fn comment(file: FileDescriptor, path: &[i32]) -> Option<String> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let found = info.location.iter().find(|location| location.path == path)?;
    let text = found.leading_comments.as_deref()?.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
