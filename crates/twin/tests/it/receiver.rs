//! A receiver of webhooks that checks every signature by itself and answers as it is told.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::support::House;

/// A server on loopback; it ends when dropped.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) url: String,
    inbox: Arc<Inbox>,
    server: AbortHandle,
}

#[derive(Default)]
struct Inbox {
    status: AtomicU16,
    letters: Mutex<Vec<Letter>>,
    arrived: Notify,
}

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Letter {
    /// The event it carries.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_str::<Value>(&self.body).unwrap()["event"].clone()
    }

    /// Whether it was signed with this key, as Close documents it.
    pub(crate) fn is_signed_with(&self, key: &str) -> bool {
        let member = |name: &str| self.headers[name].to_str().unwrap();
        let message = format!("{}{}", member("close-sig-timestamp"), self.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes(key));
        hmac::verify(&key, message.as_bytes(), &bytes(member("close-sig-hash"))).is_ok()
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let starts = (0..hexadecimal.len()).step_by(2);
    starts.map(|start| u8::from_str_radix(&hexadecimal[start..start + 2], 16).unwrap()).collect()
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/close", listener.local_addr().unwrap());
        let inbox = Arc::new(Inbox { status: AtomicU16::new(200), ..Inbox::default() });
        let application = Router::new().fallback(take).with_state(Arc::clone(&inbox));
        let serving = async { axum::serve(listener, application).await.unwrap() };
        Self { url, inbox, server: tokio::spawn(serving).abort_handle() }
    }

    /// What to answer from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.inbox.status.store(status, Ordering::SeqCst);
    }

    /// What has come since the last look, once everything due has been sent.
    pub(crate) async fn letters(&self, house: &House) -> Vec<Letter> {
        house.control().deliveries_settled().await;
        std::mem::take(&mut *self.inbox.letters.lock().unwrap())
    }

    /// Waits until so many have come, whatever else is on its way.
    pub(crate) async fn wait_for(&self, count: usize) {
        while self.inbox.letters.lock().unwrap().len() < count {
            self.inbox.arrived.notified().await;
        }
    }

    /// `object_type action` of the events that have come since the last look.
    pub(crate) async fn news(&self, house: &House) -> Vec<String> {
        let named = |letter: &Letter| {
            let event = letter.event();
            format!("{} {}", event["object_type"].as_str().unwrap(), event["action"].as_str().unwrap())
        };
        self.letters(house).await.iter().map(named).collect()
    }

    /// Subscribes to events given as `object_type action`.
    pub(crate) async fn subscribe(&self, house: &House, events: &[&str]) -> Value {
        let event = |event: &&str| {
            let (object_type, action) = event.split_once(' ').unwrap();
            json!({"object_type": object_type, "action": action})
        };
        let events: Vec<Value> = events.iter().map(event).collect();
        house.post("webhook/", json!({"url": self.url, "events": events})).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: String) -> StatusCode {
    inbox.letters.lock().unwrap().push(Letter { headers, body });
    inbox.arrived.notify_one();
    StatusCode::from_u16(inbox.status.load(Ordering::SeqCst)).unwrap()
}
