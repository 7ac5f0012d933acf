//! Bodies with one member of the wrong kind: whatever it is, it is understood or refused, and nothing breaks.

use serde_json::{Value, json};

use crate::support::{ACTIVITY_TYPE, ANN, CLOSER, House, INDUSTRY, PIPELINE, SEQUENCE, TEMPLATE};

/// Bodies that are fine, of operations that take many members.
fn fine() -> Vec<(&'static str, Value)> {
    let range = json!({"start": "2026-11-01T00:00:00Z", "end": "2026-11-30T00:00:00Z"});
    let everything = json!({"type": "match_all", "negate": false});
    let query = json!({"type": "saved_search", "saved_search_id": "save_none"});
    let funnel = json!({
        "pipeline": PIPELINE, "type": "created-cohort", "report_datetime_range": range, "cohort_datetime_range": range,
        "compared_datetime_range": null, "compared_custom_range": null, "users": [ANN], "query": null,
    });
    vec![
        (
            "report/activity/",
            json!({
                "type": "overview", "metrics": ["calls.all.all.count"], "datetime_range": range, "relative_range": null,
                "users": [ANN], "query": query,
            }),
        ),
        ("report/funnel/opportunity/stages/", funnel.clone()),
        ("report/funnel/opportunity/totals/", funnel),
        (
            "export/lead/",
            json!({
                "format": "csv", "type": "leads", "s_query": everything, "results_limit": 1, "sort": [], "fields": ["id"],
                "date_format": "excel", "include_activities": false, "include_smart_fields": true,
                "include_addresses": true, "include_custom_objects": true, "send_done_email": false,
            }),
        ),
        ("export/opportunity/", json!({"format": "json", "params": {"lead_id": "lead_x"}, "fields": ["id"]})),
        (
            "bulk_action/edit/",
            json!({
                "s_query": everything, "type": "set_custom_field", "custom_field_id": INDUSTRY, "custom_field_name": null,
                "custom_field_value": "Retail", "custom_field_values": ["Retail"], "custom_field_operation": "add",
                "lead_status_id": null, "results_limit": 1, "sort": [],
            }),
        ),
        (
            "bulk_action/edit/",
            json!({
                "s_query": everything, "type": "set_activity_custom_field", "custom_field_id": ACTIVITY_TYPE,
                "custom_field_value": {"a": []},
            }),
        ),
        (
            "bulk_action/email/",
            json!({
                "s_query": everything, "template_id": TEMPLATE, "contact_preference": "all", "sender": "Ann <a@b.example>",
                "email_account_id": null, "results_limit": 1,
            }),
        ),
        (
            "bulk_action/sequence_subscription/",
            json!({
                "s_query": everything, "action_type": "reassign", "sequence_id": SEQUENCE, "calls_assigned_to": [ANN],
                "sender_name": "Ann", "sender_email": "ann@closer.example.com", "results_limit": 1,
            }),
        ),
        (
            "bulk_action/delete/",
            json!({"s_query": everything, "bulk_object_type": "call", "results_limit": 1}),
        ),
    ]
}

fn junk() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}\u{10ffff}'\"\\%"),
        json!([]),
        json!([null, [[]], {"": ""}]),
        json!({}),
        json!({"type": "and", "queries": [{}]}),
        json!({"start": "9999-12-31T23:59:59Z", "end": "9999-12-31T23:59:59.999999999Z"}),
        json!({"start": "-009999-01-01T00:00:00Z", "end": "9999-12-30T00:00:00Z"}),
    ]
}

#[tokio::test]
async fn nothing_in_a_body_breaks_reports_exports_and_bulk_actions() {
    let house = House::new().await;
    for (path, body) in fine() {
        for name in body.as_object().unwrap().keys() {
            for wrong in junk() {
                let mut body = body.clone();
                body[name] = wrong;
                let answer = house.try_post(path, body.clone()).await;
                assert!(answer.status.as_u16() < 500, "{path} {body}: {}", answer.body);
                if let Some(file) = answer.body["download_url"].as_str() {
                    let fetched = reqwest::get(file).await.unwrap();
                    assert!(fetched.status().as_u16() < 500, "{path} {body}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_in_a_query_breaks_reports() {
    let house = House::new().await;
    let names = [
        "query",
        "smart_view_id",
        "date_start",
        "date_end",
        "user_id",
        "x",
        "y",
        "group_by",
        "transform_y",
        "interval",
        "start",
        "end",
    ];
    let values = [
        "",
        " ",
        "(",
        "\"",
        "*",
        "name:a sort:name",
        "-1",
        "0",
        "1e400",
        "99999999999",
        "9999-12-31",
        "0000-00-00",
        "-009999-01-01",
        "lead.",
        ".",
        "lead.count",
        "opportunity.value",
        "lead.custom.Employees",
        "lead.date_created",
        "lead.custom.",
        "hour",
        "\u{10ffff}",
    ];
    for report in ["statuses/lead", "statuses/opportunity", "sent_emails", "custom"] {
        for name in names {
            for value in values {
                let request = house.request(reqwest::Method::GET, &format!("report/{report}/{CLOSER}/"));
                let answer = house.send(request.query(&[(name, value), ("x", "lead.date_created")])).await;
                assert!(answer.status.as_u16() < 500, "{report} {name}={value}: {}", answer.body);
            }
        }
    }
}
