//! Messages that were received elsewhere and are told to somebody: text messages, `WhatsApp`; what calls recorded.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, CONTACT, House, LEAD, each, id};

fn whatsapp(direction: &str) -> Value {
    json!({
        "lead_id": LEAD, "contact_id": CONTACT, "direction": direction, "external_whatsapp_message_id": "m-1",
        "message_markdown": "*Late*, sorry", "local_phone": "15125550100", "remote_phone": "4930123456",
        "activity_at": "2026-11-24T14:00:00Z",
    })
}

#[tokio::test]
async fn a_received_text_message_is_told_on_request() {
    let house = House::new().await;
    let tasks = format!("task/?lead_id={LEAD}&_type=incoming_sms&date__gte=2026-11-24T15:00:00Z");
    let sms =
        json!({"lead_id": LEAD, "status": "inbox", "text": "Running late", "remote_phone": "+15125550123"});
    house.post("activity/sms/", sms.clone()).await;
    house.post("activity/sms/?send_to_inbox=false", sms.clone()).await;
    assert_eq!(house.get(&tasks).await["data"], json!([]));
    let received = house.post("activity/sms/?send_to_inbox=true", sms).await;
    let told = house.get(&tasks).await;
    let task = &told["data"][0];
    assert!(id(task).starts_with("noti_"));
    for (member, value) in [
        ("object_id", &received["id"]),
        ("object_type", &json!("sms")),
        ("text", &json!("Running late")),
        ("remote_phone_formatted", &json!("+1 512-555-0123")),
        ("assigned_to", &json!(ANN)),
        ("view", &json!("inbox")),
        ("attachments", &json!([])),
    ] {
        assert_eq!(&task[member], value, "{member}");
    }
    let draft = json!({"lead_id": LEAD, "status": "draft", "text": "Not yet"});
    house.post("activity/sms/?send_to_inbox=true", draft).await;
    assert_eq!(each(&house.get(&tasks).await, "id"), [id(task)]);
}

#[tokio::test]
async fn whatsapp_messages_are_logged_and_told() {
    let mut house = House::new().await;
    let sent = house.post("activity/whatsapp_message/?send_to_inbox=true", whatsapp("outgoing")).await;
    assert_eq!(
        (&sent["local_phone"], &sent["remote_phone"]),
        (&json!("+15125550100"), &json!("+4930123456"))
    );
    assert_eq!(
        (&sent["message_html"], &sent["text"]),
        (&json!("<p><strong>Late</strong>, sorry</p>"), &json!("Late, sorry"))
    );
    assert_eq!((&sent["integration_name"], &sent["source"]), (&json!("API"), &json!("api")));
    let tasks = format!("task/?lead_id={LEAD}&_type=incoming_whatsapp_message");
    assert_eq!(house.get(&tasks).await["data"], json!([]));

    house.connect_app("Messenger", BOB).await;
    let received = house.post("activity/whatsapp_message/?send_to_inbox=true", whatsapp("incoming")).await;
    assert_eq!(received["integration_name"], "Messenger");
    let told = house.get(&tasks).await;
    let task = &told["data"][0];
    assert_eq!((&task["object_id"], &task["text"]), (&received["id"], &json!("Late, sorry")));
    assert_eq!((&task["object_type"], &task["assigned_to"]), (&json!("whatsapp_message"), &json!(BOB)));

    let mut wrong = whatsapp("incoming");
    wrong["remote_phone"] = json!("unknown");
    wrong["contact_id"] = Value::Null;
    let answer = house.try_post("activity/whatsapp_message/", wrong).await.refused(400);
    let errors = json!({"remote_phone": "Invalid phone number.", "contact": "This field is required."});
    assert_eq!(answer["field-errors"], errors);
    let by_number = house.get("activity/whatsapp_message/?external_whatsapp_message_id=m-1").await;
    assert_eq!(each(&by_number, "id"), [received["id"].clone(), sent["id"].clone()]);
}

#[tokio::test]
async fn a_recording_can_be_deleted_by_who_may() {
    let mut house = House::new().await;
    let internal = "activity/call/acti_PQj96X3bHIIqTDIZ3mT9OQMKUIkdoQbU0D5VKDpQvZ3/";
    assert_eq!(house.get(internal).await["has_recording"], true);
    assert_eq!(
        house.get(&format!("{internal}?_fields=recording_transcript")).await,
        json!({"recording_transcript": null})
    );
    let cleared = house.put(internal, json!({"recording_url": null})).await;
    assert_eq!((&cleared["has_recording"], &cleared["recording_url"]), (&json!(false), &Value::Null));

    let asked = house.get(&format!("contact/{CONTACT}/?_fields=id,recent_calls")).await;
    let recent = &asked["recent_calls"][0];
    let last = house.get(&format!("activity/call/{}/", id(recent))).await;
    assert_eq!((&recent["duration"], &recent["status"]), (&last["duration"], &last["status"]));
    assert!(recent["finish_timestamp"].as_str() >= last["activity_at"].as_str(), "{recent}");
    assert!(house.get(&format!("contact/{CONTACT}/")).await.get("recent_calls").is_none());

    let membership = house.get("me/").await["organizations"][0]["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .find(|membership| membership["user_id"] == BOB)
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    house.put(&format!("membership/{membership}/"), json!({"role_id": "restricteduser"})).await;
    house.become_user(BOB);
    house.try_put(internal, json!({"note": "Mine"})).await.refused(403);
    house.try_delete(internal).await.refused(403);
    house
        .try_delete("activity/import_update/acti_hxOAom5bVzLHJLtgVd5FAJY1KlcUTqTRMrTS1cHJAAZ/")
        .await
        .refused(403);
    house.become_user(ANN);
    for path in [
        "activity/import_update/acti_hxOAom5bVzLHJLtgVd5FAJY1KlcUTqTRMrTS1cHJAAZ/",
        "activity/form_submission/acti_w9qZAl1csRFwmfYw8PnfSUxqDGznv5FFIf82Xe1p8yV/",
    ] {
        assert_eq!(house.get(path).await["lead_id"], LEAD);
        assert_eq!(house.delete(path).await, json!({}));
        house.try_get(path).await.refused(404);
    }
}

#[tokio::test]
async fn comments_are_counted_and_stay_removed() {
    let house = House::new().await;
    let deal = id(&house.post("opportunity/", json!({"lead_id": LEAD})).await);
    let path = format!("opportunity/{deal}/");
    let summary = format!("{path}?_fields=comment_summary");
    assert_eq!(house.get(&summary).await, json!({"comment_summary": null}));
    let first = house.post("comment/", json!({"object_id": deal, "body": "Good"})).await;
    assert!(first.get("object_id").is_none());
    house.post("comment/", json!({"object_id": deal, "body": "Very good"})).await;
    let expected = json!({"thread_id": first["thread_id"], "comment_count": 2});
    assert_eq!(house.get(&summary).await, json!({"comment_summary": expected}));
    let comment = format!("comment/{}/", id(&first));
    house.delete(&comment).await;
    let answer = house.try_put(&comment, json!({"body": "Better"})).await.refused(400);
    assert_eq!(answer["errors"], json!(["The comment was removed."]));
    assert_eq!(house.get(&summary).await["comment_summary"]["comment_count"], 1);
    house.delete(&path).await;
    assert_eq!(house.get(&format!("comment_thread/?object_ids={deal}")).await["data"], json!([]));
}

#[tokio::test]
async fn links_lead_to_other_programs() {
    let mut house = House::new().await;
    let url = "https://x.example.com/?lead={{ lead.display_name }}&who={{contact.name}}&at={{lead.custom.[\"Lead Source\"]}}";
    let link = house.post("integration_link/", json!({"name": "X", "type": "contact", "url": url})).await;
    let links = house.get(&format!("contact/{CONTACT}/")).await["integration_links"].clone();
    let expected = "https://x.example.com/?lead=Acme%20Rockets&who=Wile%20Coyote&at=Trade%20show";
    assert_eq!(links, json!([{"name": "X", "url": expected}]));
    let path = format!("integration_link/{}/", id(&link));
    house.become_user(BOB);
    house.try_put(&path, json!({"name": "Y"})).await.refused(403);
    house.try_delete(&path).await.refused(403);
    house.get(&path).await;
    house.become_user(ANN);
    assert_eq!(house.delete(&path).await, json!({}));
    assert_eq!(house.get(&format!("contact/{CONTACT}/")).await["integration_links"], json!([]));
}
