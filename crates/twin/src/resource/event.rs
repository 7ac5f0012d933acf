//! Events: what each change leaves in the log.

use std::sync::Arc;

use serde_json::{Value, json};

use super::declaration::Resource;
use super::session::Session;
use crate::objects::{is_documented_event, tell_webhooks};
use crate::store::{DateStyle, Kind, Object, text};

/// Writes an event, if Close documents that there is one, and tells the webhooks that want it. `before` and `after`
/// are the object as it is answered, without what hangs on it.
pub(crate) fn emit(
    session: &mut Session<'_>,
    resource: &Resource,
    action: &str,
    before: Option<&Object>,
    after: Option<&Object>,
) {
    let Some(object_type) = resource.event else { return };
    let Some(subject) = after.or(before) else { return };
    let object_type = resource.event_of.map_or_else(|| object_type.to_owned(), |name| name(subject));
    if !is_documented_event(&object_type, action) {
        return;
    }
    let id = text(subject, "id").unwrap_or_default();
    let lead_id = match resource.kind {
        Kind::Lead => Some(id),
        _ => text(subject, "lead_id"),
    };
    let changed = match (before, after) {
        (Some(before), Some(after)) => changed(before, after),
        _ => Vec::new(),
    };
    let previous = match (before, after) {
        (Some(before), None) => json!(before),
        (Some(before), Some(_)) => {
            let old =
                changed.iter().map(|name| (name.clone(), before.get(name).cloned().unwrap_or(Value::Null)));
            Value::Object(old.collect())
        }
        (None, _) => json!({}),
    };
    let user_id = session.caller.user();
    let mut meta = match user_id {
        Some(_) => {
            json!({"request_method": session.caller.method, "request_path": session.caller.path})
        }
        None => json!({}),
    };
    if let Value::Object(meta) = &mut meta {
        meta.extend(session.meta.clone());
    }
    let request_id = user_id.map(|_| session.request_id.clone());
    let event_id = session.world.mint("ev");
    let now = DateStyle::Naive.write(session.world.now());
    let event = json!({
        "id": event_id,
        "organization_id": session.caller.organization_id,
        "object_type": object_type,
        "object_id": id,
        "lead_id": lead_id,
        "action": action,
        "user_id": user_id,
        "request_id": request_id,
        "api_key_id": session.caller.api_key_id,
        "changed_fields": changed,
        "data": after,
        "previous_data": previous,
        "meta": meta,
        "date_created": now,
        "date_updated": now,
    });
    if let Value::Object(event) = event {
        let event = Arc::new(event);
        session.world.events.push(Arc::clone(&event));
        tell_webhooks(session.view(), &event);
    }
}

/// Names of the members that differ, sorted.
pub(crate) fn changed(before: &Object, after: &Object) -> Vec<String> {
    let mut names: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value))
        .map(|(name, _)| name.clone())
        .chain(before.keys().filter(|name| !after.contains_key(*name)).cloned())
        .collect();
    names.sort();
    names
}
