//! Values of scripts and values of JSON, each as the other.
//!
//! Promises that a list stays a list and an object an object, that null becomes nil and `json.null` becomes
//! null, and that whole numbers stay whole. All of it is bounded: in depth, in size, and by the run's clock.

pub(crate) mod answer;
pub(crate) mod arguments;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod readable;

use std::sync::{Arc, OnceLock};

use mlua::{Lua, Table, Value};

use crate::meter::{Meter, Stopped};

/// Nothing may be nested deeper than this.
pub(crate) const DEEPEST: usize = 512;
/// Whole numbers up to here survive as numbers of a script.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The metatables by which one interpreter remembers what a table is.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    array: Table,
    object: Table,
    failure: Arc<OnceLock<Table>>,
}

/// What a table is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A list, with so many places.
    Array(usize),
    /// An object.
    Object,
}

impl Marks {
    pub(crate) fn new(lua: &Lua) -> mlua::Result<Self> {
        let mark = || -> mlua::Result<Table> {
            let mark = lua.create_table()?;
            mark.set_readonly(true);
            Ok(mark)
        };
        Ok(Self { array: mark()?, object: mark()?, failure: Arc::default() })
    }

    pub(crate) fn mark_array(&self, table: &Table) -> mlua::Result<()> {
        table.set_metatable(Some(self.array.clone()))
    }

    pub(crate) fn mark_object(&self, table: &Table) -> mlua::Result<()> {
        table.set_metatable(Some(self.object.clone()))
    }

    /// Remembers the metatable that errors have.
    pub(crate) fn set_failure(&self, metatable: Table) {
        // The prelude says it once.
        let _ = self.failure.set(metatable);
    }

    pub(crate) fn is_failure(&self, table: &Table) -> bool {
        match (table.metatable(), self.failure.get()) {
            (Some(metatable), Some(failure)) => metatable.to_pointer() == failure.to_pointer(),
            _ => false,
        }
    }

    /// What `table` is: what it was when it came, else a list if its keys are exactly 1 to n.
    /// With it, how many members it has; none if they are more than `most`, which is then not counted to the end.
    pub(crate) fn form(
        &self,
        table: &Table,
        meter: &Meter,
        most: usize,
    ) -> mlua::Result<Option<(Form, usize)>> {
        let metatable = table.metatable().map(|metatable| metatable.to_pointer());
        let (mut members, mut largest, mut only_places) = (0_usize, 0_usize, true);
        let counted = table.for_each(|key: Value, _: Value| {
            members += 1;
            if members > most {
                return Err(Stopped.into());
            }
            if members.is_multiple_of(64) {
                meter.check()?;
            }
            match place_of(&key) {
                Some(place) => largest = largest.max(place),
                None => only_places = false,
            }
            Ok(())
        });
        if members > most {
            return Ok(None);
        }
        counted?;
        let was = |mark: &Table| metatable == Some(mark.to_pointer());
        let form = if was(&self.array) && only_places && largest <= 2 * members + 64 {
            Form::Array(largest)
        } else if was(&self.object) && members == 0 {
            Form::Object
        } else if only_places && largest == members {
            Form::Array(members)
        } else {
            Form::Object
        };
        Ok(Some((form, members)))
    }
}

/// The place in a list that a key stands for.
pub(crate) fn place_of(key: &Value) -> Option<usize> {
    match key {
        Value::Integer(place) => usize::try_from(*place).ok().filter(|place| *place > 0),
        Value::Number(place) => {
            whole(*place).and_then(|place| usize::try_from(place).ok()).filter(|place| *place > 0)
        }
        _ => None,
    }
}

/// The whole number that a number is, if it is one that is exact.
#[expect(clippy::cast_possible_truncation, reason = "the number is whole and within 2^53")]
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE).then_some(number as i64)
}

/// A member's name, as text.
pub(crate) fn key_text(key: &Value) -> Option<String> {
    match key {
        Value::String(text) => Some(text.to_string_lossy()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Number(number) => {
            Some(whole(*number).map_or_else(|| number.to_string(), |whole| whole.to_string()))
        }
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A number, whichever way the interpreter hands it over.
#[expect(clippy::cast_precision_loss, reason = "numbers of a script are doubles")]
pub(crate) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}
