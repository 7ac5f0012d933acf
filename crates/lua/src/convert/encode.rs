//! Values of a script as JSON text, indented with four spaces, members in alphabetical order.

use std::io::{Error, Write};

use mlua::Value;
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::convert::Marks;
use crate::convert::arguments::{Failure as Unfit, MOST_VALUES, Text, ToJson};
use crate::meter::{Meter, Stopped};

/// Why a value could not be encoded.
pub(crate) enum Failure {
    /// What is wrong with it.
    Value(String),
    /// The run has been stopped.
    Stopped(Stopped),
}

/// `value` as text of at most about `most` bytes.
pub(crate) fn pretty(value: &Value, marks: &Marks, meter: &Meter, most: usize) -> Result<String, Failure> {
    let json =
        ToJson::new(marks, meter, Text::Strict, most).convert(value).map_err(|failure| match failure {
            Unfit::Value { path, problem } if path.is_empty() => {
                Failure::Value(format!("the value {problem}"))
            }
            Unfit::Value { path, problem } => Failure::Value(format!("{path} {problem}")),
            Unfit::TooLarge => too_large(most),
            Unfit::Stopped => Failure::Stopped(Stopped),
        })?;
    let mut bounded = Bounded { text: Vec::new(), most, meter, writes: 0 };
    let formatter = PrettyFormatter::with_indent(b"    ");
    let written = json.serialize(&mut Serializer::with_formatter(&mut bounded, formatter));
    match written {
        Ok(()) => String::from_utf8(bounded.text).map_err(|error| Failure::Value(error.to_string())),
        Err(_) if meter.stopped().is_some() => Err(Failure::Stopped(Stopped)),
        Err(_) => Err(too_large(most)),
    }
}

fn too_large(most: usize) -> Failure {
    Failure::Value(format!("the value is larger than {most} bytes, or holds more than {MOST_VALUES} values"))
}

/// Text that ends at a limit: indented, a little JSON can be very much text.
struct Bounded<'m> {
    text: Vec<u8>,
    most: usize,
    meter: &'m Meter,
    writes: u32,
}

impl Write for Bounded<'_> {
    fn write(&mut self, part: &[u8]) -> Result<usize, Error> {
        self.writes = self.writes.wrapping_add(1);
        if self.writes.is_multiple_of(1024) {
            self.meter.check().map_err(Error::other)?;
        }
        if part.len() > self.most - self.text.len() {
            return Err(Error::other("too large"));
        }
        self.text.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
