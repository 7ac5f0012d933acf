//! Tools, in lists.

use latch_catalog::Tool;
use serde_json::{Value, json};

use super::table::table;

/// A tool for programs, without its schema.
pub(crate) fn tool_json(tool: &Tool) -> Value {
    json!({
        "function": format!("close.{}", tool.function),
        "name": tool.name,
        "names": [tool.function, tool.name, format!("close.{}", tool.function)],
        "title": tool.title,
        "operation": tool.kind,
        "summary": tool.summary,
    })
}

/// Tools for people.
pub(crate) fn tool_table<'t>(tools: impl Iterator<Item = &'t Tool>) -> String {
    let rows = tools
        .map(|tool| [tool.function.clone(), tool.kind.as_str().to_owned(), tool.summary.trim().to_owned()])
        .collect();
    table(["NAME", "KIND", "WHAT IT DOES"], rows)
}
