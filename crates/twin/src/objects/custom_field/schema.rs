//! Schemas: all fields of an object type, its own and the shared ones, in the order they are displayed.
//!
//! The order is kept with the organization, by the name of the schema; fields it does not name follow.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::objects::resource_of;
use crate::resource::{
    Action, CustomScope, Detail, Draft, FieldErrors, NO_OBJECT, Projection, Run, Session, View,
    custom_definitions, custom_rules, render,
};
use crate::store::{Kind, Object, text};

/// `/custom_field_schema/…/`
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "custom_field_schema/{}", run: Run::Read(fetch) },
    Action { method: Method::GET, path: "custom_field_schema/{}/{}", run: Run::Read(fetch) },
    Action { method: Method::PUT, path: "custom_field_schema/{}", run: Run::Write(change) },
    Action { method: Method::PUT, path: "custom_field_schema/{}/{}", run: Run::Write(change) },
];

/// The member of an organization that keeps the order of each schema.
pub(crate) const ORDER: &str = "custom_field_order";

/// A schema that was asked for.
struct Schema {
    path: String,
    scope: CustomScope,
    name: Value,
    /// An object the fields apply to: it names the type.
    holder: Object,
}

impl Schema {
    fn named(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Self, Refusal> {
        let unknown = || {
            let path = call.segments.join("/");
            Refusal::Message(StatusCode::NOT_FOUND, format!("There is no custom field schema at {path}."))
        };
        let of_type =
            |kind, id: &str| view.find(kind, id).map(|kind| kind["name"].clone()).ok_or_else(unknown);
        let (scope, name) = match captured {
            ["lead"] => (CustomScope::Lead, "Lead".into()),
            ["contact"] => (CustomScope::Contact, "Contact".into()),
            ["opportunity"] => (CustomScope::Opportunity, "Opportunity".into()),
            ["activity", id] => (CustomScope::Activity, of_type(Kind::CustomActivityType, id)?),
            ["custom_object", id] => (CustomScope::CustomObject, of_type(Kind::CustomObjectType, id)?),
            _ => return Err(unknown()),
        };
        Ok(Self { path: captured.join("/"), scope, name, holder: holder(scope, captured.last().copied()) })
    }

    fn shown(&self, view: View<'_>) -> Answer {
        Answer::ok(json!({
            "object_type": self.path,
            "name": self.name,
            "organization_id": view.caller.organization_id,
            "fields": shown(view, self.scope, &self.holder),
        }))
    }
}

/// An object that fields of a type apply to.
fn holder(scope: CustomScope, type_id: Option<&str>) -> Object {
    let mut holder = Object::new();
    let parent = match scope {
        CustomScope::Activity => "custom_activity_type_id",
        CustomScope::CustomObject => "custom_object_type_id",
        _ => return holder,
    };
    holder.insert(parent.to_owned(), type_id.into());
    holder
}

fn fetch(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    Ok(Schema::named(view, call, captured)?.shown(view))
}

fn change(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require("manage_customizations")?;
    let schema = Schema::named(session.view(), call, captured)?;
    let mut errors = FieldErrors::default();
    let order =
        read_order(session.view(), schema.scope, &schema.holder, call.body.get("fields"), &mut errors);
    errors.into_result()?;
    keep_order(session, &schema.path, order);
    Ok(schema.shown(session.view()))
}

/// Reads `[{"id": …}]`, the ids of fields that apply.
fn read_order(
    view: View<'_>,
    scope: CustomScope,
    holder: &Object,
    given: Option<&Value>,
    errors: &mut FieldErrors,
) -> Vec<Value> {
    let Some(rows) = given.and_then(Value::as_array) else {
        errors.add("fields", "Value must be of list type.");
        return Vec::new();
    };
    let known = custom_definitions(view, scope, holder);
    let ids: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
    if ids.iter().any(|id| !known.iter().any(|field| field.get("id") == Some(id))) {
        errors.add("fields", NO_OBJECT);
    }
    ids
}

fn keep_order(session: &mut Session<'_>, path: &str, ids: Vec<Value>) {
    let organization_id = session.caller.organization_id.clone();
    session.amend(Kind::Organization, &organization_id, |organization| {
        if let Value::Object(orders) = organization.entry(ORDER).or_insert_with(|| json!({})) {
            orders.insert(path.to_owned(), ids.into());
        }
    });
}

/// Orders the fields of a custom type by the `fields` sent for it (documented for custom activity types).
pub(crate) fn arrange(session: &mut Session<'_>, draft: &mut Draft<'_>, schema: &str) {
    let Some(id) = draft.old.and_then(|old| text(old, "id")).filter(|_| draft.given("fields")) else {
        return;
    };
    let scope = if schema == "activity" { CustomScope::Activity } else { CustomScope::CustomObject };
    let fields = draft.input.get("fields");
    let order = read_order(session.view(), scope, &holder(scope, Some(id)), fields, &mut draft.errors);
    if draft.errors.is_empty() {
        keep_order(session, &format!("{schema}/{id}"), order);
    }
}

/// The definitions that apply to an object, in their order, as they are answered.
pub(crate) fn shown(view: View<'_>, scope: CustomScope, object: &Object) -> Value {
    let mut definitions = custom_definitions(view, scope, object);
    let path = match scope {
        CustomScope::Lead => "lead".to_owned(),
        CustomScope::Contact => "contact".to_owned(),
        CustomScope::Opportunity => "opportunity".to_owned(),
        CustomScope::Activity => {
            format!("activity/{}", text(object, "custom_activity_type_id").unwrap_or_default())
        }
        CustomScope::CustomObject => {
            format!("custom_object/{}", text(object, "custom_object_type_id").unwrap_or_default())
        }
    };
    let orders = view.organization().and_then(|organization| organization.get(ORDER));
    let order = orders.and_then(|orders| orders.get(&path)?.as_array()).map_or(&[][..], Vec::as_slice);
    let place =
        |field: &Object| order.iter().position(|id| field.get("id") == Some(id)).unwrap_or(usize::MAX);
    definitions.sort_by_key(|field| place(field));
    let entry = |field: &Object| {
        let record = view.record(text(field, "id")?)?;
        let resource = resource_of(record.kind);
        let mut shown = render(view, resource, field, Detail::Listed, &Projection::All);
        if record.kind == Kind::SharedCustomField {
            let rules = custom_rules(scope, object, field)?;
            for name in ["editable_with_roles", "required"] {
                shown.insert(name.to_owned(), rules.get(name).cloned().unwrap_or_default());
            }
        }
        Some(Value::Object(shown))
    };
    definitions.into_iter().filter_map(entry).collect()
}
