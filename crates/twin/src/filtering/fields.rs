//! What structured queries can ask of each type of object.

use serde_json::{Value, json};

use crate::objects::resource_of;
use crate::resource::{View, member};
use crate::store::{Kind, Object, text};

/// Types of whole objects.
const OBJECT_TYPES: &[(&str, Kind)] = &[
    ("lead", Kind::Lead),
    ("contact", Kind::Contact),
    ("opportunity", Kind::Opportunity),
    ("task.lead", Kind::Task),
    ("custom_object", Kind::CustomObject),
    ("sequence_subscription", Kind::SequenceSubscription),
    ("activity.call", Kind::Call),
    ("activity.email", Kind::Email),
    ("activity.sms", Kind::Sms),
    ("activity.note", Kind::Note),
    ("activity.meeting", Kind::Meeting),
    ("activity.whatsapp_message", Kind::WhatsAppMessage),
    ("activity.custom_activity", Kind::CustomActivity),
    ("activity.lead_status_change", Kind::LeadStatusChange),
    ("activity.opportunity_status_change", Kind::OpportunityStatusChange),
    ("activity.form_submission", Kind::FormSubmission),
];

/// Types of rows inside objects: the list that holds them, and their fields.
const ROW_TYPES: &[(&str, &str, &[&str])] = &[
    ("contact_email", "emails", &["email", "type"]),
    ("contact_phone", "phones", &["phone", "type"]),
    ("contact_url", "urls", &["url", "type"]),
    ("address", "addresses", &["label", "address_1", "address_2", "city", "state", "zipcode", "country"]),
];

/// Counters and dates worked out for a lead or contact.
const WORKED_OUT: &[&str] = &[
    "addresses_count",
    "all_urls_count",
    "emails_count",
    "phones_count",
    "urls_count",
    "num_contacts",
    "num_email_addresses",
    "num_phone_numbers",
    "num_opportunities",
    "num_tasks",
    "num_calls",
    "num_outgoing_calls",
    "num_emails",
    "num_sms",
    "num_notes",
    "last_call_duration",
    "last_lead_status_change_date",
];

/// Members every object has.
const EVERYWHERE: &[&str] =
    &["id", "organization_id", "lead_id", "created_by", "updated_by", "date_created", "date_updated"];

/// The kind behind the name of an object type.
pub(crate) fn kind(object_type: &str) -> Option<Kind> {
    OBJECT_TYPES.iter().find(|(name, _)| *name == object_type).map(|(_, kind)| *kind)
}

/// The list that holds rows of a type.
pub(crate) fn row_list(object_type: &str) -> Option<&'static str> {
    ROW_TYPES.iter().find(|(name, ..)| *name == object_type).map(|(_, list, _)| *list)
}

/// Whether there is such a type of object or row.
pub(crate) fn is_object_type(name: &str) -> bool {
    kind(name).is_some() || row_list(name).is_some()
}

/// Whether a field can be asked for.
pub(crate) fn is_known(object_type: &str, name: &str) -> bool {
    if let Some((_, _, names)) = ROW_TYPES.iter().find(|(row, ..)| *row == object_type) {
        return names.contains(&name);
    }
    kind(object_type).is_some_and(|kind| {
        EVERYWHERE.contains(&name)
            || WORKED_OUT.contains(&name)
            || resource_of(kind).all_fields().any(|field| field.name == name)
    })
}

/// The value of a field of a whole object.
pub(crate) fn value(view: View<'_>, kind: Kind, object: &Object, name: &str) -> Value {
    if WORKED_OUT.contains(&name) {
        worked_out(view, object, name)
    } else {
        member(view, resource_of(kind), object, name)
    }
}

fn worked_out(view: View<'_>, object: &Object, name: &str) -> Value {
    let id = text(object, "id").unwrap_or_default();
    let own = |list: &str| object.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    let contacts = || view.children(id, Kind::Contact);
    let of_contacts = |list: &str| -> usize {
        contacts().map(|contact| contact.get(list).and_then(Value::as_array).map_or(0, Vec::len)).sum()
    };
    let many = |kind: Kind| view.children(id, kind).count();
    match name {
        "addresses_count" => own("addresses").into(),
        "emails_count" => own("emails").into(),
        "phones_count" => own("phones").into(),
        "urls_count" => own("urls").into(),
        "all_urls_count" => {
            let website = usize::from(text(object, "url").is_some());
            (own("urls") + of_contacts("urls") + website).into()
        }
        "num_contacts" => contacts().count().into(),
        "num_email_addresses" => of_contacts("emails").into(),
        "num_phone_numbers" => of_contacts("phones").into(),
        "num_opportunities" => many(Kind::Opportunity).into(),
        "num_tasks" => many(Kind::Task).into(),
        "num_calls" => many(Kind::Call).into(),
        "num_outgoing_calls" => view
            .children(id, Kind::Call)
            .filter(|call| text(call, "direction") == Some("outbound"))
            .count()
            .into(),
        "num_emails" => many(Kind::Email).into(),
        "num_sms" => many(Kind::Sms).into(),
        "num_notes" => many(Kind::Note).into(),
        "last_call_duration" => {
            json!(view.children(id, Kind::Call).next_back().and_then(|call| call.get("duration").cloned()))
        }
        "last_lead_status_change_date" => {
            let last = view.children(id, Kind::LeadStatusChange).next_back();
            json!(last.and_then(|change| change.get("date_created").cloned()))
        }
        _ => Value::Null,
    }
}
