//! Smart Views, bulk actions, exports, enrichment and reports.

use serde_json::json;

use crate::support::{ANN, BOB, CLOSER, House, INDUSTRY, LEAD, POTENTIAL, QUALIFIED, each, id};

#[tokio::test]
async fn smart_views_hold_one_query() {
    let house = House::new().await;
    let node = json!({"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}]});
    let view = house.post("saved_search/", json!({"name": "All", "s_query": {"query": node}})).await;
    let search = &view["s_query"];
    assert_eq!((&search["sort"], &search["query"]["queries"][0]["negate"]), (&json!([]), &json!(false)));
    assert_eq!((&view["type"], &view["user_id"]), (&json!("lead"), &json!(ANN)));
    assert_eq!(each(&house.get("saved_search/").await, "name")[0], "All");
    assert_eq!(each(&house.get("saved_search/?type=contact").await, "name"), ["CEOs"]);
    let path = format!("saved_search/{}/", id(&view));
    let changed = house.put(&path, json!({"query": "name:Acme", "is_shared": true})).await;
    assert_eq!((&changed["s_query"], &changed["is_shared"]), (&json!(null), &json!(true)));
    let answer = house.try_post("saved_search/", json!({"name": "Nothing"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"s_query": "This field is required."}));
    assert_eq!(house.delete(&path).await, json!({}));
}

#[tokio::test]
async fn bulk_edits_change_what_a_query_finds() {
    let house = House::new().await;
    for name in ["One", "Two"] {
        house.post("lead/", json!({"name": name, "custom": {"Industry": ["Retail"]}})).await;
    }
    let retail = json!({
        "type": "field_condition",
        "field": {"type": "custom_field", "custom_field_id": INDUSTRY},
        "condition": {"type": "term", "values": ["Retail"]},
    });
    let body = json!({"s_query": retail, "type": "set_lead_status", "lead_status_id": QUALIFIED});
    let action = house.post("bulk_action/edit/", body).await;
    assert_eq!((&action["status"], &action["n_objects_processed"]), (&json!("done"), &json!(2)));
    let qualified = house.get(&format!("lead/?status_id={QUALIFIED}&_order_by=display_name")).await;
    assert_eq!(each(&qualified, "display_name"), ["One", "Two"]);
    let changes = house.get("event/?object_type=lead&action=updated").await;
    assert_eq!(changes["data"][0]["meta"]["bulk_action_id"], action["id"]);

    let body = json!({
        "s_query": {"type": "id", "value": LEAD}, "type": "set_custom_field", "custom_field_id": INDUSTRY,
        "custom_field_value": "Software", "custom_field_operation": "add",
    });
    house.post("bulk_action/edit/", body).await;
    let lead = house.get(&format!("lead/{LEAD}/")).await;
    assert_eq!(lead["custom"]["Industry"], json!(["Aerospace", "Software"]));
    let body = json!({"s_query": {"type": "moon"}, "type": "set_lead_status", "lead_status_id": QUALIFIED});
    let answer = house.try_post("bulk_action/edit/", body).await.refused(400);
    let refused = answer["field-errors"]["s_query"].as_str().unwrap();
    assert!(refused.starts_with("type: \"moon\" is not known. Allowed are and, or, "), "{refused}");
}

#[tokio::test]
async fn bulk_deletes_respect_limits_and_relations() {
    let house = House::new().await;
    let before = house.get("lead/?_fields=id").await;
    let called = house.post("lead/", json!({"name": "Called"})).await;
    house.post("activity/call/", json!({"lead_id": called["id"], "duration": 90})).await;
    house.post("lead/", json!({"name": "Quiet"})).await;
    let long_calls = json!({
        "type": "has_related", "this_object_type": "lead", "related_object_type": "activity.call",
        "related_query": {
            "type": "field_condition",
            "field": {"type": "regular_field", "object_type": "activity.call", "field_name": "duration"},
            "condition": {"type": "number_range", "gt": 60},
        },
    });
    let recent = json!({
        "type": "field_condition",
        "field": {"type": "regular_field", "object_type": "lead", "field_name": "date_created"},
        "condition": {"type": "moment_range", "on_or_after": {
            "type": "start_end_of_predefined_relative_period", "range": "today", "which": "start",
        }},
    });
    let body = json!({"s_query": {"type": "and", "queries": [long_calls, recent]}});
    assert_eq!(house.post("bulk_action/delete/", body).await["n_objects_processed"], 1);
    house.try_get(&format!("lead/{}/", id(&called))).await.refused(404);
    let body = json!({"s_query": {"type": "match_all"}, "results_limit": 1});
    house.post("bulk_action/delete/", body).await;
    assert_eq!(house.get("lead/?_fields=id").await, before);
    house.post("bulk_action/delete/", json!({"s_query": {"type": "match_all"}})).await;
    assert_eq!(house.get("lead/?_limit=0").await["total_results"], 0);
}

#[tokio::test]
async fn exports_count_what_they_would_hold() {
    let house = House::new().await;
    for status in [POTENTIAL, QUALIFIED] {
        house.post("lead/", json!({"name": "Other", "status_id": status, "description": "exported"})).await;
    }
    let node = json!({
        "type": "field_condition",
        "field": {"type": "regular_field", "object_type": "lead", "field_name": "status_id"},
        "condition": {"type": "reference", "reference_type": "status.lead", "object_ids": [POTENTIAL]},
    });
    let said = json!({"type": "text", "value": "exported", "mode": "full_words"});
    let node = json!({"type": "and", "queries": [node, said]});
    let export = house.post("export/lead/", json!({"format": "csv", "s_query": node})).await;
    assert_eq!((&export["n_docs"], &export["status"]), (&json!(1), &json!("done")));
    assert_eq!(house.get(&format!("export/{}/", id(&export))).await["format"], "csv");
    let answer = house.try_post("export/lead/", json!({})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"format": "This field is required."}));
}

#[tokio::test]
async fn enrichment_finds_a_value_the_field_can_hold() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "Blank"})).await;
    let body = json!({
        "organization_id": CLOSER, "object_type": "lead", "object_id": lead["id"], "field_id": INDUSTRY,
    });
    let found = house.post("enrich_field/", body.clone()).await;
    assert_eq!(found["confidence"], "high");
    let value = found["value"].clone();
    assert!(["Aerospace", "Retail", "SaaS", "Software"].contains(&value.as_str().unwrap()));
    let lead = house.get(&format!("lead/{}/", id(&lead))).await;
    assert_eq!(lead["custom"]["Industry"], json!([value]));
    assert_eq!(house.post("enrich_field/", body).await["value"], value);
    house.try_post("enrich_field/", json!({"organization_id": CLOSER})).await.refused(400);
}

#[tokio::test]
async fn activity_reports_count_the_data() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "A"})).await;
    for (duration, user) in [(30, ANN), (90, ANN), (60, BOB)] {
        let call =
            json!({"lead_id": lead["id"], "direction": "outbound", "duration": duration, "user_id": user});
        house.post("activity/call/", call).await;
    }
    let metrics = json!([
        "calls.outbound.all.count",
        "calls.all.all.avg_duration",
        "leads.created.all.count",
        "leads.contacted.all.count",
    ]);
    let body = json!({"type": "comparison", "relative_range": "today", "metrics": metrics});
    let report = house.post("report/activity/", body).await;
    let totals = &report["aggregations"]["totals"];
    assert_eq!(
        totals,
        &json!({
            "calls.outbound.all.count": 3, "calls.all.all.avg_duration": 60, "leads.created.all.count": 1,
            "leads.contacted.all.count": 1,
        })
    );
    let rows = report["data"].as_array().unwrap();
    let ann = rows.iter().find(|row| row["user_id"] == ANN).unwrap();
    assert_eq!(ann["calls.outbound.all.count"], 2);

    let body = json!({
        "type": "overview", "metrics": ["calls.all.all.count"],
        "datetime_range": {"start": "2026-11-22T00:00:00Z", "end": "2026-11-25T00:00:00Z"}, "users": [BOB],
    });
    let report = house.post("report/activity/", body).await;
    assert_eq!(each(&report, "calls.all.all.count"), [0, 0, 1]);
    assert_eq!(report["data"][2]["datetime"], "2026-11-24T00:00:00Z");
    let answer =
        house.try_post("report/activity/", json!({"type": "overview", "relative_range": "today"})).await;
    assert_eq!(
        answer.refused(400),
        json!({"errors": [], "field-errors": {"metrics": "This field is required."}})
    );
    assert!(house.get("report/activity/metrics/").await["metrics"].as_array().unwrap().len() > 70);
}
