//! When a sequence may send: ranges of hours on days of the week.

use jiff::civil::Time;
use serde_json::{Value, json};

use crate::resource::{REQUIRED, View};
use crate::store::Object;

/// Checks `{"ranges": [{"weekday": 1, "start": "09:00", "end": "16:59"}]}`; Monday is 1, and a range ends on the day on
/// which it starts (chosen).
pub(crate) fn check(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let schedule = value.as_object().ok_or("Value must be of dict type.")?;
    let wrong = |error: Value| json!({"field-errors": {"ranges": error}});
    let ranges = schedule.get("ranges").ok_or_else(|| wrong(REQUIRED.into()))?;
    let ranges = ranges.as_array().ok_or_else(|| wrong("Value must be of list type.".into()))?;
    let mut errors = Object::new();
    for (position, range) in ranges.iter().enumerate() {
        if let Err(problems) = check_range(range) {
            errors.insert(position.to_string(), json!({ "field-errors": problems }));
        }
    }
    if errors.is_empty() { Ok(value.clone()) } else { Err(wrong(json!({ "errors": errors }))) }
}

fn check_range(range: &Value) -> Result<(), Object> {
    let mut problems = Object::new();
    if !range["weekday"].as_u64().is_some_and(|day| (1..=7).contains(&day)) {
        problems.insert("weekday".to_owned(), "The value must be from 1 (Monday) to 7.".into());
    }
    let mut times = Vec::new();
    for name in ["start", "end"] {
        match range[name].as_str().and_then(time) {
            Some(time) => times.push(time),
            None => drop(problems.insert(name.to_owned(), "The value must be a time like 09:00.".into())),
        }
    }
    if let [start, end] = times[..]
        && start >= end
    {
        problems.insert("end".to_owned(), "The end must come after the start.".into());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// A time of day, `HH:MM`.
fn time(written: &str) -> Option<Time> {
    let (hour, minute) = written.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_digits_twice() {
        assert_eq!(time("16:59"), Time::new(16, 59, 0, 0).ok());
        for wrong in ["", "9:00", "24:00", "12:60", "12", "+1:00", "12:00:00", "١٢:٠٠"] {
            assert_eq!(time(wrong), None, "{wrong:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_minute_of_the_day_is_read_as_written(hour in 0i8..24, minute in 0i8..60) {
            let read = time(&format!("{hour:02}:{minute:02}"));
            proptest::prop_assert_eq!(read, Time::new(hour, minute, 0, 0).ok());
        }

        #[test]
        fn any_text_is_a_time_or_none(written in "\\PC*") {
            let _ = time(&written);
        }
    }
}
