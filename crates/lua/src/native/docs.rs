//! `docs`: the documentation, from within a script.

use mlua::{Lua, Table};

use crate::native::Natives;

pub(crate) fn library(lua: &Lua, _natives: &Natives) -> mlua::Result<Table> {
    lua.create_table()
}
