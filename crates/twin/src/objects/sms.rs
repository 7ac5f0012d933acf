//! Text messages.

use serde_json::{Value, json};

use super::attachment::SMS_ATTACHMENTS;
use super::blocked_phone_number::is_blocked;
use super::{activity, email_template, message};
use crate::resource::{Draft, Field, FieldKind, Hooks, Initial, REQUIRED, Resource, Session, phone};
use crate::store::{Kind, Object, text};

/// `/activity/sms/`
pub(crate) static SMS: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("SMS")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::choice("status", message::STATUSES).required(),
        Field::choice("direction", &["inbound", "outbound"]).on_create().starts(Initial::Absent).not_null(),
        Field::text("text").starts(Initial::Text("")),
        Field::choice("source", &["Close.io", "External"])
            .on_create()
            .starts(Initial::Text("External"))
            .not_null(),
        Field::new("local_phone", FieldKind::Phone),
        Field::computed("local_phone_formatted", |_, sms| formatted(sms, "local_phone")),
        Field::computed("local_country_iso", |_, sms| {
            json!(text(sms, "local_phone").and_then(phone::country))
        }),
        Field::new("remote_phone", FieldKind::Phone),
        Field::computed("remote_phone_formatted", |_, sms| formatted(sms, "remote_phone")),
        Field::computed("remote_country_iso", |_, sms| {
            json!(text(sms, "remote_phone").and_then(phone::country))
        }),
        SMS_ATTACHMENTS,
        Field::reference("template_id", &[Kind::SmsTemplate]),
        Field::stored("cost"),
        Field::stored("error_message"),
        Field::moment("date_scheduled"),
        Field::stored("date_sent"),
    ],
    list: activity::LIST,
    event: Some("activity.sms"),
    hooks: Hooks {
        prepare,
        created,
        updated: |session, old, sms| tell(session, Some(old), sms),
        ..activity::DELETABLE
    },
    ..Resource::new(Kind::Sms, "activity/sms", "acti", "SMS")
};

/// Most attachments of one message (documented).
const MOST_ATTACHMENTS: usize = 10;

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    message::check_editable(draft);
    let view = session.view();
    if draft.given("template_id")
        && !draft.given("text")
        && let Some(template) =
            text(&draft.object, "template_id").and_then(|id| view.find(Kind::SmsTemplate, id))
    {
        let lead = text(&draft.object, "lead_id").and_then(|id| view.find(Kind::Lead, id));
        let contact = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id));
        let filled = email_template::fill(view, text(template, "text").unwrap_or_default(), lead, contact);
        draft.object.insert("text".to_owned(), filled.into());
    }
    if draft
        .object
        .get("attachments")
        .and_then(Value::as_array)
        .is_some_and(|list| list.len() > MOST_ATTACHMENTS)
    {
        draft.errors.add("attachments", "List is too long.");
    }
    let incoming = text(&draft.object, "status") == Some("inbox");
    let direction = if incoming { "inbound" } else { "outbound" };
    draft.object.entry("direction").or_insert_with(|| direction.into());
    if matches!(text(&draft.object, "status"), Some("outbox" | "scheduled")) {
        own_number(session, draft);
    }
    message::settle(session, draft);
    activity::prepare(session, draft);
}

/// Real sending needs a number rented from Close, and somebody to send to.
fn own_number(session: &Session<'_>, draft: &mut Draft<'_>) {
    if draft.object.get("remote_phone").is_none_or(Value::is_null) {
        draft.errors.add("remote_phone", REQUIRED);
    }
    if text(&draft.object, "remote_phone").is_some_and(|number| is_blocked(session.view(), number)) {
        draft.errors.add("remote_phone", "This phone number is blocked.");
    }
    let number = text(&draft.object, "local_phone");
    let rented = |owned: &Object| text(owned, "number") == number && text(owned, "type") == Some("internal");
    if session.view().all(Kind::PhoneNumber).any(rented) {
        draft.object.insert("source".to_owned(), "Close.io".into());
    } else {
        draft.errors.add("local_phone", "Not a valid choice.");
    }
}

fn created(session: &mut Session<'_>, sms: &Object) {
    tell(session, None, sms);
    if session.asks_for("send_to_inbox") && text(sms, "status") == Some("inbox") {
        message::notify(session, "incoming_sms", "sms", sms);
    }
}

fn tell(session: &mut Session<'_>, old: Option<&Object>, sms: &Object) {
    session.announce_when(Kind::Sms, old, sms, ("status", "sent"), "sent");
}

fn formatted(sms: &Object, name: &str) -> Value {
    text(sms, name).map_or(Value::Null, |number| phone::formatted(number).into())
}
