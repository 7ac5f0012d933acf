//! The search bar over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{House, LEAD, QUALIFIED, each};

/// The leads a query finds.
async fn found(house: &House, query: &str) -> Value {
    let request = house.request(Method::GET, "lead/").query(&[("query", query), ("_fields", "id,name")]);
    house.send(request).await.fine()
}

#[tokio::test]
async fn the_sample_lead_is_found_by_what_hangs_on_it() {
    let house = House::new().await;
    let queries = [
        "Acme",
        "name:\"acme rockets\" status:potential",
        "email:wile@acme-rockets.example.com",
        "\"custom.Lead Source\":\"Trade show\"",
        "contact(title:procurement sequence_subscription(sequence:*))",
        "call(direction:outbound and date >= \"21 days ago\" and user:\"Ann Reyes\")",
        "opportunity(status_type:active value >= 250000)",
        "last_communication_date > \"30 days ago\" has:active_opportunities",
        "in:\"Leads with open deals\"",
        "ACME or Wayne",
    ];
    for query in queries {
        assert_eq!(each(&found(&house, query).await, "id"), [LEAD], "{query}");
    }
    for query in ["Acme status:Qualified", "Harbour Bakery", "call(direction:outbound duration > 9999)"] {
        assert_eq!(found(&house, query).await["data"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn counting_needs_no_objects() {
    let house = House::new().await;
    let request = house.request(Method::GET, "lead/").query(&[("query", "has:calls"), ("_limit", "0")]);
    let answer = house.send(request).await.fine();
    assert_eq!((&answer["total_results"], &answer["data"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn days_are_those_of_the_caller() {
    let mut house = House::new().await;
    // It is 15:00 in UTC: already tomorrow in Auckland.
    house.post("lead/", json!({"name": "Dawn"})).await;
    assert_eq!(each(&found(&house, "created:today").await, "name"), ["Dawn"]);
    assert_eq!(found(&house, "created:2026-11-25").await["data"], json!([]));
    house.travel("13");
    assert_eq!(each(&found(&house, "created:2026-11-25").await, "name"), ["Dawn"]);
    assert_eq!(each(&found(&house, "created:today").await, "name"), ["Dawn"]);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_explained() {
    let house = House::new().await;
    let request = house.request(Method::GET, "lead/").query(&[("query", "staus:Potential")]);
    let answer = house.send(request).await.refused(400);
    let expected = "The query cannot be read at character 1 (staus): “staus” is not a field of a lead. Did you mean \
                    status or state? To search for the words themselves, put them in quotes.";
    assert_eq!(answer, json!({"error": expected}));
}

#[tokio::test]
async fn smart_views_of_both_kinds_can_be_asked_for() {
    let house = House::new().await;
    assert_eq!(found(&house, "in:\"Qualified leads\"").await["data"], json!([]));
    house.put(&format!("lead/{LEAD}/"), json!({"status_id": QUALIFIED})).await;
    assert_eq!(each(&found(&house, "in:\"Qualified leads\" Acme").await, "id"), [LEAD]);
    assert_eq!(found(&house, "not in:\"Qualified leads\" Acme").await["data"], json!([]));
    assert_eq!(found(&house, "in:save_nowhere").await["data"], json!([]));
}

#[test]
fn a_query_in_its_plainest_form_reads_as_itself() {
    for (typed, plain) in [
        ("Acme  Rockets", "Acme and Rockets"),
        ("status:\"Potential\" sort:-created", "status:Potential sort:-created"),
        ("\"sort\": x", "\"sort\":x"),
        ("\"custom.Industry\"", "\"custom.Industry\""),
    ] {
        let written = latch_twin::plain_query(typed).unwrap();
        assert_eq!(written, plain);
        assert_eq!(latch_twin::plain_query(&written).unwrap(), plain);
    }
    let refused = latch_twin::plain_query("a&b(title:CEO)").unwrap_err().to_string();
    assert!(refused.contains("a plain word before the parenthesis"), "{refused}");
}
