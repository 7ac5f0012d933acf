//! Checking one value against its parameter: type, words, limits, format.
//!
//! Promises that a value that passes can be sent as it is. Knows nothing of other parameters.

use serde_json::{Map, Number, Value};

use crate::format;
use crate::model::{Parameter, ValueType};
use crate::problem::Problem;

pub(crate) fn normalise(parameter: &Parameter, name: &str, value: Value) -> Result<Value, Problem> {
    if value.is_null() {
        return Ok(value);
    }
    let typed = match parameter.value_type {
        ValueType::String => string(parameter, name, value)?,
        ValueType::Integer | ValueType::Number => number(parameter, name, &value)?,
        ValueType::Boolean => match value {
            Value::Bool(_) => value,
            other => return Err(wrong_type(name, "true or false", &other)),
        },
        ValueType::Array => array(parameter, name, value)?,
        ValueType::Object => object(name, value)?,
    };
    Ok(typed)
}

fn string(parameter: &Parameter, name: &str, value: Value) -> Result<Value, Problem> {
    let Value::String(text) = value else { return Err(wrong_type(name, "a string", &value)) };
    if let Some(most) = parameter.maximum
        && i64::try_from(text.chars().count()).unwrap_or(i64::MAX) > most
    {
        return Err(Problem::Unacceptable {
            name: name.to_owned(),
            must_be: format!("at most {most} characters long"),
        });
    }
    if !parameter.values.is_empty() || !parameter.map.is_empty() {
        return word(parameter, name, &text).map(Value::String);
    }
    if let Some(format) = parameter.format {
        return format::apply(format, text)
            .map(Value::String)
            .map_err(|must_be| Problem::Unacceptable { name: name.to_owned(), must_be: must_be.to_owned() });
    }
    Ok(Value::String(text))
}

/// One of the allowed words, in its published spelling. Words that are only mapped, and the words that
/// mapping yields, are accepted without being published.
fn word(parameter: &Parameter, name: &str, text: &str) -> Result<String, Problem> {
    let wanted = text.trim();
    let targets = parameter.map.values().filter_map(Value::as_str);
    parameter
        .values
        .iter()
        .map(String::as_str)
        .chain(parameter.map.keys().map(String::as_str))
        .chain(targets)
        .find(|word| word.eq_ignore_ascii_case(wanted))
        .map(str::to_owned)
        .ok_or_else(|| Problem::NotAllowed {
            name: name.to_owned(),
            value: text.to_owned(),
            allowed: published_values(parameter),
        })
}

/// The words that schemas, pages and messages show.
pub(crate) fn published_values(parameter: &Parameter) -> Vec<String> {
    if parameter.values.is_empty() && parameter.value_type == ValueType::String {
        parameter.map.keys().cloned().collect()
    } else {
        parameter.values.clone()
    }
}

fn number(parameter: &Parameter, name: &str, value: &Value) -> Result<Value, Problem> {
    let whole = parameter.value_type == ValueType::Integer;
    let expected = if whole { "a whole number" } else { "a number" };
    let Value::Number(number) = value else { return Err(wrong_type(name, expected, value)) };
    let number = if whole {
        let Some(exact) = whole_number(number) else {
            return Err(Problem::WrongType {
                name: name.to_owned(),
                expected: expected.to_owned(),
                got: number.to_string(),
            });
        };
        let exact = match parameter.maximum {
            Some(most) if parameter.clamp && exact > most => most,
            _ => exact,
        };
        Number::from(exact)
    } else {
        number.clone()
    };
    let (least, most) = (parameter.minimum, parameter.maximum);
    let size = number.as_f64().unwrap_or(f64::NAN);
    #[expect(clippy::cast_precision_loss, reason = "limits in the catalogue are far below 2^53")]
    let outside =
        least.is_some_and(|least| size < least as f64) || most.is_some_and(|most| size > most as f64);
    if outside {
        let must_be = match (least, most) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "a number".to_owned(),
        };
        return Err(Problem::Unacceptable { name: name.to_owned(), must_be });
    }
    Ok(Value::Number(number))
}

/// The whole number that `number` is, where it is one that survives on every wire we speak.
fn whole_number(number: &Number) -> Option<i64> {
    /// Whole numbers up to here survive a trip through a double.
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    if let Some(exact) = number.as_i64() {
        return Some(exact);
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within i64")]
    (float.fract() == 0.0 && float.abs() <= LARGEST).then_some(float as i64)
}

fn array(parameter: &Parameter, name: &str, value: Value) -> Result<Value, Problem> {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(members) if members.is_empty() => Vec::new(),
        Value::String(text) => match parse_text(&text) {
            Some(Value::Array(items)) => items,
            Some(other) => vec![other],
            // One plain word for a list of words: an address for a list of addresses.
            None if takes_words(parameter)
                && !text.trim().is_empty()
                && !text.trim_start().starts_with(['[', '{']) =>
            {
                text.split(',').map(|word| Value::String(word.trim().to_owned())).collect()
            }
            None => {
                return Err(Problem::WrongType {
                    name: name.to_owned(),
                    expected: "a list, or a string that holds a JSON list".to_owned(),
                    got: "a string that is not JSON".to_owned(),
                });
            }
        },
        other => return Err(wrong_type(name, "a list", &other)),
    };
    let items = items.into_iter().map(|item| pluck(parameter, item)).collect::<Vec<_>>();
    if let Some(expected) =
        parameter.items.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str)
        && let Some((index, item)) = items.iter().enumerate().find(|(_, item)| !fits(expected, item))
    {
        return Err(Problem::WrongType {
            name: format!("{name}[{index}]"),
            expected: article(expected),
            got: type_name(item).to_owned(),
        });
    }
    Ok(Value::Array(items))
}

fn takes_words(parameter: &Parameter) -> bool {
    parameter.items.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str) == Some("string")
}

fn pluck(parameter: &Parameter, item: Value) -> Value {
    match (&parameter.pluck, item) {
        (Some(member), Value::Object(mut members)) => {
            members.swap_remove(member).unwrap_or(Value::Object(members))
        }
        (_, item) => item,
    }
}

/// What may be written for an object, as the object: nothing, an empty list, or JSON in a string.
pub(crate) fn as_object(value: Value) -> Value {
    match value {
        Value::Null => Value::Object(Map::new()),
        Value::Array(items) if items.is_empty() => Value::Object(Map::new()),
        Value::String(text) => match parse_text(&text) {
            Some(object @ Value::Object(_)) => object,
            _ => Value::String(text),
        },
        other => other,
    }
}

fn object(name: &str, value: Value) -> Result<Value, Problem> {
    let was_text = value.is_string();
    match as_object(value) {
        Value::Object(members) if members.keys().any(|member| member.trim().is_empty()) => {
            Err(Problem::Unacceptable {
                name: name.to_owned(),
                must_be: "an object whose members have names".to_owned(),
            })
        }
        object @ Value::Object(_) => Ok(object),
        _ if was_text => Err(Problem::WrongType {
            name: name.to_owned(),
            expected: "an object, or a string that holds a JSON object".to_owned(),
            got: "a string".to_owned(),
        }),
        other => Err(wrong_type(name, "an object", &other)),
    }
}

fn parse_text(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object())
}

fn fits(expected: &str, item: &Value) -> bool {
    match expected {
        "string" => item.is_string(),
        "integer" => item.as_number().and_then(whole_number).is_some(),
        "number" => item.is_number(),
        "boolean" => item.is_boolean(),
        "object" => item.is_object(),
        "array" => item.is_array(),
        _ => true,
    }
}

fn wrong_type(name: &str, expected: &str, got: &Value) -> Problem {
    Problem::WrongType {
        name: name.to_owned(),
        expected: expected.to_owned(),
        got: type_name(got).to_owned(),
    }
}

fn article(expected: &str) -> String {
    let article = if expected.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {expected}")
}

pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
