//! E-mails, in conversations.

use serde_json::{Value, json};

use super::attachment::MAIL_ATTACHMENTS;
use super::email_thread::{self, join_thread};
use super::{activity, comment, email_template, mailbox, message, rich_text, send_as};
use crate::resource::{
    Draft, Field, FieldKind, Hooks, Initial, NO_OBJECT, REQUIRED, Resource, Session, Show, View,
};
use crate::store::{Kind, Object, text};

/// `/activity/email/`
pub(crate) static EMAIL: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("Email")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::stored("thread_id"),
        Field::choice("status", message::STATUSES).required(),
        Field::stored("direction"),
        Field::text("subject").starts(Initial::Text("")),
        Field::new("sender", FieldKind::Checked(mailbox::check)),
        Field::new("to", FieldKind::Checked(mailbox::check_list)).starts(Initial::EmptyList),
        Field::new("cc", FieldKind::Checked(mailbox::check_list)).starts(Initial::EmptyList),
        Field::new("bcc", FieldKind::Checked(mailbox::check_list)).starts(Initial::EmptyList),
        Field::text("body_text"),
        Field::text("body_html"),
        Field::computed("body_preview", |_, email| preview(email).into()),
        Field::computed("body_text_quoted", |_, email| quoted(email, "body_text", "text")),
        Field::computed("body_html_quoted", |_, email| quoted(email, "body_html", "html")),
        MAIL_ATTACHMENTS,
        Field::computed("envelope", mailbox::envelope),
        Field::reference("email_account_id", &[Kind::ConnectedAccount]).also(&["account_id"]),
        Field::reference("template_id", &[Kind::EmailTemplate]),
        Field::computed("template_name", |view, email| {
            view.member_of(Kind::EmailTemplate, text(email, "template_id"), "name")
        }),
        Field::reference("in_reply_to_id", &[Kind::Email]),
        Field::stored("message_ids").starts(Initial::EmptyList),
        Field::stored("references").starts(Initial::EmptyList),
        Field::computed("has_reply", |view, email| is_answered(view, email).into()),
        Field::new("opens", FieldKind::FreeList).starts(Initial::EmptyList),
        Field::stored("opens_summary"),
        Field::stored("need_smtp_credentials").starts(Initial::False),
        Field::stored("send_attempts").starts(Initial::EmptyList),
        Field::stored("send_as_id"),
        Field::stored("bulk_email_action_id"),
        Field::reference("followup_sequence_id", &[Kind::Sequence]),
        Field::count("followup_sequence_delay"),
        Field::flag("followup_sequence_add_cc_bcc", false),
        Field::moment("followup_date").starts(Initial::Absent).shown(Show::Hidden),
        Field::moment("date_scheduled"),
        Field::stored("date_sent"),
    ],
    list: activity::LIST,
    event: Some("activity.email"),
    hooks: Hooks {
        prepare,
        storing,
        created,
        updated,
        may_delete: activity::may_delete,
        deleting,
        ..Hooks::NONE
    },
    ..Resource::new(Kind::Email, "activity/email", "acti", "Email")
};

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    message::check_editable(draft);
    from_template(session.view(), draft);
    bodies(draft);
    sender(session.view(), draft);
    let writer = text(&draft.object, "user_id").unwrap_or(&session.caller.user_id);
    let lent = text(&draft.object, "sender").and_then(|from| send_as::used_by(session.view(), writer, from));
    draft.object.insert("send_as_id".to_owned(), json!(lent));
    message::settle(session, draft);
    let direction = if text(&draft.object, "status") == Some("inbox") { "incoming" } else { "outgoing" };
    draft.object.insert("direction".to_owned(), direction.into());
    let replied = text(&draft.object, "in_reply_to_id").and_then(|id| session.view().find(Kind::Email, id));
    if replied.is_some_and(|replied| replied.get("lead_id") != draft.object.get("lead_id")) {
        draft.errors.add("in_reply_to", NO_OBJECT);
    }
    let sent = draft.object.get("date_sent").filter(|sent| sent.is_string()).cloned();
    if let Some(sent) = sent.filter(|_| !draft.given("activity_at")) {
        draft.object.insert("activity_at".to_owned(), sent);
    }
    activity::prepare(session, draft);
}

/// A template stands in for bodies that are not sent (documented).
fn from_template(view: View<'_>, draft: &mut Draft<'_>) {
    if !draft.given("template_id") || draft.given("body_text") || draft.given("body_html") {
        return;
    }
    let template = text(&draft.object, "template_id").and_then(|id| view.find(Kind::EmailTemplate, id));
    let Some(template) = template else { return };
    let lead = text(&draft.object, "lead_id").and_then(|id| view.find(Kind::Lead, id));
    let contact = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id));
    let filled =
        |name: &str| email_template::fill(view, text(template, name).unwrap_or_default(), lead, contact);
    let (subject, body) = (filled("subject"), filled("body"));
    if !draft.given("subject") {
        draft.object.insert("subject".to_owned(), subject.into());
    }
    draft.object.insert("body_text".to_owned(), rich_text::to_plain(&body).into());
    draft.object.insert("body_html".to_owned(), body.into());
}

/// Each body derives the other when only one is sent.
fn bodies(draft: &mut Draft<'_>) {
    let given = |name: &str| draft.given(name);
    if given("body_text") && !given("body_html") {
        let html = text(&draft.object, "body_text").map(|plain| plain.replace('\n', "<br>"));
        draft.object.insert("body_html".to_owned(), html.map_or(Value::Null, Value::String));
    } else if given("body_html") && !given("body_text") {
        let plain = text(&draft.object, "body_html").map(rich_text::to_plain);
        draft.object.insert("body_text".to_owned(), plain.map_or(Value::Null, Value::String));
    }
}

/// Who writes: required for all states but `draft` and `sent`; what was sent is by default from the user's own account.
fn sender(view: View<'_>, draft: &mut Draft<'_>) {
    if draft.object.get("sender").is_some_and(Value::is_string) {
        return;
    }
    match text(&draft.object, "status") {
        Some("sent") => {
            let own = mailbox::own(view, text(&draft.object, "user_id").unwrap_or(&view.caller.user_id));
            draft.object.insert("sender".to_owned(), json!(own));
        }
        Some("draft") | None => {}
        Some(_) => draft.errors.add("sender", REQUIRED),
    }
}

fn storing(session: &mut Session<'_>, email: &mut Object) {
    activity::storing(session, email);
    if text(email, "status") != Some("draft") && email.get("message_ids").is_none_or(|ids| ids == &json!([]))
    {
        let number: u64 = rand::Rng::random(session.world.random());
        let id = format!("<{}.{number:016x}@mail.close.example>", session.world.now().as_millisecond());
        email.insert("message_ids".to_owned(), json!([id]));
    }
    let thread_id = join_thread(session, email);
    email.insert("thread_id".to_owned(), thread_id.into());
}

fn created(session: &mut Session<'_>, email: &Object) {
    after(session, None, email);
}

fn updated(session: &mut Session<'_>, old: &Object, new: &Object) {
    after(session, Some(old), new);
}

/// A message that is sent is announced, moves its thread, and may ask to be followed up.
fn after(session: &mut Session<'_>, old: Option<&Object>, email: &Object) {
    if let Some(thread_id) = text(email, "thread_id") {
        let at = email.get("activity_at").cloned().unwrap_or_default();
        session
            .amend(Kind::EmailThread, thread_id, |thread| drop(thread.insert("activity_at".to_owned(), at)));
    }
    let status = text(email, "status");
    session.announce_when(Kind::Email, old, email, ("status", "sent"), "sent");
    let waits = matches!(status, Some("scheduled" | "sent" | "outbox"));
    let asked = email.get("followup_date").filter(|date| date.is_string()).cloned();
    if let Some(date) = asked.filter(|_| waits && old.is_none_or(|old| text(old, "status") == Some("draft")))
    {
        let task = json!({
            "_type": "email_followup",
            "lead_id": email.get("lead_id"),
            "contact_id": email.get("contact_id"),
            "assigned_to": email.get("user_id"),
            "date": date,
            "is_complete": false,
            "object_type": "emailthread",
            "object_id": email.get("thread_id"),
            "email_id": email.get("id"),
            "subject": email.get("subject"),
            "body_preview": preview(email),
        });
        super::task::notify(session, task);
    }
}

/// The conversation goes with its last e-mail.
fn deleting(session: &mut Session<'_>, email: &Object) {
    comment::forget(session, email);
    let thread_id = text(email, "thread_id").unwrap_or_default();
    let lead_id = text(email, "lead_id").unwrap_or_default();
    if email_thread::emails(session.view(), lead_id, thread_id).len() < 2 {
        session.discard(Kind::EmailThread, thread_id);
    }
}

/// The first two hundred characters.
pub(crate) fn preview(email: &Object) -> String {
    text(email, "body_text").unwrap_or_default().chars().take(200).collect()
}

fn quoted(email: &Object, body: &str, name: &str) -> Value {
    text(email, body).map_or(json!([]), |body| json!([{name: body, "expand": true}]))
}

/// Whether the lead answered an e-mail.
pub(crate) fn is_answered(view: View<'_>, email: &Object) -> bool {
    let lead_id = text(email, "lead_id").unwrap_or_default();
    let id = email.get("id");
    let answers =
        |other: &Object| other.get("in_reply_to_id") == id && text(other, "direction") == Some("incoming");
    view.children(lead_id, Kind::Email).any(answers)
}
