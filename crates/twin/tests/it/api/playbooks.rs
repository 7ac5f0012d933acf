//! Playbooks: their order, archiving, and the calls they belong to.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{ANN, House, LEAD, each, id};

async fn playbook(house: &House, name: &str) -> Value {
    house.control().advance_clock(Duration::from_secs(60));
    house.post("playbook/", json!({ "name": name })).await
}

#[tokio::test]
async fn playbooks_stand_in_order_until_they_are_archived() {
    let house = House::new().await;
    let first = playbook(&house, "Discovery").await;
    assert!(id(&first).starts_with("convtyp_"));
    let expected = json!([0, null, null, [], [], "2026-11-24T15:01:00.000000+00:00", ANN]);
    let members = [
        "position",
        "archived_at",
        "archived_by_id",
        "custom_field_ids",
        "outcome_ids",
        "created_at",
        "created_by_id",
    ];
    assert_eq!(json!(members.map(|member| &first[member])), expected);
    playbook(&house, "Demo").await;
    playbook(&house, "Renewal").await;

    let path = format!("playbook/{}/", id(&first));
    let archived = house.post(&format!("{path}archive/"), json!({})).await;
    assert_eq!((&archived["position"], &archived["archived_by_id"]), (&Value::Null, &json!(ANN)));
    assert_eq!(archived["archived_at"], "2026-11-24T15:03:00.000000+00:00");
    assert_eq!(each(&house.get("playbook/").await, "name"), ["Demo", "Renewal", "Discovery"]);
    assert_eq!(each(&house.get("playbook/?is_archived=true").await, "name"), ["Discovery"]);
    assert_eq!(each(&house.get("playbook/?is_archived=false").await, "name"), ["Demo", "Renewal"]);
    assert_eq!(each(&house.get("playbook/?position__gt=1").await, "name"), ["Renewal"]);
    let early = house.get("playbook/?created_at__lt=2026-11-24T15:02:30Z").await;
    assert_eq!(each(&early, "name"), ["Demo", "Discovery"]);
    house.try_get("playbook/?position__gt=first").await.refused(400);

    house.control().advance_clock(Duration::from_secs(60));
    let again = house.post(&format!("{path}archive/"), json!({})).await;
    assert_eq!(again, archived);
    let back = house.post(&format!("{path}unarchive/"), json!({})).await;
    assert_eq!((&back["position"], &back["archived_at"]), (&json!(3), &Value::Null));
    house.try_post("playbook/convtyp_x/archive/", json!({})).await.refused(404);
}

#[tokio::test]
async fn calls_follow_a_playbook() {
    let house = House::new().await;
    let outcome = house.post("outcome/", json!({"name": "Booked"})).await;
    let field = house.get("custom_field/shared/").await["data"][0]["id"].clone();
    let body = json!({"name": "Discovery", "outcome_ids": [outcome["id"]], "custom_field_ids": [field]});
    let answer = house.try_post("playbook/", body).await;
    assert_eq!(answer.status, 201);
    let playbook = answer.fine();
    assert_eq!(playbook["custom_field_ids"], json!([field]));
    let call = house.post("activity/call/", json!({"lead_id": LEAD, "playbook_id": playbook["id"]})).await;
    assert_eq!(call["playbook_id"], playbook["id"]);
    let older = json!({"lead_id": LEAD, "conversation_type_id": playbook["id"]});
    assert_eq!(house.post("activity/call/", older).await["playbook_id"], playbook["id"]);
    let wrong = json!({"lead_id": LEAD, "playbook_id": "convtyp_x"});
    let answer = house.try_post("activity/call/", wrong.clone()).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"playbook": "Object does not exist."}));

    let path = format!("playbook/{}/", id(&playbook));
    let changed = house.put(&path, json!({"summary_guidance": "Ask for the budget.", "position": 9})).await;
    assert_eq!(
        (&changed["summary_guidance"], &changed["position"]),
        (&json!("Ask for the budget."), &json!(0))
    );
    assert_eq!(house.try_delete(&path).await.status, 204);
    let call = house.get(&format!("activity/call/{}/", id(&call))).await;
    assert_eq!(call["playbook_id"], playbook["id"]);
    let wrong = json!({"outcome_ids": ["outcome_x"], "custom_field_ids": null});
    let answer = house.try_post("playbook/", wrong).await.refused(400);
    let expected = json!({
        "name": "This field is required.", "custom_field_ids": "This field is required.",
        "outcome_ids": {"errors": {"0": "Object does not exist."}},
    });
    assert_eq!(answer["field-errors"], expected);
}
