//! When a moment of a query is, for somebody who asks now and here.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::ast::{End, Moment, Span};
use super::period::midnight;

impl Moment {
    /// When it is. `None` beyond the calendar.
    pub(crate) fn at(&self, now: Timestamp, offset: Offset) -> Option<Timestamp> {
        match self {
            Self::Now => Some(now),
            Self::Utc(moment) => Some(*moment),
            Self::Date { date, end: End::Start } => Some(midnight(*date, offset)),
            Self::Date { date, end: End::End } => Some(midnight(date.checked_add(1.day()).ok()?, offset)),
            Self::Period { period, end } => {
                let (start, after) = period.bounds(now, offset)?;
                Some(if *end == End::End { after } else { start })
            }
            Self::Offset { future, from, by, day_end } => {
                let from = from.at(now, offset)?.to_zoned(TimeZone::fixed(offset));
                let by = by.calendar()?;
                let there = if *future { from.checked_add(by) } else { from.checked_sub(by) }.ok()?;
                Some(match day_end {
                    None => there.timestamp(),
                    Some(End::Start) => midnight(there.date(), offset),
                    Some(End::End) => midnight(there.date().checked_add(1.day()).ok()?, offset),
                })
            }
        }
    }
}

impl Span {
    /// Its parts with their names.
    pub(crate) fn parts(self) -> [(&'static str, i64); 7] {
        [
            ("years", self.years),
            ("months", self.months),
            ("weeks", self.weeks),
            ("days", self.days),
            ("hours", self.hours),
            ("minutes", self.minutes),
            ("seconds", self.seconds),
        ]
    }

    /// In the calendar's own terms. `None` when a part is longer than the calendar.
    pub(crate) fn calendar(self) -> Option<jiff::Span> {
        jiff::Span::new()
            .try_years(self.years)
            .and_then(|span| span.try_months(self.months))
            .and_then(|span| span.try_weeks(self.weeks))
            .and_then(|span| span.try_days(self.days))
            .and_then(|span| span.try_hours(self.hours))
            .and_then(|span| span.try_minutes(self.minutes))
            .and_then(|span| span.try_seconds(self.seconds))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::moment_from;
    use serde_json::{Value, json};

    fn at(node: &Value) -> Option<String> {
        let now = "2024-03-08T15:30:00Z".parse().unwrap();
        let moment = moment_from(node).unwrap_or_else(|error| panic!("{node}: {error}"));
        moment.at(now, jiff::tz::offset(2)).map(|moment| moment.to_string())
    }

    #[test]
    fn moments_are_those_of_the_caller() {
        for (node, expected) in [
            (json!({"type": "now"}), "2024-03-08T15:30:00Z"),
            (json!({"type": "fixed_utc", "value": "2024-01-01T10:00:00Z"}), "2024-01-01T10:00:00Z"),
            (
                json!({"type": "fixed_local_date", "value": "2024-01-01", "which": "start"}),
                "2023-12-31T22:00:00Z",
            ),
            (
                json!({"type": "fixed_local_date", "value": "2024-01-01", "which": "end"}),
                "2024-01-01T22:00:00Z",
            ),
            (
                json!({"type": "start_end_of_predefined_relative_period", "range": "yesterday", "which": "end"}),
                "2024-03-07T22:00:00Z",
            ),
        ] {
            assert_eq!(at(&node).as_deref(), Some(expected), "{node}");
        }
    }

    #[test]
    fn seven_days_ago_may_start_with_its_day() {
        let offset = |direction: &str, end: Value| {
            json!({
                "type": "offset", "direction": direction, "moment": {"type": "now"},
                "offset": {"days": 7}, "which_day_end": end,
            })
        };
        assert_eq!(at(&offset("past", json!("start"))).as_deref(), Some("2024-02-29T22:00:00Z"));
        assert_eq!(at(&offset("past", json!("end"))).as_deref(), Some("2024-03-01T22:00:00Z"));
        assert_eq!(at(&offset("past", json!(null))).as_deref(), Some("2024-03-01T15:30:00Z"));
        assert_eq!(at(&offset("future", json!(null))).as_deref(), Some("2024-03-15T15:30:00Z"));
    }

    #[test]
    fn beyond_the_calendar_there_are_no_moments() {
        let far = json!({
            "type": "offset", "direction": "future", "moment": {"type": "now"}, "offset": {"years": 19000},
        });
        assert_eq!(at(&far), None);
    }
}
