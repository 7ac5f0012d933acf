//! `/enrich_field/`: what Close's model would find out about a lead or contact. Here it is a plausible value that
//! always comes out the same.

use http::Method;
use serde_json::{Value, json};

use super::contact::{self, CONTACT};
use super::lead::{self, LEAD};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, CustomScope, FieldErrors, NO_OBJECT, NOT_A_CHOICE, REQUIRED, Run, Session, View,
    custom_definitions,
};
use crate::store::{Kind, Object, text};

/// `POST /enrich_field/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "enrich_field", run: Run::Write(enrich) }];

fn enrich(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut errors = FieldErrors::default();
    let mut named = |name: &str| {
        let given = call.body.get(name).and_then(Value::as_str).unwrap_or_default();
        if given.is_empty() {
            errors.add(name.trim_end_matches("_id"), REQUIRED);
        }
        given
    };
    let organization_id = named("organization_id");
    let (object_type, object_id, field_id) = (named("object_type"), named("object_id"), named("field_id"));
    errors.into_result()?;
    if organization_id != session.caller.organization_id {
        return Err(Refusal::field("organization", NO_OBJECT));
    }
    let (kind, scope, resource) = match object_type {
        "lead" => (Kind::Lead, CustomScope::Lead, &LEAD),
        "contact" => (Kind::Contact, CustomScope::Contact, &CONTACT),
        _ => return Err(Refusal::field("object_type", NOT_A_CHOICE)),
    };
    let view = session.view();
    let object = view.find(kind, object_id).ok_or_else(|| Refusal::field("object", NO_OBJECT))?;
    let definitions = custom_definitions(view, scope, object);
    let field = definitions.into_iter().find(|field| text(field, "id") == Some(field_id));
    let field = field.ok_or_else(|| Refusal::field("field", NO_OBJECT))?;
    let key = format!("custom.{field_id}");
    let existing = object.get(&key).cloned();
    let flag =
        |name: &str, otherwise: bool| call.body.get(name).and_then(Value::as_bool).unwrap_or(otherwise);
    let value = plausible(view, field, kind, object);
    let name = text(field, "name").unwrap_or_default();
    let subject =
        if kind == Kind::Lead { lead::display_name(view, object) } else { contact::display_name(object) };
    let answer = json!({
        "organization_id": organization_id,
        "object_type": object_type,
        "object_id": object_id,
        "field_id": field_id,
        "value": value,
        "confidence": if value.is_null() { "low" } else { "high" },
        "reasoning": format!("Public pages about {subject} suggest this value of {name}."),
    });
    let free = existing.is_none() || flag("overwrite_existing_value", false);
    if flag("set_new_value", true) && free && !value.is_null() {
        let mut change = Object::new();
        change.insert(key, value);
        session.update(resource, object_id, &change)?;
    }
    Ok(Answer::ok(answer))
}

/// A value the field could have, chosen by the object's own name.
fn plausible(view: View<'_>, field: &Object, kind: Kind, object: &Object) -> Value {
    let name =
        if kind == Kind::Lead { lead::display_name(view, object) } else { contact::display_name(object) };
    let weight: usize = name.bytes().map(usize::from).sum();
    match text(field, "type") {
        Some("choices") => {
            let choices = field.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
            if choices.is_empty() { Value::Null } else { choices[weight % choices.len()].clone() }
        }
        Some("number") => (weight % 500 + 1).into(),
        Some("date") => format!("20{:02}-01-01", weight % 25).into(),
        Some("datetime") => format!("20{:02}-01-01T00:00:00+00:00", weight % 25).into(),
        Some("user" | "contact" | "custom_object") => Value::Null,
        _ => format!("About {name}").into(),
    }
}
