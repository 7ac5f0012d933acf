//! JSON exactly as Python's `json.dumps` writes it by default.
//!
//! At least one published receiver checks signatures over what it gets by writing the parsed body again that way, so
//! the bytes matter: `, ` and `: ` between values, everything but printable ASCII as `\uXXXX` in UTF-16 code units,
//! floats as Python's `repr`.

use std::fmt::Write;

use serde_json::{Number, Value};

use crate::store::Object;

/// Writes a value.
pub(super) fn dumps(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

/// Writes an object.
pub(super) fn write_object(members: &Object, out: &mut String) {
    out.push('{');
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            out.push_str(", ");
        }
        write_text(name, out);
        out.push_str(": ");
        write_value(value, out);
    }
    out.push('}');
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

fn write_number(number: &Number, out: &mut String) {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => out.push_str(&repr(float)),
        None => out.push_str(&number.to_string()),
    }
}

/// A float as Python's `repr`: the shortest digits that read back, in scientific notation below 1e-4 and from 1e16 on.
fn repr(float: f64) -> String {
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    let plain = float.to_string();
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_those_of_python() {
        let value =
            json!({"name": "Zoë 🚀 \u{7f}\u{8}\n\"\\/", "list": [1, -2.5, true, null, {}], "empty": []});
        let python = r#"{"name": "Zo\u00eb \ud83d\ude80 \u007f\b\n\"\\/", "list": [1, -2.5, true, null, {}], "empty": []}"#;
        assert_eq!(dumps(&value), python);
        let floats = [1.0, 0.0, -0.0, 1e16, 1.5e-5, 0.0001, 123_456_789.25, 1e15, 2.5e100, 1e-300];
        let python =
            "[1.0, 0.0, -0.0, 1e+16, 1.5e-05, 0.0001, 123456789.25, 1000000000000000.0, 2.5e+100, 1e-300]";
        assert_eq!(dumps(&json!(floats)), python);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in any::<String>(), whole in any::<i64>()) {
            let value = json!({text.clone(): [text, whole]});
            let written = dumps(&value);
            prop_assert!(written.is_ascii());
            prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
        }

        #[test]
        fn floats_keep_their_value(float in any::<f64>().prop_filter("JSON has none other", |float| float.is_finite())) {
            let written = repr(float);
            prop_assert_eq!(written.parse::<f64>().unwrap().to_bits(), float.to_bits());
            prop_assert!(written.contains(['.', 'e']));
        }
    }
}
