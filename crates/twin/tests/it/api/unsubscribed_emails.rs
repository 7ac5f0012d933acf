//! Addresses that want no more e-mail.

use serde_json::{Value, json};

use crate::support::{CONTACT, House, each};

const WILE: &str = "wile@acme-rockets.example.com";

#[tokio::test]
async fn contacts_show_who_unsubscribed() {
    let house = House::new().await;
    let flag = |contact: &Value| contact["emails"][0]["is_unsubscribed"].clone();
    let path = format!("contact/{CONTACT}/");
    assert_eq!(flag(&house.get(&path).await), false);

    let answer = house.try_post("unsubscribe/email/", json!({"email": format!(" {WILE} ")})).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.headers["location"],
        "/api/v1/unsubscribe/email/wile%40acme%2Drockets%2Eexample%2Ecom/"
    );
    assert_eq!(answer.fine(), json!({"email": WILE}));
    assert_eq!(flag(&house.get(&path).await), true);
    let list = json!({"data": [{"email": WILE}], "has_more": false});
    assert_eq!(house.get("unsubscribe/email/").await, list);

    house.post("unsubscribe/email/", json!({"email": "Wile@Acme-Rockets.example.com"})).await;
    assert_eq!(house.get("unsubscribe/email/").await, list);

    let answer = house.delete("unsubscribe/email/WILE%40acme-rockets.example.com/").await;
    assert_eq!(answer, json!({"email": WILE}));
    assert_eq!(flag(&house.get(&path).await), false);
    house.try_delete(&format!("unsubscribe/email/{WILE}/")).await.refused(404);

    let events = house.get("event/?object_type=unsubscribed_email").await;
    assert_eq!(each(&events, "action"), ["deleted", "created"]);
    assert_eq!(events["data"][1]["data"]["email"], WILE);
}

#[tokio::test]
async fn only_addresses_can_be_unsubscribed() {
    let house = House::new().await;
    let long = format!("{}@example.com", "x".repeat(500));
    for (body, message) in [
        (json!({}), "This field is required."),
        (json!({"email": ""}), "This field is required."),
        (json!({"email": 7}), "Value must be of str type."),
        (json!({"email": "wile"}), "Invalid email address."),
        (json!({"email": long}), "The value must be no longer than 500 characters."),
    ] {
        let answer = house.try_post("unsubscribe/email/", body).await.refused(400);
        assert_eq!(answer["field-errors"], json!({"email": message}));
    }
    let fits = format!("{}@example.com", "x".repeat(400));
    house.post("unsubscribe/email/", json!({"email": fits})).await;
    house.try_get(&format!("unsubscribe/email/{fits}/")).await.refused(405);
}
