//! Setting or clearing one member of everything a query finds.

use serde_json::Value;

use super::{after_update, bulk, check, finish, select};
use crate::objects::{resource_of, selection};
use crate::resource::{
    CustomScope, Draft, Field, FieldKind, Hooks, Initial, REQUIRED, Resource, Session, Show, View,
    custom_definitions, custom_holder,
};
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

/// The objects that can hold custom values, and the fields that are theirs alone.
const HOLDERS: &[(Kind, Kind, CustomScope)] = &[
    (Kind::Lead, Kind::LeadCustomField, CustomScope::Lead),
    (Kind::Contact, Kind::ContactCustomField, CustomScope::Contact),
    (Kind::Opportunity, Kind::OpportunityCustomField, CustomScope::Opportunity),
    (Kind::CustomActivity, Kind::ActivityCustomField, CustomScope::Activity),
    (Kind::CustomObject, Kind::CustomObjectCustomField, CustomScope::CustomObject),
];

/// What a bulk edit changes. Shared fields ("global") are set on what the query asks for when they are associated with
/// it, otherwise on the first kind of object they are associated with, of what belongs to it (chosen).
fn target(view: View<'_>, action: &Object) -> Kind {
    let what = text(action, "type").unwrap_or_default();
    let what = what.trim_start_matches("set_").trim_start_matches("clear_");
    match what.trim_end_matches("custom_field").trim_end_matches('_') {
        "contact" => Kind::Contact,
        "activity" => Kind::CustomActivity,
        "opportunity" => Kind::Opportunity,
        "custom_object" => Kind::CustomObject,
        "global" => {
            let asked = selection::subject(action);
            let field = custom_field(view, action, Kind::SharedCustomField);
            let holds = |scope: CustomScope| field.is_some_and(|field| custom_holder(scope, field).is_some());
            let mut holders = HOLDERS.iter().filter(|(_, _, scope)| holds(*scope)).map(|(kind, ..)| *kind);
            holders.clone().find(|kind| *kind == asked).or_else(|| holders.next()).unwrap_or(asked)
        }
        _ => Kind::Lead,
    }
}

/// The field an action names, among those of a kind and the shared ones.
fn custom_field<'w>(view: View<'w>, action: &Object, fields: Kind) -> Option<&'w Object> {
    let named = |member: &str, wanted: &str, field: &Object| {
        text(action, wanted).is_some_and(|wanted| text(field, member) == Some(wanted))
    };
    // Shared fields are looked at once, also when they are what is asked for.
    let own = Some(fields).filter(|fields| *fields != Kind::SharedCustomField);
    own.into_iter()
        .chain([Kind::SharedCustomField])
        .flat_map(|fields| view.all(fields))
        .find(|field| named("id", "custom_field_id", field) || named("name", "custom_field_name", field))
}

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

/// An object to try a change on: of the type the custom field belongs to, if it belongs to one.
fn blank(view: View<'_>, action: &Object, kind: Kind) -> Object {
    // A draft may lack what a published activity must have.
    let mut blank: Object = [("status".to_owned(), "draft".into())].into_iter().collect();
    let holder = HOLDERS
        .iter()
        .find(|(holder, ..)| *holder == kind)
        .and_then(|(_, fields, scope)| custom_holder(*scope, custom_field(view, action, *fields)?).flatten());
    if let Some((member, id)) = holder {
        blank.insert(member.to_owned(), id);
    }
    blank
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

/// Whether an object of this kind is of a type that has the field to be set, if one is.
fn can_hold(view: View<'_>, action: &Object, kind: Kind, id: &str) -> bool {
    let Some((_, fields, scope)) = HOLDERS.iter().find(|(holder, ..)| *holder == kind) else { return false };
    let Some(object) = view.find(kind, id) else { return false };
    let field = custom_field(view, action, *fields);
    field.is_none_or(|field| {
        custom_definitions(view, *scope, object).iter().any(|own| own.get("id") == field.get("id"))
    })
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
