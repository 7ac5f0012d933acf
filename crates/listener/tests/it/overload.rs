//! More requests or connections than the server bears.

use http::HeaderValue;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http_body_util::BodyExt as _;

use crate::support::{HELLO, Server, converse, http1, http2, limits, request, soon, text, until};

#[tokio::test]
async fn a_request_too_many_is_refused_at_once_in_words_and_in_grpc() {
    let server = Server::clear(limits(|limits| {
        limits.max_requests = 1;
        limits.always_answered = vec!["/livez".to_owned()];
    }))
    .await;
    let meter = server.meter();
    let mut first = http1(server.connect().await).await;
    let waiting = tokio::spawn(async move { first.send_request(request("/wait")).await });
    until("the first is in flight", || meter.requests() == 1).await;

    let refused = reqwest::get(server.url("/")).await.unwrap();
    assert_eq!(refused.status().as_u16(), 503);
    assert_eq!(refused.headers()[RETRY_AFTER], "1");
    let body: serde_json::Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!((&body["code"], &body["error"]["class"]), (&8.into(), &"overloaded".into()));
    assert_eq!(body["message"], body["error"]["message"]);
    assert!(body["message"].as_str().unwrap().contains("nothing was done"));

    let mut client = http2(server.connect().await).await;
    let mut call = request("http://localhost/scalekit.v1.tools.ToolService/ExecuteTool");
    *call.method_mut() = http::Method::POST;
    call.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc+proto"));
    let refused = client.send_request(call).await.unwrap();
    assert_eq!(refused.status().as_u16(), 200);
    assert_eq!(refused.headers()["grpc-status"], "8");
    assert_eq!(refused.headers()[CONTENT_TYPE], "application/grpc");
    assert!(refused.headers()["grpc-message"].to_str().unwrap().contains("too many requests"));
    assert!(http_body::Body::is_end_stream(refused.body()), "headers are all there is");
    assert_eq!(refused.into_body().collect().await.unwrap().to_bytes().len(), 0);

    let health = reqwest::get(server.url("/livez")).await.unwrap();
    assert_eq!(health.text().await.unwrap(), "alive", "whoever watches over it is answered");
    assert_eq!(meter.refused_requests(), 2);

    server.gate.open(1);
    assert_eq!(text(waiting.await.unwrap().unwrap()).await, "waited");
    until("nothing is in flight", || meter.requests() == 0).await;
    assert_eq!(reqwest::get(server.url("/")).await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_closed() {
    let server = Server::clear(limits(|limits| limits.max_connections = 1)).await;
    let meter = server.meter();
    let mut first = http1(server.connect().await).await;
    first.send_request(request("/")).await.unwrap();

    let answer = converse(&mut server.connect().await, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("too many connections"), "{answer}");

    let mut second = http2(server.connect().await).await;
    let answer = second.send_request(request("http://localhost/")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 503);
    assert!(text(answer).await.contains("too many connections"));
    soon("the connection is closed", async {
        while second.ready().await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(meter.refused_connections(), 2);

    drop(first);
    until("the first is gone", || meter.connections() == 0).await;
    assert!(converse(&mut server.connect().await, HELLO).await.contains("hello"));
}

#[tokio::test]
async fn a_silent_connection_too_many_does_not_stay() {
    let server = Server::clear(limits(|limits| {
        limits.max_connections = 0;
        limits.header_timeout = std::time::Duration::from_millis(30);
    }))
    .await;
    // More than are told, so that some are closed without a word.
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(server.connect().await);
    }
    for mut stream in silent {
        crate::support::read_all(&mut stream).await;
    }
    let meter = server.meter();
    until("all are gone", || meter.connections() == 0).await;
}
