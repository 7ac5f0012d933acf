//! The gateway as an application sees it: HTTP, JSON, and an API client's id and secret.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::Stopped;

/// Nothing in the demo takes nearly this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the gateway.
#[derive(Debug)]
pub(crate) struct Door {
    http: Client,
    url: String,
    client_id: String,
    client_secret: SecretString,
    identifier: &'static str,
}

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The JSON.
    pub(crate) body: Value,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Door {
    /// A client that acts for the user `identifier`.
    pub(crate) fn new(
        url: String,
        client_id: String,
        client_secret: SecretString,
        identifier: &'static str,
    ) -> Result<Self, Stopped> {
        Ok(Self { http: client()?, url, client_id, client_secret, identifier })
    }

    /// Sends JSON to a path of the gateway.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Stopped> {
        let started = Instant::now();
        let unreachable =
            |error: reqwest::Error| Stopped::new(format!("the gateway did not answer: {error}"));
        let answer = self
            .http
            .post(format!("{}{path}", self.url))
            .basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
            .json(body)
            .send()
            .await
            .map_err(unreachable)?;
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.map_err(unreachable)?;
        let took = started.elapsed();
        if (200..300).contains(&status) {
            return Ok(Answer { status, body, took });
        }
        let said = |member: &str| body["error"][member].as_str().map(str::to_owned);
        let mut why = format!("the gateway answered {status}: {}", said("message").unwrap_or_default());
        if let Some(hint) = said("hint") {
            let _ = write!(why, " ({hint})");
        }
        Err(Stopped(why))
    }

    /// Executes a tool for the user.
    pub(crate) async fn execute(&self, tool: &str, params: &Value) -> Result<Answer, Stopped> {
        let body = json!({"tool_name": tool, "identifier": self.identifier, "params": params});
        self.post("/api/v1/execute_tool", &body).await
    }
}

/// A client that follows no redirects.
pub(crate) fn client() -> Result<Client, Stopped> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .map_err(|error| Stopped::new(format!("the HTTP client cannot be set up: {error}")))
}
