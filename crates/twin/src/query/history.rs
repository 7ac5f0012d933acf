//! Which status a lead or an opportunity had, and when: rows worked out from its status changes.
//!
//! A row holds `status_id`, `from`, and `until`, which is null for the status it has now.

use serde_json::{Value, json};

use super::facts::Scene;
use crate::store::{Kind, Object, parse_moment, text};

/// The statuses of a lead.
pub(super) fn of_lead(scene: Scene<'_>, lead: &Object) -> Vec<Object> {
    rows(lead, scene.children(lead, Kind::LeadStatusChange))
}

/// The statuses of an opportunity.
pub(super) fn of_opportunity(scene: Scene<'_>, deal: &Object) -> Vec<Object> {
    let lead_id = text(deal, "lead_id").unwrap_or_default();
    let changes = scene.world.children_of(lead_id, Kind::OpportunityStatusChange);
    rows(deal, changes.filter(|change| change.get("opportunity_id") == deal.get("id")))
}

/// The status a lead was made with, by id and label.
pub(super) fn first_of_lead(scene: Scene<'_>, lead: &Object) -> Vec<Value> {
    first(scene, Kind::LeadStatus, &of_lead(scene, lead))
}

/// The status an opportunity was made with, by id and label.
pub(super) fn first_of_opportunity(scene: Scene<'_>, deal: &Object) -> Vec<Value> {
    first(scene, Kind::OpportunityStatus, &of_opportunity(scene, deal))
}

fn first(scene: Scene<'_>, kind: Kind, rows: &[Object]) -> Vec<Value> {
    let Some(first) = rows.first() else { return Vec::new() };
    let id = first.get("status_id").cloned();
    id.into_iter().chain(scene.member_of(kind, first, "status_id", "label")).collect()
}

/// From when until when a row tells of.
pub(super) fn period(_: Scene<'_>, row: &Object) -> Vec<Value> {
    vec![json!([row.get("from"), row.get("until")])]
}

fn rows<'w>(object: &Object, changes: impl Iterator<Item = &'w Object>) -> Vec<Object> {
    let at = |change: &Object| {
        text(change, "activity_at").or_else(|| text(change, "date_created")).map(str::to_owned)
    };
    let mut changes: Vec<(Option<String>, &Object)> = changes.map(|change| (at(change), change)).collect();
    changes.sort_by_key(|(at, _)| at.as_deref().and_then(parse_moment));
    let member = |object: &Object, name: &str| object.get(name).cloned().unwrap_or_default();
    let first = match changes.first() {
        Some((_, change)) => member(change, "old_status_id"),
        None => member(object, "status_id"),
    };
    let mut starts = vec![(first, member(object, "date_created"))];
    starts.extend(changes.iter().map(|(at, change)| (member(change, "new_status_id"), json!(at))));
    let ends = starts.iter().skip(1).map(|(_, at)| at.clone()).chain([Value::Null]);
    let rows = starts.iter().zip(ends).map(|((status, from), until)| {
        let row = [("status_id", status.clone()), ("from", from.clone()), ("until", until)];
        row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    });
    rows.collect()
}
