//! Telephone numbers: renting, changing, giving back; sessions of the dialer.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, each, id};

const RENT: &str = "phone_number/request/internal/";

#[tokio::test]
async fn a_rented_number_can_send_messages() {
    let mut house = House::new().await;
    house.become_user(BOB);
    let answer = house.try_post(RENT, json!({"country": "us", "sharing": "personal", "prefix": "415"})).await;
    assert_eq!(answer.status, 201);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let number = answer.fine();
    assert_eq!(location, format!("/api/v1/phone_number/{}/", id(&number)));
    let written = number["number"].as_str().unwrap();
    assert!(written.starts_with("+1415") && written.len() == 12, "{written}");
    assert!(number["number_formatted"].as_str().unwrap().starts_with("+1 415-"));
    for (member, value) in [
        ("type", json!("internal")),
        ("country", json!("US")),
        ("user_id", json!(BOB)),
        ("is_group_number", json!(false)),
        ("participants", json!([])),
        ("sms_enabled", json!(true)),
        ("mms_enabled", json!(true)),
        ("carrier_type", json!("local")),
        ("next_billing_on", json!("2026-12-24")),
    ] {
        assert_eq!(number[member], value, "{member}");
    }
    let message = json!({
        "lead_id": LEAD, "status": "outbox", "text": "Hi", "local_phone": written, "remote_phone": "+15125550123",
    });
    assert_eq!(house.post("activity/sms/", message.clone()).await["source"], "Close.io");
    let path = format!("phone_number/{}/", id(&number));
    let changed = house.put(&path, json!({"label": "Desk", "forward_to": "(512) 555-0177"})).await;
    assert_eq!((&changed["label"], &changed["forward_to"]), (&json!("Desk"), &json!("+15125550177")));
    let answer = house
        .try_put(
            &path,
            json!({"inbound_ring_duration": 5, "voicemail_greeting_url": "http://a.example.com/x.mp3"}),
        )
        .await;
    let errors = json!({
        "inbound_ring_duration": "The value must be at least 15.", "voicemail_greeting_url": "Invalid URL.",
    });
    assert_eq!(answer.refused(400)["field-errors"], errors);

    house.become_user(ANN);
    house.try_put(&path, json!({"label": "Mine"})).await.refused(403);
    house.try_delete(&path).await.refused(403);
    house.become_user(BOB);
    assert_eq!(house.delete(&path).await, json!({}));
    let answer = house.try_post("activity/sms/", message).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"local_phone": "Not a valid choice."}));
    let events = house.get(&format!("event/?object_id={}&action=deleted", id(&number))).await;
    assert_eq!(each(&events, "object_type"), ["phone_number"]);
}

#[tokio::test]
async fn numbers_of_a_team_need_a_permission() {
    let mut house = House::new().await;
    let number = house.post(RENT, json!({"country": "CA", "assign_to": [ANN, BOB]})).await;
    assert_eq!((&number["user_id"], &number["is_group_number"]), (&Value::Null, &json!(true)));
    assert_eq!(number["participants"], json!([ANN, BOB]));
    let mine = house.get(&format!("phone_number/?participant_user_id={ANN}")).await;
    assert_eq!(each(&mine, "type"), ["internal", "internal"]);
    let his = house.get(&format!("phone_number/?participant_user_id={BOB}")).await;
    assert_eq!(each(&his, "id"), [id(&number)]);
    let shared = house.get("phone_number/?is_group_number=true").await;
    assert_eq!(each(&shared, "id"), [id(&number)]);

    let path = format!("phone_number/{}/", id(&number));
    let answer = house.try_put(&path, json!({"participants": [BOB, "user_x"]})).await.refused(400);
    let errors = json!({"participants": {"errors": {"1": "Object does not exist."}}});
    assert_eq!(answer["field-errors"], errors);
    house.become_user(BOB);
    house.try_put(&path, json!({"label": "Ours"})).await.refused(403);
    house.try_delete(&path).await.refused(403);
    house.try_post(RENT, json!({"country": "US", "sharing": "group"})).await.refused(403);
    house.try_post(RENT, json!({"country": "US", "assign_to": [ANN]})).await.refused(403);
    house.become_user(ANN);
    let team = house.post(RENT, json!({"country": "US", "sharing": "group"})).await;
    assert_eq!((&team["is_group_number"], &team["participants"]), (&json!(true), &json!([])));
    house.delete(&path).await;
}

#[tokio::test]
async fn a_number_that_cannot_be_rented_says_why() {
    let house = House::new().await;
    let before = house.control().count("phone_number");
    for (body, status) in [
        (json!({"country": "XX", "sharing": "personal"}), "error"),
        (json!({"country": "JP", "sharing": "personal"}), "has-voice-only"),
        (json!({"country": "JP", "sharing": "personal", "with_sms": true}), "error"),
        (json!({"country": "DE", "sharing": "personal"}), "needs-more-info"),
        (json!({"country": "GB", "sharing": "personal", "with_sms": true, "with_mms": true}), "error"),
    ] {
        let answer = house.try_post(RENT, body).await.refused(400);
        assert_eq!(answer["status"], status);
        assert_eq!(answer.get("error").is_some(), status == "error", "{answer}");
    }
    for (body, errors) in [
        (json!({}), json!({"country": "This field is required.", "sharing": "This field is required."})),
        (json!({"country": "USA", "sharing": "personal"}), json!({"country": "Not a valid choice."})),
        (
            json!({"country": "US", "sharing": "all", "with_mms": true, "prefix": "area"}),
            json!({
                "sharing": "Not a valid choice.", "with_mms": "MMS needs with_sms to be true as well.",
                "prefix": "The value must be an area code of at most 5 digits.",
            }),
        ),
        (json!({"country": "US", "assign_to": []}), json!({"assign_to": "List must not be empty."})),
    ] {
        assert_eq!(house.try_post(RENT, body).await.refused(400)["field-errors"], errors);
    }
    assert_eq!(house.control().count("phone_number"), before);
    let voice = house.post(RENT, json!({"country": "JP", "sharing": "personal", "with_sms": false})).await;
    assert_eq!((&voice["sms_enabled"], &voice["supports_sms_to_countries"]), (&json!(false), &json!([])));
    let body = json!({"country": "DE", "sharing": "personal", "with_sms": false, "bundle_id": "BU1"});
    assert_eq!(house.post(RENT, body).await["bundle_id"], "BU1");
}

#[tokio::test]
async fn dialer_sessions_are_only_shown() {
    let house = House::new().await;
    let list = house.get("dialer/?source_type=saved-search&status__in=active,inactive").await;
    assert_eq!((&list["has_more"], list["data"].as_array().unwrap().len()), (&json!(false), 1));
    let session = house.get(&format!("dialer/{}/", id(&list["data"][0]))).await;
    assert_eq!((&session["type"], &session["users"][0]["user_id"]), (&json!("power"), &json!(ANN)));
    assert_eq!(each(&house.get(&format!("dialer/?user_id={BOB}")).await, "id"), [] as [Value; 0]);
    house.try_get("dialer/dial_x/").await.refused(404);
    house.try_post("dialer/", json!({})).await.refused(405);
}
