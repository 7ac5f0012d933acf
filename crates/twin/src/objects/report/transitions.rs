//! Which ways leads or opportunities went between statuses in a time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::history::History;
use super::statuses::{About, Labels, Span};
use crate::store::Object;

/// From one status to another; from nothing when something was made.
pub(super) type Way = (Option<String>, String);

/// How often each way was gone.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Step by step.
    pub(super) each: BTreeMap<Way, usize>,
    /// From where something was at the start to where it was at the end: A to B to C is A to C.
    pub(super) whole: BTreeMap<Way, usize>,
}

impl Ways {
    pub(super) fn add(&mut self, history: &History, span: &Span) {
        let mut before: Option<String> = None;
        let mut first: Option<Option<String>> = None;
        let mut last: Option<String> = None;
        for (at, status) in history.steps() {
            let during = span.start.is_none_or(|start| at >= start) && at < span.end;
            if during {
                *self.each.entry((before.clone(), status.to_owned())).or_default() += 1;
                first.get_or_insert_with(|| before.clone());
                last = Some(status.to_owned());
            }
            before = Some(status.to_owned());
        }
        if let (Some(first), Some(last)) = (first, last)
            && first.as_ref() != Some(&last)
        {
            *self.whole.entry((first, last)).or_default() += 1;
        }
    }
}

/// One line of a report.
pub(super) fn row(labels: &Labels<'_>, (from, to): &Way, count: usize, span: &Span) -> Value {
    let (_, change) = labels.entities();
    let (start, end) = (&span.started_on, &span.ended_on);
    let original = if labels.about == About::Leads { "original_lead_status" } else { "original_status" };
    let inner = match from {
        None => {
            format!("{original}:{} and created >= \"{start}\" and created <= \"{end}\"", labels.quoted(to))
        }
        Some(from) => format!(
            "{change}(old_status:{} new_status:{} and date >= \"{start}\" and date <= \"{end}\")",
            labels.quoted(from),
            labels.quoted(to)
        ),
    };
    let written = Value::from(labels.search(&inner));
    let mut row = Object::new();
    let gone = |id: &Option<String>| id.as_deref().map(|id| labels.label(id).is_none());
    let label = |id: &Option<String>| id.as_deref().and_then(|id| labels.label(id)).map(str::to_owned);
    let to = Some(to.clone());
    for (side, id) in [("from", from), ("to", &to)] {
        row.insert(format!("{side}_status_id"), json!(id));
        row.insert(format!("{side}_status_label"), json!(label(id)));
        row.insert(format!("{side}_status_is_deleted"), json!(gone(id)));
    }
    row.insert("count".to_owned(), count.into());
    labels.add_pages(&mut row, "page_url", &written);
    row.insert("_query".to_owned(), written);
    row.into()
}
