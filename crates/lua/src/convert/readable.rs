//! Values as people read them: lists in brackets, everything else in braces, two spaces a level.

use mlua::{Table, Value};

use crate::convert::{DEEPEST, Form, Marks, key_text};
use crate::meter::Meter;

/// A value that would be longer than this is cut.
const LONGEST: usize = 4 * 1024 * 1024;

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
            Value::String(text) => self.quoted(&text.to_string_lossy()),
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
        let form = self.marks.form(table, self.meter)?;
        let mut members: Vec<(Value, Value)> = Vec::new();
        table.for_each(|key: Value, value: Value| {
            members.push((key, value));
            Ok(())
        })?;
        if members.is_empty() {
            self.text.push_str("{}");
            return Ok(());
        }
        sort(&mut members);
        self.open.push(pointer);
        let is_list = form != Form::Object;
        self.text.push(if is_list { '[' } else { '{' });
        for (key, value) in &members {
            self.line();
            if !is_list {
                let name = key_text(key).unwrap_or_else(|| format!("<{}>", crate::native::type_of(key)));
                self.text.push_str(&name);
                self.text.push_str(": ");
            }
            self.value(value)?;
            if self.text.len() > LONGEST {
                self.text.push('…');
                break;
            }
        }
        self.open.pop();
        self.line();
        self.text.push(if is_list { ']' } else { '}' });
        Ok(())
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
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

/// Numbers first, by size; then the rest, by name.
fn sort(members: &mut [(Value, Value)]) {
    members.sort_by_cached_key(|(key, _)| match key {
        Value::Integer(number) => (0, ordered(whole_as_float(*number)), String::new()),
        Value::Number(number) => (0, ordered(*number), String::new()),
        other => (1, 0, key_text(other).unwrap_or_default()),
    });
}

/// A number whose order as an integer is the order of the float.
fn ordered(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[expect(clippy::cast_precision_loss, reason = "only the order matters")]
fn whole_as_float(number: i64) -> f64 {
    number as f64
}
