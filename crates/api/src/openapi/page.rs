//! The document as a page: one part for each tag, one box for each operation.

use askama::Template;
use serde_json::Value;

#[derive(Template)]
#[template(path = "reference.html")]
struct Reference {
    version: String,
    parts: Vec<Part>,
    schemas: Vec<Schema>,
}

struct Part {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    rows: Vec<Row>,
    body: Option<Shown>,
    answer: Option<Shown>,
}

/// A value: a parameter, or a member of a body.
struct Row {
    name: String,
    place: String,
    kind: String,
    required: bool,
    description: String,
}

/// A schema, either by name or by its members.
struct Shown {
    name: String,
    rows: Vec<Row>,
}

struct Schema {
    name: String,
    description: String,
    rows: Vec<Row>,
}

/// The page for a document.
pub(super) fn render(document: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut parts: Vec<Part> = list(&document["tags"])
        .map(|tag| Part {
            name: text(&tag["name"]),
            description: text(&tag["description"]),
            operations: Vec::new(),
        })
        .collect();
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            let tag = text(&operation["tags"][0]);
            if let Some(part) = parts.iter_mut().find(|part| part.name == tag) {
                part.operations.push(shown(path, method, operation));
            }
        }
    }
    let schemas = members(&document["components"]["schemas"]).map(|(name, schema)| Schema {
        name: name.clone(),
        description: text(&schema["description"]),
        rows: rows_of(schema),
    });
    let page = Reference { version: text(&document["info"]["version"]), parts, schemas: schemas.collect() };
    page.render().unwrap_or_else(|error| format!("the page cannot be shown: {error}"))
}

fn shown(path: &str, method: &str, operation: &Value) -> Operation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = list(&operation["parameters"]).map(|parameter| Row {
        place: text(&parameter["in"]),
        description: [&parameter["description"], &parameter["schema"]["description"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        ..row(&text(&parameter["name"]), &parameter["schema"], parameter["required"] == true)
    });
    let of_content = |content: &Value| {
        let schema = members(content).next().map(|(_, media)| &media["schema"])?;
        Some(Shown { name: reference(schema), rows: rows_of(schema) })
    };
    let success = members(&operation["responses"]).find(|(status, _)| status.starts_with('2'));
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        rows: rows.collect(),
        body: of_content(&operation["requestBody"]["content"]),
        answer: success.and_then(|(_, answer)| of_content(&answer["content"])),
    }
}

fn rows_of(schema: &Value) -> Vec<Row> {
    let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
    members(&schema["properties"])
        .map(|(name, property)| row(name, property, required.contains(&name.as_str())))
        .collect()
}

fn row(name: &str, schema: &Value, required: bool) -> Row {
    let mut limits = Vec::new();
    for (member, words) in
        [("minLength", "at least"), ("maxLength", "at most"), ("maximum", "at most"), ("maxItems", "at most")]
    {
        // The largest number there is limits nobody.
        if let Some(number) = schema[member].as_u64().filter(|number| *number < u64::from(u32::MAX)) {
            limits.push(format!("{words} {number}"));
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        limits.push(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "));
    }
    let kind = kind(schema);
    Row {
        name: name.to_owned(),
        place: String::new(),
        kind: if limits.is_empty() { kind } else { format!("{kind}; {}", limits.join("; ")) },
        required,
        description: schema["description"].as_str().unwrap_or_default().to_owned(),
    }
}

fn kind(schema: &Value) -> String {
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some(kind) => kind.to_owned(),
        None => reference(schema),
    }
}

/// The name of the schema that is referred to.
fn reference(schema: &Value) -> String {
    let pointer = schema["$ref"].as_str().unwrap_or_default();
    pointer.rsplit('/').next().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
