//! `WhatsApp` messages: a log of what was said elsewhere.

use serde_json::Value;

use super::attachment::{self, ATTACHMENTS};
use super::{activity, message, rich_text};
use crate::resource::{Draft, Field, FieldKind, Hooks, Initial, Resource, Session, View, phone};
use crate::store::{Kind, Object, text};

/// `/activity/whatsapp_message/`
pub(crate) static WHATSAPP_MESSAGE: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("WhatsAppMessage")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::choice("direction", &["incoming", "outgoing"]).required(),
        Field::text("external_whatsapp_message_id").required().on_create(),
        Field::stored("integration_name").starts(Initial::Text("API")),
        Field::new("integration_link", FieldKind::Url),
        Field::text("message_markdown").required(),
        Field::computed("message_html", |_, message| html(message).into()),
        Field::computed("text", |_, message| rich_text::to_plain(&html(message)).into()),
        Field::new("local_phone", FieldKind::Checked(number)).required(),
        Field::computed("local_phone_formatted", |_, message| formatted(message, "local_phone")),
        Field::new("remote_phone", FieldKind::Checked(number)).required(),
        Field::computed("remote_phone_formatted", |_, message| formatted(message, "remote_phone")),
        Field::reference("response_to_id", &[Kind::WhatsAppMessage]),
        ATTACHMENTS,
        Field::stored("source").starts(Initial::Text("api")),
    ],
    list: activity::LIST,
    event: Some("activity.whatsapp_message"),
    hooks: Hooks { prepare, storing, created, ..activity::DELETABLE },
    ..Resource::new(Kind::WhatsAppMessage, "activity/whatsapp_message", "acti", "WhatsAppMessage")
};

/// Most bytes of all attachments of a message (documented: 25 MB).
const MOST_BYTES: u64 = 25_000_000;

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    for (member, reported) in [("contact_id", "contact"), ("activity_at", "activity_at")] {
        if draft.object.get(member).is_none_or(Value::is_null) {
            draft.errors.add(reported, "This field is required.");
        }
    }
    if attachment::total_size(session.view(), &draft.object) > MOST_BYTES {
        draft.errors.add("attachments", "The attachments must not be larger than 25 MB in total.");
    }
    activity::prepare(session, draft);
}

/// The app that logged the message; `API` for keys (documented).
fn storing(session: &mut Session<'_>, message: &mut Object) {
    if let Some(app) = session.app() {
        message.insert("integration_name".to_owned(), app.name.clone().into());
    }
}

/// A message that came in is told on request (documented). Close does not document the notification's type.
fn created(session: &mut Session<'_>, sent: &Object) {
    if session.asks_for("send_to_inbox") && text(sent, "direction") == Some("incoming") {
        let mut shown = sent.clone();
        shown.insert("text".to_owned(), rich_text::to_plain(&html(sent)).into());
        message::notify(session, "incoming_whatsapp_message", "whatsapp_message", &shown);
    }
}

/// Numbers are international, with or without their `+` (documented).
fn number(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    let whole = if written.starts_with('+') { written.to_owned() } else { format!("+{written}") };
    phone::normalise(&whole, "US").map(Value::String).ok_or_else(|| "Invalid phone number.".into())
}

/// The markdown of the messenger as HTML: `*strong*`, `_emphasis_`, `~struck~`.
fn html(message: &Object) -> String {
    let mut html = rich_text::from_plain(text(message, "message_markdown").unwrap_or_default());
    for (mark, tag) in [('*', "strong"), ('_', "em"), ('~', "s")] {
        let mut open = false;
        let mut out = String::new();
        let pairs = html.matches(mark).count() / 2 * 2;
        for (position, part) in html.split(mark).enumerate() {
            if position > 0 {
                if position > pairs {
                    out.push(mark);
                } else {
                    out.extend(if open { ["</", tag, ">"] } else { ["<", tag, ">"] });
                    open = !open;
                }
            }
            out.push_str(part);
        }
        html = out;
    }
    html.replace("<body>", "").replace("</body>", "")
}

fn formatted(message: &Object, name: &str) -> Value {
    text(message, name).map_or(Value::Null, |number| phone::formatted(number).into())
}
