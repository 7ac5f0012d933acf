//! Nothing takes longer than it may, and nothing is read without end.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::{iter, pending};
use latch_close::{Client, ClientOptions, ErrorKind, Outcome};
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

use crate::support::{Server, answer, client, in_a_minute, key, read, stop_the_clock, text, write};

/// A part of a body that comes bit by bit.
type Piece = Result<Bytes, Infallible>;

/// Takes connections and never says a word. The listener must be kept.
async fn silent() -> (Url, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap(), listener)
}

#[tokio::test]
async fn the_deadline_ends_a_call_that_nobody_answers() {
    stop_the_clock();
    let (api, _listener) = silent().await;
    for (request, outcome) in [(read(), Outcome::NotApplied), (write(), Outcome::Unknown)] {
        let deadline = Instant::now() + Duration::from_secs(10);
        let error = client().send(&api, &key(), &request, deadline).await.unwrap_err();
        assert_eq!((error.kind, error.outcome, error.attempts), (ErrorKind::DeadlineExceeded, outcome, 1));
        assert!(Instant::now() >= deadline);
    }
}

#[tokio::test]
async fn one_attempt_may_not_use_up_the_time_of_all() {
    stop_the_clock();
    let (api, _listener) = silent().await;
    let options = ClientOptions { attempt_timeout: Duration::from_secs(3), ..ClientOptions::default() };
    let error = Client::new(options).send(&api, &key(), &read(), in_a_minute()).await.unwrap_err();

    assert_eq!((error.kind, error.attempts), (ErrorKind::DeadlineExceeded, 4));
    insta::assert_snapshot!(text(&error, &api), @"127.0.0.1:PORT did not answer within 3 s (the limit for one attempt); given up after 4 attempts");
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_off_by_the_deadline() {
    stop_the_clock();
    let server = Server::start(|_, _| answer(200, &[], Body::from_stream(pending::<Piece>()))).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    let error = client().send(&server.api, &key(), &write(), deadline).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::DeadlineExceeded, Some(200)));
    assert_eq!(error.outcome, Outcome::Unknown);
}

#[tokio::test]
async fn a_deadline_in_the_past_sends_nothing() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let error = client().send(&server.api, &key(), &write(), Instant::now()).await.unwrap_err();
    assert_eq!((error.kind, error.outcome), (ErrorKind::DeadlineExceeded, Outcome::NotSent));
    assert!(server.seen().is_empty());
}

fn small() -> Client {
    Client::new(ClientOptions { max_response_bytes: 1000, ..ClientOptions::default() })
}

#[tokio::test]
async fn an_answer_may_be_as_large_as_the_limit_and_no_larger() {
    for (length, fits) in [(1000, true), (1001, false)] {
        let server =
            Server::start(move |_, _| answer(200, &[], format!("[\"{}\"]", "x".repeat(length - 4)))).await;
        let result = small().send(&server.api, &key(), &read(), in_a_minute()).await;
        assert_eq!(result.is_ok(), fits, "{length}");
        if let Err(error) = result {
            assert_eq!((error.kind, error.attempts), (ErrorKind::TooLarge, 1));
            insta::assert_snapshot!(error, @"the answer is larger than the 1000 bytes that are read: ask for fewer objects (_limit) or fewer fields (_fields)");
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_say_its_length_is_counted_while_it_comes() {
    let pieces = || iter((0..10).map(|_| Piece::Ok(Bytes::from_static(&[b' '; 101]))));
    let server = Server::start(move |_, _| answer(200, &[], Body::from_stream(pieces()))).await;
    let error = small().send(&server.api, &key(), &write(), in_a_minute()).await.unwrap_err();
    assert_eq!((error.kind, error.outcome), (ErrorKind::TooLarge, Outcome::Unknown));
}

#[tokio::test]
async fn a_refusal_with_an_endless_page_is_told_by_its_status() {
    let server =
        Server::start(|_, _| answer(404, &[("content-type", "text/html")], "x".repeat(600_000))).await;
    let error = client().send(&server.api, &key(), &read(), in_a_minute()).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::NotFound, Some(404)));
}
