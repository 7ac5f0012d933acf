//! Activities of all kinds, and the list of all of them.

use serde_json::{Value, json};

use crate::support::{ACTIVITY_TYPE, CONTACT, House, LEAD, QUALIFIED, each, id};

#[tokio::test]
async fn the_list_of_all_activities_has_its_rules() {
    let house = House::new().await;
    let all = house.get(&format!("activity/?lead_id={LEAD}")).await;
    let kinds = each(&all, "_type");
    for kind in ["Call", "Email", "SMS", "Note", "Meeting", "CustomActivity"] {
        assert!(kinds.contains(&json!(kind)), "{kind}");
    }
    assert!(!kinds.contains(&json!("EmailThread")));
    let dates: Vec<String> =
        each(&all, "date_created").iter().map(|date| date.as_str().unwrap().to_owned()).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");

    let calls = house.get(&format!("activity/?lead_id={LEAD}&_type__in=Call,Note")).await;
    assert!(each(&calls, "_type").iter().all(|kind| kind == "Call" || kind == "Note"));
    let custom = house.get(&format!("activity/?lead_id={LEAD}&_type={ACTIVITY_TYPE}")).await;
    assert_eq!(each(&custom, "_type"), ["CustomActivity"]);
    let threads = house.get(&format!("activity/?lead_id={LEAD}&thread_emails=only")).await;
    assert!(each(&threads, "_type").contains(&json!("EmailThread")));
    assert!(!each(&threads, "_type").contains(&json!("Email")));

    for parameters in [
        "_type=Call".to_owned(),
        "user_id=user_x".to_owned(),
        format!("contact_id={CONTACT}"),
        format!("lead_id__in={LEAD},lead_x&_type=Call"),
        "_order_by=-activity_at".to_owned(),
        format!("lead_id={LEAD}&activity_at__gt=2024-01-01"),
    ] {
        let answer = house.try_get(&format!("activity/?{parameters}")).await.refused(400);
        assert!(answer["error"].is_string(), "{parameters}: {answer}");
    }
    let happened =
        format!("activity/?lead_id={LEAD}&_order_by=-activity_at&activity_at__gt=2024-01-01&_limit=1");
    house.get(&happened).await;
    let recent = house.get("activity/?date_created__gte=2026-11-24T15:00:00Z").await;
    assert_eq!(recent["data"], json!([]));
}

#[tokio::test]
async fn calls_made_elsewhere_are_logged() {
    let house = House::new().await;
    let body =
        json!({"phone": "+15125550123", "direction": "outbound", "duration": 60, "note": "Left\na message"});
    let call = house.post("activity/call/", body).await;
    assert_eq!((&call["lead_id"], &call["contact_id"]), (&json!(LEAD), &json!(CONTACT)));
    assert_eq!((&call["source"], &call["status"]), (&json!("External"), &json!("completed")));
    assert_eq!((&call["call_method"], &call["users"]), (&json!("external"), &json!([])));
    assert_eq!(call["remote_phone_formatted"], "+1 512-555-0123");
    assert_eq!(call["note_html"], "<body><p>Left</p><p>a message</p></body>");
    assert_eq!((&call["has_recording"], &call["recording_url"]), (&json!(false), &Value::Null));
    let path = format!("activity/call/{}/", id(&call));
    let body =
        json!({"note_html": "<p>Called <b>back</b></p>", "recording_url": "https://media.example.com/a.mp3"});
    let call = house.put(&path, body).await;
    assert_eq!((&call["note"], &call["duration"]), (&json!("Called back"), &json!(60)));
    assert_eq!(call["recording_url"], format!("https://api.close.com/call/{}/recording/", id(&call)));
    let answer =
        house.try_put(&path, json!({"duration": -1, "recording_url": "http://plain.example.com"})).await;
    let expected = json!({"duration": "The value must be at least 0.", "recording_url": "Invalid URL."});
    assert_eq!(answer.refused(400)["field-errors"], expected);
    let internal = "activity/call/acti_PQj96X3bHIIqTDIZ3mT9OQMKUIkdoQbU0D5VKDpQvZ3/";
    let answer = house.try_put(internal, json!({"status": "busy"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"status": "Value cannot be changed."}));
    house.delete(&path).await;
    let gone = house.try_get(&path).await.refused(404);
    assert_eq!(gone, json!({"error": "Empty query: Call matching query does not exist."}));
}

#[tokio::test]
async fn notes_keep_plain_and_rich_text_in_step() {
    let house = House::new().await;
    let note = house.post("activity/note/", json!({"lead_id": LEAD, "note": "Fish & chips"})).await;
    assert_eq!(note["note_html"], "<body><p>Fish &amp; chips</p></body>");
    let path = format!("activity/note/{}/", id(&note));
    let note = house
        .put(&path, json!({"note": "ignored", "note_html": "<p>One</p><p>Two</p>", "pinned": true}))
        .await;
    assert_eq!(
        (&note["note"], &note["pinned_at"]),
        (&json!("One\nTwo"), &json!("2026-11-24T15:00:00+00:00"))
    );
    let answer = house.try_post("activity/note/", json!({"note": "Homeless"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "This field is required."}));
    let old = json!({"lead_id": LEAD, "note": "Long ago", "date_created": "2020-01-01T10:00:00+02:00"});
    let old = house.post("activity/note/", old).await;
    assert_eq!(
        (&old["date_created"], &old["activity_at"]),
        (&json!("2020-01-01T08:00:00+00:00"), &json!("2020-01-01T08:00:00+00:00"))
    );
    let list = house.get(&format!("activity/note/?lead_id={LEAD}&_fields=id")).await;
    assert_eq!(each(&list, "id").last().unwrap(), &old["id"]);
}

#[tokio::test]
async fn custom_activities_need_what_their_type_requires() {
    let house = House::new().await;
    let body = json!({"lead_id": LEAD, "custom_activity_type_id": ACTIVITY_TYPE});
    let field = "custom.cf_dUNpniPZexdYI0Al1EKaCRapSVPsUBu47uTvmLK5KWn";
    let answer = house.try_post("activity/custom/", body.clone()).await.refused(400);
    assert_eq!(answer["field-errors"][field], "This field is required.");
    let mut draft = body.clone();
    draft["status"] = json!("draft");
    let draft = house.post("activity/custom/", draft).await;
    assert_eq!(draft["last_published_at"], Value::Null);
    let path = format!("activity/custom/{}/", id(&draft));
    let answer = house.try_put(&path, json!({"status": "published"})).await.refused(400);
    assert_eq!(answer["field-errors"][field], "This field is required.");
    let filter = format!("activity/custom/?custom_activity_type_id={ACTIVITY_TYPE}");
    house.try_get(&filter).await.refused(400);
    assert_eq!(house.get(&format!("{filter}&lead_id={LEAD}")).await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn status_changes_can_be_logged_without_changing_anything() {
    let house = House::new().await;
    let lead = house.get(&format!("lead/{LEAD}/")).await;
    let body = json!({"lead_id": LEAD, "old_status_id": lead["status_id"], "new_status_id": QUALIFIED});
    let change = house.post("activity/status_change/lead/", body).await;
    assert_eq!(change["new_status_label"], "Qualified");
    assert_eq!(house.get(&format!("lead/{LEAD}/")).await["status_label"], "Potential");
    house.delete(&format!("activity/status_change/lead/{}/", id(&change))).await;
    let answer = house.try_post("activity/status_change/lead/", json!({"lead_id": LEAD})).await.refused(400);
    assert_eq!(answer["field-errors"]["new_status"], "This field is required.");
    house.try_post("activity/created/", json!({"lead_id": LEAD})).await.refused(405);
    house.try_delete("activity/lead_merge/acti_x/").await.refused(405);
}

#[tokio::test]
async fn comments_hang_in_one_thread_and_are_blanked() {
    let house = House::new().await;
    let note = id(&house.post("activity/note/", json!({"lead_id": LEAD, "note": "Hm"})).await);
    let answer = house.try_post("comment/", json!({"object_id": note, "body": "First <3"})).await;
    assert_eq!(answer.status, 201);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let first = answer.fine();
    assert_eq!(location, format!("/api/v1/comment/{}/", id(&first)));
    let second = house.post("comment/", json!({"object_id": note, "body": "Second"})).await;
    assert_eq!(
        (&second["body"], &second["thread_id"]),
        (&json!("<body><p>Second</p></body>"), &first["thread_id"])
    );
    let list = house.get(&format!("comment/?object_id={note}")).await;
    assert_eq!(each(&list, "id"), [first["id"].clone(), second["id"].clone()]);
    house.try_get("comment/").await.refused(400);

    let path = format!("comment/{}/", id(&first));
    let changed = house.put(&path, json!({"body": "<p>Third</p>"})).await;
    assert_eq!(changed["body"], "<body><p>Third</p></body>");
    assert_eq!(house.try_delete(&path).await.status, 204);
    let blank = house.get(&path).await;
    assert_eq!((&blank["body"], blank["removed_at"].is_string()), (&Value::Null, true));
    let thread = house.get(&format!("comment_thread/?object_ids={note}")).await;
    assert_eq!(
        (&thread["data"][0]["num_comments"], &thread["data"][0]["object_type"]),
        (&json!(1), &json!("activity.note"))
    );
    house.try_delete(&format!("comment/{}/", id(&second))).await.fine();
    assert_eq!(house.get(&format!("comment_thread/?object_ids={note}")).await["data"], json!([]));
    house.try_get(&path).await.refused(404);
    let answer = house.try_post("comment/", json!({"object_id": LEAD, "body": "No"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"object": "Object does not exist."}));
}

#[tokio::test]
async fn meetings_follow_the_clock() {
    let house = House::new().await;
    let path = "activity/meeting/acti_HRIkGME3KVckVBfYjxwt98mgBt8BmWfWOjjbBauZnZG/";
    let meeting = house.get(path).await;
    assert!(["upcoming", "completed"].contains(&meeting["status"].as_str().unwrap()));
    let noted = house.put(path, json!({"user_note_html": "<p>Went well</p>", "title": "Mine"})).await;
    assert_eq!((&noted["user_note"], &noted["title"]), (&json!("Went well"), &meeting["title"]));
    house.try_post("activity/meeting/", json!({})).await.refused(405);
}
