//! A gateway in front of the twin, with a door as small as one can be, and everything watched.

#![allow(dead_code, reason = "not every program of tests needs all of it")]

mod scraped;

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use latch_close::ClientOptions;
use latch_gateway::{AccountSelector, Caller, Gateway, GatewayOptions, ToolCall};
use latch_telemetry::{Metrics, RequestId, RequestLog, Route, metrics_router, observe, router};
use latch_testkit::{Browser, House, HouseOptions, Served};
use latch_vault::{AccountStatus, CallbackQuery, RefreshOptions};
use reqwest::{Client, Response};
use secrecy::SecretString;
use serde_json::{Value, json};

use scraped::Scraped;

/// Everything at work.
pub(crate) struct Office {
    pub(crate) house: House,
    /// What agents and people reach.
    pub(crate) front: Served,
    /// What only the operator reaches.
    pub(crate) back: Served,
    pub(crate) client: Client,
    pub(crate) log: RequestLog,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(RequestLog::start()).await
    }

    /// The same with a log that was started elsewhere.
    pub(crate) async fn open_with(log: RequestLog) -> Self {
        let metrics = Metrics::new();
        let house = House::start_with(HouseOptions {
            close: ClientOptions { observer: Some(Arc::new(metrics.clone())), ..ClientOptions::default() },
            refresh: RefreshOptions {
                observer: Some(Arc::new(metrics.clone())),
                ..RefreshOptions::default()
            },
            gateway: GatewayOptions {
                observer: Some(Arc::new(metrics.clone())),
                ..GatewayOptions::default()
            },
            ..HouseOptions::default()
        })
        .await;
        let doors = Router::new()
            .route("/api/v1/call/{identifier}/{tool}", post(call))
            .route("/api/v1/whoami", get(async |Extension(id): Extension<RequestId>| id.to_string()))
            .route("/api/v1/sorted/{*rest}", get(sorted))
            .route("/connect/{token}", get(async || "a page for people"))
            .route("/never", get(async || std::future::pending::<()>().await))
            .route("/{service}/{method}", post(grpc))
            .with_state((house.gateway.clone(), house.caller.clone()))
            .merge(router(house.vault.clone()));
        let front = Served::start(observe(doors, &metrics, &log)).await;
        let back = Served::start(metrics_router(metrics, house.vault.clone())).await;
        Self { house, front, back, client: Client::new(), log }
    }

    /// What a scrape says now.
    pub(crate) async fn scrape(&self) -> Scraped {
        let answer = self.get_at(&self.back, "/metrics").await;
        let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        Scraped::parse(&answer.text().await.expect("text"))
    }

    /// What a scrape says once it says `wanted`.
    pub(crate) async fn scrape_until(&self, wanted: impl Fn(&Scraped) -> bool) -> Scraped {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let scraped = self.scrape().await;
            if wanted(&scraped) {
                return scraped;
            }
            assert!(tokio::time::Instant::now() < deadline, "it never came:\n{}", scraped.text);
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.get_at(&self.front, path).await
    }

    async fn get_at(&self, served: &Served, path: &str) -> Response {
        self.client.get(format!("{}{path}", served.url)).send().await.expect("an answer")
    }

    /// Calls a tool over HTTP.
    pub(crate) async fn call(&self, identifier: &str, tool: &str, arguments: Value) -> Response {
        let url = format!("{}/api/v1/call/{identifier}/{tool}", self.front.url);
        self.client.post(url).json(&arguments).send().await.expect("an answer")
    }

    /// Connects an account through the consent page, as Ann.
    pub(crate) async fn consent(&self, identifier: &str) {
        let gateway = &self.house.gateway;
        gateway.get_or_create_account(&self.house.caller, None, identifier).await.expect("an account");
        let selector = AccountSelector::identifier(identifier);
        let link = gateway.authorization_link(&self.house.caller, &selector).await.expect("a link");
        let token = link.url.path_segments().and_then(|mut parts| parts.next_back()).expect("a token");
        let address = gateway.begin_authorization(&SecretString::from(token)).await.expect("a fresh link");
        let callback = "http://127.0.0.1:9/oauth/callback";
        let mut browser = Browser::open(address.as_str(), Some(callback)).await;
        browser.choose("Ann Reyes in Closer Inc");
        browser.press("decision", "approve", Some(callback)).await;
        let query = CallbackQuery {
            code: browser.parameter("code").map(SecretString::from),
            state: browser.parameter("state").map(SecretString::from),
            error: None,
            error_description: None,
        };
        let authorized = gateway.finish_authorization(query).await.expect("connected");
        assert_eq!(authorized.account.status, AccountStatus::Active);
    }
}

async fn call(
    State((gateway, caller)): State<(Gateway, Caller)>,
    Path((identifier, tool)): Path<(String, String)>,
    Json(arguments): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let call = ToolCall::new(tool, arguments).on(AccountSelector::identifier(identifier));
    match gateway.execute(&caller, call).await {
        Ok(outcome) => (StatusCode::OK, Json(outcome.data)),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"class": error.class.as_str()}))),
    }
}

/// Finds the route within the door itself.
async fn sorted() -> (Extension<Route>, &'static str) {
    (Extension(Route("/api/v1/sorted/{id}".into())), "found")
}

/// Answers as gRPC services do: 200, and an error in a header.
async fn grpc(Path((_, method)): Path<(String, String)>) -> (HeaderMap, ()) {
    let mut headers = HeaderMap::from_iter([(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/grpc"),
    )]);
    if method == "GetTool" {
        headers.insert("grpc-status", http::HeaderValue::from_static("5"));
    }
    (headers, ())
}
