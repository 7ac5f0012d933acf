//! Pipelines: the ways an opportunity can go, each an ordered list of statuses.

use serde_json::{Value, json};

use super::status::OPPORTUNITY_STATUS;
use crate::http::Refusal;
use crate::resource::{
    Audit, Deleted, Draft, Field, FieldKind, Hooks, Initial, ListRules, Resource, Session, View,
};
use crate::store::{Kind, Object, text};

/// `/pipeline/`
pub(crate) static PIPELINE: Resource = Resource {
    audit: Audit::Naive,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::new("statuses", FieldKind::Rows(STATUS)).starts(Initial::EmptyList).reads(|view, pipeline| {
            let statuses = statuses_of(view, pipeline).into_iter();
            statuses
                .map(|status| json!({"id": status["id"], "label": status["label"], "type": status["type"]}))
                .collect()
        }),
    ],
    list: ListRules { has_more: false, ..ListRules::OLDEST_FIRST },
    permission: Some("manage_customizations"),
    hooks: Hooks { prepare, created, updated, may_delete, ..Hooks::NONE },
    ..Resource::new(Kind::Pipeline, "pipeline", "pipe", "Pipeline")
};

const STATUS: &[Field] = &[
    Field::reference("id", &[Kind::OpportunityStatus]).starts(Initial::Absent),
    Field::text("label").starts(Initial::Absent),
    Field::choice("type", &["active", "won", "lost"]).starts(Initial::Absent),
];

fn prepare(_: &mut Session<'_>, draft: &mut Draft<'_>) {
    let rows = draft.object.get("statuses").and_then(Value::as_array).into_iter().flatten();
    let incomplete =
        |row: &Value| row.get("id").is_none() && (row.get("label").is_none() || row.get("type").is_none());
    if draft.given("statuses") && rows.clone().any(incomplete) {
        draft.errors.add("statuses", "A status needs an id, or a label and a type.");
    }
}

/// Statuses named with a new pipeline are made along with it.
fn created(session: &mut Session<'_>, pipeline: &Object) {
    arrange(session, pipeline);
}

/// Statuses of another pipeline move here; the order is that of the list.
fn updated(session: &mut Session<'_>, _: &Object, pipeline: &Object) {
    arrange(session, pipeline);
}

fn arrange(session: &mut Session<'_>, pipeline: &Object) {
    let id = text(pipeline, "id").unwrap_or_default();
    let rows = pipeline.get("statuses").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut order = Vec::new();
    for row in rows {
        let status_id = if let Some(status_id) = row.get("id").and_then(Value::as_str) {
            if session.view().member_of(Kind::OpportunityStatus, Some(status_id), "pipeline_id") != id {
                session.amend(Kind::OpportunityStatus, status_id, |status| {
                    status.insert("pipeline_id".to_owned(), id.into());
                });
            }
            status_id.to_owned()
        } else {
            let mut status = Object::new();
            for (name, value) in
                [("label", &row["label"]), ("type", &row["type"]), ("pipeline_id", &json!(id))]
            {
                status.insert(name.to_owned(), value.clone());
            }
            session.put(&OPPORTUNITY_STATUS, status)
        };
        order.push(json!({ "id": status_id }));
    }
    let mut ordered = pipeline.clone();
    ordered.insert("statuses".to_owned(), order.into());
    session.world.replace(id, ordered);
}

fn may_delete(view: View<'_>, pipeline: &Object) -> Result<(), Refusal> {
    if statuses_of(view, pipeline).is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid("The pipeline still has statuses. Move or delete them first."))
}

/// A pipeline's statuses in its order; those it does not mention follow.
pub(crate) fn statuses_of<'w>(view: View<'w>, pipeline: &Object) -> Vec<&'w Object> {
    let id = text(pipeline, "id");
    let rows = pipeline.get("statuses").and_then(Value::as_array).into_iter().flatten();
    let order: Vec<&str> = rows.filter_map(|row| row.get("id")?.as_str()).collect();
    let mut statuses: Vec<&Object> =
        view.all(Kind::OpportunityStatus).filter(|status| text(status, "pipeline_id") == id).collect();
    let place = |status: &Object| {
        let id = text(status, "id").unwrap_or_default();
        order.iter().position(|other| *other == id).unwrap_or(usize::MAX)
    };
    statuses.sort_by_key(|status| place(status));
    statuses
}

/// All opportunity statuses, pipeline by pipeline.
pub(crate) fn statuses(view: View<'_>) -> Vec<&Object> {
    view.all(Kind::Pipeline).flat_map(|pipeline| statuses_of(view, pipeline)).collect()
}

/// Checks the id of an opportunity status.
pub(crate) fn check_status(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    view.find(Kind::OpportunityStatus, id).map(|_| value.clone()).ok_or_else(|| not_a_choice(id))
}

/// What Close says of an unknown opportunity status, after the wording recorded for leads.
pub(crate) fn not_a_choice(given: &str) -> Value {
    format!(
        "Not a valid choice. Please go to Customizations in your organization settings and add \"{given}\" to the list \
         of opportunity statuses."
    )
    .into()
}
