//! Associations: on which objects a shared field may hold values, and by which rules.

use http::Method;
use serde_json::{Value, json};

use super::SHARED_FIELD;
use super::values::forget;
use crate::http::{Answer, Call, Refusal};
use crate::objects::permission;
use crate::resource::{Action, CustomScope, Field, REQUIRED, Run, Session, View, read_fields};
use crate::store::{Kind, Object, text};

/// `/custom_field/shared/{id}/association/…`
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "custom_field/shared/{}/association", run: Run::Write(associate) },
    Action { method: Method::GET, path: "custom_field/shared/{}/association/{}", run: Run::Read(fetch) },
    Action { method: Method::GET, path: "custom_field/shared/{}/association/{}/{}", run: Run::Read(fetch) },
    Action { method: Method::PUT, path: "custom_field/shared/{}/association/{}", run: Run::Write(change) },
    Action { method: Method::PUT, path: "custom_field/shared/{}/association/{}/{}", run: Run::Write(change) },
    Action { method: Method::DELETE, path: "custom_field/shared/{}/association/{}", run: Run::Write(end) },
    Action { method: Method::DELETE, path: "custom_field/shared/{}/association/{}/{}", run: Run::Write(end) },
];

/// What may be changed of an association (documented).
const RULES: &[Field] = &[permission::EDITABLE_WITH_ROLES, Field::flag("required", false)];

/// What names the objects it is for.
const TARGET: &[Field] = &[
    Field::choice(
        "object_type",
        &["lead", "contact", "opportunity", "custom_activity_type", "custom_object_type"],
    )
    .required(),
    Field::reference("custom_activity_type_id", &[Kind::CustomActivityType]),
    Field::reference("custom_object_type_id", &[Kind::CustomObjectType]),
];

/// The objects an association is for, as its path says: `lead`, `custom_activity_type/<id>`.
fn target(association: &Object) -> Vec<&str> {
    let object_type = text(association, "object_type").unwrap_or_default();
    let id = text(association, &format!("{object_type}_id"));
    std::iter::once(object_type).chain(id).collect()
}

fn associate(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require("manage_customizations")?;
    let id = captured.first().copied().unwrap_or_default();
    let view = session.view();
    let mut associations = associations(view, id)?.to_vec();
    let (wanted, mut errors) = read_fields(view, TARGET, &call.body);
    let (rules, wrong) = read_fields(view, RULES, &call.body);
    let mut association = Object::new();
    let object_type = text(&wanted, "object_type").unwrap_or_default();
    association.insert("object_type".to_owned(), object_type.into());
    if object_type.starts_with("custom_") {
        let parent = format!("{object_type}_id");
        match wanted.get(&parent).filter(|id| !id.is_null()) {
            Some(id) => drop(association.insert(parent, id.clone())),
            None => errors.add(object_type, REQUIRED),
        }
    }
    let taken =
        associations.iter().filter_map(Value::as_object).any(|other| target(other) == target(&association));
    if taken {
        errors.add("object_type", "The field is already associated with this object type.");
    }
    errors.into_result()?;
    wrong.into_result()?;
    association.extend(rules);
    let place = format!("/api/v1/custom_field/shared/{id}/association/{}/", target(&association).join("/"));
    associations.push(association.clone().into());
    store(session, id, associations);
    Ok(Answer::created(association, place))
}

fn fetch(view: View<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let (id, wanted) = captured.split_first().ok_or(Refusal::NoUrl)?;
    let associations = associations(view, id)?;
    Ok(Answer::ok(associations[position(associations, wanted)?].clone()))
}

fn change(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require("manage_customizations")?;
    let (id, wanted) = captured.split_first().ok_or(Refusal::NoUrl)?;
    let view = session.view();
    let mut associations = associations(view, id)?.to_vec();
    let position = position(&associations, wanted)?;
    let (rules, errors) = read_fields(view, RULES, &call.body);
    errors.into_result()?;
    let given = rules.into_iter().filter(|(name, _)| call.body.contains_key(name));
    if let Value::Object(association) = &mut associations[position] {
        association.extend(given);
    }
    let changed = associations[position].clone();
    store(session, id, associations);
    Ok(Answer::ok(changed))
}

/// The values on these objects go with the association (documented).
fn end(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require("manage_customizations")?;
    let (id, wanted) = captured.split_first().ok_or(Refusal::NoUrl)?;
    let mut associations = associations(session.view(), id)?.to_vec();
    associations.remove(position(&associations, wanted)?);
    store(session, id, associations);
    let (kind, parent) = match *wanted {
        ["custom_activity_type", parent] => (Kind::CustomActivity, Some(("custom_activity_type_id", parent))),
        ["custom_object_type", parent] => (Kind::CustomObject, Some(("custom_object_type_id", parent))),
        ["contact"] => (Kind::Contact, None),
        ["opportunity"] => (Kind::Opportunity, None),
        _ => (Kind::Lead, None),
    };
    forget(session, &[kind], id, |object| {
        parent.is_none_or(|(member, parent)| text(object, member) == Some(parent))
    });
    Ok(Answer::empty())
}

/// Ends the associations with a custom type that goes away, and deletes its own fields.
pub(crate) fn forget_type(session: &mut Session<'_>, scope: CustomScope, kind: &Object) {
    let (fields, object_type, parent) = match scope {
        CustomScope::CustomObject => {
            (Kind::CustomObjectCustomField, "custom_object_type", "custom_object_type_id")
        }
        _ => (Kind::ActivityCustomField, "custom_activity_type", "custom_activity_type_id"),
    };
    let view = session.view();
    let type_id = text(kind, "id").unwrap_or_default();
    let ids = |object: &Object| text(object, "id").map(str::to_owned);
    let own: Vec<String> =
        view.all(fields).filter(|field| text(field, parent) == Some(type_id)).filter_map(ids).collect();
    let shared: Vec<String> = view.all(Kind::SharedCustomField).filter_map(ids).collect();
    for id in own {
        session.discard(fields, &id);
    }
    for id in shared {
        let Ok(associations) = associations(session.view(), &id) else { continue };
        if let Ok(position) = position(associations, &[object_type, type_id]) {
            let mut associations = associations.to_vec();
            associations.remove(position);
            store(session, &id, associations);
        }
    }
}

fn associations<'w>(view: View<'w>, id: &str) -> Result<&'w [Value], Refusal> {
    let field = view.find(Kind::SharedCustomField, id).ok_or(Refusal::NoObject(SHARED_FIELD.model))?;
    Ok(field.get("associations").and_then(Value::as_array).map_or(&[], Vec::as_slice))
}

fn position(associations: &[Value], wanted: &[&str]) -> Result<usize, Refusal> {
    let mut all = associations.iter().map(|association| association.as_object());
    all.position(|association| association.is_some_and(|association| target(association) == wanted))
        .ok_or(Refusal::NoObject("SharedCustomFieldAssociation"))
}

fn store(session: &mut Session<'_>, id: &str, associations: Vec<Value>) {
    session.amend(Kind::SharedCustomField, id, |field| {
        field.insert("associations".to_owned(), json!(associations));
    });
}
