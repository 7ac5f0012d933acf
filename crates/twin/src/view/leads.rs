//! Leads: the list with its search bar, and one lead with everything about it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::timeline::{Entry, timeline};
use super::{Asked, Frame, lead_link, link, missing, respond, said, show, when};
use crate::http::Shared;
use crate::objects::{lead_display_name, resource_of};
use crate::query;
use crate::resource::{Detail, Projection, View, render};
use crate::store::{Created, Kind, Object, Shelf, text};

/// Leads on one page.
const PAGE: usize = 50;

struct Row {
    path: String,
    name: String,
    status: String,
    contacts: usize,
    opportunities: usize,
    created: String,
}

#[derive(Template)]
#[template(path = "view/leads.html")]
struct ListPage {
    frame: Frame,
    organization: String,
    query: String,
    problem: Option<String>,
    total: usize,
    previous: Option<String>,
    next: Option<String>,
    leads: Vec<Row>,
}

pub(super) async fn list(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    show(&shared, &asked, "/view/leads", |view, frame| {
        let organization = &view.caller.organization_id;
        let position = asked.page.parse::<usize>().unwrap_or(1).clamp(1, 1_000_000) - 1;
        let mut problem = None;
        let (total, numbers): (usize, Vec<u32>) = if asked.query.trim().is_empty() {
            let all = view.world.numbers(organization, Shelf::Of(Kind::Lead), Created::EVER).rev();
            let total = view.world.shelf_len(organization, Shelf::Of(Kind::Lead));
            (total, all.skip(position * PAGE).take(PAGE).collect())
        } else {
            match query::parse(&asked.query) {
                Ok(query) => {
                    let found = query.find(view);
                    (found.len(), found.into_iter().skip(position * PAGE).take(PAGE).collect())
                }
                Err(error) => {
                    problem = Some(error.to_string());
                    (0, Vec::new())
                }
            }
        };
        let page = |number: usize| {
            link("/view/leads", organization, &[("query", &asked.query), ("page", &number.to_string())])
        };
        let page = ListPage {
            frame: frame("Leads"),
            organization: organization.clone(),
            query: asked.query.clone(),
            problem,
            total,
            previous: (position > 0).then(|| page(position)),
            next: ((position + 1) * PAGE < total).then(|| page(position + 2)),
            leads: numbers.into_iter().filter_map(|number| row(view, number)).collect(),
        };
        respond(StatusCode::OK, &page)
    })
}

fn row(view: View<'_>, number: u32) -> Option<Row> {
    let lead = &view.world.at(number)?.object;
    let id = text(lead, "id")?;
    Some(Row {
        path: lead_link(view, id),
        name: lead_display_name(view, lead),
        status: status(view, lead),
        contacts: view.world.shelf_len(id, Shelf::Of(Kind::Contact)),
        opportunities: view.world.shelf_len(id, Shelf::Of(Kind::Opportunity)),
        created: when(&said(lead, "date_created")),
    })
}

fn status(view: View<'_>, lead: &Object) -> String {
    let label = view.member_of(Kind::LeadStatus, text(lead, "status_id"), "label");
    label.as_str().unwrap_or_default().to_owned()
}

/// Things of one sort that belong to a lead: what they are, and more about them.
struct Group {
    title: &'static str,
    rows: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "view/lead.html")]
struct LeadPage {
    frame: Frame,
    id: String,
    status: String,
    description: String,
    groups: Vec<Group>,
    timeline: Vec<Entry>,
    /// How many activities are older than those shown.
    more: usize,
}

pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    show(&shared, &asked, "/view/leads", |view, frame| {
        let Some(lead) = view.find(Kind::Lead, &id) else { return missing(frame("Not found"), &id) };
        let lead = render(view, resource_of(Kind::Lead), lead, Detail::Single, &Projection::All);
        let (timeline, more) = timeline(view, &id);
        let page = LeadPage {
            frame: frame(text(&lead, "display_name").unwrap_or("Untitled")),
            status: said(&lead, "status_label"),
            description: said(&lead, "description"),
            groups: groups(&lead),
            timeline,
            more,
            id: id.clone(),
        };
        respond(StatusCode::OK, &page)
    })
}

fn groups(lead: &Object) -> Vec<Group> {
    let each = |list: &str, row: &dyn Fn(&Object) -> (String, String)| -> Vec<(String, String)> {
        let objects = lead.get(list).and_then(Value::as_array).into_iter().flatten();
        objects.filter_map(Value::as_object).map(row).collect()
    };
    let rows = |object: &Object, list: &str, member: &str| -> Vec<String> {
        let rows = object.get(list).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get(member)?.as_str().map(str::to_owned)).collect()
    };
    let joined = |parts: Vec<String>| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let customs = lead.get("custom").and_then(Value::as_object).into_iter().flatten();
    let custom = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    vec![
        Group {
            title: "Contacts",
            rows: each("contacts", &|person| {
                let mut about = vec![said(person, "title")];
                about.extend(rows(person, "emails", "email"));
                about.extend(rows(person, "phones", "phone_formatted"));
                (said(person, "display_name"), joined(about))
            }),
        },
        Group {
            title: "Opportunities",
            rows: each("opportunities", &|deal| {
                let about = vec![said(deal, "status_label"), said(deal, "date_won"), said(deal, "note")];
                (text(deal, "value_formatted").unwrap_or("No value").to_owned(), joined(about))
            }),
        },
        Group {
            title: "Open tasks",
            rows: each("tasks", &|task| {
                let what = [said(task, "text"), said(task, "subject"), said(task, "_type").replace('_', " ")];
                let what = what.into_iter().find(|part| !part.is_empty()).unwrap_or_default();
                (what, joined(vec![when(&said(task, "date")), said(task, "assigned_to_name")]))
            }),
        },
        Group {
            title: "Custom fields",
            rows: customs.map(|(name, value)| (name.clone(), custom(value))).collect(),
        },
    ]
}
