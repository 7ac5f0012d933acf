//! Stopping.

use std::time::Duration;

use latch_listener::{Ended, Limits};
use tokio::net::TcpStream;

use crate::support::{PATIENCE, Server, handshake, http1, http2, request, soon, text, until};

#[tokio::test]
async fn requests_in_flight_are_finished_and_new_ones_are_not_taken() {
    let server = Server::tls(Limits::default()).await;
    let (meter, gate, address) = (server.meter(), server.gate.clone(), server.address);
    let ca = server.authority.ca_file();
    let mut one = http1(handshake(address, &ca, "localhost", &["http/1.1"]).await.unwrap()).await;
    let mut two = http2(handshake(address, &ca, "localhost", &["h2"]).await.unwrap()).await;
    let mut late = two.clone();
    let one = tokio::spawn(async move { one.send_request(request("/wait")).await.unwrap() });
    let two = tokio::spawn(async move { two.send_request(request("https://localhost/wait")).await.unwrap() });
    until("both are in flight", || meter.requests() == 2).await;

    let stopping = tokio::spawn(server.shutdown(PATIENCE));
    soon("nobody listens any more", async { while TcpStream::connect(address).await.is_ok() {} }).await;
    soon("the client is told to go away", async {
        while late.send_request(request("https://localhost/")).await.is_ok() {}
    })
    .await;
    gate.open(2);
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    assert_eq!(one.headers()["connection"], "close");
    assert_eq!((text(one).await.as_str(), text(two).await.as_str()), ("waited", "waited"));
    assert_eq!(stopping.await.unwrap(), Ended::Finished);
    assert_eq!(meter.connections(), 0);
}

#[tokio::test]
async fn what_takes_too_long_is_cut_off() {
    let server = Server::clear(Limits::default()).await;
    let meter = server.meter();
    let mut client = http2(server.connect().await).await;
    let waiting = tokio::spawn(async move { client.send_request(request("http://localhost/wait")).await });
    until("it is in flight", || meter.requests() == 1).await;
    assert_eq!(server.shutdown(Duration::from_millis(50)).await, Ended::CutOff);
    assert!(waiting.await.unwrap().is_err());
    until("nothing goes on", || meter.requests() == 0 && meter.connections() == 0).await;
}

#[tokio::test]
async fn connections_without_requests_hold_nothing_up() {
    let server = Server::tls(Limits::default()).await;
    let (meter, address) = (server.meter(), server.address);
    let ca = server.authority.ca_file();
    let mut used = http1(handshake(address, &ca, "localhost", &["http/1.1"]).await.unwrap()).await;
    text(used.send_request(request("/")).await.unwrap()).await;
    let _fresh = handshake(address, &ca, "localhost", &[]).await.unwrap();
    let _not_even_a_handshake = server.connect().await;
    until("all are there", || meter.connections() == 3).await;
    assert_eq!(server.shutdown(PATIENCE).await, Ended::Finished);
}

#[tokio::test]
async fn a_server_that_is_dropped_listens_no_more() {
    let server = Server::clear(Limits::default()).await;
    let address = server.address;
    drop(server);
    soon("nobody listens any more", async { while TcpStream::connect(address).await.is_ok() {} }).await;
}
