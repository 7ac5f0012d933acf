//! Webhook endpoints and deliveries.

use jiff::Timestamp;
use latch_vault::{WebhookDelivery, WebhookEndpoint};
use serde_json::{Value, json};

use super::table::{ago, table};

/// An endpoint for programs.
pub(crate) fn endpoint_json(endpoint: &WebhookEndpoint) -> Value {
    json!({
        "id": endpoint.id,
        "url": endpoint.url.as_str(),
        "events": endpoint.events.iter().map(|event| event.as_str()).collect::<Vec<_>>(),
        "enabled": endpoint.enabled,
        "old_secret_until": endpoint.old_secret_until.map(|ends| ends.to_string()),
        "created_at": endpoint.created_at.to_string(),
    })
}

/// Endpoints for people.
pub(crate) fn endpoint_table(endpoints: &[WebhookEndpoint], now: Timestamp) -> String {
    let rows = endpoints
        .iter()
        .map(|endpoint| {
            let events: Vec<&str> = endpoint.events.iter().map(|event| short(event.as_str())).collect();
            [
                endpoint.id.clone(),
                endpoint.url.to_string(),
                if events.is_empty() { "all".to_owned() } else { events.join(", ") },
                if endpoint.enabled { "on" } else { "off" }.to_owned(),
                ago(endpoint.created_at, now),
            ]
        })
        .collect();
    table(["ENDPOINT ID", "URL", "EVENTS", "STATE", "CREATED"], rows)
}

/// A delivery for programs, with the event as it is sent.
pub(crate) fn delivery_json(delivery: &WebhookDelivery) -> Value {
    let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
    json!({
        "event_id": delivery.event_id,
        "endpoint_id": delivery.endpoint_id,
        "event": delivery.event,
        "state": state(delivery),
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": delivery.created_at.to_string(),
        "next_attempt_at": moment(delivery.next_attempt_at),
        "delivered_at": moment(delivery.delivered_at),
        "failed_at": moment(delivery.failed_at),
        "payload": serde_json::from_str::<Value>(&delivery.payload).unwrap_or_default(),
    })
}

/// Deliveries for people.
pub(crate) fn delivery_table(deliveries: &[WebhookDelivery], now: Timestamp) -> String {
    let rows = deliveries
        .iter()
        .map(|delivery| {
            [
                ago(delivery.created_at, now),
                delivery.event_id.clone(),
                short(&delivery.event).to_owned(),
                delivery.endpoint_id.clone(),
                state(delivery).to_owned(),
                delivery.attempts.to_string(),
                delivery.last_error.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    table(["WHEN", "EVENT ID", "EVENT", "ENDPOINT ID", "STATE", "ATTEMPTS", "LAST PROBLEM"], rows)
}

fn state(delivery: &WebhookDelivery) -> &'static str {
    match (delivery.delivered_at, delivery.failed_at) {
        (Some(_), _) => "delivered",
        (None, Some(_)) => "given up",
        (None, None) => "waiting",
    }
}

/// All but one event begin alike.
fn short(event: &str) -> &str {
    event.strip_prefix("connected_account.").unwrap_or(event)
}
