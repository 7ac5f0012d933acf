//! Statuses, pipelines, outcomes, integration links, forms and webhooks.

use serde_json::json;

use super::walk::{Walk, id, listed};
use crate::support::PIPELINE;

pub(super) async fn walk(walk: &mut Walk) {
    let status = walk.send("POST /status/lead/", &[], json!({"label": "Nurturing"})).await;
    walk.send("PUT /status/lead/{id}/", &[id(&status)], json!({"label": "Warm"})).await;
    walk.call("GET /status/lead/", &[]).await;
    walk.call("DELETE /status/lead/{id}/", &[id(&status)]).await;

    let body = json!({"label": "Trial", "type": "active", "pipeline_id": PIPELINE});
    let status = walk.send("POST /status/opportunity/", &[], body).await;
    walk.send("PUT /status/opportunity/{id}/", &[id(&status)], json!({"label": "Pilot"})).await;
    walk.call("GET /status/opportunity/", &[]).await;
    walk.call("DELETE /status/opportunity/{id}/", &[id(&status)]).await;

    let pipeline = walk.send("POST /pipeline/", &[], json!({"name": "Renewals"})).await;
    walk.send("PUT /pipeline/{id}/", &[id(&pipeline)], json!({"name": "Renewing"})).await;
    walk.call("GET /pipeline/", &[]).await;
    walk.call("DELETE /pipeline/{id}/", &[id(&pipeline)]).await;

    let body = json!({"name": "Booked", "description": "A date was found", "type": "custom"});
    let outcome = walk.send("POST /outcome/", &[], body).await;
    walk.send("PUT /outcome/{id}/", &[id(&outcome)], json!({"name": "Demo date"})).await;
    walk.call("GET /outcome/{id}/", &[id(&outcome)]).await;
    walk.call("GET /outcome/", &[]).await;
    walk.call("DELETE /outcome/{id}/", &[id(&outcome)]).await;

    let body =
        json!({"name": "Map", "type": "lead", "url": "https://maps.example.com/?q={{lead.display_name}}"});
    let link = walk.send("POST /integration_link/", &[], body).await;
    walk.send("PUT /integration_link/{id}/", &[id(&link)], json!({"name": "On the map"})).await;
    walk.call("GET /integration_link/{id}/", &[id(&link)]).await;
    walk.call("GET /integration_link/", &[]).await;
    walk.call("DELETE /integration_link/{id}/", &[id(&link)]).await;

    let forms = walk.call("GET /form/", &[]).await;
    walk.call("GET /form/{id}/", &[listed(&forms)]).await;

    let events = json!([{"object_type": "lead", "action": "created"}]);
    let body = json!({"url": "https://hooks.example.com/close", "events": events, "verify_ssl": true});
    let webhook = walk.send("POST /webhook/", &[], body).await;
    walk.send("PUT /webhook/{id}/", &[id(&webhook)], json!({"status": "paused"})).await;
    walk.call("GET /webhook/{id}/", &[id(&webhook)]).await;
    walk.call("GET /webhook/", &[]).await;
    walk.call("DELETE /webhook/{id}/", &[id(&webhook)]).await;
}
