//! Roles: what a member of the organization may do.

use serde_json::{Value, json};

use crate::resource::{Audit, Field, FieldKind, Initial, ListRules, Methods, Resource, View};
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
    methods: Methods::READ,
    audit: Audit::None,
    fields: &[
        Field::text("name").required(),
        Field::flag("editable", true).read_only(),
        Field::new("permissions", FieldKind::FreeList).starts(Initial::EmptyList),
        Field::new("visibility_user_lcf_ids", FieldKind::FreeList).starts(Initial::EmptyList),
        Field::choice("visibility_user_lcf_behavior", &["require_assignment", "allow_unassigned"]),
    ],
    list: ListRules::OLDEST_FIRST,
    ..Resource::new(Kind::Role, "role", "role", "Role")
};

/// What opens the settings of the organization and of its members.
pub(crate) const MANAGE_ORGANIZATION: &str = "manage_organization";

/// Whether there is a role with this id.
pub(crate) fn exists(view: View<'_>, role_id: &str) -> bool {
    matches!(role_id, "admin" | "superuser" | "user" | "restricteduser")
        || view.find(Kind::Role, role_id).is_some()
}

/// What the role `role_id` grants, sorted by name.
pub(crate) fn permissions(view: View<'_>, role_id: &str) -> Value {
    match role_id {
        "admin" => json!(PERMISSIONS),
        "superuser" => {
            json!(PERMISSIONS.iter().filter(|name| **name != "manage_organization").collect::<Vec<_>>())
        }
        "user" => json!(USER),
        "restricteduser" => json!(RESTRICTED_USER),
        _ => view
            .find(Kind::Role, role_id)
            .and_then(|role| role.get("permissions"))
            .cloned()
            .unwrap_or(json!([])),
    }
}

/// The permissions of a member.
pub(crate) fn permissions_of(view: View<'_>, membership: &Object) -> Value {
    permissions(view, text(membership, "role_id").unwrap_or("user"))
}

/// Whether a role grants a permission.
pub(crate) fn permits(view: View<'_>, role_id: &str, permission: &str) -> bool {
    let granted = permissions(view, role_id);
    granted.as_array().is_some_and(|names| names.iter().any(|name| name == permission))
}

/// Whether a member's role grants a permission.
pub(crate) fn allows(view: View<'_>, membership: &Object, permission: &str) -> bool {
    permits(view, text(membership, "role_id").unwrap_or("user"), permission)
}

/// Whether the caller's role grants a permission.
pub(crate) fn grants(view: View<'_>, permission: &str) -> bool {
    view.membership(&view.caller.user_id).is_some_and(|membership| allows(view, membership, permission))
}
