//! The metrics of activity reports, and how much each object adds to them.
//!
//! The keys are those whose pattern Close documents, and six that programs in use ask for or that belong to the same
//! family: e-mails sent by hand and in bulk.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use crate::objects::{is_answered, money, opportunity};
use crate::query::moment_of;
use crate::resource::View;
use crate::store::{Kind, Object, text};

/// How the amounts of a metric become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    /// Rounded down.
    Average,
    /// How many different leads.
    Leads,
}

/// One metric: which objects count, whose they are, when, and how much. The names are the parts of its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metric {
    /// `calls`, `emails`, `sms`, `leads`, `opportunities`.
    pub(super) group: &'static str,
    /// What happened: a direction, `sent`, `won`.
    pub(super) what: &'static str,
    /// To which of them: a method of calling, a way of sending, a period of value; `all`.
    pub(super) which: &'static str,
    measure: &'static str,
    pub(super) kinds: &'static [Kind],
    pub(super) fold: Fold,
}

/// What one object adds to a metric.
pub(super) struct Share<'w> {
    pub(super) user_id: &'w str,
    pub(super) at: Timestamp,
    pub(super) amount: i64,
}

/// All metrics.
pub(super) fn all() -> Vec<Metric> {
    let mut metrics = Vec::new();
    let mut add = |group, what, which, measure, kinds: &'static [Kind], fold| {
        metrics.push(Metric { group, what, which, measure, kinds, fold });
    };
    for what in ["all", "inbound", "outbound"] {
        for which in ["all", "regular", "external", "power_dialer", "predictive_dialer"] {
            add("calls", what, which, "count", &[Kind::Call], Fold::Sum);
            add("calls", what, which, "sum_duration", &[Kind::Call], Fold::Sum);
            add("calls", what, which, "avg_duration", &[Kind::Call], Fold::Average);
        }
    }
    for which in ["all"].into_iter().chain(WAYS_OF_SENDING.into_iter().flatten()) {
        add("emails", "sent", which, "count", &[Kind::Email], Fold::Sum);
    }
    add("emails", "received", "all", "count", &[Kind::Email], Fold::Sum);
    add("emails", "opened", "all", "count", &[Kind::Email], Fold::Sum);
    add("emails", "opened", "sequences", "count", &[Kind::Email], Fold::Sum);
    for what in ["sent", "received"] {
        add("sms", what, "all", "count", &[Kind::Sms], Fold::Sum);
    }
    add("leads", "created", "all", "count", &[Kind::Lead], Fold::Sum);
    add("leads", "contacted", "all", "count", &[Kind::Call, Kind::Email, Kind::Sms], Fold::Leads);
    for what in ["created", "created_for", "won", "lost"] {
        add("opportunities", what, "all", "count", &[Kind::Opportunity], Fold::Sum);
    }
    for (what, value) in [("won", "value_won"), ("lost", "value_lost")] {
        add("opportunities", what, "all", "sum_annualized_value", &[Kind::Opportunity], Fold::Sum);
        for which in ["one_time", "monthly", "annual"] {
            for measure in ["count", "sum_value"] {
                add("opportunities", value, which, measure, &[Kind::Opportunity], Fold::Sum);
            }
        }
    }
    metrics
}

/// Ways of sending e-mails: all of one, those that were answered, those that were not. Sequences are documented;
/// `manual_with_reply` and `bulk_with_reply` were seen in programs, the others are like them.
const WAYS_OF_SENDING: [[&str; 3]; 3] = [
    ["sequences", "sequences_with_reply", "sequences_without_reply"],
    ["manual", "manual_with_reply", "manual_without_reply"],
    ["bulk", "bulk_with_reply", "bulk_without_reply"],
];

impl Metric {
    /// `calls.outbound.all.count`
    pub(super) fn key(&self) -> String {
        [self.group, self.what, self.which, self.measure].join(".")
    }

    /// The way of sending e-mails it counts, and whether only answered or unanswered ones.
    pub(super) fn way(&self) -> (&'static str, Option<bool>) {
        let with = self.which.strip_suffix("_with_reply").map(|way| (way, Some(true)));
        let without = self.which.strip_suffix("_without_reply").map(|way| (way, Some(false)));
        with.or(without).unwrap_or((self.which, None))
    }

    /// How an opportunity ended that it counts.
    pub(super) fn outcome(&self) -> &'static str {
        self.what.trim_start_matches("value_")
    }

    /// How calls are made that it counts, as calls say it; none for any way.
    pub(super) fn method(&self) -> Option<&'static str> {
        Some(self.which.trim_end_matches("_dialer")).filter(|method| *method != "all")
    }

    /// What an object adds, if anything. Days begin at midnight at `offset`.
    pub(super) fn share<'o>(&self, view: View<'_>, object: &'o Object, offset: Offset) -> Option<Share<'o>> {
        let (counts, user, at, amount) = match (self.group, self.what) {
            ("calls", way) => {
                let method = text(object, "call_method").unwrap_or("regular");
                let counts = (way == "all" || text(object, "direction") == Some(way))
                    && self.method().is_none_or(|wanted| method == wanted);
                let duration = || object.get("duration").and_then(Value::as_i64).unwrap_or(0);
                let amount = if self.measure == "count" { 1 } else { duration() };
                (counts, "user_id", "activity_at", amount)
            }
            ("emails", "received") => {
                (text(object, "direction") == Some("incoming"), "user_id", "activity_at", 1)
            }
            ("emails", what) => {
                let opened = || has_entries(object, "opens");
                let counts = sent(object) && (what == "sent" || opened()) && self.sent_so(view, object);
                (counts, "user_id", "activity_at", 1)
            }
            ("sms", "sent") => (sent(object), "user_id", "activity_at", 1),
            ("sms", _) => (text(object, "direction") == Some("inbound"), "user_id", "activity_at", 1),
            ("leads", "created") => (true, "created_by", "date_created", 1),
            ("leads", _) => (reached(object), "user_id", "activity_at", 1),
            (_, "created") => (true, "created_by", "date_created", 1),
            (_, "created_for") => (true, "user_id", "date_created", 1),
            _ => {
                let counts = opportunity::status(view, object, "type") == self.outcome()
                    && (self.which == "all" || text(object, "value_period") == Some(self.which));
                let amount = match self.measure {
                    "count" => 1,
                    "sum_annualized_value" => money::annualized(object).unwrap_or(0),
                    _ => money::value(object).unwrap_or(0),
                };
                let at = if self.outcome() == "won" { "date_won" } else { "date_lost" };
                (counts, "user_id", at, amount)
            }
        };
        if !counts {
            return None;
        }
        let at = moment_of(text(object, at)?, offset)?;
        Some(Share { user_id: text(object, user).unwrap_or_default(), at, amount })
    }

    /// Whether an e-mail was sent in the way this counts.
    fn sent_so(&self, view: View<'_>, email: &Object) -> bool {
        let (way, answered) = self.way();
        let from_sequence = text(email, "sequence_id").is_some();
        let in_bulk = text(email, "bulk_email_action_id").is_some();
        let fits = match way {
            "sequences" => from_sequence,
            "bulk" => in_bulk,
            "manual" => !from_sequence && !in_bulk,
            _ => true,
        };
        fits && answered.is_none_or(|answered| is_answered(view, email) == answered)
    }
}

/// Whether a lead was reached: by a call that was completed, or a message that was sent (chosen).
fn reached(activity: &Object) -> bool {
    let outgoing = matches!(text(activity, "direction"), Some("outbound" | "outgoing"));
    outgoing && matches!(text(activity, "status"), Some("completed" | "sent"))
}

fn sent(message: &Object) -> bool {
    text(message, "status") == Some("sent")
        && matches!(text(message, "direction"), Some("outbound" | "outgoing"))
}

fn has_entries(object: &Object, list: &str) -> bool {
    object.get(list).and_then(Value::as_array).is_some_and(|entries| !entries.is_empty())
}
