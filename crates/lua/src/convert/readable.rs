//! Values as people read them: lists in brackets, everything else in braces, two spaces a level.

use std::collections::BTreeMap;

use std::fmt::Write as _;

use mlua::{Table, Value};

use crate::convert::{DEEPEST, Form, Marks, key_text, number_of};
use crate::meter::Meter;
use crate::shared::cut;

/// A value that would be longer than this is cut.
const LONGEST: usize = 4 * 1024 * 1024;
/// Of a table with more members than this the first ones are shown.
const MOST_MEMBERS: usize = 100_000;

/// Longer names of members are cut.
const LONGEST_NAME: usize = 64 * 1024;

/// Where a member stands among the others; the last part keeps apart what has the same name.
type Order = (u8, i64, String, usize);

struct Writing<'w> {
    marks: &'w Marks,
    meter: &'w Meter,
    text: String,
    open: Vec<*const std::ffi::c_void>,
}

/// `value` as text: keys sorted, strings quoted within tables, `<circular>` where a table contains itself.
pub(crate) fn text(value: &Value, marks: &Marks, meter: &Meter) -> mlua::Result<String> {
    let mut writing = Writing { marks, meter, text: String::new(), open: Vec::new() };
    writing.value(value)?;
    Ok(writing.text)
}

impl Writing<'_> {
    fn value(&mut self, value: &Value) -> mlua::Result<()> {
        match value {
            value if value.is_null() => self.text.push_str("null"),
            Value::Nil => self.text.push_str("nil"),
            Value::Table(table) if self.marks.is_failure(table) => {
                self.quoted(&table.raw_get::<String>("text")?);
            }
            Value::Table(table) => self.table(table)?,
            Value::String(text) => self.string(&text.as_bytes()),
            Value::Boolean(_) | Value::Integer(_) | Value::Number(_) => {
                self.text.push_str(&value.to_string()?);
            }
            other => self.text.push_str(crate::native::type_of(other)),
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> mlua::Result<()> {
        let pointer = table.to_pointer();
        if self.open.contains(&pointer) {
            self.text.push_str("<circular>");
            return Ok(());
        }
        if self.open.len() >= DEEPEST || self.text.len() > LONGEST {
            self.text.push('…');
            return Ok(());
        }
        self.meter.check()?;
        let Some((form, count)) = self.marks.form(table, self.meter, usize::MAX)? else { return Ok(()) };
        if count == 0 {
            self.text.push_str("{}");
            return Ok(());
        }
        let members = self.members(table)?;
        let left_out = count.saturating_sub(MOST_MEMBERS);
        self.open.push(pointer);
        let is_list = form != Form::Object;
        self.text.push(if is_list { '[' } else { '{' });
        for (name, value) in members.into_values() {
            self.line();
            if !is_list {
                self.text.push_str(&name);
                self.text.push_str(": ");
            }
            self.value(&value)?;
            if self.text.len() > LONGEST {
                self.text.push('…');
                break;
            }
        }
        if left_out > 0 {
            self.line();
            let _ = write!(self.text, "… {left_out} more");
        }
        self.open.pop();
        self.line();
        self.text.push(if is_list { ']' } else { '}' });
        Ok(())
    }

    /// The members in order: numbers first, by size; then the rest, by name.
    fn members(&self, table: &Table) -> mlua::Result<BTreeMap<Order, (String, Value)>> {
        let mut members = BTreeMap::new();
        let mut seen = 0_usize;
        table.for_each(|key: Value, value: Value| {
            seen += 1;
            if seen.is_multiple_of(64) {
                self.meter.check()?;
            }
            let name = key_name(&key);
            let order = match number_of(&key) {
                Some(number) => (0, ordered(number), String::new(), seen),
                None => (1, 0, name.clone(), seen),
            };
            members.insert(order, (name, value));
            if members.len() > MOST_MEMBERS {
                members.pop_last();
            }
            Ok(())
        })?;
        Ok(members)
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }

    /// As much of a string as there is room for, and a little more, so that it is seen to be cut.
    fn string(&mut self, text: &[u8]) {
        let room = (LONGEST + 8).saturating_sub(self.text.len());
        self.quoted(&String::from_utf8_lossy(&text[..text.len().min(room)]));
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                letter => self.text.push(letter),
            }
        }
        self.text.push('"');
    }
}

/// A member's name as it is shown; a long one is cut.
fn key_name(key: &Value) -> String {
    let name = key_text(key).unwrap_or_else(|| format!("<{}>", crate::native::type_of(key)));
    if name.len() > LONGEST_NAME { format!("{}…", cut(&name, LONGEST_NAME)) } else { name }
}

/// A number whose order as an integer is the order of the float.
fn ordered(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}
