//! What all activities have in common, and the list of all of them.

use http::Method;
use serde_json::Value;

use super::comment;
use super::ownership::ACTIVITIES;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{
    Action, Compare, Draft, Field, Filter, Hooks, Initial, ListRules, NO_OBJECT, Run, Session, Show, View,
    envelope,
};
use crate::store::{DateStyle, Kind, Object, Record, Shelf, text};

/// Members of every activity, besides its `_type` and the lead it hangs on.
pub(crate) const COMMON: &[Field] = &[
    Field::reference("contact_id", &[Kind::Contact]),
    Field::reference("user_id", &[Kind::User]).starts(Initial::Caller),
    Field::computed("user_name", |view, activity| view.user_name(text(activity, "user_id"))),
    Field::stored("users").starts(Initial::EmptyList),
    Field::moment("activity_at").starts(Initial::Absent),
    Field::computed("comment_summary", comment::summary).shown(Show::OnRequest),
    Field::stored("sequence_id").starts(Initial::Absent).shown(Show::Present),
    Field::stored("sequence_name").starts(Initial::Absent).shown(Show::Present),
    Field::stored("sequence_subscription_id").starts(Initial::Absent).shown(Show::Present),
    Field::moment("date_created").on_create().starts(Initial::Absent).shown(Show::Hidden),
    Field::reference("created_by", &[Kind::User])
        .on_create()
        .also(&["created_by_id"])
        .starts(Initial::Absent)
        .shown(Show::Hidden),
];

/// Filters of every list of activities.
pub(crate) const FILTERS: &[Filter] = &[
    Filter::exact("id"),
    Filter::exact("lead_id"),
    Filter::by("user_id", Compare::Users),
    Filter::exact("contact_id"),
    Filter::exact("organization_id"),
    Filter::by("date_created", Compare::Moments),
    Filter::by("activity_at", Compare::Moments),
    Filter::exact("opportunity_id"),
    Filter::exact("custom_activity_type_id"),
    Filter::exact("external_whatsapp_message_id"),
    Filter::exact("form_id"),
];

/// How every kind of activity is listed: newest first.
pub(crate) const LIST: ListRules = ListRules {
    filters: FILTERS,
    orders: &["date_created", "activity_at"],
    check: check_dates,
    keep: Some(of_named_type),
    ..ListRules::NEWEST_FIRST
};

/// `GET /activity/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::GET, path: "activity", run: Run::Read(list_all) }];

const ALL: ListRules = ListRules { check: check_combination, keep: Some(of_wanted_type), ..LIST };

fn list_all(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    envelope(view, &ALL, Shelf::Activities, call)
}

/// The lead a list is about, when it is about one.
fn single_lead(parameters: &Parameters) -> bool {
    let lead = parameters.get("lead_id").or_else(|| parameters.get("lead_id__in"));
    lead.is_some_and(|lead| !lead.is_empty() && !lead.contains(','))
}

/// Filters by user, contact and type work only on a single lead (documented); Close does not say how it refuses.
fn check_combination(view: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let narrow = |name: &str| matches!(name.split("__").next(), Some("user_id" | "contact_id" | "_type"));
    if !single_lead(parameters)
        && let Some((name, _)) = parameters.iter().find(|(name, _)| narrow(name))
    {
        let message = format!("The {name} filter can only be used together with a single lead_id.");
        return Err(Refusal::bad_request(message));
    }
    check_dates(view, parameters)
}

/// Date filters work only on the date that is sorted by, and sorting by `activity_at` only on a single lead.
fn check_dates(_: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let order = parameters.get("_order_by").unwrap_or("-date_created");
    let by_activity_at = order.trim_start_matches('-') == "activity_at";
    if by_activity_at && !single_lead(parameters) {
        return Err(Refusal::bad_request("Ordering by activity_at needs a single lead_id."));
    }
    let other = if by_activity_at { "date_created" } else { "activity_at" };
    if parameters.iter().any(|(name, _)| name.split("__").next() == Some(other)) {
        let message =
            format!("Activities sorted by {} cannot be filtered by {other}.", order.trim_start_matches('-'));
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}

/// The list of one type holds nothing of another, whatever `_type` says.
fn of_named_type(view: View<'_>, record: &Record, parameters: &Parameters) -> bool {
    let named = parameters.get("_type").or_else(|| parameters.get("_type__in")).is_some();
    !named || of_wanted_type(view, record, parameters)
}

/// Threads are left out unless `thread_emails` or `_type` asks for them; `only` leaves the single e-mails out.
fn of_wanted_type(_: View<'_>, record: &Record, parameters: &Parameters) -> bool {
    let wanted = parameters.get("_type").or_else(|| parameters.get("_type__in"));
    if let Some(wanted) = wanted {
        return wanted.split(',').map(str::trim).any(|name| match name {
            "Custom" => record.kind == Kind::CustomActivity,
            name if name.starts_with("actitype_") => {
                text(&record.object, "custom_activity_type_id") == Some(name)
            }
            name => text(&record.object, "_type") == Some(name),
        });
    }
    match parameters.get("thread_emails") {
        Some("true") => true,
        Some("only") => record.kind != Kind::Email,
        _ => record.kind != Kind::EmailThread,
    }
}

/// Completes and checks what all activities share. Others' activities need `manage_others_activities` (documented).
pub(crate) fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    ACTIVITIES.check_change(view, draft);
    let lead = text(&draft.object, "lead_id");
    let contact = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id));
    if contact.is_some_and(|contact| lead.is_some() && text(contact, "lead_id") != lead) {
        draft.errors.add("contact", NO_OBJECT);
    }
    if draft.old.is_none() {
        let created = draft.object.get("date_created").cloned();
        let now = || DateStyle::Offset.write(view.now()).into();
        draft.object.entry("activity_at").or_insert_with(|| created.unwrap_or_else(now));
    }
}

/// Completes an activity the twin makes by itself.
pub(crate) fn storing(session: &mut Session<'_>, activity: &mut Object) {
    let created = activity.get("date_created").filter(|created| created.is_string()).cloned();
    let now = || DateStyle::Offset.write(session.world.now()).into();
    let at = created.unwrap_or_else(now);
    let unset = activity.get("activity_at").is_none_or(Value::is_null);
    if unset {
        activity.insert("activity_at".to_owned(), at);
    }
}

/// The `contact_name` of what names a contact.
pub(crate) fn contact_name(view: View<'_>, object: &Object) -> Value {
    view.member_of(Kind::Contact, text(object, "contact_id"), "name")
}

/// How activities that people make are deleted.
pub(crate) const DELETABLE: Hooks = Hooks { may_delete, deleting: comment::forget, ..Hooks::NONE };

/// One's own activities need `delete_own_activities`, others' `manage_others_activities` (documented).
pub(crate) fn may_delete(view: View<'_>, activity: &Object) -> Result<(), Refusal> {
    ACTIVITIES.check_deletion(view, activity)
}
