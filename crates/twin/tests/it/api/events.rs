//! The event log.

use std::time::Duration;

use latch_twin::{Clock, TwinOptions};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{ACTIVITY_TYPE, ANN, BOB, CONTACT, House, LEAD, NOW, QUALIFIED, WON, each, id};

/// `object_type action` of each event of a list.
fn told(log: &Value) -> Vec<String> {
    let named = |event: &Value| {
        format!("{} {}", event["object_type"].as_str().unwrap(), event["action"].as_str().unwrap())
    };
    log["data"].as_array().unwrap().iter().map(named).collect()
}

/// What the last request told, oldest first.
async fn latest(house: &House) -> Vec<String> {
    let newest = house.get("event/?_limit=1").await;
    let request = newest["data"][0]["request_id"].as_str().unwrap().to_owned();
    let mut events = told(&house.get(&format!("event/?request_id={request}")).await);
    events.reverse();
    events
}

#[tokio::test]
async fn a_change_says_what_was_before() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "Before", "contacts": [{"name": "Eve"}]})).await;
    let path = format!("lead/{}/", id(&lead));
    house.put(&path, json!({"name": "After", "status_id": QUALIFIED})).await;
    let log = house.get(&format!("event/?lead_id={}", id(&lead))).await;
    let expected = ["activity.lead_status_change created", "lead updated", "contact created", "lead created"];
    assert_eq!(told(&log), expected);
    let updated = &log["data"][1];
    assert_eq!(updated["changed_fields"], json!(["display_name", "name", "status_id", "status_label"]));
    assert_eq!(updated["previous_data"]["status_label"], "Potential");
    assert_eq!((&updated["data"]["name"], &updated["user_id"]), (&json!("After"), &json!(ANN)));
    assert_eq!(updated["request_id"], log["data"][0]["request_id"]);
    assert_ne!(updated["request_id"], log["data"][3]["request_id"]);
    assert_eq!(updated["meta"]["request_path"], format!("/api/v1/{path}"));
    assert_eq!(updated["date_created"], "2026-11-24T15:00:00.000000");
    let event = house.get(&format!("event/{}/", id(updated))).await;
    assert_eq!(&event, updated);

    house.put(&path, json!({"name": "After"})).await;
    let history = house.get(&format!("event/?object_type=lead&object_id={}", id(&lead))).await;
    assert_eq!(each(&history, "action"), ["updated", "created"]);
}

#[tokio::test]
async fn cursors_walk_back_and_forth() {
    let house = House::new().await;
    for number in 1..=5 {
        house.post("contact/", json!({"name": format!("Number {number}")})).await;
    }
    let of_contacts = "event/?object_type=contact&action=created&_limit=2";
    let name = |page: &Value| -> Vec<Value> {
        page["data"].as_array().unwrap().iter().map(|event| event["data"]["name"].clone()).collect()
    };
    let first = house.get(of_contacts).await;
    assert_eq!(
        (name(&first), &first["cursor_previous"]),
        (vec![json!("Number 5"), json!("Number 4")], &Value::Null)
    );
    let next = |page: &Value, way: &str| format!("{of_contacts}&_cursor={}", page[way].as_str().unwrap());
    let second = house.get(&next(&first, "cursor_next")).await;
    assert_eq!(name(&second), ["Number 3", "Number 2"]);
    let third = house.get(&next(&second, "cursor_next")).await;
    assert_eq!((name(&third), &third["cursor_next"]), (vec![json!("Number 1")], &Value::Null));
    assert_eq!(house.get(&next(&third, "cursor_previous")).await, second);
    house.try_get("event/?_cursor=nonsense").await.refused(400);
    house.try_get(&format!("event/?request_id=req_x&user_id={ANN}")).await.refused(400);
    let capped = house.get("event/?_limit=200").await;
    assert_eq!(capped["data"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn what_changed_long_ago_is_for_administrators() {
    let mut house = House::new().await;
    house.post("lead/", json!({"name": "Old"})).await;
    house.control().advance_clock(Duration::from_secs(7200));
    let path = "event/?object_type=lead&action=created";
    assert_eq!(house.get(path).await["data"][0]["data"]["name"], "Old");
    house.become_user(BOB);
    assert_eq!(house.get(path).await["data"][0]["data"], Value::Null);
    let later = house.get(&format!("{path}&date_updated__gt=2026-11-24T16:00:00")).await;
    assert_eq!(later["data"], json!([]));
}

#[tokio::test]
async fn each_change_is_told_by_its_documented_name() {
    let house = House::new().await;
    let task = house.post("task/", json!({"lead_id": LEAD, "text": "Call back"})).await;
    assert_eq!(latest(&house).await, ["task.lead created"]);
    house.control().advance_clock(Duration::from_secs(1));
    house.put(&format!("task/{}/", id(&task)), json!({"is_complete": true})).await;
    let done = ["activity.task_completed created", "task.lead updated", "task.lead completed"];
    assert_eq!(latest(&house).await, done);
    let updated = house.get("event/?object_type=task.lead&action=updated&_limit=1").await;
    let changed = json!(["date_updated", "is_complete", "object_id", "object_type", "view"]);
    assert_eq!(updated["data"][0]["changed_fields"], changed);
    assert_eq!(updated["data"][0]["data"]["object_type"], "taskcompleted");
    house.post("task/", json!({"lead_id": LEAD, "text": "Done", "is_complete": true})).await;
    assert_eq!(
        latest(&house).await,
        ["activity.task_completed created", "task.lead created", "task.lead completed"]
    );

    let call = house.post("activity/call/", json!({"lead_id": LEAD, "status": "in-progress"})).await;
    assert_eq!(latest(&house).await, ["activity.call created"]);
    let over = json!({"status": "completed", "disposition": "answered"});
    house.put(&format!("activity/call/{}/", id(&call)), over).await;
    let over = ["activity.call updated", "activity.call answered", "activity.call completed"];
    assert_eq!(latest(&house).await, over);

    let email =
        house.post("activity/email/", json!({"lead_id": LEAD, "status": "draft", "subject": "New"})).await;
    assert_eq!(latest(&house).await, ["activity.email_thread created", "activity.email created"]);
    house.put(&format!("activity/email/{}/", id(&email)), json!({"status": "sent"})).await;
    assert!(latest(&house).await.contains(&"activity.email sent".to_owned()));
    house.post("activity/sms/", json!({"lead_id": LEAD, "status": "sent", "text": "Hello"})).await;
    assert_eq!(latest(&house).await, ["activity.sms created", "activity.sms sent"]);

    let deal = house.post("opportunity/", json!({"lead_id": LEAD})).await;
    house.put(&format!("opportunity/{}/", id(&deal)), json!({"status_id": WON})).await;
    assert_eq!(latest(&house).await, ["opportunity updated", "activity.opportunity_status_change created"]);
    let custom = json!({"lead_id": LEAD, "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"});
    house.post("activity/custom/", custom).await;
    assert_eq!(latest(&house).await, ["activity.custom_activity created"]);
    house.post("status/lead/", json!({"label": "Nurturing"})).await;
    assert_eq!(latest(&house).await, ["status.lead created"]);
    let field = house.post("custom_field/contact/", json!({"name": "Role", "type": "text"})).await;
    house.delete(&format!("custom_field/contact/{}/", id(&field))).await;
    assert_eq!(latest(&house).await, ["custom_fields.contact deleted"]);
    house.post("comment/", json!({"object_id": id(&deal), "body": "Well done"})).await;
    assert!(
        latest(&house)
            .await
            .starts_with(&["comment_thread created".to_owned(), "comment created".to_owned()])
    );
    let leads = house.get(&format!("event/?object_type=lead&object_id={LEAD}")).await;
    assert_eq!(told(&leads), Vec::<String>::new(), "changes of children are no changes of their lead");
}

#[tokio::test]
async fn merged_and_bulk_edited_leads_say_what_it_came_from() {
    let house = House::new().await;
    let source = house.post("lead/", json!({"name": "Source"})).await;
    house.post("lead/merge/", json!({"source": id(&source), "destination": LEAD})).await;
    let merged = latest(&house).await;
    assert!(merged.ends_with(&["lead merged".to_owned(), "lead deleted".to_owned()]), "{merged:?}");
    let log = house.get("event/?object_type=lead&action=merged").await;
    let meta = &log["data"][0]["meta"];
    assert_eq!(meta["merge_source_lead_id"], source["id"]);
    assert_eq!(meta["merge_destination_lead_id"], LEAD);
    assert_eq!(meta["request_path"], "/api/v1/lead/merge/");

    let bulk = json!({
        "type": "set_lead_status",
        "lead_status_id": QUALIFIED,
        "s_query": {"type": "id", "mode": "single", "value": LEAD},
    });
    let action = house.post("bulk_action/edit/", bulk).await;
    let expected = [
        "bulk_action.edit created",
        "lead updated",
        "activity.lead_status_change created",
        "bulk_action.edit updated",
        "bulk_action.edit completed",
    ];
    assert_eq!(latest(&house).await, expected);
    let log = house.get("event/?object_type=lead&action=updated&_limit=1").await;
    assert_eq!(log["data"][0]["meta"]["bulk_action_id"], action["id"]);
}

#[tokio::test]
async fn events_are_kept_for_thirty_days_and_up_to_a_number() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let options = TwinOptions { leads: 0, clock, event_capacity: 3, ..TwinOptions::default() };
    let house = House::with(options).await;
    for number in 1..=5 {
        house.post("activity/note/", json!({"lead_id": LEAD, "note": format!("Note {number}")})).await;
    }
    let log = house.get("event/").await;
    let notes: Vec<&Value> =
        log["data"].as_array().unwrap().iter().map(|event| &event["data"]["note"]).collect();
    assert_eq!(notes, ["Note 5", "Note 4", "Note 3"]);
    let newest = id(&log["data"][0]);
    house.control().advance_clock(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(house.get(&format!("event/{newest}/")).await["id"], newest);
    house.control().advance_clock(Duration::from_secs(1));
    assert_eq!(house.get("event/?object_type=activity.note").await["data"], json!([]));
    house.try_get(&format!("event/{newest}/")).await.refused(404);
    house.try_get(&format!("event/?_cursor=older.{newest}")).await.refused(400);
}

#[tokio::test]
async fn filters_narrow_the_log_and_dates_bound_it() {
    let mut house = House::new().await;
    house.put(&format!("contact/{CONTACT}/"), json!({"title": "Genius"})).await;
    house.control().advance_clock(Duration::from_secs(60));
    house.become_user(BOB);
    let note = house.post("activity/note/", json!({"lead_id": LEAD, "note": "Hello"})).await;
    let of = async |filters: &str| told(&house.get(&format!("event/?{filters}")).await);
    assert_eq!(of(&format!("lead_id={LEAD}")).await, ["activity.note created", "contact updated"]);
    assert_eq!(of(&format!("lead_id={LEAD}&user_id={ANN}")).await, ["contact updated"]);
    assert_eq!(of(&format!("lead_id={LEAD}&user_id={ANN}&object_type=activity.note")).await.len(), 0);
    assert_eq!(of(&format!("object_id={}&action=created", id(&note))).await, ["activity.note created"]);
    assert_eq!(of(&format!("user_id={BOB}&object_type=activity.note")).await, ["activity.note created"]);
    assert_eq!(of("date_updated__lt=2026-11-24T15:01:00").await, ["contact updated"]);
    assert_eq!(of("date_updated__gte=2026-11-24T15:01:00").await, ["activity.note created"]);
    assert_eq!(of("date_updated=2026-11-24T15:00:00").await, ["contact updated"]);
    for refused in ["action=created&user_id=x", "request_id=x&lead_id=y", "lead_id=x&object_id=y"] {
        house.try_get(&format!("event/?{refused}")).await.refused(400);
    }
    house.try_get("event/?date_updated__gt=soon").await.refused(400);
}

#[tokio::test]
async fn meetings_start_and_end_by_themselves() {
    let house = House::new().await;
    let meetings = house.get("activity/meeting/").await;
    let meeting = &meetings["data"][0];
    assert_eq!(meeting["status"], "upcoming", "{meeting}");
    let receiver = Receiver::new().await;
    receiver.subscribe(&house, &["activity.meeting started", "activity.meeting completed"]).await;
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let starts: jiff::Timestamp = meeting["starts_at"].as_str().unwrap().parse().unwrap();
    let second = Duration::from_secs(1);
    let until_start = Duration::try_from(starts.duration_since(now)).unwrap();
    house.control().advance_clock(until_start.checked_sub(second).unwrap());
    assert_eq!(receiver.news(&house).await, Vec::<String>::new());
    house.control().advance_clock(second);
    let started = house.get(&format!("event/?object_type=activity.meeting&object_id={}", id(meeting))).await;
    assert_eq!(told(&started), ["activity.meeting started"]);
    let event = &started["data"][0];
    assert_eq!(event["data"]["status"], "in-progress");
    let nobody = [&event["user_id"], &event["api_key_id"], &event["request_id"]];
    assert_eq!(nobody, [&Value::Null; 3]);
    house.control().advance_clock(Duration::from_secs(24 * 3600));
    assert_eq!(receiver.news(&house).await, ["activity.meeting started", "activity.meeting completed"]);
}
