//! What is tried again, how long is waited, and what is said about a write that failed.

use std::time::Duration;

use latch_close::{CloseError, ErrorKind, Outcome};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{
    Scripted, Server, client, key, nobody, raw_server, read, send, stop_the_clock, text, write,
};

const DONE: Scripted = (200, &[], r#"{"id": "lead_x1"}"#);

fn told(error: &CloseError) -> (ErrorKind, Outcome, u32) {
    (error.kind, error.outcome, error.attempts)
}

#[tokio::test]
async fn the_rate_limit_is_waited_out_as_close_says_for_reads_and_writes() {
    stop_the_clock();
    let headers = &[("ratelimit", "limit=60, remaining=0, reset=6.4"), ("retry-after", "7")];
    for request in [read(), write()] {
        let server = Server::answering(vec![(429, headers, r#"{"rate_reset": 900}"#), DONE]).await;
        let started = Instant::now();
        let response = send(&server.api, &request).await.unwrap();

        assert_eq!((response.attempts, response.data.to_value()), (2, json!({"id": "lead_x1"})));
        assert!(response.waited >= Duration::from_secs(7) && response.waited < Duration::from_secs(8));
        assert!(started.elapsed() >= response.waited);
    }
}

#[tokio::test]
async fn a_rate_limit_that_says_nothing_is_waited_out_for_two_seconds() {
    stop_the_clock();
    let server = Server::answering(vec![(429, &[], ""), DONE]).await;
    let response = send(&server.api, &read()).await.unwrap();
    assert!(response.waited >= Duration::from_secs(2) && response.waited < Duration::from_secs(3));
}

#[tokio::test]
async fn a_rate_limit_longer_than_the_time_left_is_reported_at_once() {
    stop_the_clock();
    let server = Server::answering(vec![(429, &[("retry-after", "30")], "")]).await;
    let started = Instant::now();
    let deadline = started + Duration::from_secs(20);
    let error = client().send(&server.api, &key(), &write(), deadline).await.unwrap_err();

    let retry_after = Duration::from_secs(30);
    assert_eq!(told(&error), (ErrorKind::RateLimited { retry_after }, Outcome::NotApplied, 1));
    assert!(started.elapsed() < Duration::from_secs(20));
    insta::assert_snapshot!(error, @"Close's rate limit is reached (429); try again in 30 s");
}

#[tokio::test]
async fn a_rate_limit_that_never_ends_ends_with_the_attempts() {
    stop_the_clock();
    let server = Server::answering(vec![(429, &[("retry-after", "1")], "")]).await;
    let error = send(&server.api, &read()).await.unwrap_err();
    assert_eq!(error.attempts, 4);
    assert_eq!(server.seen().len(), 4);
    assert!(error.waited >= Duration::from_secs(3));
}

#[tokio::test]
async fn a_read_outlasts_a_failure_that_passes() {
    stop_the_clock();
    for status in [502, 503, 504] {
        let server = Server::answering(vec![(status, &[], ""), (status, &[], ""), DONE]).await;
        let response = send(&server.api, &read()).await.unwrap();
        assert_eq!(response.attempts, 3, "{status}");
        // 200 ms and 400 ms, each with up to as much again by chance.
        assert!(
            response.waited >= Duration::from_millis(600) && response.waited <= Duration::from_millis(1200)
        );
    }
}

#[tokio::test]
async fn maintenance_that_says_how_long_is_believed() {
    stop_the_clock();
    let server = Server::answering(vec![(503, &[("retry-after", "9")], ""), DONE]).await;
    assert!(send(&server.api, &read()).await.unwrap().waited >= Duration::from_secs(9));
}

#[tokio::test]
async fn a_failure_that_stays_is_reported_after_four_attempts() {
    stop_the_clock();
    let server = Server::answering(vec![(503, &[], "")]).await;
    let error = send(&server.api, &read()).await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::Server, Outcome::NotApplied, 4));
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_write_is_sent_once_when_the_server_fails() {
    for status in [500, 502, 503, 504] {
        let server = Server::answering(vec![(status, &[], ""), DONE]).await;
        let error = send(&server.api, &write()).await.unwrap_err();
        assert_eq!(told(&error), (ErrorKind::Server, Outcome::Unknown, 1), "{status}");
        assert_eq!(server.seen().len(), 1, "{status}");
        assert!(error.to_string().contains("it is not known whether Close carried it out"), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_is_never_repeated() {
    for status in [400, 401, 403, 404, 500] {
        let server = Server::answering(vec![(status, &[], "{}")]).await;
        assert_eq!(send(&server.api, &read()).await.unwrap_err().attempts, 1, "{status}");
    }
}

#[tokio::test]
async fn a_read_whose_connection_breaks_is_asked_again() {
    stop_the_clock();
    let half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"id\":";
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let (api, connections) = raw_server(vec!["", half, whole]).await;
    let response = send(&api, &read()).await.unwrap();
    assert_eq!((response.attempts, *connections.lock().unwrap()), (3, 3));
}

#[tokio::test]
async fn a_write_whose_connection_breaks_is_not_sent_again() {
    let half =
        "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"id\":";
    for (bytes, status) in [("", None), (half, Some(201))] {
        let (api, connections) = raw_server(vec![bytes]).await;
        let error = send(&api, &write()).await.unwrap_err();
        assert_eq!(told(&error), (ErrorKind::Dropped, Outcome::Unknown, 1));
        assert_eq!((error.status, *connections.lock().unwrap()), (status, 1));
    }
}

#[tokio::test]
async fn a_refusal_that_is_cut_off_is_still_a_refusal() {
    let half =
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"er";
    let (api, _) = raw_server(vec![half]).await;
    let error = send(&api, &write()).await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::Invalid, Outcome::NotApplied, 1));
}

#[tokio::test]
async fn where_nobody_listens_reads_and_writes_are_tried_again_and_nothing_was_sent() {
    stop_the_clock();
    for request in [read(), write()] {
        let api = nobody().await;
        let error = send(&api, &request).await.unwrap_err();
        assert_eq!(told(&error), (ErrorKind::Unreachable, Outcome::NotSent, 4));
        assert_eq!(
            text(&error, &api),
            "127.0.0.1:PORT cannot be reached: connection refused; given up after 4 attempts"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_at_an_https_address_is_unreachable() {
    stop_the_clock();
    let server = Server::answering(vec![DONE]).await;
    let mut api = server.api.clone();
    api.set_scheme("https").unwrap();
    let error = send(&api, &write()).await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::Unreachable, Outcome::NotSent, 4));
}
