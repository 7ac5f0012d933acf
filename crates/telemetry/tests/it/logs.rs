//! The line that every request leaves.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use latch_telemetry::{LogTime, RequestLog};
use serde_json::{Value, json};
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
    /// The log of this program, written as by the real one with `--log-format json`. Others write there too.
    fn of_program() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            tracing_subscriber::fmt()
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_env_filter(EnvFilter::new("warn,latch_gateway=info,latch_telemetry=info"))
                .with_writer(log.clone())
                .with_timer(LogTime)
                .init();
            log
        })
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("text")
    }

    /// The lines that belong to a request.
    fn lines_of(&self, request_id: &str) -> Vec<Value> {
        let lines = self.text();
        let lines = lines.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line"));
        lines.filter(|line: &Value| line["spans"][0]["request_id"] == request_id).collect()
    }
}

/// Asks for a path under an id.
async fn get(office: &Office, path: &str, id: &str) {
    let request = office.client.get(format!("{}{path}", office.front.url)).header("x-request-id", id);
    let request = request.bearer_auth("s3cret-bearer").body("s3cret-body");
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    office.log.flush().await;
}

#[tokio::test]
async fn a_request_leaves_one_line_with_its_id_route_status_and_time() {
    let log = Log::of_program();
    let office = Office::open().await;
    get(&office, "/api/v1/whoami", "order-17").await;
    let lines = log.lines_of("order-17");
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
async fn a_line_that_is_written_later_has_the_time_of_the_answer() {
    let log = Log::of_program();
    let office = Office::open().await;
    let ask = async |id: &str| {
        let request =
            office.client.get(format!("{}/api/v1/whoami", office.front.url)).header("x-request-id", id);
        assert_eq!(request.send().await.expect("an answer").status(), 200);
    };
    // The line of the first is written, so that of the second waits.
    ask("order-23").await;
    office.log.flush().await;
    let before = Timestamp::now();
    ask("order-24").await;
    let after = Timestamp::now();
    office.log.flush().await;
    let lines = log.lines_of("order-24");
    let text = lines[0]["timestamp"].as_str().expect("a time");
    assert!(text.len() == "2026-11-27T04:05:06.123456Z".len() && text.ends_with('Z'), "{text}");
    let time: Timestamp = text.parse().expect("RFC 3339");
    let microseconds = |time: Timestamp| time.as_microsecond();
    assert!(
        (microseconds(before)..=microseconds(after)).contains(&microseconds(time)),
        "{before} {time} {after}"
    );
}

#[tokio::test]
async fn every_request_of_a_crowd_leaves_its_line() {
    let log = Log::of_program();
    let office = Office::open().await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (client, url) = (office.client.clone(), format!("{}/api/v1/whoami", office.front.url));
        crowd.spawn(async move {
            for _ in 0..40 {
                let request = client.get(&url).header("x-request-id", "crowd");
                assert_eq!(request.send().await.expect("an answer").status(), 200);
            }
        });
    }
    crowd.join_all().await;
    office.log.flush().await;
    assert_eq!(log.lines_of("crowd").len(), 2_000);
}

#[tokio::test]
async fn a_request_leaves_its_line_at_once_where_nobody_writes_behind_it() {
    let log = Log::of_program();
    let started = std::thread::spawn(|| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async { RequestLog::start() })
    });
    let office = Office::open_with(started.join().expect("nobody panicked")).await;
    get(&office, "/api/v1/whoami", "order-22").await;
    assert_eq!(log.lines_of("order-22").len(), 1);
}

#[tokio::test]
async fn a_door_that_sorts_by_itself_says_which_route_it_was() {
    let log = Log::of_program();
    let office = Office::open().await;
    get(&office, "/api/v1/sorted/17", "order-18").await;
    assert_eq!(log.lines_of("order-18")[0]["route"], "/api/v1/sorted/{id}");
}

#[tokio::test]
async fn secrets_in_addresses_bodies_and_headers_stay_out_of_it() {
    let log = Log::of_program();
    let office = Office::open().await;
    get(&office, "/connect/s3cret-link-token?code=s3cret-code", "order-19").await;
    get(&office, "/api/v1/sorted/s3cret-id", "order-20").await;
    assert_eq!(log.lines_of("order-19")[0]["route"], "/connect/{token}");
    assert_eq!(log.lines_of("order-20").len(), 1);
    assert!(!log.text().contains("s3cret"), "{}", log.text());
}

#[tokio::test]
async fn what_a_call_logs_can_be_found_by_the_id_of_its_request() {
    let log = Log::of_program();
    let office = Office::open().await;
    office.house.connect_with_key("rep").await;
    let url = format!("{}/api/v1/call/rep/get_current_user", office.front.url);
    let request = office.client.post(url).header("x-request-id", "order-21").json(&json!({}));
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    office.log.flush().await;
    let lines = log.lines_of("order-21");
    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["request answered"]);
    let call = lines[0]["spans"][0]["call.id"].as_str().expect("the line names the call");
    let recorded = office.house.vault.calls(&office.house.caller.tenant, 1, None).await.expect("the record");
    assert_eq!(call, recorded[0].id);
}
