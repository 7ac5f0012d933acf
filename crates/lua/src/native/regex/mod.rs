//! `regex`: patterns in the usual syntax, matched in time in proportion to the text.
//!
//! Promises that no pattern and no text holds the thread: what can be long looks at the clock, and what cannot
//! look at it has a limit. How patterns are matched is the business of [`pattern`].

mod pattern;
mod replacement;

use mlua::{Lua, MultiValue, Table, Value};

use crate::meter::Meter;
use crate::native::{NO_MEMORY, Natives, answered, refusal, success, type_of};
use pattern::{Pattern, Trouble};
use replacement::Part;

/// Longer replacements (bytes) are refused: each match goes through all of it.
const LONGEST_REPLACEMENT: usize = 16 * 1024;

pub(crate) fn library(lua: &Lua, natives: &Natives) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let shared = natives.clone();
    library.raw_set(
        "match",
        lua.create_function(move |lua, arguments: (Value, Value, Value)| {
            answered(lua, first_match(lua, &shared.shared.meter, &arguments))
        })?,
    )?;
    let shared = natives.clone();
    library.raw_set(
        "match_all",
        lua.create_function(move |lua, arguments: (Value, Value, Value)| {
            answered(lua, all_matches(lua, &shared.shared.meter, &arguments))
        })?,
    )?;
    let shared = natives.clone();
    library.raw_set(
        "gsub",
        lua.create_function(move |lua, arguments: (Value, Value, Value, Value)| {
            answered(lua, substitute(lua, &shared.shared.meter, &arguments))
        })?,
    )?;
    Ok(library)
}

/// Subject and pattern of a call, or what is wrong with them.
fn prepared(
    function: &str,
    lua: &Lua,
    subject: &Value,
    pattern: &Value,
    flags: &Value,
) -> mlua::Result<Result<(Vec<u8>, Pattern), MultiValue>> {
    let Value::String(subject) = subject else {
        let got = type_of(subject);
        return Ok(Err(refusal(lua, format!("regex.{function}: expected string subject, got {got}"))?));
    };
    let Value::String(pattern) = pattern else {
        let got = type_of(pattern);
        return Ok(Err(refusal(lua, format!("regex.{function}: expected string pattern, got {got}"))?));
    };
    let flags = match flags {
        Value::Nil => String::new(),
        Value::String(flags) => flags.to_string_lossy(),
        other => {
            let got = type_of(other);
            return Ok(Err(refusal(lua, format!("regex.{function}: expected string flags, got {got}"))?));
        }
    };
    let compiled = match pattern.to_str() {
        Ok(pattern) => Pattern::compile(&pattern, &flags),
        Err(_) => Err("the pattern is not text in UTF-8".to_owned()),
    };
    Ok(match compiled {
        Ok(pattern) => Ok((subject.as_bytes().to_vec(), pattern)),
        Err(problem) => Err(refusal(lua, format!("regex.{function}: {problem}"))?),
    })
}

fn first_match(
    lua: &Lua,
    meter: &Meter,
    (subject, pattern, flags): &(Value, Value, Value),
) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("match", lua, subject, pattern, flags)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let groups = pattern.find(&text, 0, meter).and_then(|found| match found {
        Some(found) => pattern.groups(&text, found).map(Some),
        None => Ok(None),
    });
    match groups {
        Ok(None) => Ok(success(Value::Nil)),
        Ok(Some(groups)) => {
            let table = lua.create_table_with_capacity(groups.len(), 0)?;
            for (place, group) in groups.iter().enumerate() {
                // A group that took no part is an empty text, as in the language the patterns come from.
                table.raw_set(
                    place + 1,
                    lua.create_string(group.map_or(&b""[..], |span| &text[span.range()]))?,
                )?;
            }
            Ok(success(Value::Table(table)))
        }
        Err(Trouble::Text(problem)) => refusal(lua, format!("regex.match: {problem}")),
        Err(Trouble::Lua(error)) => Err(error),
    }
}

fn all_matches(
    lua: &Lua,
    meter: &Meter,
    (subject, pattern, flags): &(Value, Value, Value),
) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("match_all", lua, subject, pattern, flags)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let groups = lua.create_table()?;
    let collected = pattern.for_each(&text, meter, |pattern, found| {
        for (place, group) in pattern.groups(&text, found)?.iter().enumerate() {
            let list = if let Some(list) = groups.raw_get::<Option<Table>>(place + 1)? {
                list
            } else {
                let list = lua.create_table()?;
                groups.raw_set(place + 1, &list)?;
                list
            };
            list.raw_push(lua.create_string(group.map_or(&b""[..], |span| &text[span.range()]))?)?;
        }
        Ok(true)
    });
    match collected {
        Ok(()) => Ok(success(Value::Table(groups))),
        Err(Trouble::Text(problem)) => refusal(lua, format!("regex.match_all: {problem}")),
        Err(Trouble::Lua(error)) => Err(error),
    }
}

fn substitute(
    lua: &Lua,
    meter: &Meter,
    (subject, pattern, replacement, limit): &(Value, Value, Value, Value),
) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("gsub", lua, subject, pattern, &Value::Nil)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let Value::String(replacement) = replacement else {
        let got = type_of(replacement);
        return refusal(lua, format!("regex.gsub: expected string replacement, got {got}"));
    };
    if replacement.as_bytes().len() > LONGEST_REPLACEMENT {
        let problem = format!("regex.gsub: the replacement is longer than {LONGEST_REPLACEMENT} bytes");
        return refusal(lua, problem);
    }
    let Some(most) = most_replacements(limit) else {
        let got = type_of(limit);
        return refusal(lua, format!("regex.gsub: expected number limit, got {got}"));
    };
    // What is made may be as large as the memory that the script may have.
    let largest = meter.limits().memory;
    let parts = Part::of(&replacement.as_bytes());
    let (mut made, mut copied, mut replaced) = (Vec::new(), 0, 0_usize);
    let done = pattern.for_each(&text, meter, |pattern, found| {
        if replaced >= most {
            return Ok(false);
        }
        replaced += 1;
        let groups = pattern.groups(&text, found)?;
        let mut add = |piece: &[u8]| {
            if piece.len() > largest.saturating_sub(made.len()) {
                return Err(Trouble::Text(NO_MEMORY.to_owned()));
            }
            made.extend_from_slice(piece);
            Ok(())
        };
        add(&text[copied..found.start()])?;
        for part in &parts {
            add(match part {
                Part::Text(piece) => piece,
                Part::Group(group) => {
                    groups.get(*group).copied().flatten().map_or(&b""[..], |span| &text[span.range()])
                }
            })?;
        }
        copied = found.end();
        Ok(true)
    });
    match done {
        Ok(()) => {
            made.extend_from_slice(&text[copied..]);
            Ok(success(Value::String(lua.create_string(made)?)))
        }
        Err(Trouble::Text(problem)) => refusal(lua, format!("regex.gsub: {problem}")),
        Err(Trouble::Lua(error)) => Err(error),
    }
}

/// How many matches are replaced; all of them without a number, or with a negative one.
fn most_replacements(limit: &Value) -> Option<usize> {
    match limit {
        Value::Nil => Some(usize::MAX),
        Value::Integer(limit) => Some(usize::try_from(*limit).unwrap_or(usize::MAX)),
        Value::Number(limit) if limit.is_nan() || *limit < 0.0 => Some(usize::MAX),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; a large one is all"
        )]
        Value::Number(limit) => Some(*limit as usize),
        _ => None,
    }
}
