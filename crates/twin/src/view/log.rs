//! What happened: events with what they changed, and the deliveries of webhooks.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::{Asked, Frame, lead_link, link, respond, said, show, when};
use crate::delivery::RecordedDelivery;
use crate::http::Shared;
use crate::objects::lead_display_name;
use crate::resource::View;
use crate::store::{Axis, Kind, Object, text};

/// How many events and deliveries a page shows.
const MOST: usize = 100;

/// Most letters of a value in a list of changes.
const LETTERS: usize = 80;

/// One event.
pub(super) struct EventRow {
    pub(super) at: String,
    pub(super) object_type: String,
    pub(super) action: String,
    pub(super) who: String,
    pub(super) lead: Option<(String, String)>,
    pub(super) changes: Vec<(String, String, String)>,
}

/// The latest events of an organization, or of one of its leads.
pub(super) fn latest(view: View<'_>, lead_id: Option<&str>, most: usize) -> Vec<EventRow> {
    let line = match lead_id {
        Some(lead) => (Axis::Lead, lead),
        None => (Axis::Organization, view.caller.organization_id.as_str()),
    };
    let events = view.world.world().events.backwards(line, None, Timestamp::MIN);
    let mine = |event: &&Object| text(event, "organization_id") == Some(&view.caller.organization_id);
    events.filter(mine).take(most).map(|event| row(view, event)).collect()
}

fn row(view: View<'_>, event: &Object) -> EventRow {
    let lead = text(event, "lead_id").and_then(|id| view.find(Kind::Lead, id));
    let lead = lead
        .map(|lead| (lead_display_name(view, lead), lead_link(view, text(lead, "id").unwrap_or_default())));
    let who = view.user_name(text(event, "user_id"));
    let names = event.get("changed_fields").and_then(Value::as_array).into_iter().flatten();
    let value = |side: &str, name: &str| {
        let value = event.get(side).and_then(|object| object.get(name));
        let written = match value {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        shortened(&written)
    };
    let told = names.filter_map(Value::as_str).filter(|name| !name.starts_with("date_updated"));
    let changes =
        told.map(|name| (name.to_owned(), value("previous_data", name), value("data", name))).collect();
    EventRow {
        at: when(&said(event, "date_updated")),
        object_type: said(event, "object_type"),
        action: said(event, "action"),
        who: who.as_str().unwrap_or("the twin").to_owned(),
        lead,
        changes,
    }
}

/// The beginning of a long text.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(LETTERS).collect();
    format!("{beginning}…")
}

#[derive(Template)]
#[template(path = "view/events.html")]
struct EventsPage {
    frame: Frame,
    /// The same page, following or not.
    other: String,
    events: Vec<EventRow>,
}

pub(super) async fn events(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    show(&shared, &asked, "/view/events", |view, frame| {
        let lead_id = asked.lead_id.as_deref().filter(|id| !id.is_empty());
        let mut more: Vec<(&str, &str)> = lead_id.map(|id| ("lead_id", id)).into_iter().collect();
        if asked.live.is_none() {
            more.push(("live", "1"));
        }
        let other = link("/view/events", &view.caller.organization_id, &more);
        let events = latest(view, lead_id, MOST);
        respond(StatusCode::OK, &EventsPage { frame: frame("Events"), other, events })
    })
}

#[derive(Template)]
#[template(path = "view/deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    subscriptions: Vec<(String, String, String)>,
    deliveries: Vec<RecordedDelivery>,
}

pub(super) async fn deliveries(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    let mut deliveries = shared.outbox.deliveries();
    show(&shared, &asked, "/view/deliveries", |view, frame| {
        let own = |delivery: &RecordedDelivery| view.find(Kind::Webhook, &delivery.subscription_id).is_some();
        deliveries.retain(own);
        deliveries.reverse();
        deliveries.truncate(MOST);
        for delivery in &mut deliveries {
            delivery.at = when(&delivery.at);
        }
        let subscriptions = view.all(Kind::Webhook).map(|webhook| {
            let events = webhook.get("events").and_then(Value::as_array).into_iter().flatten();
            let events: Vec<String> = events
                .map(|event| {
                    let part = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
                    format!("{} {}", part("object_type"), part("action"))
                })
                .collect();
            (said(webhook, "url"), said(webhook, "status"), events.join(", "))
        });
        let page =
            DeliveriesPage { frame: frame("Webhooks"), subscriptions: subscriptions.collect(), deliveries };
        respond(StatusCode::OK, &page)
    })
}
