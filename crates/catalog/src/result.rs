//! The answer's shape: what the caller's vocabulary promises, made from what Close said.

use serde_json::{Map, Value, json};

use crate::catalog::Address;
use crate::names::Vocabulary;

/// An answer, ready for the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Presented {
    /// The answer.
    pub data: Value,
    /// For lists: the plural under which the items are known, whether or not `data` uses it.
    pub list: Option<String>,
}

/// Whether an answer needs nothing done to it.
pub(crate) fn is_as_it_is(address: Address<'_>) -> bool {
    let rule = &address.tool.result;
    let untouched = !rule.wrap && rule.derive.is_empty();
    rule.deleted.is_none() && (untouched || address.vocabulary != Vocabulary::Function)
}

pub(crate) fn present(address: Address<'_>, arguments: &Map<String, Value>, answer: Value) -> Presented {
    let rule = &address.tool.result;
    let data = if is_as_it_is(address) {
        answer
    } else if let Some(sentence) = &rule.deleted {
        deleted(sentence, arguments)
    } else {
        let mut answer = answer;
        derive(&rule.derive, &mut answer);
        match &rule.list {
            Some(plural) if rule.wrap => wrap(plural, arguments, answer),
            _ => answer,
        }
    };
    Presented { data, list: rule.list.clone() }
}

/// Close answers a deletion with nothing; say what is gone.
fn deleted(sentence: &str, arguments: &Map<String, Value>) -> Value {
    let mut message = sentence.to_owned();
    let mut id = Value::Null;
    for (name, value) in arguments {
        let marker = format!("{{{name}}}");
        if let (true, Some(text)) = (message.contains(&marker), value.as_str()) {
            message = message.replace(&marker, text);
            id = value.clone();
        }
    }
    json!({"id": id, "deleted": true, "message": message})
}

/// `{leads, count, total, has_more, _skip}`; `total` only where Close counts.
fn wrap(plural: &str, arguments: &Map<String, Value>, answer: Value) -> Value {
    let Value::Object(mut answer) = answer else { return answer };
    let items = answer.swap_remove("data").unwrap_or_else(|| json!([]));
    let mut wrapped = Map::new();
    wrapped.insert("count".to_owned(), json!(items.as_array().map_or(0, Vec::len)));
    wrapped.insert(plural.to_owned(), items);
    if let Some(total) = answer.swap_remove("total_results") {
        wrapped.insert("total".to_owned(), total);
    }
    wrapped.insert("has_more".to_owned(), answer.swap_remove("has_more").unwrap_or(json!(false)));
    wrapped.insert("_skip".to_owned(), arguments.get("_skip").cloned().unwrap_or(json!(0)));
    Value::Object(wrapped)
}

fn derive(rules: &[(String, String)], answer: &mut Value) {
    if rules.is_empty() {
        return;
    }
    let items: Vec<&mut Value> = match answer {
        Value::Object(members) if members.contains_key("data") => {
            members.get_mut("data").and_then(Value::as_array_mut).into_iter().flatten().collect()
        }
        other => vec![other],
    };
    for item in items.into_iter().filter_map(Value::as_object_mut) {
        for (name, source) in rules {
            if let Some(words) = item.get(source).and_then(Value::as_str) {
                let derived = json!(snake_case(words));
                item.entry(name.clone()).or_insert(derived);
            }
        }
    }
}

/// `LeadStatusChange` to `lead_status_change`, `SMS` to `sms`, `WhatsAppMessage` to `whats_app_message`.
fn snake_case(words: &str) -> String {
    let letters: Vec<char> = words.chars().collect();
    let mut snake = String::with_capacity(words.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let after_small = index > 0 && letters[index - 1].is_ascii_lowercase();
        if letter.is_ascii_uppercase() && after_small {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn activity_types_turn_into_words() {
        for (words, snake) in [("Email", "email"), ("SMS", "sms"), ("LeadStatusChange", "lead_status_change")]
        {
            assert_eq!(snake_case(words), snake);
        }
    }
}
