//! Custom fields: their definitions, where shared ones apply, their order, and what becomes of values.

use serde_json::{Value, json};

use crate::support::{ACTIVITY_TYPE, ANN, BOB, CONTACT, House, INDUSTRY, LEAD, LEAD_SOURCE, each, id};

const OWNER: &str = "cf_dt14oEtCW35sMyBLSc92GM5HwJZ4Uucf3n82bK6lJkl";

async fn lead(house: &House) -> Value {
    house.get(&format!("lead/{LEAD}/")).await
}

#[tokio::test]
async fn shared_fields_hold_values_where_they_are_associated() {
    let house = House::new().await;
    let shared = json!({"name": "Tier", "type": "choices", "choices": ["B", "A"]});
    let field = house.post("custom_field/shared/", shared).await;
    assert_eq!((&field["associations"], &field["is_shared"]), (&json!([]), &json!(true)));
    assert!(field.get("editable_with_roles").is_none());
    let (key, path) = (format!("custom.{}", id(&field)), format!("custom_field/shared/{}/", id(&field)));
    house.try_put(&format!("lead/{LEAD}/"), json!({&key: "A"})).await.refused(400);

    let answer = house.try_post(&format!("{path}association/"), json!({"object_type": "lead"})).await;
    assert_eq!(answer.status, 201);
    let place = format!("/api/v1/{path}association/lead/");
    assert_eq!(answer.headers["location"].to_str().unwrap(), place);
    let expected = json!({"object_type": "lead", "editable_with_roles": [], "required": false});
    assert_eq!(answer.fine(), expected);
    let typed = json!({"object_type": "custom_activity_type", "custom_activity_type_id": ACTIVITY_TYPE, "required": true});
    house.post(&format!("{path}association/"), typed.clone()).await;
    house.try_post(&format!("{path}association/"), typed).await.refused(400);
    let answer =
        house.try_post(&format!("{path}association/"), json!({"object_type": "custom_object_type"})).await;
    assert_eq!(answer.refused(400)["field-errors"], json!({"custom_object_type": "This field is required."}));

    let of_type = format!("{path}association/custom_activity_type/{ACTIVITY_TYPE}/");
    assert_eq!(house.get(&of_type).await["required"], true);
    let activity = json!({"lead_id": LEAD, "custom_activity_type_id": ACTIVITY_TYPE});
    let answer = house.try_post("activity/custom/", activity).await.refused(400);
    assert_eq!(answer["field-errors"][&key], "This field is required.");
    let changed = house.put(&of_type, json!({"required": false, "object_type": "lead"})).await;
    assert_eq!(
        (&changed["required"], &changed["object_type"]),
        (&json!(false), &json!("custom_activity_type"))
    );

    house.put(&format!("lead/{LEAD}/"), json!({&key: "A"})).await;
    house.try_put(&format!("contact/{CONTACT}/"), json!({&key: "A"})).await.refused(400);
    house.post(&format!("{path}association/"), json!({"object_type": "contact"})).await;
    house.put(&format!("contact/{CONTACT}/"), json!({&key: "B"})).await;
    assert_eq!(house.try_delete(&format!("{path}association/lead/")).await.status, 204);
    house.try_get(&format!("{path}association/lead/")).await.refused(404);
    house.post(&format!("{path}association/"), json!({"object_type": "lead"})).await;
    assert!(lead(&house).await.get(&key).is_none());
    assert_eq!(house.get(&format!("contact/{CONTACT}/")).await[&key], "B");
    assert_eq!(house.delete(&path).await, json!({}));
    assert!(house.control().get(CONTACT).unwrap().get(&key).is_none());
    let events = house.get(&format!("event/?object_id={}&action=updated", id(&field))).await;
    assert!(each(&events, "object_type").iter().all(|name| name == "custom_fields.shared"));
}

#[tokio::test]
async fn a_schema_has_its_order() {
    let mut house = House::new().await;
    let path = "custom_field_schema/lead/";
    let ids = |schema: &Value| -> Vec<Value> {
        schema["fields"].as_array().unwrap().iter().map(|field| field["id"].clone()).collect()
    };
    let before = ids(&house.get(path).await);
    assert_eq!((&before[0], before.last().unwrap()), (&json!(INDUSTRY), &json!(OWNER)));
    let order = json!({"fields": [{"id": OWNER}, {"id": LEAD_SOURCE}]});
    let after = house.put(path, order.clone()).await;
    assert_eq!(ids(&after)[..3], [json!(OWNER), json!(LEAD_SOURCE), json!(INDUSTRY)]);
    assert_eq!(ids(&house.get(path).await).len(), before.len());
    assert_eq!((&after["fields"][0]["required"], &after["object_type"]), (&json!(false), &json!("lead")));
    house.try_put(path, json!({"fields": [{"id": "cf_none"}]})).await.refused(400);
    house.try_put(path, json!({})).await.refused(400);
    house.try_put("custom_field_schema/activity/", order.clone()).await.refused(404);

    let schema = format!("custom_field_schema/activity/{ACTIVITY_TYPE}/");
    let own = ids(&house.get(&schema).await);
    let turned: Vec<Value> = own.iter().rev().map(|id| json!({"id": id})).collect();
    let changed = house.put(&format!("custom_activity/{ACTIVITY_TYPE}/"), json!({"fields": turned})).await;
    assert_eq!(changed["fields"][0]["id"], *own.last().unwrap());
    house.become_user(BOB);
    house.try_put(path, order).await.refused(403);
}

#[tokio::test]
async fn values_follow_a_changed_definition() {
    let house = House::new().await;
    let field = house.post("custom_field/lead/", json!({"name": "Seats", "type": "text"})).await;
    let (key, path) = (format!("custom.{}", id(&field)), format!("custom_field/lead/{}/", id(&field)));
    let other = house.post("lead/", json!({"name": "B", &key: "a lot"})).await;
    house.put(&format!("lead/{LEAD}/"), json!({&key: "12.5"})).await;
    assert_eq!(house.put(&path, json!({"type": "number"})).await["type"], "number");
    assert_eq!(lead(&house).await[&key], 12.5);
    assert!(house.get(&format!("lead/{}/", id(&other))).await.get(&key).is_none());
    let choices = json!({"type": "choices", "choices": ["12.5", "20"], "accepts_multiple_values": true});
    house.put(&path, choices).await;
    assert_eq!(lead(&house).await[&key], json!(["12.5"]));
    house.put(&format!("lead/{LEAD}/"), json!({format!("{key}.add"): "20"})).await;
    house.put(&path, json!({"accepts_multiple_values": false})).await;
    assert_eq!(lead(&house).await[&key], "12.5");
    house.put(&path, json!({"type": "user", "choices": null})).await;
    assert!(lead(&house).await.get(&key).is_none());
    house.put(&format!("lead/{LEAD}/"), json!({&key: "Bob Stone"})).await;
    assert_eq!(lead(&house).await[&key], BOB);
    house.put(&path, json!({"type": "text"})).await;
    assert_eq!(lead(&house).await[&key], "Bob Stone");

    let long = json!({"name": "Long", "type": "text", "description": "x".repeat(281)});
    let answer = house.try_post("custom_field/lead/", long).await.refused(400);
    assert_eq!(answer["field-errors"]["description"], "The value must be no longer than 280 characters.");
    let shared = house.try_put(&format!("custom_field/shared/{OWNER}/"), json!({"type": "text"})).await;
    assert_eq!(shared.refused(400)["field-errors"], json!({"type": "Value cannot be changed."}));
}

#[tokio::test]
async fn each_type_takes_its_own_values() {
    let house = House::new().await;
    let object_type = house.get("custom_object_type/").await["data"][0]["id"].clone();
    let account = house.get(&format!("custom_object/?lead_id={LEAD}")).await["data"][0]["id"].clone();
    let cases = [
        ("text", json!("x"), json!("x"), json!(1)),
        ("textarea", json!("x\ny"), json!("x\ny"), json!(true)),
        ("hidden", json!("h"), json!("h"), json!({})),
        ("number", json!(2.5), json!(2.5), json!("2.5")),
        ("date", json!("2026-01-02"), json!("2026-01-02"), json!("soon")),
        ("datetime", json!("2026-01-02T03:04:05Z"), json!("2026-01-02T03:04:05+00:00"), json!("now")),
        ("user", json!("Ann Reyes"), json!(ANN), json!("user_none")),
        ("contact", json!(CONTACT), json!(CONTACT), json!(LEAD)),
        ("custom_object", account.clone(), account.clone(), json!(CONTACT)),
        ("choices", json!("A"), json!("A"), json!("C")),
    ];
    for (kind, good, read, bad) in cases {
        let definition = json!({"name": kind, "type": kind, "choices": ["A", "B"], "referenced_custom_type_id": object_type});
        let field = house.post("custom_field/lead/", definition).await;
        assert_eq!(field["choices"].is_null(), kind != "choices");
        let key = format!("custom.{}", id(&field));
        house.put(&format!("lead/{LEAD}/"), json!({&key: good})).await;
        assert_eq!(lead(&house).await[&key], read, "{kind}");
        let answer = house.try_put(&format!("lead/{LEAD}/"), json!({&key: bad})).await.refused(400);
        assert!(answer["field-errors"][&key].is_string(), "{kind}: {answer}");
        house.put(&format!("lead/{LEAD}/"), json!({&key: null})).await;
        assert!(lead(&house).await.get(&key).is_none(), "{kind}");
    }
    let other = house.post("custom_object_type/", json!({"name": "Site", "name_plural": "Sites"})).await;
    let definition =
        json!({"name": "Site", "type": "custom_object", "referenced_custom_type_id": other["id"]});
    let key = format!("custom.{}", id(&house.post("custom_field/lead/", definition).await));
    let answer = house.try_put(&format!("lead/{LEAD}/"), json!({&key: account})).await.refused(400);
    assert_eq!(answer["field-errors"][&key], "Object does not exist.");
    house.try_post("custom_field/lead/", json!({"name": "Bare", "type": "custom_object"})).await.refused(400);
    for kind in ["text", "textarea", "hidden", "number", "date", "datetime"] {
        let definition = json!({"name": "Several", "type": kind, "accepts_multiple_values": true});
        house.try_post("custom_field/contact/", definition).await.refused(400);
    }
}

#[tokio::test]
async fn some_fields_are_for_some_roles() {
    let mut house = House::new().await;
    let definition = json!({"name": "Credit", "type": "number", "editable_with_roles": ["admin"]});
    let field = house.post("custom_field/lead/", definition).await;
    let key = format!("custom.{}", id(&field));
    house.put(&format!("lead/{LEAD}/"), json!({&key: 5})).await;
    let unknown = json!({"name": "Debit", "type": "number", "editable_with_roles": ["boss"]});
    house.try_post("custom_field/lead/", unknown).await.refused(400);
    let kind =
        house.post("custom_activity/", json!({"name": "Audit", "editable_with_roles": ["admin"]})).await;

    house.become_user(BOB);
    house.put(&format!("lead/{LEAD}/"), json!({&key: 5, "name": "Acme"})).await;
    for value in [json!(6), Value::Null] {
        let answer = house.try_put(&format!("lead/{LEAD}/"), json!({&key: value})).await.refused(400);
        assert_eq!(answer["field-errors"], json!({&key: "You do not have permission to edit this field."}));
    }
    house.try_post("lead/", json!({"name": "B", &key: 1})).await.refused(400);
    let audit = json!({"lead_id": LEAD, "custom_activity_type_id": kind["id"]});
    house.try_post("activity/custom/", audit.clone()).await.refused(403);
    house.become_user(ANN);
    let activity = house.post("activity/custom/", audit).await;
    let path = format!("activity/custom/{}/", id(&activity));
    house.become_user(BOB);
    house.try_put(&path, json!({"pinned": true})).await.refused(403);
    house.try_delete(&path).await.refused(403);
}

#[tokio::test]
async fn fields_go_with_their_type() {
    let house = House::new().await;
    let kind = house.post("custom_object_type/", json!({"name": "Site", "name_plural": "Sites"})).await;
    let own = json!({"name": "Town", "type": "text", "custom_object_type_id": kind["id"]});
    let own = house.post("custom_field/custom_object_type/", own).await;
    let association = json!({"object_type": "custom_object_type", "custom_object_type_id": kind["id"]});
    house.post(&format!("custom_field/shared/{OWNER}/association/"), association).await;
    let schema = house.get(&format!("custom_field_schema/custom_object/{}/", id(&kind))).await;
    assert_eq!(schema["fields"].as_array().unwrap().len(), 2);
    assert_eq!(house.try_delete(&format!("custom_object_type/{}/", id(&kind))).await.status, 204);
    house.try_get(&format!("custom_field/custom_object_type/{}/", id(&own))).await.refused(404);
    let gone = format!("custom_field/shared/{OWNER}/association/custom_object_type/{}/", id(&kind));
    house.try_get(&gone).await.refused(404);
}
