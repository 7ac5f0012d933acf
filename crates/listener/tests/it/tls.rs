//! One port with TLS for every kind of client.

use std::time::Duration;

use latch_listener::Limits;
use tokio::io::AsyncWriteExt as _;

use crate::support::{HELLO, Server, converse, handshake, http2, limits, read_all, request, soon, text};

#[tokio::test]
async fn the_client_chooses_the_protocol_and_without_a_choice_it_is_http_1() {
    let server = Server::tls(Limits::default()).await;
    let ca = server.authority.ca_file();

    for protocols in [&["h2"][..], &["h2", "http/1.1"]] {
        let stream = handshake(server.address, &ca, "localhost", protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let answer = http2(stream).await.send_request(request("https://localhost/")).await.unwrap();
        assert_eq!(text(answer).await, "hello over HTTP/2.0");
    }
    for (protocols, chosen) in [(&["http/1.1"][..], Some(&b"http/1.1"[..])), (&[], None)] {
        let mut stream = handshake(server.address, &ca, "localhost", protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
        let answer = converse(&mut stream, HELLO).await;
        assert!(answer.ends_with("hello over HTTP/1.1"), "{answer}");
    }
    let refused = handshake(server.address, &ca, "localhost", &["spdy/3"]).await.unwrap_err();
    assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
}

#[tokio::test]
async fn each_name_of_this_machine_is_vouched_for() {
    let server = Server::tls(Limits::default()).await;
    for name in ["localhost", "127.0.0.1", "::1"] {
        let stream = handshake(server.address, &server.authority.ca_file(), name, &[]).await;
        assert!(stream.is_ok(), "{name}: {stream:?}");
    }
    let stream = handshake(server.address, &server.authority.ca_file(), "example.com", &[]).await;
    assert!(stream.is_err());
}

#[tokio::test]
async fn a_usual_client_that_trusts_the_authority_is_served() {
    let server = Server::tls(Limits::default()).await;
    let pem = std::fs::read(server.authority.ca_file()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .build()
        .unwrap();
    let url = format!("https://localhost:{}/", server.address.port());
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello over HTTP/2.0");
}

#[tokio::test]
async fn whoever_forgets_the_s_in_https_is_told() {
    let server = Server::tls(Limits::default()).await;
    let answer = reqwest::get(server.url("/")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert!(answer.text().await.unwrap().contains("https://"));
}

#[tokio::test]
async fn junk_ends_its_own_connection_and_nothing_else() {
    let server = Server::tls(Limits::default()).await;
    for junk in [&[0x16, 0x03, 0x01, 0xff, 0xff, 0, 0, 0][..], &[0; 4096], b"\x80\x01\xff"] {
        let mut stream = server.connect().await;
        stream.write_all(junk).await.unwrap();
        stream.shutdown().await.unwrap();
        read_all(&mut stream).await;
        let mut stream =
            handshake(server.address, &server.authority.ca_file(), "localhost", &[]).await.unwrap();
        assert!(converse(&mut stream, HELLO).await.ends_with("hello over HTTP/1.1"));
    }
}

#[tokio::test]
async fn a_handshake_that_never_comes_is_not_waited_for() {
    let server = Server::tls(limits(|limits| limits.handshake_timeout = Duration::from_millis(50))).await;
    let mut silent = server.connect().await;
    assert_eq!(read_all(&mut silent).await, "");
    let mut half = server.connect().await;
    half.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    soon("the end", read_all(&mut half)).await;
}
