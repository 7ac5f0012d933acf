//! One attempt to deliver one event.
//!
//! Promises that it ends within its time, that redirects are not followed, and that what the receiver answers
//! beyond its status is not read.

use std::time::Duration;

use reqwest::redirect;
use secrecy::SecretString;
use url::Url;

use super::sign::signatures;
use crate::VaultError;
use crate::unconnected::no_connection;

/// What is sent, where, and signed with what.
pub(super) struct Letter<'a> {
    pub(super) url: Url,
    pub(super) event_id: &'a str,
    pub(super) body: String,
    /// Two while one takes the other's place.
    pub(super) secrets: Vec<SecretString>,
    /// Seconds since 1970.
    pub(super) timestamp: i64,
}

/// How an attempt ended.
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    /// What was wrong; nothing if the event was taken.
    pub(super) problem: Option<String>,
}

/// An HTTP client for the operator's addresses.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    http: reqwest::Client,
    timeout: Duration,
}

impl Sender {
    /// A TLS provider must be installed.
    pub(crate) fn new(timeout: Duration) -> Result<Self, VaultError> {
        reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(timeout)
            .user_agent(concat!("latch/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(|http| Self { http, timeout })
            .map_err(|error| VaultError::Http { reason: error.to_string() })
    }

    /// How long the right to make one attempt lasts: longer than any attempt.
    pub(super) fn lease(&self) -> Duration {
        self.timeout.saturating_mul(3).max(Duration::from_secs(60))
    }

    pub(super) async fn send(&self, letter: Letter<'_>) -> Answer {
        let signature = signatures(&letter.secrets, letter.event_id, letter.timestamp, &letter.body);
        let host = letter.url.host_str().unwrap_or("the receiver").to_owned();
        let sent = self
            .http
            .post(letter.url)
            .header("content-type", "application/json")
            .header("webhook-id", letter.event_id)
            .header("webhook-timestamp", letter.timestamp)
            .header("webhook-signature", signature)
            .body(letter.body)
            .send()
            .await;
        match sent {
            Ok(response) => {
                let status = response.status();
                let problem = (!status.is_success()).then(|| {
                    let advice =
                        if status.is_redirection() { ", and redirects are not followed" } else { "" };
                    format!("{host} answered {}{advice}", status.as_u16())
                });
                Answer { status: Some(status.as_u16()), problem }
            }
            Err(error) => Answer { status: None, problem: Some(self.describe(&error, &host)) },
        }
    }

    /// In words of our own: those of the libraries may repeat the address with what is secret in it.
    fn describe(&self, error: &reqwest::Error, host: &str) -> String {
        if error.is_timeout() {
            format!("{host} did not answer within {} seconds", self.timeout.as_secs_f32())
        } else if error.is_connect() {
            no_connection(error, host)
        } else {
            format!("the connection to {host} was lost")
        }
    }
}
