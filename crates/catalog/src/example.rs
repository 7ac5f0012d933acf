//! Example inputs, in the words of either vocabulary.

use serde_json::{Map, Value};

use crate::arguments::published_name;
use crate::catalog::Address;
use crate::names::Vocabulary;

pub(crate) fn inputs(address: Address<'_>) -> Vec<(&str, Map<String, Value>)> {
    address
        .tool
        .examples
        .iter()
        .map(|example| {
            let input = example.input.iter().map(|(name, value)| translate(address, name, value)).collect();
            (example.title.as_str(), input)
        })
        .collect()
}

fn translate(address: Address<'_>, name: &str, value: &Value) -> (String, Value) {
    let Some(parameter) = address.tool.parameters.iter().find(|parameter| parameter.name == name) else {
        return (name.to_owned(), value.clone());
    };
    let as_text = parameter.as_text && address.vocabulary == Vocabulary::AgentKit && !value.is_string();
    let value = if as_text { Value::String(value.to_string()) } else { value.clone() };
    (published_name(address.vocabulary, parameter).to_owned(), value)
}
