//! Numbers an organization wants nothing to do with.

use serde_json::{Value, json};

use crate::support::{ANN, House, LEAD, each, id};

#[tokio::test]
async fn a_blocked_number_gets_no_messages() {
    let house = House::new().await;
    let answer = house
        .try_post("blocked_phone_number/", json!({"phone": "(512) 555-9999", "reason": "Robocaller"}))
        .await;
    assert_eq!(answer.status, 201);
    let blocked = answer.fine();
    assert_eq!((&blocked["phone"], &blocked["created_by"]), (&json!("+15125559999"), &json!(ANN)));
    let message = json!({
        "lead_id": LEAD, "status": "outbox", "text": "Hi",
        "local_phone": "+15125550100", "remote_phone": "+15125559999",
    });
    let answer = house.try_post("activity/sms/", message.clone()).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"remote_phone": "This phone number is blocked."}));

    let path = format!("blocked_phone_number/{}/", id(&blocked));
    let changed = house.put(&path, json!({"reason": "Spam", "phone": "+15125550001"})).await;
    assert_eq!((&changed["phone"], &changed["reason"]), (&json!("+15125559999"), &json!("Spam")));
    assert_eq!(each(&house.get("blocked_phone_number/").await, "id"), [blocked["id"].clone()]);
    let answer = house
        .try_post("blocked_phone_number/", json!({"phone": "+15125559999", "reason": "Again"}))
        .await
        .refused(400);
    assert_eq!(answer["field-errors"], json!({"phone": "This phone number is already blocked."}));

    assert_eq!(house.try_delete(&path).await.status, 204);
    house.try_get(&path).await.refused(404);
    house.post("activity/sms/", message).await;
    let answer = house.try_post("blocked_phone_number/", json!({"phone": "soon"})).await.refused(400);
    let expected = json!({"phone": "Invalid phone number.", "reason": "This field is required."});
    assert_eq!(answer["field-errors"], expected);
}

#[tokio::test]
async fn anonymous_calls_can_be_rejected() {
    let mut house = House::new().await;
    let settings = "blocked_phone_number/settings/";
    let name = "reject_anonymous_inbound_calls";
    assert_eq!(house.get(settings).await, json!({name: false}));
    assert_eq!(house.put(settings, json!({name: true})).await, json!({name: true}));
    assert_eq!(house.put(settings, json!({})).await, json!({name: true}));
    assert_eq!(house.get(settings).await, json!({name: true}));
    let answer = house.try_put(settings, json!({name: "yes"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({name: "Value must be of bool type."}));
    let organization = house.get("me/").await["organizations"][0].clone();
    assert_eq!(organization.get(name), None::<&Value>);

    let keys = house.twin.api_keys();
    house.use_key(&keys.iter().find(|key| key.organization_name == "Second Street Ltd").unwrap().key);
    assert_eq!(house.get(settings).await, json!({name: false}));
}

#[tokio::test]
async fn the_settings_are_no_number() {
    let house = House::new().await;
    house.try_post("blocked_phone_number/settings/", json!({})).await.refused(405);
    house.try_delete("blocked_phone_number/settings/").await.refused(405);
}
