//! The first page: how much there is, keys to copy, what happened last.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;

use super::log::{EventRow, latest};
use super::{Asked, Frame, respond, show};
use crate::http::Shared;
use crate::options::{ApiKeyInfo, OAuthAppInfo};
use crate::store::{Kind, Shelf};

/// How many events the first page shows.
const EVENTS: usize = 10;

#[derive(Template)]
#[template(path = "view/overview.html")]
struct Page {
    frame: Frame,
    counts: Vec<(&'static str, usize)>,
    keys: Vec<ApiKeyInfo>,
    app: OAuthAppInfo,
    events: Vec<EventRow>,
}

pub(super) async fn page(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    let (keys, app) = (crate::people::api_keys(&shared), shared.grants.demo_app());
    show(&shared, &asked, "/", |view, frame| {
        let count = |shelf| view.world.shelf_len(&view.caller.organization_id, shelf);
        let counts = vec![
            ("leads", count(Shelf::Of(Kind::Lead))),
            ("contacts", count(Shelf::Of(Kind::Contact))),
            ("opportunities", count(Shelf::Of(Kind::Opportunity))),
            ("tasks", count(Shelf::Of(Kind::Task))),
            ("activities", count(Shelf::Activities)),
        ];
        let events = latest(view, None, EVENTS);
        respond(StatusCode::OK, &Page { frame: frame("Overview"), counts, keys, app, events })
    })
}
