//! Close's ways of writing time, and one way of reading them all.
//!
//! Long-standing objects write `2024-03-05T14:07:31.482000+00:00` and leave a zero fraction out; newer ones write
//! naive UTC with six digits, `2024-03-05T14:07:31.482000` (documented). Reading accepts dates and date-times with or
//! without offset; without one they are UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// How an object writes its timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateStyle {
    /// `2024-03-05T14:07:31.482000+00:00`, the fraction dropped when it is zero.
    Offset,
    /// `2024-03-05T14:07:31.482000`, always six digits.
    Naive,
    /// `2024-03-05T14:07:31.000000+00:00`: the newest objects keep a zero fraction.
    OffsetFull,
}

impl DateStyle {
    /// Writes `instant` in this style.
    pub(crate) fn write(self, instant: Timestamp) -> String {
        let text = match self {
            Self::Offset if instant.subsec_nanosecond() == 0 => "%Y-%m-%dT%H:%M:%S+00:00",
            Self::Offset | Self::OffsetFull => "%Y-%m-%dT%H:%M:%S%.6f+00:00",
            Self::Naive => "%Y-%m-%dT%H:%M:%S%.6f",
        };
        instant.strftime(text).to_string()
    }
}

/// Reads a date-time, or a date as its first moment; without an offset both are taken as UTC.
pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    parse_moment_at(text, Offset::UTC)
}

/// Reads a date-time, or a date as its first moment; without an offset both are taken at `offset`.
pub(crate) fn parse_moment_at(text: &str, offset: Offset) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = match text.parse::<DateTime>() {
        Ok(civil) => civil,
        Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    civil.to_zoned(TimeZone::fixed(offset)).ok().map(|zoned| zoned.timestamp())
}

/// Reads a bare `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// The calendar date at `offset` when it is `instant`.
pub(crate) fn date_at(instant: Timestamp, offset: Offset) -> Date {
    Zoned::new(instant, TimeZone::fixed(offset)).date()
}

/// Reads the `x-tz-offset` header: hours from UTC, for example `-4` or `5.5` (documented).
pub(crate) fn parse_offset_hours(text: &str) -> Option<Offset> {
    let hours: f64 = text.trim().parse().ok()?;
    if !hours.is_finite() || hours.abs() > 25.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 25 hours in seconds")]
    Offset::from_seconds((hours * 3600.0).round() as i32).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_writes_as_close_does() {
        let instant: Timestamp = "2024-03-05T14:07:31.482Z".parse().unwrap();
        let whole: Timestamp = "2014-12-07T04:10:46Z".parse().unwrap();
        assert_eq!(DateStyle::Offset.write(instant), "2024-03-05T14:07:31.482000+00:00");
        assert_eq!(DateStyle::Offset.write(whole), "2014-12-07T04:10:46+00:00");
        assert_eq!(DateStyle::Naive.write(whole), "2014-12-07T04:10:46.000000");
        assert_eq!(DateStyle::OffsetFull.write(whole), "2014-12-07T04:10:46.000000+00:00");
    }

    #[test]
    fn every_written_style_reads_back() {
        let instant: Timestamp = "2024-03-05T14:07:31.482Z".parse().unwrap();
        for style in [DateStyle::Offset, DateStyle::Naive, DateStyle::OffsetFull] {
            assert_eq!(parse_moment(&style.write(instant)), Some(instant));
        }
        assert_eq!(parse_moment("2024-03-05"), "2024-03-05T00:00:00Z".parse().ok());
        assert_eq!(parse_moment("2024-03-05T10:00"), "2024-03-05T10:00:00Z".parse().ok());
        assert_eq!(parse_moment("next week"), None);
    }

    #[test]
    fn offsets_are_hours_with_fractions() {
        assert_eq!(parse_offset_hours("-4"), Offset::from_seconds(-14_400).ok());
        assert_eq!(parse_offset_hours("5.5"), Offset::from_seconds(19_800).ok());
        assert_eq!(parse_offset_hours("noon"), None);
    }
}
