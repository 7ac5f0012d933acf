//! What Close works out for leads and contacts ("smart fields"): how many calls, when the last e-mail, for how much.
//!
//! `num_email_addresses`, `num_phone_numbers`, `num_outgoing_calls`, `last_call_duration`,
//! `last_lead_status_change_date`, `addresses_count`, `all_urls_count`, `emails_count`, `phones_count` and
//! `urls_count` are documented; the others follow their pattern (chosen).

use serde_json::{Value, json};

use crate::objects::resource_of;
use crate::resource::{View, member};
use crate::store::{Kind, Object, Record, parse_moment, text};

/// A field that is worked out.
struct Smart {
    names: &'static [&'static str],
    read: Read,
}

/// How it is worked out.
enum Read {
    /// How many rows a list of the object itself has.
    OwnRows(&'static str),
    /// How many rows that list has in all contacts of the lead.
    ContactRows(&'static str),
    /// All web addresses of a lead and its contacts.
    Urls,
    /// Over what hangs on the object: of these kinds, if it fits.
    Children(&'static [Kind], Fits, What),
}

/// Which children count.
#[derive(Clone, Copy)]
enum Fits {
    All,
    /// A member holds this text.
    Holding(&'static str, &'static str),
    /// A member is not true.
    Not(&'static str),
    /// Opportunities whose status is of this type.
    Deal(&'static str),
}

/// What is asked about the children that count.
enum What {
    Count,
    /// When the latest happened; what is still to come has not.
    Latest,
    Earliest,
    /// A member of the latest.
    OfLatest(&'static str),
    /// The sum of a member.
    Sum(&'static str),
    /// The earliest value of a member.
    Least(&'static str),
}

const COMMUNICATION: &[Kind] = &[Kind::Call, Kind::Email, Kind::Sms, Kind::WhatsAppMessage];

const fn smart(names: &'static [&'static str], read: Read) -> Smart {
    Smart { names, read }
}

const fn count(names: &'static [&'static str], kinds: &'static [Kind], fits: Fits) -> Smart {
    Smart { names, read: Read::Children(kinds, fits, What::Count) }
}

const fn of(names: &'static [&'static str], kinds: &'static [Kind], fits: Fits, what: What) -> Smart {
    Smart { names, read: Read::Children(kinds, fits, what) }
}

/// What hangs on leads and on contacts alike.
static ACTIVITIES: &[Smart] = &[
    count(&["num_activities"], Kind::ACTIVITIES, Fits::All),
    count(&["times_communicated"], COMMUNICATION, Fits::All),
    count(&["num_calls"], &[Kind::Call], Fits::All),
    count(&["num_outgoing_calls"], &[Kind::Call], Fits::Holding("direction", "outbound")),
    count(&["num_incoming_calls"], &[Kind::Call], Fits::Holding("direction", "inbound")),
    count(&["num_emails"], &[Kind::Email], Fits::All),
    count(&["num_sent_emails"], &[Kind::Email], Fits::Holding("direction", "outgoing")),
    count(&["num_received_emails"], &[Kind::Email], Fits::Holding("direction", "incoming")),
    count(&["num_sms"], &[Kind::Sms], Fits::All),
    count(&["num_sent_sms"], &[Kind::Sms], Fits::Holding("direction", "outbound")),
    count(&["num_received_sms"], &[Kind::Sms], Fits::Holding("direction", "inbound")),
    count(&["num_meetings"], &[Kind::Meeting], Fits::All),
    count(&["num_notes"], &[Kind::Note], Fits::All),
    count(&["num_tasks"], &[Kind::Task], Fits::All),
    count(&["num_incomplete_tasks"], &[Kind::Task], Fits::Not("is_complete")),
    count(&["num_sequence_subscriptions"], &[Kind::SequenceSubscription], Fits::All),
    of(&["last_activity_date"], Kind::ACTIVITIES, Fits::All, What::Latest),
    of(&["first_communication_date"], COMMUNICATION, Fits::All, What::Earliest),
    of(&["last_communication_date"], COMMUNICATION, Fits::All, What::Latest),
    of(&["last_communication_type"], COMMUNICATION, Fits::All, What::OfLatest("_type")),
    of(&["last_communication_user_id"], COMMUNICATION, Fits::All, What::OfLatest("user_id")),
    of(&["first_call_date"], &[Kind::Call], Fits::All, What::Earliest),
    of(&["last_call_date"], &[Kind::Call], Fits::All, What::Latest),
    of(&["last_call_duration"], &[Kind::Call], Fits::All, What::OfLatest("duration")),
    of(&["last_call_user_id"], &[Kind::Call], Fits::All, What::OfLatest("user_id")),
    of(&["last_outgoing_call_date"], &[Kind::Call], Fits::Holding("direction", "outbound"), What::Latest),
    of(&["last_incoming_call_date"], &[Kind::Call], Fits::Holding("direction", "inbound"), What::Latest),
    of(&["total_call_duration"], &[Kind::Call], Fits::All, What::Sum("duration")),
    of(&["first_email_date"], &[Kind::Email], Fits::All, What::Earliest),
    of(&["last_email_date"], &[Kind::Email], Fits::All, What::Latest),
    of(&["last_sent_email_date"], &[Kind::Email], Fits::Holding("direction", "outgoing"), What::Latest),
    of(&["last_received_email_date"], &[Kind::Email], Fits::Holding("direction", "incoming"), What::Latest),
    of(&["last_email_user_id"], &[Kind::Email], Fits::All, What::OfLatest("user_id")),
    of(&["last_sms_date"], &[Kind::Sms], Fits::All, What::Latest),
    of(&["last_sent_sms_date"], &[Kind::Sms], Fits::Holding("direction", "outbound"), What::Latest),
    of(&["last_received_sms_date"], &[Kind::Sms], Fits::Holding("direction", "inbound"), What::Latest),
    of(&["last_note_date"], &[Kind::Note], Fits::All, What::Latest),
    of(&["last_meeting_date"], &[Kind::Meeting], Fits::All, What::Latest),
    of(&["next_task_date"], &[Kind::Task], Fits::Not("is_complete"), What::Least("date")),
];

static LEAD: &[Smart] = &[
    smart(&["addresses_count", "num_addresses"], Read::OwnRows("addresses")),
    smart(&["num_email_addresses"], Read::ContactRows("emails")),
    smart(&["num_phone_numbers"], Read::ContactRows("phones")),
    smart(&["all_urls_count", "num_urls"], Read::Urls),
    count(&["num_contacts", "contacts_count"], &[Kind::Contact], Fits::All),
    count(&["num_opportunities"], &[Kind::Opportunity], Fits::All),
    count(&["num_active_opportunities"], &[Kind::Opportunity], Fits::Deal("active")),
    count(&["num_won_opportunities"], &[Kind::Opportunity], Fits::Deal("won")),
    count(&["num_lost_opportunities"], &[Kind::Opportunity], Fits::Deal("lost")),
    count(&["num_custom_activities"], &[Kind::CustomActivity], Fits::All),
    count(&["num_lead_status_changes"], &[Kind::LeadStatusChange], Fits::All),
    of(&["last_lead_status_change_date"], &[Kind::LeadStatusChange], Fits::All, What::Latest),
    of(&["last_opportunity_status_change_date"], &[Kind::OpportunityStatusChange], Fits::All, What::Latest),
];

static CONTACT: &[Smart] = &[
    smart(&["emails_count", "num_email_addresses"], Read::OwnRows("emails")),
    smart(&["phones_count", "num_phone_numbers"], Read::OwnRows("phones")),
    smart(&["urls_count", "num_urls"], Read::OwnRows("urls")),
    count(&["num_opportunities"], &[Kind::Opportunity], Fits::All),
];

fn tables(kind: Kind) -> [&'static [Smart]; 2] {
    match kind {
        Kind::Lead => [LEAD, ACTIVITIES],
        Kind::Contact => [CONTACT, ACTIVITIES],
        _ => [&[], &[]],
    }
}

/// The names of what is worked out for objects of a kind.
pub(super) fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    tables(kind).into_iter().flatten().flat_map(|smart| smart.names).copied()
}

/// The first name of each.
pub(crate) fn first_names(kind: Kind) -> impl Iterator<Item = &'static str> {
    tables(kind).into_iter().flatten().filter_map(|smart| smart.names.first()).copied()
}

/// A field that is worked out for a record; `None` if there is no such field.
pub(super) fn value(view: View<'_>, record: &Record, name: &str) -> Option<Value> {
    let smart = tables(record.kind).into_iter().flatten().find(|smart| smart.names.contains(&name))?;
    let object = &record.object;
    let rows = |object: &Object, list: &str| object.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    let id = text(object, "id").unwrap_or_default();
    let in_contacts =
        |list: &str| -> usize { view.children(id, Kind::Contact).map(|contact| rows(contact, list)).sum() };
    Some(match &smart.read {
        Read::OwnRows(list) => rows(object, list).into(),
        Read::ContactRows(list) => in_contacts(list).into(),
        Read::Urls => (in_contacts("urls") + usize::from(text(object, "url").is_some())).into(),
        Read::Children(kinds, Fits::All, What::Count) if record.kind == Kind::Lead => {
            counted(view, id, kinds).into()
        }
        Read::Children(kinds, fits, what) => asked(view, record, kinds, *fits, what),
    })
}

/// How many children of these kinds a lead has, without reading them.
fn counted(view: View<'_>, lead_id: &str, kinds: &[Kind]) -> usize {
    use crate::store::Shelf;
    kinds.iter().map(|kind| view.world.shelf_len(lead_id, Shelf::Of(*kind))).sum()
}

fn asked(view: View<'_>, record: &Record, kinds: &[Kind], fits: Fits, what: &What) -> Value {
    let id = text(&record.object, "id");
    let lead = if record.kind == Kind::Lead { id } else { text(&record.object, "lead_id") };
    let own = |child: &&Object| record.kind == Kind::Lead || text(child, "contact_id") == id;
    let all = kinds.iter().flat_map(|kind| {
        let children = view.children(lead.unwrap_or_default(), *kind);
        children.map(|child| (*kind, child))
    });
    let mut counting = all.filter(|(_, child)| own(child)).filter(|(_, child)| fits.hold(view, child));
    match what {
        What::Count => counting.count().into(),
        What::Sum(name) => {
            let numbers = counting.filter_map(|(_, child)| child.get(*name)?.as_i64());
            numbers.fold(0_i64, i64::saturating_add).into()
        }
        What::Least(name) => {
            let values = counting.filter_map(|(_, child)| text(child, name)).map(|value| {
                let moment = parse_moment(value);
                (moment, value)
            });
            json!(values.filter(|(moment, _)| moment.is_some()).min().map(|(_, value)| value))
        }
        What::Earliest => {
            let first = dated(view, &mut counting).min_by_key(|(moment, ..)| *moment);
            json!(first.map(|(.., written)| written))
        }
        What::Latest => {
            let last = dated(view, &mut counting).max_by_key(|(moment, ..)| *moment);
            json!(last.map(|(.., written)| written))
        }
        What::OfLatest(name) => {
            let last = dated(view, &mut counting).max_by_key(|(moment, ..)| *moment);
            last.map(|(_, kind, child, _)| member(view, resource_of(kind), child, name)).unwrap_or_default()
        }
    }
}

/// Activities that have happened, with when: the moment, and as it is written.
fn dated<'w>(
    view: View<'w>,
    activities: &mut dyn Iterator<Item = (Kind, &'w Object)>,
) -> impl Iterator<Item = (jiff::Timestamp, Kind, &'w Object, &'w str)> {
    activities.filter_map(move |(kind, child)| {
        let written = text(child, "activity_at").or_else(|| text(child, "date_created"))?;
        let moment = parse_moment(written).filter(|moment| *moment <= view.now())?;
        Some((moment, kind, child, written))
    })
}

impl Fits {
    fn hold(self, view: View<'_>, child: &Object) -> bool {
        match self {
            Self::All => true,
            Self::Holding(name, value) => text(child, name) == Some(value),
            Self::Not(name) => child.get(name) != Some(&Value::Bool(true)),
            Self::Deal(kind) => {
                view.member_of(Kind::OpportunityStatus, text(child, "status_id"), "type") == kind
            }
        }
    }
}
