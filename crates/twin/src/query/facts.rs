//! Facts about leads and what hangs on them, read from the world for the fields of `vocabulary`.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use crate::objects;
use crate::resource::View;
use crate::store::{Kind, Object, Reader, Shelf, parse_moment, text};

/// Who asks a query, where and when.
#[derive(Clone, Copy)]
pub(super) struct Scene<'w> {
    pub(super) view: View<'w>,
    pub(super) world: Reader<'w>,
    pub(super) organization_id: &'w str,
    pub(super) now: Timestamp,
    pub(super) offset: Offset,
}

impl<'w> Scene<'w> {
    /// The caller's scene.
    pub(super) fn new(view: View<'w>) -> Self {
        let View { world, caller, .. } = view;
        Self { view, world, organization_id: &caller.organization_id, now: view.now(), offset: caller.offset }
    }

    /// What hangs on a lead, oldest first.
    pub(super) fn children(
        self,
        lead: &Object,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.world.children_of(text(lead, "id").unwrap_or_default(), kind)
    }

    /// How many objects of these kinds hang on a lead.
    pub(super) fn count(self, lead: &Object, kinds: &[Kind]) -> usize {
        let id = text(lead, "id").unwrap_or_default();
        if kinds == Kind::ACTIVITIES {
            return self.world.shelf_len(id, Shelf::Activities);
        }
        kinds.iter().map(|kind| self.world.shelf_len(id, Shelf::Of(*kind))).sum()
    }

    /// A member of what another member refers to.
    pub(super) fn member_of(self, kind: Kind, object: &Object, reference: &str, member: &str) -> Vec<Value> {
        let found = text(object, reference).and_then(|id| self.world.object(kind, id));
        found.and_then(|found| found.get(member)).cloned().into_iter().collect()
    }

    /// What a member refers to, by its id and its name.
    pub(super) fn named(self, kind: Kind, object: &Object, reference: &str) -> Vec<Value> {
        let id = object.get(reference).filter(|id| id.is_string()).cloned();
        id.into_iter().chain(self.member_of(kind, object, reference, "name")).collect()
    }

    /// A user by id, full name and e-mail address.
    pub(super) fn user(self, object: &Object, reference: &str) -> Vec<Value> {
        text(object, reference).map_or_else(Vec::new, |id| self.user_by_id(id))
    }

    /// A user by id, full name and e-mail address.
    pub(super) fn user_by_id(self, id: &str) -> Vec<Value> {
        let mut names = vec![Value::from(id)];
        if let Some(user) = self.world.object(Kind::User, id) {
            let [first, last] = ["first_name", "last_name"].map(|name| text(user, name).unwrap_or_default());
            names.push(format!("{first} {last}").trim().into());
            names.extend(user.get("email").cloned());
        }
        names
    }

    /// A member of every contact of a lead.
    pub(super) fn of_contacts(self, lead: &Object, member: &str) -> Vec<Value> {
        self.children(lead, Kind::Contact).filter_map(|contact| contact.get(member)).cloned().collect()
    }

    /// A member of the entries of a list that every contact of a lead has.
    pub(super) fn contact_entries(self, lead: &Object, list: &str, member: &str) -> Vec<Value> {
        self.children(lead, Kind::Contact).flat_map(|contact| entries(contact, list, member)).collect()
    }

    /// The definition of a custom field, own or shared, by id or by name in any case.
    pub(super) fn custom_field(self, kind: Kind, wanted: &str) -> Option<&'w Object> {
        let named = |field: &&Object| {
            text(field, "id") == Some(wanted)
                || text(field, "name").is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
        };
        let own = self.world.collection(self.organization_id, kind);
        own.chain(self.world.collection(self.organization_id, Kind::SharedCustomField)).find(named)
    }
}

/// A lead's name; a nameless one goes by its first contact.
pub(super) fn display_name(scene: Scene<'_>, lead: &Object) -> Vec<Value> {
    if let Some(name) =
        lead.get("name").filter(|name| name.as_str().is_some_and(|name| !name.trim().is_empty()))
    {
        return vec![name.clone()];
    }
    let first = scene.children(lead, Kind::Contact).next().and_then(|contact| contact.get("name"));
    vec![first.filter(|name| name.is_string()).cloned().unwrap_or_else(|| "Untitled".into())]
}

/// A member of an opportunity's status.
pub(super) fn deal_status(scene: Scene<'_>, deal: &Object, member: &str) -> Vec<Value> {
    scene.member_of(Kind::OpportunityStatus, deal, "status_id", member)
}

/// The pipeline of an opportunity, by name and id.
pub(super) fn deal_pipeline(scene: Scene<'_>, deal: &Object) -> Vec<Value> {
    let status = text(deal, "status_id").and_then(|id| scene.world.object(Kind::OpportunityStatus, id));
    status.map(|status| scene.named(Kind::Pipeline, status, "pipeline_id")).unwrap_or_default()
}

/// How many opportunities of a lead are of this type.
pub(super) fn deals(scene: Scene<'_>, lead: &Object, kind: &str) -> Vec<Value> {
    let deals = scene.children(lead, Kind::Opportunity);
    let counted =
        deals.filter(|deal| deal_status(scene, deal, "type").iter().any(|found| found == kind)).count();
    vec![counted.into()]
}

/// When the latest activity of these kinds happened; what is still to come has not.
pub(super) fn latest(
    scene: Scene<'_>,
    lead: &Object,
    kinds: &[Kind],
    fits: fn(&Object) -> bool,
) -> Vec<Value> {
    let activities =
        kinds.iter().flat_map(|kind| scene.children(lead, *kind)).filter(|activity| fits(activity));
    let moments =
        activities.filter_map(|activity| Some((parse_moment(text(activity, "activity_at")?)?, activity)));
    let past = moments.filter(|(moment, _)| *moment <= scene.now);
    let latest = past.max_by_key(|(moment, _)| *moment);
    latest.and_then(|(_, activity)| activity.get("activity_at")).cloned().into_iter().collect()
}

/// Whether an e-mail was sent by us.
pub(super) fn outgoing(email: &Object) -> bool {
    text(email, "direction") == Some("outgoing") && text(email, "status") == Some("sent")
}

/// `incoming` e-mails also go by `received`, and those that went out by `sent`, as in Close's reports.
pub(super) fn email_direction(email: &Object) -> Vec<Value> {
    match text(email, "direction") {
        Some("outgoing") if outgoing(email) => vec!["outgoing".into(), "sent".into()],
        Some("outgoing") => vec!["outgoing".into()],
        Some("incoming") => vec!["incoming".into(), "received".into()],
        _ => Vec::new(),
    }
}

/// Whether the lead answered an e-mail.
pub(super) fn replied(scene: Scene<'_>, email: &Object) -> Vec<Value> {
    vec![objects::is_answered(scene.view, email).into()]
}

/// When an activity happened, if a member is this.
pub(super) fn date_if(activity: &Object, member: &str, value: &str) -> Vec<Value> {
    let fits = text(activity, member) == Some(value);
    activity.get("activity_at").filter(|_| fits).cloned().into_iter().collect()
}

/// A member of the entries of a list.
pub(super) fn entries(object: &Object, list: &str, member: &str) -> Vec<Value> {
    let entries = object.get(list).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.get(member)).cloned().collect()
}

/// A member of every address of a lead.
pub(super) fn address(lead: &Object, member: &str) -> Vec<Value> {
    entries(lead, "addresses", member)
}

/// How long a list is.
pub(super) fn length(object: &Object, list: &str) -> Vec<Value> {
    vec![object.get(list).and_then(Value::as_array).map_or(0, Vec::len).into()]
}

/// Whether a list has entries.
pub(super) fn any(object: &Object, list: &str) -> Vec<Value> {
    vec![object.get(list).and_then(Value::as_array).is_some_and(|list| !list.is_empty()).into()]
}

/// The text of a contact.
pub(super) fn contact_text(_: Scene<'_>, contact: &Object) -> Vec<String> {
    let mut found = members(contact, &["name", "title"]);
    for (list, member) in [("emails", "email"), ("phones", "phone"), ("urls", "url")] {
        found.extend(strings(entries(contact, list, member)));
    }
    found.extend(customs(contact));
    found
}

/// The text of a lead: its own, that of its contacts, and what was written about it.
pub(super) fn lead_text(scene: Scene<'_>, lead: &Object) -> Vec<String> {
    let mut found = strings(display_name(scene, lead));
    found.extend(members(lead, &["description", "url"]));
    for member in ["address_1", "address_2", "city", "state", "zipcode"] {
        found.extend(strings(address(lead, member)));
    }
    found.extend(customs(lead));
    for contact in scene.children(lead, Kind::Contact) {
        found.extend(contact_text(scene, contact));
    }
    for (kind, names) in WRITTEN {
        for object in scene.children(lead, *kind) {
            found.extend(members(object, names));
        }
    }
    found
}

/// Text that hangs on a lead.
const WRITTEN: &[(Kind, &[&str])] = &[
    (Kind::Note, &["title", "note"]),
    (Kind::Call, &["note"]),
    (Kind::Email, &["subject", "body_text"]),
    (Kind::Sms, &["text"]),
    (Kind::WhatsAppMessage, &["message_markdown"]),
    (Kind::Meeting, &["title", "note"]),
    (Kind::Opportunity, &["note"]),
    (Kind::Task, &["text"]),
];

/// Custom values that are text.
pub(super) fn customs(object: &Object) -> Vec<String> {
    let values = object.iter().filter(|(name, _)| name.starts_with("custom."));
    values
        .flat_map(|(_, value)| match value {
            Value::Array(values) => strings(values.clone()),
            value => strings(vec![value.clone()]),
        })
        .collect()
}

/// Members of an object that are text.
pub(super) fn members(object: &Object, names: &[&str]) -> Vec<String> {
    names.iter().filter_map(|name| text(object, name)).map(str::to_owned).collect()
}

fn strings(values: Vec<Value>) -> Vec<String> {
    values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
