//! Documentation pages, made from the data and from nothing else.

use std::fmt::Write as _;

use serde_json::Value;

use crate::arguments::{is_required, published_name};
use crate::catalog::{Address, Catalog};
use crate::manual::function;
use crate::model::{ObjectFile, Parameter, Shape, ValueType};
use crate::names::Vocabulary;
use crate::schema::default_of;
use crate::values::published_values;

/// The page of one tool, for a terminal. Under a function's name it is the page of the manual.
pub(crate) fn tool_page(address: Address<'_>) -> String {
    if address.vocabulary == Vocabulary::Function {
        return function::terminal_page(address);
    }
    let tool = address.tool;
    let mut page = format!("# {}\n\n{}\n", address.signature(), tool.summary);
    for paragraph in [tool.description.trim(), tool.notes.trim()].into_iter().filter(|text| !text.is_empty())
    {
        let _ = write!(page, "\n{}\n", address.catalog.spell(address.vocabulary, paragraph));
    }
    let _ = write!(
        page,
        "\n- Kind: {}\n- Names: `{}`, `{}`, `close.{}`\n- Close: `{}`\n",
        tool.kind.as_str(),
        tool.name,
        tool.function,
        tool.function,
        tool.call
    );
    page.push_str("\n## Parameters\n\n");
    page.push_str(&parameters(address));
    if let Some(returns) = returns(address) {
        page.push_str("\n## Returns\n\n");
        page.push_str(&returns);
    }
    page.push_str("\n## Examples\n");
    page.push_str(&shell_examples(address));
    page
}

/// The examples as calls of the command line.
pub(crate) fn shell_examples(address: Address<'_>) -> String {
    let mut text = String::new();
    for (title, input) in address.examples() {
        let input = Value::Object(input);
        let _ = write!(
            text,
            "\n{title}:\n\n```sh\nlatch call {} '{}'\n```\n",
            address.name(),
            shell_safe(&input)
        );
    }
    text
}

/// JSON that can stand between single quotes.
pub(crate) fn shell_safe(input: &Value) -> String {
    input.to_string().replace('\'', "\\u0027")
}

/// The table of parameters.
pub(crate) fn parameters(address: Address<'_>) -> String {
    if address.tool.parameters.is_empty() {
        return "*No parameters.*\n".to_owned();
    }
    let mut table = "| Parameter | Type | Required | Description |\n|---|---|---|---|\n".to_owned();
    for parameter in &address.tool.parameters {
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            published_name(address.vocabulary, parameter),
            type_word(address.vocabulary, parameter),
            if is_required(address.vocabulary, parameter) { "yes" } else { "no" },
            address
                .catalog
                .spell(address.vocabulary, &description(address.vocabulary, parameter))
                .replace('|', "\\|")
        );
    }
    table
}

fn type_word(vocabulary: Vocabulary, parameter: &Parameter) -> &'static str {
    if parameter.as_text && vocabulary == Vocabulary::AgentKit {
        return "string (JSON)";
    }
    parameter.value_type.as_str()
}

/// What a parameter means, with the words and limits allowed.
pub(crate) fn description(vocabulary: Vocabulary, parameter: &Parameter) -> String {
    let mut text = parameter.description.trim().to_owned();
    let values = published_values(parameter);
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let _ = write!(text, " One of: {}.", values.join(", "));
    }
    match (parameter.minimum, parameter.maximum) {
        (Some(least), Some(most)) if !parameter.clamp => {
            let _ = write!(text, " From {least} to {most}.");
        }
        (None, Some(most)) if parameter.value_type == ValueType::String => {
            let _ = write!(text, " At most {most} characters.");
        }
        _ => {}
    }
    if let Some(default) = default_of(vocabulary, parameter) {
        let _ = write!(text, " Default: `{}`.", default.to_string().trim_matches('"'));
    }
    if parameter.lookup.is_some()
        && parameter.spread.is_none()
        && !text.contains("label")
        && !text.contains("name")
    {
        text.push_str(" A name is accepted too.");
    }
    text
}

/// What comes back under a tool's AgentKit name.
fn returns(address: Address<'_>) -> Option<String> {
    let rule = &address.tool.result;
    if let Some(sentence) = &rule.deleted {
        return Some(format!("`{{id, deleted, message}}`; the message reads \"{sentence}\"\n"));
    }
    let shape = address.catalog.shape(rule.shape.as_deref()?)?;
    let mut text = match &rule.list {
        Some(_) => format!("`{{data, has_more}}`: `data` is a list of {}.", shape.name),
        None => shape.summary.clone(),
    };
    text.push_str("\n\n");
    text.push_str(&fields(shape));
    Some(text)
}

fn fields(shape: &Shape) -> String {
    let mut table = "| Field | Type | Meaning |\n|---|---|---|\n".to_owned();
    for (name, value_type, meaning) in &shape.fields {
        let _ = writeln!(table, "| `{name}` | {value_type} | {} |", meaning.replace('|', "\\|"));
    }
    table
}

impl Catalog {
    /// The page that lists every tool, object by object, in one vocabulary.
    pub fn overview(&self, vocabulary: Vocabulary) -> String {
        let count = self.tools().count();
        let mut page = format!("# Close\n\n{count} tools. Read one tool's page with its name.\n");
        for object in self.objects() {
            page.push_str(&self.object_section(object, vocabulary));
        }
        page
    }

    fn object_section(&self, object: &ObjectFile, vocabulary: Vocabulary) -> String {
        let mut section = format!("\n## {}\n\n{}\n\n", object.title, object.summary.trim());
        for tool in &object.tools {
            let address = self.address(tool, vocabulary);
            let _ =
                writeln!(section, "- `{}` ({}): {}", address.signature(), tool.kind.as_str(), tool.summary);
        }
        section
    }
}
