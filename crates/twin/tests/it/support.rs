//! A twin and a plain HTTP client that speaks to it as any client of Close would.

use std::time::Duration;

use latch_twin::{Clock, Control, OAuthAppInfo, Twin, TwinOptions};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Ids the demo data always has.
pub(crate) const LEAD: &str = "lead_Hqj9SNFsrWixv4RrkHPcmiNNMLzacAYn93u4grCCxuN";
pub(crate) const CONTACT: &str = "cont_Ws2AwXN429dJJ0HxoaioLAbQUm2UVoBz2uenQFFReDE";
pub(crate) const ANN: &str = "user_uvEeznVhNosWRvsk8EKXBTSjy5ds4WfzGv05QPpSdRz";
pub(crate) const BOB: &str = "user_H7C9DN4NHp7kSXEJKUkG715bzPbFOujPsn1NnFTepdH";
pub(crate) const CLOSER: &str = "orga_Rf54LzAj7osS9jJXczYvqNVgIwc9YVayQPggA8kwBej";
pub(crate) const POTENTIAL: &str = "stat_YMSaHVnr9AP25K2lwIJldtCntSL4NhsaCNh9grEPDp0";
pub(crate) const QUALIFIED: &str = "stat_tQhyO3tVOrFlJO3TL94BcJE2enckjoSAASRWpNjmIK4";
pub(crate) const PIPELINE: &str = "pipe_0g50Dbxxo7Kwj9AvFur4YE";
pub(crate) const PROPOSAL_SENT: &str = "stat_B6RGiyOiZZPqHewKZPzfO10uIhKS9mQRsEUqvsPG6Fj";
pub(crate) const WON: &str = "stat_92jYccotXJRkBtC4otnJg2aNDAem7gGpZXY4dZ0431f";
pub(crate) const LOST: &str = "stat_9Z5JOZWeajudJXooQTu4BbaAz2AezxESLZcNiCAd9EL";
pub(crate) const INDUSTRY: &str = "cf_XZdh4uAKlRXiHHhDWtTAvMVSXj16YbwGzwAr01TaTFo";
pub(crate) const LEAD_SOURCE: &str = "cf_IyTvaJbjpbzaZL0NIk66IJkK5YtvO823jFligupPGZb";
pub(crate) const SEQUENCE: &str = "seq_2QtDfGQSYjhnwgNCFRejFs";
pub(crate) const TEMPLATE: &str = "tmpl_cvdK7mxUReJUMNFIbHwDyXTe8ncNH2Y4Z4UeeAFnRXQ";
pub(crate) const ACTIVITY_TYPE: &str = "actitype_2dc0m2Z5GpV2hSAInKOJc8";

/// A Tuesday afternoon in UTC, after everything in the demo data.
pub(crate) const NOW: &str = "2026-11-24T15:00:00Z";

/// A running twin without generated leads, and a client with the key of one of its users.
pub(crate) struct House {
    pub(crate) twin: Twin,
    client: reqwest::Client,
    key: String,
    token: Option<String>,
    offset: Option<&'static str>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl House {
    /// The user is Ann, an administrator.
    pub(crate) async fn new() -> Self {
        let clock = Clock::fixed(NOW.parse().unwrap());
        Self::with(TwinOptions { leads: 0, clock, ..TwinOptions::default() }).await
    }

    pub(crate) async fn with(options: TwinOptions) -> Self {
        latch_close::install_tls_provider();
        let twin = Twin::start(options).await.unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let mut house = Self { twin, client, key: String::new(), token: None, offset: None };
        house.become_user(ANN);
        house
    }

    /// Goes on as another user of Closer Inc.
    pub(crate) fn become_user(&mut self, user_id: &str) {
        self.token = None;
        let keys = self.twin.api_keys();
        let mut own = keys.iter().filter(|key| key.organization_id == CLOSER);
        own.find(|key| key.user_id == user_id).unwrap().key.clone_into(&mut self.key);
    }

    /// Goes on with another access token, or with the key; answers the token used so far.
    pub(crate) fn swap_token(&mut self, token: Option<String>) -> Option<String> {
        std::mem::replace(&mut self.token, token)
    }

    /// Goes on with a key, right or wrong.
    pub(crate) fn use_key(&mut self, key: &str) {
        self.token = None;
        key.clone_into(&mut self.key);
    }

    /// Goes on with the access token of an app of this name, connected by a user of Closer Inc; answers the app.
    pub(crate) async fn connect_app(&mut self, name: &str, user_id: &str) -> OAuthAppInfo {
        let app = self.twin.register_oauth_app(name, "http://127.0.0.1:9/callback");
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let membership = format!("{user_id}|{CLOSER}");
        let consent = [
            ("client_id", app.client_id.as_str()),
            ("response_type", "code"),
            ("membership", &membership),
            ("decision", "approve"),
        ];
        let url = self.twin.url();
        let answer = browser.post(format!("{url}/oauth2/authorize/")).form(&consent).send().await.unwrap();
        let back = reqwest::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let exchange = [
            ("client_id", app.client_id.as_str()),
            ("client_secret", &app.client_secret),
            ("grant_type", "authorization_code"),
            ("code", &code),
        ];
        let answer = browser.post(format!("{url}/oauth2/token/")).form(&exchange).send().await.unwrap();
        let pair: Value = answer.json().await.unwrap();
        self.token = Some(pair["access_token"].as_str().unwrap().to_owned());
        app
    }

    /// Goes on in another time zone.
    pub(crate) fn travel(&mut self, offset: &'static str) {
        self.offset = Some(offset);
    }

    pub(crate) fn control(&self) -> Control {
        self.twin.control()
    }

    /// A request to `path` below `/api/v1/`, not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v1/{path}", self.twin.url());
        let request = self.client.request(method, url);
        let mut request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request.basic_auth(&self.key, Some("")),
        };
        if let Some(offset) = self.offset {
            request = request.header("x-tz-offset", offset);
        }
        request
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status, headers, body }
    }

    pub(crate) async fn try_get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn try_put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn try_delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// GET that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.try_get(path).await.fine()
    }

    /// POST that must succeed.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body).await.fine()
    }

    /// PUT that must succeed.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        self.try_put(path, body).await.fine()
    }

    /// DELETE that must succeed.
    pub(crate) async fn delete(&self, path: &str) -> Value {
        self.try_delete(path).await.fine()
    }
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn fine(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// The body of a refusal with this status.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }
}

/// One member of each object of a list.
pub(crate) fn each(list: &Value, member: &str) -> Vec<Value> {
    list["data"].as_array().unwrap().iter().map(|object| object[member].clone()).collect()
}

/// The id of an object.
pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
