//! Reading what Close says when it refuses.
//!
//! Three shapes stand side by side (documented and recorded), and a client must take all of them:
//!
//! - `{"error": "message"}`;
//! - `{"errors": ["message"], "field-errors": {"field": "message"}}`, where a field may nest further:
//!   `{"errors": {"0": ..}}` inside a list, `{"field-errors": {..}}` inside an object;
//! - `{"errors": ["message"]}` alone.
//!
//! Promises to find something to say in any JSON that says something, to keep Close's words, and to
//! stay within limits whatever comes.

use serde_json::{Map, Value};

use crate::error::FieldError;

/// The most messages about the whole request that are kept.
const MOST_MESSAGES: usize = 10;

/// The most field errors that are kept.
const MOST_FIELDS: usize = 100;

/// The longest text that is kept of one message or path, in characters.
const LONGEST: usize = 1_000;

/// What an error body says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    /// What is said about the request as a whole.
    pub messages: Vec<String>,
    /// What is said about single fields.
    pub fields: Vec<FieldError>,
}

impl ErrorBody {
    pub(crate) fn read(body: &Value) -> Self {
        let mut read = Self::default();
        match body {
            Value::Object(object) => read.node(&mut Vec::new(), object),
            // A bare text or list of texts: no shape of Close's, but still words to pass on.
            other => read.say(&mut Vec::new(), other),
        }
        read
    }

    /// An object that may hold any of the documented keys.
    fn node(&mut self, path: &mut Vec<String>, object: &Map<String, Value>) {
        // `message` is where the older rate-limit body has its text, either beside `error` or in it.
        for key in ["error", "message", "errors"] {
            if let Some(value) = object.get(key) {
                let inner = if key == "error" { value.get("message") } else { None };
                self.say(path, inner.unwrap_or(value));
            }
        }
        if let Some(fields) = object.get("field-errors") {
            self.inside(path, fields);
        }
    }

    /// Texts that belong to the place where they stand, or further places below it.
    fn say(&mut self, path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(text) => self.add(path, text),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    // Only an object is about the item at its position; texts are about the whole.
                    if item.is_object() {
                        self.below(path, &index.to_string(), item);
                    } else {
                        self.say(path, item);
                    }
                }
            }
            Value::Object(object) if is_node(object) => self.node(path, object),
            Value::Object(_) => self.inside(path, value),
            Value::Bool(_) | Value::Number(_) => self.add(path, &value.to_string()),
        }
    }

    /// Each member is about the field of its name.
    fn inside(&mut self, path: &mut Vec<String>, fields: &Value) {
        match fields {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.below(path, name, value);
                }
            }
            other => self.say(path, other),
        }
    }

    fn below(&mut self, path: &mut Vec<String>, name: &str, value: &Value) {
        path.push(name.to_owned());
        self.say(path, value);
        path.pop();
    }

    fn add(&mut self, path: &[String], text: &str) {
        // Line breaks do occur (the message about `_skip` has one); an error is one line.
        let message = shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        if path.is_empty() {
            if self.messages.len() < MOST_MESSAGES && !self.messages.contains(&message) {
                self.messages.push(message);
            }
        } else if self.fields.len() < MOST_FIELDS {
            self.fields.push(FieldError { path: shortened(&path.join(".")), message });
        }
    }
}

fn is_node(object: &Map<String, Value>) -> bool {
    ["error", "errors", "field-errors"].iter().any(|key| object.contains_key(*key))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fields(body: &Value) -> Vec<String> {
        ErrorBody::read(body).fields.iter().map(ToString::to_string).collect()
    }

    fn messages(body: &Value) -> Vec<String> {
        ErrorBody::read(body).messages
    }

    #[test]
    fn the_three_shapes_are_read() {
        assert_eq!(messages(&json!({"error": "Unauthorized"})), ["Unauthorized"]);
        assert_eq!(
            messages(&json!({"errors": ["Source lead does not exist."]})),
            ["Source lead does not exist."]
        );
        let validation = json!({"errors": ["One."], "field-errors": {"lead": "Object does not exist."}});
        assert_eq!(messages(&validation), ["One."]);
        assert_eq!(fields(&validation), ["lead: Object does not exist."]);
    }

    #[test]
    fn nested_errors_become_dotted_paths() {
        let nested = json!({"field-errors": {"contacts": {"errors": {"0": {"field-errors": {
            "name": "This field is required.",
            "emails": {"errors": {"1": {"field-errors": {"email": "Invalid email address."}}}},
        }}}}}});
        assert_eq!(
            fields(&nested),
            ["contacts.0.name: This field is required.", "contacts.0.emails.1.email: Invalid email address."]
        );
        let bulk = json!({"errors": {"2": {"field-errors": {"note": "List is too long."}}}});
        assert_eq!(fields(&bulk), ["2.note: List is too long."]);
    }

    #[test]
    fn a_field_with_several_messages_keeps_them_all() {
        let several = json!({"field-errors": {"url": ["Invalid URL.", "Value cannot be changed."]}});
        assert_eq!(fields(&several), ["url: Invalid URL.", "url: Value cannot be changed."]);
        let both = json!({"field-errors": {"emails": {"errors": ["List is too long."], "field-errors": {}}}});
        assert_eq!(fields(&both), ["emails: List is too long."]);
    }

    #[test]
    fn old_rate_limit_bodies_give_their_message() {
        assert_eq!(messages(&json!({"message": "count exceeded", "rate_reset": "0.59"})), ["count exceeded"]);
        let nested =
            json!({"error": {"message": "count exceeded", "rate_reset": 0.59}, "message": "count exceeded"});
        assert_eq!(messages(&nested), ["count exceeded"]);
        assert!(fields(&nested).is_empty());
    }

    #[test]
    fn a_message_is_one_line_of_limited_length() {
        let skip = json!({"error": "The skip is too large (max_skip = 250000).\nPlease refine."});
        assert_eq!(messages(&skip), ["The skip is too large (max_skip = 250000). Please refine."]);
        let long = json!({"error": "é".repeat(5_000)});
        assert_eq!(messages(&long)[0].chars().count(), LONGEST + 3);
    }

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let key = prop_oneof![
            Just("errors"),
            Just("field-errors"),
            Just("error"),
            Just("message"),
            Just("lead"),
            Just("")
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(8, 64, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| pairs
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_read_within_limits(body in arbitrary_json()) {
            let read = ErrorBody::read(&body);
            prop_assert!(read.messages.len() <= MOST_MESSAGES && read.fields.len() <= MOST_FIELDS);
            prop_assert!(read.messages.iter().all(|message| !message.contains('\n')));
        }

        #[test]
        fn a_message_survives_any_depth_of_nesting(names in proptest::collection::vec("[a-z_]{1,8}", 1..12)) {
            prop_assume!(names.iter().all(|name| !matches!(name.as_str(), "error" | "errors" | "message")));
            let body = names.iter().rev().fold(json!("Not a valid choice."), |inner, name| json!({"field-errors": {name: inner}}));
            prop_assert_eq!(fields(&body), [format!("{}: Not a valid choice.", names.join("."))]);
        }
    }
}
