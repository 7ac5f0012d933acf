//! `latch docs` and `latch schema`: how tools are called.

use latch_catalog::{Vocabulary, catalog};
use latch_gateway::CallError;
use serde_json::json;

use crate::commands::tools;
use crate::console::Console;
use crate::failure::Failure;

/// Names under which integrations address the whole of Close.
const EVERYTHING: [&str; 5] =
    ["close", "integrations.close", "app.integrations.close", "integrations", "overview"];

pub(crate) fn run(page: Option<&str>, console: &Console) -> Result<(), Failure> {
    let (name, markdown) = match page {
        None => ("close".to_owned(), catalog().overview(Vocabulary::Function)),
        Some(name) => match catalog().find(name) {
            Ok(address) => (format!("close.{}", address.tool().function), address.page()),
            Err(unknown) => of_objects(name).ok_or_else(|| {
                Failure::from(CallError::from(unknown)).with_hint(
                    "`latch docs` lists every tool; `latch search WORDS` finds one by what it does",
                )
            })?,
        },
    };
    if console.json() {
        return console.json_document(&json!({"success": true, "page": name, "markdown": markdown}));
    }
    console.data(&markdown)
}

/// The page about all objects, or about one.
fn of_objects(name: &str) -> Option<(String, String)> {
    let folded = name.trim().to_lowercase();
    if EVERYTHING.contains(&folded.as_str()) {
        return Some(("close".to_owned(), catalog().overview(Vocabulary::Function)));
    }
    let last = folded.rsplit('.').next().unwrap_or(&folded);
    let object = tools::object(last)?;
    let overview = catalog().overview(Vocabulary::Function);
    let section = overview.split("\n## ").find(|section| section.lines().next() == Some(&object.title))?;
    Some((object.title.clone(), format!("# {}\n", section.trim_end())))
}

pub(crate) fn schema(tool: &str, console: &Console) -> Result<(), Failure> {
    let address = catalog().find(tool).map_err(CallError::from)?;
    console.json_document(&address.schema())
}
