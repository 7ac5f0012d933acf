//! Roles: what a member of the organization may do, and which leads they see.
//!
//! Four roles are built in. They belong to every organization, go by their names instead of ids, and stay as they
//! are; organizations add their own.

use serde_json::{Value, json};

use super::permission::{self, BUILT_IN, MANAGE_ORGANIZATION, PERMISSIONS, granted, names};
use crate::http::Refusal;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, NO_OBJECT, Resource, Session, VIEW_ALL_LEADS,
    View,
};
use crate::store::{Kind, Object, text};

/// `/role/`
pub(crate) static ROLE: Resource = Resource {
    audit: Audit::None,
    answers_created: true,
    fields: &[
        Field::text("name").required(),
        Field::flag("editable", true).read_only(),
        Field::new("permissions", FieldKind::List(&FieldKind::Choice(PERMISSIONS)))
            .starts(Initial::EmptyList)
            .not_null(),
        Field::new("visibility_user_lcf_ids", FieldKind::List(&FieldKind::Checked(assigning_field)))
            .starts(Initial::EmptyList),
        Field::choice("visibility_user_lcf_behavior", &["require_assignment", "allow_unassigned"]),
    ],
    list: ListRules {
        select: Some(|view, _| {
            let own = view.all(Kind::Role).filter_map(|role| text(role, "id"));
            let built_in = BUILT_IN.iter().map(|(id, ..)| *id);
            Ok(Some(built_in.chain(own).map(str::to_owned).collect()))
        }),
        ..ListRules::OLDEST_FIRST
    },
    permission: Some(MANAGE_ORGANIZATION),
    hooks: Hooks { prepare, may_delete, ..Hooks::NONE },
    ..Resource::new(Kind::Role, "role", "role", "Role")
};

/// The built-in roles as they are stored: they belong to no organization.
pub(crate) fn built_in() -> Vec<Object> {
    let whole = |(id, name, _): &(&str, &str, &[&str])| {
        let role = json!({
            "id": id, "organization_id": null, "name": name, "editable": false, "permissions": granted(id),
            "visibility_user_lcf_ids": [], "visibility_user_lcf_behavior": null,
        });
        role.as_object().cloned().unwrap_or_default()
    };
    BUILT_IN.iter().map(whole).collect()
}

/// A field that can say whose a lead is: one of users, that leads have.
fn assigning_field(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    let found = view.find(Kind::LeadCustomField, id).or_else(|| {
        let shared = view.find(Kind::SharedCustomField, id)?;
        let associations = shared.get("associations").and_then(Value::as_array)?;
        associations.iter().any(|entry| entry["object_type"] == "lead").then_some(shared)
    });
    match found {
        None => Err(NO_OBJECT.into()),
        Some(field) if text(field, "type") == Some("user") => Ok(value.clone()),
        Some(_) => Err("Only lead custom fields of the user type can decide which leads are visible.".into()),
    }
}

/// Refuses changes of built-in roles and names that are taken; whoever sees all leads needs no fields for it.
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    if draft.old.is_some_and(is_built_in) {
        return draft.refuse(Refusal::invalid("Built-in roles cannot be changed."));
    }
    let name = text(&draft.object, "name");
    let same = |role: &Object| text(role, "name") == name && role.get("id") != draft.object.get("id");
    let built_in = BUILT_IN.iter().any(|(_, taken, _)| Some(*taken) == name);
    if name.is_some() && (built_in || view.all(Kind::Role).any(same)) {
        draft.errors.add("name", "A role with this name already exists.");
    }
    let mut permissions = names(&draft.object);
    permissions.sort_unstable();
    permissions.dedup();
    let sees_all = permissions.contains(&VIEW_ALL_LEADS);
    let manages = permissions.contains(&MANAGE_ORGANIZATION);
    let permissions = json!(permissions);
    if let Some(old) = draft.old
        && !manages
        && names(old).contains(&MANAGE_ORGANIZATION)
    {
        let stays = |member: &Object| {
            member.get("role_id") != old.get("id") && permission::allows(view, member, MANAGE_ORGANIZATION)
        };
        if !view.members().any(stays) {
            draft.errors.add("permissions", "The organization needs a member who may manage it.");
        }
    }
    draft.object.insert("permissions".to_owned(), permissions);
    if sees_all || draft.object.get("visibility_user_lcf_ids").is_none_or(Value::is_null) {
        draft.object.insert("visibility_user_lcf_ids".to_owned(), json!([]));
    }
    let behavior = draft.object.get("visibility_user_lcf_behavior").filter(|given| !given.is_null());
    let behavior = behavior.filter(|_| !sees_all).cloned();
    let otherwise = if sees_all { Value::Null } else { "require_assignment".into() };
    draft.object.insert("visibility_user_lcf_behavior".to_owned(), behavior.unwrap_or(otherwise));
}

fn is_built_in(role: &Object) -> bool {
    role.get("editable") == Some(&Value::Bool(false))
}

/// Only roles nobody has can be deleted (documented).
fn may_delete(view: View<'_>, role: &Object) -> Result<(), Refusal> {
    if is_built_in(role) {
        return Err(Refusal::invalid("Built-in roles cannot be deleted."));
    }
    if view.all(Kind::Membership).any(|member| member.get("role_id") == role.get("id")) {
        return Err(Refusal::invalid("The role is still in use. Give its users another one first."));
    }
    Ok(())
}

/// Takes a field that goes away out of the roles whose members see leads by it.
pub(crate) fn forget_field(session: &mut Session<'_>, field_id: &str) {
    let view = session.view();
    let fields = |role: &Object| role.get("visibility_user_lcf_ids").and_then(Value::as_array).cloned();
    let going = |role: &&Object| fields(role).is_some_and(|ids| ids.iter().any(|id| id == field_id));
    let ids: Vec<String> =
        view.all(Kind::Role).filter(going).filter_map(|role| text(role, "id")).map(str::to_owned).collect();
    for id in ids {
        session.amend(Kind::Role, &id, |role| {
            if let Some(Value::Array(ids)) = role.get_mut("visibility_user_lcf_ids") {
                ids.retain(|id| id != field_id);
            }
        });
    }
}
