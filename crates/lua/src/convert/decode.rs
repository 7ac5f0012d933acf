//! Texts of JSON as values of a script, built as they are read: no second copy exists outside the memory that
//! the script may have.

use std::cell::{Cell, RefCell};
use std::fmt;

use mlua::{IntoLua, Lua, Value};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::convert::{DEEPEST, Marks};
use crate::meter::Meter;

/// Why a text could not be decoded.
pub(crate) enum Failure {
    /// The text is not JSON.
    Text(String),
    /// The interpreter refused: out of memory, or stopped.
    Lua(mlua::Error),
}

struct Reading<'l> {
    lua: &'l Lua,
    marks: &'l Marks,
    meter: &'l Meter,
    depth: Cell<usize>,
    seen: Cell<u32>,
    failed: RefCell<Option<mlua::Error>>,
}

/// Reads one text.
pub(crate) fn text(lua: &Lua, marks: &Marks, meter: &Meter, text: &[u8]) -> Result<Value, Failure> {
    let reading =
        Reading { lua, marks, meter, depth: Cell::new(0), seen: Cell::new(0), failed: RefCell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let read = (&reading).deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| match reading.failed.take() {
        Some(failure) => Failure::Lua(failure),
        None => Failure::Text(error.to_string()),
    })
}

impl Reading<'_> {
    /// Carries an error of the interpreter through the deserializer, which has its own.
    fn carry<T, E: serde::de::Error>(&self, result: mlua::Result<T>) -> Result<T, E> {
        result.map_err(|error| {
            *self.failed.borrow_mut() = Some(error);
            E::custom("stopped")
        })
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<(), E> {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > DEEPEST {
            return Err(E::custom(format!("nested more than {DEEPEST} levels deep")));
        }
        Ok(())
    }

    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        self.seen.set(self.seen.get().wrapping_add(1));
        if self.seen.get().is_multiple_of(64) {
            self.carry(self.meter.check().map_err(mlua::Error::from))?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &Reading<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Reading<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Boolean(truth))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of a script are doubles")]
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of a script are doubles")]
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.carry(text.into_lua(self.lua))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.deeper()?;
        let table = self.carry(self.lua.create_table())?;
        let mut place = 0;
        while let Some(item) = items.next_element_seed(self)? {
            self.count()?;
            place += 1;
            if !item.is_nil() {
                self.carry(table.raw_seti(place, item))?;
            }
        }
        self.carry(self.marks.mark_array(&table))?;
        self.depth.set(self.depth.get() - 1);
        Ok(Value::Table(table))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.deeper()?;
        let table = self.carry(self.lua.create_table())?;
        let mut empty = true;
        while let Some(name) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            self.count()?;
            let value = members.next_value_seed(self)?;
            empty = false;
            self.carry(table.raw_set(name.as_ref(), value))?;
        }
        if empty {
            self.carry(self.marks.mark_object(&table))?;
        }
        self.depth.set(self.depth.get() - 1);
        Ok(Value::Table(table))
    }
}
