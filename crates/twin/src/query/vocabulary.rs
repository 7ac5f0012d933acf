//! What can be asked: the fields of leads and of what hangs on them, each with how it is read from the world.
//!
//! The fields of leads and the nested entities are those seen in Close's own scripts and reports, and a few by
//! analogy. A field has all the names it goes by; the first is the one errors mention.

use super::facts;
use super::term::{Entity, Holds, Term, Text, count, exact, flag, moment, number, text, work};
use crate::store::Kind;

const CREATED: Term = moment(&["created", "date_created", "created_at"], "date_created");
const UPDATED: Term = moment(&["updated", "date_updated", "updated_at"], "date_updated");
const DATE: Term = moment(&["date", "activity_at", "happened"], "activity_at");
const ID: Term = exact(&["id"], "id");
const USER: Term =
    work(&["user", "user_id", "user_name"], Holds::Exact, |scene, object| scene.user(object, "user_id"));

const COMMUNICATION: &[Kind] = &[Kind::Call, Kind::Email, Kind::Sms, Kind::WhatsAppMessage];

/// Leads.
pub(super) static LEAD: Entity = Entity {
    names: &["lead"],
    kind: Kind::Lead,
    link: "lead_id",
    customs: Some(Kind::LeadCustomField),
    text: Text::Work(facts::lead_text),
    terms: &[
        work(&["name", "company", "display_name", "lead_name"], Holds::Text, facts::display_name),
        text(&["description"], "description"),
        text(&["url", "website"], "url"),
        exact(&["id", "lead_id"], "id"),
        work(&["status", "lead_status", "status_label"], Holds::Exact, |scene, lead| {
            scene.member_of(Kind::LeadStatus, lead, "status_id", "label")
        }),
        exact(&["status_id"], "status_id"),
        work(&["original_status", "original_lead_status"], Holds::Exact, facts::original_status),
        work(&["contact", "contact_name"], Holds::Text, |scene, lead| scene.of_contacts(lead, "name")),
        work(&["title", "contact_title"], Holds::Text, |scene, lead| scene.of_contacts(lead, "title")),
        work(&["email_address", "email", "email_addresses"], Holds::Exact, |scene, lead| {
            scene.contact_entries(lead, "emails", "email")
        }),
        work(&["phone", "phone_number", "phone_numbers"], Holds::Exact, |scene, lead| {
            scene.contact_entries(lead, "phones", "phone")
        }),
        work(&["address"], Holds::Text, |_, lead| facts::address(lead, "address_1")),
        work(&["city"], Holds::Text, |_, lead| facts::address(lead, "city")),
        work(&["state"], Holds::Exact, |_, lead| facts::address(lead, "state")),
        work(&["zip", "zipcode"], Holds::Exact, |_, lead| facts::address(lead, "zipcode")),
        work(&["country"], Holds::Exact, |_, lead| facts::address(lead, "country")),
        work(&["created_by"], Holds::Exact, |scene, lead| scene.user(lead, "created_by")),
        work(&["updated_by"], Holds::Exact, |scene, lead| scene.user(lead, "updated_by")),
        CREATED,
        UPDATED,
        work(&["last_communication_date", "last_communication"], Holds::Moment, |scene, lead| {
            facts::latest(scene, lead, COMMUNICATION, |_| true)
        }),
        work(&["last_emailed", "last_email_date"], Holds::Moment, |scene, lead| {
            facts::latest(scene, lead, &[Kind::Email], facts::outgoing)
        }),
        work(&["last_called", "last_call_date"], Holds::Moment, |scene, lead| {
            facts::latest(scene, lead, &[Kind::Call], |_| true)
        }),
        work(&["last_activity_date", "last_activity"], Holds::Moment, |scene, lead| {
            facts::latest(scene, lead, Kind::ACTIVITIES, |_| true)
        }),
        count(&["contacts"], &[Kind::Contact]),
        work(&["addresses"], Holds::Number, |_, lead| facts::length(lead, "addresses")),
        count(&["calls"], &[Kind::Call]),
        count(&["emails"], &[Kind::Email]),
        count(&["sms_messages", "sms", "texts"], &[Kind::Sms]),
        count(&["notes"], &[Kind::Note]),
        count(&["meetings"], &[Kind::Meeting]),
        count(&["tasks"], &[Kind::Task]),
        count(&["opportunities"], &[Kind::Opportunity]),
        count(&["activities"], Kind::ACTIVITIES),
        count(&["times_communicated"], COMMUNICATION),
        work(&["active_opportunities"], Holds::Number, |scene, lead| facts::deals(scene, lead, "active")),
        work(&["won_opportunities"], Holds::Number, |scene, lead| facts::deals(scene, lead, "won")),
        work(&["lost_opportunities"], Holds::Number, |scene, lead| facts::deals(scene, lead, "lost")),
        work(&["opportunity_status"], Holds::Exact, |scene, lead| {
            let deals = scene.children(lead, Kind::Opportunity);
            deals.flat_map(|deal| facts::deal_status(scene, deal, "label")).collect()
        }),
    ],
    children: &[
        &CONTACT,
        &OPPORTUNITY,
        &TASK,
        &CALL,
        &EMAIL,
        &SMS,
        &NOTE,
        &MEETING,
        &SUBSCRIPTION,
        &LEAD_STATUS_CHANGE,
    ],
};

static CONTACT: Entity = Entity {
    names: &["contact"],
    kind: Kind::Contact,
    link: "contact_id",
    customs: Some(Kind::ContactCustomField),
    text: Text::Work(facts::contact_text),
    terms: &[
        ID,
        text(&["name", "contact_name", "display_name"], "name"),
        text(&["title"], "title"),
        work(&["email", "email_address", "emails"], Holds::Exact, |_, it| {
            facts::entries(it, "emails", "email")
        }),
        work(&["phone", "phone_number", "phones"], Holds::Exact, |_, it| {
            facts::entries(it, "phones", "phone")
        }),
        work(&["url", "urls"], Holds::Text, |_, contact| facts::entries(contact, "urls", "url")),
        CREATED,
        UPDATED,
    ],
    children: &[&SUBSCRIPTION, &CALL, &EMAIL, &SMS, &MEETING],
};

static OPPORTUNITY: Entity = Entity {
    names: &["opportunity"],
    kind: Kind::Opportunity,
    link: "opportunity_id",
    customs: Some(Kind::OpportunityCustomField),
    text: Text::Members(&["note"]),
    terms: &[
        ID,
        work(&["status", "status_label", "opportunity_status"], Holds::Exact, |scene, deal| {
            facts::deal_status(scene, deal, "label")
        }),
        work(&["status_type", "type"], Holds::Exact, |scene, deal| facts::deal_status(scene, deal, "type")),
        exact(&["status_id"], "status_id"),
        number(&["value"], "value"),
        exact(&["value_period", "period"], "value_period"),
        number(&["confidence"], "confidence"),
        text(&["note"], "note"),
        moment(&["date_won", "close_date"], "date_won"),
        moment(&["date_lost"], "date_lost"),
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[&OPPORTUNITY_STATUS_CHANGE],
};

static TASK: Entity = Entity {
    names: &["task"],
    kind: Kind::Task,
    link: "task_id",
    customs: None,
    text: Text::Members(&["text", "subject"]),
    terms: &[
        ID,
        exact(&["type", "_type"], "_type"),
        text(&["text"], "text"),
        moment(&["date", "due_date", "due"], "date"),
        flag(&["is_complete", "complete", "completed"], "is_complete"),
        work(&["assigned_to", "user"], Holds::Exact, |scene, task| scene.user(task, "assigned_to")),
        CREATED,
        UPDATED,
    ],
    children: &[],
};

static CALL: Entity = Entity {
    names: &["call"],
    kind: Kind::Call,
    link: "call_id",
    customs: None,
    text: Text::Members(&["note"]),
    terms: &[
        ID,
        exact(&["direction"], "direction"),
        exact(&["status"], "status"),
        exact(&["disposition"], "disposition"),
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

static EMAIL: Entity = Entity {
    names: &["email"],
    kind: Kind::Email,
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
        DATE,
        USER,
        CREATED,
        UPDATED,
    ],
    children: &[],
};

static SMS: Entity = Entity {
    names: &["sms", "sms_message"],
    kind: Kind::Sms,
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

static NOTE: Entity = Entity {
    names: &["note"],
    kind: Kind::Note,
    link: "note_id",
    customs: None,
    text: Text::Members(&["title", "note"]),
    terms: &[ID, text(&["note", "text"], "note"), text(&["title"], "title"), DATE, USER, CREATED, UPDATED],
    children: &[],
};

static MEETING: Entity = Entity {
    names: &["meeting"],
    kind: Kind::Meeting,
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

static SUBSCRIPTION: Entity = Entity {
    names: &["sequence_subscription", "sequence"],
    kind: Kind::SequenceSubscription,
    link: "sequence_subscription_id",
    customs: None,
    text: Text::Members(&["contact_email"]),
    terms: &[
        ID,
        work(&["sequence", "sequence_id"], Holds::Exact, |scene, subscription| {
            scene.named(Kind::Sequence, subscription, "sequence_id")
        }),
        exact(&["status"], "status"),
        exact(&["status_reason"], "status_reason"),
        exact(&["contact_email", "email"], "contact_email"),
        moment(&["start_date", "date"], "start_date"),
        CREATED,
        UPDATED,
    ],
    children: &[],
};

static LEAD_STATUS_CHANGE: Entity = Entity {
    names: &["lead_status_change"],
    kind: Kind::LeadStatusChange,
    link: "lead_status_change_id",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        work(&["old_status"], Holds::Exact, |scene, change| {
            scene.member_of(Kind::LeadStatus, change, "old_status_id", "label")
        }),
        work(&["new_status"], Holds::Exact, |scene, change| {
            scene.member_of(Kind::LeadStatus, change, "new_status_id", "label")
        }),
        DATE,
        USER,
    ],
    children: &[],
};

static OPPORTUNITY_STATUS_CHANGE: Entity = Entity {
    names: &["status_change"],
    kind: Kind::OpportunityStatusChange,
    link: "status_change_id",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        work(&["old_status"], Holds::Exact, |scene, change| {
            scene.member_of(Kind::OpportunityStatus, change, "old_status_id", "label")
        }),
        work(&["new_status"], Holds::Exact, |scene, change| {
            scene.member_of(Kind::OpportunityStatus, change, "new_status_id", "label")
        }),
        DATE,
        USER,
    ],
    children: &[],
};
