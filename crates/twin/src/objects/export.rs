//! Exports of leads: the record of one, not its file.

use http::Method;
use serde_json::{Value, json};

use crate::filtering;
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Detail, Draft, Field, FieldKind, Hooks, Initial, Methods, Projection, Resource, Run,
    Session, render,
};
use crate::store::{Kind, text};

/// `/export/`
pub(crate) static EXPORT: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Plain,
    fields: &[
        Field::choice("type", &["leads", "contacts", "lead_opps"]).starts(Initial::Text("leads")).not_null(),
        Field::choice("format", &["csv", "json"]).required(),
        Field::choice("date_format", &["original", "iso8601", "excel"])
            .starts(Initial::Text("original"))
            .not_null(),
        Field::stored("status").starts(Initial::Text("created")),
        Field::stored("n_docs"),
        Field::stored("n_docs_processed").starts(Initial::Integer(0)),
        Field::stored("download_url"),
        Field::new("fields", FieldKind::FreeList),
        Field::new("s_query", FieldKind::Free),
        Field::new("sort", FieldKind::FreeList).starts(Initial::EmptyList),
        Field::count("results_limit"),
        Field::flag("include_activities", false),
        Field::flag("include_smart_fields", false),
        Field::flag("send_done_email", true),
    ],
    event: Some("export.lead"),
    event_of: Some(|export| match text(export, "type") {
        Some("opps") => "export.opportunity".to_owned(),
        _ => "export.lead".to_owned(),
    }),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::Export, "export", "expo", "Export")
};

/// `POST /export/lead/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "export/lead", run: Run::Write(export_leads) }];

fn prepare(_: &mut Session<'_>, draft: &mut Draft<'_>) {
    if let Some(Err(error)) =
        draft.object.get("s_query").filter(|query| !query.is_null()).map(filtering::parse)
    {
        draft.errors.add("s_query", error.to_string());
    }
    let flagged = draft.object.get("include_activities") == Some(&Value::Bool(true));
    let fits = text(&draft.object, "type") == Some("leads") && text(&draft.object, "format") == Some("json");
    if flagged && !fits {
        draft.errors.add("include_activities", "Activities can only be included in JSON exports of leads.");
    }
}

/// Counts what would be exported, and says it is done.
fn export_leads(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    session.require("export")?;
    let id = session.create(&EXPORT, &call.body)?;
    let view = session.view();
    let export = view.find(Kind::Export, &id).ok_or(Refusal::NoObject(EXPORT.model))?;
    let kind = match text(export, "type") {
        Some("contacts") => Kind::Contact,
        _ => Kind::Lead,
    };
    let everything = json!({"type": "match_all"});
    let query = export.get("s_query").filter(|query| query.is_object()).unwrap_or(&everything);
    let node = filtering::parse(query).map_err(|error| Refusal::field("s_query", error.to_string()))?;
    let limit =
        export.get("results_limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let found =
        filtering::find(view, filtering::Search { limit, ..filtering::Search::new(kind, &node) }).len();
    session.amend(Kind::Export, &id, |export| {
        export.insert("status".to_owned(), "done".into());
        export.insert("n_docs".to_owned(), found.into());
        export.insert("n_docs_processed".to_owned(), found.into());
    });
    session.announce(Kind::Export, &id, "completed");
    let view = session.view();
    let export = view.find(Kind::Export, &id).ok_or(Refusal::NoObject(EXPORT.model))?;
    Ok(Answer::ok(render(view, &EXPORT, export, Detail::Single, &Projection::All)))
}
