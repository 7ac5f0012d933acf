//! What an organization sets up: pipelines, statuses, custom fields, webhooks, groups.

use serde_json::{Value, json};

use crate::support::{ACTIVITY_TYPE, BOB, CLOSER, House, INDUSTRY, LEAD, PIPELINE, POTENTIAL, each, id};

#[tokio::test]
async fn pipelines_bring_their_statuses() {
    let house = House::new().await;
    let sample = house.get(&format!("pipeline/{PIPELINE}/")).await;
    let labels: Vec<&Value> =
        sample["statuses"].as_array().unwrap().iter().map(|status| &status["label"]).collect();
    assert_eq!(labels, ["Proposal sent", "Won", "Lost"]);
    assert!(house.get("pipeline/").await.get("has_more").is_none());

    let body = json!({"name": "Partners", "statuses": [{"label": "New", "type": "active"}, {"label": "Done", "type": "won"}]});
    let answer = house.try_post("pipeline/", body).await;
    assert_eq!(answer.status, 201);
    let pipeline = answer.fine();
    let path = format!("pipeline/{}/", id(&pipeline));
    let ids: Vec<Value> =
        pipeline["statuses"].as_array().unwrap().iter().map(|status| status["id"].clone()).collect();
    let turned = house.put(&path, json!({"statuses": [{"id": ids[1]}, {"id": ids[0]}]})).await;
    assert_eq!(turned["statuses"][0]["label"], "Done");
    house.try_delete(&path).await.refused(400);
    for status in &ids {
        house.delete(&format!("status/opportunity/{}/", status.as_str().unwrap())).await;
    }
    assert_eq!(house.try_delete(&path).await.status, 204);
    house.try_get(&path).await.refused(404);
}

#[tokio::test]
async fn statuses_in_use_stay() {
    let house = House::new().await;
    let status = house.post("status/lead/", json!({"label": "Nurturing"})).await;
    let path = format!("status/lead/{}/", id(&status));
    assert_eq!(house.put(&path, json!({"label": "Warm"})).await["label"], "Warm");
    let answer = house.try_post("status/lead/", json!({"label": "Warm"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"label": "A status with this label already exists."}));
    let statuses = house.get("status/lead/").await;
    assert!(each(&statuses, "id").is_sorted_by(|a, b| a.as_str() <= b.as_str()));
    house.try_delete(&format!("status/lead/{POTENTIAL}/")).await.refused(400);
    assert_eq!(house.delete(&path).await, json!({}));

    let first = house.post("status/lead/", json!({"label": "First"})).await;
    house.put(&format!("organization/{CLOSER}/"), json!({"lead_statuses": [{"id": first["id"]}]})).await;
    assert_eq!(house.post("lead/", json!({})).await["status_label"], "First");

    let answer =
        house.try_post("status/opportunity/", json!({"label": "X", "type": "maybe"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"type": "Not a valid choice."}));
    let deal = house
        .post("status/opportunity/", json!({"label": "X", "type": "active", "pipeline_id": PIPELINE}))
        .await;
    assert_eq!(deal["pipeline_id"], PIPELINE);
}

#[tokio::test]
async fn custom_fields_keep_values_valid() {
    let house = House::new().await;
    let body = json!({"name": "Size", "type": "choices", "choices": ["Small", "Big"]});
    let field = house.post("custom_field/lead/", body).await;
    assert_eq!((&field["choices"], &field["is_shared"]), (&json!(["Big", "Small"]), &json!(false)));
    let key = format!("custom.{}", id(&field));
    let path = format!("custom_field/lead/{}/", id(&field));
    house.put(&format!("lead/{LEAD}/"), json!({&key: "Big"})).await;
    house.put(&path, json!({"choices": ["Small", "Huge"]})).await;
    assert!(house.get(&format!("lead/{LEAD}/")).await.get(&key).is_none());
    house.put(&path, json!({"name": "Company size"})).await;
    house.put(&format!("lead/{LEAD}/"), json!({"custom.Company size": "Huge"})).await;
    house.delete(&path).await;
    assert!(house.get(&format!("lead/{LEAD}/")).await.get(&key).is_none());
    assert!(house.control().get(LEAD).unwrap().get(&key).is_none());
    let missing = house.try_get(&path).await.refused(404);
    assert_eq!(missing, json!({"error": "Empty query: LeadCustomField matching query does not exist."}));

    let answer = house.try_post("custom_field/lead/", json!({"name": "Industry", "type": "colour"})).await;
    let expected =
        json!({"type": "Not a valid choice.", "name": "A custom field with this name already exists."});
    assert_eq!(answer.refused(400)["field-errors"], expected);
    let several = json!({"name": "N", "type": "number", "accepts_multiple_values": true});
    house.try_post("custom_field/contact/", several).await.refused(400);
    let number = house.post("custom_field/opportunity/", json!({"name": "Seats", "type": "number"})).await;
    let key = format!("custom.{}", id(&number));
    let answer = house.try_post("opportunity/", json!({"lead_id": LEAD, &key: "ten"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({&key: "Value must be of float type."}));
    assert_eq!(house.post("opportunity/", json!({"lead_id": LEAD, &key: 10})).await[&key], 10);

    let schema = house.get("custom_field_schema/lead/").await;
    assert_eq!(schema["fields"][0]["id"], INDUSTRY);
    house.get(&format!("custom_field_schema/activity/{ACTIVITY_TYPE}/")).await;
    house.try_get("custom_field_schema/activity/").await.refused(404);
    assert_eq!(each(&house.get("custom_fields/lead/?_fields=id").await, "id")[0], INDUSTRY);
}

#[tokio::test]
async fn webhooks_are_kept_with_their_keys() {
    let house = House::new().await;
    let body = json!({"url": "https://hooks.example.com/a", "events": [{"object_type": "lead", "action": "created"}]});
    let answer = house.try_post("webhook/", body).await;
    assert_eq!(answer.status, 201);
    let webhook = answer.fine();
    let key = webhook["signature_key"].as_str().unwrap();
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert_eq!((&webhook["verify_ssl"], &webhook["status"]), (&json!(true), &json!("active")));
    let path = format!("webhook/{}/", id(&webhook));
    let paused = house.put(&path, json!({"status": "paused"})).await;
    assert_eq!((&paused["pause_reason"], &paused["signature_key"]), (&json!("api"), &json!(key)));
    let answer = house.try_post("webhook/", json!({"url": "nowhere", "events": []})).await.refused(400);
    let expected = json!({"url": "Invalid URL.", "events": "This field is required."});
    assert_eq!(answer["field-errors"], expected);
    assert!(each(&house.get("webhook/").await, "id").contains(&webhook["id"]));
    assert_eq!(house.delete(&path).await, json!({}));
}

#[tokio::test]
async fn groups_stand_for_their_members() {
    let house = House::new().await;
    let group = house.post("group/", json!({"name": "Closers"})).await;
    let path = format!("group/{}/", id(&group));
    house.post(&format!("{path}member/"), json!({"user_id": BOB})).await;
    assert_eq!(house.get(&path).await["members"], json!([{"user_id": BOB}]));
    assert!(house.get("group/").await["data"][0].get("members").is_none());
    let lead = house.post("lead/", json!({"name": "A"})).await;
    house.post("opportunity/", json!({"lead_id": lead["id"], "user_id": BOB})).await;
    let deals = house.get(&format!("opportunity/?user_id__in={}", id(&group))).await;
    assert!(each(&deals, "user_id").iter().all(|user| user == BOB));
    assert_eq!(deals["total_results"], 1);
    let answer = house.try_post(&format!("{path}member/"), json!({"user_id": "user_x"})).await.refused(400);
    assert!(answer.to_string().contains("Invalid organization members"));
    house.try_delete(&format!("{path}member/{BOB}/")).await.fine();
    assert_eq!(house.get(&path).await["members"], json!([]));
}

#[tokio::test]
async fn small_lists_answer() {
    let house = House::new().await;
    for path in [
        "custom_object_type/",
        "custom_activity/",
        "connected_account/",
        "phone_number/",
        "outcome/",
        "role/",
        "form/",
        "sms_template/",
        "integration_link/",
        "export/",
        "bulk_action/email/",
        "custom_field/shared/",
    ] {
        let list = house.get(path).await;
        assert!(!list["data"].as_array().unwrap().is_empty(), "{path}");
    }
    let objects = house.get(&format!("custom_object/?lead_id={LEAD}")).await;
    assert_eq!(each(&objects, "name"), ["ACME-001"]);
    let answer = house.try_get("custom_object/").await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "This field is required."}));
}
