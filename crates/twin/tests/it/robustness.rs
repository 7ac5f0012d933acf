//! Clients that are slow, broken or hostile: they get a 4xx or a closed connection, and nobody else notices.

use std::time::Duration;

use latch_twin::TwinOptions;
use proptest::prelude::*;
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::House;

/// Sends bytes as they are; answers everything that comes back until the twin closes the connection.
async fn send(house: &House, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.twin.address()).await.unwrap();
    // The twin may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn impatient() -> House {
    let patience = Duration::from_millis(200);
    House::with(TwinOptions { leads: 0, patience, ..TwinOptions::default() }).await
}

#[tokio::test]
async fn whoever_does_not_finish_a_request_is_sent_away() {
    let house = impatient().await;
    assert_eq!(send(&house, b"").await, "");
    assert_eq!(send(&house, b"GET /api/v1/me/ HTTP/1.1\r\nhost: twin\r\n").await, "");
    let half = b"POST /api/v1/lead/ HTTP/1.1\r\nhost: twin\r\ncontent-length: 100\r\n\r\n{\"name\":";
    let answer = send(&house, half).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("The request body did not come in time."), "{answer}");
    house.get("me/").await;
}

#[tokio::test]
async fn a_connection_that_is_kept_open_is_closed_when_nothing_more_comes() {
    let house = impatient().await;
    let answer = send(&house, b"GET /_twin/ready HTTP/1.1\r\nhost: twin\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"ready\":true}"), "{answer}");
}

#[tokio::test]
async fn bodies_have_a_largest_size() {
    let house = House::new().await;
    let request = house.request(Method::POST, "lead/").header("content-type", "application/json");
    let answer = house.send(request.body(vec![b' '; 11 * 1024 * 1024])).await.refused(413);
    assert_eq!(answer["error"], "The request body is too large.");
    house.get("me/").await;
}

#[tokio::test]
async fn what_is_no_request_gets_a_400() {
    let house = impatient().await;
    for bytes in [
        b"hello\r\n\r\n".as_slice(),
        b"GET  HTTP/1.1\r\n\r\n",
        b"GET /api/v1/me/ HTTP/9.9\r\n\r\n",
        b"GET /api/v1/me/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /api/v1/lead/ HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ] {
        let answer = send(&house, bytes).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer:?} to {:?}", String::from_utf8_lossy(bytes));
    }
    house.get("me/").await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_path_query_or_body_breaks_the_twin(
        method in "GET|POST|PUT|DELETE|PATCH|HEAD",
        path in "(/api/v1|/oauth2|/_twin)?(/[ -~&&[^ #?\\\\\"<>`{}|^]]{0,12}){0,4}/?",
        query in "([a-z_]{1,8}=[!-~&&[^#]]{0,12}&){0,3}",
        content_type in "application/json|application/x-www-form-urlencoded|text/plain",
        body in "[ -~]{0,60}|\\{\"[a-z_]{1,8}\": [0-9\"a-z]{1,8}\\}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = impatient().await;
            let request = format!(
                "{method} {path}?{query} HTTP/1.1\r\nhost: twin\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
                 authorization: Bearer {query}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len(),
            );
            let answer = send(&house, request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 2") || answer.starts_with("HTTP/1.1 4"), "{request}\n{answer}");
        });
    }
}
