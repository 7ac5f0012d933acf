//! How the twin's costs grow from 1,000 to 100,000 leads.
//!
//! Each size runs in a process of its own, so that the memory told is that of one world. Every cost is the median of
//! many requests over one kept connection; the last column says how many times dearer it is than with 1,000 leads,
//! measured in the same run. `cargo bench -p latch-twin --bench scale`; `-- 1000 10000` chooses other sizes.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::process::Command;
use std::time::{Duration, Instant};

use latch_twin::{Twin, TwinOptions};
use reqwest::{Client, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// Paths of all activities.
const ACTIVITIES: [&str; 15] = [
    "call",
    "email",
    "emailthread",
    "sms",
    "note",
    "meeting",
    "whatsapp_message",
    "custom",
    "created",
    "status_change/lead",
    "status_change/opportunity",
    "lead_merge",
    "task_completed",
    "form_submission",
    "import_update",
];

/// How often each request is made.
const TIMES: usize = 60;

type Failure = Box<dyn std::error::Error>;

/// What one world costs.
#[derive(Serialize, Deserialize)]
struct Costs {
    leads: usize,
    activities: usize,
    start: Duration,
    /// Most memory the process held until it was loaded, in MiB; 0 where the system does not say.
    memory_loaded: u64,
    /// Most memory the process ever held, in MiB.
    memory: u64,
    requests: Vec<(String, Duration)>,
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [inside, leads] = words.as_slice()
        && inside == "measure"
    {
        latch_close::install_tls_provider();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let costs = runtime.block_on(measure(leads.parse()?))?;
        println!("{}", serde_json::to_string(&costs)?);
        return Ok(());
    }
    let chosen: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if chosen.is_empty() { SIZES.to_vec() } else { chosen };
    let mut all = Vec::new();
    for leads in sizes {
        let output = Command::new(std::env::current_exe()?).args(["measure", &leads.to_string()]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        all.push(serde_json::from_slice::<Costs>(&output.stdout)?);
    }
    print(&all);
    Ok(())
}

fn print(all: &[Costs]) {
    let Some(first) = all.first() else { return };
    let heading: Vec<String> = all.iter().map(|costs| format!("{:>14}", costs.leads)).collect();
    println!("{:<52}{}", "leads", heading.concat());
    let row = |name: &str, cell: &dyn Fn(&Costs) -> String| {
        let cells: Vec<String> = all.iter().map(|costs| format!("{:>14}", cell(costs))).collect();
        println!("{name:<52}{}", cells.concat());
    };
    row("activities", &|costs| costs.activities.to_string());
    row("start with these leads", &|costs| format!("{:.2?}", costs.start));
    row("most memory held until then", &|costs| format!("{} MiB", costs.memory_loaded));
    row("most memory held in all", &|costs| format!("{} MiB", costs.memory));
    for (position, (name, base)) in first.requests.iter().enumerate() {
        row(name, &|costs| {
            let cost = costs.requests[position].1;
            format!("{:.2?} {:>3.1}x", cost, cost.as_secs_f64() / base.as_secs_f64())
        });
    }
}

async fn measure(leads: usize) -> Result<Costs, Failure> {
    let begun = Instant::now();
    let twin = Twin::start(TwinOptions { leads, activities: leads * 10, ..TwinOptions::default() }).await?;
    let (start, memory_loaded) = (begun.elapsed(), memory());
    let api = Api { client: Client::new(), url: twin.url(), key: twin.api_keys()[0].key.clone() };
    let page = api.call(Method::GET, "lead/?_limit=1&_skip=50&_fields=id,status_id,contacts", None).await?;
    let lead = &page["data"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, status, email) =
        (text(&lead["id"]), text(&lead["status_id"]), text(&lead["contacts"][0]["emails"][0]["email"]));
    let body_of_note = json!({"lead_id": id, "note": "Called back."});
    let by_email = json!({"query": {"type": "and", "queries": [
        {"type": "object_type", "object_type": "contact"},
        {"type": "has_related", "this_object_type": "contact", "related_object_type": "contact_email",
         "related_query": {"type": "field_condition",
            "field": {"type": "regular_field", "object_type": "contact_email", "field_name": "email"},
            "condition": {"type": "term", "values": [email]}}},
    ]}});
    let since = "date_created__gte=2020-01-01&date_created__lt=2099-01-01";
    let questions: Vec<(&str, Method, String, Option<&Value>)> = vec![
        ("read one lead", Method::GET, format!("lead/{id}/"), None),
        ("first page of leads", Method::GET, "lead/?_limit=50".to_owned(), None),
        ("page of leads in one status", Method::GET, format!("lead/?status_id={status}&_limit=50"), None),
        ("contacts of a lead", Method::GET, format!("contact/?lead_id={id}"), None),
        ("activities of a lead, latest first", Method::GET, format!("activity/?lead_id={id}"), None),
        ("page of activities between two dates", Method::GET, format!("activity/?{since}&_limit=50"), None),
        ("page of calls", Method::GET, "activity/call/?_limit=50".to_owned(), None),
        ("page of one's tasks", Method::GET, "task/?assigned_to={me}&_limit=50".to_owned(), None),
        (
            "search a lead by e-mail address",
            Method::GET,
            format!("lead/?query=email_address:\"{email}\""),
            None,
        ),
        (
            "find a contact by e-mail address (data/search)",
            Method::POST,
            "data/search/".to_owned(),
            Some(&by_email),
        ),
        ("write a note", Method::POST, "activity/note/".to_owned(), Some(&body_of_note)),
        ("the latest events", Method::GET, "event/".to_owned(), None),
        ("words anywhere (a scan)", Method::GET, "lead/?query=quote&_limit=10&_fields=id".to_owned(), None),
        (
            "sums over all opportunities (a scan)",
            Method::GET,
            "opportunity/?_limit=1&_fields=id".to_owned(),
            None,
        ),
    ];
    let mut requests = Vec::new();
    for (name, method, path, body) in questions {
        let path = path.replace("{me}", &twin.api_keys()[0].user_id);
        let scans = name.ends_with("(a scan)");
        let mut took = Vec::new();
        for _ in 0..(if scans { 3 } else { TIMES }) {
            let begun = Instant::now();
            api.call(method.clone(), &path, body).await?;
            took.push(begun.elapsed());
        }
        took.sort();
        requests.push((name.to_owned(), took[took.len() / 2]));
    }
    let activities = ACTIVITIES.iter().map(|kind| twin.control().count(&format!("activity/{kind}"))).sum();
    let costs = Costs { leads, activities, start, memory_loaded, memory: memory(), requests };
    twin.shutdown().await;
    Ok(costs)
}

struct Api {
    client: Client,
    url: String,
    key: String,
}

impl Api {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let request = self.client.request(method, format!("{}/api/v1/{path}", self.url));
        let request = request.basic_auth(&self.key, Some(""));
        let request = if let Some(body) = body { request.json(body) } else { request };
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

/// The high-water mark of this process's memory, in MiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
