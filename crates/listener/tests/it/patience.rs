//! Clients that are slow, silent or gone.

use std::time::Duration;

use latch_listener::Limits;
use tokio::io::AsyncWriteExt as _;

use crate::support::{Server, converse, http2, limits, read_all, request, soon, text, until};

const SHORT: Duration = Duration::from_millis(60);

/// Everything takes for ever but what `change` says.
fn only(change: impl FnOnce(&mut Limits)) -> Limits {
    let ages = Duration::from_secs(3600);
    limits(|limits| {
        (limits.header_timeout, limits.body_timeout, limits.idle_timeout) = (ages, ages, ages);
        change(limits);
    })
}

#[tokio::test]
async fn headers_that_do_not_end_are_not_waited_for() {
    let server = Server::clear(only(|limits| limits.header_timeout = SHORT)).await;
    for started in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: localhost\r\n", "PRI * HTTP/2.0\r\n"] {
        converse(&mut server.connect().await, started).await;
    }
    let meter = server.meter();
    until("nobody is left", || meter.connections() == 0).await;
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_in_both_versions() {
    let server = Server::clear(only(|limits| limits.idle_timeout = SHORT)).await;
    // It stays open after the answer, until it has been idle for long enough.
    let answer = converse(&mut server.connect().await, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(answer.ends_with("hello over HTTP/1.1"), "{answer}");
    let mut client = http2(server.connect().await).await;
    client.send_request(request("http://localhost/")).await.unwrap();
    soon("the client hears of it", async {
        while client.ready().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_in_flight_is_no_idle_connection() {
    let server = Server::clear(limits(|limits| {
        (limits.header_timeout, limits.idle_timeout) = (SHORT, SHORT);
    }))
    .await;
    let meter = server.meter();
    let mut client = http2(server.connect().await).await;
    let waiting = tokio::spawn(async move { client.send_request(request("http://localhost/wait")).await });
    until("it is in flight", || meter.requests() == 1).await;
    // Another connection comes and is closed as idle, and so this one had the time to be.
    let mut idle = server.connect().await;
    read_all(&mut idle).await;
    server.gate.open(1);
    assert_eq!(text(waiting.await.unwrap().unwrap()).await, "waited");
}

#[tokio::test]
async fn a_body_that_stops_does_not_hold_its_place() {
    let server = Server::clear(only(|limits| limits.body_timeout = SHORT)).await;
    let meter = server.meter();
    let mut stream = server.connect().await;
    let start = "POST /upload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nonly this";
    stream.write_all(start.as_bytes()).await.unwrap();
    until("the request is over", || meter.requests() == 0 && meter.connections() == 0).await;
    assert!(read_all(&mut stream).await.starts_with("HTTP/1.1 4"));
}
