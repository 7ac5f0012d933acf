//! Custom objects and their types.

use serde_json::{Value, json};

use super::{custom_field, permission};
use crate::http::{Parameters, Refusal};
use crate::resource::{
    Audit, CustomScope, Deleted, Draft, Field, Filter, Hooks, Initial, ListRules, REQUIRED, Resource,
    Session, Show, View, require_custom,
};
use crate::store::{Kind, Object, text};

/// `/custom_object_type/`
pub(crate) static CUSTOM_OBJECT_TYPE: Resource = Resource {
    audit: Audit::Naive,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::text("name_plural").required(),
        Field::text("description"),
        Field::flag("api_create_only", false),
        permission::EDITABLE_WITH_ROLES,
        Field::stored("is_archived").starts(Initial::False),
        Field::computed("fields", |view, kind| {
            let mut holder = Object::new();
            holder.insert("custom_object_type_id".to_owned(), kind["id"].clone());
            custom_field::shown(view, CustomScope::CustomObject, &holder)
        })
        .shown(Show::Nested),
        Field::computed("back_reference_fields", back_references).shown(Show::Nested),
    ],
    list: ListRules { has_more: false, ..ListRules::OLDEST_FIRST },
    event: Some("custom_object_type"),
    permission: Some("manage_customizations"),
    hooks: Hooks {
        may_delete: unused,
        deleting: |session, kind| custom_field::forget_type(session, CustomScope::CustomObject, kind),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::CustomObjectType, "custom_object_type", "cotype", "CustomObjectType")
};

/// `/custom_object/`
pub(crate) static CUSTOM_OBJECT: Resource = Resource {
    audit: Audit::Plain,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::reference("custom_object_type_id", &[Kind::CustomObjectType]).required().on_create(),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::text("name").required(),
    ],
    custom: Some(CustomScope::CustomObject),
    list: ListRules {
        filters: &[Filter::exact("lead_id"), Filter::exact("custom_object_type_id")],
        check: of_a_lead,
        ..ListRules::NEWEST_FIRST
    },
    event: Some("custom_object"),
    hooks: Hooks { prepare, may_delete, ..Hooks::NONE },
    ..Resource::new(Kind::CustomObject, "custom_object", "custobj", "CustomObject")
};

fn of_a_lead(_: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    if parameters.get("lead_id").is_none_or(str::is_empty) {
        Err(Refusal::field("lead", REQUIRED))
    } else {
        Ok(())
    }
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let kind = text(&draft.object, "custom_object_type_id");
    if let Err(refusal) = permission::check_type(session.view(), Kind::CustomObjectType, kind) {
        return draft.refuse(refusal);
    }
    require_custom(session.view(), CustomScope::CustomObject, &draft.object, &mut draft.errors);
}

fn may_delete(view: View<'_>, object: &Object) -> Result<(), Refusal> {
    permission::check_type(view, Kind::CustomObjectType, text(object, "custom_object_type_id"))
}

/// Fields of any object that point at this type.
fn back_references(view: View<'_>, kind: &Object) -> Value {
    let holders = [
        Kind::LeadCustomField,
        Kind::ContactCustomField,
        Kind::OpportunityCustomField,
        Kind::ActivityCustomField,
        Kind::CustomObjectCustomField,
        Kind::SharedCustomField,
    ];
    let fields = holders.into_iter().flat_map(|holder| view.all(holder));
    let pointing = fields.filter(|field| field.get("referenced_custom_type_id") == kind.get("id"));
    pointing
        .map(|field| json!({"id": field["id"], "name": text(field, "name"), "type": text(field, "type")}))
        .collect()
}

fn unused(view: View<'_>, kind: &Object) -> Result<(), Refusal> {
    let id = text(kind, "id").unwrap_or_default();
    if view.holds_any(Kind::CustomObject, "custom_object_type_id", id) {
        return Err(Refusal::invalid("The type still has objects."));
    }
    Ok(())
}
