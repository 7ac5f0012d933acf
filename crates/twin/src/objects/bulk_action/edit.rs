//! Setting or clearing one member of everything a query finds.

use serde_json::Value;

use super::target::{blank, can_hold, target};
use super::{after_update, bulk, check, finish, select};
use crate::objects::resource_of;
use crate::resource::{Draft, Field, FieldKind, Hooks, Initial, REQUIRED, Resource, Session, Show};
use crate::store::{Kind, Object, text};

/// `/bulk_action/edit/`
pub(crate) static BULK_EDIT: Resource = Resource {
    fields: &[
        Field::choice("type", TYPES).required().on_create(),
        Field::reference("lead_status_id", &[Kind::LeadStatus]).on_create(),
        Field::reference("custom_field_id", FIELDS).starts(Initial::Absent).shown(Show::Present).on_create(),
        Field::text("custom_field_name").on_create(),
        Field::new("custom_field_value", FieldKind::Any).on_create(),
        Field::new("custom_field_values", FieldKind::FreeList)
            .starts(Initial::Absent)
            .shown(Show::Present)
            .on_create(),
        Field::choice("custom_field_operation", &["replace", "add", "remove"])
            .starts(Initial::Absent)
            .shown(Show::Present)
            .on_create(),
    ],
    event: Some("bulk_action.edit"),
    permission: Some("bulk_edit"),
    hooks: Hooks {
        prepare,
        created: edit,
        updated: |session, old, new| after_update(session, Kind::BulkEdit, old, new, edit),
        ..Hooks::NONE
    },
    ..bulk(Kind::BulkEdit, "bulk_action/edit", "bulkedit", "BulkEditAction")
};

const TYPES: &[&str] = &[
    "set_lead_status",
    "set_custom_field",
    "clear_custom_field",
    "set_contact_custom_field",
    "clear_contact_custom_field",
    "set_activity_custom_field",
    "clear_activity_custom_field",
    "set_global_custom_field",
    "clear_global_custom_field",
    "set_opportunity_custom_field",
    "clear_opportunity_custom_field",
    "set_custom_object_custom_field",
    "clear_custom_object_custom_field",
];

const FIELDS: &[Kind] = &[
    Kind::LeadCustomField,
    Kind::ContactCustomField,
    Kind::OpportunityCustomField,
    Kind::ActivityCustomField,
    Kind::CustomObjectCustomField,
    Kind::SharedCustomField,
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    check(session, draft);
    if draft.old.is_some() {
        return;
    }
    let unset = |name: &str| draft.object.get(name).is_none_or(Value::is_null);
    let (status, field) = (unset("lead_status_id"), unset("custom_field_id") && unset("custom_field_name"));
    let value = unset("custom_field_value") && unset("custom_field_values");
    let kind = text(&draft.object, "type").unwrap_or_default();
    let missing = match kind {
        "set_lead_status" if status => Some("lead_status"),
        "set_lead_status" | "" => None,
        _ if field => Some("custom_field"),
        _ if kind.starts_with("set_") && value => Some("custom_field_value"),
        _ => None,
    };
    if let Some(name) = missing {
        draft.errors.add(name, REQUIRED);
    }
    if draft.errors.is_empty() {
        // A value that no object could take is refused before anything changes.
        let change = change_of(&draft.object);
        let kind = target(session.view(), &draft.object);
        let blank = blank(session.view(), &draft.object, kind);
        let probe = session.draft(resource_of(kind), &change, Some(&blank)).map(|_| ());
        if let Err(refusal) = probe {
            draft.refuse(refusal);
        }
    }
}

/// What a bulk edit sets on each object.
fn change_of(action: &Object) -> Object {
    let mut change = Object::new();
    let kind = text(action, "type").unwrap_or_default();
    if kind == "set_lead_status" {
        change.insert("status_id".to_owned(), action["lead_status_id"].clone());
        return change;
    }
    let field =
        text(action, "custom_field_id").or_else(|| text(action, "custom_field_name")).unwrap_or_default();
    let several = action.get("custom_field_values").filter(|values| values.is_array());
    let value = several.or_else(|| action.get("custom_field_value")).cloned().unwrap_or_default();
    if kind.starts_with("clear_") {
        change.insert(format!("custom.{field}"), Value::Null);
        return change;
    }
    let operation = text(action, "custom_field_operation").filter(|operation| *operation != "replace");
    let Some(operation) = operation else {
        change.insert(format!("custom.{field}"), value);
        return change;
    };
    // One value is added or removed at a time (documented for objects); the first stands for all when it is checked.
    let first = match &value {
        Value::Array(values) => values.first().cloned().unwrap_or_default(),
        value => value.clone(),
    };
    change.insert(format!("custom.{field}.{operation}"), first);
    change
}

/// The changes for each object, one after the other.
fn changes_of(action: &Object) -> Vec<Object> {
    let change = change_of(action);
    let values = action.get("custom_field_values").and_then(Value::as_array);
    let step = change.keys().find(|name| matches!(name.rsplit('.').next(), Some("add" | "remove"))).cloned();
    match (values, step) {
        (Some(values), Some(name)) => {
            values.iter().map(|value| [(name.clone(), value.clone())].into_iter().collect()).collect()
        }
        _ => vec![change],
    }
}

fn edit(session: &mut Session<'_>, action: &Object) {
    let kind = target(session.view(), action);
    let mut selection = select(session, action, kind);
    let view = session.view();
    selection.ids.retain(|id| view.aside(|view| can_hold(view, action, kind, id)));
    let changes = changes_of(action);
    let mut done = 0;
    for id in &selection.ids {
        let made = changes.iter().all(|change| session.update(resource_of(kind), id, change).is_ok());
        done += usize::from(made);
    }
    finish(session, action, Kind::BulkEdit, &selection, done);
}
