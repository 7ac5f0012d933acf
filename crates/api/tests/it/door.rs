//! A gateway behind the REST door, and an application in front of it.

use latch_api::ApiOptions;
use latch_testkit::{House, Served};
use secrecy::ExposeSecret as _;
use serde_json::Value;

/// An application with an API client's id and secret.
pub(crate) struct Door {
    pub(crate) house: House,
    pub(crate) served: Served,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    http: reqwest::Client,
}

impl Door {
    pub(crate) async fn open() -> Self {
        let house = House::start().await;
        let (client, secret) =
            house.vault.create_client(&house.caller.tenant, "app").await.expect("a client");
        let served =
            Served::start(latch_api::doors(house.gateway.clone(), ApiOptions::default()).router).await;
        let client_secret = secret.expose_secret().to_owned();
        Self { house, served, client_id: client.client_id, client_secret, http: reqwest::Client::new() }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.http.post(self.url(path)).json(&body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(self.url(path))).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.served.url)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let request = request.basic_auth(&self.client_id, Some(&self.client_secret));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("in JSON"))
    }
}
