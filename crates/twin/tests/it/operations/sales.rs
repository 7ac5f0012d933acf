//! Leads, contacts, opportunities and tasks.

use serde_json::json;

use super::walk::{Walk, id};
use crate::support::{ANN, INDUSTRY, LEAD, PIPELINE, PROPOSAL_SENT, QUALIFIED, WON};

pub(super) async fn walk(walk: &mut Walk) {
    leads(walk).await;
    contacts(walk).await;
    opportunities(walk).await;
    tasks(walk).await;
}

async fn leads(walk: &mut Walk) {
    let address = json!({"label": "business", "city": "Austin", "state": "TX", "country": "US"});
    let person = json!({
        "name": "Ada Park", "title": "Owner", "emails": [{"type": "office", "email": "ada@park.example.com"}],
        "phones": [{"type": "mobile", "phone": "+15125550144"}], "urls": [{"type": "url", "url": "https://park.example.com"}],
    });
    let body = json!({"name": "Park & Sons", "addresses": [address], "contacts": [person]});
    let lead = walk.send("POST /lead/", &[], body).await;
    let body = json!({"status_id": QUALIFIED, format!("custom.{INDUSTRY}"): ["Retail"]});
    walk.send("PUT /lead/{id}/", &[id(&lead)], body).await;
    walk.call("GET /lead/{id}/", &[LEAD]).await;
    walk.call("GET /lead/", &[]).await;
    walk.find(
        "GET /lead/",
        &[("_limit", "1"), ("_fields", "id,custom,tasks,summaries,primary_email,recent_calls")],
    )
    .await;
    let other = walk.send("POST /lead/", &[], json!({"name": "Park and Sons"})).await;
    let body = json!({"source": id(&other), "destination": id(&lead)});
    walk.send("POST /lead/merge/", &[], body).await;
    walk.call("DELETE /lead/{id}/", &[id(&lead)]).await;
}

async fn contacts(walk: &mut Walk) {
    let body = json!({"lead_id": LEAD, "name": "Road Runner", "phones": [{"phone": "+15125550199"}]});
    let contact = walk.send("POST /contact/", &[], body).await;
    walk.send("PUT /contact/{id}/", &[id(&contact)], json!({"title": "Courier"})).await;
    walk.find("GET /contact/", &[("lead_id", LEAD)]).await;
    let extra = "subscriptions,recent_calls,timezone,timezone_source";
    walk.find("GET /contact/", &[("_limit", "5"), ("_fields", extra)]).await;
    walk.call("GET /contact/{id}/", &[id(&contact)]).await;
    walk.call("DELETE /contact/{id}/", &[id(&contact)]).await;
}

async fn opportunities(walk: &mut Walk) {
    let body = json!({
        "lead_id": LEAD, "pipeline_id": PIPELINE, "status_id": PROPOSAL_SENT, "value": 5000, "confidence": 75,
        "value_period": "monthly", "note": "Soon", "date_won": "2026-12-24", "user_id": ANN,
    });
    let opportunity = walk.send("POST /opportunity/", &[], body).await;
    walk.send("PUT /opportunity/{id}/", &[id(&opportunity)], json!({"status_id": WON})).await;
    walk.call("GET /opportunity/{id}/", &[id(&opportunity)]).await;
    walk.call("GET /opportunity/", &[]).await;
    walk.find("GET /opportunity/", &[("lead_id", LEAD), ("_order_by", "-value")]).await;
    walk.call("DELETE /opportunity/{id}/", &[id(&opportunity)]).await;
}

async fn tasks(walk: &mut Walk) {
    let body = json!({"_type": "lead", "lead_id": LEAD, "text": "Call back", "date": "2026-11-30"});
    let task = walk.send("POST /task/", &[], body).await;
    let call = json!({"_type": "outgoing_call", "lead_id": LEAD, "text": "Ring", "priority": "high"});
    walk.send("POST /task/", &[], call).await;
    walk.find("GET /task/", &[("_type", "all"), ("view", "inbox")]).await;
    walk.find("GET /task/", &[("_type", "all")]).await;
    let both = [("id__in", id(&task))];
    walk.ask("PUT /task/", &[], &both, Some(&json!({"date": "2026-12-01"}))).await;
    walk.send("PUT /task/{id}/", &[id(&task)], json!({"is_complete": true})).await;
    walk.call("GET /task/{id}/", &[id(&task)]).await;
    walk.call("DELETE /task/{id}/", &[id(&task)]).await;
}
