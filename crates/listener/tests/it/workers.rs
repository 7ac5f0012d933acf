//! Threads for connections.

use std::collections::BTreeMap;

use axum::body::Body;
use hyper::client::conn::http1::SendRequest;
use latch_listener::{Limits, Port, Tls, serve};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Gate, PATIENCE, Server, WORKERS, http1, http2, request, router, soon, text, until};

async fn thread(client: &mut SendRequest<Body>) -> String {
    text(client.send_request(request("/thread")).await.unwrap()).await
}

#[tokio::test]
async fn connections_are_spread_evenly_and_each_stays_where_it_is() {
    let server = Server::clear(Limits::default()).await;
    let mut clients = Vec::new();
    let mut seats = BTreeMap::<String, usize>::new();
    for _ in 0..3 * WORKERS {
        let mut client = http1(server.connect().await).await;
        *seats.entry(thread(&mut client).await).or_default() += 1;
        clients.push(client);
    }
    assert_eq!(
        seats.into_iter().collect::<Vec<_>>(),
        [("connections-0".to_owned(), 3), ("connections-1".to_owned(), 3)]
    );
    for client in &mut clients {
        assert_eq!(thread(client).await, thread(client).await);
    }
}

#[tokio::test]
async fn the_requests_of_an_http2_connection_stay_with_it() {
    let server = Server::clear(Limits::default()).await;
    let mut client = http2(server.connect().await).await;
    let mut names = Vec::new();
    for _ in 0..4 {
        let response = client.send_request(request("http://localhost/thread")).await.unwrap();
        names.push(text(response).await);
    }
    names.dedup();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[tokio::test]
async fn a_seat_that_was_left_is_taken_next() {
    let server = Server::clear(Limits::default()).await;
    let meter = server.meter();
    let (mut one, mut two) = (http1(server.connect().await).await, http1(server.connect().await).await);
    let left = thread(&mut one).await;
    assert_ne!(left, thread(&mut two).await);
    drop(one);
    until("the first is gone", || meter.connections() == 1).await;
    let mut three = http1(server.connect().await).await;
    assert_eq!(thread(&mut three).await, left);
}

#[tokio::test]
async fn connections_end_with_the_threads() {
    let server = Server::clear(Limits::default()).await;
    let mut client = http1(server.connect().await).await;
    let waiting = tokio::spawn(async move { client.send_request(request("/wait")).await });
    until("it is in flight", || server.meter().requests() == 1).await;
    let meter = server.without_threads();
    assert!(soon("the client hears of it", waiting).await.unwrap().is_err());
    until("nothing is left", || meter.requests() == 0 && meter.connections() == 0).await;
}

#[tokio::test]
async fn without_threads_of_their_own_connections_are_served_where_they_are_accepted() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let router = router(&Gate::default());
    let serving = serve(vec![Port::new(socket, Tls::None)], &router.into(), Limits::default()).unwrap();
    let mut client = http1(TcpStream::connect(serving.addresses()[0]).await.unwrap()).await;
    let here = std::thread::current().name().unwrap().to_owned();
    assert_eq!(thread(&mut client).await, here);
    drop(client);
    soon("the end", serving.shutdown(PATIENCE)).await;
}
