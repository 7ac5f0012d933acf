//! What happens to connections between requests, and to answers that come compressed.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method};
use flate2::Compression;
use flate2::write::GzEncoder;
use latch_close::{Client, ClientOptions, ErrorKind, Outcome, Passage};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use url::Url;

use crate::support::{Server, answer, client, in_a_minute, key, read, stop_the_clock, write};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A server below HTTP that answers every request on a connection and says what happens to connections.
struct Below {
    api: Url,
    opened: Arc<AtomicUsize>,
    /// The number of a connection that the client has closed.
    closed: mpsc::UnboundedReceiver<usize>,
}

impl Below {
    /// Before each answer it takes a permit of `may_answer`; after so many answers it closes a connection.
    async fn start(may_answer: Arc<Semaphore>, answers_each: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap();
        let opened = Arc::new(AtomicUsize::new(0));
        let (ended, closed) = mpsc::unbounded_channel();
        let count = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let (may_answer, ended) = (Arc::clone(&may_answer), ended.clone());
                tokio::spawn(async move {
                    if speak(stream, &may_answer, answers_each).await {
                        ended.send(number).unwrap();
                    }
                });
            }
        });
        Self { api, opened, closed }
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

/// Answers until it has answered enough. True if the client closed the connection before.
async fn speak(mut stream: TcpStream, may_answer: &Semaphore, answers: usize) -> bool {
    let mut request = [0; 4096];
    for _ in 0..answers {
        if stream.read(&mut request).await.unwrap_or_default() == 0 {
            return true;
        }
        tokio::select! {
            permit = may_answer.acquire() => permit.unwrap().forget(),
            // Nothing more is sent before the answer, so this is the end.
            _ = stream.read(&mut request) => return true,
        }
        stream.write_all(ANSWER).await.unwrap();
    }
    false
}

fn always() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1_000))
}

#[tokio::test]
async fn requests_one_after_another_share_a_connection() {
    let (server, client) = (Below::start(always(), 100).await, client());
    for request in [read(), write(), read(), write()] {
        client.send(&server.api, &key(), &request, in_a_minute()).await.unwrap();
    }
    assert_eq!(server.opened(), 1);
}

#[tokio::test]
async fn requests_at_once_have_a_connection_each_and_leave_them_to_those_that_follow() {
    let may_answer = Arc::new(Semaphore::new(0));
    let (server, client) = (Below::start(Arc::clone(&may_answer), 100).await, client());
    let both = async {
        let (first, second) = (read(), write());
        let credential = key();
        tokio::join!(
            client.send(&server.api, &credential, &first, in_a_minute()),
            client.send(&server.api, &credential, &second, in_a_minute()),
            async {
                while server.opened() < 2 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                may_answer.add_permits(100);
            }
        )
    };
    let (first, second, ()) = both.await;
    assert!(first.is_ok() && second.is_ok());
    client.send(&server.api, &key(), &read(), in_a_minute()).await.unwrap();
    assert_eq!(server.opened(), 2);
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_is_not_used_even_for_a_write() {
    let (server, client) = (Below::start(always(), 1).await, client());
    for number in 1..=3 {
        let response = client.send(&server.api, &key(), &write(), in_a_minute()).await.unwrap();
        assert_eq!((response.attempts, server.opened()), (1, number));
        // The end of the connection arrives.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_after_half_a_minute() {
    let (mut server, client) = (Below::start(always(), 100).await, client());
    client.send(&server.api, &key(), &read(), in_a_minute()).await.unwrap();
    stop_the_clock();
    tokio::time::sleep(Duration::from_secs(29)).await;
    assert!(server.closed.try_recv().is_err(), "it is still good");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.closed.recv().await, Some(1));
    client.send(&server.api, &key(), &read(), in_a_minute()).await.unwrap();
    assert_eq!(server.opened(), 2);
}

#[tokio::test]
async fn a_request_that_is_given_up_takes_its_connection_along() {
    let may_answer = Arc::new(Semaphore::new(0));
    let (mut server, client) = (Below::start(Arc::clone(&may_answer), 100).await, client());
    let (credential, request) = (key(), read());
    let given_up = client.send(&server.api, &credential, &request, in_a_minute());
    assert!(tokio::time::timeout(Duration::from_millis(50), given_up).await.is_err());
    assert_eq!(server.closed.recv().await, Some(1), "its answer must not become that of another request");
    may_answer.add_permits(100);
    client.send(&server.api, &key(), &read(), in_a_minute()).await.unwrap();
    assert_eq!(server.opened(), 2);
}

#[tokio::test]
async fn a_connection_with_something_left_to_read_is_not_used_again() {
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n\"stolen\"";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api: Url = format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            while stream.read(&mut request).await.unwrap_or_default() > 0 {
                if stream.write_all(body.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    let client = client();
    for _ in 0..3 {
        let response = client.send(&api, &key(), &read(), in_a_minute()).await.unwrap();
        assert_eq!(response.data.as_str(), "{}", "what nobody asked for is nobody's answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const GZIP: &[(&str, &str)] = &[("content-encoding", "gzip")];

#[tokio::test]
async fn a_compressed_answer_is_asked_for_and_read() {
    let body = compressed(r#"{"name": "Acme"}"#);
    let server = Server::start(move |_, _| answer(200, GZIP, Body::from(body.clone()))).await;
    let response = client().send(&server.api, &key(), &read(), in_a_minute()).await.unwrap();
    assert_eq!(response.data.to_value(), json!({"name": "Acme"}));
    assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_compressed_answer_that_is_passed_on_says_nothing_of_compression() {
    let body = compressed(r#"{"name": "Acme"}"#);
    let server = Server::start(move |_, _| answer(200, GZIP, Body::from(body.clone()))).await;
    let passage = Passage {
        method: Method::GET,
        target: "/api/v1/lead/".to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    };
    let passed = client().pass(&server.api, &key(), &passage, in_a_minute()).await.unwrap();
    assert_eq!(&passed.body[..], br#"{"name": "Acme"}"#);
    assert!(!passed.headers.contains_key("content-encoding"), "{:?}", passed.headers);
    assert_eq!(passed.headers["content-type"], "application/json");
}

#[tokio::test]
async fn the_limit_of_an_answer_is_that_of_what_it_unpacks_to() {
    let body = compressed(&format!("[\"{}\"]", "x".repeat(100_000)));
    assert!(body.len() < 1_000);
    let server = Server::start(move |_, _| answer(200, GZIP, Body::from(body.clone()))).await;
    let small = Client::new(ClientOptions { max_response_bytes: 10_000, ..ClientOptions::default() });
    let error = small.send(&server.api, &key(), &read(), in_a_minute()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
}

#[tokio::test]
async fn a_compressed_answer_that_is_damaged_is_lost() {
    let mut body = compressed(r#"{"name": "Acme"}"#);
    body.truncate(12);
    let server = Server::start(move |_, _| answer(200, GZIP, Body::from(body.clone()))).await;
    let error = client().send(&server.api, &key(), &write(), in_a_minute()).await.unwrap_err();
    assert_eq!((error.kind, error.outcome), (ErrorKind::Dropped, Outcome::Unknown));
    assert!(error.message.contains("the compressed answer is damaged"), "{error}");
}

#[tokio::test]
async fn a_write_without_a_body_says_that_it_has_none() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let mut request = write();
    request.body = None;
    client().send(&server.api, &key(), &request, in_a_minute()).await.unwrap();
    assert_eq!(server.seen()[0].header("content-length"), Some("0"));
}
