//! Definitions of custom fields, for each kind of object that has them, and shared ones.

mod association;
mod schema;
mod values;

use serde_json::Value;

use super::{permission, role};
use crate::resource::{
    Audit, Deleted, Draft, Field, FieldKind, Hooks, Initial, ListRules, REQUIRED, Resource, Session,
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
    // Who may edit values is said by each association.
    base: &[NAME, DESCRIPTION, TYPE, CHOICES, SEVERAL],
    fields: &[
        Field::reference("referenced_custom_type_id", &[Kind::CustomObjectType]).on_create(),
        Field::computed("is_shared", |_, _| true.into()),
        Field::stored("associations").starts(Initial::EmptyList),
    ],
    ..fixed(Kind::SharedCustomField, "custom_field/shared", "SharedCustomField")
};

pub(crate) use association::{ACTIONS as ASSOCIATIONS, forget_type};
pub(crate) use schema::{ACTIONS as SCHEMAS, ORDER as SCHEMA_ORDER, arrange, shown};

/// Fields of leads, contacts and opportunities, whose type may change.
const fn changeable(kind: Kind, path: &'static str, model: &'static str) -> Resource {
    let mut resource = fixed(kind, path, model);
    resource.hooks = Hooks { prepare, updated, deleting, ..Hooks::NONE };
    resource
}

/// Fields whose type stays.
const fn fixed(kind: Kind, path: &'static str, model: &'static str) -> Resource {
    let mut resource = Resource::new(kind, path, "cf", model);
    resource.base = DEFINITION;
    resource.audit = Audit::Plain;
    resource.list = ListRules { max_limit: 1000, ..ListRules::OLDEST_FIRST };
    resource.permission = Some("manage_customizations");
    resource.hooks = Hooks { prepare: prepare_fixed, updated, deleting, ..Hooks::NONE };
    resource
}

const NAME: Field = Field::text("name").required();
const DESCRIPTION: Field = Field::new("description", FieldKind::Text(280));
const TYPE: Field = Field::choice("type", TYPES).required();
const CHOICES: Field = Field::new("choices", FieldKind::List(&FieldKind::Text(0)));
const SEVERAL: Field = Field::flag("accepts_multiple_values", false);

const DEFINITION: &[Field] = &[
    NAME,
    DESCRIPTION,
    TYPE,
    CHOICES,
    SEVERAL,
    permission::EDITABLE_WITH_ROLES,
    Field::reference("referenced_custom_type_id", &[Kind::CustomObjectType]),
    Field::flag("back_reference_is_visible", false),
    Field::computed("is_shared", |_, _| false.into()),
    // A field is never seen converting: its values follow before the answer.
    Field::computed("converting_to_type", |_, _| Value::Null),
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

/// Values follow the definition, before the answer (chosen).
fn updated(session: &mut Session<'_>, old: &Object, field: &Object) {
    if let Some(kind) = kind_of(session, field) {
        values::convert(session, kind, old, field);
    }
}

/// The values of a field go with it (documented), and roles cannot go by it any more.
fn deleting(session: &mut Session<'_>, field: &Object) {
    let id = text(field, "id").unwrap_or_default();
    if let Some(kind) = kind_of(session, field) {
        values::forget(session, values::holders(kind), id, |_| true);
    }
    role::forget_field(session, id);
}

fn kind_of(session: &Session<'_>, field: &Object) -> Option<Kind> {
    session.view().record(text(field, "id")?).map(|record| record.kind)
}
