//! What happened to a lead, one line an activity, the newest first.

use super::log::shortened;
use super::{said, when};
use crate::objects::resource_of;
use crate::resource::{Detail, Projection, View, render};
use crate::store::{Created, Kind, Object, Shelf, text};

/// Most activities shown.
const MOST: usize = 200;

/// One line of a timeline.
pub(super) struct Entry {
    pub(super) at: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) detail: String,
}

/// The newest activities of a lead, and how many more there are.
pub(super) fn timeline(view: View<'_>, lead_id: &str) -> (Vec<Entry>, usize) {
    let numbers: Vec<u32> = view.world.numbers(lead_id, Shelf::Activities, Created::EVER).rev().collect();
    let more = numbers.len().saturating_sub(MOST);
    let mut entries: Vec<Entry> = numbers
        .into_iter()
        .take(MOST)
        .filter_map(|number| view.world.at(number))
        // A conversation is told by its e-mails.
        .filter(|record| record.kind != Kind::EmailThread)
        .map(|record| {
            let shown =
                render(view, resource_of(record.kind), &record.object, Detail::Listed, &Projection::All);
            entry(record.kind, &shown)
        })
        .collect();
    entries.sort_by(|a, b| b.at.cmp(&a.at));
    (entries, more)
}

fn entry(kind: Kind, activity: &Object) -> Entry {
    let member = |name: &str| said(activity, name);
    let (what, detail) = match kind {
        Kind::Call => {
            let way = if text(activity, "direction") == Some("inbound") { "Call from" } else { "Call to" };
            let seconds = activity.get("duration").and_then(serde_json::Value::as_i64).unwrap_or(0);
            let length = if seconds > 0 {
                format!(", {}:{:02} min", seconds / 60, seconds % 60)
            } else {
                String::new()
            };
            let outcome = text(activity, "disposition").map(|it| format!(", {}", it.replace('-', " ")));
            let whom = text(activity, "remote_phone_formatted").unwrap_or("an unknown number");
            (format!("{way} {whom}{}{length}", outcome.unwrap_or_default()), member("note"))
        }
        Kind::Email => {
            (format!("E-mail ({}): {}", member("status"), member("subject")), member("body_preview"))
        }
        Kind::Sms => (format!("Text message ({})", member("status")), member("text")),
        Kind::WhatsAppMessage => (format!("WhatsApp message, {}", member("direction")), member("text")),
        Kind::Note => {
            let title = member("title");
            (if title.is_empty() { "Note".to_owned() } else { format!("Note: {title}") }, member("note"))
        }
        Kind::Meeting => {
            (format!("Meeting ({}): {}", member("status"), member("title")), member("user_note"))
        }
        Kind::Created => (format!("Lead created ({})", member("source")), String::new()),
        Kind::LeadStatusChange => (change("Status", activity), String::new()),
        Kind::OpportunityStatusChange => {
            (change("Opportunity", activity), member("opportunity_value_formatted"))
        }
        Kind::TaskCompleted => (format!("Task done: {}", member("task_text")), String::new()),
        Kind::LeadMerge => (format!("Merged with {}", member("source_display_name")), String::new()),
        Kind::FormSubmission => (format!("Form: {}", member("form_name")), member("source_url")),
        Kind::CustomActivity => (format!("Custom activity ({})", member("status")), String::new()),
        _ => (member("_type"), String::new()),
    };
    let at = text(activity, "activity_at").or_else(|| text(activity, "date_created")).unwrap_or_default();
    Entry { at: when(at), who: member("user_name"), what, detail: shortened(&detail) }
}

fn change(what: &str, activity: &Object) -> String {
    let label = |name: &str| {
        let label = said(activity, name);
        if label.is_empty() { "a deleted status".to_owned() } else { label }
    };
    format!("{what}: {} → {}", label("old_status_label"), label("new_status_label"))
}
