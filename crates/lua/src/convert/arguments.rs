//! Arguments and returned values of a script as JSON.
//!
//! Promises that what it makes is bounded before it is made: a script can write down in one line what would
//! take gigabytes as JSON.

use std::collections::BTreeMap;

use mlua::{Table, Value};
use serde_json::{Map, Number, Value as Json};

use crate::convert::{DEEPEST, Form, Marks, key_text, whole};
use crate::meter::{Meter, Stopped};

/// No value may hold more values than this: each takes far more memory as JSON than as text.
pub(crate) const MOST_VALUES: usize = 100_000;

/// Why a value has no JSON.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The value, as the end of a sentence that begins with where it stands.
    Value {
        /// Where it stands, `contacts[1].name`; empty for the whole.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// It is larger than it may be.
    TooLarge,
    /// The run has been stopped.
    Stopped,
}

impl From<Stopped> for Failure {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<mlua::Error> for Failure {
    fn from(_: mlua::Error) -> Self {
        // Reading a table without its metatable fails only where the run was stopped.
        Self::Stopped
    }
}

/// What text that is not UTF-8 becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// An error: it goes to Close.
    Strict,
    /// The nearest text: it goes to a reader.
    Lossy,
}

/// Values to JSON, of at most so many bytes in all.
pub(crate) struct ToJson<'m> {
    marks: &'m Marks,
    meter: &'m Meter,
    text: Text,
    room: usize,
    values: usize,
    open: Vec<*const std::ffi::c_void>,
    path: Vec<String>,
}

impl<'m> ToJson<'m> {
    pub(crate) fn new(marks: &'m Marks, meter: &'m Meter, text: Text, most: usize) -> Self {
        Self { marks, meter, text, room: most, values: MOST_VALUES, open: Vec::new(), path: Vec::new() }
    }

    pub(crate) fn convert(&mut self, value: &Value) -> Result<Json, Failure> {
        self.values = self.values.checked_sub(1).ok_or(Failure::TooLarge)?;
        if self.values.is_multiple_of(64) {
            self.meter.check()?;
        }
        self.spend(2)?;
        Ok(match value {
            Value::Nil => Json::Null,
            value if value.is_null() => Json::Null,
            Value::Boolean(truth) => Json::Bool(*truth),
            Value::Integer(number) => Json::from(*number),
            Value::Number(number) => match (whole(*number), Number::from_f64(*number)) {
                (Some(whole), _) => Json::from(whole),
                (None, Some(number)) => Json::Number(number),
                (None, None) if self.text == Text::Lossy => Json::String(number.to_string()),
                (None, None) => return Err(self.failure("is not a finite number")),
            },
            Value::String(text) => {
                self.spend(text.as_bytes().len())?;
                match (text.to_str(), self.text) {
                    (Ok(text), _) => Json::String(text.to_owned()),
                    (Err(_), Text::Lossy) => Json::String(text.to_string_lossy()),
                    (Err(_), Text::Strict) => return Err(self.failure("is not text in UTF-8")),
                }
            }
            Value::Table(table) if self.marks.is_failure(table) && self.text == Text::Lossy => {
                Json::String(table.raw_get::<String>("text").unwrap_or_default())
            }
            Value::Table(table) => self.table(table)?,
            other if self.text == Text::Lossy => Json::String(format!("<{}>", crate::native::type_of(other))),
            _ => return Err(self.failure("is a function or another value that has no JSON")),
        })
    }

    fn table(&mut self, table: &Table) -> Result<Json, Failure> {
        let pointer = table.to_pointer();
        if self.open.contains(&pointer) {
            return if self.text == Text::Lossy {
                Ok(Json::String("<circular>".to_owned()))
            } else {
                Err(self.failure("contains itself"))
            };
        }
        if self.open.len() >= DEEPEST {
            return Err(self.failure("is nested too deeply"));
        }
        self.open.push(pointer);
        let (form, members) = self.marks.form(table, self.meter, self.values)?.ok_or(Failure::TooLarge)?;
        let length = if let Form::Array(length) = form { length } else { members };
        if length > self.values {
            return Err(Failure::TooLarge);
        }
        let json = match form {
            Form::Array(length) => self.list(table, length)?,
            Form::Object => self.object(table, members)?,
        };
        self.open.pop();
        Ok(json)
    }

    fn list(&mut self, table: &Table, length: usize) -> Result<Json, Failure> {
        let mut items = Vec::with_capacity(length);
        for place in 1..=length {
            self.path.push(format!("[{place}]"));
            items.push(self.convert(&table.raw_get::<Value>(place)?)?);
            self.path.pop();
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self, table: &Table, count: usize) -> Result<Json, Failure> {
        // The interpreter keeps no order; one that people can follow is better than none.
        let mut named: BTreeMap<String, Value> = BTreeMap::new();
        let mut failure = None;
        let read = table.for_each(|key: Value, value: Value| {
            let taken = match (key_text(&key), self.text) {
                (Some(name), _) => self.spend(name.len()).map(|()| drop(named.insert(name, value))),
                (None, Text::Lossy) => Ok(()),
                (None, Text::Strict) => {
                    Err(self.failure("has a member whose name is neither text nor a number"))
                }
            };
            taken.map_err(|reason| {
                failure = Some(reason);
                Stopped.into()
            })
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        read?;
        let mut object = Map::with_capacity(count);
        for (name, value) in named {
            self.path.push(if self.path.is_empty() { name.clone() } else { format!(".{name}") });
            let value = self.convert(&value)?;
            self.path.pop();
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Failure> {
        self.room = self.room.checked_sub(bytes).ok_or(Failure::TooLarge)?;
        Ok(())
    }

    fn failure(&self, problem: &'static str) -> Failure {
        Failure::Value { path: self.path.concat(), problem }
    }
}
