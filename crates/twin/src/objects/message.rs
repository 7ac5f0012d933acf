//! What e-mails and text messages share: the life of a message from draft to sent, and the notice of one received.

use serde_json::{Value, json};

use super::task;
use crate::http::Refusal;
use crate::resource::{Draft, REQUIRED, Session, phone};
use crate::store::{DateStyle, Object, text};

/// The states of a message (documented).
pub(crate) const STATUSES: &[&str] = &["inbox", "draft", "scheduled", "outbox", "sent", "error"];

/// Only drafts can be edited; what waits to be sent can be called back to a draft (documented).
pub(crate) fn check_editable(draft: &mut Draft<'_>) {
    let Some(old) = draft.old else { return };
    let (was, becomes) = (text(old, "status"), text(&draft.object, "status"));
    let fine = match was {
        Some("draft") => true,
        Some("scheduled" | "outbox") => becomes == Some("draft"),
        _ => false,
    };
    if !fine {
        draft.refuse(Refusal::invalid("Only drafts can be edited."));
    }
}

/// Requires what the state needs, and sends what is to be sent now: there is no queue, a message in the outbox is
/// sent at once unless `send_in` holds it back.
pub(crate) fn settle(session: &Session<'_>, draft: &mut Draft<'_>) {
    let now = DateStyle::Offset.write(session.world.now());
    let status = text(&draft.object, "status").unwrap_or_default().to_owned();
    if status == "scheduled" && draft.object.get("date_scheduled").is_none_or(Value::is_null) {
        draft.errors.add("date_scheduled", REQUIRED);
    }
    let held = draft.input.get("send_in").and_then(Value::as_i64);
    if held.is_some_and(|seconds| !(0..60).contains(&seconds)) {
        draft.errors.add("send_in", "The value must be at most 59.");
    }
    if status == "outbox" && held.unwrap_or(0) == 0 {
        draft.object.insert("status".to_owned(), "sent".into());
    }
    let sent = text(&draft.object, "status") == Some("sent");
    if sent && draft.object.get("date_sent").is_none_or(Value::is_null) {
        let logged = draft.object.get("date_created").filter(|_| draft.old.is_none()).cloned();
        draft.object.insert("date_sent".to_owned(), logged.unwrap_or_else(|| now.into()));
    }
}

/// Puts a received message into the inbox of its user: a notification of this type about this type of object.
pub(crate) fn notify(session: &mut Session<'_>, notification: &str, object_type: &str, message: &Object) {
    let member = |name: &str| message.get(name).cloned().unwrap_or_default();
    let remote = text(message, "remote_phone");
    let task = json!({
        "_type": notification,
        "lead_id": member("lead_id"),
        "contact_id": member("contact_id"),
        "assigned_to": member("user_id"),
        "date": member("activity_at"),
        "is_complete": false,
        "object_type": object_type,
        "object_id": member("id"),
        "remote_phone": remote,
        "remote_phone_formatted": remote.map(phone::formatted),
        "remote_phone_description": remote.and_then(phone::country),
        "local_phone": member("local_phone"),
        "text": member("text"),
        "attachments": member("attachments"),
    });
    task::notify(session, task);
}
