//! `docs`: the manual, from within a script.

use latch_catalog::Manual;
use mlua::{Lua, Table, Value};

use crate::native::{Natives, refusal, success, type_of};

pub(crate) fn library(lua: &Lua, natives: &Natives) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let shared = natives.clone();
    library.raw_set(
        "list",
        lua.create_function(move |lua, ()| {
            shared.shared.meter.check()?;
            Ok(success(Value::String(lua.create_string(manual().helper_list())?)))
        })?,
    )?;
    for (name, read) in [("search", search as fn(&str) -> String), ("read", read)] {
        let shared = natives.clone();
        library.raw_set(
            name,
            lua.create_function(move |lua, asked: Value| {
                shared.shared.meter.check()?;
                let Value::String(asked) = &asked else {
                    let got = type_of(&asked);
                    return refusal(lua, format!("docs.{name}: expected string, got {got}"));
                };
                let asked = asked.to_string_lossy();
                if asked.len() > LONGEST_QUESTION {
                    let most = format!("docs.{name}: the text is longer than {LONGEST_QUESTION} bytes");
                    return refusal(lua, most);
                }
                Ok(success(Value::String(lua.create_string(read(&asked))?)))
            })?,
        )?;
    }
    Ok(library)
}

/// Searching takes longer the more is asked.
const LONGEST_QUESTION: usize = 1_000;

/// Pages are the same for every account; that there is one goes without saying where a script runs.
fn manual() -> Manual {
    Manual::new(&["default".to_owned()])
}

fn search(words: &str) -> String {
    manual().helper_search(words)
}

fn read(page: &str) -> String {
    manual().helper_read(page)
}
