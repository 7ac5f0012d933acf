//! A token endpoint of the tests' own: hands out pairs that work once, counts, and misbehaves when told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use jiff::Timestamp;
use latch_vault::Clock;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use url::Url;

/// How the next refresh goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Nothing is done and an error page comes back.
    Outage,
    /// Nothing is done; try later.
    TooMany,
    /// The pair is rotated and its answer never arrives.
    LostAnswer,
    /// The pair is rotated and the answer makes no sense.
    Gibberish,
    /// The app's own credentials are refused.
    WrongApp,
    /// The request waits until `Provider::let_go` before anything is done.
    Held,
    /// The same, and then nothing is done and an error page comes back.
    HeldOutage,
    /// The pair is rotated at once and the answer waits until `Provider::let_go`.
    HeldAnswer,
}

/// One request to the token endpoint, as it arrived.
pub(crate) type Fields = HashMap<String, String>;

#[derive(Default)]
struct Books {
    issued: u32,
    live_refresh_tokens: Vec<String>,
    exchanges: Vec<Fields>,
    revoked: Vec<String>,
    mishaps: VecDeque<Mishap>,
    at: Vec<Timestamp>,
    offers_refresh_tokens: bool,
    lifetime: u64,
    revoking_fails: bool,
}

#[derive(Clone)]
pub(crate) struct Provider {
    books: Arc<Mutex<Books>>,
    refreshes: Arc<watch::Sender<u32>>,
    held: Arc<Notify>,
    clock: Clock,
    origin: Url,
}

impl Provider {
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let books = Books { offers_refresh_tokens: true, lifetime: 3600, ..Books::default() };
        let provider = Self {
            books: Arc::new(Mutex::new(books)),
            refreshes: Arc::new(watch::Sender::new(0)),
            held: Arc::new(Notify::new()),
            clock,
            origin,
        };
        let router = Router::new()
            .route("/oauth2/token/", post(token))
            .route("/oauth2/revoke/", post(revoke))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn origin(&self) -> &Url {
        &self.origin
    }

    pub(crate) fn next_refresh_is(&self, mishap: Mishap) {
        self.books.lock().unwrap().mishaps.push_back(mishap);
    }

    pub(crate) fn gives_no_refresh_tokens(&self) {
        self.books.lock().unwrap().offers_refresh_tokens = false;
    }

    pub(crate) fn tokens_live_for(&self, seconds: u64) {
        self.books.lock().unwrap().lifetime = seconds;
    }

    pub(crate) fn cannot_revoke(&self) {
        self.books.lock().unwrap().revoking_fails = true;
    }

    pub(crate) fn can_revoke(&self) {
        self.books.lock().unwrap().revoking_fails = false;
    }

    /// The person removes the app at Close.
    pub(crate) fn forget_all_grants(&self) {
        self.books.lock().unwrap().live_refresh_tokens.clear();
    }

    /// How many refreshes were asked for.
    pub(crate) fn refreshes(&self) -> u32 {
        *self.refreshes.borrow()
    }

    /// Returns once that many refreshes were asked for.
    pub(crate) async fn asked_for(&self, refreshes: u32) {
        let mut count = self.refreshes.subscribe();
        let reached = count.wait_for(|count| *count >= refreshes);
        // Only so that a test whose refresh never comes ends at all.
        tokio::time::timeout(Duration::from_secs(30), reached)
            .await
            .expect("a refresh was asked for")
            .unwrap();
    }

    /// Lets one held answer go.
    pub(crate) fn let_go(&self) {
        self.held.notify_one();
    }

    pub(crate) fn exchanges(&self) -> Vec<Fields> {
        self.books.lock().unwrap().exchanges.clone()
    }

    pub(crate) fn revoked(&self) -> Vec<String> {
        self.books.lock().unwrap().revoked.clone()
    }

    /// When, by the clock of the test, each refresh was asked for.
    pub(crate) fn asked_at(&self) -> Vec<Timestamp> {
        self.books.lock().unwrap().at.clone()
    }

    fn issue(&self) -> Response {
        let mut books = self.books.lock().unwrap();
        books.issued += 1;
        let number = books.issued;
        let mut answer = serde_json::json!({
            "access_token": format!("access-token-{number}"),
            "token_type": "Bearer",
            "expires_in": books.lifetime,
            "scope": "all.full_access offline_access",
            "organization_id": "orga_test",
            "user_id": "user_test",
        });
        if books.offers_refresh_tokens {
            answer["refresh_token"] = format!("refresh-token-{number}").into();
            books.live_refresh_tokens.push(format!("refresh-token-{number}"));
        }
        Json(answer).into_response()
    }

    /// Uses a refresh token up; says whether it was good.
    fn spend(&self, token: &str) -> bool {
        let mut books = self.books.lock().unwrap();
        let before = books.live_refresh_tokens.len();
        books.live_refresh_tokens.retain(|live| live != token);
        books.live_refresh_tokens.len() < before
    }
}

async fn token(State(provider): State<Provider>, Form(form): Form<Fields>) -> Response {
    if form["client_secret"] != "app-secret" {
        return error("invalid_client");
    }
    if form["grant_type"] == "authorization_code" {
        provider.books.lock().unwrap().exchanges.push(form.clone());
        return if form["code"].starts_with("good-code") { provider.issue() } else { error("invalid_grant") };
    }
    let mishap = {
        let mut books = provider.books.lock().unwrap();
        books.at.push(provider.clock.now());
        books.mishaps.pop_front()
    };
    // One that is answered late counts once its token is spent.
    provider.refreshes.send_modify(|count| *count += u32::from(mishap != Some(Mishap::HeldAnswer)));
    match mishap {
        Some(Mishap::Outage) => return (StatusCode::BAD_GATEWAY, "<html>down</html>").into_response(),
        Some(Mishap::TooMany) => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some(Mishap::WrongApp) => return error("invalid_client"),
        Some(Mishap::Held) => provider.held.notified().await,
        Some(Mishap::HeldOutage) => {
            provider.held.notified().await;
            return StatusCode::BAD_GATEWAY.into_response();
        }
        Some(Mishap::LostAnswer | Mishap::Gibberish | Mishap::HeldAnswer) | None => {}
    }
    let good = provider.spend(&form["refresh_token"]);
    provider.refreshes.send_modify(|count| *count += u32::from(mishap == Some(Mishap::HeldAnswer)));
    if !good {
        return error("invalid_grant");
    }
    if mishap == Some(Mishap::HeldAnswer) {
        provider.held.notified().await;
    }
    match mishap {
        // A body that ends before its announced length: the connection is lost on the way.
        Some(Mishap::LostAnswer) => lost(),
        Some(Mishap::Gibberish) => "<html>ok</html>".into_response(),
        _ => provider.issue(),
    }
}

async fn revoke(State(provider): State<Provider>, Form(form): Form<Fields>) -> StatusCode {
    if provider.books.lock().unwrap().revoking_fails {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    provider.spend(&form["token"]);
    provider.books.lock().unwrap().revoked.push(form["token"].clone());
    StatusCode::OK
}

fn error(code: &str) -> Response {
    let body = serde_json::json!({"error": code, "error_description": "see refresh-token-1"});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn lost() -> Response {
    let broken = futures_util::stream::iter([
        Ok("{\"access_"),
        Err(std::io::Error::other("the connection is cut here")),
    ]);
    axum::body::Body::from_stream(broken).into_response()
}
