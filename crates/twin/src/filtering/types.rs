//! The types of object structured queries know, by Close's names, and which of them belong together.
//!
//! `lead`, `contact` and the rows of contacts are documented; the other names are those of Close's events.

use crate::store::{Kind, Record, text};

/// A type of object in queries.
#[derive(Debug)]
pub(crate) struct ObjectType {
    /// Its name, for example `activity.call`.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) what: What,
}

/// What a type is in the store.
#[derive(Debug)]
pub(crate) enum What {
    /// Whole objects of a kind; of tasks perhaps only those of one `_type`.
    Object { kind: Kind, task_type: Option<&'static str> },
    /// Rows of a list inside other objects: the list's name, whose it is, and what rows hold.
    Row { list: &'static str, owner: Kind, fields: &'static [&'static str] },
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn object(name: &'static str, kind: Kind) -> ObjectType {
    ObjectType { name, what: What::Object { kind, task_type: None } }
}

const fn task(name: &'static str, task_type: &'static str) -> ObjectType {
    ObjectType { name, what: What::Object { kind: Kind::Task, task_type: Some(task_type) } }
}

const fn row(
    name: &'static str,
    list: &'static str,
    owner: Kind,
    fields: &'static [&'static str],
) -> ObjectType {
    ObjectType { name, what: What::Row { list, owner, fields } }
}

/// All of them.
pub(crate) static TYPES: &[ObjectType] = &[
    object("lead", Kind::Lead),
    object("contact", Kind::Contact),
    object("opportunity", Kind::Opportunity),
    object("task", Kind::Task),
    task("task.lead", "lead"),
    task("task.outgoing_call", "outgoing_call"),
    task("task.incoming_email", "incoming_email"),
    task("task.email_followup", "email_followup"),
    task("task.missed_call", "missed_call"),
    task("task.answered_detached_call", "answered_detached_call"),
    task("task.voicemail", "voicemail"),
    task("task.incoming_sms", "incoming_sms"),
    task("task.opportunity_due", "opportunity_due"),
    object("custom_object", Kind::CustomObject),
    object("sequence_subscription", Kind::SequenceSubscription),
    object("activity.call", Kind::Call),
    object("activity.email", Kind::Email),
    object("activity.email_thread", Kind::EmailThread),
    object("activity.sms", Kind::Sms),
    object("activity.whatsapp_message", Kind::WhatsAppMessage),
    object("activity.note", Kind::Note),
    object("activity.meeting", Kind::Meeting),
    object("activity.custom_activity", Kind::CustomActivity),
    object("activity.created", Kind::Created),
    object("activity.lead_status_change", Kind::LeadStatusChange),
    object("activity.opportunity_status_change", Kind::OpportunityStatusChange),
    object("activity.lead_merge", Kind::LeadMerge),
    object("activity.task_completed", Kind::TaskCompleted),
    object("activity.form_submission", Kind::FormSubmission),
    object("activity.import_update", Kind::ImportUpdate),
    row("contact_email", "emails", Kind::Contact, &["email", "type"]),
    row("contact_phone", "phones", Kind::Contact, &["phone", "type"]),
    row("contact_url", "urls", Kind::Contact, &["url", "type"]),
    row(
        "address",
        "addresses",
        Kind::Lead,
        &["label", "address_1", "address_2", "city", "state", "zipcode", "country", "location"],
    ),
];

/// The type with this name.
pub(crate) fn named(name: &str) -> Option<&'static ObjectType> {
    TYPES.iter().find(|object_type| object_type.name == name)
}

/// The type objects of a kind go by when nothing more is known of them.
pub(crate) fn of_kind(kind: Kind) -> Option<&'static ObjectType> {
    TYPES.iter().find(|object_type| object_type.kind() == Some(kind))
}

/// Types of whole objects, which can be searched for.
pub(crate) fn objects() -> impl Iterator<Item = &'static ObjectType> {
    TYPES.iter().filter(|object_type| object_type.kind().is_some())
}

impl ObjectType {
    /// The kind of whole objects of this type; rows have none.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self.what {
            What::Object { kind, .. } => Some(kind),
            What::Row { .. } => None,
        }
    }

    /// Whether a record is of this type.
    pub(crate) fn holds(&self, record: &Record) -> bool {
        match self.what {
            What::Object { kind, task_type } => {
                record.kind == kind
                    && task_type.is_none_or(|wanted| text(&record.object, "_type") == Some(wanted))
            }
            What::Row { .. } => false,
        }
    }

    /// Whether objects of the other type can hang on, or be named by, objects of this one.
    pub(crate) fn relates_to(&self, other: &Self) -> bool {
        match (self.kind(), &other.what) {
            (Some(own), What::Row { owner, .. }) => own == *owner,
            (Some(Kind::Lead), What::Object { kind, .. }) => *kind != Kind::Lead,
            (Some(_), What::Object { kind: Kind::Lead, .. }) => true,
            (Some(Kind::Contact), What::Object { kind, .. }) => has_contact(*kind),
            (Some(own), What::Object { kind: Kind::Contact, .. }) => has_contact(own),
            (Some(Kind::Opportunity), What::Object { kind, .. }) => *kind == Kind::OpportunityStatusChange,
            (Some(own), What::Object { kind: Kind::Opportunity, .. }) => own == Kind::OpportunityStatusChange,
            _ => false,
        }
    }
}

/// Whether objects of a kind may name a contact.
fn has_contact(kind: Kind) -> bool {
    matches!(kind, Kind::Opportunity | Kind::Task | Kind::SequenceSubscription) || kind.is_activity()
}
