//! Sequences, templates, playbooks, scheduling links.

use serde_json::json;

use super::walk::{Walk, id};
use crate::support::{ANN, CONTACT, LEAD, TEMPLATE};

pub(super) async fn walk(walk: &mut Walk) {
    sequences(walk).await;
    templates(walk).await;
    playbooks(walk).await;
    scheduling_links(walk).await;
}

async fn sequences(walk: &mut Walk) {
    let body = json!({
        "name": "Follow up", "timezone": "America/Chicago",
        "schedule": {"ranges": [{"weekday": 1, "start": "09:00", "end": "17:00"}]},
        "steps": [{"email_template_id": TEMPLATE, "delay": 0}, {"step_type": "call", "delay": 86400}],
    });
    let sequence = walk.send("POST /sequence/", &[], body).await;
    let kept = sequence["steps"][0]["id"].clone();
    walk.send("PUT /sequence/{id}/", &[id(&sequence)], json!({"steps": [{"id": kept}]})).await;
    walk.call("GET /sequence/{id}/", &[id(&sequence)]).await;
    walk.call("GET /sequence/", &[]).await;

    let body = json!({"sequence_id": id(&sequence), "contact_id": CONTACT});
    let subscription = walk.send("POST /sequence_subscription/", &[], body).await;
    let paused = json!({"status": "paused"});
    walk.send("PUT /sequence_subscription/{id}/", &[id(&subscription)], paused).await;
    walk.call("GET /sequence_subscription/{id}/", &[id(&subscription)]).await;
    walk.find("GET /sequence_subscription/", &[("lead_id", LEAD)]).await;
    walk.find("GET /contact/", &[("lead_id", LEAD), ("_fields", "subscriptions")]).await;
    walk.call("DELETE /sequence/{id}/", &[id(&sequence)]).await;
}

async fn templates(walk: &mut Walk) {
    let body = json!({"name": "Thanks", "subject": "Thank you", "body": "Dear {{ contact.first_name }}"});
    let template = walk.send("POST /email_template/", &[], body).await;
    walk.send("PUT /email_template/{id}/", &[id(&template)], json!({"is_shared": true})).await;
    walk.call("GET /email_template/{id}/", &[id(&template)]).await;
    walk.call("GET /email_template/", &[]).await;
    let one = [("lead_id", LEAD), ("contact_id", CONTACT)];
    walk.ask("GET /email_template/{id}/render/", &[id(&template)], &one, None).await;
    walk.call("DELETE /email_template/{id}/", &[id(&template)]).await;

    let body = json!({"name": "Short", "text": "Hi {{ contact.first_name }}"});
    let template = walk.send("POST /sms_template/", &[], body).await;
    walk.send("PUT /sms_template/{id}/", &[id(&template)], json!({"status": "archived"})).await;
    walk.call("GET /sms_template/{id}/", &[id(&template)]).await;
    walk.call("GET /sms_template/", &[]).await;
    walk.call("DELETE /sms_template/{id}/", &[id(&template)]).await;
}

async fn playbooks(walk: &mut Walk) {
    let playbook = walk.send("POST /playbook/", &[], json!({"name": "Discovery"})).await;
    walk.send("PUT /playbook/{id}/", &[id(&playbook)], json!({"description": "First talk"})).await;
    walk.call("GET /playbook/{id}/", &[id(&playbook)]).await;
    walk.call("GET /playbook/", &[]).await;
    walk.call("POST /playbook/{id}/archive/", &[id(&playbook)]).await;
    walk.call("POST /playbook/{id}/unarchive/", &[id(&playbook)]).await;
    walk.call("DELETE /playbook/{id}/", &[id(&playbook)]).await;
}

async fn scheduling_links(walk: &mut Walk) {
    let body = json!({"name": "Chat", "url": "https://cal.example.com/ann", "description": "Half an hour"});
    let own = walk.send("POST /scheduling_link/", &[], body).await;
    walk.send("PUT /scheduling_link/{id}/", &[id(&own)], json!({"duration_in_minutes": 30})).await;
    walk.call("GET /scheduling_link/{id}/", &[id(&own)]).await;
    walk.call("GET /scheduling_link/", &[]).await;

    let body = json!({"name": "Team demo", "description": "Whoever is free"});
    let shared = walk.send("POST /shared_scheduling_link/", &[], body).await;
    walk.send("PUT /shared_scheduling_link/{id}/", &[id(&shared)], json!({"name": "Demo"})).await;
    walk.call("GET /shared_scheduling_link/{id}/", &[id(&shared)]).await;
    walk.call("GET /shared_scheduling_link/", &[]).await;
    let mapping = json!({"shared_scheduling_link_id": id(&shared), "user_scheduling_link_id": id(&own)});
    walk.send("POST /shared_scheduling_link_association/", &[], mapping).await;
    let body = json!({"shared_scheduling_link_id": id(&shared)});
    walk.send("POST /shared_scheduling_link_association/unmap/", &[], body).await;
    walk.call("DELETE /shared_scheduling_link/{id}/", &[id(&shared)]).await;
    walk.call("DELETE /scheduling_link/{id}/", &[id(&own)]).await;

    walk.house.connect_app("Calendar", ANN).await;
    let body = json!({"source_id": "one", "name": "Chat", "url": "https://cal.example.com/one"});
    walk.send("POST /scheduling_link/integration/", &[], body).await;
    walk.call("DELETE /scheduling_link/integration/{source_id}/", &["one"]).await;
    walk.house.become_user(ANN);
}
