//! Periods by name: `today`, `last-week`, `all-time`.

use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::store::date_at;

/// A period of Close's reports and filters (documented). Weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
    AllTime,
}

impl Period {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Today,
        Self::Yesterday,
        Self::ThisWeek,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisQuarter,
        Self::LastQuarter,
        Self::ThisYear,
        Self::LastYear,
        Self::AllTime,
    ];

    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::ThisWeek => "this-week",
            Self::LastWeek => "last-week",
            Self::ThisMonth => "this-month",
            Self::LastMonth => "last-month",
            Self::ThisQuarter => "this-quarter",
            Self::LastQuarter => "last-quarter",
            Self::ThisYear => "this-year",
            Self::LastYear => "last-year",
            Self::AllTime => "all-time",
        }
    }

    /// The period with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// Its first moment and the first moment after it, where the clock shows `offset`.
    pub(crate) fn bounds(self, now: Timestamp, offset: Offset) -> Option<(Timestamp, Timestamp)> {
        let today = date_at(now, offset);
        let monday = today - i64::from(today.weekday().since(Weekday::Monday)).days();
        let month = today.first_of_month();
        let quarter = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
        let year = today.first_of_year();
        let (start, end) = match self {
            Self::AllTime => return Some((Timestamp::UNIX_EPOCH, now)),
            Self::Today => (today, today + 1.day()),
            Self::Yesterday => (today - 1.day(), today),
            Self::ThisWeek => (monday, monday + 1.week()),
            Self::LastWeek => (monday - 1.week(), monday),
            Self::ThisMonth => (month, month + 1.month()),
            Self::LastMonth => (month - 1.month(), month),
            Self::ThisQuarter => (quarter, quarter + 3.months()),
            Self::LastQuarter => (quarter - 3.months(), quarter),
            Self::ThisYear => (year, year + 1.year()),
            Self::LastYear => (year - 1.year(), year),
        };
        Some((midnight(start, offset), midnight(end, offset)))
    }
}

/// First moment of a period and first moment after it. `None` for unknown names.
pub(crate) fn period(name: &str, now: Timestamp, offset: Offset) -> Option<(Timestamp, Timestamp)> {
    Period::named(name).and_then(|period| period.bounds(now, offset))
}

/// The first moment of a day.
pub(super) fn midnight(date: Date, offset: Offset) -> Timestamp {
    let zoned = date.to_zoned(TimeZone::fixed(offset));
    zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
