//! One generated lead: the company, its people, and the story of selling to it.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::fixtures::{ANN, BOB, CLOSER};
use super::names::{self, Company, pick};
use super::phrases;
use super::writer::{Writer, members};
use crate::store::{DateStyle, Kind, Object, Scratch, Shelf, text};

/// Makes leads, one after the other.
pub(super) struct Making<'w> {
    pub(super) writer: Writer<'w>,
    pub(super) random: SmallRng,
    pub(super) settings: Settings,
    names: HashSet<String>,
}

/// Ids of the organization's settings by their names.
pub(super) struct Settings {
    lead_statuses: HashMap<String, String>,
    pub(super) deal_statuses: HashMap<String, String>,
    lead_fields: HashMap<String, String>,
    contact_fields: HashMap<String, String>,
    pub(super) sequence_id: Option<String>,
    pub(super) account_id: Option<String>,
    pub(super) number: Option<String>,
}

/// How far a lead has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    New,
    Interested,
    Qualified,
    Customer,
    Gone,
}

/// Somebody of Closer Inc who sells.
#[derive(Clone, Copy)]
pub(super) struct Seller {
    pub(super) id: &'static str,
    pub(super) first: &'static str,
    pub(super) mailbox: &'static str,
}

const SELLERS: [Seller; 2] = [
    Seller { id: ANN, first: "Ann", mailbox: "Ann Reyes <ann@closer.example.com>" },
    Seller { id: BOB, first: "Bob", mailbox: "Bob Stone <bob@closer.example.com>" },
];

/// States of subscriptions, and why.
const SUBSCRIPTIONS: &[(&str, Option<&str>)] = &[
    ("active", None),
    ("active", None),
    ("paused", Some("manual")),
    ("finished", None),
    ("goal", Some("reply-received")),
];

/// Somebody at the lead.
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) first: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
}

/// A lead whose story is being told, from its creation to the day before yesterday.
pub(super) struct Story {
    pub(super) lead_id: String,
    pub(super) company: Company,
    pub(super) seller: Seller,
    pub(super) colleague: Seller,
    pub(super) stage: Stage,
    pub(super) contacts: Vec<Contact>,
    /// Days before today.
    day: i32,
    /// When the last thing happened.
    pub(super) last: Timestamp,
}

impl<'w> Making<'w> {
    pub(super) fn new(writer: Writer<'w>, random: SmallRng) -> Self {
        let settings = Settings::read(&writer);
        Self { writer, random, settings, names: HashSet::new() }
    }

    /// Makes a lead with everything that hangs on it; goes on talking until the organization has `activities`.
    pub(super) fn lead(&mut self, activities: usize) {
        let mut story = self.begin();
        self.contacts(&mut story);
        let talks = match story.stage {
            Stage::New => self.random.random_range(0..2),
            Stage::Interested | Stage::Gone => self.random.random_range(2..4),
            Stage::Qualified | Stage::Customer => self.random.random_range(3..6),
        };
        for _ in 0..talks / 2 {
            self.talk(&mut story);
        }
        self.change_status(&mut story);
        self.deals(&mut story);
        for _ in talks / 2..talks {
            self.talk(&mut story);
        }
        while self.activities() < activities {
            self.talk(&mut story);
        }
        self.meeting(&mut story);
        self.tasks(&mut story);
        self.subscription(&mut story);
    }

    fn activities(&self) -> usize {
        self.writer.world.reader(&Scratch::default()).shelf_len(CLOSER, Shelf::Activities)
    }

    fn begin(&mut self) -> Story {
        let mut company = names::company(&mut self.random);
        for attempt in 0.. {
            if self.names.insert(company.name.clone()) {
                break;
            }
            let fresh = names::company(&mut self.random);
            // With thousands of leads the tables run out: then the city tells companies apart, then a number.
            company = match attempt {
                0..8 => fresh,
                8 => Company { name: format!("{} {}", fresh.name, fresh.city.name), ..fresh },
                _ => Company { name: format!("{} {} {attempt}", fresh.name, fresh.city.name), ..fresh },
            };
        }
        let stage = self.stage();
        let day = if stage == Stage::New {
            self.random.random_range(2..30)
        } else {
            self.random.random_range(20..400)
        };
        let first = usize::from(self.random.random_bool(0.4));
        let mut story = Story {
            lead_id: String::new(),
            company,
            seller: SELLERS[first],
            colleague: SELLERS[1 - first],
            stage,
            contacts: Vec::new(),
            day,
            last: Timestamp::UNIX_EPOCH,
        };
        let created = self.now(&mut story);
        story.lead_id = self.writer.world.mint("lead");
        let lead = self.company(&story);
        self.writer.write_at(Kind::Lead, Value::Object(lead), created, created);
        let source = *pick(&mut self.random, &["api", "import", "ui", "ui", "webform"]);
        let activity = json!({"source": source});
        self.activity(Kind::Created, &story, activity, created);
        story
    }

    fn stage(&mut self) -> Stage {
        let stages = [
            (Stage::New, 30),
            (Stage::Interested, 22),
            (Stage::Qualified, 18),
            (Stage::Customer, 18),
            (Stage::Gone, 12),
        ];
        stages
            .choose_weighted(&mut self.random, |(_, weight)| *weight)
            .map_or(Stage::New, |(stage, _)| *stage)
    }

    fn company(&mut self, story: &Story) -> Object {
        let Story { company, lead_id, stage, .. } = story;
        let city = company.city;
        let house = self.random.random_range(1..240);
        let described = pick(&mut self.random, phrases::DESCRIPTIONS);
        let description = described.replace("{city}", city.name);
        let mut lead = members(json!({
            "id": lead_id,
            "name": company.name,
            "description": if self.random.random_bool(0.8) { description.as_str() } else { "" },
            "url": format!("https://www.{}.example.com", company.slug),
            "status_id": self.settings.lead_statuses.get("Potential"),
            "addresses": [{
                "label": "business",
                "address_1": format!("{} {house}", city.street),
                "address_2": "",
                "city": city.name,
                "state": city.state,
                "zipcode": city.zipcode,
                "country": company.region.country,
            }],
            "created_by": story.seller.id,
        }));
        let employees = *pick(&mut self.random, &[3, 8, 12, 25, 40, 75, 120, 300, 850, 2400]);
        let source = *pick(&mut self.random, &["Cold call", "Partner", "Referral", "Trade show", "Website"]);
        let mut custom = |name: &str, value: Value| {
            if let Some(id) = self.settings.lead_fields.get(name) {
                lead.insert(format!("custom.{id}"), value);
            }
        };
        custom("Employees", json!(employees));
        custom("Lead Source", json!(source));
        if let Some(industry) = company.industry {
            custom("Industry", json!([industry]));
        }
        if *stage == Stage::Customer {
            let renewal = self.writer.moment(-self.random.random_range(5..300), 0);
            custom("Renewal date", renewal.strftime("%Y-%m-%d").to_string().into());
        }
        lead
    }

    fn contacts(&mut self, story: &mut Story) {
        let several = *pick(&mut self.random, &[1, 1, 1, 2, 2, 3]);
        let created = story.last;
        for position in 0..several {
            let person = names::person(&mut self.random, &story.company);
            if story.contacts.iter().any(|contact| contact.email == person.email) {
                continue;
            }
            let phone = names::phone(&mut self.random, story.company.city);
            let kind = *pick(&mut self.random, &["office", "direct", "mobile"]);
            let mut contact = members(json!({
                "lead_id": story.lead_id,
                "name": person.name,
                "title": pick(&mut self.random, phrases::TITLES),
                "emails": [{"type": "office", "email": person.email}],
                "phones": [{"type": kind, "phone": phone}],
                "urls": [],
                "created_by": story.seller.id,
            }));
            let role = *pick(&mut self.random, &["Champion", "Decision maker", "User"]);
            if let Some(id) = self.settings.contact_fields.get("Buying role").filter(|_| position == 0) {
                contact.insert(format!("custom.{id}"), role.into());
            }
            let id = self.writer.write_at(Kind::Contact, Value::Object(contact), created, created);
            story.contacts.push(Contact {
                id,
                first: person.first,
                name: person.name,
                email: person.email,
                phone,
            });
        }
    }

    /// Moves the lead to the status of its stage.
    fn change_status(&mut self, story: &mut Story) {
        let label = match story.stage {
            Stage::New => return,
            Stage::Interested => "Interested",
            Stage::Qualified => "Qualified",
            Stage::Customer => "Customer",
            Stage::Gone => *pick(&mut self.random, &["Not Interested", "Bad Fit", "Canceled"]),
        };
        let now = self.later(story);
        let status = |label: &str| self.settings.lead_statuses.get(label).cloned();
        let (old, new) = (status("Potential"), status(label));
        let change = json!({"old_status_id": old, "new_status_id": new});
        self.activity(Kind::LeadStatusChange, story, change, now);
        let known = self.writer.world.reader(&Scratch::default()).object(Kind::Lead, &story.lead_id).cloned();
        if let Some(mut lead) = known {
            lead.insert("status_id".to_owned(), json!(new));
            lead.insert("updated_by".to_owned(), story.seller.id.into());
            lead.insert("date_updated".to_owned(), written(now).into());
            self.writer.world.replace(&story.lead_id, lead);
        }
    }

    /// Follows up a contact with the organization's sequence, sometimes.
    fn subscription(&mut self, story: &mut Story) {
        let fits = story.stage != Stage::Customer && self.random.random_bool(0.2);
        let Some(sequence_id) = self.settings.sequence_id.clone().filter(|_| fits) else { return };
        let Some(contact) = story.contacts.first() else { return };
        let (status, reason) = *pick(&mut self.random, SUBSCRIPTIONS);
        let subscription = json!({
            "sequence_id": sequence_id,
            "lead_id": story.lead_id,
            "contact_id": contact.id,
            "contact_email": contact.email,
            "sender_account_id": self.settings.account_id,
            "sender_name": "Ann Reyes",
            "sender_email": "ann@closer.example.com",
            "calls_assigned_to": [story.seller.id],
            "start_date": DateStyle::Naive.write(story.last),
            "status": status,
            "status_reason": reason,
        });
        self.writer.write_at(Kind::SequenceSubscription, subscription, story.last, story.last);
    }

    /// Stores an activity of the lead by its seller that happened at `now`.
    pub(super) fn activity(&mut self, kind: Kind, story: &Story, activity: Value, now: Timestamp) -> String {
        let mut whole = members(json!({
            "lead_id": story.lead_id, "user_id": story.seller.id, "activity_at": written(now),
            "created_by": story.seller.id,
        }));
        whole.extend(members(activity));
        self.writer.write_at(kind, Value::Object(whole), now, now)
    }

    /// Some days later in the story, in office hours where the lead is.
    pub(super) fn later(&mut self, story: &mut Story) -> Timestamp {
        let pace = (story.day / 4).max(3);
        story.day = (story.day - self.random.random_range(1..=pace)).max(2);
        self.now(story)
    }

    fn now(&mut self, story: &mut Story) -> Timestamp {
        let local =
            self.random.random_range(9 * 3600..17 * 3600) - i64::from(story.company.city.hours) * 3600;
        let milliseconds = SignedDuration::from_millis(self.random.random_range(0..1000));
        let moment = self.writer.moment(story.day, local) + milliseconds;
        let after_last = story.last + SignedDuration::from_mins(self.random.random_range(5..45));
        story.last = moment.max(after_last);
        story.last
    }
}

impl Settings {
    fn read(writer: &Writer<'_>) -> Self {
        let scratch = Scratch::default();
        let world = writer.world.reader(&scratch);
        let names = |kind: Kind, member: &str| {
            let all = world.collection(CLOSER, kind);
            all.filter_map(|object| Some((text(object, member)?.to_owned(), text(object, "id")?.to_owned())))
                .collect()
        };
        let first = |kind: Kind, member: &str| {
            world.collection(CLOSER, kind).next().and_then(|object| text(object, member)).map(str::to_owned)
        };
        Self {
            lead_statuses: names(Kind::LeadStatus, "label"),
            deal_statuses: names(Kind::OpportunityStatus, "type"),
            lead_fields: names(Kind::LeadCustomField, "name"),
            contact_fields: names(Kind::ContactCustomField, "name"),
            sequence_id: first(Kind::Sequence, "id"),
            account_id: first(Kind::ConnectedAccount, "id"),
            number: first(Kind::PhoneNumber, "number"),
        }
    }
}

/// A moment as activities write it.
pub(super) fn written(moment: Timestamp) -> String {
    DateStyle::Offset.write(moment)
}
