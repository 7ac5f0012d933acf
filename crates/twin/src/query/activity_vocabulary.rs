//! What can be asked of activities in the search bar. Most of it was seen in Close's own scripts and reports.

use super::facts;
use super::term::{Entity, Hangs, Holds, Text, exact, moment, named, number, text, work};
use super::vocabulary::{CREATED, DATE, ID, UPDATED, USER};
use crate::store::Kind;

pub(super) static CALL: Entity = Entity {
    names: &["call"],
    kind: Kind::Call,
    hangs: Hangs::Stored,
    link: "call_id",
    customs: None,
    text: Text::Members(&["note"]),
    terms: &[
        ID,
        exact(&["direction"], "direction"),
        exact(&["status"], "status"),
        exact(&["disposition"], "disposition"),
        exact(&["method", "call_method"], "call_method"),
        number(&["duration"], "duration"),
        exact(&["phone", "remote_phone"], "phone"),
        text(&["note"], "note"),
        work(&["outcome"], Holds::Exact, |scene, call| {
            scene.member_of(Kind::Outcome, call, "outcome_id", "name")
        }),
        DATE,
        work(&["outgoing_call_date"], Holds::Moment, |_, call| facts::date_if(call, "direction", "outbound")),
        work(&["incoming_call_date"], Holds::Moment, |_, call| facts::date_if(call, "direction", "inbound")),
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static EMAIL: Entity = Entity {
    names: &["email"],
    kind: Kind::Email,
    hangs: Hangs::Stored,
    link: "email_id",
    customs: None,
    text: Text::Members(&["subject", "body_text"]),
    terms: &[
        ID,
        work(&["direction"], Holds::Exact, |_, email| facts::email_direction(email)),
        exact(&["status"], "status"),
        text(&["subject"], "subject"),
        text(&["body", "body_text"], "body_text"),
        text(&["sender", "from"], "sender"),
        exact(&["to"], "to"),
        moment(&["sent", "date_sent"], "date_sent"),
        work(&["opened"], Holds::Flag, |_, email| facts::any(email, "opens")),
        work(&["has_reply", "replied"], Holds::Flag, facts::replied),
        work(&["template", "template_id"], Holds::Exact, |scene, email| {
            scene.named(Kind::EmailTemplate, email, "template_id")
        }),
        work(&["sequence", "sequence_id"], Holds::Exact, |scene, email| {
            scene.named(Kind::Sequence, email, "sequence_id")
        }),
        exact(&["bulk_email_action", "bulk_email_action_id"], "bulk_email_action_id"),
        DATE,
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static SMS: Entity = Entity {
    names: &["sms", "sms_message"],
    kind: Kind::Sms,
    hangs: Hangs::Stored,
    link: "sms_id",
    customs: None,
    text: Text::Members(&["text"]),
    terms: &[
        ID,
        exact(&["direction"], "direction"),
        exact(&["status"], "status"),
        text(&["text"], "text"),
        exact(&["phone", "remote_phone"], "remote_phone"),
        moment(&["sent", "date_sent"], "date_sent"),
        DATE,
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static NOTE: Entity = Entity {
    names: &["note"],
    kind: Kind::Note,
    hangs: Hangs::Stored,
    link: "note_id",
    customs: None,
    text: Text::Members(&["title", "note"]),
    terms: &[ID, text(&["note", "text"], "note"), text(&["title"], "title"), DATE, USER, CREATED, UPDATED],
    children: &[],
};

pub(super) static MEETING: Entity = Entity {
    names: &["meeting"],
    kind: Kind::Meeting,
    hangs: Hangs::Stored,
    link: "meeting_id",
    customs: None,
    text: Text::Members(&["title", "note", "user_note"]),
    terms: &[
        ID,
        text(&["title"], "title"),
        text(&["note"], "note"),
        exact(&["status"], "status"),
        moment(&["date", "starts_at", "activity_at"], "starts_at"),
        number(&["duration"], "duration"),
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static LEAD_STATUS_CHANGE: Entity = Entity {
    names: &["lead_status_change"],
    kind: Kind::LeadStatusChange,
    hangs: Hangs::Stored,
    link: "lead_status_change_id",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        named(&["old_status"], Kind::LeadStatus, "old_status_id", &["label", "id"]),
        named(&["new_status"], Kind::LeadStatus, "new_status_id", &["label", "id"]),
        DATE,
        USER,
    ],
    children: &[],
};

pub(super) static OPPORTUNITY_STATUS_CHANGE: Entity = Entity {
    names: &["status_change"],
    kind: Kind::OpportunityStatusChange,
    hangs: Hangs::Stored,
    link: "status_change_id",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        named(&["old_status"], Kind::OpportunityStatus, "old_status_id", &["label", "id", "type"]),
        named(&["new_status"], Kind::OpportunityStatus, "new_status_id", &["label", "id", "type"]),
        DATE,
        USER,
    ],
    children: &[],
};

pub(super) static WHATSAPP_MESSAGE: Entity = Entity {
    names: &["whatsapp_message", "whatsapp"],
    kind: Kind::WhatsAppMessage,
    hangs: Hangs::Stored,
    link: "whatsapp_message_id",
    customs: None,
    text: Text::Members(&["message_markdown"]),
    terms: &[
        ID,
        exact(&["direction"], "direction"),
        text(&["text", "message", "message_markdown"], "message_markdown"),
        exact(&["phone", "remote_phone"], "remote_phone"),
        DATE,
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static CUSTOM_ACTIVITY: Entity = Entity {
    names: &["custom_activity"],
    kind: Kind::CustomActivity,
    hangs: Hangs::Stored,
    link: "custom_activity_id",
    customs: Some(Kind::ActivityCustomField),
    text: Text::Work(|_, activity| facts::customs(activity)),
    terms: &[
        ID,
        named(&["type"], Kind::CustomActivityType, "custom_activity_type_id", &["name", "id"]),
        exact(&["custom_activity_type_id"], "custom_activity_type_id"),
        exact(&["status"], "status"),
        DATE,
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

pub(super) static FORM_SUBMISSION: Entity = Entity {
    names: &["form_submission"],
    kind: Kind::FormSubmission,
    hangs: Hangs::Stored,
    link: "form_submission_id",
    customs: None,
    text: Text::Members(&["form_name"]),
    terms: &[ID, named(&["form", "form_id"], Kind::Form, "form_id", &["name", "id"]), DATE, CREATED, UPDATED],
    children: &[],
};
