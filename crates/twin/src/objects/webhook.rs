//! Webhook subscriptions. They are kept and shown; events are not delivered yet.

use rand::Rng;
use serde_json::{Value, json};

use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, REQUIRED, Resource, Session,
};
use crate::store::{Kind, Object, text};

/// `/webhook/`
pub(crate) static WEBHOOK: Resource = Resource {
    audit: Audit::Naive,
    answers_created: true,
    fields: &[
        Field::new("url", FieldKind::Url).required(),
        Field::choice("status", &["active", "paused"]).starts(Initial::Text("active")).not_null(),
        Field::new("events", FieldKind::Rows(EVENT)).required(),
        Field::flag("verify_ssl", true),
        Field::stored("signature_key").starts(Initial::Absent),
        Field::stored("health_status").starts(Initial::Text("healthy")),
        Field::stored("latest_error"),
        Field::stored("pause_reason"),
        Field::stored("counters").starts(Initial::EmptyObject),
        Field::stored("recent_consecutive_fail_buckets_cnt").starts(Initial::Integer(0)),
    ],
    list: ListRules::OLDEST_FIRST,
    hooks: Hooks { prepare, storing, ..Hooks::NONE },
    ..Resource::new(Kind::Webhook, "webhook", "whsub", "WebhookSubscription")
};

/// Most subscriptions of an organization (documented).
const MOST: usize = 40;

const EVENT: &[Field] = &[
    Field::text("object_type").required(),
    Field::text("action").required(),
    Field::new("extra_filter", FieldKind::Free).starts(Initial::Absent),
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_none() && session.view().all(Kind::Webhook).count() >= MOST {
        draft.errors.add_general(format!("An organization can have at most {MOST} webhook subscriptions."));
    }
    let empty = draft.object.get("events").and_then(Value::as_array).is_some_and(Vec::is_empty);
    if empty {
        draft.errors.add("events", if draft.old.is_none() { REQUIRED } else { "List must not be empty." });
    }
    let reason = if text(&draft.object, "status") == Some("paused") { json!("api") } else { Value::Null };
    draft.object.insert("pause_reason".to_owned(), reason);
}

fn storing(session: &mut Session<'_>, webhook: &mut Object) {
    let (high, low): (u128, u128) = session.world.random().random();
    webhook.insert("signature_key".to_owned(), format!("{high:032x}{low:032x}").into());
}
