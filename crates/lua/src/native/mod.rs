//! The functions that scripts cannot write themselves, as the prelude finds them.
//!
//! Promises that none of them holds the thread for long: what they do is bounded by the memory that a script
//! may have, or looks at the clock. Where one can fail it answers `false` and a sentence, which the prelude
//! raises at the script's line.

pub(crate) mod calls;
mod dates;
mod docs;
mod json;
mod regex;
mod text;

use std::sync::Arc;

use mlua::{Lua, LuaString, MultiValue, Table, Value};

use crate::convert::Marks;
use crate::shared::Shared;

/// What the functions of one interpreter share.
#[derive(Clone)]
pub(crate) struct Natives {
    pub(crate) shared: Arc<Shared>,
    pub(crate) marks: Marks,
}

/// Builds the table that the prelude is given.
pub(crate) fn table(lua: &Lua, shared: &Arc<Shared>, marks: &Marks) -> mlua::Result<Table> {
    let natives = Natives { shared: Arc::clone(shared), marks: marks.clone() };
    let table = lua.create_table()?;
    table.raw_set("version", crate::ENGINE)?;
    // Two things that nothing else is equal to.
    table.raw_set("wait", lua.create_table()?)?;
    table.raw_set("yield", lua.create_table()?)?;
    calls::add(lua, &table, &natives)?;
    text::add(lua, &table, &natives)?;
    table.raw_set("json", json::library(lua, &natives)?)?;
    table.raw_set("regex", regex::library(lua, &natives)?)?;
    table.raw_set("dates", dates::library(lua)?)?;
    table.raw_set("docs", docs::library(lua, &natives)?)?;
    dates::add_clock(lua, &table, &natives)?;
    table.raw_set("no_memory", NO_MEMORY)?;
    // A long pattern of the language's own kind is a long loop within the matcher, which nothing interrupts.
    table.raw_set(
        "pattern_cost",
        lua.create_function(|_, pattern: LuaString| Ok(text::pattern_cost(&pattern.as_bytes())))?,
    )?;
    Ok(table)
}

/// The answer of a function, with a lack of memory as the sentence that the interpreter has for it: an error of
/// another kind would reach the script as an object that it cannot read.
pub(crate) fn answered(lua: &Lua, answer: mlua::Result<MultiValue>) -> mlua::Result<MultiValue> {
    match answer {
        Err(error) if is_lack_of_memory(&error) => refusal(lua, NO_MEMORY),
        answer => answer,
    }
}

/// What the interpreter says when there is no memory left.
pub(crate) const NO_MEMORY: &str = "not enough memory";

fn is_lack_of_memory(error: &mlua::Error) -> bool {
    match error {
        mlua::Error::MemoryError(_) | mlua::Error::StackError => true,
        mlua::Error::CallbackError { cause, .. } => is_lack_of_memory(cause),
        _ => false,
    }
}

/// What a function answers that could not do what it was asked.
pub(crate) fn refusal(lua: &Lua, message: impl AsRef<str>) -> mlua::Result<MultiValue> {
    let message = Value::String(lua.create_string(message.as_ref())?);
    Ok(MultiValue::from_iter([Value::Boolean(false), message]))
}

/// What a function answers that did what it was asked.
pub(crate) fn success(value: Value) -> MultiValue {
    MultiValue::from_iter([Value::Boolean(true), value])
}

/// The word scripts have for the type of a value.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) | Value::Number(_) => "number",
        Value::LightUserData(_) | Value::UserData(_) => "userdata",
        other => other.type_name(),
    }
}
