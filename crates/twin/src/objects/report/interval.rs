//! The axis of the Explorer: which values are put together.

use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use serde_json::Value;

use super::funnel_numbers::number;
use super::narrowing;
use crate::http::Refusal;
use crate::resource::{NOT_A_CHOICE, View};
use crate::store::parse_moment;

/// Most buckets of numbers that `auto` makes.
const AUTO_BUCKETS: f64 = 20.0;

/// How values of `x` are put together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interval {
    /// Each value is its own.
    Each,
    Time(&'static str),
    /// Numbers by so many; `None` makes about twenty buckets.
    Numbers(Option<f64>),
}

impl Interval {
    pub(super) fn read(
        written: &str,
        holds: Option<&str>,
        (start, end): narrowing::Range,
    ) -> Result<Self, Refusal> {
        let wrong = || Refusal::field("interval", NOT_A_CHOICE);
        let units = ["hour", "day", "week", "month", "quarter", "year"];
        match holds {
            Some("date") if written == "auto" => {
                let days = end.duration_since(start).as_hours() / 24;
                Ok(Self::Time(match days {
                    ..=2 => "hour",
                    3..=62 => "day",
                    63..=366 => "week",
                    _ => "month",
                }))
            }
            Some("date") => units.into_iter().find(|unit| *unit == written).map(Self::Time).ok_or_else(wrong),
            Some("number") if written == "auto" => Ok(Self::Numbers(None)),
            Some("number") => {
                let width = written.parse::<u32>().ok().filter(|width| *width > 0).ok_or_else(wrong)?;
                Ok(Self::Numbers(Some(f64::from(width))))
            }
            _ if written == "auto" => Ok(Self::Each),
            _ => Err(wrong()),
        }
    }

    pub(super) fn name(self) -> Value {
        match self {
            Self::Time(unit) => unit.into(),
            Self::Numbers(Some(width)) => number(width),
            Self::Each | Self::Numbers(None) => "auto".into(),
        }
    }

    pub(super) fn width(self, points: &[(String, Value, f64)]) -> f64 {
        let Self::Numbers(width) = self else { return 1.0 };
        width.unwrap_or_else(|| {
            let values = points.iter().filter_map(|(_, place, _)| place.as_f64());
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
            if high > low { ((high - low) / AUTO_BUCKETS).ceil().max(1.0) } else { 1.0 }
        })
    }

    pub(super) fn bucket(
        self,
        place: &Value,
        width: f64,
        view: View<'_>,
        (start, end): narrowing::Range,
    ) -> Option<Bucket> {
        match self {
            Self::Each if place.is_null() => Some(Bucket::Whole),
            Self::Each => Some(Bucket::Text(place.as_str().map_or_else(|| place.to_string(), str::to_owned))),
            #[expect(clippy::cast_possible_truncation, reason = "a bucket beyond that is the last one")]
            Self::Numbers(_) => Some(Bucket::Number(((place.as_f64()? / width).floor() * width) as i64)),
            Self::Time(unit) => {
                let at = place.as_str().and_then(parse_moment).filter(|at| *at >= start && *at < end)?;
                begin(&at.to_zoned(TimeZone::fixed(view.caller.offset)), unit).map(Bucket::Text)
            }
        }
    }
}

/// The first moment of the hour, day, week, … a moment is in.
fn begin(at: &Zoned, unit: &str) -> Option<String> {
    let date = at.date();
    let first = match unit {
        "hour" => return Some(at.strftime("%Y-%m-%dT%H:00:00").to_string()),
        "week" => {
            let days = i64::from(date.weekday().since(jiff::civil::Weekday::Monday));
            date.checked_sub(days.days()).ok()?
        }
        "month" => date.first_of_month(),
        "quarter" => jiff::civil::Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok()?,
        "year" => date.first_of_year(),
        _ => date,
    };
    Some(first.to_string())
}

/// A place on the axis.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bucket {
    /// Everything: there is no axis.
    Whole,
    Number(i64),
    Text(String),
}

impl Bucket {
    pub(super) fn shown(&self) -> Value {
        match self {
            Self::Whole => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}
