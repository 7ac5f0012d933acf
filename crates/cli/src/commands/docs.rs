//! `latch docs` and `latch schema`: how tools are called, and how scripts are written.

use std::fmt::Write as _;

use latch_catalog::{Address, Manual, PageError, Vocabulary, catalog};
use latch_gateway::{CallError, ErrorClass};
use serde_json::json;

use crate::commands::tools;
use crate::console::Console;
use crate::failure::Failure;

/// A page, with the name it has everywhere.
struct Page {
    name: String,
    markdown: String,
}

pub(crate) fn run(page: Option<&str>, console: &Console) -> Result<(), Failure> {
    let Page { name, markdown } = match page {
        None => contents(),
        Some(name) => named(name)?,
    };
    if console.json() {
        return console.json_document(&json!({"success": true, "page": name, "markdown": markdown}));
    }
    console.data(&markdown)
}

/// Every tool in a line, and the guides.
fn contents() -> Page {
    let mut markdown = catalog().overview(Vocabulary::Function);
    markdown.push_str("\n## Guides\n\nHow scripts are written; each is a page too.\n\n");
    for (name, summary) in Manual::guides() {
        let _ = writeln!(markdown, "- `{name}`: {summary}");
    }
    Page { name: "close".to_owned(), markdown }
}

fn named(name: &str) -> Result<Page, Failure> {
    if let Some(address) = catalog().get(name) {
        return Ok(of_tool(address));
    }
    // What can be read does not depend on which accounts are connected here: each has the same pages.
    let mut manual = Manual::new(&["default".to_owned()]);
    if let Err(PageError::NamespaceNotFound { namespace, .. }) = manual.read(name)
        && let Some(account) = namespace.strip_prefix("integrations.close.")
    {
        manual = Manual::new(&[account.to_owned()]);
    }
    if let Some(address) = manual.function(name) {
        return Ok(of_tool(address));
    }
    match manual.read(name) {
        Ok(markdown) => Ok(Page { name: name.trim().to_lowercase(), markdown }),
        Err(error) => of_object(name).ok_or_else(|| failure(&error)),
    }
}

fn of_tool(address: Address<'_>) -> Page {
    Page { name: format!("close.{}", address.tool().function), markdown: address.page() }
}

/// The page about one kind of object.
fn of_object(name: &str) -> Option<Page> {
    let folded = name.trim().to_lowercase();
    let last = folded.rsplit('.').next().unwrap_or(&folded);
    let object = tools::object(last)?;
    let overview = catalog().overview(Vocabulary::Function);
    let section = overview.split("\n## ").find(|section| section.lines().next() == Some(&object.title))?;
    Some(Page { name: object.title.clone(), markdown: format!("# {}\n", section.trim_end()) })
}

fn failure(error: &PageError) -> Failure {
    let class = match error {
        PageError::Missing { .. } => ErrorClass::InvalidArguments,
        _ => ErrorClass::UnknownFunction,
    };
    Failure::from(CallError::new(class, error.to_string()))
        .with_hint("`latch docs` lists every tool and guide; `latch search WORDS` finds one by what it does")
}

pub(crate) fn schema(tool: &str, console: &Console) -> Result<(), Failure> {
    let address = catalog().find(tool).map_err(CallError::from)?;
    console.json_document(&address.schema())
}
