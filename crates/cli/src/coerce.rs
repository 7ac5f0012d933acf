//! Flags of the command line as arguments of a tool, each read as the type that the tool declares.
//!
//! Promises that text stays text: `+1234567890` and `007` are not numbers unless the tool wants one. What
//! does not fit is passed on as text, so that the catalogue says what is wrong with it, together with
//! everything else that is wrong.

use latch_catalog::{Parameter, Tool, ValueType};
use serde_json::{Map, Value};

/// What a flag said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The parameter's name, with underscores.
    pub(crate) name: String,
    /// Its value; none if the flag stood alone.
    pub(crate) value: Option<String>,
}

/// Flags that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadFlag(pub(crate) String);

/// A parameter's name as a flag spells it: hyphens stand for underscores.
pub(crate) fn parameter_name(flag: &str) -> String {
    flag.replace('-', "_")
}

/// The parameter that answers to `name`, in either vocabulary. Close marks some with an underscore in front
/// (`_fields`), which a flag may leave out.
pub(crate) fn find<'t>(tool: &'t Tool, name: &str) -> Option<&'t Parameter> {
    let answers_to = |parameter: &&Parameter, name: &str| {
        parameter.name == name
            || parameter.function_name.as_deref() == Some(name)
            || parameter.aliases.iter().any(|alias| alias == name)
    };
    let marked = format!("_{name}");
    let mut parameters = tool.parameters.iter();
    parameters
        .clone()
        .find(|parameter| answers_to(parameter, name))
        .or_else(|| parameters.find(|parameter| answers_to(parameter, &marked)))
}

/// Reads the words behind `--`: `--name value`, `--name=value`, `--name`.
pub(crate) fn flags(tool: Option<&Tool>, words: &[String]) -> Result<Vec<Flag>, BadFlag> {
    let mut flags = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--").filter(|flag| !flag.is_empty() && !flag.starts_with('='))
        else {
            return Err(BadFlag(format!(
                "{word:?} belongs to no flag; parameters are given as --name value"
            )));
        };
        if let Some((name, value)) = flag.split_once('=') {
            flags.push(Flag { name: parameter_name(name), value: Some(value.to_owned()) });
            continue;
        }
        let takes_next = words.peek().is_some_and(|next| crate::arguments::belongs_to_flag(tool, flag, next));
        let value = if takes_next { words.next().cloned() } else { None };
        flags.push(Flag { name: parameter_name(flag), value });
    }
    Ok(flags)
}

/// Reads `--arg` pairs.
pub(crate) fn pairs(pairs: &[String]) -> Result<Vec<Flag>, BadFlag> {
    pairs
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Flag { name: parameter_name(name), value: Some(value.to_owned()) })
            }
            _ => Err(BadFlag("--arg values must use key=value syntax.".to_owned())),
        })
        .collect()
}

/// Puts flags over a payload: they win, under whichever name the payload has the parameter.
pub(crate) fn merge(
    tool: Option<&Tool>,
    payload: &mut Map<String, Value>,
    flags: Vec<Flag>,
) -> Result<(), BadFlag> {
    let mut given: Map<String, Value> = Map::new();
    for flag in flags {
        let parameter = tool.and_then(|tool| find(tool, &flag.name));
        let name = parameter.map_or(flag.name.clone(), |parameter| parameter.name.clone());
        let value = value(parameter, &flag)?;
        let Some(before) = given.get_mut(&name) else {
            if let Some(tool) = tool {
                payload.retain(|key, _| {
                    key != &flag.name && find(tool, key).is_none_or(|other| other.name != name)
                });
            }
            given.insert(name, value);
            continue;
        };
        match (before, value) {
            (Value::Array(items), Value::Array(more))
                if parameter.is_some_and(|parameter| parameter.value_type == ValueType::Array) =>
            {
                items.extend(more);
            }
            _ => return Err(BadFlag(format!("--{} is given twice, and takes one value", flag.name))),
        }
    }
    payload.extend(given);
    Ok(())
}

fn value(parameter: Option<&Parameter>, flag: &Flag) -> Result<Value, BadFlag> {
    let wanted = parameter.map(|parameter| parameter.value_type);
    let Some(text) = &flag.value else {
        return match wanted {
            None | Some(ValueType::Boolean) => Ok(Value::Bool(true)),
            Some(_) => Err(BadFlag(format!("--{} needs a value", flag.name))),
        };
    };
    if text == "null" && parameter.is_some_and(|parameter| parameter.nullable) {
        return Ok(Value::Null);
    }
    let as_text = || Value::String(text.clone());
    Ok(match wanted {
        None | Some(ValueType::String) => as_text(),
        Some(ValueType::Integer | ValueType::Number) => number(text).unwrap_or_else(as_text),
        Some(ValueType::Boolean) => boolean(text).unwrap_or_else(as_text),
        Some(ValueType::Object) => json(&flag.name, text, '{')?.unwrap_or_else(as_text),
        Some(ValueType::Array) => {
            let items = parameter.and_then(|parameter| parameter.items.as_ref());
            match json(&flag.name, text, '[')? {
                Some(list) => list,
                None => Value::Array(vec![item(&flag.name, items, text)?]),
            }
        }
    })
}

/// One item of a list, where a flag gives them one by one.
fn item(name: &str, schema: Option<&Value>, text: &str) -> Result<Value, BadFlag> {
    if let Some(object) = json(name, text, '{')? {
        return Ok(object);
    }
    let wanted = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str);
    let value = match wanted {
        Some("integer" | "number") => number(text),
        Some("boolean") => boolean(text),
        _ => None,
    };
    Ok(value.unwrap_or_else(|| Value::String(text.to_owned())))
}

fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    serde_json::Number::from_f64(text.parse::<f64>().ok()?).map(Value::Number)
}

fn boolean(text: &str) -> Option<Value> {
    text.trim().to_ascii_lowercase().parse::<bool>().ok().map(Value::Bool)
}

/// JSON that begins as expected; nothing for text that does not.
fn json(name: &str, text: &str, opening: char) -> Result<Option<Value>, BadFlag> {
    if !text.trim_start().starts_with(opening) {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| BadFlag(format!("--{name} begins like JSON and is not valid JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn tool() -> Tool {
        serde_json::from_value(json!({
            "name": "close_thing_create", "function": "create_thing", "title": "t", "kind": "write",
            "call": "POST /thing/", "summary": "s", "example": [],
            "parameter": [
                {"name": "phone", "type": "string", "description": "d"},
                {"name": "_limit", "function_name": "limit", "type": "integer", "description": "d"},
                {"name": "_fields", "type": "string", "description": "d"},
                {"name": "rate", "type": "number", "description": "d"},
                {"name": "is_complete", "type": "boolean", "description": "d"},
                {"name": "emails", "type": "array", "description": "d"},
                {"name": "counts", "type": "array", "description": "d", "items": {"type": "integer"}},
                {"name": "custom", "type": "object", "description": "d"},
                {"name": "note", "type": "string", "description": "d", "nullable": true},
            ],
        }))
        .unwrap()
    }

    fn read(words: &[&str], payload: Value) -> Result<Value, String> {
        let tool = tool();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let flags = flags(Some(&tool), &words).map_err(|bad| bad.0)?;
        let Value::Object(mut payload) = payload else { panic!("an object") };
        merge(Some(&tool), &mut payload, flags).map_err(|bad| bad.0)?;
        Ok(Value::Object(payload))
    }

    #[test]
    fn the_tool_decides_what_a_word_is() {
        for (words, wanted) in [
            (&["--phone=+1234567890"][..], json!({"phone": "+1234567890"})),
            (&["--phone", "007"], json!({"phone": "007"})),
            (&["--phone", "true"], json!({"phone": "true"})),
            (&["--limit", "10"], json!({"_limit": 10})),
            (&["--_limit=010"], json!({"_limit": 10})),
            (&["--fields=id,name"], json!({"_fields": "id,name"})),
            (&["--rate", "-0.5"], json!({"rate": -0.5})),
            (&["--is-complete"], json!({"is_complete": true})),
            (&["--is-complete", "--limit", "3"], json!({"is_complete": true, "_limit": 3})),
            (&["--is_complete=False"], json!({"is_complete": false})),
            (&["--counts", "1", "--counts", "2"], json!({"counts": [1, 2]})),
            (&["--emails", r#"[{"email": "a@b.c"}]"#], json!({"emails": [{"email": "a@b.c"}]})),
            (
                &["--emails", r#"{"email": "a@b.c"}"#, "--emails", "d@e.f"],
                json!({"emails": [{"email": "a@b.c"}, "d@e.f"]}),
            ),
            (&["--custom", r#"{"Industry": "Space"}"#], json!({"custom": {"Industry": "Space"}})),
            (&["--note", "null"], json!({"note": null})),
            (&["--limit", "ten"], json!({"_limit": "ten"})),
            (&["--unheard-of", "5"], json!({"unheard_of": "5"})),
        ] {
            assert_eq!(read(words, json!({})), Ok(wanted), "{words:?}");
        }
    }

    #[test]
    fn flags_win_over_the_payload_under_either_name() {
        assert_eq!(
            read(&["--limit", "3"], json!({"limit": 9, "phone": "1"})),
            Ok(json!({"phone": "1", "_limit": 3}))
        );
        assert_eq!(read(&["--limit", "3"], json!({"_limit": 9})), Ok(json!({"_limit": 3})));
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for (words, said) in [
            (&["--phone"][..], "--phone needs a value"),
            (&["--phone", "1", "--phone", "2"], "--phone is given twice"),
            (&["--custom", "{"], "--custom begins like JSON"),
            (&["stray"], "\"stray\" belongs to no flag"),
        ] {
            let message = read(words, json!({})).unwrap_err();
            assert!(message.contains(said), "{message}");
        }
        assert!(pairs(&["novalue".to_owned()]).unwrap_err().0.contains("key=value"));
    }

    proptest! {
        #[test]
        fn text_is_never_changed(text in ".*") {
            let word = format!("--phone={text}");
            prop_assert_eq!(read(&[&word], json!({})), Ok(json!({"phone": text})));
        }

        #[test]
        fn no_words_make_it_panic(words in proptest::collection::vec(".*", 0..6)) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let _ = read(&words, json!({}));
        }
    }
}
