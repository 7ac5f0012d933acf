//! Tasks: what somebody should do next. Notifications are tasks of other types.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::ownership::TASKS;
use super::{activity, lead};
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{
    Action, Compare, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, NO_OBJECT, REQUIRED,
    Resource, Run, Session, Show, View, find_all,
};
use crate::store::{Kind, Object, Record, date_at, parse_date, parse_moment, text};

/// `/task/`
pub(crate) static TASK: Resource = Resource {
    fields: &[
        Field::choice("_type", &["lead", "outgoing_call"])
            .on_create()
            .starts(Initial::Text("lead"))
            .not_null(),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::computed("lead_name", lead::lead_name),
        Field::reference("contact_id", &[Kind::Contact]),
        Field::computed("contact_name", activity::contact_name),
        Field::text("text").starts(Initial::Text("")).shown(Show::Present),
        Field::reference("assigned_to", &[Kind::User]).starts(Initial::Caller).not_null(),
        Field::computed("assigned_to_name", |view, task| view.user_name(text(task, "assigned_to"))),
        Field::new("date", FieldKind::DateOrMoment).also(&["due_date"]),
        Field::computed("due_date", |_, task| {
            if dateless(task) { Value::Null } else { task.get("date").cloned().unwrap_or_default() }
        }),
        Field::new("is_dateless", FieldKind::Boolean).not_null().starts(Initial::Absent).shown(Show::Present),
        Field::flag("is_complete", false),
        Field::stored("object_id"),
        Field::stored("object_type"),
        Field::computed("view", |view, task| view_of(view, task).into()),
        Field::choice("priority", &["high", "medium"]).starts(Initial::Absent).shown(Show::Present),
        Field::choice("resolution", &["abandoned", "skipped"]).starts(Initial::Absent).shown(Show::Present),
        present("emails"),
        present("email_id"),
        present("subject"),
        present("body_preview"),
        present("phone"),
        present("phone_formatted"),
        present("phone_number_description"),
        present("local_phone"),
        present("remote_phone"),
        present("remote_phone_formatted"),
        present("remote_phone_description"),
        present("recording_url"),
        present("voicemail_url"),
        present("voicemail_duration"),
        present("attachments"),
        present("opportunity_note"),
        present("opportunity_value"),
        present("opportunity_value_currency"),
        present("opportunity_value_formatted"),
        present("opportunity_value_period"),
        present("sequence_id"),
        present("sequence_subscription_id"),
        present("step_id"),
        Field::moment("date_created").on_create().starts(Initial::Absent).shown(Show::Hidden),
        Field::reference("created_by", &[Kind::User]).on_create().starts(Initial::Absent).shown(Show::Hidden),
    ],
    list: ListRules {
        filters: &[
            Filter::exact("id"),
            Filter::exact("lead_id"),
            Filter::exact("organization_id"),
            Filter::by("assigned_to", Compare::Users),
            Filter::by("is_complete", Compare::Flags),
            Filter::by("date", Compare::Moments),
            Filter::by("due_date", Compare::Moments),
            Filter::by("date_created", Compare::Moments),
            Filter::by("date_updated", Compare::Moments),
        ],
        orders: &["date", "date_created"],
        check: check_view,
        keep: Some(of_wanted_type_and_view),
        reads: &["view", "_type", "_type__in"],
        max_limit: 1000,
        ..ListRules::NEWEST_FIRST
    },
    event: Some("task.lead"),
    event_of: Some(event_name),
    hooks: Hooks {
        prepare,
        storing,
        changing,
        created: |session, task| tell(session, None, task),
        updated: |session, old, task| tell(session, Some(old), task),
        may_delete: |view, task| TASKS.check_deletion(view, task),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::Task, "task", "task", "Task")
};

/// `PUT /task/`: the same change to every task the filters name.
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::PUT, path: "task", run: Run::Write(update_many) }];

/// Most tasks one request may change.
const MOST_AT_ONCE: usize = 1000;

const VIEWS: &[&str] = &["inbox", "future", "archive"];

const fn present(name: &'static str) -> Field {
    Field::stored(name).starts(Initial::Absent).shown(Show::Present)
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    TASKS.check_change(view, draft);
    let contact = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id));
    if contact.is_some_and(|contact| text(contact, "lead_id") != text(&draft.object, "lead_id")) {
        draft.errors.add("contact", NO_OBJECT);
    }
    let typed = matches!(text(&draft.object, "_type"), Some("lead" | "outgoing_call"));
    if draft.old.is_some() && draft.given("text") && !typed {
        draft.errors.add("text", "Value cannot be changed.");
    }
    let undated = draft.object.get("date").is_none_or(Value::is_null);
    let dateless =
        if draft.given("is_dateless") && draft.object.get("is_dateless") == Some(&Value::Bool(true)) {
            true
        } else if draft.given("date") || draft.given("due_date") || draft.old.is_none() {
            undated
        } else {
            dateless(&draft.object)
        };
    if typed {
        draft.object.insert("is_dateless".to_owned(), dateless.into());
    }
    if dateless && (undated || draft.given("is_dateless")) {
        draft.object.insert("date".to_owned(), view.today().to_string().into());
    }
}

fn storing(session: &mut Session<'_>, task: &mut Object) {
    if complete(task) {
        let id = session.world.mint("task");
        task.entry("id").or_insert_with(|| id.into());
        finish(session, task);
    }
}

fn changing(session: &mut Session<'_>, old: &Object, task: &mut Object) {
    match (complete(old), complete(task)) {
        (false, true) => finish(session, task),
        (true, false) if text(task, "object_type") == Some("taskcompleted") => {
            task.insert("object_id".to_owned(), Value::Null);
            task.insert("object_type".to_owned(), Value::Null);
        }
        _ => {}
    }
}

/// A done task leaves a `TaskCompleted` activity and points at it.
fn finish(session: &mut Session<'_>, task: &mut Object) {
    if text(task, "_type") == Some("lead") {
        let done = json!({
            "lead_id": task.get("lead_id"),
            "contact_id": task.get("contact_id"),
            "task_id": task.get("id"),
            "task_text": task.get("text"),
            "task_assigned_to": task.get("assigned_to"),
        });
        if let Value::Object(done) = done {
            let activity_id = session.record(Kind::TaskCompleted, done);
            task.insert("object_id".to_owned(), activity_id.into());
            task.insert("object_type".to_owned(), "taskcompleted".into());
        }
    }
}

/// That a task was completed is told besides its change (documented).
fn tell(session: &mut Session<'_>, old: Option<&Object>, task: &Object) {
    if complete(task) && !old.is_some_and(complete) {
        session.announce(Kind::Task, text(task, "id").unwrap_or_default(), "completed");
    }
}

fn update_many(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let ids: Vec<String> = find_all(session.view(), &TASK.list, Kind::Task, &call.parameters)?
        .into_iter()
        .filter_map(|record| text(&record.object, "id").map(str::to_owned))
        .collect();
    if ids.len() > MOST_AT_ONCE {
        let message = format!("It's not allowed to update more than {MOST_AT_ONCE} objects at once");
        return Err(Refusal::Errors(StatusCode::BAD_REQUEST, vec![message]));
    }
    for id in &ids {
        let old = session.view().find(Kind::Task, id).cloned();
        session.draft(&TASK, &call.body, old.as_ref())?;
    }
    for id in &ids {
        session.update(&TASK, id, &call.body)?;
    }
    Ok(Answer::ok(json!({"count": ids.len()})))
}

fn check_view(_: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.get("view") {
        Some("") => Err(Refusal::field("view", REQUIRED)),
        Some(name) if !VIEWS.contains(&name) => Err(Refusal::field("view", "Not a valid choice.")),
        _ => Ok(()),
    }
}

/// Without `_type`, only tasks of type `lead` are listed (documented).
fn of_wanted_type_and_view(view: View<'_>, record: &Record, parameters: &Parameters) -> bool {
    let kind = text(&record.object, "_type").unwrap_or("lead");
    let wanted = parameters.get("_type").or_else(|| parameters.get("_type__in")).unwrap_or("lead");
    let typed = wanted.split(',').any(|name| name.trim() == kind || name.trim() == "all");
    typed && parameters.get("view").is_none_or(|name| view_of(view, &record.object) == name)
}

fn complete(task: &Object) -> bool {
    task.get("is_complete") == Some(&Value::Bool(true))
}

fn dateless(task: &Object) -> bool {
    task.get("is_dateless") == Some(&Value::Bool(true))
}

/// Where a task is shown: done ones in the archive, those up to the end of the caller's today in the inbox.
fn view_of(view: View<'_>, task: &Object) -> &'static str {
    if complete(task) {
        return "archive";
    }
    let date = text(task, "date").and_then(|date| {
        parse_date(date).or_else(|| parse_moment(date).map(|instant| date_at(instant, view.caller.offset)))
    });
    if !dateless(task) && date.is_some_and(|date| date > view.today()) { "future" } else { "inbox" }
}

/// The name of a task's type in events, for example `task.missed_call`.
fn event_name(task: &Object) -> String {
    format!("task.{}", text(task, "_type").unwrap_or("lead"))
}

/// Writes a notification: a task nobody but the twin can make.
pub(crate) fn notify(session: &mut Session<'_>, task: Value) {
    if let Value::Object(mut task) = task {
        task.insert("id".to_owned(), session.world.mint("noti").into());
        session.put(&TASK, task);
    }
}
