//! Conversations: the e-mails of a lead that belong together, mainly by subject.

use serde_json::{Value, json};

use super::{activity, email, mailbox};
use crate::resource::{Detail, Field, Hooks, Initial, Methods, Projection, Resource, Session, View, render};
use crate::store::{Kind, Object, text};

/// `/activity/emailthread/`
pub(crate) static EMAIL_THREAD: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ_DELETE,
    fields: &[
        Field::stored("_type").starts(Initial::Text("EmailThread")),
        Field::stored("lead_id"),
        Field::stored("latest_normalized_subject"),
        Field::computed("n_emails", |view, thread| own(view, thread).len().into()),
        Field::computed("participants", participants),
        // Documented; what real threads were seen to hold is `latest_emails`. Clients of either find theirs.
        Field::computed("emails", |view, thread| {
            own(view, thread).into_iter().rev().map(|message| without_bodies(view, message)).collect()
        }),
        Field::computed("latest_emails", |view, thread| {
            own(view, thread).into_iter().rev().map(|message| brief(view, message)).collect()
        }),
    ],
    list: activity::LIST,
    event: Some("activity.email_thread"),
    hooks: Hooks { storing: activity::storing, deleting, ..activity::DELETABLE },
    ..Resource::new(Kind::EmailThread, "activity/emailthread", "acti", "EmailThread")
};

/// The conversation an e-mail belongs to: that of the message it answers, one with its subject, or a new one.
pub(crate) fn join_thread(session: &mut Session<'_>, email: &Object) -> String {
    let view = session.view();
    let lead_id = text(email, "lead_id").unwrap_or_default();
    let answered = text(email, "in_reply_to_id").and_then(|id| view.find(Kind::Email, id));
    if let Some(thread_id) = answered.and_then(|answered| text(answered, "thread_id")) {
        return thread_id.to_owned();
    }
    let subject = normalized(text(email, "subject").unwrap_or_default()).to_owned();
    let same =
        |thread: &&Object| !subject.is_empty() && text(thread, "latest_normalized_subject") == Some(&subject);
    let found =
        view.children(lead_id, Kind::EmailThread).rev().find(same).and_then(|thread| text(thread, "id"));
    if let Some(thread_id) = found {
        return thread_id.to_owned();
    }
    let user_id = email.get("user_id").cloned().unwrap_or_default();
    let thread = json!({
        "lead_id": lead_id,
        "contact_id": email.get("contact_id"),
        "user_id": user_id,
        "users": [user_id],
        "activity_at": email.get("activity_at"),
        "latest_normalized_subject": subject,
    });
    session.record(Kind::EmailThread, thread.as_object().cloned().unwrap_or_default())
}

/// Deleting a conversation deletes its e-mails (documented).
fn deleting(session: &mut Session<'_>, thread: &Object) {
    let ids: Vec<String> = own(session.view(), thread)
        .into_iter()
        .filter_map(|email| text(email, "id"))
        .map(str::to_owned)
        .collect();
    for id in ids {
        session.discard(Kind::Email, &id);
    }
}

/// The e-mails of a conversation, oldest first.
pub(crate) fn emails<'w>(view: View<'w>, lead_id: &str, thread_id: &str) -> Vec<&'w Object> {
    view.children(lead_id, Kind::Email).filter(|email| text(email, "thread_id") == Some(thread_id)).collect()
}

fn own<'w>(view: View<'w>, thread: &Object) -> Vec<&'w Object> {
    emails(view, text(thread, "lead_id").unwrap_or_default(), text(thread, "id").unwrap_or_default())
}

/// A subject without `Re:` and `Fwd:`.
fn normalized(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((prefix, after)) = rest.split_once(':') {
        if !["re", "fw", "fwd", "aw"].contains(&prefix.trim().to_ascii_lowercase().as_str()) {
            break;
        }
        rest = after.trim();
    }
    rest
}

fn participants(view: View<'_>, thread: &Object) -> Value {
    let mut people: Vec<Value> = Vec::new();
    for email in own(view, thread) {
        let lists = ["to", "cc"].into_iter().filter_map(|name| email.get(name)?.as_array()).flatten();
        let written = text(email, "sender").into_iter().chain(lists.filter_map(Value::as_str));
        for (name, address) in written.map(mailbox::split) {
            if people.iter().all(|person| person["email"] != address) {
                people.push(json!({"email": address, "name": name}));
            }
        }
    }
    people.into()
}

/// An e-mail as it is answered, without its bodies.
fn without_bodies(view: View<'_>, message: &Object) -> Value {
    let mut shown = render(view, &email::EMAIL, message, Detail::Listed, &Projection::All);
    shown.retain(|name, _| !name.starts_with("body_") || name == "body_preview");
    shown.into()
}

/// What a conversation was recorded to say about each of its e-mails.
fn brief(view: View<'_>, message: &Object) -> Value {
    let mut row = Object::new();
    let members = [
        "id",
        "status",
        "direction",
        "subject",
        "sender",
        "to",
        "cc",
        "bcc",
        "date_sent",
        "date_created",
        "date_updated",
        "opens_summary",
        "send_as_id",
        "user_id",
    ];
    for name in members {
        row.insert(name.to_owned(), message.get(name).cloned().unwrap_or_default());
    }
    let attached = message.get("attachments").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    row.insert("body_preview".to_owned(), email::preview(message).into());
    row.insert("has_attachments".to_owned(), attached.into());
    row.insert("envelope".to_owned(), mailbox::envelope(view, message));
    row.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_and_forwards_share_a_subject() {
        assert_eq!(normalized("Re: FWD: re: Revised quote"), "Revised quote");
        assert_eq!(normalized("Quote: revised"), "Quote: revised");
        assert_eq!(normalized(" re:"), "");
    }
}
