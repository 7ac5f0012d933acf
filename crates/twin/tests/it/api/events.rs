//! The event log.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, QUALIFIED, each, id};

#[tokio::test]
async fn a_change_says_what_was_before() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "Before", "contacts": [{"name": "Eve"}]})).await;
    let path = format!("lead/{}/", id(&lead));
    house.put(&path, json!({"name": "After", "status_id": QUALIFIED})).await;
    let log = house.get(&format!("event/?lead_id={}", id(&lead))).await;
    let seen: Vec<String> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            format!("{} {}", event["object_type"].as_str().unwrap(), event["action"].as_str().unwrap())
        })
        .collect();
    let expected = ["activity.lead_status_change created", "lead updated", "contact created", "lead created"];
    assert_eq!(seen, expected);
    let updated = &log["data"][1];
    assert_eq!(updated["changed_fields"], json!(["display_name", "name", "status_id", "status_label"]));
    assert_eq!(updated["previous_data"]["status_label"], "Potential");
    assert_eq!((&updated["data"]["name"], &updated["user_id"]), (&json!("After"), &json!(ANN)));
    assert_eq!(updated["request_id"], log["data"][0]["request_id"]);
    assert_ne!(updated["request_id"], log["data"][3]["request_id"]);
    assert_eq!(updated["meta"]["request_path"], format!("/api/v1/{path}"));
    assert_eq!(updated["date_created"], "2026-11-24T15:00:00.000000");
    let event = house.get(&format!("event/{}/", id(updated))).await;
    assert_eq!(&event, updated);

    house.put(&path, json!({"name": "After"})).await;
    let history = house.get(&format!("event/?object_type=lead&object_id={}", id(&lead))).await;
    assert_eq!(each(&history, "action"), ["updated", "created"]);
}

#[tokio::test]
async fn cursors_walk_back_and_forth() {
    let house = House::new().await;
    for number in 1..=5 {
        house.post("contact/", json!({"name": format!("Number {number}")})).await;
    }
    let of_contacts = "event/?object_type=contact&action=created&_limit=2";
    let name = |page: &Value| -> Vec<Value> {
        page["data"].as_array().unwrap().iter().map(|event| event["data"]["name"].clone()).collect()
    };
    let first = house.get(of_contacts).await;
    assert_eq!(
        (name(&first), &first["cursor_previous"]),
        (vec![json!("Number 5"), json!("Number 4")], &Value::Null)
    );
    let next = |page: &Value, way: &str| format!("{of_contacts}&_cursor={}", page[way].as_str().unwrap());
    let second = house.get(&next(&first, "cursor_next")).await;
    assert_eq!(name(&second), ["Number 3", "Number 2"]);
    let third = house.get(&next(&second, "cursor_next")).await;
    assert_eq!((name(&third), &third["cursor_next"]), (vec![json!("Number 1")], &Value::Null));
    assert_eq!(house.get(&next(&third, "cursor_previous")).await, second);
    house.try_get("event/?_cursor=nonsense").await.refused(400);
    house.try_get(&format!("event/?request_id=req_x&user_id={ANN}")).await.refused(400);
    let capped = house.get("event/?_limit=200").await;
    assert_eq!(capped["data"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn what_changed_long_ago_is_for_administrators() {
    let mut house = House::new().await;
    house.post("lead/", json!({"name": "Old"})).await;
    house.control().advance_clock(Duration::from_secs(7200));
    let path = "event/?object_type=lead&action=created";
    assert_eq!(house.get(path).await["data"][0]["data"]["name"], "Old");
    house.become_user(BOB);
    assert_eq!(house.get(path).await["data"][0]["data"], Value::Null);
    let later = house.get(&format!("{path}&date_updated__gt=2026-11-24T16:00:00")).await;
    assert_eq!(later["data"], json!([]));
}
