//! Reports: what they count, checked against a story told over the API with a clock that is moved.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    ANN, BOB, CLOSER, House, LOST, PIPELINE, POTENTIAL, PROPOSAL_SENT, QUALIFIED, TEMPLATE, WON, each, id,
};

const DAY: u64 = 24 * 3600;

fn row<'r>(report: &'r Value, list: &str, member: &str, value: &Value) -> &'r Value {
    report[list].as_array().unwrap().iter().find(|row| row[member] == *value).unwrap()
}

/// Every search a report names is one the search bar takes, and finds as many leads as the report says.
async fn searches_hold(house: &House, row: &Value, numbers: &[&str]) {
    for name in numbers {
        let search = row["_queries"][name].as_str().unwrap();
        let request = house.request(reqwest::Method::GET, "lead/?_limit=0").query(&[("query", search)]);
        let found = house.send(request).await.fine();
        assert_eq!(found["total_results"], row[name], "{name}: {search}");
    }
}

#[tokio::test]
async fn status_reports_tell_who_came_and_went() {
    let house = House::new().await;
    let lead = |name: &str| json!({"name": name, "status_id": POTENTIAL, "description": "counted"});
    let moves = id(&house.post("lead/", lead("Moves")).await);
    house.post("lead/", lead("Stays")).await;
    house.control().advance_clock(Duration::from_secs(2 * DAY));
    house.put(&format!("lead/{moves}/"), json!({"status_id": QUALIFIED})).await;
    house.post("lead/", lead("Late")).await;
    house.control().advance_clock(Duration::from_secs(DAY));

    let path =
        format!("report/statuses/lead/{CLOSER}/?query=counted&date_start=2026-11-26&date_end=2026-11-27");
    let report = house.get(&path).await;
    let potential = row(&report, "status_overview", "status_id", &json!(POTENTIAL));
    for (name, expected) in [
        ("started", 2),
        ("ended", 2),
        ("change", 0),
        ("change_percent", 0),
        ("gained", 1),
        ("lost", 1),
        ("entered", 1),
        ("left", 1),
    ] {
        assert_eq!(potential[name], expected, "{name}");
    }
    let qualified = row(&report, "status_overview", "status_id", &json!(QUALIFIED));
    assert_eq!(
        (&qualified["started"], &qualified["ended"], &qualified["gained"]),
        (&json!(0), &json!(1), &json!(1))
    );
    assert_eq!(qualified["change_percent"], Value::Null, "nothing to compare with");
    let ways: Vec<(Value, Value, Value)> = report["status_transitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|way| (way["from_status_label"].clone(), way["to_status_label"].clone(), way["count"].clone()))
        .collect();
    assert_eq!(
        ways,
        [(Value::Null, json!("Potential"), json!(1)), (json!("Potential"), json!("Qualified"), json!(1)),]
    );
    let numbers = ["started", "ended", "gained", "lost", "entered", "left"];
    searches_hold(&house, potential, &numbers).await;
    let all =
        house.get(&format!("report/statuses/lead/{CLOSER}/?date_start=2026-11-26&date_end=2026-11-27")).await;
    let potential = row(&all, "status_overview", "status_id", &json!(POTENTIAL));
    searches_hold(&house, potential, &numbers).await;
    let documented = "lead_status(status:\"Potential\" on:\"2026-11-26 00:00:00\")";
    assert_eq!(potential["_queries"]["started"], documented);
    // A status that is gone is still told, by its id.
    let gone = house.post("status/lead/", json!({"label": "Gone soon"})).await;
    let lead = house.post("lead/", json!({"name": "Passes", "status_id": gone["id"]})).await;
    house.control().advance_clock(Duration::from_secs(3600));
    house.put(&format!("lead/{}/", id(&lead)), json!({"status_id": POTENTIAL})).await;
    house.delete(&format!("status/lead/{}/", id(&gone))).await;
    let report =
        house.get(&format!("report/statuses/lead/{CLOSER}/?date_start=2026-11-27&date_end=2026-11-28")).await;
    let own = row(&report, "status_overview", "status_id", &gone["id"]);
    assert_eq!(
        (&own["status_is_deleted"], &own["entered"], &own["left"]),
        (&json!(true), &json!(1), &json!(1))
    );
    searches_hold(&house, own, &["entered", "left"]).await;
    let whole = house.get(&format!("report/statuses/lead/{CLOSER}/")).await;
    assert!(whole["status_overview"][0].get("started").is_none(), "all time has no start");
    house.try_get("report/statuses/lead/orga_other/").await.refused(404);
}

#[tokio::test]
async fn deals_are_followed_from_status_to_status() {
    let house = House::new().await;
    let mut deals = Vec::new();
    for (name, user) in [("Wins", ANN), ("Waits", ANN), ("Theirs", BOB)] {
        let lead = house.post("lead/", json!({"name": name})).await;
        let deal = json!({"lead_id": lead["id"], "status_id": PROPOSAL_SENT, "user_id": user});
        deals.push(id(&house.post("opportunity/", deal).await));
    }
    house.control().advance_clock(Duration::from_secs(2 * DAY));
    // Lost and then won after all: one way through, two steps.
    for status in [LOST, WON] {
        house.put(&format!("opportunity/{}/", deals[0]), json!({"status_id": status})).await;
        house.control().advance_clock(Duration::from_secs(3600));
    }
    let path = format!("report/statuses/opportunity/{CLOSER}/?date_start=2026-11-26&date_end=2026-11-27");
    let report = house.get(&path).await;
    let numbers = ["started", "ended", "gained", "lost", "entered", "left"];
    for status in [PROPOSAL_SENT, LOST, WON] {
        let own = row(&report, "status_overview", "status_id", &json!(status));
        searches_hold(&house, own, &numbers).await;
        let page = own["_opportunities_page_urls"]["ended"].as_str().unwrap();
        assert!(page.starts_with("/opportunities/search/opportunity%28status%28"), "{page}");
    }
    let won = row(&report, "status_overview", "status_id", &json!(WON));
    let lost = row(&report, "status_overview", "status_id", &json!(LOST));
    assert_eq!((&won["gained"], &won["entered"]), (&json!(1), &json!(1)));
    assert_eq!((&lost["gained"], &lost["entered"], &lost["left"]), (&json!(0), &json!(1), &json!(1)));
    let steps = |list: &str| -> Vec<(Value, Value)> {
        let ways = report[list].as_array().unwrap().iter();
        ways.map(|way| (way["from_status_label"].clone(), way["to_status_label"].clone())).collect()
    };
    assert_eq!(steps("status_transitions").len(), 2);
    assert_eq!(steps("status_transitions_summary"), [(json!("Proposal sent"), json!("Won"))]);
    for way in report["status_transitions"].as_array().unwrap() {
        let request = house.request(reqwest::Method::GET, "lead/?_limit=0");
        let found = house.send(request.query(&[("query", way["_query"].as_str().unwrap())])).await.fine();
        assert_eq!(found["total_results"], way["count"], "{}", way["_query"]);
    }
    let theirs = house.get(&format!("{path}&user_id={BOB}")).await;
    let waiting = row(&theirs, "status_overview", "status_id", &json!(PROPOSAL_SENT));
    assert_eq!((&waiting["started"], &waiting["ended"], &waiting["left"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(theirs["status_transitions"], json!([]));
    searches_hold(&house, waiting, &["started", "ended", "left"]).await;
    house.try_get(&format!("{path}&query=name:(")).await.refused(400);
    house.try_get(&format!("{path}&query=a&smart_view_id=save_none")).await.refused(400);
    let backwards = "?date_start=2026-11-27&date_end=2026-11-20";
    house.try_get(&format!("report/statuses/opportunity/{CLOSER}/{backwards}")).await.refused(400);
}

#[tokio::test]
async fn the_funnel_of_active_deals_looks_at_who_was_active_then() {
    let house = House::new().await;
    house.control().advance_clock(Duration::from_secs(10 * DAY));
    let lead = house.post("lead/", json!({"name": "Buyer"})).await;
    let mut deals = Vec::new();
    for value in [100, 300] {
        let deal = json!({
            "lead_id": lead["id"], "value": value, "status_id": PROPOSAL_SENT, "confidence": 50, "user_id": BOB,
        });
        deals.push(id(&house.post("opportunity/", deal).await));
    }
    house.control().advance_clock(Duration::from_secs(DAY));
    house.put(&format!("opportunity/{}/", deals[0]), json!({"status_id": WON})).await;
    house.control().advance_clock(Duration::from_secs(2 * DAY));
    let group = house.post("group/", json!({"name": "Sales"})).await;
    house.post(&format!("group/{}/member/", id(&group)), json!({"user_id": BOB})).await;
    let body = |start: &str, end: &str| {
        json!({
            "pipeline": PIPELINE, "type": "active-stage-cohort", "users": [group["id"]],
            "report_datetime_range": {"start": start, "end": end},
        })
    };
    let told = |report: &Value| {
        let first = &report["aggregations"]["stages"][0];
        ["count", "value", "weighted_value", "value_conversion_rate"].map(|name| first[name].clone())
    };
    let path = "report/funnel/opportunity/stages/";
    let while_open = house.post(path, body("2026-12-04T00:00:00Z", "2026-12-05T00:00:00Z")).await;
    assert_eq!(told(&while_open), [json!(2), json!(400), json!(200), json!(0)]);
    let as_won = body("2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z");
    let report = house.post(path, as_won.clone()).await;
    assert_eq!(told(&report), [json!(2), json!(400), json!(200), json!(0.25)]);
    assert_eq!(report["data"][0]["user_id"], BOB);
    let afterwards = house.post(path, body("2026-12-06T00:00:00Z", "2026-12-07T00:00:00Z")).await;
    assert_eq!(told(&afterwards)[0], 1, "what was won before is not active any more");
    let mut compared = as_won;
    compared["compared_custom_range"] =
        json!({"start": "2026-12-04T00:00:00Z", "end": "2026-12-05T00:00:00Z"});
    assert_eq!(
        told(&house.post(path, compared).await),
        told(&while_open),
        "the report is that of the other time"
    );
}

#[tokio::test]
async fn the_funnel_follows_deals_through_their_stages() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "Buyer"})).await);
    house.control().advance_clock(Duration::from_secs(10 * DAY));
    let mut deals = Vec::new();
    for user in [ANN, BOB] {
        let deal = json!({
            "lead_id": lead, "value": 1_000_000, "status_id": PROPOSAL_SENT, "confidence": 50, "user_id": user,
        });
        deals.push(id(&house.post("opportunity/", deal).await));
    }
    house.control().advance_clock(Duration::from_secs(3600));
    house.put(&format!("opportunity/{}/", deals[0]), json!({"status_id": WON})).await;
    house.put(&format!("opportunity/{}/", deals[1]), json!({"status_id": LOST})).await;
    house.control().advance_clock(Duration::from_secs(60));
    let body = json!({
        "pipeline": PIPELINE, "type": "created-cohort", "cohort_relative_range": "today",
        "report_relative_range": "today",
    });
    let totals = house.post("report/funnel/opportunity/totals/", body.clone()).await;
    assert_eq!(
        totals["aggregations"],
        json!({
            "count": 2, "count_total_complete": 2, "count_total_won": 1, "count_win_rate": 0.5,
            "value_total_complete": 2_000_000, "value_total_won": 1_000_000, "value_win_rate": 0.5,
            "average_time_to_win": 3600, "average_value_annualized_per_won_opportunity": 1_000_000,
            "sales_velocity": 1_000_000,
        }),
        "the documented sample"
    );
    let bob = row(&totals, "data", "user_id", &json!(BOB));
    assert_eq!((&bob["count_win_rate"], &bob["average_time_to_win"]), (&json!(0), &Value::Null));

    let stages = house.post("report/funnel/opportunity/stages/", body.clone()).await;
    let first = &stages["aggregations"]["stages"][0];
    assert_eq!(first["status"]["label"], "Proposal sent");
    for (name, expected) in [
        ("count", json!(2)),
        ("value", json!(2_000_000)),
        ("count_lost", json!(1)),
        ("count_lost_ratio", json!(0.5)),
        ("count_conversion_rate", json!(0.5)),
        ("average_time_to_advance", json!(3600)),
    ] {
        assert_eq!(first[name], expected, "{name}");
    }
    let last = &stages["aggregations"]["stages"][1];
    assert_eq!((&last["count_conversion_rate"], &last["average_time_to_advance"]), (&json!(0), &Value::Null));

    let mut before = body.clone();
    before["compared_datetime_range"] = json!("same-days-last-week");
    assert_eq!(house.post("report/funnel/opportunity/totals/", before).await["aggregations"]["count"], 0);
    let mut mine = body.clone();
    mine["users"] = json!([ANN]);
    assert_eq!(house.post("report/funnel/opportunity/totals/", mine).await["aggregations"]["count"], 1);
    let table = house
        .request(reqwest::Method::POST, "report/funnel/opportunity/totals/")
        .header("accept", "text/csv")
        .json(&body);
    let table = table.send().await.unwrap();
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(table.text().await.unwrap().starts_with("user_id,count,count_total_complete,"));
    let refused = house.try_post("report/funnel/opportunity/stages/", json!({})).await.refused(400);
    assert_eq!(refused["field-errors"]["pipeline"], "This field is required.");
}

#[tokio::test]
async fn sent_emails_are_told_by_template() {
    let house = House::new().await;
    let before = house.get(&format!("report/sent_emails/{CLOSER}/")).await;
    let count = |report: &Value| report["sent_email_stats"][0]["total"].as_u64().unwrap();
    let contacts = json!([{"name": "Eve", "emails": [{"email": "eve@example.com"}]}]);
    let lead = house.post("lead/", json!({"name": "Reader", "contacts": contacts})).await;
    let email = json!({
        "lead_id": lead["id"], "contact_id": lead["contacts"][0]["id"], "status": "sent", "template_id": TEMPLATE,
        "opens": [{"opened_at": "2026-11-24T15:01:00Z"}],
    });
    let sent = house.post("activity/email/", email.clone()).await;
    house.post("activity/email/", json!({"lead_id": lead["id"], "status": "sent", "subject": "Plain"})).await;
    let answer = json!({
        "lead_id": lead["id"], "status": "inbox", "sender": "eve@example.com", "in_reply_to_id": sent["id"],
    });
    house.post("activity/email/", answer).await;
    let report =
        house.get(&format!("report/sent_emails/{CLOSER}/?user_id={ANN}&date_start=2026-11-24")).await;
    assert_eq!(report["sent_email_stats"][0]["name"], "All Emails");
    let own = row(&report, "sent_email_stats", "template_id", &json!(TEMPLATE));
    assert_eq!(
        (&own["name"], &own["total"], &own["percentage_opened"]),
        (&json!("Welcome"), &json!(1), &json!(100))
    );
    assert_eq!(own["responded"], 1);
    searches_hold(&house, own, &["total", "opened", "responded"]).await;
    let all = house.get(&format!("report/sent_emails/{CLOSER}/")).await;
    assert_eq!(count(&all), count(&before) + 2);
    let none = house.get(&format!("report/sent_emails/{CLOSER}/?date_end=2000-01-01")).await;
    assert_eq!(count(&none), 0);
}

#[tokio::test]
async fn the_explorer_sums_one_field_along_another() {
    let house = House::new().await;
    for (employees, value) in [(5, 100), (5, 300), (500, 50)] {
        let lead = json!({"name": "L", "description": "explored", "custom": {"Employees": employees}});
        let lead = house.post("lead/", lead).await;
        house.post("opportunity/", json!({"lead_id": lead["id"], "value": value})).await;
    }
    let path = |rest: &str| format!("report/custom/{CLOSER}/?query=explored&{rest}");
    let counted = house.get(&path("")).await;
    assert_eq!(counted["series"], json!([{"name": "all", "data": [{"x": null, "y": 3}]}]));
    let sums = house.get(&path("y=opportunity.value&x=lead.custom.Employees&interval=100")).await;
    assert_eq!(sums["series"][0]["data"], json!([{"x": 0, "y": 400}, {"x": 500, "y": 50}]));
    let average =
        house.get(&path("y=opportunity.value&transform_y=avg&group_by=lead.custom.Employees")).await;
    assert_eq!(each(&json!({"data": average["series"]}), "name"), ["5", "500"]);
    assert_eq!(average["series"][0]["data"][0]["y"], 200);
    let days = house.get(&path("x=lead.date_created&interval=day&start=2026-11-01")).await;
    assert_eq!(days["series"][0]["data"], json!([{"x": "2026-11-24", "y": 3}]));
    let fields = house.get("report/custom/fields/").await;
    let names: Vec<&str> =
        fields["fields"].as_array().unwrap().iter().filter_map(|field| field["name"].as_str()).collect();
    for name in ["lead.count", "opportunity.value", "lead.custom.Employees", "lead.date_created"] {
        assert!(names.contains(&name), "{name}");
    }
    for wrong in ["y=lead.name", "x=nonsense", "x=lead.date_created&interval=3", "transform_y=avg"] {
        house.try_get(&path(wrong)).await.refused(400);
    }
}

#[tokio::test]
async fn activity_reports_come_as_tables_too() {
    let house = House::new().await;
    let body = json!({"type": "comparison", "relative_range": "today", "metrics": ["calls.all.all.count"], "users": [ANN]});
    let request =
        house.request(reqwest::Method::POST, "report/activity/").header("accept", "text/csv").json(&body);
    let table = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(table, format!("user_id,calls.all.all.count\n{ANN},0\n"));
}
