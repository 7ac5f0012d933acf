//! Sequences (workflows): steps that reach out to a contact one after the other.

use serde_json::{Value, json};

use super::sequence_schedule;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, NO_OBJECT, REQUIRED, Resource, Session, Show,
    View,
};
use crate::store::{DateStyle, Kind, Object, text};

/// `/sequence/`
pub(crate) static SEQUENCE: Resource = Resource {
    audit: Audit::Sequence,
    fields: &[
        Field::text("name").required(),
        Field::choice("status", &["active", "paused", "draft"]).starts(Initial::Text("active")).not_null(),
        Field::new("timezone", FieldKind::Checked(time_zone)).starts(Initial::Absent).not_null(),
        Field::new("schedule", FieldKind::Checked(sequence_schedule::check)),
        Field::new("steps", FieldKind::Rows(STEP)).starts(Initial::EmptyList).not_null(),
        Field::computed("subscription_counts_by_status", counts).shown(Show::Single),
    ],
    list: ListRules { max_limit: 1000, ..ListRules::NEWEST_FIRST },
    event: Some("sequence"),
    permission: Some("manage_email_sequences"),
    hooks: Hooks { prepare, updated, deleting, ..Hooks::NONE },
    ..Resource::new(Kind::Sequence, "sequence", "seq", "Sequence")
};

const STEP: &[Field] = &[
    Field::text("id").starts(Initial::Absent),
    Field::text("step_type").starts(Initial::Absent),
    Field::count("delay").starts(Initial::Absent).not_null(),
    Field::reference("email_template_id", &[Kind::EmailTemplate]).starts(Initial::Absent),
    Field::reference("sms_template_id", &[Kind::SmsTemplate]).starts(Initial::Absent),
    Field::text("threading").starts(Initial::Absent),
    Field::new("required", FieldKind::Boolean).not_null().starts(Initial::Absent),
    Field::count("step_allowed_delay").starts(Initial::Absent),
];

/// What a step holds unless it says otherwise.
const STEP_DEFAULTS: [(&str, Value); 5] = [
    ("delay", Value::Null),
    ("email_template_id", Value::Null),
    ("threading", Value::Null),
    ("required", Value::Bool(true)),
    ("step_allowed_delay", Value::Null),
];

fn time_zone(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let name = value.as_str().ok_or("Value must be of str type.")?;
    if jiff::tz::TimeZone::get(name).is_ok() { Ok(value.clone()) } else { Err("Not a valid choice.".into()) }
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_none() {
        let view = session.view();
        let zone = view.member_of(Kind::User, Some(&view.caller.user_id), "last_used_timezone");
        let zone = if zone.is_null() { "UTC".into() } else { zone };
        draft.object.entry("timezone").or_insert(zone);
    }
    if !draft.given("steps") {
        return;
    }
    let rows = draft.object.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
    let old = draft.old.and_then(|old| old.get("steps")?.as_array()).cloned().unwrap_or_default();
    let mut steps = Vec::new();
    let mut errors = Object::new();
    for (position, row) in rows.iter().enumerate() {
        let kept = row.get("id").map(|id| old.iter().find(|step| step.get("id") == Some(id)));
        match kept {
            Some(None) => {
                errors.insert(position.to_string(), json!({"field-errors": {"id": NO_OBJECT}}));
            }
            Some(Some(step)) => steps.push(step_from(session, step.as_object(), row)),
            None => steps.push(step_from(session, None, row)),
        }
        if steps.last().is_some_and(|step: &Value| step["step_type"].is_null()) {
            errors
                .entry(position.to_string())
                .or_insert_with(|| json!({"field-errors": {"step_type": REQUIRED}}));
        }
    }
    if errors.is_empty() {
        draft.object.insert("steps".to_owned(), steps.into());
    } else {
        draft.errors.add("steps", json!({ "errors": errors }));
    }
}

/// A step kept or made anew; one with a template but no type is an e-mail (documented).
fn step_from(session: &mut Session<'_>, kept: Option<&Object>, row: &Value) -> Value {
    let now = DateStyle::Naive.write(session.world.now());
    let caller = session.caller.user_id.clone();
    let mut step = kept.cloned().unwrap_or_else(|| {
        let mut step = Object::new();
        step.insert("id".to_owned(), session.world.mint("seqstep").into());
        step.insert("step_type".to_owned(), Value::Null);
        step.extend(STEP_DEFAULTS.map(|(name, value)| (name.to_owned(), value)));
        step.insert("delay".to_owned(), 0.into());
        step.insert("created_by_id".to_owned(), caller.clone().into());
        step.insert("updated_by_id".to_owned(), caller.clone().into());
        step.insert("date_created".to_owned(), now.clone().into());
        step.insert("date_updated".to_owned(), now.clone().into());
        step
    });
    let changes: Vec<_> = row.as_object().into_iter().flatten().filter(|(name, _)| *name != "id").collect();
    if kept.is_some() && !changes.is_empty() {
        step.insert("updated_by_id".to_owned(), caller.into());
        step.insert("date_updated".to_owned(), now.into());
    }
    step.extend(changes.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    if step.get("step_type").is_none_or(Value::is_null) {
        let set = |name: &str| step.get(name).is_some_and(Value::is_string);
        let kind = if set("email_template_id") {
            Some("email")
        } else if set("sms_template_id") {
            Some("sms")
        } else {
            None
        };
        step.insert("step_type".to_owned(), json!(kind));
    }
    step.into()
}

/// Pausing a sequence shows on its running subscriptions; resuming takes that back.
fn updated(session: &mut Session<'_>, old: &Object, new: &Object) {
    if old.get("status") == new.get("status") {
        return;
    }
    let (from, reason, to, new_reason) = match text(new, "status") {
        Some("active") => ("paused", Some("workflow-paused"), "active", None),
        _ => ("active", None, "paused", Some("workflow-paused")),
    };
    for subscription in subscriptions(session.view(), new) {
        if text(&subscription, "status") == Some(from) && text(&subscription, "status_reason") == reason {
            end(session, &subscription, to, new_reason);
        }
    }
}

/// Running subscriptions end with the sequence (documented).
fn deleting(session: &mut Session<'_>, sequence: &Object) {
    for subscription in subscriptions(session.view(), sequence) {
        if matches!(text(&subscription, "status"), Some("active" | "paused")) {
            end(session, &subscription, "finished", Some("sequence-deleted"));
        }
    }
}

fn end(session: &mut Session<'_>, subscription: &Object, status: &str, reason: Option<&str>) {
    session.amend(Kind::SequenceSubscription, text(subscription, "id").unwrap_or_default(), |subscription| {
        subscription.insert("status".to_owned(), status.into());
        subscription.insert("status_reason".to_owned(), json!(reason));
    });
}

fn subscriptions(view: View<'_>, sequence: &Object) -> Vec<Object> {
    numbers(view, sequence).filter_map(|number| Some(view.world.at(number)?.object.clone())).collect()
}

/// The numbers of a sequence's subscriptions, oldest first.
fn numbers<'w>(view: View<'w>, sequence: &Object) -> impl Iterator<Item = u32> + use<'w> {
    let id = text(sequence, "id").unwrap_or_default();
    view.world.holding(&view.caller.organization_id, Kind::SequenceSubscription, "sequence_id", id)
}

fn counts(view: View<'_>, sequence: &Object) -> Value {
    let mut counts = [("active", 0), ("paused", 0), ("finished", 0), ("goal", 0), ("error", 0)];
    for number in numbers(view, sequence) {
        view.aside(|view| {
            let status = view.world.at(number).and_then(|record| text(&record.object, "status"));
            if let Some((_, count)) = counts.iter_mut().find(|(name, _)| Some(*name) == status) {
                *count += 1;
            }
        });
    }
    Value::Object(counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect())
}
