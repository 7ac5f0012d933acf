//! Lua programs from the catalogue's example inputs.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::catalog::Address;
use crate::model::{Shape, Tool};

/// Lines of code are not made longer than this where they can be broken.
const WIDTH: usize = 80;

/// Words that cannot be names.
const KEYWORDS: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Whether Lua takes `text` as a name, after a dot or in front of `=`.
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&text)
}

/// `text` between quotes.
pub(crate) fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Three digits, so that a digit that follows is not taken for a fourth.
            control if control.is_ascii_control() => {
                let _ = write!(quoted, "\\{:03}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A JSON value as Lua writes it, broken into lines where it is long. `indent` is where its first line stands.
pub(crate) fn literal(value: &Value, indent: usize) -> String {
    let items: Vec<String> = match value {
        Value::Null => return "json.null".to_owned(),
        Value::String(text) => return string(text),
        Value::Bool(_) | Value::Number(_) => return value.to_string(),
        // An empty table is sent as the parameter's type wants it.
        Value::Array(items) => items.iter().map(|item| literal(item, indent + 2)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let name = if is_name(name) { name.clone() } else { format!("[{}]", string(name)) };
                format!("{name} = {}", literal(value, indent + 2))
            })
            .collect(),
    };
    if items.is_empty() {
        return "{}".to_owned();
    }
    let line = items.join(", ");
    if !line.contains('\n') && indent + line.len() + 4 <= WIDTH {
        return format!("{{ {line} }}");
    }
    let inner = " ".repeat(indent + 2);
    let outer = " ".repeat(indent);
    format!("{{\n{inner}{}\n{outer}}}", items.join(&format!(",\n{inner}")))
}

/// The programs of a function's examples, each with its title: the call, and a look at what came back.
pub(crate) fn examples(address: Address<'_>) -> Vec<(String, String)> {
    address
        .examples()
        .into_iter()
        .map(|(title, input)| (title.to_owned(), program(address, &input)))
        .collect()
}

fn program(address: Address<'_>, input: &Map<String, Value>) -> String {
    let tool = address.tool();
    let arguments =
        if input.is_empty() { "{}".to_owned() } else { literal(&Value::Object(input.clone()), 0) };
    let call = format!("app.integrations.close.{}({arguments})", tool.function);
    if tool.result.deleted.is_some() {
        return format!("local result = {call}\nprint(result.message)\n");
    }
    let shape = tool.result.shape.as_deref().and_then(|name| address.catalog.shape(name));
    let Some(shape) = shape else { return format!("print({call})\n") };
    let item = variable(shape);
    let look = |tool: &Tool| match members(tool, shape, input).as_slice() {
        [] => format!("print({item})"),
        members => {
            let members: Vec<String> = members.iter().map(|member| format!("{item}.{member}")).collect();
            format!("print({})", members.join(", "))
        }
    };
    match &tool.result.list {
        Some(plural) => format!(
            "local result = {call}\nfor _, {item} in ipairs(result.{plural}) do\n  {}\nend\n",
            look(tool)
        ),
        None => format!("local {item} = {call}\n{}\n", look(tool)),
    }
}

/// What one object of the shape is called in a program.
pub(crate) fn variable(shape: &Shape) -> &str {
    match shape.name.as_str() {
        "current_user" => "user",
        name => name,
    }
}

/// Members that tell an object from others of its kind, the best first.
const TELLING: &[&str] = &[
    "display_name",
    "lead_name",
    "name",
    "label",
    "subject",
    "text",
    "note",
    "contact_name",
    "email",
    "url",
    "count",
    "value",
    "status",
    "num_comments",
    "action",
    "type",
    "_type",
    "body",
    "query",
    "date_created",
];

/// What a reader wants to see of an answer: its id, a member that says which one it is, and what kind it is where
/// the function says so.
fn members(tool: &Tool, shape: &Shape, input: &Map<String, Value>) -> Vec<String> {
    let wanted: Option<Vec<&str>> =
        input.get("_fields").and_then(Value::as_str).map(|fields| fields.split(',').map(str::trim).collect());
    let is_there = |name: &&str| wanted.as_ref().is_none_or(|wanted| wanted.contains(name));
    let is_plain = |name: &&str| {
        shape.fields.iter().any(|(field, value_type, _)| {
            field == name && !value_type.contains("[]") && !matches!(value_type.as_str(), "object" | "any")
        })
    };
    let id = shape
        .fields
        .iter()
        .map(|(name, ..)| name.as_str())
        .find(|name| *name == "id" || name.ends_with("_id"));
    let derived = tool.result.derive.iter().map(|(name, _)| name.as_str()).find(is_there);
    let telling = TELLING.iter().copied().filter(is_plain).find(is_there);
    let mut members: Vec<String> =
        [id.filter(is_there), derived, telling].into_iter().flatten().map(str::to_owned).collect();
    members.dedup();
    members
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_lua_reads_them() {
        for (value, lua) in [
            (json!(null), "json.null"),
            (json!(10), "10"),
            (json!({}), "{}"),
            (json!([1, "a\"b\\\n\u{1}2"]), r#"{ 1, "a\"b\\\n\0012" }"#),
            (
                json!({"end": true, "Lead Source": "x", "cf_1": [{}]}),
                r#"{ ["end"] = true, ["Lead Source"] = "x", cf_1 = { {} } }"#,
            ),
        ] {
            assert_eq!(literal(&value, 0), lua);
        }
    }

    #[test]
    fn long_tables_are_broken_into_lines() {
        let long = "x".repeat(70);
        let value = json!({"name": long, "contacts": [{"name": "Hank"}]});
        assert_eq!(
            literal(&value, 0),
            format!("{{\n  name = \"{long}\",\n  contacts = {{ {{ name = \"Hank\" }} }}\n}}")
        );
    }
}
