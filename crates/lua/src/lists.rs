//! Which functions list something, and how their pages follow each other: what the iterators are made from.

use latch_catalog::{Tool, catalog};
use mlua::{Lua, Table};

/// How one page leads to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paging {
    /// By the number of items to skip.
    Skip,
    /// By a cursor in the answer.
    Cursor,
    /// There is one page.
    Whole,
}

/// Items of a page, where Close documents no other limit.
const USUAL_PAGE: i64 = 100;

pub(crate) fn table(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    for tool in catalog().tools() {
        let Some(iterator) = tool.iterator() else { continue };
        let list = lua.create_table()?;
        list.raw_set("name", tool.function.as_str())?;
        list.raw_set(
            "paging",
            match paging(tool) {
                Paging::Skip => "skip",
                Paging::Cursor => "cursor",
                Paging::Whole => "whole",
            },
        )?;
        let limit = tool.parameters.iter().find(|parameter| parameter.name == "_limit");
        if let Some(limit) = limit {
            list.raw_set("limit", limit.maximum.unwrap_or(USUAL_PAGE).min(USUAL_PAGE))?;
        }
        table.raw_set(iterator, list)?;
    }
    Ok(table)
}

fn paging(tool: &Tool) -> Paging {
    let has = |name: &str| tool.parameters.iter().any(|parameter| parameter.name == name);
    if has("_cursor") {
        Paging::Cursor
    } else if has("_skip") {
        Paging::Skip
    } else {
        Paging::Whole
    }
}
