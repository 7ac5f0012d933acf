//! Who may send e-mail in whose name.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, each, id};

#[tokio::test]
async fn bob_sends_as_ann_once_she_allows_it() {
    let mut house = House::new().await;
    let answer = house.try_post("send_as/", json!({"allowing_user_id": ANN, "allowed_user_id": BOB})).await;
    assert_eq!(answer.status, 201);
    let association = answer.fine();
    let path = format!("send_as/{}/", id(&association));
    assert_eq!(house.get(&path).await, association);
    assert_eq!(association.as_object().unwrap().len(), 4);
    assert_eq!(each(&house.get("send_as/").await, "allowed_user_id"), [BOB]);
    assert_eq!(house.get(&format!("send_as/?allowed_user_id={ANN}")).await["data"], json!([]));

    house.become_user(BOB);
    let email = json!({
        "lead_id": LEAD, "status": "sent", "subject": "For Ann", "sender": "Ann Reyes <Ann@closer.example.com>",
    });
    let email = house.post("activity/email/", email).await;
    assert_eq!((&email["send_as_id"], &email["user_id"]), (&association["id"], &json!(BOB)));
    let own =
        house.post("activity/email/", json!({"lead_id": LEAD, "status": "sent", "subject": "Own"})).await;
    assert_eq!(own["send_as_id"], Value::Null);
    assert_eq!(house.get("send_as/").await["data"], json!([]));
    assert_eq!(each(&house.get(&format!("send_as/?allowed_user_id={BOB}")).await, "id"), [id(&association)]);
    house.try_get(&format!("send_as/?allowing_user_id={ANN}")).await.refused(400);
    house.try_delete(&path).await.refused(403);

    house.become_user(ANN);
    assert_eq!(house.try_delete(&path).await.status, 204);
    house.try_get(&path).await.refused(404);
}

#[tokio::test]
async fn nobody_can_be_allowed_by_somebody_else() {
    let house = House::new().await;
    for (body, errors) in [
        (json!({}), json!({"allowed_user": "This field is required."})),
        (json!({"allowed_user_id": "user_x"}), json!({"allowed_user": "Object does not exist."})),
        (json!({"allowed_user_id": ANN}), json!({"allowed_user": "You cannot allow yourself."})),
        (
            json!({"allowing_user_id": BOB, "allowed_user_id": ANN}),
            json!({"allowing_user": "You can only allow others to send as yourself."}),
        ),
    ] {
        assert_eq!(house.try_post("send_as/", body).await.refused(400)["field-errors"], errors);
    }
}

#[tokio::test]
async fn several_are_allowed_and_disallowed_at_once() {
    let house = House::new().await;
    let all =
        house.post("send_as/bulk/", json!({"allowed_user_ids": [BOB], "disallowed_user_ids": []})).await;
    assert_eq!(each(&all, "allowed_user_id"), [BOB]);
    let same = house.post("send_as/bulk/", json!({"allow": [BOB]})).await;
    assert_eq!(same, all);
    let answer = house.try_post("send_as/", json!({"allowed_user_id": BOB})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"allowed_user": "This user is already allowed."}));
    let none = house.post("send_as/bulk/", json!({"disallowed_user_ids": [BOB]})).await;
    assert_eq!(none, json!({"data": []}));
    let answer = house.try_post("send_as/bulk/", json!({"allowed_user_ids": [BOB, "user_x"]})).await;
    let errors = json!({"allowed_user_ids": {"errors": {"1": "Object does not exist."}}});
    assert_eq!(answer.refused(400)["field-errors"], errors);

    house.post("send_as/", json!({"allowed_user_id": BOB})).await;
    let both = format!("send_as/?allowing_user_id={ANN}&allowed_user_id={BOB}");
    assert_eq!(house.try_delete(&both).await.status, 204);
    house.try_delete(&both).await.refused(404);
    let answer = house.try_delete(&format!("send_as/?allowing_user_id={ANN}")).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"allowed_user": "This field is required."}));
}
