//! `latch serve` as an operator watches it: health, metrics, logs, traces.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use latch_testkit::Served;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::program::{Latch, ann, twin};
use crate::serving::Serving;

type Received = Arc<Mutex<Vec<u8>>>;

/// Takes traces as a collector does.
async fn collector() -> (Served, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let take = post(async move |body: Bytes| kept.lock().unwrap().extend_from_slice(&body));
    (Served::start(Router::new().route("/v1/traces", take)).await, received)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_call_is_seen_in_metrics_logs_and_traces() {
    let twin = twin().await;
    let (collector, received) = collector().await;
    let latch = Latch::new().with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "ann"], &ann(&twin)).await;
    let client = latch.json(&["clients", "create", "test", "--json"]).await;
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let mut child =
        latch.command(&[&arguments[..], &["--log-format", "json", "--json"]].concat()).spawn().unwrap();
    let mut logged = child.stderr.take().unwrap();
    let (serving, served) = Serving::of(child).await;
    let url = |path: &str| format!("{}{path}", served["gateway_url"].as_str().unwrap());

    assert_eq!(reqwest::get(url("/livez")).await.unwrap().status().as_u16(), 200);
    assert_eq!(reqwest::get(url("/readyz")).await.unwrap().status().as_u16(), 200);
    let answer = reqwest::Client::new()
        .post(url("/api/v1/execute_tool"))
        .basic_auth(client["client_id"].as_str().unwrap(), client["client_secret"].as_str())
        .header("x-request-id", "order-17")
        .json(&json!({"identifier": "ann", "tool_name": "get_current_user", "params": {}}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-request-id"]),
        (200, &"order-17".parse().unwrap())
    );

    assert_eq!(
        reqwest::get(url("/metrics")).await.unwrap().status().as_u16(),
        404,
        "not where everybody looks"
    );
    let metrics = reqwest::get(served["metrics_url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    for sample in [
        r#"latch_calls_total{tool="close_me_get",outcome="success"} 1"#,
        r#"latch_close_requests_total{status="2xx",attempt="first"} 1"#,
        r#"latch_accounts{status="ACTIVE"} 1"#,
        r#"latch_http_requests_total{door="rest",method="POST",status="2xx"} 1"#,
    ] {
        assert!(metrics.lines().any(|line| line == sample), "{sample} in\n{metrics}");
    }

    serving.stop().await;
    let mut log = String::new();
    logged.read_to_string(&mut log).await.unwrap();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_request = |line: &&Value| line["spans"][0]["request_id"] == "order-17";
    let request = lines.iter().filter(of_request).find(|line| line["message"] == "request answered");
    let request = request.unwrap_or_else(|| panic!("a line for the request in\n{log}"));
    assert_eq!((&request["route"], &request["status"]), (&json!("/api/v1/execute_tool"), &json!(200)));
    assert_eq!(request["spans"][0]["call.tool"], "close_me_get");
    assert!(request["spans"][0]["call.id"].as_str().is_some_and(|id| id.starts_with("call_")), "{log}");
    assert!(!log.contains(client["client_secret"].as_str().unwrap()), "{log}");

    let traces = received.lock().unwrap();
    for name in ["POST /api/v1/execute_tool", "tool call", "request to Close"] {
        assert!(holds(&traces, name), "{name} was sent before the program ended");
    }
}

#[tokio::test]
async fn nothing_is_lost_but_traces_where_no_collector_answers() {
    let latch = Latch::new()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        .with("LATCH_LOG_FORMAT", "paper");
    let mut child = latch.command(&["serve", "--listen", "127.0.0.1:0", "--json"]).spawn().unwrap();
    let mut said = child.stderr.take().unwrap();
    let (serving, served) = Serving::of(child).await;
    assert_eq!(served["metrics_url"], Value::Null);
    let livez = format!("{}/livez", served["gateway_url"].as_str().unwrap());
    assert_eq!(reqwest::get(livez).await.unwrap().text().await.unwrap(), "ok\n");
    serving.stop().await;
    let mut text = String::new();
    said.read_to_string(&mut text).await.unwrap();
    assert!(text.contains("LATCH_LOG_FORMAT cannot be understood"), "{text}");
    assert!(text.contains("request answered"), "it logs as text: {text}");
}

#[tokio::test]
async fn what_the_listener_refuses_is_counted() {
    let latch = Latch::new();
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--max-connections", "1"];
    let child = latch.command(&[&arguments[..], &["--json"]].concat()).spawn().unwrap();
    let (serving, served) = Serving::of(child).await;
    let (one, two) = (reqwest::Client::new(), reqwest::Client::new());
    let livez = format!("{}/livez", served["gateway_url"].as_str().unwrap());
    assert_eq!(one.get(&livez).send().await.unwrap().text().await.unwrap(), "ok\n");
    // The first client keeps its connection.
    assert_eq!(two.get(&livez).send().await.unwrap().status().as_u16(), 503);
    let metrics = async || {
        let answer = two.get(served["metrics_url"].as_str().unwrap()).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let is_said = |metrics: &str, sample: &str| metrics.lines().any(|line| line == sample);
    let said = metrics().await;
    for sample in [r#"latch_refused_total{what="connection"} 1"#, r#"latch_refused_total{what="request"} 0"#]
    {
        assert!(is_said(&said, sample), "{sample} in\n{said}");
    }
    // The refused connection is closed once its client has been told.
    let closed = async { while !is_said(&metrics().await, "latch_connections_open 1") {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), closed).await.expect("one is left");
    serving.stop().await;
}

#[tokio::test]
async fn the_line_of_a_request_names_its_call_once() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "ann"], &ann(&twin)).await;
    let client = latch.json(&["clients", "create", "test", "--json"]).await;
    let mut child = latch.command(&["serve", "--listen", "127.0.0.1:0", "--json"]).spawn().unwrap();
    let mut logged = child.stderr.take().unwrap();
    let (serving, served) = Serving::of(child).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/api/v1/execute_tool", served["gateway_url"].as_str().unwrap()))
        .basic_auth(client["client_id"].as_str().unwrap(), client["client_secret"].as_str())
        .json(&json!({"identifier": "ann", "tool_name": "get_current_user", "params": {}}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    serving.stop().await;
    let mut log = String::new();
    logged.read_to_string(&mut log).await.unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("request answered")).collect();
    assert_eq!(lines.len(), 1, "the line is written though the program ended right after the answer: {log}");
    for once in
        ["call.id=\"call_", "call.tool=\"close_me_get\"", "request_id=\"", "route=\"/api/v1/execute_tool\""]
    {
        assert_eq!(lines[0].matches(once).count(), 1, "{once} in {}", lines[0]);
    }
}
