//! Custom fields: definitions are objects of the organization, values stand on other objects as `custom.<cf_id>`.
//!
//! Close also reads two older forms, a `custom` object keyed by field name and `custom.<Field Name>` (documented);
//! both are turned into the first. `.add` and `.remove` change one value of a field that accepts several.

use serde_json::{Value, json};

use super::check::{self, FieldErrors};
use super::custom_value::{self, is_choice};
use super::declaration::Draft;
use super::view::View;
use crate::objects;
use crate::store::{Kind, Object, Record, text};

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
    let (kind, _, parent) = scope.parts();
    let parent_id = parent.and_then(|name| text(object, name));
    let own = view.all(kind).filter(|field| parent.is_none_or(|name| text(field, name) == parent_id));
    let shared = view.all(Kind::SharedCustomField).filter(|field| rules(scope, object, field).is_some());
    own.chain(shared).collect()
}

/// What applies to the values of a field on an object, `required` and `editable_with_roles`: shared fields say it
/// for each object type they are associated with, others in their definition. `None` for a shared field that is not
/// associated with the object.
pub(crate) fn rules<'f>(scope: CustomScope, object: &Object, field: &'f Object) -> Option<&'f Object> {
    let Some(associations) = field.get("associations").and_then(Value::as_array) else { return Some(field) };
    let (_, association, parent) = scope.parts();
    associations.iter().filter_map(Value::as_object).find(|entry| {
        text(entry, "object_type") == Some(association)
            && parent.is_none_or(|name| text(entry, name) == text(object, name))
    })
}

/// What an object of this scope must hold to have values of a field: the member that says its type, or nothing where
/// there are no types. `None` when no object of the scope has the field; of several types, the first.
pub(crate) fn holder_of(scope: CustomScope, field: &Object) -> Option<Object> {
    let (_, association, parent) = scope.parts();
    let ruling = match field.get("associations").and_then(Value::as_array) {
        None => field,
        Some(associations) => associations
            .iter()
            .filter_map(Value::as_object)
            .find(|entry| text(entry, "object_type") == Some(association))?,
    };
    Some(parent.iter().filter_map(|name| Some(((*name).to_owned(), ruling.get(*name)?.clone()))).collect())
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
        set(view, scope, &definitions, &name, value, draft);
    }
}

fn set(
    view: View<'_>,
    scope: CustomScope,
    definitions: &[&Object],
    name: &str,
    value: &Value,
    draft: &mut Draft<'_>,
) {
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
    let checked = |value: &Value| custom_value::check(view, field, value);
    let outcome = match change {
        None if value.is_null() => Ok(Value::Null),
        None if several => {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            values.iter().map(checked).collect::<Result<Vec<_>, _>>().map(|values| distinct(values).into())
        }
        None => checked(value),
        Some(_) if !several => Err("This field does not accept multiple values.".into()),
        // A value may be taken out although it is not valid any more.
        Some("remove") => Ok(others(&draft.object, &key, value).into()),
        Some(_) => checked(value).map(|value| {
            let mut values = others(&draft.object, &key, &value);
            values.push(value);
            values.into()
        }),
    };
    let value = match outcome {
        Ok(Value::Array(values)) if values.is_empty() => Value::Null,
        Ok(value) => value,
        Err(error) => return draft.errors.add(&key, error),
    };
    let is = draft.object.get(&key).unwrap_or(&Value::Null);
    // Who may not edit a field may still send back what it holds.
    if *is != value && !rules(scope, &draft.object, field).is_some_and(|rules| objects::may_edit(view, rules))
    {
        return draft.errors.add(&key, "You do not have permission to edit this field.");
    }
    if value.is_null() {
        draft.object.shift_remove(&key);
    } else {
        draft.object.insert(key, value);
    }
}

/// The values of a field that accepts several, without this one.
fn others(object: &Object, key: &str, value: &Value) -> Vec<Value> {
    let held = object.get(key).and_then(Value::as_array).into_iter().flatten();
    held.filter(|other| *other != value).cloned().collect()
}

/// Each value once, where it stands first.
fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut distinct = Vec::with_capacity(values.len());
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
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
    let Some(scope) = objects::resource_of(record.kind).custom else { return Vec::new() };
    let found = values(view, scope, &record.object).into_iter();
    found.map(|(field, _, value)| (text(field, "name").unwrap_or_default().to_owned(), value)).collect()
}

/// Requires a value for each required field of the object's type.
pub(crate) fn require(view: View<'_>, scope: CustomScope, object: &Object, errors: &mut FieldErrors) {
    for field in definitions(view, scope, object) {
        let required = rules(scope, object, field).and_then(|rules| rules.get("required"));
        let key = format!("custom.{}", text(field, "id").unwrap_or_default());
        if required == Some(&Value::Bool(true)) && !object.contains_key(&key) {
            errors.add(&key, check::REQUIRED);
        }
    }
}
