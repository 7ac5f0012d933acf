//! Statuses of leads and of opportunities.

use serde_json::Value;

use crate::http::Refusal;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, Order, Resource, Session, Show, View,
};
use crate::store::{Kind, Object, text};

/// `/status/lead/`
pub(crate) static LEAD_STATUS: Resource = Resource {
    audit: Audit::None,
    fields: &[
        Field::text("label").required(),
        Field::text("color").starts(Initial::Absent).shown(Show::Present),
    ],
    list: ListRules { order: Order::Id, ..ListRules::OLDEST_FIRST },
    event: Some("status.lead"),
    permission: Some("manage_customizations"),
    hooks: Hooks { prepare: one_of_its_label, may_delete: lead_status_unused, ..Hooks::NONE },
    ..Resource::new(Kind::LeadStatus, "status/lead", "stat", "LeadStatus")
};

/// `/status/opportunity/`
pub(crate) static OPPORTUNITY_STATUS: Resource = Resource {
    audit: Audit::None,
    fields: &[
        Field::text("label").required(),
        Field::choice("type", &["active", "won", "lost"]).required().on_create().also(&["status_type"]),
        Field::new("pipeline_id", FieldKind::Reference(&[Kind::Pipeline]))
            .on_create()
            .not_null()
            .starts(Initial::Absent),
    ],
    list: ListRules { order: Order::Id, ..ListRules::OLDEST_FIRST },
    event: Some("status.opportunity"),
    permission: Some("manage_customizations"),
    hooks: Hooks { prepare: in_a_pipeline, may_delete: opportunity_status_unused, ..Hooks::NONE },
    ..Resource::new(Kind::OpportunityStatus, "status/opportunity", "stat", "OpportunityStatus")
};

/// Refuses a label that another lead status has.
fn one_of_its_label(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let label = text(&draft.object, "label");
    let twin = |status: &Object| text(status, "label") == label && status.get("id") != draft.object.get("id");
    if label.is_some() && session.view().all(Kind::LeadStatus).any(twin) {
        draft.errors.add("label", "A status with this label already exists.");
    }
}

/// A status without a pipeline joins the first one.
fn in_a_pipeline(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.object.contains_key("pipeline_id") {
        return;
    }
    match session.view().all(Kind::Pipeline).next().and_then(|pipeline| pipeline.get("id")) {
        Some(id) => drop(draft.object.insert("pipeline_id".to_owned(), id.clone())),
        None => draft.errors.add("pipeline", "This field is required."),
    }
}

/// New leads need a status, so the last one stays (chosen).
fn lead_status_unused(view: View<'_>, status: &Object) -> Result<(), Refusal> {
    if view.all(Kind::LeadStatus).nth(1).is_none() {
        return Err(Refusal::invalid("The organization needs a lead status."));
    }
    unused(view, Kind::Lead, status, "leads")
}

fn opportunity_status_unused(view: View<'_>, status: &Object) -> Result<(), Refusal> {
    unused(view, Kind::Opportunity, status, "opportunities")
}

fn unused(view: View<'_>, kind: Kind, status: &Object, what: &str) -> Result<(), Refusal> {
    if view.holds_any(kind, "status_id", text(status, "id").unwrap_or_default()) {
        return Err(Refusal::invalid(format!(
            "The status is still in use. Move its {what} to another status first."
        )));
    }
    Ok(())
}

/// Lead statuses in the order the organization keeps them; the first is the default of new leads.
pub(crate) fn lead_statuses(view: View<'_>) -> Vec<&Object> {
    let rows = view.organization().and_then(|organization| organization.get("lead_statuses")?.as_array());
    let order: Vec<&str> = rows.into_iter().flatten().filter_map(|row| row.get("id")?.as_str()).collect();
    let mut statuses: Vec<&Object> = view.all(Kind::LeadStatus).collect();
    let place = |status: &Object| {
        let id = text(status, "id").unwrap_or_default();
        order.iter().position(|other| *other == id).unwrap_or(usize::MAX)
    };
    statuses.sort_by_key(|status| place(status));
    statuses
}

/// Checks the id of a lead status.
pub(crate) fn check_lead_status(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    view.find(Kind::LeadStatus, id).map(|_| value.clone()).ok_or_else(|| not_a_choice(id))
}

/// Finds a lead status by its label.
pub(crate) fn check_lead_status_label(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let label = value.as_str().ok_or("Value must be of str type.")?;
    let found = view.all(Kind::LeadStatus).find(|status| text(status, "label") == Some(label));
    found.and_then(|status| status.get("id").cloned()).ok_or_else(|| not_a_choice(label))
}

/// Recorded.
fn not_a_choice(given: &str) -> Value {
    format!(
        "Not a valid choice. Please go to Customizations in your organization settings and add \"{given}\" to the list \
         of lead statuses."
    )
    .into()
}
