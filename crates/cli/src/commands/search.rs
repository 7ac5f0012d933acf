//! `latch search`: tools by what they do, and what the guides say about it.

use std::fmt::Write as _;

use latch_catalog::{Manual, catalog};
use serde_json::{Value, json};

use crate::arguments::SearchArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{tool_json, tool_table};

/// So many passages of guides are shown.
const MOST_PASSAGES: usize = 3;

pub(crate) fn run(search: &SearchArguments, console: &Console) -> Result<(), Failure> {
    let words = search.words.join(" ");
    let hits = catalog().search(&words, usize::from(search.limit));
    let passages = Manual::passages(&words, MOST_PASSAGES);
    if console.json() {
        let tools: Vec<Value> = hits.iter().map(|hit| tool_json(hit.tool)).collect();
        let guides: Vec<Value> =
            passages.iter().map(|(page, text)| json!({"page": page, "text": text})).collect();
        return console
            .json_document(&json!({"success": true, "query": words, "tools": tools, "guides": guides}));
    }
    if hits.is_empty() && passages.is_empty() {
        console.talk(&format!("no tool fits {words:?}; `latch tools` lists all of them"));
        return Ok(());
    }
    let mut found = String::new();
    if !hits.is_empty() {
        found.push_str(&tool_table(hits.iter().map(|hit| hit.tool)));
        found.push('\n');
    }
    for (page, text) in passages {
        let _ = write!(found, "\n`latch docs {page}` {text}\n");
    }
    console.data(found.trim_start())
}
