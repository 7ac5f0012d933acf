//! Deals of generated leads.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use serde_json::{Value, json};

use super::lead::{Making, Stage, Story, written};
use super::names::pick;
use super::phrases;
use crate::store::Kind;

impl Making<'_> {
    /// The deals a lead of this stage has.
    pub(super) fn deals(&mut self, story: &mut Story) {
        match story.stage {
            Stage::New => {}
            Stage::Interested => {
                if self.random.random_bool(0.4) {
                    self.deal(story, "active");
                }
            }
            Stage::Qualified => {
                self.deal(story, "active");
                if self.random.random_bool(0.2) {
                    self.deal(story, "lost");
                }
            }
            Stage::Customer => {
                self.deal(story, "won");
                if self.random.random_bool(0.35) {
                    self.deal(story, "active");
                }
            }
            Stage::Gone => {
                if self.random.random_bool(0.7) {
                    self.deal(story, "lost");
                }
            }
        }
    }

    fn deal(&mut self, story: &mut Story, outcome: &str) {
        let created = self.later(story);
        let open = self.settings.deal_statuses.get("active").cloned();
        let status = self.settings.deal_statuses.get(outcome).cloned();
        let (period, value) = self.price();
        let decided = if outcome == "active" { created } else { self.later(story) };
        let day = match outcome {
            "won" => decided,
            // Some open deals should have been decided by now.
            _ => self.writer.moment(-self.random.random_range(-10..90), 0),
        };
        let (confidence, lost) = match outcome {
            "won" => (100, Value::Null),
            "lost" => (0, json!(written(decided))),
            _ => (*pick(&mut self.random, &[20, 40, 50, 60, 75, 90]), Value::Null),
        };
        let note = *pick(&mut self.random, phrases::DEALS);
        let deal = json!({
            "lead_id": story.lead_id,
            "contact_id": story.contacts.first().map(|contact| contact.id.as_str()),
            "user_id": story.seller.id,
            "status_id": status,
            "value": value,
            "value_period": period,
            "confidence": confidence,
            "note": note,
            "note_html": format!("<body><p>{note}</p></body>"),
            "date_won": day.strftime("%Y-%m-%d").to_string(),
            "date_lost": lost,
            "created_by": story.seller.id,
        });
        let id = self.writer.write_at(Kind::Opportunity, deal, created, decided);
        if outcome != "active" {
            let change = json!({
                "opportunity_id": id,
                "old_status_id": open,
                "new_status_id": status,
                "opportunity_value": value,
                "opportunity_value_formatted": formatted(value, period),
                "opportunity_value_currency": "USD",
                "opportunity_value_period": period,
                "opportunity_confidence": confidence,
                "opportunity_date_won": written(midnight(day)),
            });
            self.activity(Kind::OpportunityStatusChange, story, change, decided);
        }
    }

    /// How it is paid, and how much in cents.
    fn price(&mut self) -> (&'static str, i64) {
        let hundreds = |making: &mut Self, from: i64, to: i64| making.random.random_range(from..to) * 10_000;
        match self.random.random_range(0..10) {
            0..4 => ("monthly", hundreds(self, 1, 60)),
            4..7 => ("annual", hundreds(self, 10, 900)),
            _ => ("one_time", hundreds(self, 5, 1500)),
        }
    }
}

fn midnight(moment: Timestamp) -> Timestamp {
    let second = moment.as_second();
    moment
        - SignedDuration::from_secs(second.rem_euclid(86_400))
        - SignedDuration::from_nanos(moment.subsec_nanosecond().into())
}

/// Whole dollars with separators, as Close writes them: `$2,500 monthly`. Prices here have no cents.
fn formatted(cents: i64, period: &str) -> String {
    let digits = (cents / 100).to_string();
    let mut text = String::from("$");
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if period == "monthly" {
        text.push_str(" monthly");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_well() {
        assert_eq!(formatted(250_000, "monthly"), "$2,500 monthly");
        assert_eq!(formatted(120_000_000, "one_time"), "$1,200,000");
        assert_eq!(formatted(50_000, "annual"), "$500");
    }

    #[test]
    fn midnight_is_the_start_of_the_day() {
        let moment: Timestamp = "2024-03-05T14:07:31.482Z".parse().unwrap();
        assert_eq!(midnight(moment).to_string(), "2024-03-05T00:00:00Z");
    }
}
