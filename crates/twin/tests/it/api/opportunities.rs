//! Opportunities: money, statuses, what winning does, sums over lists.

use serde_json::{Value, json};

use crate::support::{ANN, CONTACT, House, LEAD, LOST, PIPELINE, PROPOSAL_SENT, WON, each, id};

#[tokio::test]
async fn values_are_worked_out_in_cents() {
    let house = House::new().await;
    let body =
        json!({"lead_id": LEAD, "value": 5000, "value_period": "monthly", "confidence": 75, "note": "Hi"});
    let deal = house.post("opportunity/", body).await;
    assert_eq!(
        [&deal["expected_value"], &deal["annualized_value"], &deal["annualized_expected_value"]],
        [&json!(3750), &json!(60000), &json!(45000)]
    );
    assert_eq!((&deal["value_formatted"], &deal["value_currency"]), (&json!("$50 monthly"), &json!("USD")));
    assert_eq!((&deal["status_id"], &deal["pipeline_id"]), (&json!(PROPOSAL_SENT), &json!(PIPELINE)));
    assert_eq!((&deal["user_id"], &deal["lead_name"]), (&json!(ANN), &json!("Acme Rockets")));
    assert_eq!(deal["note_html"], "<body><p>Hi</p></body>");
    let bare = house.post("opportunity/", json!({})).await;
    assert_eq!((&bare["lead_name"], &bare["confidence"]), (&json!("Untitled"), &json!(50)));
    assert_eq!((&bare["value"], &bare["expected_value"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn winning_sets_the_date_where_the_caller_is() {
    let mut house = House::new().await;
    house.travel("10");
    let deal = house.post("opportunity/", json!({"lead_id": LEAD, "value": 100_000})).await;
    let path = format!("opportunity/{}/", id(&deal));
    let won = house.put(&path, json!({"status_id": WON})).await;
    assert_eq!((&won["date_won"], &won["status_type"]), (&json!("2026-11-25"), &json!("won")));
    let changes =
        house.get(&format!("activity/status_change/opportunity/?opportunity_id={}", id(&deal))).await;
    assert_eq!(changes["data"][0]["new_status_label"], "Won");
    assert_eq!(changes["data"][0]["opportunity_value_formatted"], "$1,000");
    let lost = house.put(&path, json!({"status_id": LOST})).await;
    assert_eq!(
        (&lost["date_won"], &lost["date_lost"]),
        (&json!("2026-11-25"), &json!("2026-11-24T15:00:00+00:00"))
    );
    let again = house.put(&path, json!({"status": "Proposal sent"})).await;
    assert_eq!((&again["status_id"], &again["date_lost"]), (&json!(PROPOSAL_SENT), &Value::Null));
}

#[tokio::test]
async fn statuses_belong_to_their_pipeline() {
    let house = House::new().await;
    let other = house
        .post("pipeline/", json!({"name": "Renewals", "statuses": [{"label": "Due", "type": "active"}]}))
        .await;
    let deal = house.post("opportunity/", json!({"lead_id": LEAD, "pipeline_id": other["id"]})).await;
    assert_eq!((&deal["status_label"], &deal["pipeline_name"]), (&json!("Due"), &json!("Renewals")));
    assert_eq!(deal["status_display_name"], "Due (Renewals)");
    let body = json!({"lead_id": LEAD, "pipeline_id": other["id"], "status_id": WON});
    let answer = house.try_post("opportunity/", body).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"status": "The status does not belong to the pipeline."}));
    let answer =
        house.try_post("opportunity/", json!({"lead_id": LEAD, "pipeline_id": "pipe_x"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"pipeline": "Object does not exist."}));
    let lead = house.post("lead/", json!({"name": "Other"})).await;
    let answer = house.try_post("opportunity/", json!({"lead_id": lead["id"], "contact_id": CONTACT})).await;
    assert_eq!(answer.refused(400)["field-errors"], json!({"contact": "Object does not exist."}));
    let answer =
        house.try_post("opportunity/", json!({"lead_id": LEAD, "confidence": 101, "value": "12"})).await;
    let expected =
        json!({"confidence": "The value must be at most 100.", "value": "Value must be of int type."});
    assert_eq!(answer.refused(400)["field-errors"], expected);
}

#[tokio::test]
async fn lists_sum_up_all_matches() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "Big"})).await);
    for (value, period, status) in
        [(1_200_000, "one_time", PROPOSAL_SENT), (10_000, "monthly", WON), (30_000, "one_time", WON)]
    {
        let body = json!({"lead_id": lead, "value": value, "value_period": period, "status_id": status});
        house.post("opportunity/", body).await;
    }
    let all = house.get(&format!("opportunity/?lead_id={lead}&_limit=1&_order_by=-value")).await;
    assert_eq!(each(&all, "value"), [1_200_000]);
    assert_eq!((&all["total_results"], &all["has_more"]), (&json!(3), &json!(true)));
    assert_eq!(all["count_by_value_period"], json!({"one_time": 2, "monthly": 1}));
    assert_eq!(
        (&all["total_value_one_time"], &all["total_value_annualized"]),
        (&json!(1_230_000), &json!(1_350_000))
    );
    assert_eq!(all["total_value_one_time_formatted"], "$12,300");
    assert_eq!((&all["total_value_annual"], &all["total_value_annual_formatted"]), (&json!(0), &Value::Null));
    assert_eq!(all["expected_value_one_time"], 615_000);
    let won = house.get(&format!("opportunity/?lead_id={lead}&status_type__in=won,lost")).await;
    assert_eq!(won["total_results"], 2);
    let none = house.get(&format!("opportunity/?lead_id={lead}&status_label=Lost")).await;
    assert_eq!((&none["data"], &none["count_by_value_period"]), (&json!([]), &json!({})));
    let dated = house
        .get(&format!("opportunity/?lead_id={lead}&date_won__gte=2026-11-24&date_won__lt=2026-11-25"))
        .await;
    assert_eq!(dated["total_results"], 2);
}
