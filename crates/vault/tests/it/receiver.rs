//! The operator's own program: notes every delivery, and misbehaves when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use latch_vault::Clock;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use url::Url;

/// How one delivery is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// With this status.
    Status(u16),
    /// With a redirect to an address that would take it.
    Redirect,
    /// Not before `Receiver::let_go`.
    Held,
    /// Never.
    Silence,
}

/// One delivery, as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
    /// By the clock of the test.
    pub(crate) at: Timestamp,
}

#[derive(Default)]
struct Books {
    received: Vec<Received>,
    manners: VecDeque<Manner>,
    usual: Option<u16>,
    redirected: u32,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    books: Arc<Mutex<Books>>,
    count: Arc<watch::Sender<usize>>,
    held: Arc<Notify>,
    clock: Clock,
    url: Url,
}

impl Receiver {
    pub(crate) async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap()).parse().unwrap();
        let receiver = Self {
            books: Arc::default(),
            count: Arc::new(watch::Sender::new(0)),
            held: Arc::new(Notify::new()),
            clock: clock.clone(),
            url,
        };
        let router = Router::new()
            .route("/hooks", post(hook))
            .route("/elsewhere", post(elsewhere))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn next_is(&self, manner: Manner) {
        self.books.lock().unwrap().manners.push_back(manner);
    }

    /// Everything is answered with this status from now on.
    pub(crate) fn answers(&self, status: u16) {
        self.books.lock().unwrap().usual = Some(status);
    }

    pub(crate) fn let_go(&self) {
        self.held.notify_one();
    }

    pub(crate) fn redirected(&self) -> u32 {
        self.books.lock().unwrap().redirected
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.books.lock().unwrap().received.clone()
    }

    /// Everything received, once it is that much.
    pub(crate) async fn has(&self, count: usize) -> Vec<Received> {
        let mut counted = self.count.subscribe();
        let reached = counted.wait_for(|received| *received >= count);
        tokio::time::timeout(Duration::from_secs(30), reached)
            .await
            .unwrap_or_else(|_| panic!("{count} deliveries; there were {:#?}", self.received()))
            .unwrap();
        self.received()
    }
}

async fn hook(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let manner = {
        let mut books = receiver.books.lock().unwrap();
        books.received.push(Received {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body: String::from_utf8(body.to_vec()).unwrap(),
            at: receiver.clock.now(),
        });
        let usual = Manner::Status(books.usual.unwrap_or(200));
        books.manners.pop_front().unwrap_or(usual)
    };
    receiver.count.send_modify(|count| *count += 1);
    match manner {
        Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Redirect => Redirect::temporary("/elsewhere").into_response(),
        Manner::Held => {
            receiver.held.notified().await;
            StatusCode::OK.into_response()
        }
        Manner::Silence => std::future::pending().await,
    }
}

async fn elsewhere(State(receiver): State<Receiver>) -> StatusCode {
    receiver.books.lock().unwrap().redirected += 1;
    StatusCode::OK
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether one of the signatures was made with this secret, the way a receiver finds out: HMAC written out
    /// after RFC 2104.
    pub(crate) fn is_signed_with(&self, secret: &SecretString) -> bool {
        let (_, encoded) = secret.expose_secret().split_once('_').unwrap();
        let mut key = STANDARD.decode(encoded).unwrap();
        assert!(key.len() <= 64);
        key.resize(64, 0);
        let padded = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let inner = digest(&SHA256, &[&padded(0x36)[..], signed.as_bytes()].concat());
        let outer = digest(&SHA256, &[&padded(0x5c)[..], inner.as_ref()].concat());
        let expected = format!("v1,{}", STANDARD.encode(outer.as_ref()));
        self.signature.split(' ').any(|signature| signature == expected)
    }
}
