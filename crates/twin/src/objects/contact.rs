//! Contacts: the people of a lead.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::integration_link;
use super::lead::{self, LEAD};
use super::unsubscribed_email::is_unsubscribed;
use crate::resource::{
    CustomScope, Field, FieldKind, Filter, Hooks, Initial, ListRules, Resource, Session, Show, View, phone,
};
use crate::store::{DateStyle, Kind, Object, parse_moment, text};

/// `/contact/`
pub(crate) static CONTACT: Resource = Resource {
    fields: &[
        Field::reference("lead_id", &[Kind::Lead]).on_create(),
        Field::text("name"),
        Field::computed("display_name", |_, contact| display_name(contact).into()),
        Field::text("title"),
        Field::new("emails", FieldKind::Rows(EMAIL)).starts(Initial::EmptyList).not_null().reads(emails),
        Field::new("phones", FieldKind::Rows(PHONE)).starts(Initial::EmptyList).not_null().reads(phones),
        Field::new("urls", FieldKind::Rows(URL)).starts(Initial::EmptyList).not_null(),
        Field::computed("integration_links", |view, contact| {
            integration_link::links(view, Kind::Contact, contact)
        })
        .shown(Show::Nested),
        Field::computed("subscriptions", subscriptions).shown(Show::OnRequest),
        Field::computed("recent_calls", recent_calls).shown(Show::OnRequest),
        Field::moment("date_created").on_create().starts(Initial::Absent).shown(Show::Hidden),
        Field::reference("created_by", &[Kind::User]).on_create().starts(Initial::Absent).shown(Show::Hidden),
    ],
    custom: Some(CustomScope::Contact),
    audit: crate::resource::Audit::Plain,
    list: ListRules {
        filters: &[Filter::exact("id"), Filter::exact("lead_id")],
        orders: &["date_created", "date_updated"],
        ..ListRules::NEWEST_FIRST
    },
    event: Some("contact"),
    hooks: Hooks { storing, deleting, ..Hooks::NONE },
    ..Resource::new(Kind::Contact, "contact", "cont", "Contact")
};

const TYPES: &[&str] = &["office", "mobile", "home", "direct", "fax", "url", "other"];

const EMAIL: &[Field] = &[
    Field::choice("type", TYPES).starts(Initial::Text("office")).not_null(),
    Field::new("email", FieldKind::Email).required(),
];

const PHONE: &[Field] = &[
    Field::choice("type", TYPES).starts(Initial::Text("office")).not_null(),
    Field::new("phone", FieldKind::Phone).required(),
];

const URL: &[Field] = &[
    Field::choice("type", TYPES).starts(Initial::Text("url")).not_null(),
    Field::new("url", FieldKind::Url).required(),
];

/// A contact without a lead brings its own, named after it.
fn storing(session: &mut Session<'_>, contact: &mut Object) {
    if contact.get("lead_id").is_none_or(Value::is_null) {
        let lead = lead::blank(session.view(), Some(&display_name(contact)));
        let lead_id = session.put(&LEAD, lead);
        contact.insert("lead_id".to_owned(), lead_id.into());
    }
}

/// Subscriptions of a contact go with it.
fn deleting(session: &mut Session<'_>, contact: &Object) {
    let lead_id = text(contact, "lead_id").unwrap_or_default();
    let subscriptions = session.view().children(lead_id, Kind::SequenceSubscription);
    let own = subscriptions.filter(|subscription| subscription.get("contact_id") == contact.get("id"));
    let ids: Vec<String> =
        own.filter_map(|subscription| text(subscription, "id")).map(str::to_owned).collect();
    for id in ids {
        session.discard(Kind::SequenceSubscription, &id);
    }
}

/// A contact's name; a nameless one goes by its first address or number.
pub(crate) fn display_name(contact: &Object) -> String {
    let first = |list: &str, member: &str| {
        let rows = contact.get(list).and_then(Value::as_array);
        rows.and_then(|rows| rows.first()).and_then(|row| row.get(member)?.as_str()).map(str::to_owned)
    };
    let name = text(contact, "name").filter(|name| !name.trim().is_empty()).map(str::to_owned);
    name.or_else(|| first("emails", "email"))
        .or_else(|| first("phones", "phone").map(|number| phone::formatted(&number)))
        .unwrap_or_else(|| "Untitled".to_owned())
}

fn rows(contact: &Object, name: &str) -> impl Iterator<Item = Object> {
    let rows = contact.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    rows.into_iter().filter_map(|row| match row {
        Value::Object(row) => Some(row),
        _ => None,
    })
}

fn emails(view: View<'_>, contact: &Object) -> Value {
    let shown = rows(contact, "emails").map(|mut row| {
        let unsubscribed = text(&row, "email").is_some_and(|email| is_unsubscribed(view, email));
        row.insert("is_unsubscribed".to_owned(), unsubscribed.into());
        Value::Object(row)
    });
    shown.collect()
}

fn phones(_: View<'_>, contact: &Object) -> Value {
    let shown = rows(contact, "phones").map(|mut row| {
        let number = text(&row, "phone").unwrap_or_default().to_owned();
        row.insert("phone_formatted".to_owned(), phone::formatted(&number).into());
        row.insert("country".to_owned(), json!(phone::country(&number)));
        Value::Object(row)
    });
    shown.collect()
}

fn subscriptions(view: View<'_>, contact: &Object) -> Value {
    let all = view.children(text(contact, "lead_id").unwrap_or_default(), Kind::SequenceSubscription);
    let own = all.filter(|subscription| subscription.get("contact_id") == contact.get("id"));
    own.map(|subscription| {
        let sequence = text(subscription, "sequence_id");
        json!({
            "subscription_id": subscription["id"],
            "subscription_status": subscription.get("status"),
            "subscription_status_reason": subscription.get("status_reason"),
            "sequence_id": sequence,
            "sequence_name": view.member_of(Kind::Sequence, sequence, "name"),
            "sequence_status": view.member_of(Kind::Sequence, sequence, "status"),
            "contact_email": subscription.get("contact_email"),
            "start_date": subscription.get("start_date"),
            "initial_email_id": null,
            "date_created": subscription.get("date_created"),
        })
    })
    .collect()
}

/// How many calls are recent (chosen).
const MOST_RECENT: usize = 10;

/// The last calls with a contact, newest first.
fn recent_calls(view: View<'_>, contact: &Object) -> Value {
    let all = view.children(text(contact, "lead_id").unwrap_or_default(), Kind::Call).rev();
    let own = all.filter(|call| call.get("contact_id") == contact.get("id")).take(MOST_RECENT);
    own.map(|call| {
        let began = text(call, "activity_at").and_then(parse_moment);
        let lasted = SignedDuration::from_secs(call.get("duration").and_then(Value::as_i64).unwrap_or(0));
        let finished = began.and_then(|began| began.checked_add(lasted).ok());
        json!({
            "id": call.get("id"),
            "dialer_id": call.get("dialer_id"),
            "duration": call.get("duration"),
            "finish_timestamp": finished.map(|finished| DateStyle::Offset.write(finished)),
            "status": call.get("status"),
        })
    })
    .collect()
}

/// The contact of a lead, or anywhere in the organization, who has this number.
pub(crate) fn with_phone<'w>(view: View<'w>, number: &str) -> Option<&'w Object> {
    let mut have = view.world.holding(&view.caller.organization_id, Kind::Contact, "phones", number);
    have.next().and_then(|found| view.world.at(found)).map(|record| &record.object)
}

/// The addresses of a contact that may be written to.
pub(crate) fn reachable_emails(view: View<'_>, contact: &Object) -> Vec<String> {
    let shown = emails(view, contact);
    let rows = shown.as_array().into_iter().flatten();
    let open = rows.filter(|row| row["is_unsubscribed"] != true);
    open.filter_map(|row| row["email"].as_str()).map(str::to_owned).collect()
}

/// The first e-mail address of a contact.
pub(crate) fn first_email(contact: &Object) -> Option<&str> {
    contact.get("emails")?.as_array()?.first()?.get("email")?.as_str()
}
