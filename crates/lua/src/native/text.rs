//! Text: searching it, splitting it, and writing values as text.

use memchr::memmem;
use mlua::{Lua, LuaString, MultiValue, Table, Value};

use crate::convert::readable;
use crate::meter::Meter;
use crate::native::{Natives, answered, refusal, success, type_of};

/// The bytes that mean something in a pattern.
const SPECIALS: &[u8] = b"^$*+?.([%-";
/// Bytes of the longest character, and one more.
const LONGEST_CHARACTER: usize = 5;
/// The clock is looked at after so many parts of a text.
const PARTS_PER_LOOK: usize = 64;

pub(crate) fn add(lua: &Lua, table: &Table, natives: &Natives) -> mlua::Result<()> {
    let marks = natives.marks.clone();
    table.raw_set(
        "failures",
        lua.create_function(move |_, metatable: Table| {
            marks.set_failure(metatable);
            Ok(())
        })?,
    )?;
    let marks = natives.marks.clone();
    table.raw_set("is_failure", lua.create_function(move |_, value: Table| Ok(marks.is_failure(&value)))?)?;
    table.raw_set(
        "has_own_text",
        lua.create_function(|_, value: Table| match value.metatable() {
            Some(metatable) => Ok(!metatable.raw_get::<Value>("__tostring")?.is_nil()),
            None => Ok(false),
        })?,
    )?;
    table.raw_set(
        "freeze",
        lua.create_function(|_, value: Table| {
            value.set_readonly(true);
            Ok(value)
        })?,
    )?;
    let shared = natives.clone();
    table.raw_set(
        "readable",
        lua.create_function(move |lua, value: Value| {
            answered(
                lua,
                readable::text(&value, &shared.marks, &shared.shared.meter)
                    .and_then(|text| Ok(success(Value::String(lua.create_string(text)?)))),
            )
        })?,
    )?;
    let shared = natives.shared.clone();
    table.raw_set(
        "print",
        lua.create_function(move |_, line: LuaString| {
            // More than fits is not even copied; a byte more than fits is enough to say that it was cut.
            let most = shared.meter.limits().output.saturating_add(LONGEST_CHARACTER);
            let line = line.as_bytes();
            Ok(shared.print(&String::from_utf8_lossy(&line[..line.len().min(most)]))?)
        })?,
    )?;
    table.raw_set(
        "is_plain",
        lua.create_function(|_, pattern: LuaString| {
            Ok(!pattern.as_bytes().iter().any(|byte| SPECIALS.contains(byte)))
        })?,
    )?;
    table.raw_set(
        "find",
        lua.create_function(|_, (text, wanted, start): (LuaString, LuaString, Option<f64>)| {
            Ok(find(&text.as_bytes(), &wanted.as_bytes(), start.unwrap_or(1.0)).unzip())
        })?,
    )?;
    let shared = natives.shared.clone();
    table.raw_set(
        "split",
        lua.create_function(move |lua, arguments: (Value, Value)| {
            answered(lua, split(lua, &shared.meter, arguments))
        })?,
    )
}

/// `string.find` for plain text: where it begins and ends, in time in proportion to the length.
fn find(text: &[u8], wanted: &[u8], start: f64) -> Option<(usize, usize)> {
    #[expect(clippy::cast_possible_truncation, reason = "an index is a small number; others are cut")]
    let start = start as i64;
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let begin = match start {
        1.. => start - 1,
        0 => 0,
        _ => length.saturating_add(start).max(0),
    };
    let begin = usize::try_from(begin).ok()?;
    let place = begin + memmem::find(text.get(begin..)?, wanted)?;
    Some((place + 1, place + wanted.len()))
}

/// `string.split`: the parts between separators; without one, between commas.
fn split(lua: &Lua, meter: &Meter, (text, separator): (Value, Value)) -> mlua::Result<MultiValue> {
    let Some(text) = lua.coerce_string(text.clone())? else {
        let got = type_of(&text);
        return refusal(lua, format!("invalid argument #1 to 'split' (string expected, got {got})"));
    };
    let separator = match separator {
        Value::Nil => lua.create_string(",")?,
        Value::String(separator) => separator,
        other => {
            let got = type_of(&other);
            return refusal(lua, format!("invalid argument #2 to 'split' (string expected, got {got})"));
        }
    };
    let parts = lua.create_table()?;
    let (text, separator) = (text.as_bytes(), separator.as_bytes());
    let mut count = 0;
    let mut push = |part: &[u8]| -> mlua::Result<()> {
        count += 1;
        if count % PARTS_PER_LOOK == 0 {
            meter.check()?;
        }
        parts.raw_seti(count, lua.create_string(part)?)
    };
    if separator.is_empty() {
        for byte in &*text {
            push(&[*byte])?;
        }
        return Ok(success(Value::Table(parts)));
    }
    let mut begin = 0;
    for place in memmem::find_iter(&text, &separator) {
        push(&text[begin..place])?;
        begin = place + separator.len();
    }
    push(&text[begin..])?;
    Ok(success(Value::Table(parts)))
}

/// How many bytes of `pattern` may have to be read for each byte of a text: the length of its longest set.
pub(crate) fn pattern_cost(pattern: &[u8]) -> usize {
    let (mut longest, mut place) = (1, 0);
    while place < pattern.len() {
        let begin = place;
        match pattern[place] {
            b'%' => place += 1,
            b'[' => {
                place += 1;
                // A bracket that comes first is one of the set's own.
                if pattern.get(place) == Some(&b'^') {
                    place += 1;
                }
                if pattern.get(place) == Some(&b']') {
                    place += 1;
                }
                while place < pattern.len() && pattern[place] != b']' {
                    place += if pattern[place] == b'%' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        place += 1;
        longest = longest.max(place - begin);
    }
    longest
}
