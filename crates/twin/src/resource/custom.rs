//! Custom fields: definitions are objects of the organization, values stand on other objects as `custom.<cf_id>`.
//!
//! Close also reads two older forms, a `custom` object keyed by field name and `custom.<Field Name>` (documented);
//! both are turned into the first. `.add` and `.remove` change one value of a field that accepts several.

use serde_json::{Value, json};

use super::check::{self, FieldErrors, NO_OBJECT, NOT_A_CHOICE};
use super::declaration::Draft;
use super::view::{View, full_name};
use crate::store::{DateStyle, Kind, Object, Record, text};

/// Which custom fields a resource carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CustomScope {
    Lead,
    Contact,
    Opportunity,
    /// Those of the activity's type.
    Activity,
    /// Those of the object's type.
    CustomObject,
}

impl CustomScope {
    /// Kind of the definitions, the name shared fields are associated under, and the member that names the type.
    fn parts(self) -> (Kind, &'static str, Option<&'static str>) {
        match self {
            Self::Lead => (Kind::LeadCustomField, "lead", None),
            Self::Contact => (Kind::ContactCustomField, "contact", None),
            Self::Opportunity => (Kind::OpportunityCustomField, "opportunity", None),
            Self::Activity => {
                (Kind::ActivityCustomField, "custom_activity_type", Some("custom_activity_type_id"))
            }
            Self::CustomObject => {
                (Kind::CustomObjectCustomField, "custom_object_type", Some("custom_object_type_id"))
            }
        }
    }
}

/// The definitions that apply to an object: its own fields, then the shared ones associated with it.
pub(crate) fn definitions<'w>(view: View<'w>, scope: CustomScope, object: &Object) -> Vec<&'w Object> {
    let (kind, association, parent) = scope.parts();
    let parent_id = parent.and_then(|name| text(object, name));
    let own = view.all(kind).filter(|field| parent.is_none_or(|name| text(field, name) == parent_id));
    let shared = view.all(Kind::SharedCustomField).filter(|field| {
        let associations = field.get("associations").and_then(Value::as_array);
        associations.into_iter().flatten().filter_map(Value::as_object).any(|entry| {
            text(entry, "object_type") == Some(association)
                && parent.is_none_or(|name| text(entry, name) == parent_id)
        })
    });
    own.chain(shared).collect()
}

/// Reads the custom values of a draft's input into its object.
pub(crate) fn fill(view: View<'_>, scope: CustomScope, draft: &mut Draft<'_>) {
    let definitions = definitions(view, scope, &draft.object);
    let mut given: Vec<(String, &Value)> = Vec::new();
    for (name, value) in draft.input {
        if let Some(name) = name.strip_prefix("custom.") {
            given.push((name.to_owned(), value));
        } else if name == "custom"
            && let Value::Object(values) = value
        {
            given.extend(values.iter().map(|(name, value)| (name.clone(), value)));
        }
    }
    for (name, value) in given {
        set(view, &definitions, &name, value, draft);
    }
}

fn set(view: View<'_>, definitions: &[&Object], name: &str, value: &Value, draft: &mut Draft<'_>) {
    let find = |name: &str| {
        definitions.iter().find(|field| text(field, "id") == Some(name) || text(field, "name") == Some(name))
    };
    let parts = || name.rsplit_once('.').filter(|(_, change)| matches!(*change, "add" | "remove"));
    let changed = || parts().and_then(|(name, change)| find(name).map(|field| (field, Some(change))));
    let Some((field, change)) = find(name).map(|field| (field, None)).or_else(changed) else {
        return draft.errors.add(&format!("custom.{name}"), "Custom field does not exist.");
    };
    let key = format!("custom.{}", text(field, "id").unwrap_or_default());
    let several = field.get("accepts_multiple_values") == Some(&Value::Bool(true));
    let outcome = match change {
        None if value.is_null() => Ok(Value::Null),
        None if several => {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            values
                .iter()
                .map(|value| check_value(view, field, value))
                .collect::<Result<_, _>>()
                .map(Value::Array)
        }
        None => check_value(view, field, value),
        Some(_) if !several => Err("This field does not accept multiple values.".into()),
        Some(change) => check_value(view, field, value).map(|value| {
            let mut values = draft.object.get(&key).and_then(Value::as_array).cloned().unwrap_or_default();
            values.retain(|other| *other != value);
            if change == "add" {
                values.push(value);
            }
            Value::Array(values)
        }),
    };
    match outcome {
        Ok(Value::Null) => {
            draft.object.shift_remove(&key);
        }
        Ok(Value::Array(values)) if values.is_empty() => {
            draft.object.shift_remove(&key);
        }
        Ok(value) => {
            draft.object.insert(key, value);
        }
        Err(error) => draft.errors.add(&key, error),
    }
}

/// Checks one value against a definition.
pub(crate) fn check_value(view: View<'_>, field: &Object, value: &Value) -> Result<Value, Value> {
    let kind = text(field, "type").unwrap_or("text");
    if kind == "number" {
        return if value.is_number() { Ok(value.clone()) } else { Err(check::wrong_type("float")) };
    }
    let written = value.as_str().ok_or_else(|| check::wrong_type("str"))?;
    let reference = |kind| view.find(kind, written).map(|_| value.clone()).ok_or_else(|| NO_OBJECT.into());
    match kind {
        "date" => check::date(written).map(Value::String),
        "datetime" => check::moment(written, DateStyle::Offset).map(Value::String),
        "choices" if is_choice(field, value) => Ok(value.clone()),
        "choices" => Err(NOT_A_CHOICE.into()),
        "user" => user(view, written),
        "contact" => reference(Kind::Contact),
        "custom_object" => reference(Kind::CustomObject),
        _ => Ok(value.clone()),
    }
}

/// A user by id, or by exact full name as Close also accepts.
fn user(view: View<'_>, written: &str) -> Result<Value, Value> {
    if view.find(Kind::User, written).is_some() {
        return Ok(written.into());
    }
    let named = view
        .world
        .everyone(Kind::User)
        .find(|user| full_name(user) == written && text(user, "id").is_some_and(|id| view.is_member(id)));
    named.and_then(|user| user.get("id").cloned()).ok_or_else(|| NO_OBJECT.into())
}

fn is_choice(field: &Object, value: &Value) -> bool {
    field.get("choices").and_then(Value::as_array).is_some_and(|choices| choices.contains(value))
}

/// The values an object answers with: only those whose definition exists and still allows them.
pub(crate) fn values<'o>(
    view: View<'o>,
    scope: CustomScope,
    object: &'o Object,
) -> Vec<(&'o Object, String, Value)> {
    if !object.keys().any(|name| name.starts_with("custom.")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for field in definitions(view, scope, object) {
        let key = format!("custom.{}", text(field, "id").unwrap_or_default());
        let Some(stored) = object.get(&key) else { continue };
        let fits = |value: &Value| match text(field, "type") {
            Some("choices") => is_choice(field, value),
            Some("number") => value.is_number(),
            _ => true,
        };
        let several = field.get("accepts_multiple_values") == Some(&Value::Bool(true));
        let value = match stored {
            Value::Array(values) if several => {
                json!(values.iter().filter(|value| fits(value)).collect::<Vec<_>>())
            }
            Value::Array(values) => {
                values.first().filter(|value| fits(value)).cloned().unwrap_or(Value::Null)
            }
            value if !fits(value) => Value::Null,
            value if several => json!([value]),
            value => value.clone(),
        };
        if !value.is_null() {
            found.push((field, key, value));
        }
    }
    found
}

/// The values of a record by the names of their fields.
pub(crate) fn named_values(view: View<'_>, record: &Record) -> Vec<(String, Value)> {
    let Some(scope) = crate::objects::resource_of(record.kind).custom else { return Vec::new() };
    let found = values(view, scope, &record.object).into_iter();
    found.map(|(field, _, value)| (text(field, "name").unwrap_or_default().to_owned(), value)).collect()
}

/// Requires a value for each required field of the object's type.
pub(crate) fn require(view: View<'_>, scope: CustomScope, object: &Object, errors: &mut FieldErrors) {
    let (_, association, parent) = scope.parts();
    let parent_id = parent.and_then(|name| text(object, name));
    for field in definitions(view, scope, object) {
        let associations = field.get("associations").and_then(Value::as_array);
        let shared = associations.into_iter().flatten().filter_map(Value::as_object).any(|entry| {
            text(entry, "object_type") == Some(association)
                && parent.is_none_or(|name| text(entry, name) == parent_id)
                && entry.get("required") == Some(&Value::Bool(true))
        });
        let key = format!("custom.{}", text(field, "id").unwrap_or_default());
        if (shared || field.get("required") == Some(&Value::Bool(true))) && !object.contains_key(&key) {
            errors.add(&key, check::REQUIRED);
        }
    }
}
