//! Traces, as a collector receives them. A program of its own: it has one subscriber, which is the whole program's.

#[path = "../office/mod.rs"]
mod office;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::HeaderMap;
use latch_telemetry::Traces;
use latch_testkit::Served;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use office::Office;

/// Takes traces as collectors do.
struct Collector {
    served: Served,
    received: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    async fn start() -> Self {
        let received: Arc<Mutex<Vec<_>>> = Arc::default();
        let kept = Arc::clone(&received);
        let route = post(async move |headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            kept.lock()
                .expect("nobody panicked")
                .push(ExportTraceServiceRequest::decode(body).expect("protobuf"));
        });
        Self { served: Served::start(Router::new().route("/v1/traces", route)).await, received }
    }

    /// Every span that came, by name.
    fn spans(&self) -> HashMap<String, Span> {
        let requests = self.received.lock().expect("nobody panicked").clone();
        let scopes = requests.into_iter().flat_map(|request| request.resource_spans).flat_map(|spans| {
            let service = format!("{:?}", spans.resource.expect("a resource").attributes);
            assert!(service.contains("service.name") && service.contains("\"latch\""), "{service}");
            spans.scope_spans
        });
        scopes.flat_map(|scope| scope.spans).map(|span| (span.name.clone(), span)).collect()
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let value = span.attributes.iter().find(|pair| pair.key == key)?.value.clone()?.value?;
    Some(match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

#[tokio::test]
async fn a_call_is_one_trace_from_the_client_to_close() {
    let office = Office::open().await;
    office.house.connect_with_key("alice").await;
    let collector = Collector::start().await;
    let traces = Traces::start(&collector.served.url).expect("a collector");
    tracing_subscriber::registry().with(traces.layer()).init();
    let url = format!("{}/api/v1/call/alice/get_current_user?secret=s3cret", office.front.url);
    let request = office
        .client
        .post(url)
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .header("x-request-id", "order-19")
        .json(&json!({}));
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    office.get("/api/v1/sorted/17").await;
    traces.shutdown().await;

    let mut spans = collector.spans();
    let sorted = spans.remove("GET /api/v1/sorted/{id}").expect("named as its door says");
    assert_eq!(attribute(&sorted, "http.route").as_deref(), Some("/api/v1/sorted/{id}"));
    assert!(sorted.parent_span_id.is_empty(), "without a trace of the client's, one begins here");
    let request = &spans["POST /api/v1/call/{identifier}/{tool}"];
    let call = &spans["tool call"];
    let to_close = &spans["request to Close"];
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    for span in spans.values() {
        assert_eq!(span.trace_id, trace, "the client's own trace goes on");
        let all = format!("{span:?}");
        for private in ["alice", "s3cret", "api_"] {
            assert!(!all.contains(private), "{all}");
        }
    }
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert_eq!(call.parent_span_id, request.span_id);
    assert_eq!(to_close.parent_span_id, call.span_id);
    assert_eq!(attribute(request, "request_id").as_deref(), Some("order-19"));
    let route = attribute(request, "http.route");
    assert_eq!(route.as_deref(), Some("/api/v1/call/{identifier}/{tool}"));
    assert_eq!(attribute(request, "http.response.status_code").as_deref(), Some("200"));
    assert_eq!(attribute(call, "call.tool").as_deref(), Some("close_me_get"));
    assert_eq!(attribute(to_close, "url.path").as_deref(), Some("/api/v1/me/"));
    assert_eq!(attribute(to_close, "http.response.status_code").as_deref(), Some("200"));
}

#[tokio::test]
async fn an_address_that_is_none_is_said_at_once() {
    let error = Traces::start("collector:4318").expect_err("not an address").to_string();
    assert!(error.contains("collector:4318") && error.contains("http://"), "{error}");
}
