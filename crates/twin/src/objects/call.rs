//! Calls. Those posted here are logged: made outside Close.

use serde_json::{Value, json};

use super::ownership::ACTIVITIES;
use super::{activity, contact, playbook, rich_text};
use crate::http::Refusal;
use crate::resource::{Draft, Field, FieldKind, Hooks, Initial, Resource, Session, Show, View, phone};
use crate::store::{Kind, Object, text};

/// `/activity/call/`
pub(crate) static CALL: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("Call")),
        Field::reference("lead_id", &[Kind::Lead]),
        Field::choice("direction", &["inbound", "outbound"]).starts(Initial::Text("outbound")).not_null(),
        Field::choice("status", STATUSES).starts(Initial::Text("completed")).not_null(),
        Field::choice("disposition", DISPOSITIONS),
        Field::stored("call_method").starts(Initial::Text("external")),
        Field::choice("source", &["Close.io", "External"])
            .on_create()
            .starts(Initial::Text("External"))
            .not_null(),
        Field::count("duration").starts(Initial::Integer(0)).not_null(),
        Field::new("phone", FieldKind::Phone),
        Field::computed("remote_phone", |_, call| call.get("phone").cloned().unwrap_or_default()),
        Field::computed("remote_phone_formatted", |_, call| formatted(call, "phone")),
        Field::computed("remote_country_iso", |_, call| country(call, "phone")),
        Field::stored("local_phone"),
        Field::computed("local_phone_formatted", |_, call| formatted(call, "local_phone")),
        Field::computed("local_country_iso", |_, call| country(call, "local_phone")),
        Field::text("note").starts(Initial::Text("")),
        Field::text("note_html").starts(Initial::Text("<body><p></p></body>")),
        Field::reference("outcome_id", &[Kind::Outcome]),
        playbook::REFERENCE,
        Field::computed("has_recording", |_, call| {
            call.get("recording_url").is_some_and(Value::is_string).into()
        }),
        Field::new("recording_url", FieldKind::Checked(secure_url)).reads(|_, call| media(call, "recording")),
        Field::stored("recording_transcript").shown(Show::OnRequest),
        Field::stored("voicemail_transcript").shown(Show::OnRequest),
        Field::stored("recording_expires_at"),
        Field::new("voicemail_url", FieldKind::Checked(secure_url)).reads(|_, call| media(call, "voicemail")),
        Field::stored("voicemail_duration").starts(Initial::Integer(0)),
        Field::stored("cost"),
        Field::text("quality_info").starts(Initial::Text("")),
        Field::stored("dialer_id"),
        Field::stored("dialer_saved_search_id"),
        Field::stored("transferred_from"),
        Field::stored("transferred_to"),
        Field::stored("transferred_from_user_id"),
        Field::stored("transferred_to_user_id"),
        Field::stored("is_forwarded").starts(Initial::False),
        Field::stored("forwarded_to"),
        Field::stored("is_joinable").starts(Initial::False),
        Field::stored("is_to_group_number").starts(Initial::False),
        Field::stored("coach_legs").starts(Initial::EmptyList),
        Field::stored("date_answered"),
    ],
    list: activity::LIST,
    event: Some("activity.call"),
    hooks: Hooks {
        prepare,
        created: |session, call| tell(session, None, call),
        updated: |session, old, call| tell(session, Some(old), call),
        ..activity::DELETABLE
    },
    ..Resource::new(Kind::Call, "activity/call", "acti", "Call")
};

const STATUSES: &[&str] =
    &["created", "in-progress", "completed", "cancel", "no-answer", "busy", "failed", "timeout"];

const DISPOSITIONS: &[&str] =
    &["answered", "no-answer", "vm-answer", "vm-left", "busy", "blocked", "error", "abandoned"];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    rich_text::keep_in_step(draft, "note", "note_html");
    if let Some(old) = draft.old.filter(|old| text(old, "source") == Some("Close.io")) {
        delete_media(session.view(), old, draft);
        for name in ["status", "duration", "direction"] {
            if old.get(name) != draft.object.get(name) {
                draft.errors.add(name, "Value cannot be changed.");
            }
        }
    }
    if draft.object.get("lead_id").is_none_or(Value::is_null) {
        let number = text(&draft.object, "phone");
        match number.and_then(|number| contact::with_phone(session.view(), number)).cloned() {
            Some(owner) => {
                draft.object.insert("lead_id".to_owned(), owner["lead_id"].clone());
                draft.object.insert("contact_id".to_owned(), owner["id"].clone());
            }
            None if draft.old.is_none() => draft.errors.add("lead", "This field is required."),
            None => {}
        }
    }
    activity::prepare(session, draft);
}

/// Clearing what an internal call recorded deletes it for good, so it needs what deleting the call needs; without
/// that it is a 400 (documented).
fn delete_media(view: View<'_>, old: &Object, draft: &mut Draft<'_>) {
    let emptied = |name: &str| {
        let given = draft.input.get(name);
        given.is_some_and(|given| given.is_null() || given == "")
            && old.get(name).is_some_and(|had| !had.is_null())
    };
    let media = ["recording_url", "voicemail_url", "recording_transcript"];
    let emptied: Vec<&str> = media.into_iter().filter(|name| emptied(name)).collect();
    if emptied.is_empty() {
        return;
    }
    if let Some(permission) = ACTIVITIES.needed_to_delete(view, old)
        && view.require(permission).is_err()
    {
        let message = format!("Deleting the recording of a call needs the permission {permission}.");
        return draft.refuse(Refusal::bad_request(message));
    }
    for name in emptied {
        draft.object.insert(name.to_owned(), Value::Null);
    }
}

/// A call that somebody took and a call that is over are told besides its change; also when it is logged afterwards
/// (chosen).
fn tell(session: &mut Session<'_>, old: Option<&Object>, call: &Object) {
    session.announce_when(Kind::Call, old, call, ("disposition", "answered"), "answered");
    session.announce_when(Kind::Call, old, call, ("status", "completed"), "completed");
}

fn formatted(call: &Object, name: &str) -> Value {
    text(call, name).map_or(Value::Null, |number| phone::formatted(number).into())
}

fn country(call: &Object, name: &str) -> Value {
    json!(text(call, name).and_then(phone::country))
}

/// Media is fetched from Close, whatever address it was logged with.
fn media(call: &Object, what: &str) -> Value {
    let logged = call.get(&format!("{what}_url")).is_some_and(Value::is_string);
    let id = text(call, "id").unwrap_or_default();
    if logged { format!("https://api.close.com/call/{id}/{what}/").into() } else { Value::Null }
}

/// An absolute `https` address; an empty one is none.
pub(super) fn secure_url(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?;
    if written.is_empty() {
        return Ok(Value::Null);
    }
    let secure = url::Url::parse(written).is_ok_and(|url| url.scheme() == "https");
    if secure { Ok(value.clone()) } else { Err("Invalid URL.".into()) }
}
