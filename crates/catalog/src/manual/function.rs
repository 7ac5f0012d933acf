//! The page of one function.

use std::fmt::Write as _;

use crate::arguments::published_name;
use crate::catalog::Address;
use crate::docs;
use crate::manual::{returns, script};
use crate::model::{Kind, Place};
use crate::names::Vocabulary;
use crate::request;

/// So many examples a page has; more are seldom read, and cost all the same.
const MOST_EXAMPLES: usize = 2;
/// A page of so many bytes gets no further example.
const LONG_ENOUGH: usize = 3_000;

pub(crate) fn page(address: Address<'_>) -> String {
    let mut page = format!("# app.integrations.close.{}\n", address.signature());
    page.push_str(&body(address));
    page.push_str(&tail(address));
    page
}

/// The page for a terminal: with the calls of the command line too.
pub(crate) fn terminal_page(address: Address<'_>) -> String {
    let mut page = format!("# {}\n", address.signature());
    page.push_str(&body(address));
    page.push_str("\n## On the command line\n");
    if let Some(plural) = &address.tool().result.list {
        let list = returns::envelope(address, if address.tool().result.wrap { plural } else { "data" });
        let _ = write!(page, "\nThere the answer is `{{{list}}}`.\n");
    }
    page.push_str(&docs::shell_examples(address));
    page.push_str(&tail(address));
    page
}

fn body(address: Address<'_>) -> String {
    let tool = address.tool();
    let mut page = format!("\n{}\n", tool.summary);
    let paragraph = |page: &mut String, text: &str| {
        if !text.trim().is_empty() {
            let _ = write!(page, "\n{}\n", address.catalog.spell(address.vocabulary, text.trim()));
        }
    };
    paragraph(&mut page, &tool.description);
    page.push('\n');
    page.push_str(&docs::parameters(address));
    paragraph(&mut page, &tool.notes);
    if let Some(returns) = returns::section(address) {
        page.push_str("\n## Returns\n\n");
        page.push_str(&returns);
    }
    page.push_str("\n## Examples\n");
    for (place, (title, program)) in script::examples(address).into_iter().take(MOST_EXAMPLES).enumerate() {
        if place > 0 && page.len() > LONG_ENOUGH {
            break;
        }
        let _ = write!(page, "\n{title}:\n\n```lua\n{program}```\n");
    }
    page
}

fn tail(address: Address<'_>) -> String {
    let tool = address.tool();
    let kind = match tool.kind {
        Kind::Read => "reads",
        Kind::Write => "writes",
        Kind::Destructive => "destroys, which nothing undoes",
    };
    let mut text = format!("\nClose: `{}` ({kind}).", tool.call);
    let names = differences(address);
    if !names.is_empty() {
        let _ = write!(text, " There {}.", names.join(", "));
    }
    let names: Vec<String> = names_of(address).iter().map(|name| format!("`{name}`")).collect();
    let _ = write!(text, "\nNames: {}\n\n*(Maps to tool: `close_{}`)*\n", names.join(", "), tool.function);
    text
}

/// Names under which the function is known, without those that only repeat a path in front.
pub(crate) fn names_of(address: Address<'_>) -> Vec<String> {
    let tool = address.tool();
    let mut names = vec![tool.function.clone()];
    names.extend(tool.aliases.iter().cloned());
    names.extend([
        format!("close.{}", tool.function),
        format!("close.close_{}", tool.function),
        format!("integration__close__{}", tool.function),
        tool.name.clone(),
    ]);
    names
}

/// What parameters are called at Close, where that differs.
fn differences(address: Address<'_>) -> Vec<String> {
    let tool = address.tool();
    let mut told = Vec::new();
    for parameter in &tool.parameters {
        let name = published_name(Vocabulary::Function, parameter);
        if request::is_path_parameter(tool, parameter) || parameter.place == Some(Place::Nowhere) {
            continue;
        }
        let field = parameter.field.as_deref().unwrap_or(&parameter.name);
        if let Some(prefix) = &parameter.spread {
            told.push(format!("each member of `{name}` is a field `{prefix}<id>`"));
        } else if field != name {
            told.push(format!("`{name}` is `{field}`"));
        }
    }
    told.extend(tool.fixed.iter().map(|(name, value)| format!("`{name}` is always {value}")));
    told
}
