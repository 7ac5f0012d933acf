//! Money: cents of the organization's currency.

use serde_json::Value;

use crate::resource::View;
use crate::store::{Object, text};

/// The organization's currency, for example `USD`.
pub(crate) fn currency(view: View<'_>) -> Value {
    view.organization().and_then(|organization| organization.get("currency")).cloned().unwrap_or("USD".into())
}

/// The value of an opportunity, in cents.
pub(crate) fn value(deal: &Object) -> Option<i64> {
    deal.get("value").and_then(Value::as_i64)
}

/// Its value in a year.
pub(crate) fn annualized(deal: &Object) -> Option<i64> {
    let times = if text(deal, "value_period") == Some("monthly") { 12 } else { 1 };
    value(deal).map(|value| value.saturating_mul(times))
}

/// A value weighed with the confidence, rounded half away from zero.
pub(crate) fn expected(deal: &Object, value: Option<i64>) -> Option<i64> {
    let confidence = i128::from(deal.get("confidence").and_then(Value::as_i64).unwrap_or(0));
    let weighed = i128::from(value?) * confidence;
    i64::try_from((weighed + 50 * weighed.signum()) / 100).ok()
}

/// An opportunity's value for reading: `$2,500 monthly`, `$500`.
pub(crate) fn formatted(view: View<'_>, deal: &Object) -> Value {
    let suffix = if text(deal, "value_period") == Some("monthly") { " monthly" } else { "" };
    value(deal).map_or(Value::Null, |cents| format!("{}{suffix}", amount(view, cents)).into())
}

/// An amount of cents for reading: whole amounts have no decimals.
pub(crate) fn amount(view: View<'_>, cents: i64) -> String {
    let symbol =
        view.organization().and_then(|organization| text(organization, "currency_symbol")).unwrap_or("$");
    let sign = if cents < 0 { "-" } else { "" };
    let whole = grouped(cents.unsigned_abs() / 100);
    match cents.unsigned_abs() % 100 {
        0 => format!("{sign}{symbol}{whole}"),
        rest => format!("{sign}{symbol}{whole}.{rest:02}"),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn the_documented_example_adds_up() {
        let deal = json!({"value": 5000, "value_period": "monthly", "confidence": 75});
        let deal = deal.as_object().unwrap();
        assert_eq!(expected(deal, value(deal)), Some(3750));
        assert_eq!(annualized(deal), Some(60000));
        assert_eq!(expected(deal, annualized(deal)), Some(45000));
    }
}
