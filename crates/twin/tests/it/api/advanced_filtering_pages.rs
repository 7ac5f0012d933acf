//! Advanced Filtering: the order of results, and pages by cursor.

use std::time::Duration;

use latch_twin::{Clock, TwinOptions};
use serde_json::{Value, json};

use super::advanced_filtering::{and, asked, of, phrase, town};
use crate::support::{ANN, BOB, House, NOW, each, id};

#[tokio::test]
async fn results_come_in_the_order_asked_for() {
    let house = town().await;
    let key = |name: &str, direction: &str| json!({"direction": direction, "field": {"type": "regular_field", "object_type": "lead", "field_name": name}});
    let sorted = async |sort: Value| {
        let body = json!({"query": of("lead"), "sort": sort, "_fields": {"lead": ["name"]}});
        each(&house.post("data/search/", body).await, "name")
    };
    assert_eq!(sorted(json!([])).await, ["Dock", "Cellar", "Bakery", "Acme Rockets"], "newest first");
    assert_eq!(sorted(json!([key("name", "desc")])).await, ["Dock", "Cellar", "Bakery", "Acme Rockets"]);
    assert_eq!(
        sorted(json!([key("status_label", "asc"), key("name", "desc")])).await,
        ["Bakery", "Acme Rockets", "Dock", "Cellar"]
    );
    let by_url = sorted(json!([key("url", "desc"), key("name", "asc")])).await;
    assert_eq!(by_url, ["Bakery", "Acme Rockets", "Cellar", "Dock"], "without a value comes last");
    assert_eq!(
        sorted(json!([key("url", "asc"), key("name", "desc")])).await,
        ["Acme Rockets", "Bakery", "Dock", "Cellar"]
    );
    let four = json!({"query": of("lead"), "sort": vec![key("name", "asc"); 4]});
    house.try_post("data/search/", four).await.refused(400);
}

/// Names of all pages of a search, and how many pages there were.
async fn pages(house: &House, mut body: Value) -> (Vec<Value>, usize) {
    let (mut names, mut count) = (Vec::new(), 0);
    loop {
        let page = house.post("data/search/", body.clone()).await;
        names.extend(each(&page, "name"));
        count += 1;
        if page["cursor"].is_null() {
            return (names, count);
        }
        body["cursor"] = page["cursor"].clone();
    }
}

#[tokio::test]
async fn cursors_lead_from_page_to_page() {
    let house = House::new().await;
    for number in 1..=5 {
        house.post("lead/", json!({"name": format!("Shop {number}")})).await;
    }
    let shops = and(&[of("lead"), asked("lead", "name", phrase("shop"))]);
    let body = json!({"query": shops, "_limit": 2, "_fields": {"lead": ["name"]}});
    let all = ["Shop 5", "Shop 4", "Shop 3", "Shop 2", "Shop 1"];
    assert_eq!(pages(&house, body.clone()).await, (all.map(Value::from).to_vec(), 3));
    let by_name = json!([{"field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}}]);
    let mut sorted = body.clone();
    sorted["sort"] = by_name;
    let mut rising = all.map(Value::from).to_vec();
    rising.reverse();
    assert_eq!(pages(&house, sorted.clone()).await, (rising, 3));
    let mut limited = body.clone();
    limited["results_limit"] = json!(3);
    limited["include_counts"] = json!(true);
    assert_eq!(pages(&house, limited.clone()).await.0, ["Shop 5", "Shop 4", "Shop 3"]);
    assert_eq!(house.post("data/search/", limited.clone()).await["count"], json!({"limited": 3, "total": 5}));
    limited["_limit"] = json!(0);
    let counted = house.post("data/search/", limited).await;
    assert_eq!((&counted["data"], &counted["count"]["total"]), (&json!([]), &json!(5)));

    // What appears, changes or goes between two pages puts nothing onto the wrong page.
    for mut body in [body.clone(), sorted] {
        let first = house.post("data/search/", body.clone()).await;
        let shown = each(&first, "name");
        let path = format!(
            "lead/{}/",
            id(&house.get(&format!("lead/?query=name:\"{}\"", shown[1].as_str().unwrap())).await["data"][0])
        );
        house.put(&path, json!({"name": "Gone"})).await;
        let newer = house.post("lead/", json!({"name": "Shop 0"})).await;
        body["cursor"] = first["cursor"].clone();
        assert_eq!(each(&house.post("data/search/", body).await, "name")[0], "Shop 3");
        house.put(&path, json!({"name": shown[1]})).await;
        house.delete(&format!("lead/{}/", id(&newer))).await;
    }
}

#[tokio::test]
async fn cursors_belong_to_their_search_and_expire() {
    let mut house = town().await;
    let mut body = json!({"query": of("lead"), "_limit": 1});
    let first = house.post("data/search/", body.clone()).await;
    body["cursor"] = first["cursor"].clone();
    let mut other = body.clone();
    other["query"] = and(&[of("lead"), asked("lead", "name", phrase("dock"))]);
    let refused = house.try_post("data/search/", other).await.refused(400);
    assert!(refused["field-errors"]["cursor"].as_str().unwrap().contains("another search"), "{refused}");
    house.control().advance_clock(Duration::from_secs(30));
    assert_eq!(house.post("data/search/", body.clone()).await["data"].as_array().unwrap().len(), 1);
    house.become_user(BOB);
    house.try_post("data/search/", body.clone()).await.refused(400);
    house.become_user(ANN);
    house.control().advance_clock(Duration::from_secs(1));
    let refused = house.try_post("data/search/", body.clone()).await.refused(400);
    assert!(refused["field-errors"]["cursor"].as_str().unwrap().contains("expired"), "{refused}");
    body["cursor"] = json!("nonsense");
    house.try_post("data/search/", body).await.refused(400);
}

#[tokio::test]
async fn no_search_goes_beyond_ten_thousand() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let house = House::with(TwinOptions { leads: 1_700, clock, ..TwinOptions::default() }).await;
    let query = and(&[of("activity.created")]);
    let answer = house.post("data/search/", json!({"query": query, "include_counts": true})).await;
    assert!(answer["count"]["total"].as_u64().unwrap() >= 1_700);
    let everything = json!({"type": "or", "queries": [
        of("activity.created"), of("activity.call"), of("activity.email"), of("activity.note"), of("contact"), of("lead"),
    ]});
    let mut body = json!({"query": everything, "_limit": 200, "include_counts": true});
    let first = house.post("data/search/", body.clone()).await;
    assert!(first["count"]["total"].as_u64().unwrap() > 10_000, "{}", first["count"]);
    let mut shown = first["data"].as_array().unwrap().len();
    body["cursor"] = first["cursor"].clone();
    body["include_counts"] = json!(false);
    while !body["cursor"].is_null() {
        let page = house.post("data/search/", body.clone()).await;
        shown += page["data"].as_array().unwrap().len();
        body["cursor"] = page["cursor"].clone();
    }
    assert_eq!(shown, 10_000);
}
