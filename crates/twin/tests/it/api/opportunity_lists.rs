//! Lists of opportunities that are searched and grouped.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, LOST, PROPOSAL_SENT, QUALIFIED, WON, each, id};

async fn list(house: &House, parameters: &[(&str, &str)]) -> Value {
    house.send(house.request(Method::GET, "opportunity/").query(parameters)).await.fine()
}

/// A lead with four deals of Ann and Bob over two years; those of the demo data are gone.
async fn market() -> (House, String) {
    let house = House::new().await;
    for deal in house.get("opportunity/").await["data"].as_array().unwrap() {
        house.delete(&format!("opportunity/{}/", id(deal))).await;
    }
    let lead = id(&house.post("lead/", json!({"name": "Market", "status_id": QUALIFIED})).await);
    for (note, value, period, user, date) in [
        ("important bread", 100, "one_time", ANN, json!("2024-01-01")),
        ("rolls", 200, "monthly", ANN, json!("2024-12-30")),
        ("cake", 400, "one_time", BOB, json!("2025-01-02")),
        ("undated", 800, "one_time", BOB, json!(null)),
    ] {
        let deal = json!({
            "lead_id": lead, "note": note, "value": value, "value_period": period, "user_id": user, "date_won": date,
            "status_id": PROPOSAL_SENT,
        });
        house.post("opportunity/", deal).await;
    }
    (house, lead)
}

#[tokio::test]
async fn opportunities_are_searched_by_their_own_fields() {
    let (house, _) = market().await;
    let notes = async |query: &str| each(&list(&house, &[("query", query)]).await, "note");
    assert_eq!(notes("note:important").await, ["important bread"]);
    assert_eq!(notes("important or cake").await, ["cake", "important bread"]);
    assert_eq!(notes("value > 100 not user:\"Bob Stone\"").await, ["rolls"]);
    assert_eq!(notes("status:\"Proposal sent\" value_period:monthly").await, ["rolls"]);
    assert_eq!(notes("date_won >= 2024-12-30 sort:value").await, ["rolls", "cake"]);
    assert_eq!(notes("status_change(date:today)").await, Vec::<Value>::new());
    let cake = &list(&house, &[("query", "cake")]).await["data"][0];
    house.put(&format!("opportunity/{}/", id(cake)), json!({"status_id": WON})).await;
    assert_eq!(notes("status_change(old_status:active new_status:won date:today)").await, ["cake"]);
    assert_eq!(notes("status_change(old_status:active new_status:lost)").await, Vec::<Value>::new());
    assert_eq!(notes("status(status:active on:yesterday)").await, Vec::<Value>::new(), "it is of today");

    let sums = list(&house, &[("query", "bread or rolls"), ("_order_by", "value"), ("_limit", "1")]).await;
    assert_eq!((each(&sums, "note"), &sums["total_results"]), (vec![json!("important bread")], &json!(2)));
    assert_eq!((&sums["total_value_one_time"], &sums["total_value_annualized"]), (&json!(100), &json!(2500)));
    let by_date = list(&house, &[("query", "bread or rolls"), ("_order_by", "date_created")]).await;
    assert_eq!(each(&by_date, "note"), ["important bread", "rolls"]);
    let refused = house.try_get("opportunity/?query=nte:x").await.refused(400);
    assert!(refused["error"].as_str().unwrap().contains("Did you mean note"), "{refused}");
}

#[tokio::test]
async fn opportunities_are_searched_by_their_leads() {
    let (house, lead) = market().await;
    house.post("opportunity/", json!({"lead_id": LEAD, "note": "rocket", "status_id": LOST})).await;
    let notes = async |parameters: &[(&str, &str)]| each(&list(&house, parameters).await, "note");
    assert_eq!(notes(&[("lead_query", "name:Acme")]).await, ["rocket"]);
    assert_eq!(notes(&[("lead_query", "status:Qualified"), ("query", "bread")]).await, ["important bread"]);
    assert_eq!(notes(&[("lead_query", "name:Acme"), ("query", "bread")]).await, Vec::<Value>::new());
    assert_eq!(notes(&[("lead_query", "name:Market"), ("user_id", BOB)]).await, ["undated", "cake"]);
    let node = json!({"type": "and", "queries": [
        {"type": "object_type", "object_type": "contact"},
        {"type": "field_condition", "field": {"type": "regular_field", "object_type": "contact", "field_name": "name"},
         "condition": {"type": "text", "mode": "phrase", "value": "Wile"}},
    ]});
    let contacts = json!({"name": "Wiles", "type": "contact", "s_query": {"query": node}});
    let contacts = id(&house.post("saved_search/", contacts).await);
    assert_eq!(notes(&[("lead_saved_search_id", &contacts)]).await, ["rocket"]);
    let text = id(&house.post("saved_search/", json!({"name": "M", "query": format!("id:{lead}")})).await);
    assert_eq!(notes(&[("lead_saved_search_id", &text)]).await.len(), 4);
    house.try_get("opportunity/?lead_saved_search_id=save_x").await.refused(400);
    house.try_get("opportunity/?lead_query=naem:x").await.refused(400);
}

/// Keys of groups with the notes in them.
fn groups(list: &Value) -> Vec<(Value, Vec<Value>)> {
    let data = list["data"].as_array().unwrap();
    data.iter()
        .map(|group| (group["key"].clone(), each(&json!({"data": group["objects"]}), "note")))
        .collect()
}

#[tokio::test]
async fn opportunities_are_grouped_and_summed() {
    let (house, _) = market().await;
    let grouped = async |by: &str| list(&house, &[("_group_by", by), ("_order_by", "value")]).await;
    let by_year = grouped("date_won__year").await;
    let group = |key: Value, notes: &[&str]| (key, notes.iter().map(|note| json!(note)).collect::<Vec<_>>());
    assert_eq!(
        groups(&by_year),
        [
            group(json!("2024"), &["important bread", "rolls"]),
            group(json!("2025"), &["cake"]),
            group(json!(null), &["undated"]),
        ]
    );
    let first = &by_year["data"][0];
    assert_eq!((&first["year"], &first["total_results"]), (&json!(2024), &json!(2)));
    assert_eq!((&first["total_value_monthly"], &first["expected_value_one_time"]), (&json!(200), &json!(50)));
    assert_eq!(first["count_by_value_period"], json!({"one_time": 1, "monthly": 1}));
    assert_eq!((&by_year["total_results"], &by_year["total_value_one_time"]), (&json!(4), &json!(1300)));

    let keys = |list: &Value| each(list, "key");
    assert_eq!(keys(&grouped("-date_won__year").await), [json!("2025"), json!("2024"), json!(null)]);
    assert_eq!(
        keys(&grouped("date_won__quarter").await),
        [json!("2024-Q1"), json!("2024-Q4"), json!("2025-Q1"), json!(null)]
    );
    assert_eq!(
        keys(&grouped("date_won__month").await),
        [json!("2024-01"), json!("2024-12"), json!("2025-01"), json!(null)]
    );
    let weeks = grouped("date_won__week").await;
    assert_eq!(
        keys(&weeks),
        [json!("2024-W01"), json!("2025-W01"), json!(null)],
        "30 December is of the next year"
    );
    assert_eq!((&weeks["data"][1]["weekyear"], &weeks["data"][1]["week"]), (&json!(2025), &json!(1)));
    let people = grouped("user_id").await;
    assert_eq!(
        (keys(&people), each(&people, "user_name")),
        (vec![json!(ANN), json!(BOB)], vec![json!("Ann Reyes"), json!("Bob Stone")])
    );
    house.try_get("opportunity/?_group_by=value").await.refused(400);
}

#[tokio::test]
async fn a_group_can_be_cut_across_pages() {
    let (house, _) = market().await;
    let page = async |skip: &str| {
        let parameters =
            [("_group_by", "date_won__year"), ("_order_by", "value"), ("_limit", "1"), ("_skip", skip)];
        list(&house, &parameters).await
    };
    let mut seen = Vec::new();
    for skip in ["0", "1", "2", "3"] {
        let page = page(skip).await;
        assert_eq!(page["has_more"], skip != "3");
        assert_eq!(page["data"].as_array().unwrap().len(), 1);
        if page["data"][0]["key"] == "2024" {
            assert_eq!(page["data"][0]["total_results"], 2, "sums are those of the whole group");
        }
        seen.extend(groups(&page).into_iter().flat_map(|(_, notes)| notes));
    }
    assert_eq!(seen, ["important bread", "rolls", "cake", "undated"]);
}
