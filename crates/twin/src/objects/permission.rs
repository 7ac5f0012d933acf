//! What members may do: the permissions of Close, the roles that are built in, and the questions others ask.

use http::StatusCode;
use serde_json::{Value, json};

use crate::http::Refusal;
use crate::resource::{Field, FieldKind, Initial, NO_OBJECT, View};
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

/// What opens the settings of the organization and of its members.
pub(crate) const MANAGE_ORGANIZATION: &str = "manage_organization";

/// The roles every organization has: id, name, permissions (documented); `superuser` lacks `manage_organization`.
pub(super) const BUILT_IN: &[(&str, &str, &[&str])] = &[
    ("admin", "Admin", PERMISSIONS),
    ("superuser", "Super User", PERMISSIONS),
    ("user", "User", USER),
    ("restricteduser", "Restricted User", RESTRICTED_USER),
];

/// What a built-in role grants, sorted by name.
pub(super) fn granted(role_id: &str) -> Option<Vec<&'static str>> {
    let (id, _, permissions) = BUILT_IN.iter().find(|(id, ..)| *id == role_id)?;
    let withheld = |name: &str| *id == "superuser" && name == MANAGE_ORGANIZATION;
    Some(permissions.iter().copied().filter(|name| !withheld(name)).collect())
}

/// The names of the permissions of a stored role.
pub(super) fn names(role: &Object) -> Vec<&str> {
    role.get("permissions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// What the role `role_id` grants, sorted by name.
fn permissions(view: View<'_>, role_id: &str) -> Value {
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
