//! Tasks: views, completion, changes in bulk.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, each, id};

#[tokio::test]
async fn views_follow_the_callers_today() {
    let mut house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "A"})).await);
    for (text, date) in [
        ("overdue", json!("2026-11-20")),
        ("today", json!("2026-11-24")),
        ("tonight", json!("2026-11-24T23:30:00Z")),
        ("tomorrow", json!("2026-11-25")),
        ("someday", Value::Null),
    ] {
        house.post("task/", json!({"lead_id": lead, "text": text, "date": date})).await;
    }
    let list = |view: &str| format!("task/?lead_id={lead}&view={view}&_order_by=date");
    assert_eq!(each(&house.get(&list("inbox")).await, "text"), ["overdue", "today", "someday", "tonight"]);
    assert_eq!(each(&house.get(&list("future")).await, "text"), ["tomorrow"]);
    house.travel("10");
    assert_eq!(each(&house.get(&list("future")).await, "text"), Vec::<Value>::new());
    house.travel("-20");
    assert_eq!(each(&house.get(&list("inbox")).await, "text"), ["overdue", "someday"]);
}

#[tokio::test]
async fn a_task_without_a_date_is_dateless() {
    let house = House::new().await;
    let task = house.post("task/", json!({"lead_id": LEAD, "text": "Think"})).await;
    assert_eq!((&task["_type"], &task["assigned_to"]), (&json!("lead"), &json!(ANN)));
    assert_eq!((&task["is_dateless"], &task["due_date"]), (&json!(true), &Value::Null));
    assert_eq!((&task["date"], &task["view"]), (&json!("2026-11-24"), &json!("inbox")));
    let dated = house.put(&format!("task/{}/", id(&task)), json!({"due_date": "2026-12-01"})).await;
    assert_eq!((&dated["is_dateless"], &dated["date"]), (&json!(false), &json!("2026-12-01")));
    let answer = house.try_post("task/", json!({"lead_id": "wibble"})).await.refused(400);
    assert_eq!(answer, json!({"errors": [], "field-errors": {"lead": "Object does not exist."}}));
    let answer = house.try_post("task/", json!({"text": "Homeless"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "This field is required."}));
    let answer =
        house.try_post("task/", json!({"lead_id": LEAD, "_type": "missed_call", "date": "soon"})).await;
    let expected = json!({"_type": "Not a valid choice.", "date": "Invalid ISO 8601 datetime."});
    assert_eq!(answer.refused(400)["field-errors"], expected);
}

#[tokio::test]
async fn done_tasks_leave_an_activity() {
    let house = House::new().await;
    let task = house.post("task/", json!({"lead_id": LEAD, "text": "Send quote"})).await;
    let path = format!("task/{}/", id(&task));
    let done = house.put(&path, json!({"is_complete": true})).await;
    assert_eq!((&done["view"], &done["object_type"]), (&json!("archive"), &json!("taskcompleted")));
    let activity =
        house.get(&format!("activity/task_completed/{}/", done["object_id"].as_str().unwrap())).await;
    assert_eq!((&activity["task_text"], &activity["task_id"]), (&json!("Send quote"), &task["id"]));
    let events = house.get(&format!("event/?object_type=task.lead&object_id={}", id(&task))).await;
    assert_eq!(each(&events, "action"), ["completed", "updated", "created"]);
    let open = house.put(&path, json!({"is_complete": false})).await;
    assert_eq!((&open["object_id"], &open["view"]), (&Value::Null, &json!("inbox")));
}

#[tokio::test]
async fn lists_hold_lead_tasks_unless_others_are_asked_for() {
    let house = House::new().await;
    let plain = house.get("task/").await;
    assert!(each(&plain, "_type").iter().all(|kind| kind == "lead"));
    let all = house.get("task/?_type=all").await;
    assert!(each(&all, "_type").len() > each(&plain, "_type").len());
    let calls = house.get("task/?_type__in=missed_call,voicemail").await;
    assert!(each(&calls, "id").iter().all(|id| id.as_str().unwrap().starts_with("noti_")));
    let missed = each(&calls, "id");
    let path = format!("task/{}/", missed[0].as_str().unwrap());
    let answer = house.try_put(&path, json!({"text": "No"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"text": "Value cannot be changed."}));
}

#[tokio::test]
async fn many_tasks_change_at_once() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "A"})).await);
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(id(&house.post("task/", json!({"lead_id": lead, "text": text})).await));
    }
    let path = format!("task/?id__in={},{}", ids[0], ids[2]);
    assert_eq!(house.put(&path, json!({"assigned_to": BOB})).await, json!({"count": 2}));
    let bobs = house.get(&format!("task/?lead_id={lead}&assigned_to={BOB}&_order_by=date_created")).await;
    assert_eq!(each(&bobs, "text"), ["one", "three"]);
    let answer = house.try_put(&path, json!({"assigned_to": "user_x"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"assigned_to": "Object does not exist."}));
    house.put(&format!("task/?lead_id={lead}&is_complete=false"), json!({"is_complete": true})).await;
    let open = house.get(&format!("task/?lead_id={lead}&is_complete=false")).await;
    assert_eq!(open["data"], json!([]));
}
