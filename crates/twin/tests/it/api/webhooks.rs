//! Webhook subscriptions: what they accept and what they say.

use latch_twin::{Clock, TwinOptions, WebhookLimits};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{House, NOW, QUALIFIED, id};

fn subscription(object_type: &str, action: &str) -> Value {
    json!({"url": "https://hooks.example.com/", "events": [{"object_type": object_type, "action": action}]})
}

#[tokio::test]
async fn a_subscription_says_how_to_check_what_it_sends() {
    let house = House::new().await;
    let answer = house.try_post("webhook/", subscription("lead", "created")).await;
    assert_eq!(answer.status, 201);
    let webhook = answer.body;
    let key = webhook["signature_key"].as_str().unwrap();
    assert!(key.len() == 64 && key.chars().all(|digit| digit.is_ascii_hexdigit()), "{key}");
    let expected = json!({
        "status": "active",
        "verify_ssl": true,
        "health_status": "healthy",
        "latest_error": null,
        "pause_reason": null,
        "counters": {},
        "recent_consecutive_fail_buckets_cnt": 0,
        "events": [{"object_type": "lead", "action": "created"}],
        "date_created": "2026-11-24T15:00:00.000000",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&webhook[name], value, "{name}");
    }
    assert_eq!(house.get(&format!("webhook/{}/", id(&webhook))).await, webhook);
    let all = house.get("webhook/").await;
    assert_eq!(all["data"].as_array().unwrap().last(), Some(&webhook));
}

#[tokio::test]
async fn pausing_and_going_on_says_why() {
    let house = House::new().await;
    let webhook = house.post("webhook/", subscription("lead", "created")).await;
    let path = format!("webhook/{}/", id(&webhook));
    let paused = house.put(&path, json!({"status": "paused"})).await;
    assert_eq!((&paused["status"], &paused["pause_reason"]), (&json!("paused"), &json!("api")));
    let moved = house.put(&path, json!({"url": "https://other.example.com/", "events": null})).await;
    assert_eq!((&moved["pause_reason"], &moved["events"]), (&json!("api"), &webhook["events"]));
    let active = house.put(&path, json!({"status": "active"})).await;
    assert_eq!((&active["status"], &active["pause_reason"]), (&json!("active"), &Value::Null));
    assert_eq!(active["signature_key"], webhook["signature_key"]);
    house.try_put(&path, json!({"status": "broken"})).await.refused(400);
    house.try_put(&path, json!({"events": []})).await.refused(400);
    house.delete(&path).await;
    house.try_get(&path).await.refused(404);
}

#[tokio::test]
async fn only_documented_events_can_be_subscribed_to() {
    let house = House::new().await;
    let refusal = house
        .try_post(
            "webhook/",
            json!({"url": "https://hooks.example.com/", "events": [
                {"object_type": "activity.meeting", "action": "canceled"},
                {"object_type": "meeting", "action": "created"},
                {"object_type": "lead", "action": "completed"},
            ]}),
        )
        .await
        .refused(400);
    let wrong = |name: &str| json!({"field-errors": {name: "Not a valid choice."}});
    let expected = json!({"errors": {"1": wrong("object_type"), "2": wrong("action")}});
    assert_eq!(refusal["field-errors"]["events"], expected);
    house.post("webhook/", subscription("lead_merge", "created")).await;
    house.try_post("webhook/", json!({"url": "https://hooks.example.com/"})).await.refused(400);
    house.try_post("webhook/", json!({"url": "hooks", "events": [{}]})).await.refused(400);
    let mut filtered = subscription("lead", "updated");
    filtered["events"][0]["extra_filter"] = json!({"type": "field_accessor", "field": "data"});
    let refusal = house.try_post("webhook/", filtered).await.refused(400);
    let missing = json!({"extra_filter": {"field-errors": {"filter": "This field is required."}}});
    assert_eq!(refusal["field-errors"]["events"]["errors"]["0"]["field-errors"], missing);
}

#[tokio::test]
async fn an_organization_has_forty_subscriptions_at_most() {
    let house = House::new().await;
    let mut last = Value::Null;
    let already = house.get("webhook/").await["data"].as_array().unwrap().len();
    for _ in already..40 {
        last = house.post("webhook/", subscription("lead", "created")).await;
    }
    let refusal = house.try_post("webhook/", subscription("lead", "created")).await.refused(400);
    assert_eq!(refusal["errors"], json!(["An organization can have at most 40 webhook subscriptions."]));
    house.delete(&format!("webhook/{}/", id(&last))).await;
    house.post("webhook/", subscription("lead", "created")).await;
}

#[tokio::test]
async fn filters_choose_among_events() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    let in_data = |field: &str, filter: Value| {
        let inner = json!({"type": "field_accessor", "field": field, "filter": filter});
        json!({"type": "field_accessor", "field": "data", "filter": inner})
    };
    let equals = |value: &str| json!({"type": "equals", "value": value});
    let qualified = json!({"type": "and", "filters": [
        in_data("status_label", equals("Qualified")),
        {"type": "field_accessor", "field": "changed_fields", "filter": {"type": "contains", "value": "status_id"}},
    ]});
    let in_france = in_data(
        "addresses",
        json!({"type": "any_array_value", "filter": {"type": "field_accessor", "field": "country", "filter": equals("FR")}}),
    );
    house
        .post(
            "webhook/",
            json!({
                "url": receiver.url,
                "event_filter": {"type": "not", "filter": in_data("name", equals("Secret"))},
                "events": [
                    {"object_type": "lead", "action": "updated", "extra_filter": qualified},
                    {"object_type": "lead", "action": "created", "extra_filter": in_france},
                ],
            }),
        )
        .await;
    let lead = house.post("lead/", json!({"name": "Berlin", "addresses": [{"country": "DE"}]})).await;
    house.post("lead/", json!({"name": "Paris", "addresses": [{"country": "DE"}, {"country": "FR"}]})).await;
    house.post("lead/", json!({"name": "Secret", "addresses": [{"country": "FR"}]})).await;
    let path = format!("lead/{}/", id(&lead));
    house.put(&path, json!({"name": "Hamburg"})).await;
    house.put(&path, json!({"status_id": QUALIFIED})).await;
    house.put(&path, json!({"name": "Munich"})).await;
    assert_eq!(receiver.news(&house).await, ["lead created", "lead updated"]);
}

#[tokio::test]
async fn a_backlog_is_a_warning_first_and_a_pause_in_the_end() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let webhooks = WebhookLimits { backlog_warning: 2, backlog_limit: 4, ..WebhookLimits::default() };
    let house = House::with(TwinOptions { leads: 0, clock, webhooks, ..TwinOptions::default() }).await;
    let receiver = Receiver::new().await;
    receiver.answer(503);
    let webhook = receiver.subscribe(&house, &["contact created"]).await;
    let path = format!("webhook/{}/", id(&webhook));
    let mut seen = Vec::new();
    for number in 1..=4 {
        house.post("contact/", json!({"name": format!("Number {number}")})).await;
        house.control().deliveries_settled().await;
        let now = house.get(&path).await;
        seen.push((now["health_status"].clone(), now["status"].clone(), now["counters"]["pending"].clone()));
    }
    let expected = [
        (json!("failing"), json!("active"), json!(1)),
        (json!("failing"), json!("active"), json!(2)),
        (json!("warning"), json!("active"), json!(3)),
        (json!("failing"), json!("paused"), Value::Null),
    ];
    assert_eq!(seen, expected);
    let paused = house.get(&path).await;
    assert_eq!(paused["pause_reason"], "backlog");
    assert_eq!(paused["latest_error"], "the receiver answered 503");
}
