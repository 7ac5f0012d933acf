//! Definitions of custom fields, for each kind of object that has them, and shared ones.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, CustomScope, Deleted, Detail, Draft, Field, FieldKind, Hooks, Initial, ListRules,
    Projection, REQUIRED, Resource, Run, Session, Show, View, custom_definitions, render,
};
use crate::store::{Kind, Object, text};

/// `/custom_field/lead/`
pub(crate) static LEAD_FIELD: Resource = Resource {
    event: Some("custom_fields.lead"),
    also_at: &["custom_fields/lead"],
    ..changeable(Kind::LeadCustomField, "custom_field/lead", "LeadCustomField")
};

/// `/custom_field/contact/`
pub(crate) static CONTACT_FIELD: Resource = Resource {
    event: Some("custom_fields.contact"),
    also_at: &["custom_fields/contact"],
    ..changeable(Kind::ContactCustomField, "custom_field/contact", "ContactCustomField")
};

/// `/custom_field/opportunity/`
pub(crate) static OPPORTUNITY_FIELD: Resource = Resource {
    event: Some("custom_fields.opportunity"),
    also_at: &["custom_fields/opportunity"],
    ..changeable(Kind::OpportunityCustomField, "custom_field/opportunity", "OpportunityCustomField")
};

/// `/custom_field/activity/`
pub(crate) static ACTIVITY_FIELD: Resource = Resource {
    event: Some("custom_fields.activity"),
    fields: &[
        Field::reference("custom_activity_type_id", &[Kind::CustomActivityType]).required().on_create(),
        Field::flag("required", false),
    ],
    ..fixed(Kind::ActivityCustomField, "custom_field/activity", "ActivityCustomField")
};

/// `/custom_field/custom_object_type/`
pub(crate) static CUSTOM_OBJECT_FIELD: Resource = Resource {
    event: Some("custom_fields.custom_object"),
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::reference("custom_object_type_id", &[Kind::CustomObjectType]).required().on_create(),
        Field::flag("required", false),
    ],
    ..fixed(Kind::CustomObjectCustomField, "custom_field/custom_object_type", "CustomObjectCustomField")
};

/// `/custom_field/shared/`
pub(crate) static SHARED_FIELD: Resource = Resource {
    event: Some("custom_fields.shared"),
    fields: &[Field::stored("associations").starts(Initial::EmptyList)],
    ..fixed(Kind::SharedCustomField, "custom_field/shared", "SharedCustomField")
};

/// `GET /custom_field_schema/…/`
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "custom_field_schema/{}", run: Run::Read(schema) },
    Action { method: Method::GET, path: "custom_field_schema/{}/{}", run: Run::Read(schema) },
];

/// Fields of leads, contacts and opportunities, whose type may change.
const fn changeable(kind: Kind, path: &'static str, model: &'static str) -> Resource {
    let mut resource = fixed(kind, path, model);
    resource.hooks = Hooks { prepare, deleting, ..Hooks::NONE };
    resource
}

/// Fields whose type stays.
const fn fixed(kind: Kind, path: &'static str, model: &'static str) -> Resource {
    let mut resource = Resource::new(kind, path, "cf", model);
    resource.base = DEFINITION;
    resource.audit = Audit::Plain;
    resource.list = ListRules { max_limit: 1000, ..ListRules::OLDEST_FIRST };
    resource.permission = Some("manage_customizations");
    resource.hooks = Hooks { prepare: prepare_fixed, deleting, ..Hooks::NONE };
    resource
}

const DEFINITION: &[Field] = &[
    Field::text("name").required(),
    Field::new("description", FieldKind::Text(280)),
    Field::choice("type", TYPES).required(),
    Field::new("choices", FieldKind::List(&FieldKind::Text(0))),
    Field::flag("accepts_multiple_values", false),
    Field::new("editable_with_roles", FieldKind::FreeList).starts(Initial::EmptyList).not_null(),
    Field::reference("referenced_custom_type_id", &[Kind::CustomObjectType]),
    Field::flag("back_reference_is_visible", false),
    Field::computed("is_shared", |_, field| field.contains_key("associations").into()),
    Field::stored("converting_to_type").starts(Initial::Absent).shown(Show::Present),
];

const TYPES: &[&str] = &[
    "text",
    "textarea",
    "number",
    "date",
    "datetime",
    "choices",
    "user",
    "contact",
    "custom_object",
    "hidden",
];

fn prepare_fixed(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_some_and(|old| old.get("type") != draft.object.get("type")) {
        draft.errors.add("type", "Value cannot be changed.");
    }
    prepare(session, draft);
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let kind = text(&draft.object, "type").unwrap_or_default().to_owned();
    let several = draft.object.get("accepts_multiple_values") == Some(&Value::Bool(true));
    if several && !matches!(kind.as_str(), "choices" | "user" | "contact" | "custom_object") {
        draft.errors.add("accepts_multiple_values", "Fields of this type cannot accept multiple values.");
    }
    if kind == "choices" {
        let mut choices = draft.object.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
        choices.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        choices.dedup();
        draft.object.insert("choices".to_owned(), choices.into());
    } else {
        draft.object.insert("choices".to_owned(), Value::Null);
    }
    if kind == "custom_object" && draft.object.get("referenced_custom_type_id").is_none_or(Value::is_null) {
        draft.errors.add("referenced_custom_type", REQUIRED);
    }
    let same = |other: &&Object| {
        text(other, "name") == text(&draft.object, "name")
            && other.get("id") != draft.object.get("id")
            && ["custom_activity_type_id", "custom_object_type_id"]
                .iter()
                .all(|parent| other.get(*parent) == draft.object.get(*parent))
    };
    if draft.kind.is_some_and(|kind| session.view().all(kind).any(|other| same(&other))) {
        draft.errors.add("name", "A custom field with this name already exists.");
    }
}

/// The values of a field go with it (documented).
fn deleting(session: &mut Session<'_>, field: &Object) {
    let key = format!("custom.{}", text(field, "id").unwrap_or_default());
    for kind in [Kind::Lead, Kind::Contact, Kind::Opportunity, Kind::CustomActivity, Kind::CustomObject] {
        let holders: Vec<Object> =
            session.view().all(kind).filter(|object| object.contains_key(&key)).cloned().collect();
        for mut holder in holders {
            holder.shift_remove(&key);
            let id = text(&holder, "id").unwrap_or_default().to_owned();
            session.world.replace(&id, holder);
        }
    }
}

fn schema(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let unknown = || {
        let path = call.segments.join("/");
        Refusal::Message(StatusCode::NOT_FOUND, format!("There is no custom field schema at {path}."))
    };
    let mut holder = Object::new();
    let (scope, name) = match captured {
        ["lead"] => (CustomScope::Lead, "Lead".into()),
        ["contact"] => (CustomScope::Contact, "Contact".into()),
        ["opportunity"] => (CustomScope::Opportunity, "Opportunity".into()),
        ["activity", id] => {
            holder.insert("custom_activity_type_id".to_owned(), (*id).into());
            let kind = view.find(Kind::CustomActivityType, id).ok_or_else(unknown)?;
            (CustomScope::Activity, kind["name"].clone())
        }
        ["custom_object", id] => {
            holder.insert("custom_object_type_id".to_owned(), (*id).into());
            let kind = view.find(Kind::CustomObjectType, id).ok_or_else(unknown)?;
            (CustomScope::CustomObject, kind["name"].clone())
        }
        _ => return Err(unknown()),
    };
    Ok(Answer::ok(json!({
        "object_type": captured.join("/"),
        "name": name,
        "organization_id": view.caller.organization_id,
        "fields": shown(view, scope, &holder),
    })))
}

/// The definitions that apply to an object, as they are answered.
pub(crate) fn shown(view: View<'_>, scope: CustomScope, object: &Object) -> Value {
    let definitions = custom_definitions(view, scope, object).into_iter();
    let resource =
        |field: &Object| text(field, "id").and_then(|id| view.record(id)).map(|record| record.kind);
    definitions
        .filter_map(|field| {
            let resource = super::resource_of(resource(field)?);
            Some(Value::Object(render(view, resource, field, Detail::Listed, &Projection::All)))
        })
        .collect()
}
