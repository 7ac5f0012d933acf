//! `latch up`, `serve` and `twin`: servers that start, answer and stop cleanly.

use std::sync::Arc;

use axum::{Json, Router};
use latch_testkit::{ACME, Served};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::program::{Latch, ann, twin};

/// A running server, and its standard output.
pub(crate) struct Serving {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    pub(crate) async fn start(latch: &Latch, arguments: &[&str]) -> (Self, Value) {
        latch_close::install_tls_provider();
        Self::of(latch.command(arguments).spawn().unwrap()).await
    }

    pub(crate) async fn of(mut child: Child) -> (Self, Value) {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap();
        let Some(line) = line else {
            let mut said = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                stderr.read_to_string(&mut said).await.unwrap();
            }
            panic!("nothing was printed: {said}");
        };
        (Self { child, lines }, serde_json::from_str(&line).unwrap())
    }

    /// Asks it to stop as systems do.
    async fn terminate(&self) {
        let id = self.child.id().expect("it still runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.terminate().await;
        self.ended().await;
    }

    /// Ends it at once, with no chance to put anything in order.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until it has stopped, having said nothing more.
    async fn ended(mut self) {
        assert_eq!(self.child.wait().await.unwrap().code(), Some(0));
        assert_eq!(self.lines.next_line().await.unwrap(), None, "one line is all that is printed");
    }
}

pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// A client that trusts the authority that a server told of.
pub(crate) fn trusting(served: &Value) -> reqwest::Client {
    let Some(ca_file) = served["ca_file"].as_str() else { return reqwest::Client::new() };
    let ca = reqwest::Certificate::from_pem(&std::fs::read(ca_file).unwrap()).unwrap();
    reqwest::Client::builder().tls_certs_only([ca]).build().unwrap()
}

pub(crate) async fn execute(up: &Value, body: &Value) -> Value {
    execute_at(text(up, "gateway_url"), up, body).await
}

async fn execute_at(url: &str, up: &Value, body: &Value) -> Value {
    trusting(up)
        .post(format!("{url}/api/v1/execute_tool"))
        .basic_auth(text(up, "client_id"), Some(text(up, "client_secret")))
        .json(body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn up_prints_one_line_with_everything_serves_and_stops() {
    let latch = Latch::new();
    let (serving, up) = Serving::start(&latch, &["up", "--leads", "0", "--json"]).await;
    for member in ["client_id", "client_secret", "twin_url", "control_url", "data_folder", "ca_file"] {
        assert!(up[member].is_string(), "{member} in {up}");
    }
    assert!(text(&up, "gateway_url").starts_with("https://localhost:"), "{up}");
    assert!(text(&up, "cleartext_url").starts_with("http://127.0.0.1:"), "{up}");
    assert_eq!(up["twin_api_keys"][0]["user_name"], "Ann Reyes");
    assert_eq!(up["oauth_app"]["redirect_uri"], format!("{}/oauth/callback", text(&up, "cleartext_url")));

    let body = json!({"identifier": "default", "tool_name": "close_lead_get", "params": {"lead_id": ACME}});
    for url in ["gateway_url", "cleartext_url"] {
        assert_eq!(execute_at(text(&up, url), &up, &body).await["data"]["id"], ACME, "{url}");
    }
    let at_twin = reqwest::Client::new()
        .get(format!("{}/api/v1/me/", text(&up, "twin_url")))
        .basic_auth(text(&up["twin_api_keys"][0], "key"), Some(""))
        .send()
        .await
        .unwrap();
    assert_eq!(at_twin.status().as_u16(), 200);
    let folder = text(&up, "data_folder").to_owned();
    let called = latch.json(&["--data-folder", &folder, "call", "get_lead", "--id", ACME]).await;
    assert_eq!(called["id"], ACME, "the example that is printed works");
    serving.stop().await;
    assert!(!std::path::Path::new(&folder).exists(), "the temporary folder is gone");
}

#[tokio::test]
async fn up_never_points_a_connection_of_the_real_close_at_a_twin() {
    let latch = Latch::new();
    let folder = latch.home.path().join("real");
    let folder = folder.to_str().unwrap();
    let add = ["--data-folder", folder, "accounts", "add", "us_team", "--no-check"];
    assert_eq!(latch.run_with_input(&add, "api_real.0000000000000000000000").await.code, 0);
    let (serving, up) = Serving::start(&latch, &["--data-folder", folder, "up", "--json"]).await;
    assert_eq!((&up["twin_url"], &up["oauth_app"]), (&Value::Null, &Value::Null));
    serving.stop().await;
    let connections = latch.json(&["--data-folder", folder, "connections", "--json"]).await;
    assert_eq!(connections["connections"][0]["api_url"], "https://api.close.com/api/v1");
}

#[tokio::test]
async fn serve_answers_for_accounts_stored_before() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "ann"], &ann(&twin)).await;
    let client = latch.json(&["clients", "create", "test", "--json"]).await;
    let (serving, mut served) = Serving::start(&latch, &["serve", "--listen", "127.0.0.1:0", "--json"]).await;
    served["client_id"] = client["client_id"].clone();
    served["client_secret"] = client["client_secret"].clone();
    let body = json!({"identifier": "ann", "tool_name": "get_current_user", "params": {}});
    assert_eq!(execute(&served, &body).await["data"]["first_name"], "Ann");
    serving.stop().await;
}

#[tokio::test]
async fn a_twin_alone_tells_its_keys() {
    let latch = Latch::new();
    let (serving, twin) = Serving::start(&latch, &["twin", "--port", "0", "--leads", "0", "--json"]).await;
    let key = text(&twin["twin_api_keys"][0], "key").to_owned();
    let caller = Latch::new().with("CLOSE_API_KEY", &key).with("CLOSE_URL", text(&twin, "api_url"));
    assert_eq!(caller.json(&["call", "get_current_user"]).await["first_name"], "Ann");
    serving.stop().await;
}

/// A Close that says when a request has arrived, and answers when it is told to.
async fn slow_close(arrived: Arc<Semaphore>, answer: Arc<Semaphore>) -> Served {
    let router = Router::new().fallback(move || {
        let (arrived, answer) = (Arc::clone(&arrived), Arc::clone(&answer));
        async move {
            arrived.add_permits(1);
            answer.acquire().await.unwrap().forget();
            Json(json!({"id": ACME, "name": "Acme Rockets"}))
        }
    });
    Served::start(router).await
}

/// A gateway with a call on its way to a Close that has not answered yet, and what comes of the call.
async fn with_a_call_in_flight(
    latch: &Latch,
    close: &Served,
    arrived: &Semaphore,
) -> (Serving, JoinHandle<Option<Value>>) {
    latch.run(&["connections", "set", "close", "--close-url", &close.url]).await;
    latch.run_with_input(&["accounts", "add", "ann", "--no-check"], "api_ann.0000000000000000000000").await;
    let client = latch.json(&["clients", "create", "test", "--json"]).await;
    let (serving, served) = Serving::start(latch, &["serve", "--listen", "127.0.0.1:0", "--json"]).await;
    let request = reqwest::Client::new()
        .post(format!("{}/api/v1/execute_tool", text(&served, "gateway_url")))
        .basic_auth(text(&client, "client_id"), Some(text(&client, "client_secret")))
        .json(&json!({"identifier": "ann", "tool_name": "get_lead", "params": {"id": ACME}}));
    let call = tokio::spawn(async move { request.send().await.ok()?.json().await.ok() });
    arrived.acquire().await.unwrap().forget();
    (serving, call)
}

#[tokio::test]
async fn a_call_in_flight_is_finished_before_the_gateway_stops() {
    let (arrived, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let close = slow_close(Arc::clone(&arrived), Arc::clone(&answer)).await;
    let latch = Latch::new();
    let (serving, call) = with_a_call_in_flight(&latch, &close, &arrived).await;
    serving.terminate().await;
    answer.add_permits(1);
    assert_eq!(call.await.unwrap().unwrap()["data"]["name"], "Acme Rockets");
    serving.ended().await;
}

#[tokio::test]
async fn a_call_whose_client_hung_up_is_finished_and_recorded_before_the_gateway_stops() {
    let (arrived, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let close = slow_close(Arc::clone(&arrived), Arc::clone(&answer)).await;
    let latch = Latch::new();
    let (mut serving, call) = with_a_call_in_flight(&latch, &close, &arrived).await;
    let mut said = BufReader::new(serving.child.stderr.take().unwrap()).lines();
    call.abort();
    // The gateway has noticed by the time it says so.
    while !said.next_line().await.unwrap().unwrap().contains("given up by its client") {}
    serving.terminate().await;
    while !said.next_line().await.unwrap().unwrap().starts_with("stopping") {}
    answer.add_permits(1);
    serving.ended().await;
    let calls = latch.json(&["calls", "--json"]).await;
    let call = &calls["calls"][0];
    assert_eq!((&call["tool"], &call["outcome"]), (&json!("close_lead_get"), &json!("ok")), "{calls}");
}

#[tokio::test]
async fn whoever_asks_twice_to_stop_does_not_wait_for_calls_in_flight() {
    let (arrived, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let close = slow_close(Arc::clone(&arrived), answer).await;
    let latch = Latch::new();
    let (mut serving, call) = with_a_call_in_flight(&latch, &close, &arrived).await;
    let mut said = BufReader::new(serving.child.stderr.take().unwrap()).lines();
    serving.terminate().await;
    // Two signals that come together are one, so the first has to be seen to have arrived.
    while !said.next_line().await.unwrap().unwrap().starts_with("stopping") {}
    serving.terminate().await;
    serving.ended().await;
    assert_eq!(call.await.unwrap(), None, "Close never answered");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let latch = Latch::new().with("LATCH_LOG", "trace");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--json"];
    let child = latch.command(&arguments).stderr(full).spawn().unwrap();
    let (serving, served) = Serving::of(child).await;
    let door = reqwest::get(text(&served, "gateway_url")).await.unwrap();
    assert!(door.status().as_u16() > 0);
    serving.stop().await;
}

#[tokio::test]
async fn up_leaves_no_api_clients_behind() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let folder = folder.to_str().unwrap();
    let names = async || {
        let clients = latch.json(&["--data-folder", folder, "clients", "--json"]).await;
        let clients = clients["clients"].as_array().unwrap().clone();
        clients.into_iter().map(|client| client["name"].clone()).collect::<Vec<Value>>()
    };
    latch.json(&["--data-folder", folder, "clients", "create", "mine", "--json"]).await;
    // As a run leaves it that was killed.
    latch.json(&["--data-folder", folder, "clients", "create", "latch up", "--json"]).await;
    let up = ["--data-folder", folder, "up", "--leads", "0", "--json"];
    let (serving, _) = Serving::start(&latch, &up).await;
    assert_eq!(names().await.len(), 2);
    serving.stop().await;
    assert_eq!(names().await, ["mine"]);
}
