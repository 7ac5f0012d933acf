//! An example of each function as a script: the call, and a line that shows something of what came back.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::catalog::Address;
use crate::manual::lua;
use crate::model::Shape;

/// Where functions stand.
pub(crate) const NAMESPACE: &str = "app.integrations.close";

/// Members by which people know an object, best first.
const TELLING: &[&str] = &[
    "display_name",
    "lead_name",
    "name",
    "label",
    "contact_name",
    "subject",
    "text",
    "email",
    "body",
    "status_label",
    "note",
    "sequence_name",
    "url",
    "action",
    "type",
    "_type",
    "status",
    "date_created",
];

/// How many members are shown, the id included.
const SHOWN: usize = 2;

/// The tool's examples: what each shows, and the script.
pub(crate) fn scripts(address: Address<'_>) -> Vec<(String, String)> {
    address
        .examples()
        .into_iter()
        .map(|(title, input)| (title.to_owned(), script(address, &input)))
        .collect()
}

/// A call with these arguments, and a look at the answer.
pub(crate) fn script(address: Address<'_>, input: &Map<String, Value>) -> String {
    let rule = &address.tool.result;
    let call = format!("{NAMESPACE}.{}({})", address.tool.function, lua::arguments(input));
    let shape = rule.shape.as_deref().and_then(|name| address.catalog.shape(name));
    match (shape, &rule.list) {
        (Some(shape), Some(list)) => {
            let item = variable(&shape.name);
            let shown = shown(shape, input, &item);
            format!("local result = {call}\nfor _, {item} in ipairs(result.{list}) do\n  print({shown})\nend")
        }
        (Some(shape), None) => {
            let name = variable(&shape.name);
            format!("local {name} = {call}\nprint({})", shown(shape, input, &name))
        }
        (None, _) if rule.deleted.is_some() => format!("local result = {call}\nprint(result.message)"),
        (None, _) => format!("print({call})"),
    }
}

/// A name for a local variable that hides nothing a script may want.
fn variable(shape: &str) -> String {
    if lua::is_name(shape) { shape.to_owned() } else { "item".to_owned() }
}

/// `lead.id, lead.display_name`: the id and what tells most, among the members that were asked for.
fn shown(shape: &Shape, input: &Map<String, Value>, variable: &str) -> String {
    let asked = input.get("_fields").and_then(Value::as_str);
    let there = |name: &str| {
        shape.fields.iter().any(|(field, _, _)| field == name)
            && asked.is_none_or(|fields| fields.split(',').any(|field| field.trim() == name))
    };
    let telling = std::iter::once("id").chain(TELLING.iter().copied()).filter(|name| there(name)).take(SHOWN);
    let mut shown = String::new();
    for name in telling {
        let separator = if shown.is_empty() { "" } else { ", " };
        let _ = write!(shown, "{separator}{variable}.{name}");
    }
    if shown.is_empty() { variable.to_owned() } else { shown }
}
