//! Counting what happens.

use latch_gateway::{AccountSelector, Passage};
use latch_telemetry::{Metrics, serve_metrics};
use latch_twin::{FaultKind, FaultRule};
use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn calls_are_counted_by_tool_and_by_how_they_ended() {
    let office = Office::open().await;
    office.house.connect_with_key("rep").await;
    for _ in 0..2 {
        assert_eq!(office.call("rep", "create_lead", json!({"name": "Globex"})).await.status(), 200);
    }
    // Another name of the same tool counts with it.
    let wrong = office.call("rep", "close_lead_create", json!({"nome": "Globex"})).await;
    assert_eq!(wrong.status(), 400);

    let scraped = office.scrape().await;
    assert_eq!(scraped.count(r#"latch_calls_total{tool="close_lead_create",outcome="success"}"#), 2);
    assert_eq!(
        scraped.count(r#"latch_calls_total{tool="close_lead_create",outcome="invalid_arguments"}"#),
        1
    );
    assert_eq!(scraped.count(r#"latch_call_duration_seconds_count{kind="write"}"#), 3);
    assert_eq!(
        scraped.count(r#"latch_close_requests_total{status="2xx",attempt="first"}"#),
        3,
        "me, and 2 leads"
    );
    assert!(scraped.value(r#"latch_call_duration_seconds_sum{kind="write"}"#) < 60.0, "in seconds");
}

#[tokio::test]
async fn no_label_says_who_or_anything_that_a_caller_made_up() {
    let office = Office::open().await;
    office.house.connect_with_key("alice@example.com").await;
    office.call("alice@example.com", "get_current_user", json!({})).await;
    office.call("alice@example.com", "made_up_tool", json!({})).await;
    office.get("/api/v1/made/up").await;
    let strange = http::Method::from_bytes(b"MADEUP").expect("a method");
    office.client.request(strange, &office.front.url).send().await.expect("an answer");

    let scraped = office.scrape().await;
    for value in scraped.label_values() {
        for private in ["alice", "ca_", "made", "MADE", "api_", "default", "test"] {
            assert!(!value.contains(private), "{value} in\n{}", scraped.text);
        }
    }
    assert_eq!(scraped.count(r#"latch_http_requests_total{door="none",method="GET",status="4xx"}"#), 1);
    assert_eq!(scraped.count(r#"latch_http_requests_total{door="none",method="other",status="4xx"}"#), 1);
}

#[tokio::test]
async fn waits_for_the_rate_limit_are_counted_and_timed() {
    let office = Office::open().await;
    office.house.connect_with_key("rep").await;
    let limited = FaultRule {
        path_prefix: "/api/v1/me/".to_owned(),
        times: Some(1),
        kind: FaultKind::RateLimited { reset_seconds: 1 },
        ..FaultRule::default()
    };
    office.house.twin.control().fail_next(limited).expect("a fault");
    assert_eq!(office.call("rep", "get_current_user", json!({})).await.status(), 200);

    let scraped = office.scrape().await;
    assert_eq!(scraped.count("latch_close_rate_limit_waits_total"), 1);
    let waited = scraped.value("latch_close_rate_limit_wait_seconds_total");
    assert!((1.0..5.0).contains(&waited), "{waited}");
    assert_eq!(scraped.count(r#"latch_close_requests_total{status="4xx",attempt="first"}"#), 1);
    assert_eq!(scraped.count(r#"latch_close_requests_total{status="2xx",attempt="repeat"}"#), 1);
}

#[tokio::test]
async fn requests_that_are_passed_on_are_calls_too() {
    let office = Office::open().await;
    office.house.connect_with_key("rep").await;
    for (target, status) in [("/api/v1/me/", 200), ("/api/v1/lead/nowhere/", 404)] {
        let passage = Passage {
            method: http::Method::GET,
            target: target.to_owned(),
            headers: http::HeaderMap::new(),
            body: Vec::new().into(),
        };
        let selector = AccountSelector::identifier("rep");
        let passed = office.house.gateway.pass(&office.house.caller, selector, passage).await;
        assert_eq!(passed.expect("Close's own answer").status, status);
    }
    let scraped = office.scrape().await;
    assert_eq!(scraped.count(r#"latch_calls_total{tool="proxy",outcome="success"}"#), 2, "Close answered");
    assert_eq!(scraped.count(r#"latch_close_requests_total{status="4xx",attempt="first"}"#), 1);
}

#[tokio::test]
async fn refreshes_are_counted_by_how_they_ended() {
    const ANN: &str = "ann@closer.example.com";
    let office = Office::open().await;
    office.consent("rep").await;
    let before = office.scrape().await;
    assert!(before.has(r#"latch_refreshes_total{outcome="revoked"}"#), "at zero, and there to be watched");

    office.house.twin.control().expire_access_tokens(ANN);
    assert_eq!(office.call("rep", "get_current_user", json!({})).await.status(), 200);
    office.house.twin.control().revoke_grants(ANN);
    assert_eq!(office.call("rep", "get_current_user", json!({})).await.status(), 400);

    let after = office.scrape().await;
    assert_eq!(after.count(r#"latch_refreshes_total{outcome="renewed"}"#), 1);
    assert_eq!(after.count(r#"latch_refreshes_total{outcome="revoked"}"#), 1);
    assert_eq!(after.count(r#"latch_calls_total{tool="close_me_get",outcome="account_not_active"}"#), 1);
}

#[tokio::test]
async fn accounts_are_counted_by_status_and_not_at_every_scrape() {
    let office = Office::open().await;
    office.house.connect_with_key("one").await;
    office.house.connect_with_key("two").await;
    let house = &office.house;
    house.gateway.get_or_create_account(&house.caller, None, "three").await.expect("an account");

    let scraped = office.scrape().await;
    assert_eq!(scraped.count(r#"latch_accounts{status="ACTIVE"}"#), 2);
    assert_eq!(scraped.count(r#"latch_accounts{status="PENDING"}"#), 1);
    assert!(scraped.has(r#"latch_accounts{status="REVOKED"}"#), "none is a number too");

    house.connect_with_key("four").await;
    let again = office.scrape().await;
    assert_eq!(again.count(r#"latch_accounts{status="ACTIVE"}"#), 2, "counted a moment ago");
}

#[tokio::test]
async fn a_store_that_is_gone_leaves_the_other_numbers() {
    let office = Office::open().await;
    office.house.vault.close().await;
    let scraped = office.scrape().await;
    assert!(!scraped.text.contains("latch_accounts{"), "nothing is made up:\n{}", scraped.text);
    assert!(scraped.has(&format!("latch_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn requests_are_counted_by_door_while_and_after_they_are_answered() {
    let office = Office::open().await;
    office.get("/connect/0123456789").await;
    let url = format!("{}/never", office.front.url);
    let visitor = tokio::spawn(office.client.get(url).send());
    office.scrape_until(|scraped| scraped.count("latch_http_requests_in_flight") == 1).await;
    visitor.abort();
    let aborted = r#"latch_http_requests_total{door="web",method="GET",status="aborted"}"#;
    let scraped = office.scrape_until(|scraped| scraped.count(aborted) == 1).await;
    assert_eq!(scraped.count("latch_http_requests_in_flight"), 0);
    assert_eq!(scraped.count(r#"latch_http_requests_total{door="web",method="GET",status="2xx"}"#), 1);
    assert_eq!(scraped.count(r#"latch_http_request_duration_seconds_count{door="web"}"#), 2);
}

#[tokio::test]
async fn grpc_is_counted_by_its_own_codes() {
    let office = Office::open().await;
    for method in ["ListTools", "GetTool"] {
        let url = format!("{}/scalekit.v1.tools.ToolsService/{method}", office.front.url);
        let request = office.client.post(url).header("content-type", "application/grpc");
        let answer = request.send().await.expect("an answer");
        assert!(answer.headers().contains_key("x-request-id"), "gRPC has ids too");
    }
    let scraped = office.scrape().await;
    assert_eq!(scraped.count(r#"latch_grpc_responses_total{code="OK"}"#), 1);
    assert_eq!(scraped.count(r#"latch_grpc_responses_total{code="NOT_FOUND"}"#), 1);
    assert_eq!(scraped.count(r#"latch_http_requests_total{door="grpc",method="POST",status="2xx"}"#), 2);
}

#[tokio::test]
async fn numbers_are_served_on_a_listener_of_their_own_until_told_to_stop() {
    let office = Office::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("bound"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let until = async { drop(stopped.await) };
    let serving = tokio::spawn(serve_metrics(listener, Metrics::new(), office.house.vault.clone(), until));
    let said = office.client.get(&url).send().await.expect("an answer").text().await.expect("text");
    assert!(said.contains("latch_build_info"), "{said}");
    stop.send(()).expect("it still serves");
    serving.await.expect("it ends").expect("well");
    assert!(office.client.get(&url).send().await.is_err(), "nobody answers any more");
}
