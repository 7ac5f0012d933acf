//! Webhook subscriptions: who wants to be told of which events, and how its receiver does.
//!
//! What is to be sent is put into the outbox by [`tell`]; sending it is the business of `delivery`.

use std::sync::Arc;

use rand::Rng;
use serde_json::{Map, Value, json};

use super::{event_filter, event_type};
use crate::delivery::{Outbox, is_reserved};
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, NOT_A_CHOICE, REQUIRED, Resource, Session,
    Show, View,
};
use crate::store::{Kind, Object, text};

/// `/webhook/`
pub(crate) static WEBHOOK: Resource = Resource {
    shows_organization: false,
    audit: Audit::Naive,
    answers_created: true,
    fields: &[
        Field::new("url", FieldKind::Url).required().keeps_on_null(),
        Field::choice("status", &["active", "paused"])
            .starts(Initial::Text("active"))
            .not_null()
            .keeps_on_null(),
        Field::new("events", FieldKind::Rows(EVENT)).required().keeps_on_null(),
        Field::new("event_filter", FieldKind::Checked(filter))
            .on_create()
            .starts(Initial::Absent)
            .shown(Show::Present),
        Field::flag("verify_ssl", true).keeps_on_null(),
        Field::stored("signature_key").starts(Initial::Absent),
        Field::computed("health_status", |view, webhook| health_status(view, webhook).into()),
        Field::computed("latest_error", |view, webhook| json!(outbox(view).health(id(webhook)).latest_error)),
        Field::stored("pause_reason"),
        Field::computed("counters", counters),
        Field::computed("recent_consecutive_fail_buckets_cnt", |view, webhook| {
            outbox(view).health(id(webhook)).failing_hours(view.now()).into()
        }),
    ],
    list: ListRules::OLDEST_FIRST,
    hooks: Hooks {
        prepare,
        storing,
        updated,
        deleting: |session, webhook| outbox(session.view()).forget(id(webhook)),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::Webhook, "webhook", "whsub", "WebhookSubscription")
};

/// Most subscriptions of an organization (documented).
const MOST: usize = 40;

const EVENT: &[Field] = &[
    Field::text("object_type").required(),
    Field::text("action").required(),
    Field::new("extra_filter", FieldKind::Checked(filter)).starts(Initial::Absent),
];

fn filter(_: View<'_>, value: &Value) -> Result<Value, Value> {
    event_filter::parse(value).map(|_| value.clone())
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_none() && session.view().all(Kind::Webhook).count() >= MOST {
        draft.errors.add_general(format!("An organization can have at most {MOST} webhook subscriptions."));
    }
    check_events(draft);
    if draft.old.is_none_or(|old| old.get("status") != draft.object.get("status")) {
        let paused = text(&draft.object, "status") == Some("paused");
        let reason = if paused { "api".into() } else { Value::Null };
        draft.object.insert("pause_reason".to_owned(), reason);
    }
}

/// There must be events, of types Close documents, and each type must know its action.
fn check_events(draft: &mut Draft<'_>) {
    let Some(events) = draft.object.get("events").and_then(Value::as_array) else { return };
    if events.is_empty() {
        let message = if draft.old.is_none() { REQUIRED } else { "List must not be empty." };
        return draft.errors.add("events", message);
    }
    let mut errors = Map::new();
    for (position, event) in events.iter().enumerate() {
        let wanted = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let wrong = match event_type::actions(wanted("object_type")) {
            None => "object_type",
            Some(actions) if !actions.contains(&wanted("action")) => "action",
            Some(_) => continue,
        };
        errors.insert(position.to_string(), json!({"field-errors": {wrong: NOT_A_CHOICE}}));
    }
    if !errors.is_empty() {
        draft.errors.add("events", json!({ "errors": errors }));
    }
}

fn storing(session: &mut Session<'_>, webhook: &mut Object) {
    let (high, low): (u128, u128) = session.world.random().random();
    webhook.insert("signature_key".to_owned(), format!("{high:032x}{low:032x}").into());
}

/// What happens during a pause is never delivered, and what waited before it is forgotten (documented). A
/// subscription that is set active again begins anew.
fn updated(session: &mut Session<'_>, old: &Object, new: &Object) {
    if old.get("status") != new.get("status") {
        let outbox = outbox(session.view());
        if text(new, "status") == Some("paused") { outbox.pause(id(new)) } else { outbox.forget(id(new)) }
    }
}

/// Puts an event into the outbox for every subscription of the caller's organization that wants it. One at a name
/// reserved for examples, as in the demo data, is told nothing.
pub(crate) fn tell(view: View<'_>, event: &Arc<Object>) {
    for webhook in view.all(Kind::Webhook) {
        let reachable = text(webhook, "url").is_some_and(|url| !is_reserved(url));
        if reachable && text(webhook, "status") == Some("active") && wants(webhook, event) {
            outbox(view).offer(id(webhook), event, view.now());
        }
    }
}

fn wants(webhook: &Object, event: &Object) -> bool {
    let named = |row: &&Value| {
        let wanted = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        text(event, "object_type") == Some(event_type::canonical(wanted("object_type")))
            && text(event, "action") == Some(wanted("action"))
    };
    let rows = webhook.get("events").and_then(Value::as_array).into_iter().flatten();
    passes(webhook.get("event_filter"), event)
        && rows.filter(named).any(|row| passes(row.get("extra_filter"), event))
}

fn passes(filter: Option<&Value>, event: &Object) -> bool {
    let Some(filter) = filter.filter(|filter| !filter.is_null()) else { return true };
    event_filter::parse(filter).is_ok_and(|filter| filter.holds(&Value::Object(event.clone())))
}

/// `warning` when too many events wait (documented that it changes, not to what), `failing` when the latest delivery
/// failed, else `healthy`.
fn health_status(view: View<'_>, webhook: &Object) -> &'static str {
    let outbox = outbox(view);
    if outbox.overfull(id(webhook)) {
        "warning"
    } else if outbox.health(id(webhook)).failing_since.is_some() {
        "failing"
    } else {
        "healthy"
    }
}

/// Empty until something happens, as in Close's sample; what it holds then is chosen.
fn counters(view: View<'_>, webhook: &Object) -> Value {
    let health = outbox(view).health(id(webhook));
    let pending = outbox(view).backlog(id(webhook)) as u64;
    let counts = [
        ("delivered", health.delivered),
        ("failed", health.failed),
        ("dropped", health.dropped),
        ("pending", pending),
    ];
    let counted = counts.into_iter().filter(|(_, count)| *count > 0);
    counted.map(|(name, count)| (name.to_owned(), count.into())).collect::<Object>().into()
}

fn outbox(view: View<'_>) -> &Outbox {
    &view.world.world().events.outbox
}

fn id(webhook: &Object) -> &str {
    text(webhook, "id").unwrap_or_default()
}
