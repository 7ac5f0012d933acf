//! `latch search`: tools by what they do.

use latch_catalog::catalog;
use serde_json::{Value, json};

use crate::arguments::SearchArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{tool_json, tool_table};

pub(crate) fn run(search: &SearchArguments, console: &Console) -> Result<(), Failure> {
    let words = search.words.join(" ");
    let hits = catalog().search(&words, usize::from(search.limit));
    if console.json() {
        let tools: Vec<Value> = hits.iter().map(|hit| tool_json(hit.tool)).collect();
        return console.json_document(&json!({"success": true, "query": words, "tools": tools}));
    }
    if hits.is_empty() {
        console.talk(&format!("no tool fits {words:?}; `latch tools` lists all of them"));
        return Ok(());
    }
    console.data(&tool_table(hits.iter().map(|hit| hit.tool)))
}
