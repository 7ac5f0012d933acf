//! Small things an organization keeps: accounts, outcomes, forms, groups.

use http::Method;
use serde_json::{Value, json};

use super::permission::MANAGE_ORGANIZATION;
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Compare, Deleted, Draft, Field, Filter, Hooks, Initial, ListRules, Methods, REQUIRED,
    Resource, Run, Session, Show, View,
};
use crate::store::{Kind, Object, text};

/// `/connected_account/`: what a user sends and receives through.
pub(crate) static CONNECTED_ACCOUNT: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Plain,
    also_at: &["email_account"],
    fields: &[
        Field::stored("_type"),
        Field::stored("user_id"),
        Field::stored("email"),
        Field::stored("identities"),
        Field::stored("default_identity"),
        Field::stored("available_features"),
        Field::stored("enabled_features"),
        Field::stored("send_status"),
        Field::stored("receive_status"),
        Field::stored("email_receive_status"),
        Field::stored("smtp").shown(Show::Present),
        Field::stored("imap").shown(Show::Present),
        Field::stored("calendar_receive_status").shown(Show::Present),
        Field::stored("sync_all_calendars").shown(Show::Present),
        Field::stored("synced_calendars").shown(Show::Present),
        Field::stored("available_calendars").shown(Show::Present),
    ],
    list: ListRules {
        // `_type` is not documented; `airbyte-source-close-com` has a stream for each type by it.
        filters: &[Filter::exact("user_id"), Filter::exact("_type")],
        keep: Some(|view, record, _| text(&record.object, "user_id") == Some(&view.caller.user_id)),
        ..ListRules::OLDEST_FIRST
    },
    ..Resource::new(Kind::ConnectedAccount, "connected_account", "emailacct", "ConnectedAccount")
};

/// `/outcome/`
pub(crate) static OUTCOME: Resource = Resource {
    audit: Audit::Plain,
    answers_created: true,
    fields: &[
        Field::text("name").required(),
        Field::text("description"),
        Field::choice("type", &["custom", "vm-dropped"]).starts(Initial::Text("custom")).not_null(),
        Field::computed("applies_to", |_, outcome| match text(outcome, "type") {
            Some("vm-dropped") => json!(["calls"]),
            _ => json!(["calls", "meetings"]),
        }),
    ],
    list: ListRules::OLDEST_FIRST,
    permission: Some("manage_customizations"),
    ..Resource::new(Kind::Outcome, "outcome", "outcome", "Outcome")
};

/// `/form/`
pub(crate) static FORM: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Plain,
    fields: &[Field::stored("name"), Field::stored("is_archived"), Field::stored("field_definitions")],
    list: ListRules { filters: &[Filter::by("is_archived", Compare::Flags)], ..ListRules::NEWEST_FIRST },
    ..Resource::new(Kind::Form, "form", "form", "Form")
};

/// `/group/`
pub(crate) static GROUP: Resource = Resource {
    audit: Audit::None,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required_in_changes(),
        Field::stored("members").starts(Initial::EmptyList).shown(Show::Single),
    ],
    list: ListRules::OLDEST_FIRST,
    event: Some("group"),
    permission: Some(MANAGE_ORGANIZATION),
    hooks: Hooks { prepare: one_of_its_name, may_delete: unreferenced, ..Hooks::NONE },
    ..Resource::new(Kind::Group, "group", "group", "Group")
};

/// Members of groups.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "group/{}/member", run: Run::Write(add_member) },
    Action { method: Method::DELETE, path: "group/{}/member/{}", run: Run::Write(remove_member) },
];

fn one_of_its_name(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let name = text(&draft.object, "name");
    let twin = |group: &Object| text(group, "name") == name && group.get("id") != draft.object.get("id");
    if name.is_some() && session.view().all(Kind::Group).any(twin) {
        draft.errors.add("name", "A group with this name already exists.");
    }
}

/// Groups that Smart Views refer to stay (documented).
fn unreferenced(view: View<'_>, group: &Object) -> Result<(), Refusal> {
    let id = group.get("id").unwrap_or(&Value::Null);
    if view.all(Kind::SmartView).any(|saved| saved.values().any(|value| mentions(value, id))) {
        return Err(Refusal::invalid("The group is still used by a Smart View."));
    }
    Ok(())
}

/// Whether a value is, holds or names this id: search-bar queries name it in their text.
fn mentions(value: &Value, id: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| mentions(value, id)),
        Value::Object(members) => members.values().any(|value| mentions(value, id)),
        Value::String(written) => id.as_str().is_some_and(|id| written.contains(id)),
        _ => false,
    }
}

fn add_member(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require(MANAGE_ORGANIZATION)?;
    let id = captured.first().copied().unwrap_or_default();
    session.view().find(Kind::Group, id).ok_or(Refusal::NoObject(GROUP.model))?;
    let user_id =
        call.body.get("user_id").and_then(Value::as_str).ok_or_else(|| Refusal::field("user", REQUIRED))?;
    if !session.view().is_member(user_id) {
        return Err(Refusal::field("user", "Invalid organization members."));
    }
    let member = json!({ "user_id": user_id });
    session.amend(Kind::Group, id, |group| {
        if let Value::Array(members) = group.entry("members").or_insert_with(|| json!([]))
            && !members.contains(&member)
        {
            members.push(member.clone());
        }
    });
    Ok(Answer::created(member, format!("/api/v1/group/{id}/member/{user_id}/")))
}

fn remove_member(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let [id, user_id] = captured else { return Err(Refusal::NoUrl) };
    session.require(MANAGE_ORGANIZATION)?;
    session.view().find(Kind::Group, id).ok_or(Refusal::NoObject(GROUP.model))?;
    session.amend(Kind::Group, id, |group| {
        if let Some(Value::Array(members)) = group.get_mut("members") {
            members.retain(|member| member["user_id"] != *user_id);
        }
    });
    Ok(Answer::empty())
}
