//! The line that every request leaves.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::office::Office;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Logs as the program does with `--log-format json`, on this thread.
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_env_filter(EnvFilter::new("warn,latch_gateway=info,latch_telemetry=info"))
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("text")
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_with_its_id_route_status_and_time() {
    let office = Office::open().await;
    let (log, _logging) = Log::start();
    let url = format!("{}/api/v1/whoami", office.front.url);
    office.client.get(url).header("x-request-id", "order-17").send().await.expect("an answer");
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let line = &lines[0];
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "request answered");
    assert_eq!((&line["method"], &line["route"]), (&json!("GET"), &json!("/api/v1/whoami")));
    assert_eq!(line["status"], 200);
    assert!(line["duration_ms"].is_u64(), "{line}");
    assert_eq!(line["spans"], json!([{"name": "request", "request_id": "order-17"}]));
}

#[tokio::test]
async fn a_door_that_sorts_by_itself_says_which_route_it_was() {
    let office = Office::open().await;
    let (log, _logging) = Log::start();
    assert_eq!(office.get("/api/v1/sorted/s3cret").await.status(), 200);
    assert_eq!(log.lines()[0]["route"], "/api/v1/sorted/{id}");
    assert!(!log.text().contains("s3cret"), "{}", log.text());
}

#[tokio::test]
async fn secrets_in_addresses_bodies_and_headers_stay_out_of_it() {
    let office = Office::open().await;
    let (log, _logging) = Log::start();
    let url = format!("{}/connect/s3cret-link-token?code=s3cret-code", office.front.url);
    let request = office.client.get(url).bearer_auth("s3cret-bearer").body("s3cret-body");
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    let text = log.text();
    assert!(text.contains("/connect/{token}"), "the route is there: {text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn what_a_call_logs_can_be_found_by_the_id_of_its_request() {
    let office = Office::open().await;
    office.house.connect_with_key("rep").await;
    let (log, _logging) = Log::start();
    let url = format!("{}/api/v1/call/rep/get_current_user", office.front.url);
    let request = office.client.post(url).header("x-request-id", "order-18").json(&json!({}));
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    let lines = log.lines();
    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["tool call finished", "request answered"]);
    for line in &lines {
        assert_eq!(line["spans"][0]["request_id"], "order-18", "{line}");
    }
}
