//! Periods and moments: `today`, `last-week`, seven days ago.

use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::store::{date_at, parse_date};

/// First moment of a period and first moment after it, where the clock shows `offset`. `None` for unknown names;
/// names are those of Close's reports (documented).
pub(crate) fn period(name: &str, now: Timestamp, offset: Offset) -> Option<(Timestamp, Timestamp)> {
    if name == "all-time" {
        return Some((Timestamp::UNIX_EPOCH, now));
    }
    let today = date_at(now, offset);
    let monday = today - i64::from(today.weekday().since(Weekday::Monday)).days();
    let month = today.first_of_month();
    let quarter = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
    let year = today.first_of_year();
    let (start, end) = match name {
        "today" => (today, today + 1.day()),
        "yesterday" => (today - 1.day(), today),
        "this-week" => (monday, monday + 1.week()),
        "last-week" => (monday - 1.week(), monday),
        "this-month" => (month, month + 1.month()),
        "last-month" => (month - 1.month(), month),
        "this-quarter" => (quarter, quarter + 3.months()),
        "last-quarter" => (quarter - 3.months(), quarter),
        "this-year" => (year, year + 1.year()),
        "last-year" => (year - 1.year(), year),
        _ => return None,
    };
    Some((midnight(start, offset), midnight(end, offset)))
}

/// The first moment of a day.
pub(crate) fn midnight(date: Date, offset: Offset) -> Timestamp {
    let zoned = date.to_zoned(TimeZone::fixed(offset));
    zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Evaluates a moment of Advanced Filtering. `None` for what is not one.
pub(crate) fn moment(node: &Value, now: Timestamp, offset: Offset) -> Option<Timestamp> {
    let ends = node.get("which").and_then(Value::as_str) == Some("end");
    match node.get("type")?.as_str()? {
        "now" => Some(now),
        "fixed_local_date" => {
            let date = parse_date(node.get("value")?.as_str()?)?;
            Some(midnight(if ends { date + 1.day() } else { date }, offset))
        }
        "start_end_of_predefined_relative_period" => {
            let (start, end) = period(node.get("range")?.as_str()?, now, offset)?;
            Some(if ends { end } else { start })
        }
        "offset" => shifted(node, now, offset),
        _ => None,
    }
}

fn shifted(node: &Value, now: Timestamp, offset: Offset) -> Option<Timestamp> {
    let from = moment(node.get("moment")?, now, offset)?.to_zoned(TimeZone::fixed(offset));
    let part = |name: &str| {
        node.get("offset").and_then(|parts| parts.get(name)).and_then(Value::as_i64).unwrap_or(0)
    };
    let span = jiff::Span::new()
        .try_years(part("years"))
        .and_then(|span| span.try_months(part("months")))
        .and_then(|span| span.try_weeks(part("weeks")))
        .and_then(|span| span.try_days(part("days")))
        .and_then(|span| span.try_hours(part("hours")))
        .and_then(|span| span.try_minutes(part("minutes")))
        .and_then(|span| span.try_seconds(part("seconds")))
        .ok()?;
    let backwards = node.get("direction").and_then(Value::as_str) != Some("future");
    let shifted = if backwards { from.checked_sub(span) } else { from.checked_add(span) }.ok()?;
    Some(match node.get("which_day_end").and_then(Value::as_str) {
        Some("start") => midnight(shifted.date(), offset),
        Some("end") => midnight(shifted.date() + 1.day(), offset),
        _ => shifted.timestamp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn periods_begin_where_the_caller_is() {
        let now = at("2024-03-06T02:00:00Z");
        let austin = Offset::constant(-6);
        assert_eq!(
            period("today", now, Offset::UTC),
            Some((at("2024-03-06T00:00:00Z"), at("2024-03-07T00:00:00Z")))
        );
        assert_eq!(
            period("today", now, austin),
            Some((at("2024-03-05T06:00:00Z"), at("2024-03-06T06:00:00Z")))
        );
        assert_eq!(period("this-week", now, Offset::UTC).unwrap().0, at("2024-03-04T00:00:00Z"));
        assert_eq!(period("last-quarter", now, Offset::UTC).unwrap().0, at("2023-10-01T00:00:00Z"));
        assert_eq!(period("someday", now, Offset::UTC), None);
    }

    #[test]
    fn seven_days_ago_starts_with_its_day() {
        let node = json!({
            "type": "offset", "direction": "past", "moment": {"type": "now"},
            "offset": {"days": 7}, "which_day_end": "start",
        });
        assert_eq!(moment(&node, at("2024-03-08T15:30:00Z"), Offset::UTC), Some(at("2024-03-01T00:00:00Z")));
    }
}
