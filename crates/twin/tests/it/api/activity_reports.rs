//! Activity reports: every number is the one of a story told over the API, and the search beside it finds the leads.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LOST, PROPOSAL_SENT, TEMPLATE, WON, each, id};

const DAY: u64 = 24 * 3600;

/// Every metric that counts something.
async fn counts(house: &House) -> Vec<String> {
    let all = house.get("report/activity/metrics/").await;
    let keys = all["metrics"].as_array().unwrap().iter().map(|metric| metric["key"].as_str().unwrap());
    keys.filter(|key| key.rsplit('.').next() == Some("count")).map(str::to_owned).collect()
}

/// Of each metric that is not zero: what the report counts in all.
fn told(report: &Value) -> Vec<(&str, u64)> {
    let totals = report["aggregations"]["totals"].as_object().unwrap();
    let numbers = totals.iter().map(|(key, value)| (key.as_str(), value.as_u64().unwrap()));
    numbers.filter(|(_, value)| *value > 0).collect()
}

/// The search beside each number finds as many leads. In these stories no lead counts twice.
async fn searches_find_what_is_counted(house: &House, report: &Value) {
    for (key, searches) in report["queries"]["leads"].as_object().unwrap() {
        for (row, search) in report["data"].as_array().unwrap().iter().zip(searches.as_array().unwrap()) {
            let request = house.request(reqwest::Method::GET, "lead/?_limit=0").query(&[("query", search)]);
            let found = house.send(request).await.fine();
            assert_eq!(found["total_results"], row[key], "{key}: {search}");
        }
    }
}

/// A lead of its own, with a contact that can be written to.
async fn lead(house: &House) -> Value {
    let contacts = json!([{"name": "Eve", "emails": [{"email": "eve@example.com"}]}]);
    house.post("lead/", json!({"name": "Counted", "contacts": contacts})).await
}

async fn email(house: &House, more: Value) -> Value {
    let lead = lead(house).await;
    let mut email =
        json!({"lead_id": lead["id"], "contact_id": lead["contacts"][0]["id"], "subject": "Hello"});
    email.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.post("activity/email/", email).await
}

/// A day of calls, messages and deals, each on a lead of its own.
async fn busy_day(house: &House) {
    for (direction, user) in [("outbound", ANN), ("outbound", BOB), ("inbound", ANN)] {
        let lead = lead(house).await;
        let call = json!({"lead_id": lead["id"], "direction": direction, "duration": 60, "user_id": user});
        house.post("activity/call/", call).await;
    }
    let lead_id = lead(house).await["id"].clone();
    let missed = json!({"lead_id": lead_id, "direction": "outbound", "status": "no-answer"});
    house.post("activity/call/", missed).await;

    email(house, json!({"status": "draft"})).await;
    email(house, json!({"status": "sent", "opens": [{"opened_at": "2026-12-24T15:01:00Z"}]})).await;
    let asked = email(house, json!({"status": "sent"})).await;
    let answer = json!({
        "lead_id": asked["lead_id"], "status": "inbox", "sender": "eve@example.com", "in_reply_to_id": asked["id"],
    });
    house.post("activity/email/", answer).await;
    let written = lead(house).await;
    let bulk = json!({"s_query": {"type": "id", "value": written["id"]}, "template_id": TEMPLATE});
    house.post("bulk_action/email/", bulk).await;

    for (status, direction) in [("sent", "outbound"), ("inbox", "inbound")] {
        let lead = lead(house).await;
        let sms = json!({
            "lead_id": lead["id"], "status": status, "direction": direction, "text": "Hi",
            "local_phone": "+15550100", "remote_phone": "+14155550123",
        });
        house.post("activity/sms/", sms).await;
    }

    for (status, period, user) in [
        (WON, "monthly", ANN),
        (WON, "one_time", BOB),
        (LOST, "annual", ANN),
        (PROPOSAL_SENT, "monthly", BOB),
    ] {
        let lead = lead(house).await;
        let deal = json!({
            "lead_id": lead["id"], "status_id": status, "value": 100, "value_period": period, "user_id": user,
        });
        house.post("opportunity/", deal).await;
    }
}

#[tokio::test]
async fn every_number_is_right_and_can_be_looked_up() {
    let mut house = House::new().await;
    // In this zone it is already the 5th of December, and the day began at 09:30 UTC.
    house.travel("-9.5");
    house.control().advance_clock(Duration::from_secs(11 * DAY));
    busy_day(&house).await;
    let metrics = counts(&house).await;
    let body = json!({"type": "comparison", "relative_range": "today", "metrics": metrics});
    let report = house.post("report/activity/", body).await;
    insta::assert_json_snapshot!(told(&report));
    searches_find_what_is_counted(&house, &report).await;
    let name = &report["lookup"]["user"][ANN]["display"];
    assert_eq!(name, "Ann Reyes", "programs look names up here");

    let range = json!({"start": "2026-12-04T00:00:00-09:30", "end": "2026-12-07T00:00:00-09:30"});
    let overview = json!({"type": "overview", "datetime_range": range, "metrics": metrics, "users": [ANN]});
    let days = house.post("report/activity/", overview).await;
    assert_eq!(each(&days, "calls.outbound.all.count"), [0, 2, 0]);
    assert_eq!(each(&days, "opportunities.won.all.count"), [0, 1, 0], "days of winning are the caller's");
    searches_find_what_is_counted(&house, &days).await;

    let group = house.post("group/", json!({"name": "Sales"})).await;
    house.post(&format!("group/{}/member/", id(&group)), json!({"user_id": BOB})).await;
    let body = json!({
        "type": "overview", "relative_range": "today", "users": [group["id"]],
        "metrics": ["calls.outbound.all.count", "opportunities.won.all.sum_annualized_value"],
    });
    let theirs = house.post("report/activity/", body).await;
    assert_eq!(
        told(&theirs),
        [("calls.outbound.all.count", 1), ("opportunities.won.all.sum_annualized_value", 100)]
    );
}

#[tokio::test]
async fn a_smart_view_narrows_numbers_and_searches() {
    let house = House::new().await;
    let said = json!({"type": "text", "value": "wanted", "mode": "full_words"});
    let query = json!({"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, said]});
    let view = json!({"name": "Wanted", "s_query": {"query": query}, "type": "lead"});
    let view = house.post("saved_search/", view).await;
    for description in ["wanted", "other"] {
        let lead = house.post("lead/", json!({"name": "L", "description": description})).await;
        house.post("activity/call/", json!({"lead_id": lead["id"]})).await;
    }
    let body = json!({
        "type": "overview", "relative_range": "today", "users": [ANN, BOB],
        "query": {"type": "saved_search", "saved_search_id": view["id"]},
        "metrics": ["calls.all.all.count", "leads.created.all.count", "leads.contacted.all.count"],
    });
    let report = house.post("report/activity/", body.clone()).await;
    assert_eq!(each(&report, "calls.all.all.count"), [1]);
    searches_find_what_is_counted(&house, &report).await;
    let nobody = house.post("group/", json!({"name": "Nobody"})).await;
    let mut of_nobody = body.clone();
    of_nobody["users"] = json!([nobody["id"]]);
    let report = house.post("report/activity/", of_nobody).await;
    assert!(told(&report).is_empty());
    searches_find_what_is_counted(&house, &report).await;
    let mut unknown = body;
    unknown["query"]["saved_search_id"] = json!("save_none");
    house.try_post("report/activity/", unknown).await.refused(400);
}

#[tokio::test]
async fn long_times_are_told_by_month_and_by_year() {
    let house = House::new().await;
    let rows = async |start: &str, end: &str| {
        let range = json!({"start": start, "end": end});
        let body = json!({"type": "overview", "datetime_range": range, "metrics": ["sms.sent.all.count"]});
        let answer = house.try_post("report/activity/", body).await;
        answer.status.is_success().then(|| each(&answer.body, "datetime"))
    };
    assert_eq!(rows("2026-01-01T00:00:00Z", "2026-04-03T00:00:00Z").await.unwrap().len(), 92);
    let months = rows("2026-01-15T00:00:00Z", "2026-05-01T00:00:00Z").await.unwrap();
    let expected =
        ["2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"];
    assert_eq!(months, expected);
    let years = rows("2001-06-01T00:00:00Z", "2021-01-01T00:00:00Z").await.unwrap();
    assert_eq!((years.len(), &years[19]), (20, &json!("2020-01-01T00:00:00Z")));
    assert_eq!(rows("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z").await, None);
    assert_eq!(rows("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z").await, None);
    for wrong in [json!("today"), json!({"start": 1}), json!([])] {
        let body = json!({"type": "overview", "datetime_range": wrong, "metrics": ["sms.sent.all.count"]});
        house.try_post("report/activity/", body).await.refused(400);
    }
    // A space before the time of day, as Python writes it.
    assert_eq!(rows("2022-03-07 00:00:00Z", "2022-03-08 00:00:00Z").await.unwrap().len(), 1);
}
