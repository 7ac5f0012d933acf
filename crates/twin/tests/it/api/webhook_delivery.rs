//! Webhooks on their way: signatures, retries, pauses, and what faults do to them.

use std::time::Duration;

use latch_twin::{Clock, DeliveryFaults, TwinOptions, WebhookLimits};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::receiver::{Letter, Receiver};
use crate::support::{ANN, House, NOW, PROPOSAL_SENT, each, id};

const HOUR: Duration = Duration::from_secs(3600);

async fn contact(house: &House, name: &str) -> Value {
    house.post("contact/", json!({ "name": name })).await
}

fn names(letters: &[Letter]) -> Vec<Value> {
    letters.iter().map(|letter| letter.event()["data"]["name"].clone()).collect()
}

#[tokio::test]
async fn an_event_arrives_signed_in_the_bytes_of_python() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    let webhook = receiver.subscribe(&house, &["lead created"]).await;
    let lead = house.post("lead/", json!({"name": "Zoë 🚀", "description": "a \"b\"\n"})).await;
    let letters = receiver.letters(&house).await;
    let [letter] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    assert!(letter.is_signed_with(webhook["signature_key"].as_str().unwrap()));
    assert!(!letter.is_signed_with(&"00".repeat(32)));
    assert_eq!(letter.headers["content-type"], "application/json");
    assert_eq!(letter.headers["close-sig-timestamp"], "1795532400");
    assert!(
        letter.body.starts_with(&format!(r#"{{"subscription_id": {}, "event": {{"id": "ev_"#, webhook["id"]))
    );
    assert!(
        letter.body.contains(r#""name": "Zo\u00eb \ud83d\ude80", "description": "a \"b\"\n", "url": null"#)
    );
    let event = letter.event();
    assert_eq!((&event["object_id"], &event["user_id"]), (&lead["id"], &json!(ANN)));
    let logged = house.get("event/?object_type=lead&action=created").await;
    assert_eq!(logged["data"], json!([event]));

    let delivered = house.control().deliveries();
    assert_eq!(delivered.len(), 1);
    assert_eq!((delivered[0].attempt, delivered[0].status, &delivered[0].error), (1, Some(200), &None));
    assert_eq!(delivered[0].at, NOW);
    let counters = &house.get(&format!("webhook/{}/", id(&webhook))).await["counters"];
    assert_eq!(counters, &json!({"delivered": 1}));
}

#[tokio::test]
async fn a_won_deal_is_told_as_close_tells_it() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    receiver
        .subscribe(
            &house,
            &["opportunity updated", "activity.opportunity_status_change created", "lead updated"],
        )
        .await;
    let deal = house.post("opportunity/", json!({"value": 250_000, "status_id": PROPOSAL_SENT})).await;
    house.put(&format!("opportunity/{}/", id(&deal)), json!({"status": "Won"})).await;
    let letters = receiver.letters(&house).await;
    let events: Vec<Value> = letters.iter().map(Letter::event).collect();
    assert_eq!(events[0]["object_type"], "opportunity");
    assert_eq!(events[0]["previous_data"]["status_label"], "Proposal sent");
    assert_eq!(events[0]["data"]["status_type"], "won");
    assert_eq!(events[1]["object_type"], "activity.opportunity_status_change");
    assert_eq!(events[0]["request_id"], events[1]["request_id"]);
    assert_eq!(events.len(), 2, "a deal is no change of its lead");
}

#[tokio::test]
async fn what_fails_is_tried_again_ever_more_patiently() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    let webhook = receiver.subscribe(&house, &["contact created"]).await;
    receiver.answer(500);
    contact(&house, "First").await;
    assert_eq!(receiver.letters(&house).await.len(), 1);
    for pause in [30, 60, 120, 240, 480, 960, 1200, 1200] {
        house.control().advance_clock(Duration::from_secs(pause - 1));
        assert_eq!(receiver.letters(&house).await.len(), 0, "before {pause} seconds");
        house.control().advance_clock(Duration::from_secs(1));
        assert_eq!(receiver.letters(&house).await.len(), 1, "after {pause} seconds");
    }
    let path = format!("webhook/{}/", id(&webhook));
    let failing = house.get(&path).await;
    assert_eq!(failing["health_status"], "failing");
    assert_eq!(failing["latest_error"], "the receiver answered 500");
    assert_eq!(failing["recent_consecutive_fail_buckets_cnt"], 2);

    receiver.answer(204);
    contact(&house, "Second").await;
    assert_eq!(names(&receiver.letters(&house).await), ["Second"]);
    assert_eq!(house.get(&path).await["health_status"], "healthy");
    house.control().advance_clock(HOUR);
    let late = receiver.letters(&house).await;
    assert_eq!(names(&late), ["First"]);
    assert!(late[0].is_signed_with(webhook["signature_key"].as_str().unwrap()));
    let deliveries = house.control().deliveries();
    let last = deliveries.last().unwrap();
    assert_eq!((last.attempt, last.status), (10, Some(204)));
}

#[tokio::test]
async fn three_days_of_failures_pause_a_subscription() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    let webhook = receiver.subscribe(&house, &["contact created"]).await;
    let path = format!("webhook/{}/", id(&webhook));
    receiver.answer(302);
    contact(&house, "First").await;
    house.control().deliveries_settled().await;
    house.control().advance_clock(71 * HOUR);
    house.control().deliveries_settled().await;
    assert_eq!(house.get(&path).await["status"], "active");
    house.control().advance_clock(HOUR);
    house.control().deliveries_settled().await;
    let paused = house.get(&path).await;
    assert_eq!((&paused["status"], &paused["pause_reason"]), (&json!("paused"), &json!("delivery_failures")));
    assert_eq!(paused["counters"], json!({"failed": 3, "dropped": 1}));
    assert_eq!(paused["date_updated"], "2026-11-27T15:00:00.000000");

    receiver.answer(200);
    contact(&house, "During the pause").await;
    house.control().advance_clock(HOUR);
    receiver.letters(&house).await;
    house.put(&path, json!({"status": "active"})).await;
    contact(&house, "After it").await;
    assert_eq!(names(&receiver.letters(&house).await), ["After it"]);
    assert_eq!(house.get(&path).await["counters"], json!({"delivered": 1}));
}

#[tokio::test]
async fn pausing_forgets_what_waits() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    let webhook = receiver.subscribe(&house, &["contact created"]).await;
    let path = format!("webhook/{}/", id(&webhook));
    receiver.answer(500);
    contact(&house, "Waits").await;
    assert_eq!(receiver.letters(&house).await.len(), 1);
    house.put(&path, json!({"status": "paused"})).await;
    receiver.answer(200);
    house.put(&path, json!({"status": "active"})).await;
    house.control().advance_clock(HOUR);
    assert_eq!(receiver.letters(&house).await.len(), 0);
    house.delete(&path).await;
    contact(&house, "Nobody listens").await;
    assert_eq!(receiver.letters(&house).await.len(), 0);
}

#[tokio::test]
async fn a_slow_receiver_holds_up_nobody_else() {
    let house = House::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = subscribe_silent(&house, &silent).await;
    let receiver = Receiver::new().await;
    let quick = receiver.subscribe(&house, &["contact created"]).await;
    for name in ["One", "Two"] {
        contact(&house, name).await;
    }
    receiver.wait_for(2).await;
    let pending = &house.get(&format!("webhook/{}/", id(&slow))).await["counters"];
    assert_eq!(pending, &json!({"pending": 2}));
    assert!(house.control().deliveries().iter().all(|delivery| delivery.subscription_id == id(&quick)));
}

#[tokio::test]
async fn a_receiver_may_take_only_so_long() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let webhooks = WebhookLimits { timeout: Duration::from_millis(50), ..WebhookLimits::default() };
    let house = House::with(TwinOptions { leads: 0, clock, webhooks, ..TwinOptions::default() }).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = subscribe_silent(&house, &silent).await;
    contact(&house, "One").await;
    house.control().deliveries_settled().await;
    let deliveries = house.control().deliveries();
    assert_eq!((deliveries.len(), deliveries[0].status), (1, None));
    let error = &house.get(&format!("webhook/{}/", id(&slow))).await["latest_error"];
    assert_eq!(error, "the receiver did not answer in time");
}

/// Subscribes somebody who takes connections and never answers.
async fn subscribe_silent(house: &House, silent: &TcpListener) -> Value {
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let events = json!([{"object_type": "contact", "action": "created"}]);
    house.post("webhook/", json!({"url": url, "events": events})).await
}

#[tokio::test]
async fn faults_swap_repeat_and_lose_deliveries() {
    let house = House::new().await;
    let receiver = Receiver::new().await;
    receiver.subscribe(&house, &["contact created"]).await;
    let swapped = DeliveryFaults { reorder: 1.0, ..DeliveryFaults::default() };
    house.control().disturb_deliveries(swapped);
    for name in ["One", "Two", "Three"] {
        contact(&house, name).await;
    }
    assert_eq!(names(&receiver.letters(&house).await), ["Two", "One"]);
    house.control().advance_clock(Duration::from_secs(5));
    assert_eq!(names(&receiver.letters(&house).await), ["Three"]);

    house.control().disturb_deliveries(DeliveryFaults { repeat: 1.0, ..DeliveryFaults::default() });
    contact(&house, "Four").await;
    let twice = receiver.letters(&house).await;
    assert_eq!(names(&twice), ["Four", "Four"]);
    assert_eq!(twice[0].event()["id"], twice[1].event()["id"]);

    house.control().disturb_deliveries(DeliveryFaults { drop: 1.0, ..DeliveryFaults::default() });
    contact(&house, "Five").await;
    house.control().disturb_deliveries(DeliveryFaults::default());
    contact(&house, "Six").await;
    assert_eq!(names(&receiver.letters(&house).await), ["Six"]);
    let log = house.get("event/?object_type=contact&action=created&_limit=2").await;
    assert_eq!(each(&log, "action").len(), 2, "the log has what a receiver missed");
}

#[tokio::test]
async fn the_same_seed_disturbs_in_the_same_way() {
    let mut seen = Vec::new();
    for seed in [5, 5, 6] {
        let house = House::new().await;
        let receiver = Receiver::new().await;
        receiver.subscribe(&house, &["contact created"]).await;
        house.control().disturb_deliveries(DeliveryFaults { seed, reorder: 0.5, repeat: 0.3, drop: 0.2 });
        for number in 0..30 {
            contact(&house, &number.to_string()).await;
        }
        house.control().advance_clock(Duration::from_secs(5));
        seen.push(names(&receiver.letters(&house).await));
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test]
async fn the_levers_answer_over_http() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let options =
        TwinOptions { leads: 0, clock, control: Some(([127, 0, 0, 1], 0).into()), ..TwinOptions::default() };
    let house = House::with(options).await;
    let receiver = Receiver::new().await;
    let webhook = receiver.subscribe(&house, &["contact created"]).await;
    let lever = |path: &str| format!("{}/{path}", house.twin.control_url().unwrap());
    let client = reqwest::Client::new();
    let faults = client.post(lever("deliveries/faults")).json(&json!({"seed": 1, "repeat": 1.0}));
    assert_eq!(faults.send().await.unwrap().status(), 200);
    contact(&house, "Twice").await;
    let settled = client.post(lever("deliveries/settle")).send().await.unwrap();
    let settled: Value = settled.json().await.unwrap();
    let read: Value = client.get(lever("deliveries")).send().await.unwrap().json().await.unwrap();
    assert_eq!(settled, read);
    let deliveries = read["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0]["subscription_id"], webhook["id"]);
    assert_eq!((&deliveries[0]["status"], &deliveries[0]["object_type"]), (&json!(200), &json!("contact")));
}
