//! Contacts.

use serde_json::json;

use crate::support::{House, LEAD, each, id};

#[tokio::test]
async fn a_contact_without_a_lead_brings_one() {
    let house = House::new().await;
    let contact = house.post("contact/", json!({"name": "Ada Novak"})).await;
    let lead = house.get(&format!("lead/{}/", contact["lead_id"].as_str().unwrap())).await;
    assert_eq!((&lead["name"], &lead["contact_ids"]), (&json!("Ada Novak"), &json!([contact["id"]])));
}

#[tokio::test]
async fn lists_are_replaced_whole() {
    let house = House::new().await;
    let body = json!({
        "lead_id": LEAD,
        "name": "Eve",
        "emails": [{"type": "office", "email": "eve@example.com"}, {"type": "home", "email": "eve@home.example.com"}],
        "urls": [{"type": "url", "url": "https://eve.example.com"}],
    });
    let contact = house.post("contact/", body).await;
    let path = format!("contact/{}/", id(&contact));
    let changed = house.put(&path, json!({"emails": [{"type": "other", "email": "new@example.com"}]})).await;
    let expected = json!([{"type": "other", "email": "new@example.com", "is_unsubscribed": false}]);
    assert_eq!((&changed["emails"], &changed["name"]), (&expected, &json!("Eve")));
    assert_eq!(changed["urls"][0]["url"], "https://eve.example.com");

    let answer =
        house.try_put(&path, json!({"phones": [{"type": "office", "phone": "call me"}]})).await.refused(400);
    let error = json!({"errors": {"0": {"field-errors": {"phone": "Invalid phone number."}}}});
    assert_eq!(answer["field-errors"], json!({"phones": error}));
    let answer = house.try_post("contact/", json!({"lead_id": "lead_x"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "Object does not exist."}));

    assert_eq!(each(&house.get(&format!("contact/?lead_id={LEAD}")).await, "name"), ["Eve", "Wile Coyote"]);
    house.delete(&path).await;
    let missing = house.try_get(&path).await.refused(404);
    assert_eq!(missing, json!({"error": "Empty query: Contact matching query does not exist."}));
}
