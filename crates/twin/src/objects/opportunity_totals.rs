//! Sums over a list of opportunities.

use serde_json::{Value, json};

use super::money;
use crate::resource::View;
use crate::store::{Object, text};

/// The members a list of opportunities adds to its envelope: counts and sums over all matches. The formatted twin of
/// a zero is null (recorded).
pub(crate) fn totals(view: View<'_>, numbers: &[u32]) -> Object {
    let mut counts = Object::new();
    let mut sums: [[i64; 4]; 2] = [[0; 4]; 2];
    let mut add = |deal: &Object| {
        let period = text(deal, "value_period").unwrap_or("one_time");
        let count = counts.get(period).and_then(Value::as_i64).unwrap_or(0);
        counts.insert(period.to_owned(), (count + 1).into());
        let column = PERIODS.iter().position(|name| *name == period).unwrap_or(0);
        for (row, annualized, plain) in [
            (0, money::annualized(deal), money::value(deal)),
            (1, money::expected(deal, money::annualized(deal)), money::expected(deal, money::value(deal))),
        ] {
            sums[row][column] += plain.unwrap_or(0);
            sums[row][3] += annualized.unwrap_or(0);
        }
    };
    for number in numbers {
        view.world.aside(|world| world.at(*number).map(|record| add(&record.object)));
    }
    let mut out = Object::new();
    out.insert("count_by_value_period".to_owned(), Value::Object(counts));
    for (row, what) in ["total_value", "expected_value"].into_iter().enumerate() {
        for (column, period) in PERIODS.iter().enumerate() {
            let cents = sums[row][column];
            let readable = (cents != 0).then(|| {
                let suffix = if *period == "monthly" { " monthly" } else { "" };
                format!("{}{suffix}", money::amount(view, cents))
            });
            out.insert(format!("{what}_{period}"), cents.into());
            out.insert(format!("{what}_{period}_formatted"), json!(readable));
        }
    }
    out
}

const PERIODS: [&str; 4] = ["one_time", "monthly", "annual", "annualized"];
