//! Dates in queries: `2024-01-31`, `"2024-01-31 08:00"`, `today`, `"7 days ago"`.
//!
//! A day is a whole day where the caller is: after it means from the next midnight on. A moment is compared exactly,
//! and "is" means within the minute or second that was written. `"7 days ago"` is both: the calendar day when asked
//! what is on it, the moment when compared.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, ToSpan, Zoned};

use crate::store::{date_at, parse_date, parse_moment_at};

use super::ast::Comparison;

/// A date as it is written, before it is known when and where it is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Time {
    /// Today and so many days.
    Day(i32),
    Date(Date),
    /// Now and a time span with a sign.
    Away(Away),
    /// A moment, and whether its seconds were written.
    Moment {
        text: String,
        seconds: bool,
    },
}

/// So many units before (negative) or after now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Away {
    amount: i32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// How dates are written, for errors.
pub(super) const HOW: &str =
    "a date such as 2024-01-31, \"2024-01-31 08:00\", today, yesterday or \"7 days ago\"";

impl Time {
    /// Reads a date.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        match text.as_str() {
            "today" => return Some(Self::Day(0)),
            "yesterday" => return Some(Self::Day(-1)),
            "tomorrow" => return Some(Self::Day(1)),
            "now" => return Some(Self::Away(Away { amount: 0, unit: Unit::Minutes })),
            _ => {}
        }
        if let Some(date) = parse_date(&text) {
            return Some(Self::Date(date));
        }
        if let Some(away) = Away::read(&text) {
            return Some(Self::Away(away));
        }
        let text = text.to_uppercase();
        parse_moment_at(&text, Offset::UTC)?;
        let clock = text.get(11..).unwrap_or_default();
        let clock = clock.split(['+', '-', 'Z']).next().unwrap_or_default();
        Some(Self::Moment { seconds: clock.matches(':').count() > 1, text })
    }

    /// When it is, asked at `now` by someone at `offset`.
    pub(super) fn period(&self, now: Timestamp, offset: Offset) -> Option<Period> {
        match self {
            Self::Day(days) => Period::day(add_days(date_at(now, offset), *days)?, offset),
            Self::Date(date) => Period::day(*date, offset),
            Self::Away(away) => {
                let moment = away.from(now, offset)?;
                let within = if matches!(away.unit, Unit::Minutes | Unit::Hours) {
                    (moment, moment.checked_add(60.seconds()).ok()?)
                } else {
                    midnights(date_at(moment, offset), offset)?
                };
                Some(Period { within, edges: (moment, moment), whole: false })
            }
            Self::Moment { text, seconds } => {
                let moment = parse_moment_at(text, offset)?;
                let length = if *seconds { 1.second() } else { 60.seconds() };
                let end = moment.checked_add(length).ok()?;
                Some(Period { within: (moment, end), edges: (moment, moment), whole: false })
            }
        }
    }
}

impl Away {
    /// `7 days ago`, `in 2 hours`, `3 weeks from now`.
    fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (sign, amount, unit) = match words.as_slice() {
            [amount, unit, "ago"] => (-1, amount, unit),
            ["in", amount, unit] | [amount, unit, "from", "now"] => (1, amount, unit),
            _ => return None,
        };
        let amount: i32 = if matches!(*amount, "a" | "an" | "one") { 1 } else { amount.parse().ok()? };
        let unit = match unit.trim_end_matches('s') {
            "minute" => Unit::Minutes,
            "hour" => Unit::Hours,
            "day" => Unit::Days,
            "week" => Unit::Weeks,
            "month" => Unit::Months,
            "year" => Unit::Years,
            _ => return None,
        };
        (0..=MOST).contains(&amount).then_some(Self { amount: sign * amount, unit })
    }

    fn from(self, now: Timestamp, offset: Offset) -> Option<Timestamp> {
        let span: Span = match self.unit {
            Unit::Minutes => self.amount.minutes(),
            Unit::Hours => self.amount.hours(),
            Unit::Days => self.amount.days(),
            Unit::Weeks => self.amount.weeks(),
            Unit::Months => self.amount.months(),
            Unit::Years => self.amount.years(),
        };
        let there = Zoned::new(now, TimeZone::fixed(offset));
        there.checked_add(span).ok().map(|there| there.timestamp())
    }
}

/// Most units in a relative date: beyond it lies no date Close has.
const MOST: i32 = 9999;

/// A stretch of time to compare moments with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    within: (Timestamp, Timestamp),
    edges: (Timestamp, Timestamp),
    whole: bool,
}

impl Period {
    fn day(date: Date, offset: Offset) -> Option<Self> {
        let within = midnights(date, offset)?;
        Some(Self { within, edges: within, whole: true })
    }

    /// Whether a moment is within it.
    pub(super) fn holds(&self, moment: Timestamp) -> bool {
        self.within.0 <= moment && moment < self.within.1
    }

    /// Whether it has a moment in common with the time from one moment until just before another.
    pub(super) fn meets(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
        from.is_none_or(|from| from < self.within.1) && until.is_none_or(|until| self.within.0 < until)
    }

    /// Whether a moment compares so with it.
    pub(super) fn compares(&self, moment: Timestamp, comparison: Comparison) -> bool {
        let (start, end) = self.edges;
        match comparison {
            Comparison::Less => moment < start,
            Comparison::GreaterOrEqual => moment >= start,
            Comparison::Greater if self.whole => moment >= end,
            Comparison::Greater => moment > end,
            Comparison::LessOrEqual if self.whole => moment < end,
            Comparison::LessOrEqual => moment <= end,
        }
    }
}

/// The moment a stored date or date-time stands for; a bare date begins at midnight where the caller is.
pub(crate) fn moment_of(stored: &str, offset: Offset) -> Option<Timestamp> {
    match parse_date(stored) {
        Some(date) => midnights(date, offset).map(|(start, _)| start),
        None => parse_moment_at(stored, Offset::UTC),
    }
}

fn midnights(date: Date, offset: Offset) -> Option<(Timestamp, Timestamp)> {
    let at = |date: Date| {
        let midnight: DateTime = date.at(0, 0, 0, 0);
        midnight.to_zoned(TimeZone::fixed(offset)).ok().map(|there| there.timestamp())
    };
    Some((at(date)?, at(add_days(date, 1)?)?))
}

fn add_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn period(text: &str, hours: i8) -> Period {
        let now = at("2024-03-15T02:30:00Z");
        Time::read(text).unwrap().period(now, jiff::tz::offset(hours)).unwrap()
    }

    #[test]
    fn a_day_is_the_callers_day() {
        let today = period("today", -5);
        assert!(today.holds(at("2024-03-14T05:00:00Z")), "it is still the 14th five hours west");
        assert!(!today.holds(at("2024-03-15T05:00:00Z")));
        assert!(period("2024-03-15", 0).compares(at("2024-03-16T00:00:00Z"), Comparison::Greater));
        assert!(!period("2024-03-15", 0).compares(at("2024-03-15T23:59:59Z"), Comparison::Greater));
        assert!(period("2024-03-15", 0).compares(at("2024-03-15T23:59:59Z"), Comparison::LessOrEqual));
    }

    #[test]
    fn days_ago_is_a_moment_when_compared_and_a_day_otherwise() {
        let week = period("7 Days Ago", 0);
        assert!(week.compares(at("2024-03-08T02:30:01Z"), Comparison::Greater));
        assert!(!week.compares(at("2024-03-08T02:29:59Z"), Comparison::Greater));
        assert!(week.holds(at("2024-03-08T00:00:00Z")));
    }

    #[test]
    fn moments_are_as_exact_as_they_are_written() {
        assert!(period("2020-01-01T10:00", 0).holds(at("2020-01-01T10:00:59Z")));
        assert!(!period("2020-01-01 10:00:00", 0).holds(at("2020-01-01T10:00:59Z")));
        assert!(period("2020-01-01T10:00", 2).holds(at("2020-01-01T08:00:00Z")), "at the caller's offset");
        assert!(period("2020-01-01T10:00:00+00:00", 2).holds(at("2020-01-01T10:00:00Z")));
    }

    #[test]
    fn other_words_are_no_dates() {
        for text in ["soon", "7 days", "ago", "-3 days ago", "99999 years ago", "2024-13-01", ""] {
            assert_eq!(Time::read(text), None, "{text}");
        }
    }
}
