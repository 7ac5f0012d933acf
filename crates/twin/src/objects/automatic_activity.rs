//! Activities Close writes by itself: a lead was made, a status changed, leads were merged, a task was done.

use serde_json::Value;

use super::activity;
use super::money;
use crate::resource::{Draft, Field, Hooks, Initial, Methods, REQUIRED, Resource, Session, View};
use crate::store::{Kind, Object, text};

/// `/activity/created/`
pub(crate) static CREATED: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ,
    fields: &[
        Field::stored("_type").starts(Initial::Text("Created")),
        Field::stored("lead_id"),
        Field::stored("source").starts(Initial::Text("api")),
        Field::stored("import_id"),
    ],
    list: activity::LIST,
    hooks: AUTOMATIC,
    ..Resource::new(Kind::Created, "activity/created", "acti", "Created")
};

/// `/activity/status_change/lead/`
pub(crate) static LEAD_STATUS_CHANGE: Resource = Resource {
    base: activity::COMMON,
    methods: LOGGED,
    fields: &[
        Field::stored("_type").starts(Initial::Text("LeadStatusChange")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::reference("old_status_id", &[Kind::LeadStatus]).on_create(),
        Field::computed("old_status_label", |view, change| lead_label(view, change, "old_status_id")),
        Field::reference("new_status_id", &[Kind::LeadStatus]).on_create(),
        Field::computed("new_status_label", |view, change| lead_label(view, change, "new_status_id")),
    ],
    list: activity::LIST,
    event: Some("activity.lead_status_change"),
    hooks: Hooks { prepare: both_statuses, ..AUTOMATIC },
    ..Resource::new(Kind::LeadStatusChange, "activity/status_change/lead", "acti", "LeadStatusChange")
};

/// `/activity/status_change/opportunity/`
pub(crate) static OPPORTUNITY_STATUS_CHANGE: Resource = Resource {
    base: activity::COMMON,
    methods: LOGGED,
    fields: &[
        Field::stored("_type").starts(Initial::Text("OpportunityStatusChange")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::reference("opportunity_id", &[Kind::Opportunity]).required().on_create(),
        Field::reference("old_status_id", &[Kind::OpportunityStatus]).on_create(),
        Field::computed("old_status_label", |view, change| {
            deal_status(view, change, "old_status_id", "label")
        }),
        Field::computed("old_status_type", |view, change| deal_status(view, change, "old_status_id", "type")),
        Field::computed("old_pipeline_id", |view, change| {
            deal_status(view, change, "old_status_id", "pipeline_id")
        }),
        Field::computed("old_pipeline_name", |view, change| pipeline_name(view, change, "old_status_id")),
        Field::reference("new_status_id", &[Kind::OpportunityStatus]).on_create(),
        Field::computed("new_status_label", |view, change| {
            deal_status(view, change, "new_status_id", "label")
        }),
        Field::computed("new_status_type", |view, change| deal_status(view, change, "new_status_id", "type")),
        Field::computed("new_pipeline_id", |view, change| {
            deal_status(view, change, "new_status_id", "pipeline_id")
        }),
        Field::computed("new_pipeline_name", |view, change| pipeline_name(view, change, "new_status_id")),
        Field::stored("opportunity_value"),
        Field::stored("opportunity_value_formatted"),
        Field::stored("opportunity_value_currency"),
        Field::stored("opportunity_value_period"),
        Field::stored("opportunity_confidence"),
        Field::stored("opportunity_date_won"),
    ],
    list: activity::LIST,
    event: Some("activity.opportunity_status_change"),
    hooks: Hooks { prepare: of_an_opportunity, ..AUTOMATIC },
    ..Resource::new(
        Kind::OpportunityStatusChange,
        "activity/status_change/opportunity",
        "acti",
        "OpportunityStatusChange",
    )
};

/// `/activity/lead_merge/`
pub(crate) static LEAD_MERGE: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ,
    fields: &[
        Field::stored("_type").starts(Initial::Text("LeadMerge")),
        Field::stored("lead_id"),
        Field::stored("source_lead_id"),
        Field::stored("source_display_name"),
        Field::stored("destination_lead_id"),
        Field::stored("destination_display_name"),
        Field::stored("merge_status").starts(Initial::Text("completed")),
        Field::stored("error_message"),
    ],
    list: activity::LIST,
    event: Some("activity.lead_merge"),
    hooks: AUTOMATIC,
    ..Resource::new(Kind::LeadMerge, "activity/lead_merge", "acti", "LeadMerge")
};

/// `/activity/task_completed/`
pub(crate) static TASK_COMPLETED: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ_DELETE,
    fields: &[
        Field::stored("_type").starts(Initial::Text("TaskCompleted")),
        Field::stored("lead_id"),
        Field::stored("task_id"),
        Field::stored("task_text"),
        Field::stored("task_assigned_to"),
        Field::computed("task_assigned_to_name", |view, done| view.user_name(text(done, "task_assigned_to"))),
    ],
    list: activity::LIST,
    event: Some("activity.task_completed"),
    hooks: AUTOMATIC,
    ..Resource::new(Kind::TaskCompleted, "activity/task_completed", "acti", "TaskCompleted")
};

/// `/activity/form_submission/`
pub(crate) static FORM_SUBMISSION: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ_DELETE,
    fields: &[
        Field::stored("_type").starts(Initial::Text("FormSubmission")),
        Field::stored("lead_id"),
        Field::stored("form_id"),
        Field::stored("form_name"),
        Field::stored("form_configuration_id"),
        Field::stored("values").starts(Initial::EmptyObject),
        Field::stored("values_by_name").starts(Initial::EmptyObject),
        Field::stored("ip_address"),
        Field::stored("origin"),
        Field::stored("source_url"),
        Field::stored("source_url_normalized"),
    ],
    list: activity::LIST,
    event: Some("activity.form_submission"),
    hooks: AUTOMATIC,
    ..Resource::new(Kind::FormSubmission, "activity/form_submission", "acti", "FormSubmission")
};

/// `/activity/import_update/`
pub(crate) static IMPORT_UPDATE: Resource = Resource {
    base: activity::COMMON,
    methods: Methods::READ_DELETE,
    fields: &[
        Field::stored("_type").starts(Initial::Text("ImportUpdate")),
        Field::stored("lead_id"),
        Field::stored("import_id"),
        Field::stored("reverted").starts(Initial::False),
    ],
    list: activity::LIST,
    hooks: AUTOMATIC,
    ..Resource::new(Kind::ImportUpdate, "activity/import_update", "acti", "ImportUpdate")
};

/// Status changes can be logged by hand, for migrations, and removed; that changes no status (documented).
const LOGGED: Methods = Methods { update: false, ..Methods::ALL };

const AUTOMATIC: Hooks =
    Hooks { prepare: activity::prepare, storing: activity::storing, ..activity::DELETABLE };

fn both_statuses(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    for (member, reported) in [("old_status_id", "old_status"), ("new_status_id", "new_status")] {
        if draft.object.get(member).is_none_or(Value::is_null) {
            draft.errors.add(reported, REQUIRED);
        }
    }
    activity::prepare(session, draft);
}

fn of_an_opportunity(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    if let Some(deal) = text(&draft.object, "opportunity_id").and_then(|id| view.find(Kind::Opportunity, id))
    {
        let day = text(deal, "date_won").map(|day| format!("{day}T00:00:00+00:00"));
        let members = [
            ("opportunity_value", deal.get("value").cloned().unwrap_or_default()),
            ("opportunity_value_formatted", money::formatted(view, deal)),
            ("opportunity_value_currency", money::currency(view)),
            ("opportunity_value_period", deal.get("value_period").cloned().unwrap_or_default()),
            ("opportunity_confidence", deal.get("confidence").cloned().unwrap_or_default()),
            ("opportunity_date_won", day.map_or(Value::Null, Value::String)),
        ];
        for (name, value) in members {
            draft.object.insert(name.to_owned(), value);
        }
    }
    both_statuses(session, draft);
}

fn lead_label(view: View<'_>, change: &Object, status: &str) -> Value {
    view.member_of(Kind::LeadStatus, text(change, status), "label")
}

fn deal_status(view: View<'_>, change: &Object, status: &str, name: &str) -> Value {
    view.member_of(Kind::OpportunityStatus, text(change, status), name)
}

fn pipeline_name(view: View<'_>, change: &Object, status: &str) -> Value {
    let pipeline = deal_status(view, change, status, "pipeline_id");
    view.member_of(Kind::Pipeline, pipeline.as_str(), "name")
}
