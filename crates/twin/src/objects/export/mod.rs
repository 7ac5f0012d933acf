//! Exports: what shall be written to a file, and where the file is.
//!
//! An export is done before its request is answered. The file itself is made when it is fetched, from the data of
//! that moment (chosen: a twin keeps no second copy of everything). Its address holds a signature instead of asking
//! for a key, as Close's does.

mod content;
mod table;

use http::Method;
use rand::Rng;
use serde_json::{Value, json};

use super::selection;
use crate::http::{Answer, Call, EXPORTS, Parameters, Refusal};
use crate::resource::{
    Action, Audit, Detail, Draft, Field, FieldKind, Hooks, Initial, Methods, Projection, Resource, Run,
    Session, Show, View, render,
};
use crate::store::{Kind, Object, text};

pub(crate) use content::{Written, write};

/// `/export/`
pub(crate) static EXPORT: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Plain,
    fields: &[
        Field::choice("type", &["leads", "contacts", "lead_opps", OPPORTUNITIES])
            .starts(Initial::Text("leads"))
            .not_null(),
        Field::choice("format", &["csv", "json"]).required(),
        Field::choice("date_format", &["original", "iso8601", "excel"])
            .starts(Initial::Text("original"))
            .not_null(),
        Field::stored("status").starts(Initial::Text("created")),
        Field::stored("n_docs"),
        Field::stored("n_docs_processed").starts(Initial::Integer(0)),
        Field::stored("download_url"),
        Field::new("fields", FieldKind::List(&FieldKind::Text(0))),
        Field::new("params", FieldKind::Free).starts(Initial::Absent).shown(Show::Hidden),
        Field::new("s_query", FieldKind::Free),
        Field::new("sort", FieldKind::FreeList).starts(Initial::EmptyList),
        Field::count("results_limit"),
        Field::flag("include_activities", false),
        Field::flag("include_smart_fields", false),
        Field::flag("include_addresses", true).shown(Show::Hidden),
        Field::flag("include_custom_objects", false).shown(Show::Hidden),
        Field::flag("send_done_email", true),
        Field::stored("signature").starts(Initial::Absent).shown(Show::Hidden),
    ],
    event: Some("export.lead"),
    event_of: Some(|export| match text(export, "type") {
        Some(OPPORTUNITIES) => "export.opportunity".to_owned(),
        _ => "export.lead".to_owned(),
    }),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::Export, "export", "expo", "Export")
};

/// The type of an export of opportunities (documented).
const OPPORTUNITIES: &str = "opps";

/// Asking for exports, and the list of those of leads.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "export/lead", run: Run::Write(export_leads) },
    Action { method: Method::GET, path: "export/lead", run: Run::Read(list_leads) },
    Action { method: Method::POST, path: "export/opportunity", run: Run::Write(export_opportunities) },
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    selection::check(draft, false);
    let kind = text(&draft.object, "type");
    let flagged = draft.object.get("include_activities") == Some(&Value::Bool(true));
    let fits = kind == Some("leads") && text(&draft.object, "format") == Some("json");
    if flagged && !fits {
        draft.errors.add("include_activities", "Activities can only be included in JSON exports of leads.");
    }
    if kind == Some(OPPORTUNITIES)
        && let Err(refusal) = content::opportunities(session.view(), &draft.object)
    {
        draft.refuse(refusal);
    }
}

fn export_leads(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut wanted = call.body.clone();
    if text(&wanted, "type") == Some(OPPORTUNITIES) {
        return Err(Refusal::field("type", crate::resource::NOT_A_CHOICE));
    }
    wanted.shift_remove("params");
    export(session, call, &wanted)
}

fn export_opportunities(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut wanted = call.body.clone();
    wanted.retain(|name, _| {
        matches!(name.as_str(), "params" | "format" | "date_format" | "fields" | "send_done_email")
    });
    wanted.entry("params").or_insert_with(|| json!({}));
    wanted.insert("type".to_owned(), OPPORTUNITIES.into());
    export(session, call, &wanted)
}

fn export(session: &mut Session<'_>, call: &Call, wanted: &Object) -> Result<Answer, Refusal> {
    session.require("export")?;
    let origin = call.origin.as_deref().ok_or_else(|| {
        Refusal::bad_request("A Host header is needed: it says where the file can be fetched.")
    })?;
    let id = session.create(&EXPORT, wanted)?;
    let view = session.view();
    let export = view.find(Kind::Export, &id).ok_or(Refusal::NoObject(EXPORT.model))?;
    let found = content::numbers(view, export)?.len();
    let extension = text(export, "format").unwrap_or("json").to_owned();
    let name = text(export, "type").unwrap_or("leads").to_owned();
    let signature = format!("{:032x}", session.world.random().random::<u128>());
    let address = format!("{origin}{EXPORTS}{id}/{signature}/{name}.{extension}");
    session.amend(Kind::Export, &id, |export| {
        export.insert("status".to_owned(), "done".into());
        export.insert("n_docs".to_owned(), found.into());
        export.insert("n_docs_processed".to_owned(), found.into());
        export.insert("download_url".to_owned(), address.into());
        export.insert("signature".to_owned(), signature.into());
    });
    session.announce(Kind::Export, &id, "completed");
    let view = session.view();
    let export = view.find(Kind::Export, &id).ok_or(Refusal::NoObject(EXPORT.model))?;
    Ok(Answer::ok(render(view, &EXPORT, export, Detail::Single, &Projection::All)))
}

fn list_leads(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut rules = EXPORT.list;
    rules.keep = Some(|_, record, _| text(&record.object, "type") != Some(OPPORTUNITIES));
    crate::resource::envelope(view, &rules, crate::store::Shelf::Of(Kind::Export), call)
}

/// The filters of an export of opportunities, as they would stand in a query.
fn parameters(export: &Object) -> Parameters {
    let given = export.get("params").and_then(Value::as_object).cloned().unwrap_or_default();
    given.into_iter().map(|(name, value)| (name, crate::http::plain_parameter(&value))).collect()
}
