//! The numbers of the opportunity funnel: counts, values, rates and times of a cohort.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::history::History;
use super::narrowing::Range;
use crate::store::{Object, text};

/// One opportunity of the cohort.
pub(super) struct Deal {
    pub(super) user_id: String,
    pub(super) created: Timestamp,
    pub(super) value: i64,
    pub(super) annualized: i64,
    pub(super) weighted: i64,
    pub(super) history: History,
}

/// What happened in one stage during a report.
pub(super) fn stage(
    status: &Object,
    deals: &[&Deal],
    (start, end): Range,
    types: &HashMap<String, String>,
) -> Object {
    let id = text(status, "id").unwrap_or_default();
    let mut sums = Sums::default();
    let (mut lost, mut advanced) = (Sums::default(), Sums::default());
    let mut took = Vec::new();
    for deal in deals {
        let stays: Vec<_> = deal.history.stays().collect();
        let mut here = stays.iter().enumerate().filter(|(_, (stage, began, ended))| {
            *stage == id && *began < end && ended.is_none_or(|ended| ended >= start)
        });
        let Some((position, (_, began, ended))) = here.next_back() else { continue };
        sums.add(deal);
        let next = stays.get(position + 1).filter(|_| ended.is_some_and(|ended| ended < end));
        if let (Some((next, ..)), Some(ended)) = (next, ended) {
            if types.get(*next).is_some_and(|kind| kind == "lost") {
                lost.add(deal);
            } else {
                advanced.add(deal);
                took.push(ended.duration_since(*began));
            }
        }
    }
    let members = json!({
        "status": {"id": id, "label": status.get("label"), "type": status.get("type")},
        "count": sums.count,
        "value": sums.value,
        "weighted_value": sums.weighted,
        "count_lost": lost.count,
        "value_lost": lost.value,
        "count_lost_ratio": ratio(lost.count, sums.count),
        "value_lost_ratio": ratio(lost.value, sums.value),
        "count_conversion_rate": ratio(advanced.count, sums.count),
        "value_conversion_rate": ratio(advanced.value, sums.value),
        "weighted_value_conversion_rate": ratio(advanced.weighted, sums.weighted),
        "average_time_to_advance": average(&took),
    });
    members.as_object().cloned().unwrap_or_default()
}

/// What became of a cohort until a report's end.
pub(super) fn total(deals: &[&Deal], end: Timestamp, types: &HashMap<String, String>) -> Object {
    let (mut all, mut complete, mut won) = (Sums::default(), Sums::default(), Sums::default());
    let mut annualized = 0_i64;
    let mut took = Vec::new();
    for deal in deals {
        all.add(deal);
        let last = deal.history.steps().rfind(|(at, _)| *at < end);
        let Some((at, status)) = last else { continue };
        match types.get(status).map(String::as_str) {
            Some("won") => {
                complete.add(deal);
                won.add(deal);
                annualized = annualized.saturating_add(deal.annualized);
                took.push(at.duration_since(deal.created));
            }
            Some("lost") => complete.add(deal),
            _ => {}
        }
    }
    let worth = annualized.checked_div(won.count);
    let members = json!({
        "count": all.count,
        "count_total_complete": complete.count,
        "count_total_won": won.count,
        "count_win_rate": ratio(won.count, complete.count),
        "value_total_complete": complete.value,
        "value_total_won": won.value,
        "value_win_rate": ratio(won.value, complete.value),
        "average_time_to_win": average(&took),
        "average_value_annualized_per_won_opportunity": worth,
        "sales_velocity": velocity(all.count, ratio(won.count, complete.count), worth, &took),
    });
    members.as_object().cloned().unwrap_or_default()
}

/// Opportunities times win rate times value, a day (chosen; a sale takes at least one day).
fn velocity(count: i64, rate: Value, worth: Option<i64>, took: &[SignedDuration]) -> Value {
    let (Some(rate), Some(worth), Some(seconds)) = (rate.as_f64(), worth, average(took).as_f64()) else {
        return Value::Null;
    };
    let days = (seconds / 86_400.0).max(1.0);
    #[expect(clippy::cast_precision_loss, reason = "cents of a report, rounded anyway")]
    let velocity = (count as f64 * rate * worth as f64 / days).round();
    number(velocity)
}

#[derive(Clone, Copy, Default)]
struct Sums {
    count: i64,
    value: i64,
    weighted: i64,
}

impl Sums {
    fn add(&mut self, deal: &Deal) {
        self.count += 1;
        self.value = self.value.saturating_add(deal.value);
        self.weighted = self.weighted.saturating_add(deal.weighted);
    }
}

/// A part of a whole, to four digits; null of nothing (documented).
fn ratio(part: i64, whole: i64) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    #[expect(clippy::cast_precision_loss, reason = "four digits are told")]
    let ratio = part as f64 / whole as f64;
    number((ratio * 10_000.0).round() / 10_000.0)
}

/// Whole seconds; null of nothing.
fn average(took: &[SignedDuration]) -> Value {
    let count = i64::try_from(took.len()).unwrap_or(i64::MAX);
    json!(took.iter().map(SignedDuration::as_secs).sum::<i64>().checked_div(count))
}

/// A number without a fraction is written without one, as in the documented samples.
pub(super) fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "only what fits is cut")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}
