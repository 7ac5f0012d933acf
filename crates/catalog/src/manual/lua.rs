//! Values as Lua writes them.
//!
//! Promises text that a script can contain as it is: it reads back as the same value. JSON's null is
//! `json.null`, because nil in a table is no member at all.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A table that fits within so many characters stands on one line.
const SHORT: usize = 72;
const STEP: &str = "  ";

const KEYWORDS: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// The arguments of a call: always a table, its members below each other as people write them.
pub(crate) fn arguments(members: &Map<String, Value>) -> String {
    if members.is_empty() {
        return "{}".to_owned();
    }
    table(members.iter().map(|(name, value)| member(name, value, 1)), 0)
}

/// `value` at a depth of so many levels.
fn literal(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "json.null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => collection(depth, items.iter().map(|item| literal(item, depth + 1))),
        Value::Object(members) => {
            collection(depth, members.iter().map(|(name, value)| member(name, value, depth + 1)))
        }
    }
}

fn member(name: &str, value: &Value, depth: usize) -> String {
    let value = literal(value, depth);
    if is_name(name) { format!("{name} = {value}") } else { format!("[{}] = {value}", quoted(name)) }
}

/// On one line if that is short, else one item a line.
fn collection(depth: usize, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return "{}".to_owned();
    }
    let line = format!("{{ {} }}", items.join(", "));
    if line.chars().count() + depth * STEP.len() <= SHORT && !line.contains('\n') {
        return line;
    }
    table(items.into_iter(), depth)
}

fn table(items: impl Iterator<Item = String>, depth: usize) -> String {
    let inner = STEP.repeat(depth + 1);
    let lines: Vec<String> = items.map(|item| format!("{inner}{item}")).collect();
    format!("{{\n{}\n{}}}", lines.join(",\n"), STEP.repeat(depth))
}

/// Whether `name` can stand behind a dot.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&name)
}

/// A text in quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    let mut literal = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            // Three digits, because a digit may follow.
            control if control.is_ascii_control() => {
                let _ = write!(literal, "\\{:03}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: Value) -> String {
        literal(&value, 0)
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(written(json!("say \"hi\"\\\n")), r#""say \"hi\"\\\n""#);
        assert_eq!(written(json!("bell\u{7}7")), r#""bell\0077""#);
        assert_eq!(written(json!("Åsa 😀")), "\"Åsa 😀\"");
    }

    #[test]
    fn names_that_are_none_stand_in_brackets() {
        let value = json!({"Lead Source": 1, "end": true, "ok_1": null, "cf-2": []});
        assert_eq!(written(value), r#"{ ["Lead Source"] = 1, ["end"] = true, ok_1 = json.null, ["cf-2"] = {} }"#);
    }

    #[test]
    fn long_tables_have_an_item_a_line() {
        let value = json!({"emails": [{"email": "a".repeat(40), "type": "office"}, {"email": "b@example.com"}]});
        insta::assert_snapshot!(written(value), @"");
    }
}
