//! Roles: what a member of the organization may do, and which leads they see.
//!
//! Four roles are built in. They belong to every organization, go by their names instead of ids, and stay as they
//! are; organizations add their own.

use http::StatusCode;
use serde_json::{Value, json};

use crate::http::Refusal;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, NO_OBJECT, Resource, Session, VIEW_ALL_LEADS,
    View,
};
use crate::store::{Kind, Object, text};

/// All permissions, as recorded.
pub(crate) const PERMISSIONS: &[&str] = &[
    "bulk_delete",
    "bulk_edit",
    "bulk_email",
    "bulk_import",
    "bulk_sequence_subscriptions",
    "call_coach_barge",
    "call_coach_listen",
    "calling",
    "delete_leads",
    "delete_own_activities",
    "delete_own_opportunities",
    "delete_own_tasks",
    "export",
    "manage_customizations",
    "manage_email_sequences",
    "manage_group_numbers",
    "manage_organization",
    "manage_others_activities",
    "manage_others_opportunities",
    "manage_others_tasks",
    "manage_team_email_templates",
    "manage_team_smart_views",
    "merge_leads",
    "view_all_leads",
];

const USER: &[&str] = &[
    "bulk_email",
    "bulk_import",
    "bulk_sequence_subscriptions",
    "calling",
    "delete_leads",
    "delete_own_activities",
    "delete_own_opportunities",
    "delete_own_tasks",
    "manage_others_activities",
    "manage_others_opportunities",
    "manage_others_tasks",
    "merge_leads",
    "view_all_leads",
];

const RESTRICTED_USER: &[&str] =
    &["calling", "delete_own_activities", "delete_own_opportunities", "delete_own_tasks", "view_all_leads"];

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

/// What opens the settings of the organization and of its members.
pub(crate) const MANAGE_ORGANIZATION: &str = "manage_organization";

/// The roles every organization has: id, name, permissions (documented); `superuser` lacks `manage_organization`.
const BUILT_IN: &[(&str, &str, &[&str])] = &[
    ("admin", "Admin", PERMISSIONS),
    ("superuser", "Super User", PERMISSIONS),
    ("user", "User", USER),
    ("restricteduser", "Restricted User", RESTRICTED_USER),
];

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

/// What a built-in role grants, sorted by name.
fn granted(role_id: &str) -> Option<Vec<&'static str>> {
    let (id, _, permissions) = BUILT_IN.iter().find(|(id, ..)| *id == role_id)?;
    let withheld = |name: &str| *id == "superuser" && name == MANAGE_ORGANIZATION;
    Some(permissions.iter().copied().filter(|name| !withheld(name)).collect())
}

/// Checks the id of a role.
pub(crate) fn known(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    view.find(Kind::Role, id).map(|_| value.clone()).ok_or_else(|| NO_OBJECT.into())
}

/// `editable_with_roles`: whose members may edit something; empty means everyone (documented).
pub(crate) const EDITABLE_WITH_ROLES: Field =
    Field::new("editable_with_roles", FieldKind::List(&FieldKind::Checked(known)))
        .starts(Initial::EmptyList)
        .not_null();

/// Whether the caller's role is among those that may edit a thing: objects of a type, or values under a rule.
pub(crate) fn may_edit(view: View<'_>, thing: &Object) -> bool {
    let roles = thing.get(EDITABLE_WITH_ROLES.name).and_then(Value::as_array);
    let Some(roles) = roles.filter(|roles| !roles.is_empty()) else { return true };
    let role = view.membership(&view.caller.user_id).and_then(|membership| membership.get("role_id"));
    role.is_some_and(|role| roles.contains(role))
}

/// Refuses callers whose role may not edit objects of a custom type.
pub(crate) fn check_type(view: View<'_>, kind: Kind, type_id: Option<&str>) -> Result<(), Refusal> {
    match type_id.and_then(|id| view.find(kind, id)) {
        Some(found) if !may_edit(view, found) => {
            let message = "Your role does not allow you to edit objects of this type.";
            Err(Refusal::Message(StatusCode::FORBIDDEN, message.to_owned()))
        }
        _ => Ok(()),
    }
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
            member.get("role_id") != old.get("id") && allows(view, member, MANAGE_ORGANIZATION)
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

fn names(role: &Object) -> Vec<&str> {
    role.get("permissions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
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

/// What the role `role_id` grants, sorted by name.
pub(crate) fn permissions(view: View<'_>, role_id: &str) -> Value {
    match granted(role_id) {
        Some(permissions) => json!(permissions),
        None => view.member_of(Kind::Role, Some(role_id), "permissions"),
    }
}

/// The permissions of a member.
pub(crate) fn permissions_of(view: View<'_>, membership: &Object) -> Value {
    permissions(view, text(membership, "role_id").unwrap_or("user"))
}

/// Whether a role grants a permission.
pub(crate) fn permits(view: View<'_>, role_id: &str, permission: &str) -> bool {
    match granted(role_id) {
        Some(permissions) => permissions.contains(&permission),
        None => view.find(Kind::Role, role_id).is_some_and(|role| names(role).contains(&permission)),
    }
}

/// Whether a member's role grants a permission.
pub(crate) fn allows(view: View<'_>, membership: &Object, permission: &str) -> bool {
    permits(view, text(membership, "role_id").unwrap_or("user"), permission)
}

/// The caller's role.
pub(crate) fn of_caller(view: View<'_>) -> Option<&Object> {
    let membership = view.membership(&view.caller.user_id)?;
    view.find(Kind::Role, text(membership, "role_id")?)
}

/// Whether the caller's role grants a permission.
pub(crate) fn grants(view: View<'_>, permission: &str) -> bool {
    view.membership(&view.caller.user_id).is_some_and(|membership| allows(view, membership, permission))
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
