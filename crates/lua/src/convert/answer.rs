//! Close's answers as tables of a script.

use mlua::{IntoLua, Lua, Table, Value};
use serde_json::Value as Json;

use crate::convert::Marks;

/// `answer` as fresh tables. With `list`, a list known under that name can be reached as `data` too, and the
/// other way round: both are the same table.
pub(crate) fn tables(lua: &Lua, marks: &Marks, answer: &Json, list: Option<&str>) -> mlua::Result<Value> {
    let value = table_of(lua, marks, answer)?;
    if let (Some(plural), Value::Table(table)) = (list, &value) {
        for (known, other) in [(plural, "data"), ("data", plural)] {
            let items: Value = table.raw_get(known)?;
            let missing = table.raw_get::<Value>(other)?.is_nil();
            if missing && matches!(items, Value::Table(_)) {
                table.raw_set(other, items)?;
            }
        }
    }
    Ok(value)
}

fn table_of(lua: &Lua, marks: &Marks, json: &Json) -> mlua::Result<Value> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => text.as_str().into_lua(lua)?,
        Json::Array(items) => Value::Table(list(lua, marks, items)?),
        Json::Object(members) => {
            let table = lua.create_table_with_capacity(0, members.len())?;
            for (name, member) in members.iter().filter(|(_, member)| !member.is_null()) {
                table.raw_set(name.as_str(), table_of(lua, marks, member)?)?;
            }
            if members.is_empty() {
                marks.mark_object(&table)?;
            }
            Value::Table(table)
        }
    })
}

fn list(lua: &Lua, marks: &Marks, items: &[Json]) -> mlua::Result<Table> {
    let table = lua.create_table_with_capacity(items.len(), 0)?;
    for (place, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
        table.raw_seti(place + 1, table_of(lua, marks, item)?)?;
    }
    marks.mark_array(&table)?;
    Ok(table)
}
