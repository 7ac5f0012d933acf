//! Sequences and their subscriptions.

use serde_json::{Value, json};

use crate::support::{ANN, CONTACT, House, LEAD, SEQUENCE, TEMPLATE, each, id};

#[tokio::test]
async fn steps_are_kept_by_id_and_dropped_when_left_out() {
    let house = House::new().await;
    let body = json!({"name": "Follow up", "steps": [{"email_template_id": TEMPLATE}, {"step_type": "call", "delay": 86400}]});
    let sequence = house.post("sequence/", body).await;
    assert_eq!((&sequence["status"], &sequence["timezone"]), (&json!("active"), &json!("America/Chicago")));
    assert_eq!(
        (&sequence["steps"][0]["step_type"], &sequence["steps"][0]["delay"]),
        (&json!("email"), &json!(0))
    );
    assert_eq!(sequence["date_created"], "2026-11-24T15:00:00.000000");
    let path = format!("sequence/{}/", id(&sequence));
    let call = sequence["steps"][1]["id"].clone();
    let changed =
        house.put(&path, json!({"steps": [{"id": call, "delay": 3600}, {"step_type": "call"}]})).await;
    let steps = changed["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[0]["id"], &steps[0]["delay"]), (2, &call, &json!(3600)));
    assert_eq!((&steps[0]["step_type"], &changed["name"]), (&json!("call"), &json!("Follow up")));
    let answer = house.try_put(&path, json!({"steps": [{"id": "seqstep_x"}]})).await.refused(400);
    assert_eq!(
        answer["field-errors"]["steps"]["errors"]["0"]["field-errors"]["id"],
        "Object does not exist."
    );
    house.put(&path, json!({"name": "Renamed"})).await;
    assert_eq!(house.get(&path).await["steps"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn enrolling_fills_in_contact_and_sender() {
    let house = House::new().await;
    let body = json!({"sequence_id": SEQUENCE, "contact_id": CONTACT});
    let answer = house.try_post("sequence_subscription/", body).await;
    assert_eq!(answer.status, 201);
    let subscription = answer.fine();
    assert_eq!((&subscription["lead_id"], &subscription["status"]), (&json!(LEAD), &json!("active")));
    assert_eq!(subscription["contact_email"], "wile@acme-rockets.example.com");
    assert_eq!(subscription["sender_account_id"], "emailacct_T4VitWqoCmRvdRfU7vmK8A0C1l0jZ79S3wwZsM9mHlA");
    assert_eq!(
        (&subscription["sender_name"], &subscription["sender_email"]),
        (&json!("Ann Reyes"), &json!("ann@closer.example.com"))
    );
    assert_eq!(
        (&subscription["calls_assigned_to"], &subscription["created_by_id"]),
        (&json!([ANN]), &json!(ANN))
    );

    let path = format!("sequence_subscription/{}/", id(&subscription));
    let paused = house.put(&path, json!({"status": "paused"})).await;
    assert_eq!((&paused["status"], &paused["status_reason"]), (&json!("paused"), &json!("manual")));
    let active = house.put(&path, json!({"status": "active"})).await;
    assert_eq!((&active["status"], &active["status_reason"]), (&json!("active"), &Value::Null));

    house.try_get("sequence_subscription/").await.refused(400);
    for filter in
        [format!("contact_id={CONTACT}"), format!("lead_id={LEAD}"), format!("sequence_id={SEQUENCE}")]
    {
        let list = house.get(&format!("sequence_subscription/?{filter}")).await;
        assert!(each(&list, "id").contains(&subscription["id"]), "{filter}");
    }
    let counts = &house.get(&format!("sequence/{SEQUENCE}/")).await["subscription_counts_by_status"];
    assert_eq!(counts["active"], 2);
    let shown = house.get(&format!("contact/{CONTACT}/?_fields=subscriptions")).await;
    assert_eq!(shown["subscriptions"].as_array().unwrap().len(), 2);
    assert_eq!(house.try_delete(&path).await.status, 204);

    let nobody = house.post("contact/", json!({"lead_id": LEAD, "name": "No address"})).await;
    let answer = house
        .try_post("sequence_subscription/", json!({"sequence_id": SEQUENCE, "contact_id": nobody["id"]}))
        .await
        .refused(400);
    assert_eq!(answer["field-errors"], json!({"contact_email": "This field is required."}));
}

#[tokio::test]
async fn subscriptions_follow_their_sequence() {
    let house = House::new().await;
    let list = format!("sequence_subscription/?contact_id={CONTACT}");
    house.put(&format!("sequence/{SEQUENCE}/"), json!({"status": "paused"})).await;
    assert_eq!(each(&house.get(&list).await, "status_reason"), ["workflow-paused"]);
    house.put(&format!("sequence/{SEQUENCE}/"), json!({"status": "active"})).await;
    assert_eq!(each(&house.get(&list).await, "status"), ["active"]);
    house.delete(&format!("sequence/{SEQUENCE}/")).await;
    assert_eq!(each(&house.get(&list).await, "status_reason"), ["sequence-deleted"]);
}

#[tokio::test]
async fn a_schedule_has_days_and_hours() {
    let house = House::new().await;
    let path = format!("sequence/{SEQUENCE}/");
    let schedule = json!({"ranges": [{"weekday": 7, "start": "09:00", "end": "16:59"}]});
    assert_eq!(house.put(&path, json!({"schedule": schedule})).await["schedule"], schedule);
    let wrong = json!({"ranges": [{"weekday": 8, "start": "9", "end": "16:59"}, {"weekday": 1, "start": "10:00", "end": "09:00"}]});
    let answer = house.try_put(&path, json!({"schedule": wrong})).await.refused(400);
    let errors = &answer["field-errors"]["schedule"]["field-errors"]["ranges"]["errors"];
    assert_eq!(errors["0"]["field-errors"].as_object().unwrap().len(), 2);
    assert_eq!(errors["1"]["field-errors"], json!({"end": "The end must come after the start."}));
    house.try_put(&path, json!({"schedule": {}})).await.refused(400);
    assert_eq!(house.put(&path, json!({"schedule": null})).await["schedule"], Value::Null);
}
