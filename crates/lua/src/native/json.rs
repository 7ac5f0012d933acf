//! `json`: texts of JSON to values and back.

use mlua::{Lua, MultiValue, Table, Value};

use crate::convert::{decode, encode};
use crate::native::{Natives, answered, refusal, success, type_of};

/// Longer texts are neither read nor written: a single text or number within one cannot be interrupted.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;

pub(crate) fn library(lua: &Lua, natives: &Natives) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let decoder = natives.clone();
    library.raw_set(
        "decode",
        lua.create_function(move |lua, text: Value| {
            let Value::String(text) = &text else {
                let got = type_of(&text);
                return refusal(lua, format!("json.decode: expected string, got {got}"));
            };
            let text = text.as_bytes();
            if text.len() > LONGEST_TEXT {
                return refusal(lua, format!("json.decode: the text is longer than {LONGEST_TEXT} bytes"));
            }
            match decode::text(lua, &decoder.marks, &decoder.shared.meter, &text) {
                Ok(value) => Ok(success(value)),
                Err(decode::Failure::Text(problem)) => refusal(lua, format!("json.decode: {problem}")),
                Err(decode::Failure::Lua(error)) => answered(lua, Err(error)),
            }
        })?,
    )?;
    let encoder = natives.clone();
    library.raw_set(
        "encode",
        lua.create_function(move |lua, value: Value| answered(lua, encode_value(lua, &encoder, &value)))?,
    )?;
    let marks = natives.marks.clone();
    library.raw_set(
        "array",
        lua.create_function(move |lua, list: Value| {
            let list = match list {
                Value::Table(list) => list,
                Value::Nil => lua.create_table()?,
                other => {
                    let got = type_of(&other);
                    return refusal(lua, format!("json.array: expected table, got {got}"));
                }
            };
            if list.is_readonly() {
                return refusal(lua, "json.array: the table cannot be changed");
            }
            marks.mark_array(&list)?;
            Ok(success(Value::Table(list)))
        })?,
    )?;
    library.raw_set("null", Value::NULL)?;
    Ok(library)
}

fn encode_value(lua: &Lua, natives: &Natives, value: &Value) -> mlua::Result<MultiValue> {
    match encode::pretty(value, &natives.marks, &natives.shared.meter, LONGEST_TEXT) {
        Ok(text) => Ok(success(Value::String(lua.create_string(text)?))),
        Err(encode::Failure::Value(problem)) => refusal(lua, format!("json.encode: {problem}")),
        Err(encode::Failure::Stopped(stopped)) => Err(stopped.into()),
    }
}
