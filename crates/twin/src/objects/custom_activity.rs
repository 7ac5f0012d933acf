//! Custom activities and their types.

use super::{activity, custom_field, note, permission};
use crate::http::{Parameters, Refusal};
use crate::resource::{
    Audit, CustomScope, Deleted, Draft, Field, Hooks, Initial, ListRules, Resource, Session, Show, View,
    require_custom,
};
use crate::store::{DateStyle, Kind, Object, text};

/// `/custom_activity/`
pub(crate) static CUSTOM_ACTIVITY_TYPE: Resource = Resource {
    audit: Audit::Naive,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::text("description"),
        Field::flag("api_create_only", false),
        permission::EDITABLE_WITH_ROLES,
        Field::flag("is_archived", false),
        Field::computed("fields", |view, kind| {
            let mut holder = Object::new();
            holder.insert("custom_activity_type_id".to_owned(), kind["id"].clone());
            custom_field::shown(view, CustomScope::Activity, &holder)
        })
        .shown(Show::Nested),
    ],
    list: ListRules { has_more: false, ..ListRules::OLDEST_FIRST },
    event: Some("custom_activity_type"),
    permission: Some("manage_customizations"),
    hooks: Hooks {
        prepare: |session, draft| custom_field::arrange(session, draft, "activity"),
        may_delete: unused,
        deleting: |session, kind| custom_field::forget_type(session, CustomScope::Activity, kind),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::CustomActivityType, "custom_activity", "actitype", "CustomActivityType")
};

/// `/activity/custom/`
pub(crate) static CUSTOM_ACTIVITY: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("CustomActivity")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::reference("custom_activity_type_id", &[Kind::CustomActivityType]).required().on_create(),
        Field::choice("status", &["published", "draft"]).starts(Initial::Text("published")).not_null(),
        Field::stored("last_published_at"),
        Field::flag("pinned", false),
        Field::stored("pinned_at"),
        Field::stored("mentions").starts(Initial::EmptyList),
        Field::stored("mentions_updated_at"),
        Field::stored("source").starts(Initial::Text("api")),
    ],
    custom: Some(CustomScope::Activity),
    list: ListRules { check: type_needs_a_lead, ..activity::LIST },
    event: Some("activity.custom_activity"),
    hooks: Hooks { prepare, may_delete, ..activity::DELETABLE },
    ..Resource::new(Kind::CustomActivity, "activity/custom", "acti", "CustomActivity")
};

/// The type filter needs a lead (documented).
fn type_needs_a_lead(view: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let typed = parameters.iter().any(|(name, _)| name.starts_with("custom_activity_type_id"));
    if typed && parameters.get("lead_id").is_none_or(str::is_empty) {
        return Err(Refusal::bad_request("The custom_activity_type_id filter needs a lead_id."));
    }
    (activity::LIST.check)(view, parameters)
}

/// Publishing requires every required field; a draft may lack them (documented).
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let kind = text(&draft.object, "custom_activity_type_id");
    if let Err(refusal) = permission::check_type(session.view(), Kind::CustomActivityType, kind) {
        return draft.refuse(refusal);
    }
    note::pin(session, draft);
    let published = text(&draft.object, "status") == Some("published");
    if published {
        require_custom(session.view(), CustomScope::Activity, &draft.object, &mut draft.errors);
    }
    let was = draft.old.and_then(|old| text(old, "status"));
    if published && was != Some("published") {
        let now = DateStyle::Offset.write(session.world.now());
        draft.object.insert("last_published_at".to_owned(), now.into());
    }
    activity::prepare(session, draft);
}

fn may_delete(view: View<'_>, object: &Object) -> Result<(), Refusal> {
    permission::check_type(view, Kind::CustomActivityType, text(object, "custom_activity_type_id"))?;
    activity::may_delete(view, object)
}

fn unused(view: View<'_>, kind: &Object) -> Result<(), Refusal> {
    let id = text(kind, "id").unwrap_or_default();
    if view.holds_any(Kind::CustomActivity, "custom_activity_type_id", id) {
        return Err(Refusal::invalid("The type still has activities."));
    }
    Ok(())
}
