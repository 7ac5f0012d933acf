//! Bulk actions: one change to everything a structured query finds. They are carried out before the request is
//! answered, so an answer already says `done`.

use serde_json::{Value, json};

use super::lead::LEAD;
use crate::filtering;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, Methods, REQUIRED, Resource, Session, Show,
};
use crate::store::{Kind, Object, text};

/// `/bulk_action/edit/`
pub(crate) static BULK_EDIT: Resource = Resource {
    fields: &[
        Field::choice("type", &["set_lead_status", "set_custom_field", "clear_custom_field"]).required(),
        Field::reference("lead_status_id", &[Kind::LeadStatus]),
        Field::reference("custom_field_id", &[Kind::LeadCustomField, Kind::SharedCustomField])
            .starts(Initial::Absent)
            .shown(Show::Present),
        Field::text("custom_field_name"),
        Field::new("custom_field_value", FieldKind::Any),
        Field::new("custom_field_values", FieldKind::FreeList).starts(Initial::Absent).shown(Show::Present),
        Field::choice("custom_field_operation", &["replace", "add", "remove"])
            .starts(Initial::Absent)
            .shown(Show::Present),
    ],
    event: Some("bulk_action.edit"),
    permission: Some("bulk_edit"),
    hooks: Hooks { prepare: prepare_edit, created: edit, ..Hooks::NONE },
    ..bulk(Kind::BulkEdit, "bulk_action/edit", "bulkedit", "BulkEditAction")
};

/// `/bulk_action/delete/`
pub(crate) static BULK_DELETE: Resource = Resource {
    fields: &[Field::choice(
        "bulk_object_type",
        &["lead", "contact", "call", "custom_activity", "form_submission"],
    )
    .starts(Initial::Text("lead"))
    .not_null()],
    event: Some("bulk_action.delete"),
    permission: Some("bulk_delete"),
    hooks: Hooks { prepare: check_query, created: delete, ..Hooks::NONE },
    ..bulk(Kind::BulkDelete, "bulk_action/delete", "bulkdelete", "BulkDeleteAction")
};

/// `/bulk_action/email/`
pub(crate) static BULK_EMAIL: Resource = Resource {
    methods: Methods::READ,
    fields: &[
        Field::stored("template_id"),
        Field::stored("email_account_id"),
        Field::stored("sender"),
        Field::stored("contact_preference"),
    ],
    ..bulk(Kind::BulkEmail, "bulk_action/email", "bulkemail", "BulkEmailAction")
};

/// `/bulk_action/sequence_subscription/`
pub(crate) static BULK_SEQUENCE_SUBSCRIPTION: Resource = Resource {
    methods: Methods::READ,
    fields: &[
        Field::stored("action_type"),
        Field::stored("sequence_id"),
        Field::stored("sender_account_id"),
        Field::stored("sender_name"),
        Field::stored("sender_email"),
        Field::stored("contact_preference"),
        Field::stored("calls_assigned_to"),
        Field::stored("from_phone_number_id"),
    ],
    ..bulk(
        Kind::BulkSequenceSubscription,
        "bulk_action/sequence_subscription",
        "bulkseqsub",
        "BulkSequenceSubscriptionAction",
    )
};

const fn bulk(kind: Kind, path: &'static str, prefix: &'static str, model: &'static str) -> Resource {
    let mut resource = Resource::new(kind, path, prefix, model);
    resource.base = COMMON;
    resource.methods = Methods { update: false, delete: false, ..Methods::ALL };
    resource.audit = Audit::Plain;
    resource
}

const COMMON: &[Field] = &[
    Field::stored("status").starts(Initial::Text("created")),
    Field::new("s_query", FieldKind::Free),
    Field::text("query"),
    Field::new("sort", FieldKind::FreeList).starts(Initial::EmptyList),
    Field::count("results_limit"),
    Field::stored("n_leads"),
    Field::stored("n_leads_processed").starts(Initial::Integer(0)),
    Field::stored("n_objects"),
    Field::stored("n_objects_processed").starts(Initial::Integer(0)),
    Field::flag("send_done_email", true),
];

/// Requires a structured query the twin can evaluate.
pub(crate) fn check_query(_: &mut Session<'_>, draft: &mut Draft<'_>) {
    match draft.object.get("s_query") {
        None | Some(Value::Null) => draft.errors.add("s_query", REQUIRED),
        Some(query) => {
            if let Err(error) = filtering::parse(query) {
                draft.errors.add("s_query", error.to_string());
            }
        }
    }
}

fn prepare_edit(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    check_query(session, draft);
    let unset = |name: &str| draft.object.get(name).is_none_or(Value::is_null);
    let (status, field) = (unset("lead_status_id"), unset("custom_field_id") && unset("custom_field_name"));
    let value = unset("custom_field_value") && unset("custom_field_values");
    let missing = match text(&draft.object, "type") {
        Some("set_lead_status") if status => Some("lead_status"),
        Some("set_custom_field" | "clear_custom_field") if field => Some("custom_field"),
        Some("set_custom_field") if value => Some("custom_field_value"),
        _ => None,
    };
    if let Some(name) = missing {
        draft.errors.add(name, REQUIRED);
    }
    if draft.errors.is_empty() {
        // A value that no lead could take is refused before anything changes.
        let blank = Object::new();
        let change = change_of(&draft.object);
        let probe = session.draft(&LEAD, &change, Some(&blank)).map(|_| ());
        if let Err(refusal) = probe {
            draft.refuse(refusal);
        }
    }
}

/// What a bulk edit sets on each lead.
fn change_of(action: &Object) -> Object {
    let mut change = Object::new();
    if text(action, "type") == Some("set_lead_status") {
        change.insert("status_id".to_owned(), action["lead_status_id"].clone());
        return change;
    }
    let field =
        text(action, "custom_field_id").or_else(|| text(action, "custom_field_name")).unwrap_or_default();
    let several = action.get("custom_field_values").filter(|values| values.is_array());
    let value = several.or_else(|| action.get("custom_field_value")).cloned().unwrap_or_default();
    let (suffix, value) = match (text(action, "type"), text(action, "custom_field_operation")) {
        (Some("clear_custom_field"), _) => ("", Value::Null),
        (_, Some("add")) => (".add", value),
        (_, Some("remove")) => (".remove", value),
        _ => ("", value),
    };
    change.insert(format!("custom.{field}{suffix}"), value);
    change
}

fn edit(session: &mut Session<'_>, action: &Object) {
    let ids = found(session, action, Kind::Lead);
    let change = change_of(action);
    let mut done = 0;
    for id in &ids {
        done += usize::from(session.update(&LEAD, id, &change).is_ok());
    }
    finish(session, action, Kind::BulkEdit, ids.len(), done);
}

fn delete(session: &mut Session<'_>, action: &Object) {
    let kind = match text(action, "bulk_object_type") {
        Some("contact") => Kind::Contact,
        Some("call") => Kind::Call,
        Some("custom_activity") => Kind::CustomActivity,
        Some("form_submission") => Kind::FormSubmission,
        _ => Kind::Lead,
    };
    let ids = found(session, action, kind);
    let mut done = 0;
    for id in &ids {
        done += usize::from(session.delete(super::resource_of(kind), id).is_ok());
    }
    finish(session, action, Kind::BulkDelete, ids.len(), done);
}

fn found(session: &mut Session<'_>, action: &Object, kind: Kind) -> Vec<String> {
    session.meta.insert("bulk_action_id".to_owned(), action["id"].clone());
    let node = action.get("s_query").map(filtering::parse);
    let Some(Ok(node)) = node else { return Vec::new() };
    let limit =
        action.get("results_limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let records = filtering::select(session.view(), &node, kind, limit);
    records.into_iter().filter_map(|record| text(&record.object, "id")).map(str::to_owned).collect()
}

fn finish(session: &mut Session<'_>, action: &Object, kind: Kind, found: usize, done: usize) {
    let id = text(action, "id").unwrap_or_default();
    session.amend(kind, id, |action| {
        action.insert("status".to_owned(), "done".into());
        for (name, count) in [
            ("n_leads", found),
            ("n_leads_processed", found),
            ("n_objects", found),
            ("n_objects_processed", done),
        ] {
            action.insert(name.to_owned(), json!(count));
        }
    });
    session.announce(kind, id, "completed");
    session.meta.shift_remove("bulk_action_id");
}
