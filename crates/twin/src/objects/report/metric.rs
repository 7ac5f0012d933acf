//! The metrics of activity reports, and how much each object adds to them.

use serde_json::Value;

use crate::objects::{money, opportunity};
use crate::resource::View;
use crate::store::{Kind, Object, text};

/// How the amounts of a metric become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Sum,
    Average,
    /// How many different leads.
    Leads,
}

/// One metric: which objects count, whose they are, when, and how much.
#[derive(Clone, Debug)]
pub(crate) struct Metric {
    pub(crate) key: String,
    pub(crate) kinds: &'static [Kind],
    pub(crate) fold: Fold,
}

/// What one object adds to a metric.
pub(crate) struct Share<'w> {
    pub(crate) user_id: &'w str,
    pub(crate) at: &'w str,
    pub(crate) amount: i64,
}

/// All metrics.
pub(crate) fn all() -> Vec<Metric> {
    let mut metrics = Vec::new();
    let mut add = |key: String, kinds: &'static [Kind], fold: Fold| metrics.push(Metric { key, kinds, fold });
    for direction in ["all", "inbound", "outbound"] {
        for method in ["all", "regular", "external", "power_dialer", "predictive_dialer"] {
            for (measure, fold) in
                [("count", Fold::Sum), ("sum_duration", Fold::Sum), ("avg_duration", Fold::Average)]
            {
                add(format!("calls.{direction}.{method}.{measure}"), &[Kind::Call], fold);
            }
        }
    }
    for kind in ["all", "sequences", "sequences_with_reply", "sequences_without_reply"] {
        add(format!("emails.sent.{kind}.count"), &[Kind::Email], Fold::Sum);
    }
    for key in ["emails.received.all.count", "emails.opened.all.count", "emails.opened.sequences.count"] {
        add(key.to_owned(), &[Kind::Email], Fold::Sum);
    }
    add("sms.sent.all.count".to_owned(), &[Kind::Sms], Fold::Sum);
    add("sms.received.all.count".to_owned(), &[Kind::Sms], Fold::Sum);
    add("leads.created.all.count".to_owned(), &[Kind::Lead], Fold::Sum);
    add("leads.contacted.all.count".to_owned(), &[Kind::Call, Kind::Email, Kind::Sms], Fold::Leads);
    for kind in ["created", "created_for", "won", "lost"] {
        add(format!("opportunities.{kind}.all.count"), &[Kind::Opportunity], Fold::Sum);
    }
    for kind in ["won", "lost"] {
        add(format!("opportunities.{kind}.all.sum_annualized_value"), &[Kind::Opportunity], Fold::Sum);
        for period in ["one_time", "monthly", "annual"] {
            for measure in ["count", "sum_value"] {
                add(
                    format!("opportunities.value_{kind}.{period}.{measure}"),
                    &[Kind::Opportunity],
                    Fold::Sum,
                );
            }
        }
    }
    metrics
}

impl Metric {
    /// What an object adds, if anything.
    pub(crate) fn share<'w>(&self, view: View<'_>, object: &'w Object) -> Option<Share<'w>> {
        let parts: Vec<&str> = self.key.split('.').collect();
        let [group, what, kind, measure] = parts[..] else { return None };
        let by = |member: &str| text(object, member).unwrap_or_default();
        match group {
            "calls" => {
                let method = text(object, "call_method").unwrap_or("regular");
                let wanted = kind.trim_end_matches("_dialer");
                let counts = (what == "all" || text(object, "direction") == Some(what))
                    && (kind == "all" || method == wanted);
                let duration = object.get("duration").and_then(Value::as_i64).unwrap_or(0);
                let amount = if measure == "count" { 1 } else { duration };
                counts.then(|| Share { user_id: by("user_id"), at: by("activity_at"), amount })
            }
            "emails" => emails(view, what, kind, object).then(|| Share {
                user_id: by("user_id"),
                at: by("activity_at"),
                amount: 1,
            }),
            "sms" => {
                let counts =
                    if what == "sent" { sent(object) } else { text(object, "direction") == Some("inbound") };
                counts.then(|| Share { user_id: by("user_id"), at: by("activity_at"), amount: 1 })
            }
            "leads" if what == "created" => {
                Some(Share { user_id: by("created_by"), at: by("date_created"), amount: 1 })
            }
            "leads" => {
                let outgoing = matches!(text(object, "direction"), Some("outbound" | "outgoing"));
                let reached =
                    text(object, "status").is_some_and(|status| matches!(status, "completed" | "sent"));
                (outgoing && reached).then(|| Share {
                    user_id: by("user_id"),
                    at: by("activity_at"),
                    amount: 1,
                })
            }
            _ => deals(view, what, kind, measure, object),
        }
    }
}

fn sent(message: &Object) -> bool {
    text(message, "status") == Some("sent")
        && text(message, "direction").is_none_or(|way| way.starts_with("out"))
}

fn emails(view: View<'_>, what: &str, kind: &str, email: &Object) -> bool {
    let from_sequence = text(email, "sequence_id").is_some();
    let replied = || {
        let lead_id = text(email, "lead_id").unwrap_or_default();
        let id = email.get("id");
        view.children(lead_id, Kind::Email).any(|other| other.get("in_reply_to_id") == id)
    };
    let opened = || email.get("opens").and_then(Value::as_array).is_some_and(|opens| !opens.is_empty());
    let kind_fits = match kind {
        "sequences" => from_sequence,
        "sequences_with_reply" => from_sequence && replied(),
        "sequences_without_reply" => from_sequence && !replied(),
        _ => true,
    };
    kind_fits
        && match what {
            "sent" => sent(email),
            "received" => text(email, "direction") == Some("incoming"),
            _ => sent(email) && opened(),
        }
}

fn deals<'w>(view: View<'_>, what: &str, kind: &str, measure: &str, deal: &'w Object) -> Option<Share<'w>> {
    let by = |member: &str| text(deal, member).unwrap_or_default();
    let amount = match measure {
        "count" => 1,
        "sum_annualized_value" => money::annualized(deal).unwrap_or(0),
        _ => money::value(deal).unwrap_or(0),
    };
    match what {
        "created" => Some(Share { user_id: by("created_by"), at: by("date_created"), amount }),
        "created_for" => Some(Share { user_id: by("user_id"), at: by("date_created"), amount }),
        _ => {
            let outcome = what.trim_start_matches("value_");
            let fits = opportunity::status(view, deal, "type") == outcome
                && (kind == "all" || text(deal, "value_period") == Some(kind));
            let at = if outcome == "won" { by("date_won") } else { by("date_lost") };
            fits.then(|| Share { user_id: by("user_id"), at, amount })
        }
    }
}
