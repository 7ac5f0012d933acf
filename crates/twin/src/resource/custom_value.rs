//! Values of custom fields: what each type takes, and what becomes of a value when its field changes.

use serde_json::Value;

use super::check::{NO_OBJECT, NOT_A_CHOICE, date, moment, wrong_type};
use super::view::{View, full_name};
use crate::store::{DateStyle, Kind, Object, text};

/// Checks one value against a definition.
pub(crate) fn check(view: View<'_>, field: &Object, value: &Value) -> Result<Value, Value> {
    let kind = text(field, "type").unwrap_or("text");
    if kind == "number" {
        return if value.is_number() { Ok(value.clone()) } else { Err(wrong_type("float")) };
    }
    let written = value.as_str().ok_or_else(|| wrong_type("str"))?;
    match kind {
        "date" => date(written).map(Value::String),
        "datetime" => moment(written, DateStyle::Offset).map(Value::String),
        "choices" if is_choice(field, value) => Ok(value.clone()),
        "choices" => Err(NOT_A_CHOICE.into()),
        "user" => user(view, written),
        "contact" => view.find(Kind::Contact, written).map(|_| value.clone()).ok_or_else(|| NO_OBJECT.into()),
        "custom_object" => {
            let kind = field.get("referenced_custom_type_id").filter(|kind| !kind.is_null());
            match view.find(Kind::CustomObject, written) {
                Some(found) if kind.is_none_or(|kind| found.get("custom_object_type_id") == Some(kind)) => {
                    Ok(value.clone())
                }
                _ => Err(NO_OBJECT.into()),
            }
        }
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

/// Whether a field still offers a value.
pub(crate) fn is_choice(field: &Object, value: &Value) -> bool {
    field.get("choices").and_then(Value::as_array).is_some_and(|choices| choices.contains(value))
}

/// What a stored value becomes under a changed definition; `was` is the definition before. Values that cannot be
/// read as the new type are lost (chosen); of several values that must become one, the first stays.
pub(crate) fn convert(view: View<'_>, was: &Object, field: &Object, stored: &Value) -> Option<Value> {
    let values = match stored {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    let mut kept = values.iter().filter_map(|value| convert_one(view, was, field, value));
    if field.get("accepts_multiple_values") == Some(&Value::Bool(true)) {
        let kept: Vec<Value> = kept.collect();
        (!kept.is_empty()).then_some(Value::Array(kept))
    } else {
        kept.next()
    }
}

fn convert_one(view: View<'_>, was: &Object, field: &Object, value: &Value) -> Option<Value> {
    if was.get("type") == field.get("type") {
        return Some(value.clone());
    }
    let written = match (text(was, "type"), value) {
        (Some("user"), Value::String(id)) => view.find(Kind::User, id).map(full_name)?,
        (_, Value::String(written)) => written.clone(),
        (_, value) => value.to_string(),
    };
    if text(field, "type") == Some("number") {
        return serde_json::from_str::<serde_json::Number>(written.trim()).ok().map(Value::Number);
    }
    check(view, field, &written.into()).ok()
}
