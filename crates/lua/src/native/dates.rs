//! `dates`, and the clock that scripts see.
//!
//! Days and moments are texts, as Close has them: `2026-04-15` and `2026-04-15T09:30:00Z`. The clock tells the
//! time and nothing about the machine: no zone of its own, no uptime.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use mlua::{Lua, MultiValue, Table, Value};

use crate::native::{Natives, refusal, success, type_of};

/// No day, moment or zone has a longer name.
const LONGEST_TEXT: usize = 100;

pub(crate) fn library(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.raw_set("today", lua.create_function(|lua, zone: Value| answer(lua, "today", today(&zone)))?)?;
    library.raw_set("now", lua.create_function(|lua, zone: Value| answer(lua, "now", now(&zone)))?)?;
    library.raw_set(
        "add_days",
        lua.create_function(|lua, (date, days): (Value, Value)| {
            answer(lua, "add_days", add_days(&date, &days))
        })?,
    )?;
    library.raw_set(
        "weekday",
        lua.create_function(|lua, date: Value| answer(lua, "weekday", weekday(&date)))?,
    )?;
    library.raw_set(
        "in_zone",
        lua.create_function(|lua, (moment, zone): (Value, Value)| {
            answer(lua, "in_zone", in_zone(&moment, &zone))
        })?,
    )?;
    library.raw_set(
        "days_between",
        lua.create_function(|lua, (from, to): (Value, Value)| match days_between(&from, &to) {
            Ok(days) => Ok(success(Value::Number(f64::from(days)))),
            Err(problem) => refusal(lua, format!("dates.days_between: {problem}")),
        })?,
    )?;
    Ok(library)
}

/// `os.clock`: the time that the script has computed.
pub(crate) fn add_clock(lua: &Lua, table: &Table, natives: &Natives) -> mlua::Result<()> {
    let shared = natives.shared.clone();
    table.raw_set("clock", lua.create_function(move |_, ()| Ok(shared.meter.computed().as_secs_f64()))?)
}

fn answer(lua: &Lua, function: &str, result: Result<String, String>) -> mlua::Result<MultiValue> {
    match result {
        Ok(text) => Ok(success(Value::String(lua.create_string(text)?))),
        Err(problem) => refusal(lua, format!("dates.{function}: {problem}")),
    }
}

fn text_of(value: &Value, what: &str) -> Result<String, String> {
    match value {
        Value::String(text) if text.as_bytes().len() > LONGEST_TEXT => {
            Err(format!("expected {what}, got a text of {} bytes", text.as_bytes().len()))
        }
        Value::String(text) => Ok(text.to_string_lossy()),
        other => Err(format!("expected {what}, got {}", type_of(other))),
    }
}

fn zone_of(value: &Value) -> Result<TimeZone, String> {
    if value.is_nil() {
        return Ok(TimeZone::UTC);
    }
    let name = text_of(value, "the name of a time zone")?;
    TimeZone::get(&name)
        .map_err(|_| format!("there is no time zone {name:?}; names look like \"Europe/Berlin\" or \"UTC\""))
}

fn date_of(value: &Value) -> Result<Date, String> {
    let text = text_of(value, "a date such as \"2026-04-15\"")?;
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    day.parse().map_err(|_| format!("{text:?} is not a date such as \"2026-04-15\""))
}

fn today(zone: &Value) -> Result<String, String> {
    Ok(Timestamp::now().to_zoned(zone_of(zone)?).date().to_string())
}

fn now(zone: &Value) -> Result<String, String> {
    Ok(written(&Timestamp::now().to_zoned(zone_of(zone)?)))
}

fn add_days(date: &Value, days: &Value) -> Result<String, String> {
    let date = date_of(date)?;
    let days = match days {
        Value::Integer(days) => Some(*days),
        Value::Number(days) => crate::convert::whole(*days),
        other => return Err(format!("expected a number of days, got {}", type_of(other))),
    };
    let days = days
        .filter(|days| days.abs() <= 4_000_000)
        .ok_or("the number of days must be whole and not too large")?;
    let moved = date.checked_add(days.days()).map_err(|_| "the result is outside the calendar".to_owned())?;
    Ok(moved.to_string())
}

fn days_between(from: &Value, to: &Value) -> Result<i32, String> {
    let (from, to) = (date_of(from)?, date_of(to)?);
    from.until(to).map(|span| span.get_days()).map_err(|error| error.to_string())
}

fn weekday(date: &Value) -> Result<String, String> {
    Ok(date_of(date)?.strftime("%A").to_string())
}

fn in_zone(moment: &Value, zone: &Value) -> Result<String, String> {
    let text = text_of(moment, "a moment such as \"2026-04-15T09:30:00Z\"")?;
    // Close writes some moments without a zone; they are in UTC.
    let moment: Timestamp = text
        .parse()
        .or_else(|_| format!("{text}Z").parse())
        .map_err(|_| format!("{text:?} is not a moment such as \"2026-04-15T09:30:00Z\""))?;
    Ok(written(&moment.to_zoned(zone_of(zone)?)))
}

fn written(moment: &Zoned) -> String {
    if *moment.time_zone() == TimeZone::UTC {
        moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    } else {
        moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}
