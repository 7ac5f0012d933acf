//! Leads: the companies or people being sold to. Everything else hangs on one.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::contact::CONTACT;
use super::integration_link;
use super::opportunity::OPPORTUNITY;
use super::status;
use super::task::TASK;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::query;
use crate::resource::{
    Action, Compare, CustomScope, Detail, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules,
    Projection, Resource, Run, Session, Show, View, render,
};
use crate::store::{Kind, Object, text};

/// `/lead/`
pub(crate) static LEAD: Resource = Resource {
    fields: &[
        Field::computed("display_name", |view, lead| display_name(view, lead).into()),
        Field::text("name"),
        Field::text("description").starts(Initial::Text("")),
        Field::new("url", FieldKind::Checked(website)),
        Field::computed("html_url", |_, lead| {
            format!("https://app.close.com/lead/{}/", text(lead, "id").unwrap_or_default()).into()
        }),
        Field::new("status_id", FieldKind::Checked(status::check_lead_status))
            .not_null()
            .starts(Initial::Absent),
        Field::computed("status_label", |view, lead| {
            view.member_of(Kind::LeadStatus, text(lead, "status_id"), "label")
        }),
        Field::new("addresses", FieldKind::Rows(ADDRESS)).starts(Initial::EmptyList).not_null(),
        Field::computed("contact_ids", |view, lead| {
            children(view, lead, Kind::Contact, |contact| contact["id"].clone())
        }),
        Field::computed("contacts", |view, lead| rendered(view, lead, &CONTACT, |_| true))
            .shown(Show::Nested),
        Field::computed("opportunities", |view, lead| rendered(view, lead, &OPPORTUNITY, |_| true))
            .shown(Show::Nested),
        Field::computed("tasks", |view, lead| {
            rendered(view, lead, &TASK, |task| task.get("is_complete") != Some(&Value::Bool(true)))
        })
        .shown(Show::Nested),
        Field::computed("integration_links", |view, lead| integration_link::links(view, Kind::Lead, lead))
            .shown(Show::Nested),
        Field::computed("primary_email", |view, lead| primary(view, lead, "emails")).shown(Show::OnRequest),
        Field::computed("primary_phone", |view, lead| primary(view, lead, "phones")).shown(Show::OnRequest),
        Field::text("source").on_create().shown(Show::OnRequest),
        Field::moment("date_created").on_create().starts(Initial::Absent).shown(Show::Hidden),
        Field::reference("created_by", &[Kind::User]).on_create().starts(Initial::Absent).shown(Show::Hidden),
    ],
    custom: Some(CustomScope::Lead),
    list: ListRules {
        filters: &[
            Filter::exact("id"),
            Filter::exact("status_id"),
            Filter::exact("status_label"),
            Filter::by("date_created", Compare::Moments),
            Filter::by("date_updated", Compare::Moments),
        ],
        orders: &["date_created", "date_updated", "display_name"],
        total: true,
        select: Some(by_query),
        reads: &["query"],
        max_limit: 200,
        ..ListRules::NEWEST_FIRST
    },
    event: Some("lead"),
    hooks: Hooks { prepare, created, updated, may_delete, deleting, ..Hooks::NONE },
    ..Resource::new(Kind::Lead, "lead", "lead", "Lead")
};

const ADDRESS: &[Field] = &[
    Field::choice("label", &["business", "mailing", "other"]).starts(Initial::Text("business")),
    Field::text("address_1").starts(Initial::Text("")),
    Field::text("address_2").starts(Initial::Text("")),
    Field::text("city").starts(Initial::Text("")),
    Field::text("state").starts(Initial::Text("")),
    Field::text("zipcode").starts(Initial::Text("")),
    Field::new("country", FieldKind::Text(2)),
];

/// `POST /lead/merge/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "lead/merge", run: Run::Write(merge) }];

/// Everything that hangs on a lead, children before what they hang on.
const HANGS_ON_A_LEAD: &[Kind] = &[
    Kind::SequenceSubscription,
    Kind::Comment,
    Kind::CommentThread,
    Kind::Task,
    Kind::Opportunity,
    Kind::CustomObject,
    Kind::Contact,
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.given("status") && !draft.given("status_id") {
        let found = status::check_lead_status_label(session.view(), &draft.input["status"]);
        match found {
            Ok(id) => drop(draft.object.insert("status_id".to_owned(), id)),
            Err(error) => draft.errors.add("status", error),
        }
    }
    if draft.old.is_some() {
        return;
    }
    if !draft.object.contains_key("status_id")
        && let Some(first) = status::lead_statuses(session.view()).first()
    {
        draft.object.insert("status_id".to_owned(), first["id"].clone());
    }
    if let Some(sight) = &session.caller.sight {
        sight.assign(&session.caller.user_id, &mut draft.object);
    }
    nested_contacts(session, draft);
}

/// Checks contacts sent with a new lead. They wait in the draft until the lead has its id.
fn nested_contacts(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let items = match draft.input.get("contacts") {
        None | Some(Value::Null) => return,
        Some(Value::Array(items)) => items,
        Some(_) => {
            draft.errors.add("contacts", "Value must be of list type.");
            return;
        }
    };
    let mut contacts = Vec::new();
    let mut errors = Map::new();
    for (position, item) in items.iter().enumerate() {
        let Some(input) = item.as_object() else {
            errors.insert(position.to_string(), "Value must be of dict type.".into());
            continue;
        };
        match session.draft(&CONTACT, input, None) {
            Ok(contact) => contacts.push(Value::Object(contact.object)),
            Err(Refusal::Invalid { fields, .. }) => {
                errors.insert(position.to_string(), json!({ "field-errors": fields }));
            }
            Err(refusal) => return draft.refuse(refusal),
        }
    }
    if errors.is_empty() {
        draft.object.insert("contacts".to_owned(), contacts.into());
    } else {
        draft.errors.add("contacts", json!({ "errors": errors }));
    }
}

fn created(session: &mut Session<'_>, lead: &Object) {
    let id = text(lead, "id").unwrap_or_default().to_owned();
    let mut stored = lead.clone();
    if let Some(Value::Array(contacts)) = stored.shift_remove("contacts") {
        session.world.replace(&id, stored);
        for contact in contacts {
            let Value::Object(mut contact) = contact else { continue };
            contact.insert("lead_id".to_owned(), id.clone().into());
            session.put(&CONTACT, contact);
        }
    }
    let mut activity = Object::new();
    activity.insert("lead_id".to_owned(), id.into());
    for name in ["date_created", "created_by"] {
        activity.insert(name.to_owned(), lead.get(name).cloned().unwrap_or_default());
    }
    activity.insert("activity_at".to_owned(), activity["date_created"].clone());
    activity.insert("user_id".to_owned(), activity["created_by"].clone());
    session.record(Kind::Created, activity);
}

fn updated(session: &mut Session<'_>, old: &Object, new: &Object) {
    if old.get("status_id") != new.get("status_id") {
        let change = json!({
            "lead_id": new["id"],
            "old_status_id": old.get("status_id"),
            "new_status_id": new.get("status_id"),
        });
        if let Value::Object(change) = change {
            session.record(Kind::LeadStatusChange, change);
        }
    }
}

fn may_delete(view: View<'_>, _: &Object) -> Result<(), Refusal> {
    view.require("delete_leads")
}

fn deleting(session: &mut Session<'_>, lead: &Object) {
    let id = text(lead, "id").unwrap_or_default();
    for kind in HANGS_ON_A_LEAD.iter().chain(Kind::ACTIVITIES) {
        for child in child_ids(session.view(), id, *kind) {
            session.discard(*kind, &child);
        }
    }
}

fn merge(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    session.require("merge_leads")?;
    let named = |name: &str| {
        call.body
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::field(name, "This field is required."))
    };
    let (source_id, destination_id) = (named("source")?, named("destination")?);
    let unknown = || Refusal::Errors(StatusCode::NOT_FOUND, vec!["Source lead does not exist.".to_owned()]);
    let source = session.view().find(Kind::Lead, source_id).cloned().ok_or_else(unknown)?;
    let destination = session.view().find(Kind::Lead, destination_id).cloned().ok_or_else(unknown)?;
    if source_id == destination_id {
        return Err(Refusal::invalid("A lead cannot be merged with itself."));
    }
    session.meta.insert("merge_source_lead_id".to_owned(), source_id.into());
    session.meta.insert("merge_destination_lead_id".to_owned(), destination_id.into());
    let display_names = [display_name(session.view(), &source), display_name(session.view(), &destination)];
    for kind in HANGS_ON_A_LEAD.iter().chain(Kind::ACTIVITIES) {
        for child in child_ids(session.view(), source_id, *kind) {
            let Some(mut object) = session.view().find(*kind, &child).cloned() else { continue };
            object.insert("lead_id".to_owned(), destination_id.into());
            session.world.replace(&child, object);
        }
    }
    session.amend(Kind::Lead, destination_id, |lead| absorb(lead, &source));
    let activity = json!({
        "lead_id": destination_id,
        "source_lead_id": source_id,
        "source_display_name": display_names[0],
        "destination_lead_id": destination_id,
        "destination_display_name": display_names[1],
        "merge_status": "completed",
    });
    if let Value::Object(activity) = activity {
        session.record(Kind::LeadMerge, activity);
    }
    session.announce(Kind::Lead, destination_id, "merged");
    session.discard(Kind::Lead, source_id);
    Ok(Answer::ok(json!({"status": "ok"})))
}

/// Gives a lead what another has and it has not; addresses add up.
fn absorb(lead: &mut Object, source: &Object) {
    for (name, value) in source {
        let missing = lead.get(name).is_none_or(|own| own.is_null() || own.as_str() == Some(""));
        if missing {
            lead.insert(name.clone(), value.clone());
        }
    }
    let more = source.get("addresses").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(addresses) = lead.get_mut("addresses").and_then(Value::as_array_mut) {
        for address in more {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
}

fn by_query(view: View<'_>, parameters: &Parameters) -> Result<Option<Vec<String>>, Refusal> {
    let Some(written) = parameters.get("query").filter(|written| !written.trim().is_empty()) else {
        return Ok(None);
    };
    let query = query::parse(written).map_err(|error| Refusal::bad_request(error.to_string()))?;
    Ok(Some(query.select(view)))
}

/// A new lead with nothing but a name, for what is made without one.
pub(crate) fn blank(view: View<'_>, name: Option<&str>) -> Object {
    let mut lead = Object::new();
    lead.insert("name".to_owned(), json!(name));
    lead.insert("description".to_owned(), "".into());
    lead.insert("url".to_owned(), Value::Null);
    lead.insert("addresses".to_owned(), json!([]));
    if let Some(first) = status::lead_statuses(view).first() {
        lead.insert("status_id".to_owned(), first["id"].clone());
    }
    lead
}

/// Completes a website without a scheme with `https://`.
fn website(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    if written.is_empty() {
        return Ok(Value::Null);
    }
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let fine = url::Url::parse(&whole).is_ok_and(|url| url.host_str().is_some_and(|host| host.contains('.')));
    if fine { Ok(whole.into()) } else { Err("Invalid URL.".into()) }
}

/// A lead's name; a nameless one goes by its first contact.
pub(crate) fn display_name(view: View<'_>, lead: &Object) -> String {
    if let Some(name) = text(lead, "name").filter(|name| !name.trim().is_empty()) {
        return name.to_owned();
    }
    let first = view.children(text(lead, "id").unwrap_or_default(), Kind::Contact).next();
    let named = first.and_then(|contact| text(contact, "name")).filter(|name| !name.is_empty());
    named.unwrap_or("Untitled").to_owned()
}

/// The `lead_name` of what hangs on a lead.
pub(crate) fn lead_name(view: View<'_>, object: &Object) -> Value {
    let lead = text(object, "lead_id").and_then(|id| view.find(Kind::Lead, id));
    lead.map_or(Value::Null, |lead| display_name(view, lead).into())
}

fn child_ids(view: View<'_>, lead_id: &str, kind: Kind) -> Vec<String> {
    view.children(lead_id, kind).filter_map(|child| text(child, "id")).map(str::to_owned).collect()
}

fn children(view: View<'_>, lead: &Object, kind: Kind, show: fn(&Object) -> Value) -> Value {
    view.children(text(lead, "id").unwrap_or_default(), kind).map(show).collect()
}

fn rendered(view: View<'_>, lead: &Object, resource: &Resource, keep: fn(&Object) -> bool) -> Value {
    view.children(text(lead, "id").unwrap_or_default(), resource.kind)
        .filter(|child| keep(child))
        .map(|child| Value::Object(render(view, resource, child, Detail::Listed, &Projection::All)))
        .collect()
}

fn primary(view: View<'_>, lead: &Object, list: &str) -> Value {
    let contacts = view.children(text(lead, "id").unwrap_or_default(), Kind::Contact);
    let rendered = contacts.map(|contact| render(view, &CONTACT, contact, Detail::Listed, &Projection::All));
    let mut found = rendered.filter_map(|contact| contact.get(list)?.as_array()?.first().cloned());
    found.next().unwrap_or(Value::Null)
}
