//! Searches, Smart Views, what is done to all that they find, reports and the log of events.

use serde_json::json;

use super::walk::{Walk, id, listed};
use crate::support::{CLOSER, INDUSTRY, LEAD, PIPELINE, QUALIFIED, SEQUENCE, TEMPLATE};

pub(super) async fn walk(walk: &mut Walk) {
    smart_views(walk).await;
    bulk_actions(walk).await;
    exports(walk).await;
    reports(walk).await;
    let events = walk.call("GET /event/", &[]).await;
    walk.call("GET /event/{id}/", &[listed(&events)]).await;
    let body = json!({
        "organization_id": CLOSER, "object_type": "lead", "object_id": LEAD, "field_id": INDUSTRY,
        "overwrite_existing_value": true,
    });
    walk.send("POST /enrich_field/", &[], body).await;
}

async fn smart_views(walk: &mut Walk) {
    let body =
        json!({"query": {"type": "object_type", "object_type": "lead"}, "include_counts": true, "_limit": 2});
    walk.send("POST /data/search/", &[], body).await;
    let view = walk.send("POST /saved_search/", &[], json!({"name": "Acme", "query": "acme"})).await;
    walk.send("PUT /saved_search/{id}/", &[id(&view)], json!({"name": "All of Acme"})).await;
    walk.call("GET /saved_search/{id}/", &[id(&view)]).await;
    walk.call("GET /saved_search/", &[]).await;
    walk.call("DELETE /saved_search/{id}/", &[id(&view)]).await;
}

async fn bulk_actions(walk: &mut Walk) {
    let acme = json!({"type": "id", "value": LEAD});
    let body = json!({"s_query": acme, "type": "set_lead_status", "lead_status_id": QUALIFIED});
    let action = walk.send("POST /bulk_action/edit/", &[], body).await;
    walk.call("GET /bulk_action/edit/{id}/", &[id(&action)]).await;
    walk.call("GET /bulk_action/edit/", &[]).await;
    let body = json!({"s_query": acme, "template_id": TEMPLATE, "contact_preference": "lead"});
    let action = walk.send("POST /bulk_action/email/", &[], body).await;
    walk.call("GET /bulk_action/email/{id}/", &[id(&action)]).await;
    walk.call("GET /bulk_action/email/", &[]).await;
    let body = json!({"s_query": acme, "action_type": "pause", "sequence_id": SEQUENCE});
    let action = walk.send("POST /bulk_action/sequence_subscription/", &[], body).await;
    walk.call("GET /bulk_action/sequence_subscription/{id}/", &[id(&action)]).await;
    walk.call("GET /bulk_action/sequence_subscription/", &[]).await;
    let nobody = json!({"s_query": {"type": "match_all"}, "results_limit": 0});
    let action = walk.send("POST /bulk_action/delete/", &[], nobody).await;
    walk.call("GET /bulk_action/delete/{id}/", &[id(&action)]).await;
    walk.call("GET /bulk_action/delete/", &[]).await;
}

async fn exports(walk: &mut Walk) {
    let body =
        json!({"format": "json", "s_query": {"type": "id", "value": LEAD}, "include_activities": true});
    let export = walk.send("POST /export/lead/", &[], body).await;
    let body = json!({"format": "csv", "params": {"lead_id": LEAD}, "date_format": "iso8601"});
    walk.send("POST /export/opportunity/", &[], body).await;
    walk.call("GET /export/{id}/", &[id(&export)]).await;
    walk.call("GET /export/", &[]).await;
}

async fn reports(walk: &mut Walk) {
    let body =
        json!({"type": "comparison", "metrics": ["calls.all.all.count"], "relative_range": "this-month"});
    walk.send("POST /report/activity/", &[], body).await;
    walk.call("GET /report/activity/metrics/", &[]).await;
    let year = json!({"start": "2026-01-01T00:00:00Z", "end": "2026-12-31T00:00:00Z"});
    let body = json!({
        "pipeline": PIPELINE, "type": "created-cohort", "report_datetime_range": year, "cohort_datetime_range": year,
    });
    walk.send("POST /report/funnel/opportunity/stages/", &[], body.clone()).await;
    walk.send("POST /report/funnel/opportunity/totals/", &[], body).await;
    walk.call("GET /report/statuses/lead/{org_id}/", &[CLOSER]).await;
    walk.call("GET /report/statuses/opportunity/{org_id}/", &[CLOSER]).await;
    walk.call("GET /report/sent_emails/{org_id}/", &[CLOSER]).await;
    walk.call("GET /report/custom/{org_id}/", &[CLOSER]).await;
    walk.call("GET /report/custom/fields/", &[]).await;
}
