//! What can be asked: the fields of leads and of what hangs on them, each with how it is read from the world.
//!
//! The fields of leads and the nested entities are those seen in Close's own scripts and reports, and a few by
//! analogy. A field has all the names it goes by; the first is the one errors mention.

use super::activity_vocabulary::{
    CALL, CUSTOM_ACTIVITY, EMAIL, FORM_SUBMISSION, LEAD_STATUS_CHANGE, MEETING, NOTE,
    OPPORTUNITY_STATUS_CHANGE, SMS, WHATSAPP_MESSAGE,
};
use super::term::{
    Entity, Hangs, Holds, Term, Text, count, exact, flag, id, moment, named, number, of_contacts, rows, text,
    work,
};
use super::{facts, history};
use crate::store::Kind;

pub(super) const CREATED: Term = moment(&["created", "date_created", "created_at"], "date_created");
pub(super) const UPDATED: Term = moment(&["updated", "date_updated", "updated_at"], "date_updated");
pub(super) const DATE: Term = moment(&["date", "activity_at", "happened"], "activity_at");
pub(super) const ID: Term = id(&["id"], "id");
const LEAD_ID: Term = id(&["lead_id", "lead"], "lead_id");
pub(super) const USER: Term =
    work(&["user", "user_id", "user_name"], Holds::Exact, |scene, object| scene.user(object, "user_id"));

const COMMUNICATION: &[Kind] = &[Kind::Call, Kind::Email, Kind::Sms, Kind::WhatsAppMessage];

/// Leads.
pub(super) static LEAD: Entity = Entity {
    names: &["lead"],
    kind: Kind::Lead,
    hangs: Hangs::Stored,
    link: "lead_id",
    customs: Some(Kind::LeadCustomField),
    text: Text::Work(facts::lead_text),
    terms: &[
        work(&["name", "company", "display_name", "lead_name"], Holds::Text, facts::display_name),
        text(&["description"], "description"),
        text(&["url", "website"], "url"),
        id(&["id", "lead_id"], "id"),
        named(&["status", "lead_status", "status_label"], Kind::LeadStatus, "status_id", &["label", "id"]),
        exact(&["status_id"], "status_id"),
        work(&["original_status", "original_lead_status"], Holds::Exact, history::first_of_lead),
        work(&["contact", "contact_name"], Holds::Text, |scene, lead| scene.of_contacts(lead, "name")),
        work(&["title", "contact_title"], Holds::Text, |scene, lead| scene.of_contacts(lead, "title")),
        of_contacts(&["email_address", "email", "email_addresses"], "emails", "email"),
        of_contacts(&["phone", "phone_number", "phone_numbers"], "phones", "phone"),
        rows(&["address"], Holds::Text, "addresses", "address_1"),
        rows(&["city"], Holds::Text, "addresses", "city"),
        rows(&["state"], Holds::Exact, "addresses", "state"),
        rows(&["zip", "zipcode"], Holds::Exact, "addresses", "zipcode"),
        rows(&["country"], Holds::Exact, "addresses", "country"),
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
        &WHATSAPP_MESSAGE,
        &CUSTOM_ACTIVITY,
        &FORM_SUBMISSION,
        &SUBSCRIPTION,
        &LEAD_STATUS,
        &LEAD_STATUS_CHANGE,
    ],
};

/// Everything that can be asked for by itself: leads, and what Smart Views of other types hold.
pub(super) static ALL: &[&Entity] = &[
    &LEAD,
    &CONTACT,
    &OPPORTUNITY,
    &TASK,
    &CALL,
    &EMAIL,
    &SMS,
    &NOTE,
    &MEETING,
    &WHATSAPP_MESSAGE,
    &CUSTOM_ACTIVITY,
    &FORM_SUBMISSION,
    &SUBSCRIPTION,
];

/// `lead_status(status:"Potential" on:"2014-06-01 06:59:59")`: which status a lead had, and when.
static LEAD_STATUS: Entity = Entity {
    names: &["lead_status"],
    kind: Kind::LeadStatusChange,
    hangs: Hangs::Worked(history::of_lead),
    link: "",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        named(&["status", "status_label"], Kind::LeadStatus, "status_id", &["label", "id"]),
        work(&["on"], Holds::Period, history::period),
    ],
    children: &[],
};

/// `opportunity(status(status:"Active" on:"2014-01-01 08:00:00"))`.
static OPPORTUNITY_STATUS: Entity = Entity {
    names: &["status"],
    kind: Kind::OpportunityStatusChange,
    hangs: Hangs::Worked(history::of_opportunity),
    link: "",
    customs: None,
    text: Text::Members(&[]),
    terms: &[
        named(&["status", "status_label"], Kind::OpportunityStatus, "status_id", &["label", "id", "type"]),
        work(&["on"], Holds::Period, history::period),
    ],
    children: &[],
};

static CONTACT: Entity = Entity {
    names: &["contact"],
    kind: Kind::Contact,
    hangs: Hangs::Stored,
    link: "contact_id",
    customs: Some(Kind::ContactCustomField),
    text: Text::Work(facts::contact_text),
    terms: &[
        ID,
        LEAD_ID,
        text(&["name", "contact_name", "display_name"], "name"),
        text(&["title"], "title"),
        rows(&["email", "email_address", "emails"], Holds::Exact, "emails", "email"),
        rows(&["phone", "phone_number", "phones"], Holds::Exact, "phones", "phone"),
        rows(&["url", "urls"], Holds::Text, "urls", "url"),
        CREATED,
        UPDATED,
    ],
    children: &[&SUBSCRIPTION, &CALL, &EMAIL, &SMS, &MEETING],
};

static OPPORTUNITY: Entity = Entity {
    names: &["opportunity"],
    kind: Kind::Opportunity,
    hangs: Hangs::Stored,
    link: "opportunity_id",
    customs: Some(Kind::OpportunityCustomField),
    text: Text::Members(&["note"]),
    terms: &[
        ID,
        LEAD_ID,
        named(
            &["status", "status_label", "opportunity_status"],
            Kind::OpportunityStatus,
            "status_id",
            &["label", "id", "type"],
        ),
        work(
            &["original_status", "original_opportunity_status"],
            Holds::Exact,
            history::first_of_opportunity,
        ),
        work(&["pipeline", "pipeline_id"], Holds::Exact, facts::deal_pipeline),
        work(&["status_type", "type"], Holds::Exact, |scene, deal| facts::deal_status(scene, deal, "type")),
        exact(&["status_id"], "status_id"),
        number(&["value"], "value"),
        exact(&["value_period", "period"], "value_period"),
        number(&["confidence"], "confidence"),
        text(&["note"], "note"),
        moment(&["date_won", "close_date"], "date_won"),
        moment(&["date_lost"], "date_lost"),
        USER,
        work(&["created_by"], Holds::Exact, |scene, deal| scene.user(deal, "created_by")),
        CREATED,
        UPDATED,
    ],
    children: &[&OPPORTUNITY_STATUS, &OPPORTUNITY_STATUS_CHANGE],
};

static TASK: Entity = Entity {
    names: &["task"],
    kind: Kind::Task,
    hangs: Hangs::Stored,
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

static SUBSCRIPTION: Entity = Entity {
    names: &["sequence_subscription", "sequence"],
    kind: Kind::SequenceSubscription,
    hangs: Hangs::Stored,
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
