//! Values of a script as JSON text, indented with four spaces, members in alphabetical order.

use mlua::Value;
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::convert::Marks;
use crate::convert::arguments::{Failure as Unfit, Text, ToJson};
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
            Unfit::TooLarge => Failure::Value(format!("the value is larger than {most} bytes")),
            Unfit::Stopped => Failure::Stopped(Stopped),
        })?;
    let mut text = Vec::new();
    json.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    ")))
        .map_err(|error| Failure::Value(error.to_string()))?;
    String::from_utf8(text).map_err(|error| Failure::Value(error.to_string()))
}
