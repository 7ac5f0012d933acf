//! Scheduling links: where a lead can book a time with one user.
//!
//! Everybody sees the links of all, and changes only their own. Links that an app makes carry the app's own id for
//! them and are made anew by it as often as it likes.

use http::Method;
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Deleted, Detail, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, Projection,
    REQUIRED, Resource, Run, Session, Show, View, render,
};
use crate::store::{Kind, Object, text};

/// `/scheduling_link/`
pub(crate) static SCHEDULING_LINK: Resource = Resource {
    audit: Audit::None,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::stored("user_id").starts(Initial::Caller),
        Field::stored("type").starts(Initial::Text("USER")),
        Field::text("name").required(),
        Field::new("url", FieldKind::Checked(address)).required(),
        Field::text("description"),
        Field::count("duration_in_minutes"),
        Field::stored("source").starts(Initial::Text("MANUAL")),
        Field::text("source_id"),
        Field::text("source_type"),
        Field::stored("oauth_client_id").starts(Initial::Absent).shown(Show::Present),
        Field::stored("template_tag"),
    ],
    list: ListRules {
        filters: &[Filter::exact("user_id")],
        keep: Some(|view, record, parameters| {
            parameters.get("user_id").is_some() || is_own(view, &record.object)
        }),
        ..ListRules::OLDEST_FIRST
    },
    hooks: Hooks { prepare: own_only, may_delete, deleting, ..Hooks::NONE },
    ..Resource::new(Kind::SchedulingLink, "scheduling_link", "schlnk", "SchedulingLink")
};

/// What apps do with the links they bring.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "scheduling_link/integration", run: Run::Write(bring) },
    Action { method: Method::DELETE, path: "scheduling_link/integration/{}", run: Run::Write(take_back) },
];

/// An absolute address; one without a scheme gets `https://` (documented).
pub(crate) fn address(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let fine = url::Url::parse(&whole).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if fine && !written.is_empty() { Ok(whole.into()) } else { Err("Invalid URL.".into()) }
}

fn is_own(view: View<'_>, link: &Object) -> bool {
    text(link, "user_id") == Some(&view.caller.user_id)
}

fn own_only(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_some_and(|old| !is_own(session.view(), old)) {
        draft.refuse(Refusal::forbidden("being the user of the scheduling link"));
    }
}

fn may_delete(view: View<'_>, link: &Object) -> Result<(), Refusal> {
    if is_own(view, link) { Ok(()) } else { Err(Refusal::forbidden("being the user of the scheduling link")) }
}

/// Shared links no longer mean a link that is gone.
fn deleting(session: &mut Session<'_>, link: &Object) {
    super::shared_scheduling_link::forget(session, "user_scheduling_link_id", link);
}

/// Makes or changes the caller's link that an app knows under its own id (documented: an upsert by `source_id`).
fn bring(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let app = call.require_app()?;
    let source_id = match call.body.get("source_id") {
        None | Some(Value::Null) => return Err(Refusal::field("source_id", REQUIRED)),
        Some(Value::String(id)) if id.trim().is_empty() => return Err(Refusal::field("source_id", REQUIRED)),
        Some(Value::String(id)) => id,
        Some(_) => return Err(Refusal::field("source_id", "Value must be of str type.")),
    };
    let known = brought(session.view(), &app.client_id, source_id);
    let id = if let Some(id) = known {
        session.update(&SCHEDULING_LINK, &id, &call.body)?;
        id
    } else {
        let mut object = session.draft(&SCHEDULING_LINK, &call.body, None)?.object;
        object.insert("source".to_owned(), "THIRD_PARTY".into());
        object.insert("oauth_client_id".to_owned(), json!(app.client_id));
        session.put(&SCHEDULING_LINK, object)
    };
    let view = session.view();
    let link = view.find(Kind::SchedulingLink, &id).ok_or(Refusal::NoObject(SCHEDULING_LINK.model))?;
    Ok(Answer::ok(render(view, &SCHEDULING_LINK, link, Detail::Single, &Projection::All)))
}

fn take_back(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let app = call.require_app()?;
    let source_id = captured.first().copied().unwrap_or_default();
    let known = brought(session.view(), &app.client_id, source_id);
    session.delete(&SCHEDULING_LINK, &known.ok_or(Refusal::NoObject(SCHEDULING_LINK.model))?)?;
    Ok(Answer::empty())
}

fn brought(view: View<'_>, client_id: &str, source_id: &str) -> Option<String> {
    let found = view.all(Kind::SchedulingLink).find(|link| {
        is_own(view, link)
            && text(link, "oauth_client_id") == Some(client_id)
            && text(link, "source_id") == Some(source_id)
    });
    found.and_then(|link| text(link, "id")).map(str::to_owned)
}
