//! Small things an organization keeps: accounts, numbers, outcomes, links, forms, groups.

use http::Method;
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Compare, Deleted, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, Methods,
    REQUIRED, Resource, Run, Session, Show, phone,
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
        filters: &[Filter::exact("user_id")],
        keep: Some(|view, record, _| text(&record.object, "user_id") == Some(&view.caller.user_id)),
        ..ListRules::OLDEST_FIRST
    },
    ..Resource::new(Kind::ConnectedAccount, "connected_account", "emailacct", "ConnectedAccount")
};

/// `/phone_number/`
pub(crate) static PHONE_NUMBER: Resource = Resource {
    methods: Methods { create: false, ..Methods::ALL },
    audit: Audit::Dates,
    fields: &[
        Field::stored("user_id"),
        Field::stored("type"),
        Field::stored("number"),
        Field::computed("number_formatted", |_, number| formatted(number, "number")),
        Field::stored("country"),
        Field::text("label").starts(Initial::Text("")),
        Field::stored("is_group_number"),
        Field::stored("is_verified"),
        Field::stored("is_premium"),
        Field::new("participants", FieldKind::List(&FieldKind::Reference(&[Kind::User])))
            .starts(Initial::EmptyList),
        Field::new("phone_numbers", FieldKind::List(&FieldKind::Phone)).starts(Initial::EmptyList),
        Field::computed("phone_numbers_formatted", |_, number| {
            let numbers = number.get("phone_numbers").and_then(Value::as_array).into_iter().flatten();
            numbers.filter_map(Value::as_str).map(phone::formatted).collect()
        }),
        Field::new("forward_to", FieldKind::Phone),
        Field::computed("forward_to_formatted", |_, number| formatted(number, "forward_to")),
        Field::flag("forward_to_enabled", false),
        Field::flag("press_1_to_accept", false),
        Field::new("inbound_ring_duration", FieldKind::Integer(15, 90)),
        Field::new("voicemail_greeting_url", FieldKind::Url),
        Field::stored("sms_enabled"),
        Field::stored("mms_enabled"),
        Field::stored("supports_sms_to_countries"),
        Field::stored("supports_mms_to_countries"),
        Field::stored("carrier"),
        Field::stored("carrier_type"),
        Field::stored("address_id"),
        Field::stored("bundle_id"),
        Field::stored("last_billed_price"),
        Field::stored("next_billing_on"),
        Field::stored("was_ported"),
    ],
    list: ListRules {
        filters: &[
            Filter::exact("number"),
            Filter::exact("user_id"),
            Filter::by("is_group_number", Compare::Flags),
        ],
        ..ListRules::OLDEST_FIRST
    },
    event: Some("phone_number"),
    ..Resource::new(Kind::PhoneNumber, "phone_number", "phon", "PhoneNumber")
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
    ..Resource::new(Kind::Outcome, "outcome", "outcome", "Outcome")
};

/// `/integration_link/`
pub(crate) static INTEGRATION_LINK: Resource = Resource {
    audit: Audit::Plain,
    fields: &[
        Field::text("name").required(),
        Field::choice("type", &["lead", "contact", "opportunity"]).required(),
        Field::text("url").required(),
    ],
    list: ListRules::OLDEST_FIRST,
    permission: Some("manage_organization"),
    ..Resource::new(Kind::IntegrationLink, "integration_link", "ilink", "IntegrationLink")
};

/// `/form/`
pub(crate) static FORM: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Plain,
    fields: &[Field::stored("name"), Field::stored("is_archived"), Field::stored("field_definitions")],
    ..Resource::new(Kind::Form, "form", "form", "Form")
};

/// `/group/`
pub(crate) static GROUP: Resource = Resource {
    audit: Audit::None,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::stored("members").starts(Initial::EmptyList).shown(Show::Single),
    ],
    list: ListRules::OLDEST_FIRST,
    event: Some("group"),
    hooks: Hooks { prepare: one_of_its_name, ..Hooks::NONE },
    ..Resource::new(Kind::Group, "group", "group", "Group")
};

/// Members of groups.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "group/{}/member", run: Run::Write(add_member) },
    Action { method: Method::DELETE, path: "group/{}/member/{}", run: Run::Write(remove_member) },
];

fn formatted(number: &Object, name: &str) -> Value {
    text(number, name).map_or(Value::Null, |number| phone::formatted(number).into())
}

fn one_of_its_name(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let name = text(&draft.object, "name");
    let twin = |group: &Object| text(group, "name") == name && group.get("id") != draft.object.get("id");
    if name.is_some() && session.view().all(Kind::Group).any(twin) {
        draft.errors.add("name", "A group with this name already exists.");
    }
}

fn add_member(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
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
    session.view().find(Kind::Group, id).ok_or(Refusal::NoObject(GROUP.model))?;
    session.amend(Kind::Group, id, |group| {
        if let Some(Value::Array(members)) = group.get_mut("members") {
            members.retain(|member| member["user_id"] != *user_id);
        }
    });
    Ok(Answer::empty())
}
