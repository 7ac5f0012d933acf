//! `docs.list`, `docs.search` and `docs.read`: the documentation as scripts get it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;
use crate::docs;
use crate::manual::error::{HOW_TO_CONNECT, PageError};
use crate::manual::page::{self, Page};
use crate::manual::{Manual, guides, script};
use crate::names::{Vocabulary, shown};

const MOST_HITS: usize = 20;
const AUTHENTICATION: &str = "OAuth or API key";
const COMPATIBILITY: &str = "scripts, command line, REST";

pub(crate) fn list(manual: &Manual) -> String {
    let count = manual.catalog().tools().count();
    let guides: Vec<&str> = guides::GUIDES.iter().map(|guide| guide.name).collect();
    format!(
        "docs.list(): this overview\n\
         docs.search(query): functions by what they do\n\
         docs.read(page): one page: \"close\", \"close.create_lead\" or a guide\n\n\
         Providers: close ({count} functions, {})\n\
         Guides: {}\n",
        status(manual),
        guides.join(", ")
    )
}

pub(crate) fn search(manual: &Manual, query: &str) -> String {
    let hits = manual.catalog().search(query, MOST_HITS);
    if hits.is_empty() {
        return format!("No functions found for '{}'.", shown(query.trim()));
    }
    let lines: Vec<String> =
        hits.iter().map(|hit| format!("close.{} - {}", hit.tool.function, hit.tool.summary)).collect();
    lines.join("\n")
}

pub(crate) fn read(manual: &Manual, name: &str) -> String {
    // Within a script the provider's text is there whether or not an account is.
    let connected = Manual::new(&["default".to_owned()]);
    let reader = if manual.is_connected() { manual } else { &connected };
    match page::find(reader, name) {
        Ok(Page::Contents) => list(manual),
        Ok(Page::Guide(guide)) => guide.text.to_owned(),
        Ok(Page::Namespace(_)) => provider(manual),
        Ok(Page::Function(address)) => function(manual, address),
        Err(error) => {
            let mut text = format!("No integration docs found for '{}'.", shown(name.trim()));
            match error {
                PageError::FunctionNotFound { nearest, .. } if !nearest.is_empty() => {
                    let names: Vec<String> = nearest.iter().map(|name| format!("close.{name}")).collect();
                    let _ = write!(text, " Did you mean: {}", names.join(", "));
                }
                _ => text.push_str(" docs.list() says what there is."),
            }
            text
        }
    }
}

fn status(manual: &Manual) -> &'static str {
    if manual.is_connected() { "active" } else { "inactive" }
}

fn provider(manual: &Manual) -> String {
    let mut text = format!("close\nStatus: {}\n", status(manual));
    if manual.is_connected() {
        let _ = writeln!(text, "Accounts: {}", manual.accounts().join(", "));
    } else {
        let _ = writeln!(text, "Accounts: none. {HOW_TO_CONNECT}");
    }
    let _ = writeln!(text, "Auth: {AUTHENTICATION}\nCompatibility: {COMPATIBILITY}\n\nFunctions:");
    for address in manual.functions() {
        let tool = address.tool();
        let _ = writeln!(text, "close.{} ({}) - {}", tool.function, tool.kind.as_str(), tool.summary);
    }
    text.push_str(
        "\nExamples:\nlatch call close.list_leads '{\"query\":\"Acme\",\"limit\":10}'\n\
         app.integrations.close.list_leads({ query = \"Acme\", limit = 10 })\n",
    );
    text
}

fn function(manual: &Manual, address: Address<'_>) -> String {
    let tool = address.tool();
    let example = example(address);
    let flags: String = example
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => format!(" --{name} {}", shell_word(text)),
            other => format!(" --{name} {}", shell_word(&other.to_string())),
        })
        .collect();
    let json = Value::Object(example.clone());
    let separator = if flags.is_empty() { "" } else { " --" };
    let mut text = format!(
        "close.{name}\n{summary}\n\nOperation: {kind}\nStatus: {status}\nAuth: {AUTHENTICATION}\n\
         Compatibility: {COMPATIBILITY}\n\nDirect CLI: latch call {name}{separator}{flags}\n\
         Generic CLI: latch call close.{name} '{shell}'\nJSON: {json}\nLua: app.integrations.close.{name}({lua})\n",
        name = tool.function,
        summary = tool.summary,
        kind = tool.kind.as_str(),
        status = status(manual),
        shell = docs::shell_safe(&json),
        lua = script::literal(&json, 0),
    );
    if tool.parameters.is_empty() {
        text.push_str("\nParameters: none\n");
        return text;
    }
    text.push_str("\nParameters:\n");
    for parameter in &tool.parameters {
        let needed = if is_required(Vocabulary::Function, parameter) { "required" } else { "optional" };
        let _ = writeln!(
            text,
            "{} ({}, {needed}) - {}",
            published_name(Vocabulary::Function, parameter),
            parameter.value_type.as_str(),
            address.catalog.spell(Vocabulary::Function, &docs::description(Vocabulary::Function, parameter))
        );
    }
    text
}

/// The first example with no more than the required parameters, where that is a call that can be made.
fn example(address: Address<'_>) -> Map<String, Value> {
    let Some((_, input)) = address.examples().into_iter().next() else { return Map::new() };
    let required = |name: &str| {
        address.tool().parameters.iter().any(|parameter| {
            published_name(Vocabulary::Function, parameter) == name
                && is_required(Vocabulary::Function, parameter)
        })
    };
    let needed: Map<String, Value> = input
        .iter()
        .filter(|(name, _)| required(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if address.prepare(&Value::Object(needed.clone())).is_ok() { needed } else { input }
}

fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/@+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
