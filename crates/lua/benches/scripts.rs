//! What scripts cost, as medians, each beside what it is to be compared with in the same run.
//!
//! `cargo bench -p latch-lua --bench scripts`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use latch_catalog::Kind;
use latch_gateway::{CallError, CallOutcome, PlannedWrite};
use latch_lua::{Engine, EngineOptions, Host, Limits, RunRequest, Script, ScriptCall, execute_lua};
use latch_testkit::{ACME, House, HouseOptions};
use latch_twin::{FaultKind, FaultRule, TwinOptions};
use serde_json::{Value, json};

/// A host that answers at once: what is left is what the script costs.
struct AtOnce(Value);

impl Host for AtOnce {
    fn call(&self, call: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>> {
        let outcome = CallOutcome {
            call_id: "call_0".to_owned(),
            tool: call.tool,
            kind: Kind::Read,
            account: "default".to_owned(),
            data: self.0.clone(),
            list: None,
            planned: None,
            close_status: Some(200),
            close_trace_id: None,
            attempts: 1,
            forced: false,
            duration: Duration::ZERO,
        };
        async move { Ok(outcome) }.boxed()
    }

    fn accounts(&self) -> BoxFuture<'static, Vec<String>> {
        async { Vec::new() }.boxed()
    }

    fn plan(&self) -> Option<Vec<PlannedWrite>> {
        None
    }

    fn forced(&self) -> bool {
        false
    }
}

#[tokio::main]
async fn main() {
    one_line().await;
    one_call().await;
    thousand_scripts().await;
    two_hundred_leads().await;
    megabyte_of_json().await;
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn row(what: &str, measured: &str, goal: &str) {
    println!("{what:<66} {measured:>16}   {goal}");
}

fn engine(options: EngineOptions) -> Engine {
    Engine::start(options).expect("the engine starts")
}

/// From the request to the end of a one-line script, in an interpreter that no run has used.
async fn one_line() {
    const TIMES: usize = 200;
    let host: Arc<dyn Host> = Arc::new(AtOnce(json!({})));
    let script = || Script::new("return app.integrations.close.list_leads ~= nil");
    for (what, ready, goal) in [
        // Enough that none is made while it is measured.
        ("one-line script, interpreters ready", 3 * TIMES, "goal: under 100 µs"),
        ("one-line script, none ready: its interpreter is made first", 0, ""),
    ] {
        let engine = engine(EngineOptions { ready, ..EngineOptions::default() });
        if ready > 0 {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        let (mut times, mut within) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let started = Instant::now();
            let record = engine.run(script(), Arc::clone(&host)).await;
            times.push(started.elapsed());
            within.push(Duration::from_secs_f64(record.execution_time_ms / 1000.0));
            assert!(record.success, "{:?}", record.error);
        }
        row(what, &format!("{:?}", median(times)), goal);
        row("  of which compiling, running and writing the record", &format!("{:?}", median(within)), "");
    }
}

/// What a call costs from a script, beside the same call made from Rust.
async fn one_call() {
    const CALLS: u32 = 2_000;
    let house = House::start().await;
    house.connect_with_key("default").await;
    let lead = house.at_close("/lead/").await["data"][0].clone();
    let limits = Limits { calls: 10 * CALLS, ..Limits::default() };
    let engine = engine(EngineOptions { limits, ..EngineOptions::default() });
    for (what, answer, goal) in [
        (
            "a call from a script, small answer: added to the call from Rust",
            json!({"id": "lead_1"}),
            "goal: under 15 µs",
        ),
        ("the same with a whole lead, which becomes tables", lead.clone(), ""),
    ] {
        let host: Arc<dyn Host> = Arc::new(AtOnce(answer));
        let (mut from_rust, mut from_script) = (Vec::new(), Vec::new());
        for _ in 0..9 {
            let started = Instant::now();
            for _ in 0..CALLS {
                let arguments = json!({"id": "lead_1"});
                let call = ScriptCall { tool: "get_lead".to_owned(), arguments, account: None };
                host.call(call).await.expect("an answer");
            }
            from_rust.push(started.elapsed() / CALLS);
            let started = Instant::now();
            engine.run(Script::new(format!("for i = 1, {CALLS} do end")), Arc::clone(&host)).await;
            let empty = started.elapsed();
            let source = format!("for i = 1, {CALLS} do close.get_lead({{ id = 'lead_1' }}) end");
            let started = Instant::now();
            let record = engine.run(Script::new(source), Arc::clone(&host)).await;
            assert!(record.success, "{:?}", record.error);
            from_script.push(started.elapsed().saturating_sub(empty) / CALLS);
        }
        let added = median(from_script).saturating_sub(median(from_rust));
        row(what, &format!("{added:?}"), goal);
    }
    through_the_gateway(&house, &engine).await;
}

/// The same through the whole gateway, over HTTP to the twin.
async fn through_the_gateway(house: &House, engine: &Engine) {
    const CALLS: u32 = 200;
    let (mut from_rust, mut from_script) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let started = Instant::now();
        for _ in 0..CALLS {
            house.call("default", "get_lead", json!({"id": ACME})).await.expect("the lead");
        }
        from_rust.push(started.elapsed() / CALLS);
        let source = format!("for i = 1, {CALLS} do close.get_lead('{ACME}') end");
        let started = Instant::now();
        let request = RunRequest { script: Script::new(source), ..RunRequest::default() };
        let record = execute_lua(engine, &house.gateway, &house.caller, request).await;
        assert!(record.success, "{:?}", record.error);
        from_script.push(started.elapsed() / CALLS);
    }
    let (rust, script) = (median(from_rust), median(from_script));
    let ratio = script.as_secs_f64() / rust.as_secs_f64();
    row("get_lead through the gateway to the twin: from Rust", &format!("{rust:?}"), "");
    row(
        "get_lead through the gateway to the twin: from a script",
        &format!("{script:?}"),
        &format!("{ratio:.2}x"),
    );
}

/// A thousand scripts at once, each computing a little and calling twice.
async fn thousand_scripts() {
    const SCRIPTS: usize = 1_000;
    let host: Arc<dyn Host> = Arc::new(AtOnce(json!({"id": "lead_1"})));
    let engine = engine(EngineOptions::default());
    let before = memory("VmRSS");
    let started = Instant::now();
    let source = "local t = {} for i = 1, 20000 do t[i % 100] = i .. 'x' end \
                  close.get_lead('a') close.get_lead('b')";
    let runs = (0..SCRIPTS).map(|_| {
        let (engine, host) = (engine.clone(), Arc::clone(&host));
        tokio::spawn(async move {
            let record = engine.run(Script::new(source), host).await;
            assert!(record.success, "{:?}", record.error);
            record.execution_time_ms
        })
    });
    let mut own: Vec<f64> = join_all(runs).await.into_iter().map(|run| run.expect("a run")).collect();
    let whole = started.elapsed();
    own.sort_by(f64::total_cmp);
    row("1,000 scripts at once: all ended after", &format!("{whole:?}"), "");
    row(
        "  one of them, from its own start: median / slowest",
        &format!("{:.0} / {:.0} ms", own[SCRIPTS / 2], own[SCRIPTS - 1]),
        "goal: no script starves",
    );
    let peak = memory("VmHWM").saturating_sub(before);
    row("  memory at most, above that before", &format!("{} MiB", peak / 1024), "goal: bounded");
}

/// 200 leads one by one and with `app.parallel`, at a Close that takes 10 ms to answer.
async fn two_hundred_leads() {
    let house = House::start_with(HouseOptions {
        twin: TwinOptions { leads: 200, ..TwinOptions::default() },
        ..HouseOptions::default()
    })
    .await;
    house.connect_with_key("default").await;
    let slow = FaultRule {
        method: None,
        path_prefix: "/api/v1/lead/".to_owned(),
        path: None,
        account: None,
        probability: 1.0,
        seed: None,
        times: None,
        kind: FaultKind::Delay(Duration::from_millis(10)),
    };
    house.twin.control().fail_next(slow).expect("a slow twin");
    let engine = engine(EngineOptions::default());
    let mut seconds = Vec::new();
    for fetch in ["for i, f in ipairs(jobs) do f() end", "app.parallel(jobs)"] {
        let source = format!(
            "local jobs = {{}} for lead in close.each_lead{{_fields = 'id'}} do \
             if #jobs < 200 then table.insert(jobs, function() return close.get_lead(lead.id) end) end end \
             {fetch} return #jobs"
        );
        let mut times = Vec::new();
        for _ in 0..3 {
            let request = RunRequest { script: Script::new(source.clone()), ..RunRequest::default() };
            let record = execute_lua(&engine, &house.gateway, &house.caller, request).await;
            assert_eq!(json!(record.result), json!([200]), "{:?}", record.error);
            times.push(Duration::from_secs_f64(record.execution_time_ms / 1000.0));
        }
        seconds.push(median(times));
    }
    let ratio = seconds[0].as_secs_f64() / seconds[1].as_secs_f64();
    row("200 leads, 10 ms each, one by one", &format!("{:?}", seconds[0]), "");
    row(
        "200 leads, 10 ms each, app.parallel",
        &format!("{:?}", seconds[1]),
        &format!("{ratio:.1}x faster, goal: 5x"),
    );
}

/// A megabyte of JSON to tables and back to text.
async fn megabyte_of_json() {
    const SIZE: usize = 1_000_000;
    let contact =
        json!({"name": "Ann", "emails": [{"email": "a@b.example", "type": "office"}], "score": 1.5});
    let lead = json!({"id": "lead_x", "name": "Acme", "contacts": [contact], "ok": true});
    let leads = vec![lead.clone(); SIZE / lead.to_string().len()];
    let text = serde_json::to_string(&leads).expect("text");
    let host: Arc<dyn Host> = Arc::new(AtOnce(json!({"id": "x", "data": leads})));
    let limits = Limits { memory: 256 << 20, ..Limits::default() };
    let engine = engine(EngineOptions { limits, ..EngineOptions::default() });
    let source = "local answer = close.get_lead('x') local t0 = os.clock() local text = json.encode(answer.data) \
                  local t1 = os.clock() local back = json.decode(text) \
                  return t1 - t0, os.clock() - t1, #back";
    let (mut arrive, mut encode, mut decode, mut parse) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..9 {
        let started = Instant::now();
        let record = engine.run(Script::new("close.get_lead('x')"), Arc::clone(&host)).await;
        arrive.push(started.elapsed());
        assert!(record.success, "{:?}", record.error);
        let record = engine.run(Script::new(source), Arc::clone(&host)).await;
        let result = record.result.unwrap_or_else(|| panic!("{:?}", record.error));
        let seconds = |place: usize| Duration::from_secs_f64(result[place].as_f64().unwrap_or_default());
        encode.push(seconds(0));
        decode.push(seconds(1));
        let started = Instant::now();
        let value: Value = serde_json::from_str(&text).expect("JSON");
        parse.push(started.elapsed());
        drop(value);
    }
    let parse = median(parse);
    row(&format!("JSON of {} KB: parsed in Rust", text.len() / 1000), &format!("{parse:?}"), "");
    for (what, times) in
        [("answer to tables, whole run", arrive), ("json.encode", encode), ("json.decode", decode)]
    {
        let time = median(times);
        let ratio = time.as_secs_f64() / parse.as_secs_f64();
        row(&format!("  {what}"), &format!("{time:?}"), &format!("{ratio:.1}x of parsing it in Rust"));
    }
}

/// A figure of the kernel's about this process, in KiB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|figure| figure.parse().ok()).unwrap_or_default()
}
