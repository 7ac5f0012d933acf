//! E-mails, their conversations, and text messages.

use serde_json::{Value, json};

use crate::support::{CONTACT, House, LEAD, TEMPLATE, each, id};

#[tokio::test]
async fn sending_needs_a_sender_and_only_drafts_can_be_edited() {
    let house = House::new().await;
    let answer =
        house.try_post("activity/email/", json!({"lead_id": LEAD, "status": "outbox"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"sender": "This field is required."}));
    let answer = house.try_post("activity/email/", json!({"subject": "Hi"})).await.refused(400);
    let expected = json!({"lead": "This field is required.", "status": "This field is required."});
    assert_eq!(answer["field-errors"], expected);
    let wrong = json!({"lead_id": LEAD, "status": "draft", "to": ["nobody", {"email": "a@example.com"}]});
    let answer = house.try_post("activity/email/", wrong).await.refused(400);
    let errors = json!({"errors": {"0": "Invalid email address.", "1": "Value must be of str type."}});
    assert_eq!(answer["field-errors"], json!({ "to": errors }));

    let draft = json!({
        "lead_id": LEAD, "status": "draft", "subject": "Offer", "to": ["wile@acme-rockets.example.com"],
        "body_text": "Hi Wile,\nhere it is.",
    });
    let email = house.post("activity/email/", draft).await;
    assert_eq!((&email["direction"], &email["sender"]), (&json!("outgoing"), &Value::Null));
    assert_eq!(email["body_html"], "Hi Wile,<br>here it is.");
    assert_eq!(
        (&email["body_preview"], &email["date_sent"]),
        (&json!("Hi Wile,\nhere it is."), &Value::Null)
    );
    let path = format!("activity/email/{}/", id(&email));
    house.put(&path, json!({"subject": "Better offer"})).await;
    let body = json!({"status": "outbox", "sender": "Ann Reyes <ann@closer.example.com>"});
    let sent = house.put(&path, body).await;
    assert_eq!((&sent["status"], &sent["date_sent"]), (&json!("sent"), &json!("2026-11-24T15:00:00+00:00")));
    assert_eq!(sent["envelope"]["from"], json!([{"email": "ann@closer.example.com", "name": "Ann Reyes"}]));
    let answer = house.try_put(&path, json!({"subject": "Worse offer"})).await.refused(400);
    assert_eq!(answer["errors"], json!(["Only drafts can be edited."]));
    let events = house.get(&format!("event/?object_id={}&action=sent", id(&email))).await;
    assert_eq!(each(&events, "object_type"), ["activity.email"]);
}

#[tokio::test]
async fn what_waits_can_be_called_back() {
    let house = House::new().await;
    let sender = "ann@closer.example.com";
    let later = json!({"lead_id": LEAD, "status": "scheduled", "sender": sender});
    let answer = house.try_post("activity/email/", later.clone()).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"date_scheduled": "This field is required."}));
    let mut scheduled = later;
    scheduled["date_scheduled"] = json!("2026-12-01T09:00:00Z");
    let email = house.post("activity/email/", scheduled).await;
    let path = format!("activity/email/{}/", id(&email));
    house.try_put(&path, json!({"status": "sent"})).await.refused(400);
    assert_eq!(house.put(&path, json!({"status": "draft"})).await["status"], "draft");
    let held = json!({"lead_id": LEAD, "status": "outbox", "sender": sender, "send_in": 30});
    assert_eq!(house.post("activity/email/", held).await["status"], "outbox");
}

#[tokio::test]
async fn e_mails_of_one_subject_are_one_conversation() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "A", "contacts": [{"name": "Eve"}]})).await);
    let first = json!({"lead_id": lead, "status": "sent", "subject": "Quote", "to": ["eve@example.com"]});
    let first = house.post("activity/email/", first).await;
    assert_eq!(first["sender"], "Ann Reyes <ann@closer.example.com>");
    let reply = json!({
        "lead_id": lead, "status": "inbox", "subject": "Re: Quote", "sender": "Eve <eve@example.com>",
        "in_reply_to_id": first["id"],
    });
    let reply = house.post("activity/email/", reply).await;
    assert_eq!((&reply["thread_id"], &reply["direction"]), (&first["thread_id"], &json!("incoming")));
    assert_eq!(house.get(&format!("activity/email/{}/", id(&first))).await["has_reply"], true);
    let other =
        house.post("activity/email/", json!({"lead_id": lead, "status": "draft", "subject": "News"})).await;
    assert_ne!(other["thread_id"], first["thread_id"]);

    let path = format!("activity/emailthread/{}/", first["thread_id"].as_str().unwrap());
    let thread = house.get(&path).await;
    assert_eq!((&thread["n_emails"], &thread["latest_normalized_subject"]), (&json!(2), &json!("Quote")));
    let people = json!([
        {"email": "ann@closer.example.com", "name": "Ann Reyes"}, {"email": "eve@example.com", "name": ""},
    ]);
    assert_eq!(thread["participants"], people);
    assert!(thread["emails"][0].get("body_text").is_none());
    house.delete(&path).await;
    assert_eq!(each(&house.get(&format!("activity/email/?lead_id={lead}")).await, "subject"), ["News"]);
    house.delete(&format!("activity/email/{}/", id(&other))).await;
    assert_eq!(house.get(&format!("activity/emailthread/?lead_id={lead}")).await["data"], json!([]));
}

#[tokio::test]
async fn templates_are_filled_in() {
    let house = House::new().await;
    let draft = json!({"lead_id": LEAD, "contact_id": CONTACT, "status": "draft", "template_id": TEMPLATE});
    let email = house.post("activity/email/", draft).await;
    assert_eq!((&email["subject"], &email["template_name"]), (&json!("Hello Wile"), &json!("Welcome")));
    assert_eq!(email["body_text"], "Hi Wile,\nthanks for trying us.");
    let path = format!("email_template/{TEMPLATE}/render/?lead_id={LEAD}&contact_id={CONTACT}");
    let rendered = house.get(&path).await;
    assert_eq!(rendered["body"], "Hi Wile,<br>thanks for trying us.");
    assert_eq!(rendered["email"], "wile@acme-rockets.example.com");
    let template = house.get(&format!("email_template/{TEMPLATE}/")).await;
    assert_eq!(template["used_by_sequences"][0]["name"], "Trial follow-up");
    assert_eq!(each(&house.get("email_template/?is_shared=true").await, "name"), ["Welcome"]);
}

#[tokio::test]
async fn following_up_is_a_task() {
    let house = House::new().await;
    let email = json!({
        "lead_id": LEAD, "status": "sent", "subject": "Ping", "followup_date": "2026-11-30T09:00:00Z",
    });
    let email = house.post("activity/email/", email).await;
    let tasks = house.get(&format!("task/?lead_id={LEAD}&_type=email_followup&date__gte=2026-11-30")).await;
    let task = &tasks["data"][0];
    assert_eq!((&task["email_id"], &task["subject"]), (&email["id"], &json!("Ping")));
    assert!(id(task).starts_with("noti_"));
}

#[tokio::test]
async fn text_messages_go_out_from_rented_numbers() {
    let house = House::new().await;
    let message = json!({"lead_id": LEAD, "status": "outbox", "text": "Hi", "remote_phone": "+15125550123"});
    let answer = house.try_post("activity/sms/", message.clone()).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"local_phone": "Not a valid choice."}));
    let mut message = message;
    message["local_phone"] = json!("+15125550100");
    let sms = house.post("activity/sms/", message).await;
    assert_eq!((&sms["status"], &sms["source"]), (&json!("sent"), &json!("Close.io")));
    assert_eq!(
        (&sms["direction"], &sms["remote_phone_formatted"]),
        (&json!("outbound"), &json!("+1 512-555-0123"))
    );
    let logged =
        house.post("activity/sms/", json!({"lead_id": LEAD, "status": "inbox", "text": "Late"})).await;
    assert_eq!((&logged["direction"], &logged["local_phone"]), (&json!("inbound"), &Value::Null));
    let path = format!("activity/sms/{}/", id(&logged));
    house.try_put(&path, json!({"text": "Early"})).await.refused(400);
    house.delete(&path).await;
}
