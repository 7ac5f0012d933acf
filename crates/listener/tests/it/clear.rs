//! One port in clear for every kind of client.

use latch_listener::Limits;

use crate::support::{HELLO, Server, converse, http1, http2, limits, request, text};

#[tokio::test]
async fn both_versions_of_http_are_spoken_on_one_port() {
    let server = Server::clear(Limits::default()).await;
    let answer = converse(&mut server.connect().await, HELLO).await;
    assert!(answer.ends_with("hello over HTTP/1.1"), "{answer}");
    let mut client = http2(server.connect().await).await;
    let answer = client.send_request(request("http://localhost/")).await.unwrap();
    assert_eq!(text(answer).await, "hello over HTTP/2.0");
}

#[tokio::test]
async fn a_doubled_slash_at_the_start_counts_as_one() {
    let server = Server::clear(Limits::default()).await;
    let answer = reqwest::get(server.url("//oauth/token?a=//b")).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "/oauth/token?a=//b");
    let mut client = http2(server.connect().await).await;
    let answer = client.send_request(request("http://localhost//oauth/token")).await.unwrap();
    assert!(text(answer).await.ends_with("localhost/oauth/token"));
    let elsewhere = reqwest::get(server.url("/oauth//token")).await.unwrap();
    assert_eq!(elsewhere.status().as_u16(), 404, "only at the start");
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused_in_both_versions() {
    let server = Server::clear(limits(|limits| limits.max_header_bytes = 8 * 1024)).await;
    let long = "x".repeat(16 * 1024);
    let with_long = |path| {
        let mut request = request(path);
        request.headers_mut().insert("x-long", long.parse().unwrap());
        request
    };
    let answer = http1(server.connect().await).await.send_request(with_long("/")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 431);
    let answer =
        http2(server.connect().await).await.send_request(with_long("http://localhost/")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 431);
}

#[tokio::test]
async fn junk_ends_its_own_connection_and_nothing_else() {
    let server = Server::clear(Limits::default()).await;
    for junk in
        ["\0\u{1}\u{2}\u{3}\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\njunk after the preface", "GET\r\n\r\n"]
    {
        converse(&mut server.connect().await, junk).await;
        assert!(converse(&mut server.connect().await, HELLO).await.ends_with("hello over HTTP/1.1"));
    }
}

#[tokio::test]
async fn more_than_64_requests_share_one_connection() {
    let server = Server::clear(Limits::default()).await;
    let client = http2(server.connect().await).await;
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { client.send_request(request("http://localhost/wait")).await.unwrap() })
        })
        .collect();
    let meter = server.meter();
    crate::support::until("all of them are there", || meter.requests() == 100).await;
    assert_eq!(meter.connections(), 1);
    server.gate.open(100);
    for request in requests {
        assert_eq!(text(request.await.unwrap()).await, "waited");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_not_the_end() {
    let server = Server::clear(Limits::default()).await;
    let mut client = http1(server.connect().await).await;
    let answer = client.send_request(request("/panic")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    assert!(text(answer).await.contains("\"class\":\"internal\""));
    client.ready().await.unwrap();
    let answer = client.send_request(request("/")).await.unwrap();
    assert_eq!(text(answer).await, "hello over HTTP/1.1", "on the same connection");
}
