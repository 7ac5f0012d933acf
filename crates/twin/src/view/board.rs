//! The pipelines: a column for each status, a card for each opportunity.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;

use super::log::shortened;
use super::{Asked, Frame, lead_link, respond, said, show};
use crate::http::Shared;
use crate::objects::{opportunity_statuses, resource_of};
use crate::resource::{Detail, Projection, View, render};
use crate::store::{Kind, Object, text};

/// Most cards in a column; the newest are shown.
const MOST: usize = 50;

struct Pipeline {
    name: String,
    columns: Vec<Column>,
}

struct Column {
    label: String,
    count: usize,
    cards: Vec<Card>,
}

struct Card {
    lead: String,
    path: String,
    value: String,
    confidence: String,
    owner: String,
    note: String,
}

#[derive(Template)]
#[template(path = "view/pipeline.html")]
struct Page {
    frame: Frame,
    pipelines: Vec<Pipeline>,
}

pub(super) async fn page(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    show(&shared, &asked, "/view/pipeline", |view, frame| {
        let pipelines = view.all(Kind::Pipeline).map(|pipeline| Pipeline {
            name: said(pipeline, "name"),
            columns: opportunity_statuses(view, pipeline)
                .into_iter()
                .map(|status| column(view, status))
                .collect(),
        });
        respond(StatusCode::OK, &Page { frame: frame("Pipeline"), pipelines: pipelines.collect() })
    })
}

fn column(view: View<'_>, status: &Object) -> Column {
    let (organization, id) = (&view.caller.organization_id, text(status, "id").unwrap_or_default());
    let deals = view.world.holding(organization, Kind::Opportunity, "status_id", id).rev().take(MOST);
    let cards = deals.filter_map(|number| view.world.at(number)).map(|record| {
        let deal = render(view, resource_of(record.kind), &record.object, Detail::Listed, &Projection::All);
        Card {
            lead: said(&deal, "lead_name"),
            path: lead_link(view, text(&deal, "lead_id").unwrap_or_default()),
            value: text(&deal, "value_formatted").unwrap_or("no value").to_owned(),
            confidence: said(&deal, "confidence"),
            owner: said(&deal, "user_name"),
            note: shortened(&said(&deal, "note")),
        }
    });
    let count = view.world.holding_len(organization, Kind::Opportunity, "status_id", id);
    Column { label: said(status, "label"), count, cards: cards.collect() }
}
